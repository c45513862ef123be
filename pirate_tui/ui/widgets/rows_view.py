"""The rows as they are seen: any number of them over keyset pages, with what is opened nested under them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from pirate_tui.domain import navigation
from pirate_tui.domain.entity import Column, Entity
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.loading import Opening
from pirate_tui.domain.outline import Line, Part, Path
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import BLOCK, Page, Row
from pirate_tui.domain.search import Match, Tally
from pirate_tui.domain.text import plural
from pirate_tui.domain.window import Window
from pirate_tui.ui.widgets import row_lines
from pirate_tui.ui.widgets.lines_view import LinesView, restyle
from pirate_tui.ui.widgets.row_lines import LineRenderer


HEADER = -1
"""The line of the column names, which stays at the top."""


NO_ROWS = Query(Entity("", "", (), ()))
"""The query of what there is before anything is shown: nothing of nothing."""

AS_OF = "stale · r reloads"
"""Said of rows whose database is not there, also to somebody who sees no colours."""


class TablePlace(NamedTuple):
    """A table as somebody has left it."""

    listing: Listing
    cursor: Path
    column: int


class RowsView(LinesView):
    """Rows of one query and the relationships opened under them. It asks for pages by messages."""

    FIXED_LINES = 1

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows-view--header",
        "rows-view--column",
        "rows-view--cursor",
        "rows-view--glyph",
        "rows-view--relationship",
        "rows-view--failure",
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
        & > .rows-view--null { color: $muted-on-background; text-style: italic; }
        & > .rows-view--type-mismatch { color: $warning-on-background; }
        & > .rows-view--hit { background: $hit; color: $text-on-hit; text-style: bold; }
    }
    """

    cursor: reactive[Path] = reactive((0,), init=False, repaint=False)
    """The line that the cursor is on: a row or a relationship."""

    column: reactive[int] = reactive(0, init=False, repaint=False)
    """The number of the current column."""

    match: reactive[Match | None] = reactive(None, init=False)
    """What is searched; its places in the rows are marked."""

    tally: reactive[Tally] = reactive(Tally(), init=False, repaint=False)
    """What the search has found so far."""

    estimate: reactive[int | None] = reactive(None, init=False, repaint=False)
    """How many rows there may be, until they are counted."""

    hint: reactive[str] = reactive("", init=False, repaint=False)
    """What is good to know before the next key; shown where a search would tell its hits."""

    is_stale: reactive[bool] = reactive(False, init=False)
    """Is the database not there, and all that is shown from before? Bound to the screen's."""

    @dataclass
    class PagesNeeded(Message):
        """Rows are, or soon will be, in view whose pages are not held: see `wanted`."""

    @dataclass
    class RowHighlighted(Message):
        """The cursor has come to a row, or to a relationship of it."""

        entity: Entity
        row: Row

    @dataclass
    class TableEmptied(Message):
        """There is no row that the cursor could rest on."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = Listing(NO_ROWS)
        self._renderer = LineRenderer(self._style)

    @property
    def listing(self) -> Listing | None:
        """What is shown; None before there is anything."""
        return None if self._shown.query is NO_ROWS else self._shown

    # What the screen tells.

    def show_query(self, query: Query, window: Window | None = None) -> None:
        """Show the rows of this query from its first on; nothing is opened. The window has what is read already."""
        self._shown = Listing(query, window)
        self.set_reactive(RowsView.cursor, (0,))
        self.scroll_to(0, 0, animate=False, immediate=True, force=True)
        for page in self._shown.window.pages:
            self._renderer.widths(query.entity, 0).fit(page)
        self._reshape()
        self.column = self.validate_column(self.column)
        self._show_column()

    @property
    def place(self) -> TablePlace | None:
        """What is shown and where the cursor is in it; None before there is anything."""
        return None if self.listing is None else TablePlace(self.listing, self.cursor, self.column)

    def show_place(self, place: TablePlace) -> None:
        """Show what was shown before, as it was."""
        self._shown = place.listing
        self.set_reactive(RowsView.cursor, place.cursor)
        self.set_reactive(RowsView.column, place.column)
        self._reshape()
        self.scroll_line_into_view(self._cursor_line)
        self.rest()

    def hold(self, path: Path, number: int, page: Page) -> None:
        """Show a page that has been read of what is paged at the path; the cursor may rest on a row of it now."""
        was_read = self.row_at(self.cursor) is not None
        self._shown.hold(path, number, page)
        self._renderer.widths(self._shown.query_at(path).entity, len(path) // 2).fit(page)
        self._reshape()
        if page.block:
            self._show_column()  # those before it may have become wider
        if not was_read:
            self.rest()

    def count(self, path: Path, rows: int) -> None:
        """What is paged at the path has been counted."""
        self._shown.count(path, rows)
        self._reshape()

    def reread(self, rows: int, moved: Mapping[int, int]) -> None:
        """Read every row anew, of that many.

        The cursor and what is open stay with their rows, of which `moved` tells the new numbers; a row that is gone
        leaves the cursor where it was.
        """
        number, *inside = self.cursor
        new = moved.get(int(number))
        self._shown.reread(rows, moved)
        path: Path = (int(number),) if new is None else (new, *inside)
        self.set_reactive(RowsView.cursor, path)
        top = round(self.scroll_y)
        self._reshape()
        if new is not None and new != number:
            self.scroll_to(y=max(0, top + new - int(number)), animate=False, immediate=True, force=True)

    def show_opening(self, path: Path, opening: Opening) -> None:
        """Show what came of opening a relationship under the row at the path, if that row is still there."""
        found = self.row_at(path) if self._shown.outline.has(path) else None
        if found is None or found[1].key != opening.request.key:
            return
        self._renderer.widths(opening.target, row_lines.level_of(path) + 1).fit(Page(opening.rows))
        branch = self._shown.show(path, opening)
        self._reshape()
        self.scroll_line_into_view(self._shown.outline.line_of(path) + branch.lines)
        self.scroll_line_into_view(self._cursor_line)

    @property
    def current_column(self) -> Column | None:
        """The column that the cursor is in; None before there is a table."""
        columns = self._shown.entity_at(self.cursor).columns
        return columns[self.column] if self.column < len(columns) else None

    def page_rows(self) -> dict[int, Row]:
        """The table's own rows of the page that the cursor is in, which have a key, by their numbers."""
        listing = self._shown
        size = listing.window.page_size
        start = int(self.cursor[0]) // size * size
        rows = {number: listing.window.row(number) for number in range(start, start + size)}
        return {number: row for number, row in rows.items() if row is not None and row.key is not None}

    def go_to(self, index: int) -> None:
        """Put the cursor on the row of that number, counted from 0, in the middle of the view."""
        path = navigation.within(self._shown.outline, (index,))
        y = self._shown.outline.line_of(path)
        self.scroll_to(y=max(0, y - self._rows_in_view // 2), animate=False, immediate=True, force=True)
        self.cursor = path

    def wanted(self) -> list[tuple[Path, int]]:
        """The pages to read now, by the path of what is paged, the most urgent first."""
        listing = self._shown
        for path, window in listing.windows.items():
            columns = self._renderer.in_view(listing.query_at(path).entity, len(path) // 2, self._seen)
            window.blocks = tuple(range(columns.start // BLOCK, max(0, columns.stop - 1) // BLOCK + 1))
        return listing.wanted(round(self.scroll_y), self.size.height)

    def row_at(self, path: Path) -> tuple[Entity, Row] | None:
        """The entity and the row of a path; None while it is not read."""
        return self._shown.row_at(path)

    # Drawing.

    def line_count(self) -> int:
        """How many lines the rows and all that is opened take."""
        return self._shown.outline.lines

    def shown_line(self, y: int) -> Line | None:
        """What the line number `y` shows; None below the last."""
        return self._shown.outline.line_at(y) if y < self.line_count() else None

    def line_at(self, y: int) -> Strip:
        """One line, drawn."""
        if y == HEADER:
            current = self.column if len(self.cursor) == 1 else None
            return Strip(self._renderer.header(self._shown.entity, 0, current, self._seen))
        line = self._shown.outline.line_at(y)
        current = self.column if self.cursor[:-1] == line.path else None
        strip = Strip(self._renderer.line(self._shown, line, current, self._seen))
        if line.path == self.cursor and line.part is not Part.HEADER:
            wide = strip.adjust_cell_length(max(strip.cell_length, self.size.width + self.scroll_offset.x))
            strip = restyle(wide, 0, None, self._style("cursor"))
        if self.match is not None and line.part is Part.ROW and len(line.path) == 1:
            strip = self._with_hits(strip, self.match.text.lower())
        return strip

    def empty_line(self) -> Strip:
        """Why there are no rows, and what brings them back."""
        if self.listing is None or self.listing.window.count != 0:
            return super().empty_line()
        filters = len(self.listing.query.filters)
        told = "no rows"
        if filters:
            told += " match the filter · F removes it" if filters == 1 else " match the filters · F removes one"
        return Strip([Segment(f"  {told}", self._style("null"))])

    def _with_hits(self, strip: Strip, needle: str) -> Strip:
        """The line with the places marked at which the search finds it."""
        text, style = strip.text.lower(), self._style("hit")
        start = text.find(needle)
        while start >= 0:
            strip = restyle(strip, start, start + len(needle), style)
            start = text.find(needle, start + len(needle))
        return strip

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"rows-view--{name}", partial=True)

    # What changes what is seen.

    def watch_match(self) -> None:
        """Another search, or none."""
        self._retitle()

    def watch_tally(self) -> None:
        """The search goes on."""
        self._retitle()

    def watch_hint(self) -> None:
        """There is something else to know, or nothing."""
        self._retitle()

    def watch_is_stale(self) -> None:
        """The database has gone away, or has come back."""
        self.set_class(self.is_stale, "-stale")
        self._retitle()

    def watch_estimate(self) -> None:
        """There is a first word on how many rows there are."""
        self._retitle()

    def validate_column(self, column: int) -> int:
        """Stay within the columns of the rows that the cursor is among."""
        return max(0, min(column, len(self._shown.entity_at(self.cursor).columns) - 1))

    def watch_column(self) -> None:
        """The view scrolls sideways with the column."""
        self._show_column()
        self.refresh()

    def _show_column(self) -> None:
        """Scroll sideways until the current column is in view."""
        if self.listing is not None:
            level = row_lines.level_of(self.cursor)
            edge = level * row_lines.STEP + len(row_lines.LEAF)
            start, end = self._renderer.widths(self.listing.entity_at(self.cursor), level).offset(self.column)
            room = self.scrollable_content_region.width
            target = min(max(round(self.scroll_x), edge + end - room), edge + start if self.column else 0)
            self.scroll_to(x=target, animate=False, immediate=True, force=True)

    def watch_cursor(self, before: Path, after: Path) -> None:
        """The view follows the cursor, and the row under it becomes the live instance."""
        self.scroll_line_into_view(self._cursor_line)
        self.column = self.validate_column(self.column)
        if before[:-1] == after[:-1]:
            self._refresh_lines_of(before, after)
        else:
            self.refresh()  # the current column is marked in another header
        self.rest()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows come into view."""
        super().watch_scroll_y(old_value, new_value)
        self._want()

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Other columns come into view."""
        super().watch_scroll_x(old_value, new_value)
        self._want()

    def on_resize(self) -> None:
        """More rows may be in view."""
        self._want()

    @property
    def _seen(self) -> range:
        """The part of a line that is in view."""
        left = self.scroll_offset.x
        return range(left, left + self.scrollable_content_region.width)

    @property
    def _cursor_line(self) -> int:
        return self._shown.outline.line_of(self.cursor)

    @property
    def _rows_in_view(self) -> int:
        return max(1, self.scrollable_content_region.height - self.FIXED_LINES)

    def _refresh_lines_of(self, *paths: Path) -> None:
        for path in paths:
            if navigation.within(self._shown.outline, path) == path:
                self.refresh_line(self._shown.outline.line_of(path))

    def rest(self) -> None:
        """Say which row the cursor rests on."""
        found = self.row_at(self.cursor)
        if found is not None:
            self.post_message(self.RowHighlighted(*found))

    def _want(self) -> None:
        if self.wanted():
            self.post_message(self.PagesNeeded())

    def _reshape(self) -> None:
        """The rows, or what is opened, are others now: so are the view's size and the pages in view."""
        listing = self._shown
        self.set_reactive(RowsView.cursor, navigation.within(listing.outline, self.cursor))
        self._retitle()
        self.virtual_size = Size(self._renderer.width(listing), listing.outline.lines + self.FIXED_LINES)
        self.refresh()
        self._want()
        if listing.window.count == 0:
            self.post_message(self.TableEmptied())

    def _retitle(self) -> None:
        """Which rows are shown, how many there are, and what the search has found."""
        listing = self.listing
        if listing is not None:
            told = (listing.entity.name, _many(listing.window.count, self.estimate), str(listing.query))
            self.border_title = Text(" · ".join(filter(None, told)))
            found = "" if self.match is None else f"{self.match} · {self.tally}"
            said = (AS_OF if self.is_stale else "", self.hint or found)
            self.border_subtitle = Text(" · ".join(filter(None, said)))


def _many(count: int | None, estimate: int | None) -> str:
    """How many rows, as far as it is known."""
    if count is not None:
        return plural(count, "row")
    return "" if estimate is None else f"~{estimate:,} rows"
