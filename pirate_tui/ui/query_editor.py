"""Another order and other filters for the rows that are shown."""

from collections.abc import Callable

from pirate_tui.domain.entity import Column
from pirate_tui.domain.query import Query, parse_filter
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.rows_reader import RowsReader
from pirate_tui.ui.table_state import TableState
from pirate_tui.ui.tasks import Tasks


MANY = 100_000
"""Rows: to sort so many takes a time that can be felt, and it is said before it is done."""


class QueryEditor:
    """Changes the query of a table. `rows_changed` is called when other rows, or rows in another order, have come."""

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
        self._asked: Query | None = None
        """What will be shown in a moment."""

    def order(self, column: Column) -> None:
        """Order by the column; again: descending; again: by key. Many rows without an index: only if asked again."""
        listing, query = self._table.listing, self._query
        if listing is None or query is None:
            return
        ordered = query.ordered(column)
        is_cheap = (listing.window.count or 0) <= MANY or ordered.order is None or column == self._reader.warned
        self._table.tell(hint="")
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
            told = f"no index on {column.name}: every page sorts all rows"
            self._table.tell(hint=f"{told} · o again to sort anyway")

    def filter(self, typed: str, column: Column) -> None:
        """Add the filter that was typed for a column; ValueError when it is none."""
        query, added = self._query, parse_filter(typed, column)
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
                here = self._reader.cursor_row
                window, row = await self._reader.prepared(query, None if here is None else here.key)
                for group in ("count", "pages"):
                    self._tasks.cancel(group)
                self._reader.show_window(query, window, row)
                self._rows_changed()
        finally:
            if self._asked is query:
                self._asked = None

    @property
    def _query(self) -> Query | None:
        """What is shown, or will be in a moment; None before there is anything."""
        listing = self._table.listing
        return self._asked or (None if listing is None else listing.query)
