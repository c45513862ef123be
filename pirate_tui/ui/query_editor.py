"""Change order and filters of the rows that are shown."""

from collections.abc import Callable

from pirate_tui.domain.entity import Column
from pirate_tui.domain.query import Query, parse_filter
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.cursor_follower import CursorFollower
from pirate_tui.ui.rows_reader import RowsReader
from pirate_tui.ui.table_state import TableState
from pirate_tui.ui.tasks import Tasks


MANY = 100_000
"""The number of rows from which sorting without an index takes a confirmation."""


class QueryEditor:
    """Changes the query of a table. `rows_changed` is called when its rows or their order have changed."""

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
        self._follower = CursorFollower(connection, table, tasks, reader)
        self._rows_changed = rows_changed
        self._pending: Query | None = None
        """The query that is being read to be shown."""

    def order(self, column: Column) -> None:
        """Sort by the column: ascending, descending, by key. Many rows without an index take a second call."""
        listing, query = self._table.listing, self._query
        if listing is None or query is None:
            return
        ordered = query.ordered(column)
        is_cheap = (listing.window.count or 0) <= MANY or ordered.order is None or column == self._reader.warned
        self._table.set_caption(hint="")
        if is_cheap:
            self._show(ordered)
        else:
            self._tasks.start("order", lambda: self._order_at_a_cost(column, ordered))

    async def _order_at_a_cost(self, column: Column, query: Query) -> None:
        with self._tasks.track(f"sorting {query.entity.name}"):
            if await self._connection.rows.is_sorted(query):
                self._show(query)
                return
            self._reader.warned = column
            warning = f"no index on {column.name}: every page sorts all rows"
            self._table.set_caption(hint=f"{warning} · o again to sort anyway")

    def filter(self, typed: str, column: Column) -> None:
        """Add the filter that was typed for a column; raise ValueError when it is invalid."""
        query, added = self._query, parse_filter(typed, column)
        if query is not None and column not in query.entity.columns:
            raise ValueError(f"{column.name} is a column of the table before; press f again")
        if query is not None:
            self._show(query.filtered(added))

    def unfilter(self, column: Column) -> None:
        """Remove the column's filter, or the newest one."""
        query = self._query
        if query is not None and query.filters:
            self._show(query.without_filter(column))

    def _show(self, query: Query) -> None:
        """Show the rows of another query; the cursor stays on its row, or goes back to it once that is found."""
        self._pending = query
        self._tasks.start("show", lambda: self._change_to(query))

    async def _change_to(self, query: Query) -> None:
        listing = self._table.listing
        verb = "sorting" if listing is not None and query.filters == listing.query.filters else "filtering"
        try:
            with self._tasks.track(f"{verb} {query.entity.name}"):
                await self._follower.show(query)
                self._rows_changed()
        finally:
            if self._pending is query:
                self._pending = None

    @property
    def _query(self) -> Query | None:
        """The query that is shown, or is being read; None before there is one."""
        listing = self._table.listing
        return self._pending or (None if listing is None else listing.query)
