"""Put one line above a panel in place of a frame: its title, and at the right end what else is to be known."""

from textual.content import Content
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
        return max(0, self.outer_size.width - EDGES)

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
        blank = "" if self.styles.border_left[0] else " "  # which a corner brings with it
        self.border_title = Content.assemble(blank, title, " ") if title else title
