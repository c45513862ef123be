"""Show lines that are drawn one by one, only while they are on the screen, and can be selected."""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from pirate_tui.ui.widgets.titled import Titled


class LinesView(ScrollView, Titled):
    """Base of the table and the text panels: the Line API, with text selection by mouse."""

    FIXED_LINES = 0
    """How many lines at the top stay while the others scroll."""

    def line_at(self, y: int) -> Strip:
        """Return the strip of line `y`, whole; a negative number is one of the fixed lines."""
        raise NotImplementedError

    def line_count(self) -> int:
        """Return how many lines there are, the fixed ones not counted."""
        raise NotImplementedError

    def empty_line(self) -> Strip:
        """Return the strip that is shown in place of lines where there are none."""
        return Strip.blank(0)

    def text_at(self, y: int) -> str:
        """Return the text of line `y`, without trailing spaces."""
        return self.line_at(y).text.rstrip()

    def render_line(self, y: int) -> Strip:
        """Return the strip at `y` of the view, cropped to its width: part of Textual's Line API."""
        scroll_x, scroll_y = self.scroll_offset
        number = y - self.FIXED_LINES
        if number >= 0:
            number += scroll_y
        width, style = self.size.width, self.rich_style
        if number >= self.line_count():
            strip = self.empty_line() if number == 0 else Strip.blank(0)
            return strip.apply_style(style).crop_extend(0, width, style)
        strip = self._selected(self.line_at(number).apply_style(style), number)
        return strip.crop_extend(scroll_x, scroll_x + width, style).apply_offsets(scroll_x, number)

    def scroll_line_into_view(self, y: int) -> None:
        """Scroll so that the line is in view."""
        height = max(1, self.scrollable_content_region.height - self.FIXED_LINES)
        top = min(round(self.scroll_target_y), self.max_scroll_y)  # in a panel that has grown, it is from before
        target = min(max(top, y - height + 1), y)
        if target != round(self.scroll_y):
            self.scroll_to(y=target, animate=False, immediate=True, force=True)

    def refresh_line(self, y: int) -> None:
        """Redraw one line."""
        self.refresh(Region(0, y + self.FIXED_LINES - self.scroll_offset.y, self.size.width, 1))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text, reading only the lines that it touches: there may be ten million others."""
        top = round(self.scroll_y)
        first = top if selection.start is None else max(0, selection.start.y)
        last = top + self.size.height if selection.end is None else selection.end.y
        lines = []
        for y in range(first, min(last + 1, self.line_count())):
            start, end = selection.get_span(y) or (0, 0)
            lines.append(self.text_at(y)[start : None if end == -1 else end])
        return ("\n".join(lines), "\n") if lines else None

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002  Textual's signature
        """Redraw when the mouse has selected other text."""
        self.refresh()

    def _selected(self, strip: Strip, y: int) -> Strip:
        selection = self.text_selection
        span = None if selection is None else selection.get_span(y)
        if span is None:
            return strip
        start, end = span
        return restyle(
            strip,
            start,
            None if end == -1 else end,
            self.screen.get_component_rich_style("screen--selection"),
        )


def restyle(strip: Strip, start: int, end: int | None, style: Style) -> Strip:
    """Return the strip with the characters from `start` up to `end` (None: its own end) in another style."""
    text = strip.text
    first, last = cell_len(text[:start]), cell_len(text if end is None else text[:end])
    if first >= last:
        return strip
    before, within = strip.crop(0, first), strip.crop(first, last)
    styled = Strip([Segment(part.text, (part.style or Style()) + style) for part in within], last - first)
    return Strip.join([before, styled, strip.crop(last)])
