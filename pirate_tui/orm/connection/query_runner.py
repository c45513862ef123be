"""Run statements for their rows alone: each with its cause, on a connection that is returned at once."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Executable, Row, RowMapping

from pirate_tui.domain.failure import BrowserError
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder


T = TypeVar("T")

MOST = 64 * 2**20
"""The most bytes that the rows of one statement may have: the server cuts cells, and pages are short."""


class QueryRunner:
    """Runs queries on one database, each recorded with its cause."""

    def __init__(self, connections: Connections, recorder: StatementRecorder) -> None:
        self._connections = connections
        self._recorder = recorder

    @property
    def dialect(self) -> Dialect:
        """The dialect of the database."""
        return self._connections.engine.dialect

    @property
    def is_remote(self) -> bool:
        """Whether each statement costs a round trip over a network."""
        return self._connections.backend.is_remote

    async def fetch(
        self,
        cause: str,
        statement: Executable,
        parameters: dict[str, Any] | None = None,
        *,
        folded: bool = False,
        may_autocommit: bool = False,
    ) -> Sequence[Row[Any]]:
        """Return all rows of a statement, recorded under `cause`; raises `BrowserError`.

        `may_autocommit` is that of `Connections.run`.
        """

        async def execute() -> Sequence[Row[Any]]:
            with self._recorder.of_browser(cause, folded=folded):
                async with self._connections.engine.connect() as connection:
                    return (await connection.execute(statement, parameters or {})).all()

        return await self._connections.run(execute, MOST, may_autocommit=may_autocommit)

    async def parsed(
        self,
        cause: str,
        statement: Executable,
        parse: Callable[[Sequence[Row[Any]]], T],
        parameters: dict[str, Any] | None = None,
        *,
        folded: bool = False,
    ) -> T:
        """Return what `parse` makes of all rows of a statement about the catalog.

        Raises `BrowserError`, also where a server's answer is none.
        """
        rows = await self.fetch(cause, statement, parameters, folded=folded, may_autocommit=True)
        try:
            return parse(rows)
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
            if not self._connections.backend.is_remote:
                raise
            logging.getLogger(__name__).exception("an answer that cannot be understood")
            raise BrowserError(
                f"the server's answer for the {cause} cannot be understood", "press r to retry"
            ) from error

    async def fetch_sent(self, cause: str, text: str, parameters: Any) -> Sequence[RowMapping]:
        """Return all rows, by their columns' names, of a statement as a driver is sent it; raises `BrowserError`."""
        given = parameters if isinstance(parameters, Mapping) else tuple(parameters)

        async def execute() -> Sequence[RowMapping]:
            with self._recorder.of_browser(cause):
                async with self._connections.engine.connect() as connection:
                    return (await connection.exec_driver_sql(text, given or None)).mappings().all()

        return await self._connections.run(execute, MOST)

    async def number(
        self,
        cause: str,
        statement: Executable,
        parameters: dict[str, Any] | None = None,
        *,
        folded: bool = False,
        may_autocommit: bool = False,
    ) -> int:
        """Return the number that a statement selects; raises `BrowserError` where a server returns none."""
        rows = await self.fetch(cause, statement, parameters or {}, folded=folded, may_autocommit=may_autocommit)
        try:
            return int(rows[0][0])
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise BrowserError(f"the server returned no number for the {cause}", "press r to retry") from error

    async def inspect(self, cause: str, work: Callable[[Connection], T]) -> T:
        """Return the result of `work`, which reads the database's schema by a sync connection; raise `BrowserError`."""

        async def run_sync() -> T:
            with self._recorder.of_browser(cause, folded=True):
                async with self._connections.engine.connect() as connection:
                    return await connection.run_sync(work)

        return await self._connections.run(run_sync, MOST, may_autocommit=True)
