"""The instance that is held, with its session: one task at a time, and let go of when that task is cancelled."""

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

    Under one lock, since a session belongs to one task at a time (https://sqlalche.me/e/21/isce).
    """

    def __init__(self, connections: Connections, recorder: StatementRecorder) -> None:
        self._connections = connections
        self._recorder = recorder
        self.lock = asyncio.Lock()
        self._session: AsyncSession | None = None
        self.instance: Any = None
        self.scenario = Scenario.FRESH
        """What has been done with the instance since it was selected."""
        self._asked: object = None
        """The question that works with it now."""

    async def run(self, question: Callable[[], Awaitable[T]]) -> T:
        """Return what the question gives. One that was cancelled, but goes on, keeps its session for itself."""

        async def work() -> T:
            self._asked = mine
            try:
                return await question()
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
        """A session of its own for the next live instance; if that comes to nothing, there is none."""
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
        """The session of the instance, also when that is detached from it."""
        assert self._session is not None, "an instance has a session, even when it is detached from it"  # noqa: S101
        return self._session

    async def let_go(self) -> None:
        """Close the session; there is no instance any more."""
        session, self._session, self.instance = self._session, None, None
        self.scenario = Scenario.FRESH
        if session is not None:
            await session.close()
