"""Asks the database for instances: the one that the cursor rests on, and what opening a relationship gives."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from pirate_tui.domain.access import AccessMode, AttributeRequest, InstanceSnapshot, Situation
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import Trouble, Unreachable
from pirate_tui.domain.loading import Accessed, Loadable, OpenAllRequest, Opening, OpenRequest
from pirate_tui.domain.outline import Path
from pirate_tui.domain.rows import Row, RowKey
from pirate_tui.domain.text import clean
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.tasks import Task, Tasks
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.row_table import RowTable


DEBOUNCE = 0.05
"""Seconds that the cursor rests on a row before its instance is selected."""

AFRESH = "opening selects a fresh instance; to access this one as it is: tab, choose an attribute, ⏎"
"""Said to somebody who has put the instance in another state, and opens its row."""

Ready = Callable[[], Awaitable[object]]
"""Waits until what is needed to show something is there."""

Show = tuple[Callable[[Path, Opening], None], Callable[[Accessed], None]]
"""Show what else there is to be shown of what was opened at a path, and of what was accessed."""


class _Put(NamedTuple):
    """An instance that is put into a state."""

    entity: Entity
    key: RowKey
    situation: Situation

    @property
    def next(self) -> "_Put":
        """The same instance in the next state."""
        return self._replace(situation=self.situation.next)


class InstanceReader:
    """Keeps the inspector on the live instance. `show` is told what was opened, and where; and what was accessed."""

    def __init__(
        self, database: ConnectionHandle, panels: tuple[RowTable, Inspector], tasks: Tasks, show: Show
    ) -> None:
        self._database = database
        self._table, self._inspector = panels
        self._tasks = tasks
        self._shown, self._accessed = show
        self._opening: Task | None = None
        """The opening of a relationship, while it is under way or after."""
        self._entity: Entity | None = None
        """Whose instance the live one is."""
        self._live = asyncio.Lock()
        """Held while the live instance is exchanged: the inspector never shows another."""
        self._putting: _Put | None = None
        """What it is being put into, or was last."""
        self._is_lost = False
        """Is what the inspector shows not the live instance any more?"""

    def rest(self, entity: Entity, row: Row) -> None:
        """The cursor rests on a row: its instance becomes the live one, if it has a key."""
        self._tasks.start("rest", lambda: self._rest(entity, row))

    def open(self, path: Path, request: OpenRequest, ready: Ready) -> None:
        """Open a relationship under the row at the path, as soon as what is needed to show it is `ready`."""
        self._tasks.cancel("rest")
        self._start(lambda: self._open(path, request, ready))

    def open_all(self, rows: Mapping[int, Row], ask: OpenAllRequest, ready: Ready) -> None:
        """Open a relationship of all these rows, given by their numbers."""
        self._tasks.cancel("rest")
        self._start(lambda: self._open_all({row.key: n for n, row in rows.items()}, ask, ready))

    def put_through(self) -> None:
        """Put the live instance into the next state in which applications meet the error.

        Pressed again before it is there, it goes on to the one after.
        """
        snapshot, entity = self._inspector.snapshot, self._entity
        found = self._table.row_at(self._table.cursor)
        if self._putting is not None and self._tasks.is_running("open"):
            self._start_put(self._putting.next)
        elif snapshot is not None and entity is not None:
            self._start_put(_Put(entity, snapshot.key, snapshot.situation.next))
        elif found is not None and found[1].key is not None:  # it is being selected: it is put through at once
            self._start_put(_Put(found[0], found[1].key, Situation.FRESH.next))

    def _start_put(self, put: "_Put") -> None:
        self._tasks.cancel("rest")
        self._start(lambda: self._put(put))
        self._putting = put

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something with the live instance, in place of what is done with it."""
        self._putting = None
        self._tasks.start("open", work)

    def access(self, name: str, mode: AccessMode, ready: Ready) -> None:
        """Access an attribute of the live instance as it stands."""
        if self._inspector.snapshot is not None and self._entity is not None:
            request = AttributeRequest(self._entity, name, mode)
            self._start(lambda: self._access(request, ready))

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
        self._inspector.snapshot = None

    def _show(self, entity: Entity, snapshot: InstanceSnapshot | None) -> None:
        self._entity, self._inspector.snapshot, self._is_lost = entity, snapshot, False

    async def _rest(self, entity: Entity, row: Row) -> None:
        await asyncio.sleep(DEBOUNCE)
        async with self._live:
            shown = self._inspector.snapshot
            if shown is None or (shown.entity, shown.key) != (entity.name, row.key):
                self._inspector.snapshot = None
            elif not self._is_lost:
                return  # it has been opened meanwhile, and is the live one as it is
            if row.key is not None:
                with self._tasks.track(f"selecting {entity.name} {clean(', '.join(map(str, row.key)))}"):
                    self._show(entity, await self._database.instances.rest(entity, row.key))

    async def _open(self, path: Path, request: OpenRequest, ready: Ready) -> None:
        name = request.relationship.name
        with self._tasks.track(f"opening {request.entity.name}.{name}") as self._opening:
            before = self._inspector.snapshot
            self._table.hint = AFRESH if before is not None and before.situation is not Situation.FRESH else ""
            async with self._live:
                await ready()
                with self._live_or_none():
                    opening = await self._database.instances.open(request)
                self._show(request.entity, opening.instance)
            self._table.show_opening(path, opening)
            self._shown((*path, name), opening)

    async def _open_all(self, numbers: Mapping[RowKey | None, int], ask: OpenAllRequest, ready: Ready) -> None:
        name = ask.relationship.name
        with self._tasks.track(f"opening {ask.entity.name}.{name} of {len(ask.keys):,} rows"):
            async with self._live:
                await ready()
                with self._live_or_none():
                    chosen = await self._loadable(ask)
                    openings = await self._database.instances.open_all(ask._replace(keys=chosen.keys))
                self._show(ask.entity, openings[0].instance if openings else None)
            self._table.hint = str(chosen)
            for opening in openings:
                self._table.show_opening((numbers[opening.request.key],), opening)
            for opening in openings[-1:]:
                self._shown((numbers[opening.request.key], name), opening)

    async def _loadable(self, ask: OpenAllRequest) -> Loadable:
        """The rows that can be opened at once; raises `Trouble` where they lead to too much."""
        if not ask.loads:
            return Loadable(ask.keys)
        chosen = await self._database.instances.loadable(ask.entity, ask.relationship, ask.keys)
        return chosen.checked(ask.relationship.target, "⏎ opens one row")

    async def _put(self, put: "_Put") -> None:
        with self._tasks.track(f"bringing {put.entity.name} into state {put.situation.value}"):
            async with self._live:
                with self._live_or_none():
                    self._show(put.entity, await self._database.instances.put(*put))

    async def _access(self, request: AttributeRequest, ready: Ready) -> None:
        with self._tasks.track(f"accessing {request.entity.name}.{request.name}"):
            async with self._live:
                await ready()
                with self._live_or_none():
                    accessed = await self._database.instances.access(request)
                self._inspector.snapshot = accessed.instance
            self._accessed(accessed)

    async def _predict(self, name: str) -> None:
        with self._tasks.track(f"predicting {name}"):
            async with self._live:
                prediction = await self._database.instances.predict(name)
                if self._inspector.current is not None and self._inspector.current.name == name:
                    self._inspector.prediction = prediction

    @contextmanager
    def _live_or_none(self) -> Iterator[None]:
        """An opening that comes to nothing has let go of the live instance: the row rested on becomes it again.

        Not at once, while there is no database to ask.
        """
        try:
            yield
        except Unreachable:
            self.lose()
            raise
        except (Trouble, asyncio.CancelledError):
            if self._table.is_attached:
                self._inspector.snapshot = None
                self._table.rest()
            raise
