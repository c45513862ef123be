"""Load the live instance under the cursor, open relationships, and access attributes."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from textual.message import Message

from pirate_tui.domain.access import AccessMode, AttributeRequest, InstanceSnapshot, Prediction, Scenario, Walk
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.loading import (
    AccessResult,
    FailedAccess,
    LiveTrial,
    Loadable,
    OpenAllRequest,
    OpenRequest,
    OpenResult,
)
from pirate_tui.domain.outline import Path
from pirate_tui.domain.ports import Instances
from pirate_tui.domain.remedy import Remedy
from pirate_tui.domain.rows import Row, RowKey, key_label
from pirate_tui.domain.text import plural
from pirate_tui.domain.walking import walk_at
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.table_state import TableState
from pirate_tui.ui.tasks import Task, Tasks


DEBOUNCE = 0.05
"""Seconds that the cursor rests on a row before its instance is selected."""

Ready = Callable[[], Awaitable[object]]
"""Waits until what shows a result is mounted."""

Post = Callable[[Message], object]
"""Posts a message to the widget that handles it."""


class _ScenarioRequest(NamedTuple):
    """An instance that is brought into a scenario."""

    entity: Entity
    key: RowKey
    scenario: Scenario
    walk: Walk
    """All of it is brought into the scenario."""

    @property
    def next(self) -> "_ScenarioRequest":
        """The same instance in the next scenario."""
        return self._replace(scenario=self.scenario.next)


class LiveInstanceReader:
    """Keeps one instance live, and posts messages about it."""

    @dataclass
    class InstanceShown(Message):
        """There is another live instance, the same in another state, or none."""

        snapshot: InstanceSnapshot | None

    @dataclass
    class Predicted(Message):
        """What a plain access to an attribute would send first has been found."""

        name: str
        prediction: Prediction

    @dataclass
    class Released(Message):
        """There is no live instance any more: the row under the cursor becomes it again."""

    def __init__(self, connection: ConnectionHandle, tasks: Tasks, post: Post) -> None:
        self._connection = connection
        self._tasks = tasks
        self._post = post
        self._snapshot: InstanceSnapshot | None = None
        """The live instance as last read."""
        self._entity: Entity | None = None
        """The entity of the live instance."""
        self._walk: Walk | None = None
        """The walk that the live instance is part of."""
        self._live = asyncio.Lock()
        """Held while the live instance is replaced, so that no prediction is made of another."""
        self._is_lost = False
        """Whether the instance shown is not the live one any more."""

    def load_instance(self, entity: Entity, row: Row, walk: Walk | None) -> None:
        """Make the row's instance the live one after a short rest of the cursor, if it has a key."""
        self._tasks.start("rest", lambda: self._load_instance(entity, row, walk))

    def predict(self, name: str) -> None:
        """Predict what a plain access to that attribute would send first, and post it."""
        self._tasks.start("predict", lambda: self._predict(name))

    def lose(self) -> None:
        """Select the live instance again at the next rest, even on the same row: it is lost."""
        self._is_lost = True

    def forget(self) -> None:
        """Show no instance: there is no row under the cursor."""
        self._tasks.cancel("rest")
        self._show(None)

    def end_walk(self, walk: Walk) -> None:
        """End a walk, whose row is closed. If the live instance is part of it, it is selected again."""
        self._connection.instances.end_walk(walk)
        if self._walk is None or self._walk.root == walk.root:
            self.lose()

    def _show(self, snapshot: InstanceSnapshot | None, entity: Entity | None = None, walk: Walk | None = None) -> None:
        """Show the live instance; of another one, its entity is given too, and its walk unless that is its own."""
        if entity is not None:
            self._entity, self._is_lost = entity, False
            self._walk = walk if walk is not None or snapshot is None else Walk(entity, snapshot.key)
        self._snapshot = snapshot
        self._post(self.InstanceShown(snapshot))

    async def _load_instance(self, entity: Entity, row: Row, walk: Walk | None) -> None:
        await asyncio.sleep(DEBOUNCE)
        async with self._live:
            shown = self._snapshot
            is_other = shown is None or (shown.entity, shown.key) != (entity.name, row.key)
            if is_other or (walk and walk.root) != (self._walk and self._walk.root):
                self._show(None)
            elif not self._is_lost:
                return  # it has been opened meanwhile, and is the live one as it is
            if row.key is not None:
                with self._tasks.track(f"selecting {key_label(entity.name, row.key)}"):
                    self._show(await self._connection.instances.load_instance(entity, row.key, walk), entity, walk)

    async def _predict(self, name: str) -> None:
        with self._tasks.track(f"predicting {name}"):
            async with self._live:
                prediction = await self._connection.instances.predict(name)
                self._post(self.Predicted(name, prediction))

    @contextmanager
    def _live_or_none(self) -> Iterator[None]:
        """Release the live instance when the block fails; the row under the cursor is then loaded again.

        While the database is unreachable it is not loaded again at once.
        """
        try:
            yield
        except DatabaseUnreachableError:
            self.lose()
            raise
        except (BrowserError, asyncio.CancelledError):
            self._show(None)
            self._post(self.Released())
            raise


