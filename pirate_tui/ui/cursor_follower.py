"""Show other rows at once, and follow the cursor's row to its place among them."""

import asyncio
import time
from dataclasses import dataclass, field

from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Page, RowKey, Seek, key_label
from pirate_tui.domain.window import Window
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.rows_reader import RowsReader
from pirate_tui.ui.table_state import TableState
from pirate_tui.ui.tasks import Tasks


MOMENT = 0.05
"""Seconds from the request on in which the row may be found before anything is shown: no rows come and go then."""


@dataclass(eq=False)
class Followed:
    """A row that is to be found among the rows of a query."""

    query: Query
    key: RowKey | None
    """The row's key; None where its number is known already, or there is no such row."""
    window: Window
    """What is read of the query."""
    number: int = 0
    """The row's number, once it is found."""
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when nothing more is to be found."""


class CursorFollower:
    """Shows the first rows of another query, then finds where the cursor's row stands, in a worker of its own."""

    def __init__(self, connection: ConnectionHandle, table: TableState, tasks: Tasks, reader: RowsReader) -> None:
        self._connection = connection
        self._table = table
        self._tasks = tasks
        self._reader = reader
        self._followed: Followed | None = None
        """The row that was to be found last."""

    async def show(self, query: Query) -> None:
        """Show the rows of another query, with the cursor on its row if that is found within a moment.

        Otherwise the first ones are shown, and the cursor goes to its row later, unless it is used meanwhile.
        """
        until = time.monotonic() + MOMENT
        key = self._key
        self._tasks.cancel("place")
        page = await self._connection.rows.page(query, Seek())
        window = self._window(query, page)
        found = next((number for number, row in enumerate(page.rows) if row.key == key), None)
        followed = Followed(query, key if found is None else None, window, found or 0)
        is_late, is_whole = time.monotonic() >= until, window.count == len(page.rows)
        if not is_late and not is_whole:
            self._start(followed)
            await _wait(followed.is_over, until - time.monotonic())
        for group in ("count", "pages"):
            self._tasks.cancel(group)
        self._reader.show_window(query, window, followed.number, is_counted=False)
        if followed.is_over.is_set():
            self._reader.count()
        elif is_late and not is_whole:
            self._start(followed)

    def _start(self, followed: Followed) -> None:
        self._followed = followed
        self._tasks.start("place", lambda: self._follow(followed))

    @property
    def _key(self) -> RowKey | None:
        """The key of the row to follow: the one that is being found, else the cursor's."""
        followed = self._followed
        is_following = followed is not None and not followed.is_over.is_set() and self._tasks.is_running("place")
        if followed is not None and followed.key is not None and is_following and not self._table.is_used:
            return followed.key
        row = self._reader.cursor_row
        return None if row is None else row.key

    def _window(self, query: Query, page: Page) -> Window:
        """Return a window with the first page; its count is known if all are read, or if only the order differs."""
        window, listing = Window(), self._table.listing
        window.hold(0, page)
        if len(page.rows) < window.page_size:
            window.count = len(page.rows)
        elif listing is not None and listing.query._replace(order=query.order) == query:
            window.count = listing.window.count
        return window

    async def _follow(self, followed: Followed) -> None:
        """Find the row, and go to it if its query is shown by then; then let the anchors be read."""
        if self._is_shown(followed.window):
            await self._tasks.painted()
        name = followed.query.entity.name
        what = f"counting {name}" if followed.key is None else f"finding {key_label(name, followed.key)}"
        try:
            with self._tasks.track(what):
                await self._find(followed)
        finally:
            followed.is_over.set()
        if self._is_shown(followed.window):
            self._reader.count()

    async def _find(self, followed: Followed) -> None:
        query, window = followed.query, followed.window
        window.is_indexed = await self._connection.rows.is_sorted(query)
        count = await self._connection.rows.count(query)
        if self._is_shown(window):
            self._table.count((), count)
        window.count = count
        rank = None if followed.key is None else await self._reader.rank(query, followed.key)
        if rank is None or self._is_left(window):
            return
        page = await self._reader.page_of(query, rank)
        followed.number = rank.number
        if not self._is_shown(window):
            window.hold(*page)
        elif not self._is_left(window):
            self._table.hold((), *page)
            self._table.go_to(rank.number)

    def _is_shown(self, window: Window) -> bool:
        return self._table.shown.window is window

    def _is_left(self, window: Window) -> bool:
        """Whether the first rows are shown, and the cursor has been used among them: it is not taken away then."""
        return self._is_shown(window) and self._table.is_used


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most so many seconds."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        return
