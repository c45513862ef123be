"""Asks the database for what the table shows: pages, counts, anchors, another order, other filters."""

import asyncio
from collections.abc import AsyncIterator, Callable
from enum import Enum
from typing import TYPE_CHECKING, Any

from pirate_tui.domain.entity import Column
from pirate_tui.domain.failure import Trouble
from pirate_tui.domain.goto import read_place
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.outline import Path
from pirate_tui.domain.query import Query, read_filter
from pirate_tui.domain.rows import Page, Row, RowKey, Seek
from pirate_tui.domain.text import clean
from pirate_tui.domain.window import Window
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.tasks import Tasks
from pirate_tui.ui.widgets.row_table import RowTable


if TYPE_CHECKING:
    from pirate_tui.ui.widgets.rows_view import TablePlace

MANY = 100_000
"""Rows: to sort so many takes a time that can be felt, and it is said before it is done."""

SETTLING = 0.3
"""Seconds that pass after another program's write before the rows are read again: it may write more."""


class RowsReader:
    """Keeps a table filled. Every question runs in an exclusive worker: a newer one takes its place.

    `changed` is called when other rows, or rows in another order, have come.
    """

    def __init__(self, database: ConnectionHandle, table: RowTable, tasks: Tasks, changed: Callable[[], None]) -> None:
        self._database = database
        self._table = table
        self._tasks = tasks
        self._changed = changed
        self._warned: Column | None = None
        """The column of which it has been said what it costs to order by it."""
        self._asked: Query | None = None
        self._walking = asyncio.Lock()
        """Held while anchors are read: each goes on from the one before."""
        self._left: list[TablePlace] = []
        """The tables that were left for others, the newest last."""
        self._is_stale = False
        """Has another program written, and the rows have not been read again?"""

    # Pages.

    async def begin(self, query: Query) -> None:
        """Show the first rows of a query, in place of what is shown; its count comes later."""
        page = await self._database.rows.page(query, Seek())
        self._stop()
        self._table.show_query(query)
        self._table.hold((), 0, page)
        self.count()

    # Another table, and back.

    def choose(self, name: str, key: RowKey | None = None, opened: Callable[[], None] | None = None) -> None:
        """Show the rows of another mapped class, with the cursor on the row of that key; `back` leads here again.

        `opened` is called when they are there.
        """
        self._tasks.start("show", lambda: self._go_over(name, key, opened))

    async def _go_over(self, name: str, key: RowKey | None, opened: Callable[[], None] | None) -> None:
        with self._tasks.track(f"opening {name}"):
            left = self._table.place
            query = Query(await self._database.models.entity(name))
            if key is None:
                await self.begin(query)
            else:
                window, row = await self._prepared(query, key)
                self._stop()
                self._show_window(query, window, row)
            if left is not None:
                self._left.append(left)
            if opened is not None:
                opened()

    def back(self) -> bool:
        """Show the table that was left, as it was, with the cursor on its row; was there one?"""
        if not self._left:
            return False
        self._stop()
        self._table.show_place(self._left.pop())
        self.count()
        self.changed()  # it may have, meanwhile
        return True

    def _stop(self) -> None:
        """What is being read is of a table that is left."""
        for group in ("count", "pages", "find", "order"):
            self._tasks.cancel(group)
        self._warned, self._table.estimate, self._table.hint = None, None, ""

    def fill(self) -> None:
        """Read the pages that are in view, or near it, and not held."""
        listing = self._table.listing
        if listing is not None and not self._tasks.is_running("pages"):
            self._tasks.start("pages", lambda: self._read_pages(listing))

    async def _read_pages(self, listing: Listing) -> None:
        """Read what is wanted now, which may have changed with every page: one that left the view is not read."""
        with self._tasks.track(f"reading {listing.entity.name}"):
            while wanted := self._table.wanted():
                path, number = wanted[0]
                window = listing.windows[path]
                page = await self._database.rows.page(listing.query_at(path), window.seek(number))
                if listing.windows.get(path) is window:  # else it was closed meanwhile
                    self._table.hold(path, number, page)

    def count(self) -> None:
        """Count what is not counted yet, and walk its anchors."""
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
                self._table.estimate = await self._database.rows.estimate(query)
            count = await self._database.rows.count(query)
            if listing.windows.get(path) is window:
                self._table.count(path, count)

    async def walk(self, listing: Listing) -> None:
        """Read anchors one after another, so that every page comes near."""
        try:
            async with self._walking:
                for path, window in list(listing.windows.items()):
                    while (seek := window.next_anchor) is not None and listing.windows.get(path) is window:
                        anchor = await self._database.rows.anchor(listing.query_at(path), seek)
                        if anchor is None:
                            break
                        if window.next_anchor == seek:  # else the window was cleared meanwhile
                            window.anchors.append(anchor)
        except Trouble as trouble:
            self._tasks.show_error(trouble)

    # Another order, other filters.

    def order(self, column: Column) -> None:
        """Order by the column; again: descending; again: by key. Many rows without an index: only if asked again."""
        listing, query = self._table.listing, self._query
        if listing is None or query is None:
            return
        ordered = query.ordered(column)
        is_cheap = (listing.window.count or 0) <= MANY or ordered.order is None or column == self._warned
        self._table.hint = ""
        if is_cheap:
            self._show(ordered)
        else:
            self._tasks.start("order", lambda: self._order_at_a_cost(column, ordered))

    async def _order_at_a_cost(self, column: Column, query: Query) -> None:
        with self._tasks.track(f"sorting {query.entity.name}"):
            if await self._database.rows.is_sorted(query):
                self._show(query)
                return
            self._warned = column
            told = f"no index on {column.name}: every page sorts all rows"
            self._table.hint = f"{told} · o again to sort anyway"

    def filter(self, typed: str, column: Column) -> None:
        """Add the filter that was typed for a column; ValueError when it is none."""
        query, added = self._query, read_filter(typed, column)
        if query is not None:
            self._show(query.filtered(added))

    def unfilter(self, column: Column) -> None:
        """Take the column's filter away, or the newest one."""
        query = self._query
        if query is not None and query.filters:
            self._show(query.without_filter(column))

    def _show(self, query: Query) -> None:
        """Show the rows of another query; the cursor stays on its row."""
        self._asked = query
        self._tasks.start("show", lambda: self._change_to(query))

    async def _change_to(self, query: Query) -> None:
        listing = self._table.listing
        verb = "sorting" if listing is not None and query.filters == listing.query.filters else "filtering"
        try:
            with self._tasks.track(f"{verb} {query.entity.name}"):
                here = self._cursor_row
                window, row = await self._prepared(query, None if here is None else here.key)
                for group in ("count", "pages"):
                    self._tasks.cancel(group)
                self._show_window(query, window, row)
                self._changed()
        finally:
            if self._asked is query:
                self._asked = None

    def _show_window(self, query: Query, window: Window, row: int) -> None:
        self._table.show_query(query, window)
        self._table.go_to(row)
        self.count()

    async def _prepared(self, query: Query, key: RowKey | None) -> tuple[Window, int]:
        """A window that holds the page of the row of that key, and its number; what is shown stays meanwhile."""
        window = Window()
        window.count = await self._database.rows.count(query)
        window.is_indexed = await self._database.rows.is_sorted(query)
        number = (None if key is None else await self._rank(query, key)) or 0
        if not window.is_indexed and window.next_anchor is not None:
            window.anchors += await self._database.rows.anchors(query, window.interval)
        page = number // window.page_size
        window.hold(page, await self._database.rows.page(query, window.seek(page)))
        return window, number

    @property
    def _query(self) -> Query | None:
        """What is shown, or will be in a moment; None before there is anything."""
        listing = self._table.listing
        return self._asked or (None if listing is None else listing.query)

    # Another place.

    def go_to(self, typed: str) -> None:
        """Go to the place that was typed; ValueError when it is none."""
        listing = self._table.listing
        if listing is None:
            return
        place = read_place(typed, listing.window.known)
        if place.key is None:
            self._table.go_to(place.row or 0)
        else:
            key = place.key
            self._tasks.start("find", lambda: self._find(key, listing.query))

    async def _find(self, key: tuple[str, ...], query: Query) -> None:
        shown = clean(f"{query.entity.name} {', '.join(key)}")
        with self._tasks.track(f"finding {shown}"):
            number = await self._database.rows.rank(query, key)
            if number is None:
                raise Trouble(
                    f"no such row: {shown}{' (with these filters)' if query.filters else ''}", "press : to try another"
                )
            self._table.go_to(number)

    # The world changes under us.

    def changed(self) -> None:
        """Another program has written to the database."""
        self._is_stale = True
        if not self._tasks.is_running("reread"):
            self._tasks.start("reread", self._reread_while_stale)

    async def _reread_while_stale(self) -> None:
        while self._is_stale:
            await asyncio.sleep(SETTLING)
            await self.reread()

    async def renew(self) -> None:
        """Read everything again, after which the tables may be others; raises `Trouble` if there is none any more."""
        listing = self._table.listing
        if listing is None:
            return
        entity = await self._database.models.entity(listing.entity.name)
        if entity == listing.entity:
            await self.reread()
        else:
            await self.begin(Query(entity))

    async def reread(self) -> None:
        """Read everything again; the cursor stays on its row, and what is open stays open under its row.

        What is seen stays until what takes its place is there.
        """
        self._is_stale = False
        listing = self._table.listing
        if listing is None:
            return
        with self._tasks.track(f"reloading {listing.entity.name}"):
            count = await self._database.rows.count(listing.query)
            moved = {n: new async for n, new in self._ranks(listing) if new is not None}
            here = int(self._table.cursor[0])
            number, page = await self._page_with(listing.query, moved.get(here, here), count)
            if listing is self._table.listing:
                self._tasks.cancel("pages")  # a page that was read before would come after
                self._table.reread(count, moved)
                self._table.hold((), number, page)
                self.count()
                self._changed()

    async def _page_with(self, query: Query, row: int, count: int) -> tuple[int, Page]:
        """The page that has the row of that number, or the last one, of so many rows; and its own number before it."""
        window = Window()
        window.count = count
        number = max(0, min(row, count - 1)) // window.page_size
        return number, await self._database.rows.page(query, window.seek(number))

    async def _ranks(self, listing: Listing) -> AsyncIterator[tuple[int, int | None]]:
        """The rows whose place must be known, by their numbers as they were, with those that they have now."""
        keys = {
            number: branch.opening.request.key
            for number, branches in listing.outline.opened.items()
            for branch in branches
            if branch.opening is not None
        }
        here = self._cursor_row
        if here is not None and here.key is not None:
            keys[int(self._table.cursor[0])] = here.key
        for number, key in keys.items():
            yield number, await self._rank(listing.query, key)

    async def _rank(self, query: Query, key: RowKey) -> int | None:
        return await self._database.rows.rank(query, tuple(map(as_typed, key)))

    @property
    def _cursor_row(self) -> Row | None:
        """The query's own row that the cursor is on, or inside of."""
        found = self._table.row_at(self._table.cursor[:1])
        return None if found is None else found[1]


def as_typed(part: Any) -> str:
    """A part of a key as a person would type it."""
    if isinstance(part, Enum):
        return str(part.value)
    return f"x'{part.hex()}'" if isinstance(part, bytes) else str(part)
