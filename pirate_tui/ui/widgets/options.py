"""Lists to choose from: Textual's own, in which a click or a page may find that the list is another by now."""

from typing import TYPE_CHECKING

from textual.command import CommandList
from textual.events import Click
from textual.widgets import OptionList


if TYPE_CHECKING:

    class _Base(OptionList):
        """The list that comes behind."""
else:
    _Base = object  # Textual takes the styles of the first base that is a widget


class _Steady(_Base):
    """Textual 8.2.8 ends where a click names an option that there is no more, and where a page has no lines."""

    def on_click(self, click: Click) -> None:
        """What was clicked stood there when the list was drawn."""
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
