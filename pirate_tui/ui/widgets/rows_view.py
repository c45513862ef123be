"""Draw the rows: any number of them over keyset pages, with what is opened nested under them."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from pirate_tui.domain.entity import Column, Entity
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.outline import Line, LineKind, Path
from pirate_tui.domain.rows import BLOCK, Row
from pirate_tui.domain.text import plural
from pirate_tui.domain.walking import steps_to
from pirate_tui.ui.keymap import keymap_of
from pirate_tui.ui.table_state import Caption, TableState
from pirate_tui.ui.widgets.breadcrumb import breadcrumb
from pirate_tui.ui.widgets.kept_lines import KeptLines
from pirate_tui.ui.widgets.lines_view import restyle
from pirate_tui.ui.widgets.row_lines import LineRenderer
from pirate_tui.ui.widgets.titled import BETWEEN


HEADER = -1
"""The line of the column names, which stays at the top."""

STALE = "stale · {r} reloads"
"""Shown at rows whose database is gone: colour alone does not carry it."""


class RowsView(KeptLines):
    """Rows of one query and the relationships opened under them, as a state has them. It requests pages by messages.

    A subclass observes the state.
    """

    FIXED_LINES = 1

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows-view--header",
        "rows-view--column",
        "rows-view--cursor",
        "rows-view--glyph",
        "rows-view--relationship",
        "rows-view--failure",
        "rows-view--success",
        "rows-view--null",
        "rows-view--type-mismatch",
        "rows-view--hit",
    }

    DEFAULT_CSS = """
    RowsView {
        & > .rows-view--header { color: $muted-on-background; text-style: bold; }
        & > .rows-view--column { text-style: bold underline; }
        & > .rows-view--cursor { text-style: bold; }
        &:focus > .rows-view--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .rows-view--glyph { color: $primary-on-background; }
        & > .rows-view--relationship { color: $accent-on-background; }
        & > .rows-view--failure { color: $error-on-background; text-style: bold; }
        & > .rows-view--success { color: $success-on-background; text-style: bold; }
        & > .rows-view--null { color: $muted-on-background; text-style: italic; }
        & > .rows-view--type-mismatch { color: $warning-on-background; }
        & > .rows-view--hit { background: $hit; color: $text-on-hit; text-style: bold; }
    }
    """

    is_stale: reactive[bool] = reactive(False, init=False)
    """Whether the database is gone, so that what is shown may be outdated. Bound to the screen's."""

    @dataclass
    class PagesNeeded(Message):
        """Rows are, or soon will be, in view whose pages are not held: the state knows which."""

    @dataclass
    class TableEmptied(Message):
        """There is no row that the cursor could be on."""

    def __init__(self, state: TableState) -> None:
        super().__init__()
        self.state = state
        self._renderer = LineRenderer(self._style)

    @property
    def listing(self) -> Listing | None:
        """The listing shown; None before there is one."""
        return self.state.listing

    @property
    def current_column(self) -> Column | None:
        """The column that the cursor is in; None before there is a table."""
        return self.state.current_column

    def row_at(self, path: Path) -> tuple[Entity, Row] | None:
        """Return the entity and the row of a path; None while it is not read."""
        return self.state.shown.row_at(path)

    # Drawing.

    def line_count(self) -> int:
        """Return how many lines the rows and all that is opened take."""
        return self.state.shown.outline.lines

    def shown_line(self, y: int) -> Line | None:
        """Return what the line `y` shows; None below the last."""
        return self.state.shown.outline.line_at(y) if y < self.line_count() else None

    def line_at(self, y: int) -> Strip:
        """Return the strip of a line, with the cursor and the search's matches highlighted."""
        if y == HEADER:
            current = self.state.column if len(self.state.cursor) == 1 else None
            return Strip(self._renderer.header(self.state.shown.entity, 0, current, self._seen))
        line = self.state.shown.outline.line_at(y)
        current = self.state.column if self.state.cursor[:-1] == line.path else None
        strip = Strip(self._renderer.line(self.state.shown, line, current, self._seen))
        if line.path == self.state.cursor and line.part is not LineKind.HEADER:
            wide = strip.adjust_cell_length(max(strip.cell_length, self.size.width + self.scroll_offset.x))
            strip = restyle(wide, 0, None, self._style("cursor"))
        match = self.state.caption.match
        if match is not None and line.part is LineKind.ROW and len(line.path) == 1:
            strip = self._with_hits(strip, match.text.lower())
        return strip

    def empty_line(self) -> Strip:
        """Return why there are no rows, and which key brings them back."""
        if self.listing is None or self.listing.window.count != 0:
            return super().empty_line()
        filters = len(self.listing.query.filters)
        reason = "no rows"
        if filters:
            reason += " match the filter · F removes it" if filters == 1 else " match the filters · F removes one"
        return Strip([Segment(f"  {reason}", self._style("null"))])

    def _with_hits(self, strip: Strip, needle: str) -> Strip:
        """Return the line with every match of the search highlighted."""
        text, style = strip.text.lower(), self._style("hit")
        start = text.find(needle)
        while start >= 0:
            strip = restyle(strip, start, start + len(needle), style)
            start = text.find(needle, start + len(needle))
        return strip

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"rows-view--{name}", partial=True)

    # What changes what is seen.

    def caption_changed(self, before: Caption) -> None:
        """Update the title, and the highlighted matches of a search."""
        self._retitle()
        if before.match != self.state.caption.match:
            self.refresh()

    def watch_is_stale(self) -> None:
        """Mark the rows as stale, or no longer."""
        self.set_class(self.is_stale, "-stale")
        self._retitle()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Request the rows that come into view."""
        super().watch_scroll_y(old_value, new_value)
        if new_value:
            self.state.is_used = True
        self._want()

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Request the columns that come into view."""
        super().watch_scroll_x(old_value, new_value)
        self._want()

    def on_resize(self) -> None:
        """Request the rows that come into view."""
        self._retitle()
        self._want()

    @property
    def _seen(self) -> range:
        """The part of a line that is in view."""
        left = self.scroll_offset.x
        return range(left, left + self.scrollable_content_region.width)

    @property
    def rows_in_view(self) -> int:
        """How many lines of rows the view has."""
        return max(1, self.scrollable_content_region.height - self.FIXED_LINES)

    def _want(self) -> None:
        """Compute which pages the view needs now, and request them."""
        listing = self.state.shown
        for path, window in listing.windows.items():
            columns = self._renderer.in_view(listing.query_at(path).entity, len(path) // 2, self._seen)
            window.blocks = tuple(range(columns.start // BLOCK, max(0, columns.stop - 1) // BLOCK + 1))
        self.state.wanted = listing.wanted(round(self.scroll_y), self.size.height)
        if self.state.wanted:
            self.post_message(self.PagesNeeded())

    def _reshape(self) -> None:
        """Update size, title and needed pages after the rows, or what is opened, have changed."""
        listing = self.state.shown
        self._retitle()
        self.virtual_size = Size(self._renderer.width(listing), listing.outline.lines + self.FIXED_LINES)
        self.refresh()
        self._want()
        if listing.window.count == 0:
            self.post_message(self.TableEmptied())

    def _retitle(self) -> None:
        """Show which rows these are and how many, or the way to a nested one, and what the search has found."""
        listing, caption = self.state.listing, self.state.caption
        if listing is not None:
            title = (listing.entity.name, _row_count(listing.window.count, caption.estimate), str(listing.query))
            tally = caption.tally.described(caption.match_place)
            matches = "" if caption.match is None else f"{caption.match} · {tally}"
            hint = keymap_of(self).in_hint(" · ".join(filter(None, (STALE if self.is_stale else "", caption.hint))))
            note = " · ".join(filter(None, (hint, "" if caption.hint else matches)))
            if len(self.state.cursor) > 1:
                room = self.title_room - (len(note) + BETWEEN if note else 0)
                self.set_title(breadcrumb(steps_to(listing, self.state.cursor), room), note)
            else:
                self.set_title(" · ".join(filter(None, title)), note)


def _row_count(count: int | None, estimate: int | None) -> str:
    """Return how many rows there are, as far as that is known."""
    if count is not None:
        return plural(count, "row")
    return "" if estimate is None else f"~{estimate:,} rows"
