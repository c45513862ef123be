"""Open the database at the start, reopen it on request, and note whether it is reachable."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.ports import Database
from pirate_tui.domain.query import Query
from pirate_tui.ui.connection import ConnectionHandle, first_usable, unusable
from pirate_tui.ui.refresher import Refresher
from pirate_tui.ui.rows_reader import RowsReader
from pirate_tui.ui.table_state import TableState
from pirate_tui.ui.tasks import Tasks


FIRST_STEPS = "{⏎} opens a row · {u} {⏎} without await"
"""The hint shown at first."""


class Connector:
    """Opens the database and shows its first rows; reopens it; notes whether it is reachable."""

    @dataclass
    class DatabaseOpened(Message):
        """The database is open, or open again."""

        database: Database
        is_first: bool = True
        is_other: bool = False
        """Whether it may be another one now, of which nothing need be as it was."""

    @dataclass
    class Refused(Message):
        """There is nothing to browse."""

        reason: StartupError

    @dataclass
    class StartEnded(Message):
        """Rows are shown, or something has come between."""

    def __init__(
        self, connection: ConnectionHandle, table: TableState, tasks: Tasks, rows: RowsReader, refresher: Refresher
    ) -> None:
        self._connection = connection
        self._table = table
        self._tasks = tasks
        self._rows = rows
        self._refresher = refresher
        self._is_away = False
        """Whether the last query did not reach the database."""

    def begin(self, post: Callable[[Message], object]) -> None:
        """Open the database, and show the first rows of the mapped class to begin with."""
        self._tasks.start("connect", lambda: self._begin(post))

    async def _begin(self, post: Callable[[Message], object]) -> None:
        with self._tasks.track("opening the database"):
            try:
                database = await self._connection.open()
                post(self.DatabaseOpened(database))
                models = database.models
                await self._rows.begin(Query(await first_usable(models.choices, models)))
                self._tasks.show_error(unusable(models.choices))  # which reading them may have found
                self._table.set_caption(hint=FIRST_STEPS)
            except StartupError as reason:
                post(self.Refused(reason))
            finally:
                post(self.StartEnded())

    def reopen(self, post: Callable[[Message], object]) -> None:
        """Connect again and read what is shown; of another database, which a file may be now, nothing stays open."""
        self._tasks.start("reread", lambda: self._reopen(post))

    async def _reopen(self, post: Callable[[Message], object]) -> None:
        with self._tasks.track("reopening the database"):
            is_other = await self._connection.reconnect()
            if is_other:
                self._table.close_all()
            post(self.DatabaseOpened(await self._connection.open(), is_first=False, is_other=is_other))
            await self._refresher.renew()

    def note(self, *, is_reachable: bool) -> bool:
        """Note that the database has answered, or was not reached, and return whether what is shown is from before.

        Once it is there again, what is shown is read again. An error of an unreachable database is shown until then:
        whoever raises one has the listener told first.
        """
        if self._connection.database is None:
            return self._is_away
        was_away, self._is_away = self._is_away, not is_reachable
        if is_reachable and was_away:  # where it was not, an error that is shown is newer than this answer
            self._tasks.clear_unreachable()
            self._refresher.changed()
        return self._is_away
