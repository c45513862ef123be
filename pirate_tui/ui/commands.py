"""What a person can do: one table, which feeds the key bindings, the footer, the palette and the help."""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, TypeAlias

from textual.binding import Binding
from textual.keys import format_key

from pirate_tui.domain.query import HOW as FILTER_HOW


class BindingScope(Enum):
    """Where a command is bound: it works while that part of the screen has the focus."""

    SCREEN = "everywhere"
    TABLE = "in the table"
    TEXT = "in a traceback, an explanation, the statement log"
    INSPECTOR = "in the inspector"
    COMPARE = "in the comparison"


class Group(Enum):
    """What a command is about: the sections of the help."""

    ACCESS = "Access"
    OPEN = "Relationships"
    MOVE = "Move"
    ROWS = "Sort and filter"
    COMPARE = "Compare strategies"
    TEXT = "Text"
    GENERAL = "General"


class ScreenState(NamedTuple):
    """What of the browser's state decides which commands are available."""

    is_open: bool = False
    """Is the database open?"""
    is_furnished: bool = False
    """Is everything mounted that comes after the first paint?"""
    is_failed: bool = False
    """Is a failure shown?"""
    has_rows: bool = False
    """Is a table shown?"""
    has_instance: bool = False
    """Is the cursor on a row that there is, or will be in a moment, a live instance of?"""
    is_in_table: bool = False
    """Has the table the focus?"""
    is_in_text: bool = False
    """Has a panel of text the focus?"""


Availability: TypeAlias = Callable[[ScreenState], bool | None]
"""Whether a command can be used: what cannot be just now is greyed out (None), or absent (False)."""


def always(_state: ScreenState) -> bool:
    """Whatever the state."""
    return True


def in_rows(state: ScreenState) -> bool:
    """While the table has rows and the focus."""
    return state.has_rows and state.is_in_table


def in_rows_or_text(state: ScreenState) -> bool:
    """While there is something to search, and something to type it in, now or in a moment."""
    return in_rows(state) or ((state.has_rows or state.is_furnished) and state.is_in_text)


def when_open(state: ScreenState) -> bool | None:
    """While the database is open, else greyed."""
    return state.is_open or None


class Command(NamedTuple):
    """One command."""

    action: str
    keys: str
    title: str
    tooltip: str
    group: Group
    scope: BindingScope = BindingScope.SCREEN
    in_footer: bool = False
    priority: bool = False
    """Is it heard before the panel that has the focus? Then what is typed right after it goes where it leads."""
    available: Availability = always
    """Whether it can be used just now; what a command needs never goes away once it is there."""
    id_scope: BindingScope | None = None
    """The scope that its id names, where that is not its own: a command that moves keeps its id."""

    @property
    def binding(self) -> Binding:
        """The command as Textual binds it."""
        return Binding(
            self.keys,
            self.action,
            self.title,
            show=self.in_footer,
            priority=self.priority,
            tooltip=self.tooltip,
            id=self.id,
        )

    @property
    def id(self) -> str:
        """Its id, under which a keymap can give it another key."""
        return f"{(self.id_scope or self.scope).name.lower()}.{self.action}"

    @property
    def keys_shown(self) -> str:
        """Its keys as the help shows them."""
        return " ".join(map(format_key, self.keys.split(",")))


