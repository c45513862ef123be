"""Show the line at the foot of the screen in which something is typed: a search, a place, a filter."""

from dataclasses import dataclass
from enum import Enum
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
from pirate_tui.domain.text import INPUT_LIMIT
from pirate_tui.ui.keymap import keymap_of
from pirate_tui.ui.widgets.text_pane import SearchableView


LEAST_NAME = 8
"""The least width of a column's name in a label, in columns of the screen."""


class PromptKind(Enum):
    """The kinds of prompts, with their ids."""

    GO_TO = (
        "go-to",
        ":",
        (f"go to {HOW}", "a row number, 73%, or =key"),
    )
    FILTER = (
        "filter",
        "f",
        (f"filter: {FILTER_HOW}", FILTER_HOW, "=value <value >value ~part null", "= < > ~ null"),
    )
    EXPORT = (
        "export",
        "e",
        (
            "a new file whose name ends in .csv, .jsonl or .md (a Markdown table)",
            "a new file: .csv, .jsonl or .md",
            ".csv .jsonl .md",
        ),
    )
    FINDING = (
        "finding",
        "E",
        (
            "enter copies the finding as Markdown; or a new file whose name ends in .md",
            "enter copies it; or a new file: .md",
            "enter copies it",
        ),
    )
    SEARCH_TABLE = (
        "search-table",
        "/",
        (
            "search the whole table; ^ matches a prefix; tab switches between one column and all text",
            "search the table; ^ for a prefix; tab: one column or all",
            "^ for a prefix; tab: one column or all",
            "tab: where to search",
        ),
    )
    SEARCH_TEXT = (
        "search-text",
        "/",
        ("search this text; enter keeps it, then {n} and {N}; esc clears it", "search; enter keeps, esc clears"),
    )

    def __init__(self, id: str, label: str, placeholders: tuple[str, ...]) -> None:  # noqa: A002  Textual's own name
        self.id = id
        self.label = label
        self.placeholders = placeholders
        """What may be typed, in decreasing length: the first that fits is shown."""


class PromptBar(Horizontal):
    """A label, which may name a column, an input, and a note on what was typed; esc ends it."""

    DEFAULT_CSS = """
    PromptBar {
        height: 1;
        display: none;
        background: $panel;
        & > .label { width: auto; color: $primary-on-panel; text-style: bold; }
        & > Input { width: 1fr; background: $panel; }
        & > Input:focus { background-tint: 0%; }
        & > Input > .input--placeholder { color: $muted-on-panel; }
        & > .note { width: auto; padding: 0 1; color: $muted-on-panel; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "end", "Cancel"), ("tab", "turn", "One column, or all text")]

    in_column: reactive[bool] = reactive(False, init=False)
    """Whether a search of the table is for the current column alone."""

    @dataclass
    class Submitted(Message):
        """Posted when a line was typed and confirmed."""

        kind: PromptKind
        text: str
        column: Column | None
        """The column that it is for; None where it is for none, or for all text."""

    @dataclass
    class Ended(Message):
        """Posted when the prompt was cancelled."""

        kind: PromptKind

    def __init__(self, kind: PromptKind) -> None:
        super().__init__(id=kind.id)
        self.kind = kind
        self._column: Column | None = None
        self._named = ""
        """The column, or the rows, named in the label."""

    def compose(self) -> ComposeResult:
        """Compose the label, the input and the note."""
        yield Static(classes="label", markup=False)
        yield Input(compact=True, max_length=INPUT_LIMIT)
        yield Static(classes="note", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  Textual's
        """Whether the action is available: only a search of the table can switch between one column and all text."""
        return action != "turn" or self.kind is PromptKind.SEARCH_TABLE

    def begin_typing(self, named: str = "") -> None:
        """Show the prompt and focus it at once, so that nothing typed next is taken for a command.

        `named` is what is typed for.
        """
        self.show_note("")
        self._show_named(named)
        self.display = True
        self.query_one(Input).clear()
        self.screen.set_focus(self.query_one(Input))

    def choose(self, column: Column | None) -> None:
        """Set the column that the input is for; a filter without one ends."""
        self._column = column
        if self.kind is PromptKind.SEARCH_TABLE:
            self.watch_in_column()
        elif column is None:
            self.action_end()
        else:
            self._show_named(column.name)

    def end(self) -> None:
        """Hide the prompt."""
        self.display = False

    def action_end(self) -> None:
        """Cancel: hide the prompt and change nothing."""
        self.end()
        self.post_message(self.Ended(self.kind))

    def action_turn(self) -> None:
        """Toggle between the column and all text."""
        self.in_column = not self.in_column

    def watch_in_column(self) -> None:
        """Show where it searches."""
        self._show_named("all text" if self._sought is None else self._sought.name)

    @on(Input.Submitted)
    def _submit_input(self, submitted: Input.Submitted) -> None:
        self.submit(submitted.value)

    def submit(self, text: str) -> None:
        """Hide the prompt and post the line; a filter without a column counts as cancelled."""
        self.end()
        if self.kind is PromptKind.FILTER and self._column is None:
            self.post_message(self.Ended(self.kind))
        else:
            self.post_message(self.Submitted(self.kind, text, self._sought))

    @property
    def _sought(self) -> Column | None:
        return self._column if self.in_column or self.kind is not PromptKind.SEARCH_TABLE else None

    def show_note(self, note: str) -> None:
        """Show a note beside the input."""
        self.query_one(".note", Static).update(note)

    def on_resize(self) -> None:
        """Fit label and placeholder to the new width."""
        self._fit()

    def _show_named(self, name: str) -> None:
        """Show in the label what is typed for."""
        self._named = name
        self._fit()

    def _fit(self) -> None:
        """Fit the label and the longest placeholder to the width; a long name is cut."""
        width = self.app.size.width
        name = Text(self._named)
        name.truncate(max(LEAST_NAME, width // 3), overflow="ellipsis")
        label = f" {self.kind.label} {name}: " if name else f" {self.kind.label} "
        room = width - cell_len(label)
        self.query_one(".label", Static).update(Text(label))
        texts = map(keymap_of(self).in_hint, self.kind.placeholders)
        placeholders = (text for text in texts if cell_len(text) <= room)
        self.query_one(Input).placeholder = next(placeholders, "")


class SearchBar(PromptBar):
    """Searches one pane as it is typed; enter goes back to the pane, esc ends the search."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "end", "Clear search")]

    def __init__(self) -> None:
        super().__init__(PromptKind.SEARCH_TEXT)
        self.pane: SearchableView | None = None
        """The pane that is searched."""

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
        """Search the pane while the text is typed."""
        if self.pane is not None:
            self.pane.search(typed.value)

    def submit(self, text: str) -> None:  # noqa: ARG002  as declared
        """Focus the text, where n and N go to other matches."""
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
            self.show_note(f"{current} of {hits}" if hits else nothing)
