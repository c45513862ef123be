"""Put one line above a panel in place of a frame: its title, and at the right end what else is to be known."""

from typing import Self

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget


EDGES = 4
"""How many columns of the line are neither title nor note: its ends, and the blanks before and after."""

BETWEEN = 3
"""The fewest columns between title and note."""

LEAST_TITLE = 8
"""The fewest columns in which a title is shown beside a note."""


class Titled(Widget):
    """A panel with a title and a note. A note is never cut for the title's sake: it says what to press next."""

    title_text = Content()
    """The title, whole; its steps may be clicked."""
    note_text = ""
    """The note, whole."""
    is_refitting = False
    """Whether the line is being set, so that `refresh` redraws it alone."""
    _fitted = Content()
    """The line as it was set last."""

    def set_title(self, title: Content | str, note: str = "") -> None:
        """Show another title and note."""
        self.title_text, self.note_text = Content(title) if isinstance(title, str) else title, note
        self._fit_title()

    def on_resize(self) -> None:
        """Fit title and note into the new width."""
        self._fit_title()

    @property
    def title_room(self) -> int:
        """How many columns there are for title and note."""
        return max(0, self.outer_size.width - EDGES - sum(self._corners))

    @property
    def _corners(self) -> tuple[bool, bool]:
        """Whether the line ends in a corner, on the left and on the right; each brings a blank of its own."""
        styles = self.styles
        return bool(styles.border_left[0]), bool(styles.border_right[0])

    def _fit_title(self) -> None:
        title, note, room = self.title_text, Content(self.note_text), self.title_room
        if note:
            left = room - note.cell_length - BETWEEN
            if left >= min(LEAST_TITLE, title.cell_length):
                title = title.truncate(left, ellipsis=True)
                rule = "─" * (room - title.cell_length - note.cell_length - 2)
                title = Content.assemble(title, " ", rule, " ", note)
            else:
                title = note
        blanks = ["" if is_corner else " " for is_corner in self._corners]
        fitted = Content.assemble(blanks[0], title, blanks[1]) if title else title
        if not fitted.is_same(self._fitted):
            self._fitted, self.is_refitting = fitted, True
            try:
                self.border_title = fitted
            finally:
                self.is_refitting = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Redraw everything, or regions. A title redraws its own line, where Textual would redraw all that is below."""
        if self.is_refitting:
            regions = (Region(0, 0, self.outer_size.width, 1).translate(-self.content_offset),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