class InstanceReader(LiveInstanceReader):
    """Does with the live instance what is asked: opens relationships, accesses attributes, tries fixes."""

    @dataclass
    class Opened(Message):
        """A relationship has been opened."""

        path: Path
        """The path of the relationship."""
        opening: OpenResult

        @property
        def failed(self) -> FailedAccess | None:
            """The access, where it has failed."""
            return FailedAccess.of_opening(self.opening)

        @property
        def how(self) -> str:
            """How it was accessed: mode and loader strategy."""
            return f"{self.opening.request.mode.how} · {self.opening.request.strategy.title}"

    @dataclass
    class AttributeAccessed(Message):
        """An attribute has been accessed."""

        accessed: AccessResult
        path: Path = ()
        """Empty: nothing has been opened in the table."""

        @property
        def failed(self) -> FailedAccess | None:
            """The access, where it has failed."""
            return FailedAccess.of_access(self.accessed)

        @property
        def how(self) -> str:
            """How it was accessed: mode, statements and time."""
            sent = plural(self.accessed.statements, "statement")
            return f"{self.accessed.request.mode.how} · {sent} · {self.accessed.seconds * 1000:.1f} ms"

    @dataclass
    class FixTried(Message):
        """A fix has been tried."""

        result: LiveTrial

    def __init__(self, connection: ConnectionHandle, table: TableState, tasks: Tasks, post: Post, ready: Ready) -> None:
        super().__init__(connection, tasks, post)
        self._table = table
        self._ready = ready
        self._opening: Task | None = None
        """The opening of a relationship, running or done."""
        self._pending_scenario: _ScenarioRequest | None = None
        """The scenario that is being applied, or was last."""

    def open(self, path: Path, request: OpenRequest) -> None:
        """Open a relationship under the row at the path, as soon as its result can be shown."""
        self._tasks.cancel("rest")
        self._start(lambda: self._open(path, request))

    def open_all(self, rows: Mapping[int, Row], request: OpenAllRequest) -> None:
        """Open a relationship of all these rows, given by their numbers."""
        self._tasks.cancel("rest")
        self._start(lambda: self._open_all({row.key: n for n, row in rows.items()}, request))

    def next_scenario(self) -> None:
        """Bring the live instance into the next scenario in which applications meet the error.

        Called again before that is done, it goes on to the one after.
        """
        snapshot, entity, walk = self._snapshot, self._entity, self._walk
        listing, cursor = self._table.shown, self._table.cursor
        entity_and_row, here = listing.row_at(cursor), walk_at(listing, cursor)
        if self._pending_scenario is not None and self._tasks.is_running("open"):
            self._start_scenario(self._pending_scenario.next)
        elif snapshot is not None and entity is not None and walk is not None:
            self._start_scenario(_ScenarioRequest(entity, snapshot.key, snapshot.scenario.next, walk))
        elif entity_and_row is not None and entity_and_row[1].key is not None and here is not None:
            next_scenario = Scenario.FRESH.next  # the instance is being selected
            self._start_scenario(_ScenarioRequest(entity_and_row[0], entity_and_row[1].key, next_scenario, here))

    def _start_scenario(self, request: "_ScenarioRequest") -> None:
        self._tasks.cancel("rest")
        self._start(lambda: self._apply_scenario(request))
        self._pending_scenario = request

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start work on the live instance, in place of other work on it."""
        self._pending_scenario = None
        self._tasks.start("open", work)

    def access(self, name: str, mode: AccessMode) -> None:
        """Access an attribute of the live instance as it stands."""
        if self._snapshot is not None and self._entity is not None:
            request = AttributeRequest(self._entity, name, mode, self._walk)
            self._start(lambda: self._access(request))

    def try_fix(self, path: Path, failed: FailedAccess, fix: Remedy) -> None:
        """Try a fix of a failed access; `path` is that of the relationship, empty for another attribute."""
        self._tasks.cancel("rest")
        self._start(lambda: self._try_fix(path, failed, fix))

    def loaded(self, instances: int) -> None:
        """Show how many instances of the relationship are loaded by now."""
        if self._opening is not None:
            self._opening.progress = f"{instances:,} loaded"

    async def _open(self, path: Path, request: OpenRequest) -> None:
        name = request.relationship.name
        with self._tasks.track(f"opening {request.entity.name}.{name}") as self._opening:
            self._table.set_caption(hint="")
            async with self._live:
                await self._ready()
                with self._live_or_none():
                    opening = await self._connection.instances.open(request)
                self._show(opening.instance, request.entity, request.walk)
            self._table.show_opening(path, opening)
            self._post(self.Opened((*path, name), opening))

    async def _open_all(self, numbers: Mapping[RowKey | None, int], request: OpenAllRequest) -> None:
        name = request.relationship.name
        with self._tasks.track(f"opening {request.entity.name}.{name} of {len(request.keys):,} rows"):
            async with self._live:
                await self._ready()
                with self._live_or_none():
                    chosen = await _loadable(self._connection.instances, request)
                    openings = await self._connection.instances.open_all(request._replace(keys=chosen.keys))
                self._show(openings[0].instance if openings else None, request.entity)
            self._table.set_caption(hint=str(chosen))
            for opening in openings:
                self._table.show_opening((numbers[opening.request.key],), opening)
            for opening in openings[-1:]:
                self._post(self.Opened((numbers[opening.request.key], name), opening))

    async def _apply_scenario(self, request: "_ScenarioRequest") -> None:
        with self._tasks.track(f"bringing {request.entity.name} into state {request.scenario.value}"):
            async with self._live:
                with self._live_or_none():
                    snapshot = await self._connection.instances.apply_scenario(*request)
                self._show(snapshot, request.entity, request.walk)

    async def _access(self, request: AttributeRequest) -> None:
        with self._tasks.track(f"accessing {request.entity.name}.{request.name}"):
            async with self._live:
                await self._ready()
                with self._live_or_none():
                    accessed = await self._connection.instances.access(request)
                self._show(accessed.instance)
            self._post(self.AttributeAccessed(accessed))

    async def _try_fix(self, path: Path, failed: FailedAccess, fix: Remedy) -> None:
        with self._tasks.track(f"trying {fix.code}"):
            async with self._live:
                await self._ready()
                with self._live_or_none():
                    tried = await self._connection.instances.try_fix(failed.with_fix(fix))
                if tried.instance is not None:
                    self._show(tried.instance, failed.entity, failed.walk)
                elif fix.applies.can_be_tried:
                    self._show(None)
                    self._post(self.Released())
            opening = tried.as_opening(failed.strategy)
            if path and opening is not None:
                self._table.show_opening(path[:-1], opening)
            self._post(self.FixTried(tried))


async def _loadable(instances: Instances, request: OpenAllRequest) -> Loadable:
    """Return the rows that can be opened at once; raise `BrowserError` where they lead to too many."""
    if not request.loads:
        return Loadable(request.keys)
    chosen = await instances.loadable(request.entity, request.relationship, request.keys)
    return chosen.checked(request.relationship.target, "⏎ opens one row")
