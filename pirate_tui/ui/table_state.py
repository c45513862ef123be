"""Keep what a table shows and where its cursor is, without the widget that draws it."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from pirate_tui.domain import navigation
from pirate_tui.domain.access import Walk
from pirate_tui.domain.entity import Column, Entity
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.loading import OpenResult
from pirate_tui.domain.outline import Path
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Page, Row
from pirate_tui.domain.search import Match, MatchCounts, MatchPlace
from pirate_tui.domain.walking import walk_at
from pirate_tui.domain.window import Window


NO_ROWS = Query(Entity("", "", (), ()))
"""The query before anything is shown, of no rows."""


class Caption(NamedTuple):
    """Texts around the rows, in title and subtitle."""

    hint: str = ""
    """A hint for the next key; shown in place of the search's result."""
    estimate: int | None = None
    """How many rows there may be, until they are counted."""
    match: Match | None = None
    """What is searched; its matches are highlighted in the rows."""
    tally: MatchCounts = MatchCounts()
    """What the search has found so far."""
    match_place: MatchPlace | None = None
    """Which of its hits the search has gone to last."""


class TablePlace(NamedTuple):
    """A table as it was left."""

    listing: Listing
    cursor: Path
    column: int


class Read(NamedTuple):
    """Rows that have been read: their columns are widened to fit."""

    entity: Entity
    level: int
    """How deep they are nested."""
    page: Page


class Change(NamedTuple):
    """How the rows have changed, as far as the rows do not show it."""

    read: tuple[Read, ...] = ()
    """Rows that have been read."""
    is_new: bool = False
    """Whether they are other rows, to be shown from the first on."""
    ended: tuple[Walk, ...] = ()
    """The walks that were open in rows that are shown no more."""
    moved_by: int = 0
    """How many lines further down the row under the cursor is now."""
    lines: tuple[int, ...] = ()
    """Lines to bring into view, one after another."""
    needs_column: bool = False
    """Whether the current column may have left the view."""
    is_highlighted: bool = False
    """Whether another row is under the cursor, or it has been read only now."""


class TableObserver(Protocol):
    """Receives every change of a table's state, at once."""

    def rows_changed(self, change: Change) -> None:
        """Handle a change of the rows, or of what is opened."""

    def cursor_moved(self, before: Path, after: Path) -> None:
        """Handle a move of the cursor to another line."""

    def column_moved(self) -> None:
        """Handle a change of the current column."""

    def line_sought(self, line: int) -> None:
        """Handle that the cursor will go to that line, which may be far away."""

    def caption_changed(self, before: Caption) -> None:
        """Handle a change of the caption."""


