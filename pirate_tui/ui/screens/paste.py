"""Explain a traceback that is pasted: the text above, what it means below."""

import asyncio
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import TextArea

from pirate_tui.domain.pasted import explain_text
from pirate_tui.ui.copying import copy
from pirate_tui.ui.screens.guarded import Passing
from pirate_tui.ui.widgets.text_pane import TextPane


TITLE = "Explain a traceback"

HOW = "Paste the traceback of a MissingGreenlet, or of a relative of it."

NOTHING = (
    "Nothing to explain: the text names no MissingGreenlet, DetachedInstanceError or relative of theirs.",
    "Paste all of a traceback, from its first line to the error's own text below it.",
)

DELAY = 0.1
"""Seconds without another change after which the text is explained."""


class PasteScreen(Passing[None], ModalScreen[None]):
    """A text, and its explanation, which follows what is pasted or typed."""

    DEFAULT_CSS = """
    PasteScreen {
        align: center middle;
        & > Vertical {
            width: 94%;
            height: 92%;
            padding: 0 1;
            border: round $primary;
            background: $surface;
            border-title-color: $primary-on-surface;
            border-subtitle-color: $muted-on-surface;
        }
        & TextArea { height: 1fr; border: none; }
        & TextPane { height: 2fr; border-top: solid $primary; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "Close"),
        Binding("ctrl+y", "copy", "Copy the explanation", priority=True),  # in the text it would redo
    ]

    def __init__(self) -> None:
        super().__init__()
        self._explained = ""

    def compose(self) -> ComposeResult:
        """Compose the text above its explanation."""
        with Vertical() as frame:
            frame.border_title = TITLE
            frame.border_subtitle = "tab: the explanation · ctrl+y copies it · esc closes"
            yield TextArea(soft_wrap=True, show_line_numbers=False, tab_behavior="focus", compact=True)
            yield TextPane(wrap=True)

    def on_mount(self) -> None:
        """Wait for a paste."""
        self.query_one(TextPane).set_text([Text(HOW, "dim")])
        self.query_one(TextArea).focus()

    def action_copy(self) -> None:
        """Copy the explanation."""
        if self._explained:
            copy(self.app, "the explanation", self._explained)

    @on(TextArea.Changed)
    @work(exclusive=True)
    async def _explain(self) -> None:
        """Explain the text, in a thread: it may be long."""
        await asyncio.sleep(DELAY)
        text = self.query_one(TextArea).text
        explanations = await asyncio.to_thread(explain_text, text)
        self._explained = "\n\n".join(one.text for one in explanations)
        lines = self._explained.split("\n") if explanations else NOTHING if text.strip() else [HOW]
        pane = self.query_one(TextPane)
        pane.set_text([Text(line) for line in lines])
        pane.scroll_home(animate=False)
