"""What a person can do: one table, which feeds the key bindings, the footer, the palette and the help."""

from enum import Enum
from typing import NamedTuple

from textual.binding import Binding

from pirate_tui.domain.query import HOW as FILTER_HOW


class Place(Enum):
    """Where a command is bound: it works while that part of the screen has the focus."""

    SCREEN = "everywhere"
    TABLE = "in the table"
    TEXT = "in a traceback, an explanation, the statements"
    INSPECTOR = "in the inspector"
    COMPARE = "in the comparison"


class Group(Enum):
    """What a command is about: the sections of the help."""

    ACCESS = "Access"
    OPEN = "Open"
    MOVE = "Move"
    ROWS = "Choose rows"
    COMPARE = "Compare strategies"
    TEXT = "Read and copy"
    GENERAL = "General"


class Command(NamedTuple):
    """One command: the action's name is also its id, under which a keymap can give it another key."""

    action: str
    keys: str
    title: str
    tooltip: str
    group: Group
    place: Place = Place.SCREEN
    in_footer: bool = False
    key_display: str | None = None
    priority: bool = False
    """Is it heard before the panel that has the focus? Then what is typed right after it goes where it leads."""

    @property
    def binding(self) -> Binding:
        """The command as Textual binds it."""
        return Binding(
            self.keys,
            self.action,
            self.title,
            show=self.in_footer,
            key_display=self.key_display,
            priority=self.priority,
            tooltip=self.tooltip,
            id=f"{self.place.name.lower()}.{self.action}",
        )

    @property
    def keys_shown(self) -> str:
        """Its keys as the help shows them."""
        return " ".join(SHOWN.get(key, key) for key in self.keys.split(","))


SHOWN = {
    "enter": "⏎",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
}
"""How keys are written for people."""

