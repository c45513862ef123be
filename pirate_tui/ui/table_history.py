"""Switch to another table, and back to the previous one."""

from collections.abc import Callable

from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import RowKey
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.refresher import Refresher
from pirate_tui.ui.rows_reader import RowsReader
from pirate_tui.ui.table_state import TablePlace, TableState
from pirate_tui.ui.tasks import Tasks


class TableHistory:
    """Switches between tables, and remembers the previous ones."""

    def __init__(
        self, connection: ConnectionHandle, table: TableState, tasks: Tasks, reader: RowsReader, refresher: Refresher
    ) -> None:
        self._connection = connection
        self._table = table
        self._tasks = tasks
        self._reader = reader
        self._refresher = refresher
        self._left: list[TablePlace] = []
        """The tables that were left, the newest last."""

    def choose(self, name: str, key: RowKey | None = None, opened: Callable[[], None] | None = None) -> None:
        """Show the rows of another mapped class, with the cursor on the row of that key; `back` leads here again.

        `opened` is called when they are shown.
        """
        self._tasks.start("show", lambda: self._go_over(name, key, opened))

    async def _go_over(self, name: str, key: RowKey | None, opened: Callable[[], None] | None) -> None:
        with self._tasks.track(f"opening {name}"):
            left = self._table.place
            query = Query(await self._connection.models.entity(name))
            if key is None:
                await self._reader.begin(query, is_kept=left is not None)
            else:
                window, row = await self._reader.prepared(query, key)
                self._reader.stop()
                self._reader.show_window(query, window, row, is_kept=left is not None)
            if left is not None:
                self._left.append(left)
            if opened is not None:
                opened()

    def back(self) -> bool:
        """Show the previous table as it was left, and return whether there was one."""
        if not self._left:
            return False
        self._reader.stop()
        self._table.show_place(self._left.pop())
        self._reader.count()
        self._refresher.changed()  # it may have, meanwhile
        return True
