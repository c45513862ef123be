"""Keep lines that were rendered until they change: scrolling by one line renders one line."""

from typing import Self

from textual.geometry import Region
from textual.strip import Strip

from pirate_tui.ui.widgets.lines_view import LinesView


MOST_KEPT = 1_000
"""How many lines are kept at most: those of a few large screens."""


class KeptLines(LinesView):
    """Lines that are rendered once, until `refresh` or `refresh_line` says that they have changed.

    A vertical scroll changes none of them; Textual would render them all, since they stand elsewhere.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[int, Strip] = {}
        """The rendered lines, by their numbers, which are negative for fixed ones."""
        self._kept_for = (0, 0)
        """The horizontal scroll offset and the width that they are rendered for."""

    def render_line(self, y: int) -> Strip:
        """Return the strip at `y` of the view, rendered only if it is not kept."""
        scroll_x, scroll_y = self.scroll_offset
        number = y - self.FIXED_LINES + (scroll_y if y >= self.FIXED_LINES else 0)
        view = scroll_x, self.size.width
        if view != self._kept_for or len(self._kept) >= MOST_KEPT:
            self._kept.clear()
            self._kept_for = view
        strip = self._kept.get(number)
        if strip is None:
            self._kept[number] = strip = super().render_line(y)
        return strip

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Redraw everything, or regions: those are of lines that stand elsewhere, or that are rendered anew."""
        if not regions and not self.is_refitting:
            self._kept.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def refresh_line(self, y: int) -> None:
        """Render and redraw one line."""
        self._kept.pop(y, None)
        super().refresh_line(y)

    def notify_style_update(self) -> None:
        """Render every line again: colours may have changed."""
        self._kept.clear()
        super().notify_style_update()
