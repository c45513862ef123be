"""Statements that are sent for their rows alone: each with its cause, in a connection that is given back at once."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Executable, Row

from pirate_tui.domain.failure import BrowserError
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder


T = TypeVar("T")

MOST = 64 * 2**20
"""Bytes that the rows of one statement may have: cells are cut by the server, and pages are short."""


class QueryRunner:
    """Asks one database, and tells what for."""

    def __init__(self, connections: Connections, recorder: StatementRecorder) -> None:
        self._connections = connections
        self._recorder = recorder

    @property
    def dialect(self) -> Dialect:
        """The dialect in which it asks."""
        return self._connections.engine.dialect

    async def fetch(
        self, cause: str, statement: Executable, parameters: dict[str, Any] | None = None, *, folded: bool = False
    ) -> Sequence[Row[Any]]:
        """All rows of a statement."""

        async def question() -> Sequence[Row[Any]]:
            with self._recorder.attribute_to(cause, folded=folded):
                async with self._connections.engine.connect() as connection:
                    return (await connection.execute(statement, parameters or {})).all()

        return await self._connections.run(question, MOST)

    async def number(
        self, cause: str, statement: Executable, parameters: dict[str, Any] | None = None, *, folded: bool = False
    ) -> int:
        """The number that a statement gives, whatever there is; raises `BrowserError` where a server gives none."""
        found = await self.fetch(cause, statement, parameters or {}, folded=folded)
        try:
            return int(found[0][0])
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise BrowserError(f"the server returned no number for the {cause}", "press r to retry") from error

    async def inspect(self, cause: str, work: Callable[[Connection], T]) -> T:
        """What comes of work that reads the database's own schema by a sync connection."""

        async def question() -> T:
            with self._recorder.attribute_to(cause, folded=True):
                async with self._connections.engine.connect() as connection:
                    return await connection.run_sync(work)

        return await self._connections.run(question, MOST)
