"""Reload everything that is shown, on request or after a write by another program."""

import asyncio
from collections.abc import AsyncIterator, Callable

from pirate_tui.domain.listing import Listing
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Page, Rank
from pirate_tui.domain.window import Window
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.rows_reader import RowsReader
from pirate_tui.ui.table_state import TableState
from pirate_tui.ui.tasks import Tasks


SETTLING = 0.3
"""Seconds that pass after another program's write before the rows are read again: it may write more."""


class Refresher:
    """Reads the rows again, in place. `rows_changed` is called when they are read."""

    def __init__(
        self,
        connection: ConnectionHandle,
        table: TableState,
        tasks: Tasks,
        reader: RowsReader,
        rows_changed: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._table = table
        self._tasks = tasks
        self._reader = reader
        self._rows_changed = rows_changed
        self._is_stale = False
        """Whether another program has written since the rows were read."""

    def changed(self) -> None:
        """Reload after a write by another program, as soon as it pauses."""
        self._is_stale = True
        if not self._tasks.is_running("reread"):
            self._tasks.start("reread", self._reread_while_stale)

    async def _reread_while_stale(self) -> None:
        while self._is_stale:
            await asyncio.sleep(SETTLING)
            await self.reread()

    async def renew(self) -> None:
        """Reload everything; the tables may be others now. Raises `BrowserError` if there is none any more."""
        listing = self._table.listing
        if listing is None:
            return
        entity = await self._connection.models.entity(listing.entity.name)
        if entity == listing.entity:
            await self.reread()
        else:
            await self._reader.begin(Query(entity))

    async def reread(self) -> None:
        """Reload the rows; the cursor stays on its row, and what is open stays open under its row.

        What is shown stays until its replacement is read.
        """
        self._is_stale = False
        listing = self._table.listing
        if listing is None:
            return
        with self._tasks.track(f"reloading {listing.entity.name}"):
            count = await self._connection.rows.count(listing.query)
            ranks = {number: rank async for number, rank in self._ranks(listing) if rank is not None}
            moved = {number: rank.number for number, rank in ranks.items()}
            here = int(self._table.cursor[0])
            if here in ranks:
                number, page = await self._reader.page_of(listing.query, ranks[here])
            else:
                number, page = await self._page_with(listing.query, here, count)
            if listing is self._table.listing:
                for group in ("pages", "place"):  # a page that was read before would come after
                    self._tasks.cancel(group)
                self._table.reread(count, moved)
                self._table.hold((), number, page)
                self._reader.count()
                self._rows_changed()

    async def _page_with(self, query: Query, row: int, count: int) -> tuple[int, Page]:
        """Read the page with the row of that number, or the last one of `count` rows; return its number and itself."""
        window = Window()
        window.count = count
        number = max(0, min(row, count - 1)) // window.page_size
        return number, await self._connection.rows.page(query, window.seek(number))

    async def _ranks(self, listing: Listing) -> AsyncIterator[tuple[int, Rank | None]]:
        """Yield the number and the new rank of every row whose place must be known; None for one that is gone."""
        keys = {
            number: branch.opening.request.key
            for number, branches in listing.outline.opened.items()
            for branch in branches
            if branch.opening is not None
        }
        here = self._reader.cursor_row
        if here is not None and here.key is not None:
            keys[int(self._table.cursor[0])] = here.key
        for number, key in keys.items():
            yield number, await self._reader.rank(listing.query, key)
