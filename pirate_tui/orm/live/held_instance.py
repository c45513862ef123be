"""Hold an instance in the session of its walk: for one task at a time, and dropped when that task is cancelled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

from pirate_tui.domain.access import Scenario
from pirate_tui.domain.rows import RowKey
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.live.walk_session import WalkSession


T = TypeVar("T")

Root: TypeAlias = tuple[str, RowKey]
"""Identifies the row at which a walk begins: the name of its entity, and its key."""

MOST_WALKS = 100
"""How many walks are kept at most; the one that was used longest ago is let go of first."""


class HeldInstance:
    """One instance, the session of its walk, and those of the other walks that are open.

    They are used under one lock, since a session belongs to one task at a time (https://sqlalche.me/e/21/isce).
    """

    def __init__(self, connections: Connections, recorder: StatementRecorder) -> None:
        self._connections = connections
        self._recorder = recorder
        self.lock = asyncio.Lock()
        self.instance: Any = None
        self._walk: WalkSession | None = None
        """The walk of the instance."""
        self._walks: dict[Root, WalkSession] = {}
        """Every walk, by the rows at which it begins, which are several where many rows were opened at once."""
        self._ended: set[Root] = set()
        """The rows that were closed; their sessions are closed before the next query."""
        self._asked: object = None
        """Identifies the query that uses the session now."""

    async def run(self, query: Callable[[], Awaitable[T]], *, may_autocommit: bool = False) -> T:
        """Return the result of the query; one that was cancelled but goes on keeps its session for itself.

        `may_autocommit` is that of `Connections.run`.
        """

        async def work() -> T:
            self._asked = mine
            try:
                await self._let_go_of(self._ended)
                self._ended.clear()
                return await query()
            finally:
                if self._asked is mine:
                    self._asked = None

        mine = object()
        async with self.lock:
            try:
                return await self._connections.run(work, may_autocommit=may_autocommit)
            finally:
                if self._asked is mine:
                    self._forget_walk()
                    self._asked = None

    @property
    def walk(self) -> WalkSession:
        """The walk of the instance, also of one that is detached from its session."""
        assert self._walk is not None, "an instance has a session, even when it is detached from it"  # noqa: S101
        return self._walk

    @property
    def scenario(self) -> Scenario:
        """What was done with the instance since it was selected."""
        return Scenario.FRESH if self._walk is None else self._walk.scenario_of(self.instance)

    async def enter(self, root: Root) -> WalkSession | None:
        """Go on in the walk that begins at the row; None where there is none. One that opened nothing is left."""
        entered = self._walks.get(root)
        if self._walk is not entered:
            await self._leave()
            self._walk = entered
        if entered is not None:
            self._walks[root] = self._walks.pop(root)  # the last one used
        return entered

    @asynccontextmanager
    async def fresh_session(self, *roots: Root) -> AsyncIterator[WalkSession]:
        """Open a session for a new walk from these rows; if the block raises, there is none, and no instance."""
        await self._leave()
        await self._let_go_of(roots)
        walk = WalkSession(self._connections.sessions())
        self._recorder.watch(walk.session)
        self._walk = walk
        self._walks.update(dict.fromkeys(roots, walk))
        try:
            yield walk
        except BaseException:
            if self._walk is walk:
                self._forget_walk()
            await walk.session.close()
            raise
        newest = list(dict.fromkeys(reversed(self._walks.values())))
        left = newest[MOST_WALKS:]
        await self._let_go_of([root for root, one in self._walks.items() if one in left])

    def roots_of(self, walk: WalkSession) -> tuple[Root, ...]:
        """Return the rows at which a walk begins."""
        return tuple(root for root, one in self._walks.items() if one is walk)

    def end(self, root: Root) -> None:
        """Let go of the walk that begins at the row before the next query."""
        self._ended.add(root)

    async def let_go(self) -> None:
        """Close every session, and drop the instance."""
        await self._let_go_of(self._walks)

    async def _leave(self) -> None:
        """Drop the instance, and its walk where nothing was opened in it."""
        if self._walk is not None and not self._walk.is_opened:
            await self._let_go_of(self.roots_of(self._walk))
        self._walk = self.instance = None

    async def _let_go_of(self, roots: Collection[Root]) -> None:
        """Close the walks of these rows, except where another row's goes on."""
        left = {walk for root in tuple(roots) if (walk := self._walks.pop(root, None)) is not None}
        for walk in left.difference(self._walks.values()):
            if walk is self._walk:
                self._walk = self.instance = None
            await walk.session.close()

    def _forget_walk(self) -> None:
        """Drop instance and walk without closing the session, which something may be using still."""
        self._walks = {root: walk for root, walk in self._walks.items() if walk is not self._walk}
        self._walk = self.instance = None
