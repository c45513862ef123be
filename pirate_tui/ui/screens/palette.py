"""Show the command palette: Textual's own, with keys, and safe from input that comes too early or too late."""

from textual import on
from textual.app import ComposeResult
from textual.command import CommandInput, CommandList, CommandPalette
from textual.errors import NoWidget
from textual.events import Click
from textual.message import Message
from textual.widgets import Input, OptionList

from pirate_tui.domain.text import INPUT_LIMIT
from pirate_tui.ui.screens.guarded import Passing
from pirate_tui.ui.widgets.options import Commands


class Palette(Passing[None], CommandPalette):
    """Runs one command, once."""

    def compose(self) -> ComposeResult:
        """Compose Textual's own palette, with our list and a limit to what is typed."""
        for widget in super().compose():
            if isinstance(widget, CommandInput):
                widget.max_length = INPUT_LIMIT
            yield Commands() if isinstance(widget, CommandList) else widget

    def on_click(self, click: Click) -> None:
        """Ignore a click beside all widgets: before it is laid out, or in a terminal that shrinks."""
        try:
            self.get_widget_at(click.screen_x, click.screen_y)
        except NoWidget:
            click.prevent_default()

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _choose_once(self, chosen: Message) -> None:
        """Ignore what is chosen after the command, by a second Enter."""
        if not self.is_active:
            chosen.prevent_default()