class TableState:
    """The rows of one query, what is opened under them, and the cursor; readers change it here."""

    def __init__(self, observer: TableObserver) -> None:
        self._observer = observer
        self.shown = Listing(NO_ROWS)
        self.cursor: Path = (0,)
        """The line that the cursor is on: a row or a relationship."""
        self.column = 0
        """The number of the current column."""
        self.is_used = False
        """Whether anything was done with the rows since they are shown: the cursor is not taken elsewhere then."""
        self.caption = Caption()
        self.wanted: list[tuple[Path, int]] = []
        """The pages to read now, by the path of what is paged, the most urgent first; the observer keeps it."""

    @property
    def listing(self) -> Listing | None:
        """The listing shown; None before there is one."""
        return None if self.shown.query is NO_ROWS else self.shown

    @property
    def current_column(self) -> Column | None:
        """The column that the cursor is in; None before there is a table."""
        columns = self.shown.entity_at(self.cursor).columns
        return columns[self.column] if self.column < len(columns) else None

    def page_rows(self) -> dict[int, Row]:
        """Return the table's own rows on the cursor's page that have a key, by their numbers."""
        window = self.shown.window
        start = int(self.cursor[0]) // window.page_size * window.page_size
        rows = {number: window.row(number) for number in range(start, start + window.page_size)}
        return {number: row for number, row in rows.items() if row is not None and row.key is not None}

    # Where the cursor is.

    def move_cursor(self, path: Path) -> None:
        """Put the cursor on a line, which may be among rows with fewer columns."""
        before, self.is_used = self.cursor, True
        if before != path:
            self.cursor = path
            self.move_column(self.column)
            self._observer.cursor_moved(before, path)
            if self.caption.match_place is not None and self.caption.match_place.row != path[0]:
                self.set_caption(match_place=None)

    def move_column(self, number: int) -> None:
        """Make a column the current one, within those of the rows that the cursor is among."""
        number = self._column_within(number)
        if number != self.column:
            self.column = number
            self._observer.column_moved()

    def go_to(self, index: int) -> None:
        """Put the cursor on the row of that number, counted from 0, in the middle of the view."""
        path = navigation.within(self.shown.outline, (index,))
        self._observer.line_sought(self.shown.outline.line_of(path))
        self.move_cursor(path)

    def set_caption(self, **changes: Any) -> None:
        """Change fields of the `Caption`."""
        before, self.caption = self.caption, self.caption._replace(**changes)
        if before != self.caption:
            self._observer.caption_changed(before)

    # What is shown.

    def show_query(self, query: Query, window: Window | None = None, *, is_kept: bool = False) -> None:
        """Show the rows of this query from its first on; nothing is opened. The window has what is read already.

        What was open before is closed, unless it is kept to be shown again.
        """
        walks = () if is_kept else (walk_at(self.shown, (number,)) for number in self.shown.outline.opened)
        ended = tuple(walk for walk in walks if walk is not None)
        self.shown = Listing(query, window)
        self.cursor, self.is_used = (0,), False
        self.column = self._column_within(self.column)
        read = tuple(Read(query.entity, 0, page) for page in self.shown.window.pages)
        self._change(Change(read, is_new=True, ended=ended, needs_column=True, is_highlighted=True))

    @property
    def place(self) -> TablePlace | None:
        """The listing shown, with cursor and column; None before there is one."""
        return None if self.listing is None else TablePlace(self.listing, self.cursor, self.column)

    def show_place(self, place: TablePlace) -> None:
        """Show a table again as it was left."""
        self.shown, cursor, self.column = place
        self.cursor = navigation.within(self.shown.outline, cursor)
        self._change(Change(lines=(self.shown.outline.line_of(self.cursor),), is_highlighted=True))

    def hold(self, path: Path, number: int, page: Page) -> None:
        """Show a page that has been read of what is paged at the path; the cursor may be on a row of it."""
        was_read = self.shown.row_at(self.cursor) is not None
        self.shown.hold(path, number, page)
        read = Read(self.shown.query_at(path).entity, len(path) // 2, page)
        # The columns before the current one may have become wider.
        self._change(Change((read,), needs_column=bool(page.block), is_highlighted=not was_read))

    def count(self, path: Path, rows: int) -> None:
        """Set how many rows there are of what is paged at the path."""
        self.shown.count(path, rows)
        self._change(Change())

    def reread(self, rows: int, moved: Mapping[int, int]) -> None:
        """Forget every row and set how many there are now.

        The cursor and what is open stay with their rows, whose new numbers are in `moved`; a row that is gone
        leaves the cursor where it was.
        """
        number, *inside = self.cursor
        new = moved.get(int(number))
        self.shown.reread(rows, moved)
        self.cursor = (int(number),) if new is None else (new, *inside)
        self._change(Change(moved_by=0 if new is None else new - int(number)))

    def show_opening(self, path: Path, opening: OpenResult) -> None:
        """Show the result of opening a relationship under the row at the path, if that row is still there."""
        entity_and_row = self.shown.row_at(path) if self.shown.outline.has(path) else None
        if entity_and_row is None or entity_and_row[1].key != opening.request.key:
            return
        if len(path) == 1 and opening.found is None:  # in a new session, which holds nothing of the one before
            self.shown.close_others(path, opening.request.relationship.name)
        branch = self.shown.show(path, opening)
        read = Read(opening.target, (len(path) - 1) // 2 + 1, Page(opening.rows))
        outline = self.shown.outline
        self.cursor = navigation.within(outline, self.cursor)
        self._change(Change((read,), lines=(outline.line_of(path) + branch.lines, outline.line_of(self.cursor))))

    def list_relationships(self, path: Path) -> None:
        """Put the closed relationships of the row at the path under it."""
        self.is_used = True
        self.shown.list_relationships(path)
        self._change(Change())

    def close(self, path: Path) -> None:
        """Close a row, or a relationship; a cursor inside of it moves to it."""
        if self.cursor[: len(path)] == path:
            self.move_cursor(path)
        self.shown.close(path)
        self._change(Change())

    def close_all(self) -> None:
        """Close everything that is open."""
        for number in tuple(self.shown.outline.opened):
            self.close((number,))

    def _change(self, change: Change) -> None:
        """Notify the observer, with the cursor on a line that exists."""
        self.cursor = navigation.within(self.shown.outline, self.cursor)
        self._observer.rows_changed(change)

    def _column_within(self, number: int) -> int:
        return max(0, min(number, len(self.shown.entity_at(self.cursor).columns) - 1))
