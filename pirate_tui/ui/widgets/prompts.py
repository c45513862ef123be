"""The line at the foot of the screen in which something is typed: what to search, where to go."""

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from pirate_tui.domain.entity import Column
from pirate_tui.domain.goto import HOW
from pirate_tui.domain.query import HOW as FILTER_HOW
from pirate_tui.ui.widgets.text_pane import SearchableView


LEAST_NAME = 8
"""Columns of the screen that a column's name in a label has at the least."""

LONGEST = 1_000
"""Characters of a line that is typed: every key would take longer in one that somebody has pasted a file into."""


class Prompt(Horizontal):
    """A label, which may name a column, an input, and a word on what was typed; esc ends it."""

    LABEL: ClassVar[str]
    PLACEHOLDERS: ClassVar[tuple[str, ...]]
    """What may be typed, in more and in fewer words: the first that there is room for is shown."""

    DEFAULT_CSS = """
    Prompt {
        height: 1;
        display: none;
        background: $panel;
        & > .label { width: auto; color: $primary-on-panel; text-style: bold; }
        & > Input { width: 1fr; background: $panel; }
        & > Input:focus { background-tint: 0%; }
        & > Input > .input--placeholder { color: $muted-on-panel; }
        & > .word { width: auto; padding: 0 1; color: $muted-on-panel; }
    }
    """

    _named = ""
    """What stands in the label."""

    def compose(self) -> ComposeResult:
        """The label, the input, the word."""
        yield Static(classes="label", markup=False)
        yield Input(compact=True, max_length=LONGEST)
        yield Static(classes="word", markup=False)

    def begin_typing(self) -> None:
        """The focus goes over at once, so that nothing typed next is taken for a command."""
        self.say("")
        self.name_column("")
        self.display = True
        self.query_one(Input).clear()
        self.screen.set_focus(self.query_one(Input))

    def end(self) -> None:
        """Go from the screen."""
        self.display = False

    def action_end(self) -> None:
        """End without an outcome."""
        self.end()

    def name_column(self, name: str) -> None:
        """Say in the label for what it is typed."""
        self._named = name
        self._fit()

    def on_resize(self) -> None:
        """There is more room, or less."""
        self._fit()

    def _fit(self) -> None:
        """The name is cut rather than all room be taken; the placeholder is shown whole, or another one is."""
        width = self.app.size.width
        name = Text(self._named)
        name.truncate(max(LEAST_NAME, width // 3), overflow="ellipsis")
        label = f" {self.LABEL} {name}: " if name else f" {self.LABEL} "
        room = width - cell_len(label)
        self.query_one(".label", Static).update(Text(label))
        self.query_one(Input).placeholder = next((one for one in self.PLACEHOLDERS if cell_len(one) <= room), "")

    def say(self, word: str) -> None:
        """Say something of what is typed."""
        self.query_one(".word", Static).update(word)


class SearchBar(Prompt):
    """Searches one pane as it is typed; enter goes back to the pane, esc ends the search."""

    LABEL = "/"
    PLACEHOLDERS = ("search this text; enter keeps it, then n and N; esc clears it", "search; enter keeps, esc clears")
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "end", "Clear search")]

    def __init__(self) -> None:
        super().__init__()
        self.pane: SearchableView | None = None
        """What is searched."""

    def begin(self, pane: SearchableView) -> None:
        """Search the pane."""
        self.pane = pane
        self.watch(pane, "place", self._show_place, init=False)
        self.begin_typing()

    def end(self) -> None:
        """Forget the search."""
        if self.pane is not None:
            self.pane.search("")
        self.pane = None
        super().end()

    @on(Input.Changed)
    def search(self, typed: Input.Changed) -> None:
        """Search while it is typed."""
        if self.pane is not None:
            self.pane.search(typed.value)

    @on(Input.Submitted)
    def keep(self) -> None:
        """Back to the text, where n and N go on."""
        if self.pane is not None:
            self.pane.focus()

    def action_end(self) -> None:
        """Forget the search, and go back to the text."""
        pane = self.pane
        self.end()
        if pane is not None:
            pane.focus()

    def _show_place(self, place: tuple[int, int]) -> None:
        current, hits = place
        if self.pane is not None:
            nothing = "no matches" if self.query_one(Input).value else ""
            self.say(f"{current} of {hits}" if hits else nothing)


class LineBar(Prompt):
    """Asks for one line; what Enter makes of it, a subclass says."""

    @dataclass
    class Ended(Message):
        """Nothing was typed after all."""

    def entered(self, typed: str) -> Message:
        """What to tell the screen of the line."""
        raise NotImplementedError

    @on(Input.Submitted)
    def enter(self, submitted: Input.Submitted) -> None:
        """Give the line away."""
        self.end()
        self.post_message(self.entered(submitted.value))

    def action_end(self) -> None:
        """Leave everything as it is."""
        self.end()
        self.post_message(self.Ended())


class GoToBar(LineBar):
    """Asks for a place in the table."""

    LABEL = ":"
    PLACEHOLDERS = (f"go to {HOW}", "a row number, 73%, or =key")
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "end", "Cancel")]

    @dataclass
    class Entered(Message):
        """A place has been typed."""

        typed: str

    def entered(self, typed: str) -> Message:
        """A place."""
        return self.Entered(typed)


class FilterBar(LineBar):
    """Asks how a column is to be filtered."""

    LABEL = "f"
    PLACEHOLDERS = (f"filter: {FILTER_HOW}", FILTER_HOW, "=value <value >value ~part null", "= < > ~ null")
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "end", "Cancel")]

    @dataclass
    class Entered(Message):
        """A filter has been typed."""

        typed: str
        column: Column

    def __init__(self) -> None:
        super().__init__()
        self._column: Column | None = None

    def choose(self, column: Column | None) -> None:
        """Ask for a filter of that column; without one, there is nothing to ask."""
        self._column = column
        if column is None:
            self.action_end()
        else:
            self.name_column(column.name)

    def entered(self, typed: str) -> Message:
        """A filter."""
        return self.Ended() if self._column is None else self.Entered(typed, self._column)


class FindBar(LineBar):
    """Asks what to search in the whole table: in all its text, or in one column."""

    LABEL = "/"
    PLACEHOLDERS = (
        "search the whole table; ^ matches a prefix; tab switches between one column and all text",
        "search the table; ^ for a prefix; tab: one column or all",
        "^ for a prefix; tab: one column or all",
        "tab: where to search",
    )
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "end", "Cancel"), ("tab", "turn", "One column, or all text")]

    in_column: reactive[bool] = reactive(False, init=False)
    """In the current column alone?"""

    @dataclass
    class Entered(Message):
        """What to search has been typed."""

        typed: str
        column: Column | None
        """Where; None for all text."""

    def __init__(self) -> None:
        super().__init__()
        self._column: Column | None = None

    def entered(self, typed: str) -> Message:
        """A search."""
        return self.Entered(typed, self._sought)

    def choose(self, column: Column | None) -> None:
        """Search in that column, when it is to be in one."""
        self._column = column
        self.watch_in_column()

    def action_turn(self) -> None:
        """Search in the column, or in all text."""
        self.in_column = not self.in_column

    def watch_in_column(self) -> None:
        """Say where."""
        self.name_column("all text" if self._sought is None else self._sought.name)

    @property
    def _sought(self) -> Column | None:
        return self._column if self.in_column else None
