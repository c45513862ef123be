"""The connection to the database: opened once, and opened again after it was lost."""

import asyncio
from collections.abc import Sequence

from textual.worker import get_current_worker

from pirate_tui.domain.entity import Entity, ModelInfo
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError, StartupError
from pirate_tui.domain.ports import Benchmarks, Connect, Database, Instances, Listener, Models, Rows


class ConnectionHandle:
    """Opens the database, and hands out its ports: before it is open, these raise `BrowserError`."""

    def __init__(self, connect: Connect, listener: Listener) -> None:
        self._connect = connect
        self._listener = listener
        self.database: Database | None = None
        """None until it is open."""
        self.startup_error: DatabaseUnreachableError | None = None
        """Why it has not been open by now, where it was not there."""

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
        """Loader strategies and fixes, tried out."""
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
            if opening.is_cancelled:  # and did not heed it: nobody waits for this one any more
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
    """Return the mapped class to begin with: what is broken spoils only itself. Raises `BrowserError` where all are."""
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
    """Return what there is to say of mapped classes that cannot be browsed."""
    told = [f"{choice.name}: {choice.problem}" for choice in choices if choice.problem]
    if not told:
        return None
    more = f", and {len(told) - 1:,} more" if len(told) > 1 else ""
    return BrowserError(f"{told[0]}{more}", "all other classes can be browsed; m lists them, esc dismisses this")