COMMANDS = (
    Command("open_or_close", "enter", "Open", "Open the row's relationships, or close them; after u or s: ask anew",
            Group.OPEN, Place.TABLE, in_footer=True, key_display="⏎"),
    Command("ask_again", "enter", "Ask again", "While a failure is shown: open the row again, after u or s",
            Group.OPEN, in_footer=True, key_display="⏎"),
    Command("access", "enter", "Read", "Access the attribute as its instance stands: awaited, or plainly",
            Group.ACCESS, Place.INSPECTOR, in_footer=True, key_display="⏎"),
    Command("unsafe", "u", "Unsafe", "Access attributes plainly, as people do by mistake; press again to await them",
            Group.ACCESS, in_footer=True),
    Command("explain", "t", "Explain", "Turn between the raw traceback and its explanation",
            Group.TEXT, in_footer=True),
    Command("help", "question_mark", "Help", "All keys, and what the browser teaches",
            Group.GENERAL, in_footer=True, key_display="?"),
    Command("app.quit", "q,ctrl+q", "Quit", "Leave", Group.GENERAL, in_footer=True, key_display="q"),
    Command("situation", "x", "State", "Show the object after commit, rollback, an UPDATE; detached; made here; fresh",
            Group.ACCESS, in_footer=True),
    Command("next_strategy", "s", "Loader", "Open relationships with the next loader strategy",
            Group.ACCESS, in_footer=True),
    Command("compare", "c", "Compare", "Measure every loader strategy for the relationship here, on the rows shown",
            Group.COMPARE, in_footer=True),
    Command("choose", "m", "Models", "Choose another mapped class; esc comes back to this row",
            Group.OPEN, in_footer=True),
    Command("search", "slash", "Search", "Search the whole table; in another panel, its text",
            Group.TEXT, in_footer=True, key_display="/", priority=True),
    Command("order", "o", "Order", "Order by the current column, as a click on its head; again: descending; by key",
            Group.ROWS, in_footer=True),
    Command("filter", "f", "Filter", f"Only rows whose current column has {FILTER_HOW}",
            Group.ROWS, in_footer=True, priority=True),
    Command("open", "right", "Open or enter", "Open the row; on an open row, go to its first child",
            Group.OPEN, Place.TABLE),
    Command("open_as_table", "M", "As a table", "Show a nested row in the table of its class; esc comes back",
            Group.OPEN),
    Command("leave", "left,backspace", "Close or leave", "Close the row; on a closed row, go to its parent",
            Group.OPEN, Place.TABLE),
    Command("open_all", "A", "Open all", "Open every row of the page, one access each: the N+1; with s, two",
            Group.OPEN),
    Command("previous_strategy", "S", "Loader back", "Open relationships with the previous loader strategy",
            Group.ACCESS),
    Command("again", "r,enter", "Measure again", "In the comparison: measure from the beginning",
            Group.COMPARE, Place.COMPARE, in_footer=True, key_display="r"),
    Command("next_count", "p", "Parents", "In the comparison: the page, 100, 1,000, 1, 10, 40 rows",
            Group.COMPARE, Place.COMPARE, in_footer=True),
    Command("next_relationship", "right_square_bracket", "Next relationship",
            "In the comparison: the class's next relationship", Group.COMPARE, Place.COMPARE, in_footer=True,
            key_display="]"),
    Command("previous_relationship", "left_square_bracket", "Previous relationship",
            "In the comparison: the relationship before", Group.COMPARE, Place.COMPARE),
    Command("copy", "y", "Copy code", "In the comparison: copy the line of code of the way under the cursor",
            Group.COMPARE, Place.COMPARE, in_footer=True),
    Command("close", "escape,c,q", "Close", "In the comparison: stop measuring; else back to the table",
            Group.COMPARE, Place.COMPARE, in_footer=True, key_display="esc"),
    Command("next_match", "n", "Next hit", "Go to the next row that the search finds, in the whole table",
            Group.TEXT),
    Command("previous_match", "N", "Previous hit", "Go to the row before that", Group.TEXT),
    Command("next_hit", "n", "Next place", "Go to the next place that the search found in the panel's text",
            Group.TEXT, Place.TEXT),
    Command("previous_hit", "N", "Previous place", "Go to the place before that", Group.TEXT, Place.TEXT),
    Command("copy", "y", "Copy", "Copy from the panel that has the focus: whole row, traceback, remedy or statement",
            Group.TEXT),
    Command("view", "v", "View", "Show the whole value of the current column, page by page",
            Group.TEXT),
    Command("log", "l", "Log", "Show or hide the log of all statements", Group.GENERAL),
    Command("read_again", "r", "Read again", "Read the table from the database again, and try again after trouble",
            Group.GENERAL),
    Command("cancel", "escape", "Cancel", "Stop what is running; else close what is open",
            Group.GENERAL),
    Command("app.focus_next", "tab", "Next panel", "Give the focus to the next panel", Group.GENERAL),
    Command("app.focus_previous", "shift+tab", "Previous panel", "Give the focus to the panel before", Group.GENERAL),
    Command("app.command_palette", "ctrl+p", "Palette", "Find a command or a theme by its name", Group.GENERAL),
    Command("app.suspend_process", "ctrl+z", "Suspend", "Go back to the shell; fg returns", Group.GENERAL),
    Command("cursor_down", "down,j", "Down", "Go to the next line", Group.MOVE, Place.TABLE),
    Command("cursor_up", "up,k", "Up", "Go to the line before", Group.MOVE, Place.TABLE),
    Command("page_down", "pagedown", "Page down", "Go a screen further", Group.MOVE, Place.TABLE),
    Command("page_up", "pageup", "Page up", "Go a screen back", Group.MOVE, Place.TABLE),
    Command("first", "home,g", "First", "Go to the first row", Group.MOVE, Place.TABLE),
    Command("last", "end,G", "Last", "Go to the last line", Group.MOVE, Place.TABLE),
    Command("go_to", "colon", "Go to", "Go to a row number, a percentage (73%), or a key (=42)",
            Group.MOVE, in_footer=False, key_display=":", priority=True),
    Command("unfilter", "F", "Unfilter", "Remove the current column's filter, or the newest one",
            Group.ROWS),
    Command("previous_column", "left_square_bracket", "Previous column", "Go a column to the left",
            Group.MOVE, Place.TABLE),
    Command("next_column", "right_square_bracket", "Next column", "Go a column to the right; the view follows",
            Group.MOVE, Place.TABLE),
)  # fmt: skip
"""All commands. Footer and help keep this order; a narrow footer shows the first."""


def bindings(place: Place) -> list[Binding]:
    """The bindings of the commands that belong to that part of the screen."""
    return [command.binding for command in COMMANDS if command.place is place]
