"""Adapt Textual's option lists to clicks and pages that come when the list has changed."""

from typing import TYPE_CHECKING

from textual.command import CommandList
from textual.events import Click
from textual.widgets import OptionList


if TYPE_CHECKING:

    class _NextList(OptionList):
        """The next base class, for the type checker."""
else:
    _NextList = object  # Textual takes the styles of the first base that is a widget


class _Steady(_NextList):
    """Keep Textual 8.2.8 from crashing on a click on an option that is gone, and on a page without lines."""

    def on_click(self, click: Click) -> None:
        """Ignore a click on an option that was removed since the list was drawn."""
        if click.style.meta.get("option", -1) >= self.option_count:
            click.prevent_default()

    def action_page_up(self) -> None:
        """Go a page back, if the list is laid out."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]  # Textual's own

    def action_page_down(self) -> None:
        """Go a page further, if the list is laid out."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]  # Textual's own


class Options(_Steady, OptionList):
    """A list to choose from."""


class Commands(_Steady, CommandList):
    """The list of the palette."""
