"""Let one panel of a screen fill it."""

from typing import ClassVar

from textual import on
from textual.events import DescendantFocus
from textual.screen import Screen
from textual.widget import Widget

from pirate_tui.ui.focus import has_focus
from pirate_tui.ui.widgets.lines_view import LinesView


class Zooming(Screen[None]):
    """A screen one of whose panels can fill it: that panel, what it is in, and the screen have the class `-zoomed`."""

    PANELS: ClassVar[str] = ""
    """The panels, as a CSS selector."""

    def action_focus_table(self) -> None:
        """Focus the table."""
        self._focus("RowTable")

    def action_focus_inspector(self) -> None:
        """Focus the inspector."""
        self._focus("Inspector")

    def action_focus_log(self) -> None:
        """Focus the statement log."""
        self._focus("StatementLog")

    def _focus(self, panel: str) -> None:
        """Focus a panel, if it is shown in this terminal."""
        widget = self.query_one(panel)
        if widget.display:
            widget.focus()

    def action_zoom(self) -> None:
        """Give the focused panel the whole screen, or show all panels again."""
        if not self.end_zoom():
            panel = next((one for one in self.query(self.PANELS).results(Widget) if has_focus(one)), None)
            if panel is not None:
                for one in panel.ancestors_with_self:
                    one.set_class(one is not self.app, "-zoomed")

    def end_zoom(self) -> bool:
        """Show all panels again, and return whether one filled the screen."""
        was_zoomed = self.has_class("-zoomed")
        if was_zoomed:
            self.remove_class("-zoomed")
            self.query(".-zoomed").remove_class("-zoomed")
        return was_zoomed

    @on(DescendantFocus)
    def _show_focused(self, event: DescendantFocus) -> None:
        """Show all panels again when another one than that which fills the screen gets the focus."""
        around = (one for one in event.widget.ancestors_with_self if one is not self)
        if isinstance(event.widget, LinesView) and not any(one.has_class("-zoomed") for one in around):
            self.end_zoom()