COMMANDS = (
    Command("open_or_close", "enter", "Open", "Open the row's relationships, or close them; after u or s: reload them",
            Group.OPEN, BindingScope.TABLE, in_footer=True),
    Command("ask_again", "enter", "Retry", "Retry the failed access with the current mode and loader strategy",
            Group.OPEN, in_footer=True, available=lambda state: state.is_failed),
    Command("access", "enter", "Access", "Access this attribute in the instance's current state, with or without await",
            Group.ACCESS, BindingScope.INSPECTOR, in_footer=True),
    Command("unsafe", "u", "Unsafe", "Toggle unsafe mode: access attributes without await",
            Group.ACCESS, in_footer=True, available=when_open),
    Command("explain", "t", "Explain", "Toggle raw traceback / explanation",
            Group.TEXT, in_footer=True, available=lambda state: state.is_failed or None),
    Command("help", "question_mark", "Help", "Show all keys, and the concepts behind them",
            Group.GENERAL, in_footer=True),
    Command("app.quit", "q,ctrl+q", "Quit", "Quit pirate-tui", Group.GENERAL, in_footer=True),
    Command("situation", "x", "State",
            "Cycle instance state: fresh, after commit, after rollback, detached, after INSERT, after UPDATE",
            Group.ACCESS, in_footer=True, available=lambda state: (state.is_open and state.has_instance) or None),
    Command("next_strategy", "s", "Loader", "Use the next loader strategy",
            Group.ACCESS, in_footer=True, available=when_open),
    Command("compare", "c", "Compare", "Compare loader strategies for this relationship, measured on the rows shown",
            Group.COMPARE, in_footer=True, available=lambda state: state.has_rows or None),
    Command("choose", "m", "Models", "Choose another mapped class; esc returns to this row",
            Group.OPEN, in_footer=True, available=when_open),
    Command("search", "slash", "Search", "Search the whole table, or the text of the focused panel",
            Group.TEXT, in_footer=True, priority=True, available=in_rows_or_text),
    Command("order", "o", "Sort", "Sort by this column (or click its header): ascending, descending, off",
            Group.ROWS, BindingScope.TABLE, in_footer=True, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("filter", "f", "Filter", f"Filter by this column: {FILTER_HOW}",
            Group.ROWS, in_footer=True, priority=True, available=in_rows),
    Command("open", "right", "Open or go to child", "Open the row; on an open row, go to its first child",
            Group.OPEN, BindingScope.TABLE),
    Command("open_as_table", "M", "Open in own table", "Show this nested row in the table of its class; esc returns",
            Group.OPEN, BindingScope.TABLE, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("leave", "left,backspace", "Close or go to parent", "Close the row; on a closed row, go to its parent",
            Group.OPEN, BindingScope.TABLE),
    Command("open_all", "A", "Open all", "Load the relationship of every row on this page (shows the N+1)",
            Group.OPEN, BindingScope.TABLE, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("previous_strategy", "S", "Previous loader", "Use the previous loader strategy",
            Group.ACCESS, available=when_open),
    Command("again", "r,enter", "Measure again", "In the comparison: restart the measurement",
            Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("next_count", "p", "Parents", "In the comparison: number of parents (the page, 100, 1,000, 1, 10, 40)",
            Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("next_relationship", "right_square_bracket", "Next relationship",
            "In the comparison: next relationship of the class", Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("previous_relationship", "left_square_bracket", "Previous relationship",
            "In the comparison: previous relationship of the class", Group.COMPARE, BindingScope.COMPARE),
    Command("copy", "y", "Copy code", "In the comparison: copy the code of the selected method",
            Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("close", "escape,c,q", "Close", "In the comparison: cancel measuring, or return to the table",
            Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("next_match", "n", "Next match", "Go to the next matching row of the table",
            Group.TEXT, BindingScope.TABLE, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("previous_match", "N", "Previous match", "Go to the previous matching row of the table",
            Group.TEXT, BindingScope.TABLE, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("next_hit", "n", "Next match", "Go to the next match in the panel's text",
            Group.TEXT, BindingScope.TEXT),
    Command("previous_hit", "N", "Previous match", "Go to the previous match in the panel's text",
            Group.TEXT, BindingScope.TEXT),
    Command("copy", "y", "Copy", "Copy from the focused panel: row, instance, traceback, fix or statement",
            Group.TEXT),
    Command("view", "v", "View", "Show the full value of the current column, page by page",
            Group.TEXT, BindingScope.TABLE, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("log", "l", "Log", "Show or hide the statement log",
            Group.GENERAL, available=lambda state: state.is_furnished),
    Command("read_again", "r", "Reload", "Reload from the database, or retry after an error",
            Group.GENERAL),
    Command("cancel", "escape", "Cancel", "Cancel what is running, or close what is open",
            Group.GENERAL),
    Command("app.focus_next", "tab", "Next panel", "Focus the next panel", Group.GENERAL),
    Command("app.focus_previous", "shift+tab", "Previous panel", "Focus the previous panel", Group.GENERAL),
    Command("app.command_palette", "ctrl+p", "Palette", "Find a command or a theme by name", Group.GENERAL),
    Command("app.suspend_process", "ctrl+z", "Suspend", "Suspend to the shell (fg resumes)", Group.GENERAL),
    Command("cursor_down", "down,j", "Down", "Move down a line", Group.MOVE, BindingScope.TABLE),
    Command("cursor_up", "up,k", "Up", "Move up a line", Group.MOVE, BindingScope.TABLE),
    Command("page_down", "pagedown", "Page down", "Move down a page", Group.MOVE, BindingScope.TABLE),
    Command("page_up", "pageup", "Page up", "Move up a page", Group.MOVE, BindingScope.TABLE),
    Command("first", "home,g", "First", "Move to the first row", Group.MOVE, BindingScope.TABLE),
    Command("last", "end,G", "Last", "Move to the last line", Group.MOVE, BindingScope.TABLE),
    Command("go_to", "colon", "Go to", "Go to a row by number, percentage (73%) or key (=42)",
            Group.MOVE, priority=True, available=in_rows),
    Command("unfilter", "F", "Clear filter", "Remove this column's filter, else the last one added",
            Group.ROWS, BindingScope.TABLE, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("previous_column", "left_square_bracket", "Previous column", "Move a column to the left",
            Group.MOVE, BindingScope.TABLE),
    Command("next_column", "right_square_bracket", "Next column", "Move a column to the right",
            Group.MOVE, BindingScope.TABLE),
)  # fmt: skip
"""All commands. Footer and help keep this order; a narrow footer shows the first."""


def bindings(scope: BindingScope) -> list[Binding]:
    """The bindings of the commands that belong to that part of the screen."""
    return [command.binding for command in COMMANDS if command.scope is scope]


def is_available(scope: BindingScope, action: str, state: ScreenState) -> bool | None:
    """Whether the command of that action can be used in that part of the screen; what is no command can."""
    found = (command for command in COMMANDS if command.scope is scope and command.action == action)
    return next((command.available(state) for command in found), True)
