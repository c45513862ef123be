"""List all commands: one table for the key bindings, the footer, the palette and the help."""

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
    LOG = "in the statement log"
    INSPECTOR = "in the inspector"
    COMPARE = "in the comparison"
    VALUE = "in a full value"


class Group(Enum):
    """The topics of commands: the sections of the help."""

    ACCESS = "Access"
    OPEN = "Relationships"
    MOVE = "Move"
    ROWS = "Sort, filter, export"
    COMPARE = "Compare strategies"
    TEXT = "Text"
    GENERAL = "General"


class ScreenState(NamedTuple):
    """The part of the browser's state that decides which commands are available."""

    is_open: bool = False
    """Whether the database is open."""
    is_furnished: bool = False
    """Whether everything is mounted that comes after the first paint."""
    is_failed: bool = False
    """Whether a failure is shown."""
    can_try: bool = False
    """Whether it has a fix, and mode, loader strategy and state are those of the failed access."""
    has_rows: bool = False
    """Whether a table is shown."""
    has_instance: bool = False
    """Whether the row under the cursor has a live instance, or will have one in a moment."""
    is_in_table: bool = False
    """Whether the table has the focus."""
    is_in_text: bool = False
    """Whether a panel of text has the focus."""


Availability: TypeAlias = Callable[[ScreenState], bool | None]
"""Decides whether a command is available now; one that is not is greyed out (None) or absent (False)."""


def always(_state: ScreenState) -> bool:
    """Return True, whatever the state."""
    return True


def in_rows(state: ScreenState) -> bool:
    """Whether the table has rows and the focus."""
    return state.has_rows and state.is_in_table


def in_rows_or_text(state: ScreenState) -> bool:
    """Whether there is something to search, and a prompt for it, now or in a moment."""
    return in_rows(state) or ((state.has_rows or state.is_furnished) and state.is_in_text)


def at_failure(state: ScreenState) -> bool:
    """Whether a failure is shown, and the focus is in the table or a panel of text: nothing is being typed."""
    return state.is_failed and (state.is_in_table or state.is_in_text)


def when_open(state: ScreenState) -> bool | None:
    """Return True while the database is open, else None: greyed out."""
    return state.is_open or None


