"""Hold an instance with its session: for one task at a time, and dropped when that task is cancelled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from pirate_tui.domain.access import Scenario
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder


T = TypeVar("T")


class HeldInstance:
    """One instance, its session and its scenario.

    They are used under one lock, since a session belongs to one task at a time (https://sqlalche.me/e/21/isce).
    """

    def __init__(self, connections: Connections, recorder: StatementRecorder) -> None:
        self._connections = connections
        self._recorder = recorder
        self.lock = asyncio.Lock()
        self._session: AsyncSession | None = None
        self.instance: Any = None
        self.scenario = Scenario.FRESH
        """What was done with the instance since it was selected."""
        self._asked: object = None
        """Identifies the query that uses the session now."""

    async def run(self, query: Callable[[], Awaitable[T]]) -> T:
        """Return the result of the query; one that was cancelled but goes on keeps the session for itself."""

        async def work() -> T:
            self._asked = mine
            try:
                return await query()
            finally:
                if self._asked is mine:
                    self._asked = None

        mine = object()
        async with self.lock:
            try:
                return await self._connections.run(work)
            finally:
                if self._asked is mine:
                    self._session, self.instance, self.scenario, self._asked = None, None, Scenario.FRESH, None

    @asynccontextmanager
    async def fresh_session(self) -> AsyncIterator[AsyncSession]:
        """Open a session for the next live instance; if the block raises, there is none."""
        await self.let_go()
        self._session = session = self._connections.sessions()
        self._recorder.watch(session)
        try:
            yield session
        except BaseException:
            if self._session is session:
                self._session = self.instance = None
            await session.close()
            raise

    @property
    def session(self) -> AsyncSession:
        """The session of the instance, also of one that is detached from it."""
        assert self._session is not None, "an instance has a session, even when it is detached from it"  # noqa: S101
        return self._session

    async def let_go(self) -> None:
        """Close the session, and drop its instance."""
        session, self._session, self.instance = self._session, None, None
        self.scenario = Scenario.FRESH
        if session is not None:
            await session.close()
