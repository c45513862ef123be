"""Hold the connection to the database: opened once, and again after it was lost."""

import asyncio
from collections.abc import Sequence

from textual.worker import get_current_worker

from pirate_tui.domain.entity import Entity, ModelInfo
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError, StartupError
from pirate_tui.domain.ports import Benchmarks, Connect, Database, Instances, Listener, Models, Rows


class ConnectionHandle:
    """The open database and its ports, which raise `BrowserError` before it is open."""

    def __init__(self, connect: Connect, listener: Listener) -> None:
        self._connect = connect
        self._listener = listener
        self.database: Database | None = None
        """None until it is open."""
        self.startup_error: DatabaseUnreachableError | None = None
        """The error of the first attempts, while the database was never reached."""

    @property
    def models(self) -> Models:
        """The mapped classes."""
        return self._opened.models

    @property
    def rows(self) -> Rows:
        """The rows of the tables."""
        return self._opened.rows

    @property
    def instances(self) -> Instances:
        """The live instance."""
        return self._opened.instances

    @property
    def benchmarks(self) -> Benchmarks:
        """Benchmarks of loader strategies, and trials of fixes."""
        return self._opened.benchmarks

    @property
    def _opened(self) -> Database:
        if self.database is None:
            raise BrowserError("the database is not open", "press r to open it")
        return self.database

    async def open(self) -> Database:
        """Return the open database. Raises `BrowserError` and `StartupError`."""
        if self.database is None:
            opening = get_current_worker()
            try:
                database = await self._connect(self._listener)
            except DatabaseUnreachableError as error:
                if not opening.is_cancelled:
                    self.startup_error = error
                raise
            if opening.is_cancelled:  # and swallowed the cancellation: the result is not wanted any more
                await database.close()
                raise asyncio.CancelledError
            self.database, self.startup_error = database, None
        return self.database

    async def reconnect(self) -> bool:
        """Connect again, and return whether it may be another database now. Raises `BrowserError`."""
        try:
            return await (await self.open()).renew()
        except StartupError as reason:
            raise BrowserError(reason.message, "press r to retry") from reason


async def first_usable(choices: Sequence[ModelInfo], models: Models) -> Entity:
    """Return the first mapped class that is not broken. Raises `BrowserError` where all are."""
    errors: list[BrowserError] = []
    for choice in choices:
        try:
            return await models.entity(choice.name)
        except DatabaseUnreachableError:
            raise
        except BrowserError as error:
            errors.append(error)
    raise errors[0]


def unusable(choices: Sequence[ModelInfo]) -> BrowserError | None:
    """Return a note on the mapped classes that cannot be browsed; None where all can."""
    problems = [f"{choice.name}: {choice.problem}" for choice in choices if choice.problem]
    if not problems:
        return None
    more = f", and {len(problems) - 1:,} more" if len(problems) > 1 else ""
    return BrowserError(
        f"{problems[0]}{more}", "all other classes can be browsed; {m} lists them, {esc} dismisses this"
    )