class Command(NamedTuple):
    """A command: its action, keys, texts and place."""

    action: str
    keys: str
    title: str
    tooltip: str
    group: Group
    scope: BindingScope = BindingScope.SCREEN
    in_footer: bool = False
    priority: bool = False
    """Whether its key goes before those of the focused panel, so that what is typed next goes into its prompt."""
    available: Availability = always
    """Whether it is available now. What a command needs never goes away once it is there."""
    id_scope: BindingScope | None = None
    """The scope in its id, where that is not its own: a command that moves keeps its id."""

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
    Command("open_or_close", "enter", "Open",
            "Open the row's relationships, or close them; in another mode or loader: reload them",
            Group.OPEN, BindingScope.TABLE, in_footer=True),
    Command("try_fix", "enter", "Try fix", "Do what the selected fix says, make the access again, and compare",
            Group.ACCESS, in_footer=True, available=lambda state: state.can_try),
    Command("ask_again", "enter", "Retry", "In another mode, loader or state: make the failed access again",
            Group.OPEN, in_footer=True, available=lambda state: state.is_failed and not state.can_try),
    Command("access", "enter", "Access", "Access this attribute in the instance's current state, with or without await",
            Group.ACCESS, BindingScope.INSPECTOR, in_footer=True),
    Command("unsafe", "u", "Unsafe", "Toggle unsafe mode: access attributes without await",
            Group.ACCESS, in_footer=True, available=when_open),
    Command("traceback", "t", "Raw", "Give the traceback the whole panel, or show it with the fixes again",
            Group.TEXT, in_footer=True, available=lambda state: state.is_failed or None),
    Command("help", "question_mark", "Help",
            "Show the keys, those of the focused panel first, and the concepts behind them",
            Group.GENERAL, in_footer=True),
    Command("app.quit", "q,ctrl+q", "Quit", "Quit pirate-tui", Group.GENERAL, in_footer=True),
    Command("situation", "x", "State",
            "Cycle the session's state: fresh, after commit, after rollback, detached, after INSERT, after UPDATE",
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
    Command("open_by_letter", "l", "Open or go to child", "Open the row; on an open row, go to its first child",
            Group.OPEN, BindingScope.TABLE),
    Command("leave", "left,h,backspace", "Close or go to parent", "Close the row; on a closed row, go to its parent",
            Group.OPEN, BindingScope.TABLE),
    Command("copy_options", "O", "Copy options",
            "Copy the loader options for all that is opened below this row, once they are proved",
            Group.OPEN, BindingScope.TABLE, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("close_all", "C", "Collapse all", "Close every row that is open",
            Group.OPEN, BindingScope.TABLE, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("open_all", "A", "Open all", "Load the relationship of every row on this page (shows the N+1)",
            Group.OPEN, BindingScope.TABLE, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("previous_strategy", "S", "Previous loader", "Use the previous loader strategy",
            Group.ACCESS, available=when_open),
    Command("finding", "E", "Export finding",
            "Copy the failure as Markdown for an issue, or write it to a new .md file: error, cause, fixes, versions",
            Group.ACCESS, priority=True, available=at_failure),
    Command("explain", "enter", "Plan",
            "In the comparison: show or hide the plan (EXPLAIN) of what the selected method sends, full scans in red",
            Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("again", "r", "Measure again", "In the comparison: restart the measurement",
            Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("next_count", "p", "Parents", "In the comparison: number of parents (the page, 100, 1,000, 1, 10, 40)",
            Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("next_relationship", "right_square_bracket", "Next relationship",
            "In the comparison: next relationship of the class", Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("previous_relationship", "left_square_bracket", "Previous relationship",
            "In the comparison: previous relationship of the class", Group.COMPARE, BindingScope.COMPARE),
    Command("copy", "y", "Copy code", "In the comparison: copy the code of the selected method",
            Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("copy_table", "Y", "Copy table", "In the comparison: copy all measurements as a table in Markdown",
            Group.COMPARE, BindingScope.COMPARE),
    Command("close", "escape,c,q", "Close", "In the comparison: cancel measuring, or return to the table",
            Group.COMPARE, BindingScope.COMPARE, in_footer=True),
    Command("help", "question_mark", "Help", "In the comparison: show its keys, then all, and the concepts behind them",
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
    Command("next_page", "right_square_bracket,space", "Next page", "In a full value: show the next page",
            Group.TEXT, BindingScope.VALUE),
    Command("previous_page", "left_square_bracket", "Previous page", "In a full value: show the previous page",
            Group.TEXT, BindingScope.VALUE),
    Command("copy", "y", "Copy all", "In a full value: copy all of it, also what is on other pages",
            Group.TEXT, BindingScope.VALUE),
    Command("again", "r", "Reload", "In a full value: read the page again, after an error",
            Group.TEXT, BindingScope.VALUE),
    Command("help", "question_mark", "Help", "In a full value: show its keys, then all, and the concepts behind them",
            Group.TEXT, BindingScope.VALUE),
    Command("close", "escape,v,q", "Close", "In a full value: return to the table",
            Group.TEXT, BindingScope.VALUE),
    Command("go_to_origin", "enter", "Go to row", "Go to the row or attribute whose access has sent the statement",
            Group.TEXT, BindingScope.LOG),
    Command("unfold", "v", "Whole statement", "Show the selected statement whole, with its parameters, or as a line",
            Group.TEXT, BindingScope.LOG),
    Command("zoom", "z", "Zoom", "Give the focused panel the whole screen, or show all panels again",
            Group.GENERAL, available=lambda state: state.is_furnished),
    Command("log", "L", "Log", "Statement log: of the models, of the browser too, off",
            Group.GENERAL, available=lambda state: state.is_furnished),
    Command("read_again", "r", "Reload", "Reload from the database, or retry after an error",
            Group.GENERAL),
    Command("cancel", "escape", "Cancel", "Cancel what is running, or close what is open",
            Group.GENERAL),
    Command("focus_table", "1", "Table", "Focus the table", Group.GENERAL),
    Command("focus_inspector", "2", "Inspector", "Focus the inspector", Group.GENERAL),
    Command("focus_log", "3", "Statements", "Focus the statement log", Group.GENERAL),
    Command("app.focus_next", "tab", "Next panel", "Focus the next panel", Group.GENERAL),
    Command("app.focus_previous", "shift+tab", "Previous panel", "Focus the previous panel", Group.GENERAL),
    Command("app.command_palette", "ctrl+p", "Palette", "Find a command or a theme by name", Group.GENERAL),
    Command("app.suspend_process", "ctrl+z", "Suspend", "Suspend to the shell (fg resumes)", Group.GENERAL),
    Command("cursor_down", "down,j", "Down", "Move down a line", Group.MOVE, BindingScope.TABLE),
    Command("cursor_up", "up,k", "Up", "Move up a line", Group.MOVE, BindingScope.TABLE),
    Command("page_down", "pagedown,space", "Page down", "Move down a page", Group.MOVE, BindingScope.TABLE),
    Command("page_up", "pageup", "Page up", "Move up a page", Group.MOVE, BindingScope.TABLE),
    Command("half_page_down", "ctrl+d", "Half a page down", "Move down half a page", Group.MOVE, BindingScope.TABLE),
    Command("half_page_up", "ctrl+u", "Half a page up", "Move up half a page", Group.MOVE, BindingScope.TABLE),
    Command("first", "home,g", "First", "Move to the first row", Group.MOVE, BindingScope.TABLE),
    Command("last", "end,G", "Last", "Move to the last line", Group.MOVE, BindingScope.TABLE),
    Command("go_to", "colon", "Go to", "Go to a row by number, percentage (73%) or key (=42)",
            Group.MOVE, priority=True, available=in_rows),
    Command("unfilter", "F", "Clear filter", "Remove this column's filter, else the last one added",
            Group.ROWS, BindingScope.TABLE, id_scope=BindingScope.SCREEN, available=in_rows),
    Command("export", "e", "Export",
            "Write all rows of the table, as filtered and sorted, or those that a search matches, "
            "to a new file: .csv, .jsonl or .md",
            Group.ROWS, priority=True, available=in_rows),
    Command("previous_column", "left_square_bracket", "Previous column", "Move a column to the left",
            Group.MOVE, BindingScope.TABLE),
    Command("next_column", "right_square_bracket", "Next column", "Move a column to the right",
            Group.MOVE, BindingScope.TABLE),
)  # fmt: skip
"""All commands. Footer and help keep this order; a narrow footer shows the first."""


SIMILAR = {BindingScope.LOG: BindingScope.TEXT}
"""Scopes whose part of the screen is of another one, too."""


def is_about(command: Command, scope: BindingScope) -> bool:
    """Whether a command is of a part of the screen: bound to it, or available where it has the focus alone."""
    if command.scope is BindingScope.SCREEN:
        return command.available in ABOUT.get(scope, ())
    return command.scope in {scope, SIMILAR.get(scope)}


ABOUT: dict[BindingScope, tuple[Availability, ...]] = {
    BindingScope.TABLE: (in_rows, in_rows_or_text),
    BindingScope.TEXT: (in_rows_or_text, at_failure),
    BindingScope.LOG: (in_rows_or_text,),
}
"""The commands of the screen that need the focus in one of these."""


def bindings(scope: BindingScope) -> list[Binding]:
    """Return the bindings of the commands of a scope."""
    return [command.binding for command in COMMANDS if command.scope is scope]


def is_available(scope: BindingScope, action: str, state: ScreenState) -> bool | None:
    """Whether the command of that action is available in that scope. Actions that are no commands are."""
    commands = (command for command in COMMANDS if command.scope is scope and command.action == action)
    return next((command.available(state) for command in commands), True)
