"""Asks the database for instances: the one that the cursor rests on, and what opening a relationship gives."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from textual.message import Message

from pirate_tui.domain.access import AccessMode, AttributeRequest, InstanceSnapshot, Prediction, Scenario
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError, Failure
from pirate_tui.domain.loading import AccessResult, Loadable, OpenAllRequest, OpenRequest, OpenResult
from pirate_tui.domain.outline import Path
from pirate_tui.domain.ports import Instances
from pirate_tui.domain.rows import Row, RowKey
from pirate_tui.domain.text import clean, plural
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.table_state import TableState
from pirate_tui.ui.tasks import Task, Tasks


DEBOUNCE = 0.05
"""Seconds that the cursor rests on a row before its instance is selected."""

AFRESH = "opening selects a fresh instance; to access this one as it is: tab, choose an attribute, ⏎"
"""Said to somebody who has put the instance in another state, and opens its row."""

Ready = Callable[[], Awaitable[object]]
"""Waits until what is needed to show something is there."""

Post = Callable[[Message], object]
"""Posts a message to whoever shows what it says."""


class _Put(NamedTuple):
    """An instance that is put into a state."""

    entity: Entity
    key: RowKey
    scenario: Scenario

    @property
    def next(self) -> "_Put":
        """The same instance in the next state."""
        return self._replace(scenario=self.scenario.next)


class InstanceReader:
    """Keeps one instance live, and says by messages what has become of it."""

    @dataclass
    class InstanceShown(Message):
        """There is another live instance, the same in another state, or none."""

        snapshot: InstanceSnapshot | None

    @dataclass
    class Opened(Message):
        """A relationship has been opened."""

        path: Path
        """That of the relationship."""
        opening: OpenResult

        @property
        def failure(self) -> Failure | None:
            """What it raised."""
            return self.opening.failure

        @property
        def how(self) -> str:
            """How it was accessed, in words."""
            return f"{self.opening.request.mode.how} · {self.opening.request.strategy.title}"

    @dataclass
    class AttributeAccessed(Message):
        """An attribute has been accessed."""

        accessed: AccessResult
        path: Path = ()
        """Nothing has been opened in the table."""

        @property
        def failure(self) -> Failure | None:
            """What it raised."""
            return self.accessed.failure

        @property
        def how(self) -> str:
            """How it was accessed and at what cost, in words."""
            sent = plural(self.accessed.statements, "statement")
            return f"{self.accessed.request.mode.how} · {sent} · {self.accessed.seconds * 1000:.1f} ms"

    @dataclass
    class Predicted(Message):
        """What a plain access to an attribute would send first has been found."""

        name: str
        prediction: Prediction

    @dataclass
    class Released(Message):
        """There is no live instance any more: the row under the cursor becomes it again."""

    def __init__(self, connection: ConnectionHandle, table: TableState, tasks: Tasks, post: Post, ready: Ready) -> None:
        self._connection = connection
        self._table = table
        self._tasks = tasks
        self._post = post
        self._ready = ready
        self._snapshot: InstanceSnapshot | None = None
        """The live instance as it was last seen."""
        self._opening: Task | None = None
        """The opening of a relationship, while it is under way or after."""
        self._entity: Entity | None = None
        """Whose instance the live one is."""
        self._live = asyncio.Lock()
        """Held while the live instance is exchanged: no prediction is made of another."""
        self._putting: _Put | None = None
        """What it is being put into, or was last."""
        self._is_lost = False
        """Is what is shown not the live instance any more?"""

    def rest(self, entity: Entity, row: Row) -> None:
        """The cursor rests on a row: its instance becomes the live one, if it has a key."""
        self._tasks.start("rest", lambda: self._rest(entity, row))

    def open(self, path: Path, request: OpenRequest) -> None:
        """Open a relationship under the row at the path, as soon as what is needed to show it is there."""
        self._tasks.cancel("rest")
        self._start(lambda: self._open(path, request))

    def open_all(self, rows: Mapping[int, Row], ask: OpenAllRequest) -> None:
        """Open a relationship of all these rows, given by their numbers."""
        self._tasks.cancel("rest")
        self._start(lambda: self._open_all({row.key: n for n, row in rows.items()}, ask))

    def next_scenario(self) -> None:
        """Put the live instance into the next state in which applications meet the error.

        Pressed again before it is there, it goes on to the one after.
        """
        snapshot, entity = self._snapshot, self._entity
        found = self._table.shown.row_at(self._table.cursor)
        if self._putting is not None and self._tasks.is_running("open"):
            self._start_put(self._putting.next)
        elif snapshot is not None and entity is not None:
            self._start_put(_Put(entity, snapshot.key, snapshot.scenario.next))
        elif found is not None and found[1].key is not None:  # it is being selected: it is put through at once
            self._start_put(_Put(found[0], found[1].key, Scenario.FRESH.next))

    def _start_put(self, put: "_Put") -> None:
        self._tasks.cancel("rest")
        self._start(lambda: self._put(put))
        self._putting = put

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something with the live instance, in place of what is done with it."""
        self._putting = None
        self._tasks.start("open", work)

    def access(self, name: str, mode: AccessMode) -> None:
        """Access an attribute of the live instance as it stands."""
        if self._snapshot is not None and self._entity is not None:
            request = AttributeRequest(self._entity, name, mode)
            self._start(lambda: self._access(request))

    def predict(self, name: str) -> None:
        """Find what a plain access to that attribute would send first."""
        self._tasks.start("predict", lambda: self._predict(name))

    def loaded(self, instances: int) -> None:
        """So many instances are loaded of what is being opened."""
        if self._opening is not None:
            self._opening.progress = f"{instances:,} loaded"

    def lose(self) -> None:
        """The live instance is none any more: it is selected again, also where the cursor rests on its row still."""
        self._is_lost = True

    def forget(self) -> None:
        """There is no row to rest on."""
        self._tasks.cancel("rest")
        self._show(None)

    def _show(self, snapshot: InstanceSnapshot | None, entity: Entity | None = None) -> None:
        """Show the live instance; of a fresh one, the entity is given too."""
        if entity is not None:
            self._entity, self._is_lost = entity, False
        self._snapshot = snapshot
        self._post(self.InstanceShown(snapshot))

    async def _rest(self, entity: Entity, row: Row) -> None:
        await asyncio.sleep(DEBOUNCE)
        async with self._live:
            shown = self._snapshot
            if shown is None or (shown.entity, shown.key) != (entity.name, row.key):
                self._show(None)
            elif not self._is_lost:
                return  # it has been opened meanwhile, and is the live one as it is
            if row.key is not None:
                with self._tasks.track(f"selecting {entity.name} {clean(', '.join(map(str, row.key)))}"):
                    self._show(await self._connection.instances.load_instance(entity, row.key), entity)

    async def _open(self, path: Path, request: OpenRequest) -> None:
        name = request.relationship.name
        with self._tasks.track(f"opening {request.entity.name}.{name}") as self._opening:
            before = self._snapshot
            is_fresh = before is None or before.scenario is Scenario.FRESH
            self._table.tell(hint="" if is_fresh else AFRESH)
            async with self._live:
                await self._ready()
                with self._live_or_none():
                    opening = await self._connection.instances.open(request)
                self._show(opening.instance, request.entity)
            self._table.show_opening(path, opening)
            self._post(self.Opened((*path, name), opening))

    async def _open_all(self, numbers: Mapping[RowKey | None, int], ask: OpenAllRequest) -> None:
        name = ask.relationship.name
        with self._tasks.track(f"opening {ask.entity.name}.{name} of {len(ask.keys):,} rows"):
            async with self._live:
                await self._ready()
                with self._live_or_none():
                    chosen = await _loadable(self._connection.instances, ask)
                    openings = await self._connection.instances.open_all(ask._replace(keys=chosen.keys))
                self._show(openings[0].instance if openings else None, ask.entity)
            self._table.tell(hint=str(chosen))
            for opening in openings:
                self._table.show_opening((numbers[opening.request.key],), opening)
            for opening in openings[-1:]:
                self._post(self.Opened((numbers[opening.request.key], name), opening))

    async def _put(self, put: "_Put") -> None:
        with self._tasks.track(f"bringing {put.entity.name} into state {put.scenario.value}"):
            async with self._live:
                with self._live_or_none():
                    self._show(await self._connection.instances.apply_scenario(*put), put.entity)

    async def _access(self, request: AttributeRequest) -> None:
        with self._tasks.track(f"accessing {request.entity.name}.{request.name}"):
            async with self._live:
                await self._ready()
                with self._live_or_none():
                    accessed = await self._connection.instances.access(request)
                self._show(accessed.instance)
            self._post(self.AttributeAccessed(accessed))

    async def _predict(self, name: str) -> None:
        with self._tasks.track(f"predicting {name}"):
            async with self._live:
                prediction = await self._connection.instances.predict(name)
                self._post(self.Predicted(name, prediction))

    @contextmanager
    def _live_or_none(self) -> Iterator[None]:
        """An opening that comes to nothing has let go of the live instance: the row rested on becomes it again.

        Not at once, while there is no database to ask.
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


async def _loadable(instances: Instances, ask: OpenAllRequest) -> Loadable:
    """The rows that can be opened at once; raises `BrowserError` where they lead to too much."""
    if not ask.loads:
        return Loadable(ask.keys)
    chosen = await instances.loadable(ask.entity, ask.relationship, ask.keys)
    return chosen.checked(ask.relationship.target, "⏎ opens one row")
