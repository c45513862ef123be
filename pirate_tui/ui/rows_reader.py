"""Read the rows that the table shows: pages, counts, anchors, places."""

import asyncio
from enum import Enum
from typing import TYPE_CHECKING, Any

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.goto import parse_location
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.outline import Path
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Page, Rank, Row, RowKey, Seek, key_label
from pirate_tui.domain.window import Window
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.table_state import TableState
from pirate_tui.ui.tasks import Tasks


if TYPE_CHECKING:
    from pirate_tui.domain.entity import Column


class RowsReader:
    """Keeps a table filled. Every query runs in an exclusive worker: a newer one takes its place."""

    def __init__(self, connection: ConnectionHandle, table: TableState, tasks: Tasks) -> None:
        self._connection = connection
        self._table = table
        self._tasks = tasks
        self.warned: Column | None = None
        """The column of this table that the user was warned about: sorting by it is slow."""
        self._walking = asyncio.Lock()
        """Held while anchors are read: each is found from the previous one."""

    async def begin(self, query: Query, *, is_kept: bool = False) -> None:
        """Show the first rows of a query, in place of what is shown, or is kept; its count comes later."""
        page = await self._connection.rows.page(query, Seek())
        self.stop()
        self._table.show_query(query, is_kept=is_kept)
        self._table.hold((), 0, page)
        self.count()

    def stop(self) -> None:
        """Cancel what is being read for a table that is left."""
        for group in ("count", "pages", "find", "order", "place"):
            self._tasks.cancel(group)
        self.warned = None
        self._table.set_caption(estimate=None, hint="")

    def show_window(
        self, query: Query, window: Window, row: int, *, is_kept: bool = False, is_counted: bool = True
    ) -> None:
        """Show the rows of a query of which a window is read, with the cursor on the row of that number.

        What is not counted yet is, with `is_counted`.
        """
        self._table.show_query(query, window, is_kept=is_kept)
        if row:
            self._table.go_to(row)
        if is_counted:
            self.count()

    def fill(self) -> None:
        """Read the pages that are in view, or near it, and not held."""
        listing = self._table.listing
        if listing is not None and not self._tasks.is_running("pages"):
            self._tasks.start("pages", lambda: self._read_pages(listing))

    async def _read_pages(self, listing: Listing) -> None:
        """Read the wanted pages, which may change with every page: one that left the view is not read."""
        with self._tasks.track(f"reading {listing.entity.name}"):
            while self._table.wanted:
                path, number = self._table.wanted[0]
                window = listing.windows[path]
                page = await self._connection.rows.page(listing.query_at(path), window.seek(number))
                if listing.windows.get(path) is window:  # else it was closed meanwhile
                    self._table.hold(path, number, page)

    def count(self) -> None:
        """Count what is not counted yet, and read its anchors."""
        listing = self._table.listing
        if listing is not None:
            self._tasks.start("count", lambda: self._count(listing))

    async def _count(self, listing: Listing) -> None:
        for path, window in list(listing.windows.items()):
            if window.count is None and listing.windows.get(path) is window:  # else it was closed meanwhile
                await self._count_at(path, window, listing)
        await self.walk(listing)

    async def _count_at(self, path: Path, window: Window, listing: Listing) -> None:
        query = listing.query_at(path)
        with self._tasks.track(f"counting {query.entity.name}"):
            if not path:
                self._table.set_caption(estimate=await self._connection.rows.estimate(query))
            count = await self._connection.rows.count(query)
            if listing.windows.get(path) is window:
                self._table.count(path, count)

    async def walk(self, listing: Listing) -> None:
        """Read anchors, so that every page comes near: one after another, or by sorting all rows once."""
        try:
            async with self._walking:
                for path, window in list(listing.windows.items()):
                    if window.is_indexed:
                        await self._walk_along(path, window, listing)
                    elif window.next_anchor is not None:
                        await self._sort(path, window, listing)
        except BrowserError as error:
            self._tasks.show_error(error)

    async def _walk_along(self, path: Path, window: Window, listing: Listing) -> None:
        while (seek := window.next_anchor) is not None and listing.windows.get(path) is window:
            anchors = await self._connection.rows.next_anchors(listing.query_at(path), seek)
            if not anchors:
                break
            if window.next_anchor == seek:  # else the window was cleared meanwhile
                window.add_anchors(anchors)

    async def _sort(self, path: Path, window: Window, listing: Listing) -> None:
        query, first = listing.query_at(path), window.next_anchor
        with self._tasks.track(f"sorting {query.entity.name}"):
            anchors = await self._connection.rows.anchors(query, window.interval)
            if window.next_anchor == first:  # else the window was cleared meanwhile
                window.anchors[:] = anchors

    async def prepared(self, query: Query, key: RowKey) -> tuple[Window, int]:
        """Read a window with the page of the row of that key; return it and the row's number."""
        window = Window()
        window.count = await self._connection.rows.count(query)
        window.is_indexed = await self._connection.rows.is_sorted(query)
        rank = await self.rank(query, key)
        window.hold(*await self.page_of(query, rank))
        return window, 0 if rank is None else rank.number

    async def page_of(self, query: Query, rank: Rank | None) -> tuple[int, Page]:
        """Read the page that has the row of that rank, from that row on; the first one for None. Return its number."""
        window = Window()
        before = None if rank is None else window.before_page_of(rank)
        position = None if before is None else await self._connection.rows.anchor(query, before)
        if rank is None or position is None:
            return 0, await self._connection.rows.page(query, Seek())
        return rank.number // window.page_size, await self._connection.rows.page(query, Seek(position))

    async def rank(self, query: Query, key: RowKey) -> Rank | None:
        """Return where the row of that key stands among those of the query; None where it is not among them."""
        return await self._connection.rows.rank(query, tuple(map(as_typed, key)))

    @property
    def cursor_row(self) -> Row | None:
        """The query's own row that the cursor is on, or inside of; None while it is not read."""
        entity_and_row = self._table.shown.row_at(self._table.cursor[:1])
        return None if entity_and_row is None else entity_and_row[1]

    # Another place.

    def go_to(self, typed: str) -> None:
        """Go to the place that was typed; raise ValueError when it is invalid."""
        listing = self._table.listing
        if listing is None:
            return
        location = parse_location(typed, listing.window.known)
        if location.key is None:
            self._table.go_to(location.row or 0)
        else:
            key = location.key
            self._tasks.start("find", lambda: self._find(key, listing.query))

    def go_to_key(self, key: RowKey) -> None:
        """Go to the row of that key, if it is among those of the query."""
        query = self._table.shown.query
        self._tasks.start("find", lambda: self._find(tuple(map(as_typed, key)), query))

    async def _find(self, key: tuple[str, ...], query: Query) -> None:
        shown = key_label(query.entity.name, key)
        with self._tasks.track(f"finding {shown}"):
            rank = await self._connection.rows.rank(query, key)
            if rank is None:
                hint = "{F} takes a filter away" if query.filters else "press : to try another"
                raise BrowserError(f"no such row: {shown}{' (with these filters)' if query.filters else ''}", hint)
            self._table.go_to(rank.number)


def as_typed(part: Any) -> str:
    """Return a part of a key as it would be typed."""
    if isinstance(part, Enum):
        return str(part.value)
    return f"x'{part.hex()}'" if isinstance(part, bytes) else str(part)
