"""The line at the foot of the screen in which something is typed: what to search, where to go."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from pirate_tui.domain.goto import HOW
from pirate_tui.ui.widgets.text_pane import SearchableView


class Prompt(Horizontal):
    """A label, an input, and a word on what was typed; esc ends it."""

    LABEL: ClassVar[str]
    PLACEHOLDER: ClassVar[str]

    DEFAULT_CSS = """
    Prompt {
        height: 1;
        display: none;
        background: $panel;
        & > .label { width: auto; color: $primary; text-style: bold; }
        & > Input { width: 1fr; }
        & > .word { width: auto; padding: 0 1; color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        """The label, the input, the word."""
        yield Static(f" {self.LABEL} ", classes="label")
        yield Input(compact=True, placeholder=self.PLACEHOLDER)
        yield Static(classes="word", markup=False)

    def begin_typing(self) -> None:
        """The focus goes over at once, so that nothing typed next is taken for a command."""
        self.display = True
        self.query_one(Input).clear()
        self.screen.set_focus(self.query_one(Input))

    def end(self) -> None:
        """Go from the screen."""
        self.display = False

    def action_end(self) -> None:
        """End without an outcome."""
        self.end()

    def say(self, word: str) -> None:
        """Say something of what is typed."""
        self.query_one(".word", Static).update(word)


class SearchBar(Prompt):
    """Searches one pane as it is typed; enter goes back to the pane, esc ends the search."""

    LABEL = "/"
    PLACEHOLDER = "search this text; enter keeps it, n and N go on, esc ends it"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "end", "End the search")]

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
            self.say(f"{current} of {hits}" if hits else "nothing found")


class GoToBar(Prompt):
    """Asks for a place in the table."""

    LABEL = ":"
    PLACEHOLDER = f"go to {HOW}"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "end", "Stay here")]

    @dataclass
    class Entered(Message):
        """A place has been typed."""

        typed: str

    @dataclass
    class Ended(Message):
        """No place was typed after all."""

    @on(Input.Submitted)
    def enter(self, submitted: Input.Submitted) -> None:
        """Go there."""
        self.end()
        self.post_message(self.Entered(submitted.value))

    def action_end(self) -> None:
        """Stay."""
        self.end()
        self.post_message(self.Ended())
