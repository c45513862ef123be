"""Explain what the mouse points at."""

from textual.content import Content
from textual.events import MouseMove
from textual.geometry import Offset
from textual.widget import Widget


class Tips(Widget):
    """A widget whose tooltip depends on the place that the mouse is at."""

    def on_mouse_move(self, event: MouseMove) -> None:
        """Show the tip of the place; Textual waits until the mouse rests."""
        at = event.get_content_offset(self)
        tip = "" if at is None else self.tip_at(at)
        if tip != self._tip:
            self._tip = tip
            self.tooltip = Content(tip) if tip else None

    def tip_at(self, at: Offset) -> str:
        """Return what is to be known about that place of the widget; empty where nothing is."""
        raise NotImplementedError

    _tip = ""
