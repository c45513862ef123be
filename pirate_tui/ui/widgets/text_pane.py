"""Show panels of text that can be scrolled, searched, selected and copied."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import set_cell_size
from rich.style import Style
from rich.text import Span, Text
from textual import work
from textual.binding import BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip

from pirate_tui.ui.commands import BindingScope, bindings
from pirate_tui.ui.links import LINK, link_at, open_link
from pirate_tui.ui.widgets.lines_view import LinesView, restyle


AFTER_HIT = 3
"""How many of the lines after a hit are brought into view with it."""


class Hit(NamedTuple):
    """A place that the search found."""

    line: int
    start: int
    end: int


class SearchableView(LinesView):
    """Lines with a search over all of them; a subclass draws them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"searchable-view--hit", "searchable-view--hit-current"}

    DEFAULT_CSS = """
    SearchableView {
        & > .searchable-view--hit { background: $hit; color: $text-on-hit; }
        & > .searchable-view--hit-current { background: $warning; color: $text-on-warning; text-style: bold; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(BindingScope.TEXT),
        ("j", "scroll_down"),
        ("k", "scroll_up"),
        ("g", "scroll_home"),
        ("G", "scroll_end"),
    ]

    place: reactive[tuple[int, int]] = reactive((0, 0), init=False, always_update=True)
    """The number of the current hit, from 1, and how many there are."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self._hits: list[Hit] = []
        self._needle = ""
        self._current = 0

    def draw(self, y: int) -> Strip:
        """Return the strip of line `y`, without the marks of a search."""
        raise NotImplementedError

    def searchable_text(self, y: int) -> str:
        """Return what the search looks through in a line: all of it, where `draw` shows less."""
        return self.draw(y).text

    def line_at(self, y: int) -> Strip:
        """Return the strip of line `y`, with the hits marked."""
        strip = self.draw(y)
        for link in LINK.finditer(strip.text):
            strip = restyle(strip, link.start(), link.end(), Style(underline=True))
        for number, hit in enumerate(self._hits):
            if hit.line == y:
                name = "hit-current" if number == self._current else "hit"
                style = self.get_component_rich_style(f"searchable-view--{name}")
                strip = restyle(strip, hit.start, hit.end, style)
        return strip

    def on_click(self, event: Click) -> None:
        """Open the link that is clicked."""
        at = event.get_content_offset(self)
        y = -1 if at is None else at.y + round(self.scroll_y)
        if at is not None and 0 <= y < self.line_count():
            text = self.draw(y).text
            link = link_at(text, len(set_cell_size(text, at.x + round(self.scroll_x))))
            if link:
                self._open(link)

    @work(group="link")
    async def _open(self, link: str) -> None:
        await open_link(self.app, link)

    def search(self, needle: str) -> None:
        """Find the text in every line, whatever its case, and go to the first hit from the top of the view."""
        self._needle = needle.lower()
        self.find_again()
        top = round(self.scroll_y)
        self._current = next((n for n, hit in enumerate(self._hits) if hit.line >= top), 0)
        self._show_hit()

    def find_again(self) -> None:
        """Search the changed lines again."""
        self._hits = []
        for y in range(self.line_count() if self._needle else 0):
            text = self.draw(y).text.lower()
            if self._needle not in text and self._needle in self.searchable_text(y).lower():
                self._hits.append(Hit(y, 0, len(text)))
            start = text.find(self._needle)
            while start >= 0:
                self._hits.append(Hit(y, start, start + len(self._needle)))
                start = text.find(self._needle, start + len(self._needle))
        self._current = min(self._current, max(0, len(self._hits) - 1))

    def action_next_hit(self) -> None:
        """Go to the next hit, and from the last to the first."""
        self._step(1)

    def action_previous_hit(self) -> None:
        """Go to the previous hit, and from the first to the last."""
        self._step(-1)

    def _step(self, by: int) -> None:
        if self._hits:
            self._current = (self._current + by) % len(self._hits)
        self._show_hit()

    def _show_hit(self) -> None:
        if self._hits:
            line = self._hits[self._current].line
            after = min(AFTER_HIT, max(0, self.scrollable_content_region.height - 2))  # a line before it stays in view
            self.scroll_line_into_view(min(line + after, self.line_count() - 1))
            self.scroll_line_into_view(line)
        self.place = (self._current + 1, len(self._hits))
        self.refresh()


class TextPane(SearchableView):
    """A text, with its lines as they are or wrapped to the panel's width.

    A style in it may be the name of one of the pane's component classes: it is looked up when a line is drawn, so that
    it is the theme's at any time.
    """

    def __init__(self, *, wrap: bool = False, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self._wrap = wrap
        self._source: Sequence[Text] = ()
        self._lines: Sequence[Text] = ()
        self._laid_out = Size()
        """The size of the panel for which the lines were laid out."""

    @property
    def plain(self) -> str:
        """All its text."""
        return "\n".join(text.plain for text in self.text_in(self.size))

    def text_in(self, size: Size) -> Sequence[Text]:  # noqa: ARG002  for those that show more in a larger panel
        """Return the lines for a panel of that size."""
        return self._source

    def set_text(self, lines: Sequence[Text]) -> None:
        """Show other text; a search goes on in it. Lines that are not wrapped are read as they come into view."""
        self._source = lines
        self.lay_out()

    def lay_out(self) -> None:
        """Lay out the current text; while the panel has no size, this waits until it is drawn."""
        self._laid_out = size = self.size
        self._lines, width = self._fitting(size) if size else ((), 0)
        widest = self.widest(self._lines)
        self.virtual_size = Size(widest if widest > width else 0, len(self._lines))
        self.find_again()
        self.refresh()

    def draw(self, y: int) -> Strip:
        """Return the strip of line `y`, in the theme's current colours."""
        line = self._lines[y].copy()
        line.spans = [Span(start, end, self._style_of(style)) for start, end, style in line.spans]
        line.stylize_before(self._style_of(line.style))  # without spans, rich would leave it out
        return Strip(line.render(self.app.console, end=""))

    def widest(self, lines: Sequence[Text]) -> int:
        """Return how wide the widest line is."""
        return max((line.cell_len for line in lines), default=0)

    def line_count(self) -> int:
        """Return the number of lines, wrapped ones counted as they are shown."""
        return len(self._lines)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lay out for a new size first: Textual draws a panel before it reports the size."""
        if self.size != self._laid_out:
            self.lay_out()
        return super().render_lines(crop)

    def _fitting(self, size: Size) -> tuple[Sequence[Text], int]:
        """Return the lines and their width; beside a scrollbar, where they are too many for the height."""
        lines: Sequence[Text] = ()
        width = size.width
        for width in (size.width, size.width - self.styles.scrollbar_size_vertical):
            lines = self.text_in(size.with_width(width))
            if self._wrap:
                lines = self.wrapped(lines, width)
            below = self.styles.scrollbar_size_horizontal if self.widest(lines) > width else 0
            if len(lines) <= size.height - below:
                break
        return lines, width

    def wrapped(self, text: Sequence[Text], width: int) -> list[Text]:
        """Return the lines of the text, wrapped to the width."""
        return [piece for line in text for piece in line.wrap(self.app.console, max(1, width))]

    def _style_of(self, style: str | Style) -> Style:
        if isinstance(style, str) and style in self.COMPONENT_CLASSES:
            return self.get_component_rich_style(style, partial=True)
        return self.app.console.get_style(style)
