"""Asks the database for instances: the one that the cursor rests on, and what opening a relationship gives."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import Trouble
from pirate_tui.domain.loading import Opening, OpenRequest
from pirate_tui.domain.outline import Path
from pirate_tui.domain.ports import Database
from pirate_tui.domain.rows import Row
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.row_table import RowTable
from pirate_tui.ui.works import Work, Works


DEBOUNCE = 0.05
"""Seconds that the cursor rests on a row before its instance is selected."""

Shown = Callable[[Path, Opening], None]
"""Shows what else there is to be shown of what was opened at a path."""


class InstanceReader:
    """Keeps the inspector on the live instance. `shown` is told what was opened, and where."""

    def __init__(
        self,
        database: Database,
        panels: tuple[RowTable, Inspector],
        works: Works,
        shown: Callable[[Path, Opening], None],
    ) -> None:
        self._database = database
        self._table, self._inspector = panels
        self._works = works
        self._shown = shown
        self._opening: Work | None = None
        """The opening of a relationship, while it is under way or after."""
        self._live = asyncio.Lock()
        """Held while the live instance is exchanged: the inspector never shows another."""

    def rest(self, entity: Entity, row: Row) -> None:
        """The cursor rests on a row: its instance becomes the live one, if it has a key."""
        self._works.start("rest", lambda: self._rest(entity, row))

    def open(self, path: Path, request: OpenRequest, ready: Callable[[], Awaitable[object]]) -> None:
        """Open a relationship under the row at the path, as soon as what is needed to show it is `ready`."""
        self._works.cancel("rest")
        self._works.start("open", lambda: self._open(path, request, ready))

    def loaded(self, instances: int) -> None:
        """So many instances are loaded of what is being opened."""
        if self._opening is not None:
            self._opening.progress = f"{instances:,} loaded"

    def forget(self) -> None:
        """There is no row to rest on."""
        self._works.cancel("rest")
        self._inspector.snapshot = None

    async def _rest(self, entity: Entity, row: Row) -> None:
        await asyncio.sleep(DEBOUNCE)
        async with self._live:
            shown = self._inspector.snapshot
            if shown is not None and (shown.entity, shown.key) == (entity.name, row.key):
                return  # it has been opened meanwhile, and is the live one as it is
            self._inspector.snapshot = None
            if row.key is not None:
                with self._works.under_way(f"selecting {entity.name}"):
                    self._inspector.snapshot = await self._database.rest(entity, row.key)

    async def _open(self, path: Path, request: OpenRequest, ready: Callable[[], Awaitable[object]]) -> None:
        name = request.relationship.name
        with self._works.under_way(f"opening {request.entity.name}.{name}") as self._opening:
            self._table.hint = ""
            async with self._live:
                await ready()
                with self._live_or_none():
                    opening = await self._database.open(request)
                self._inspector.snapshot = opening.instance
            self._table.show_opening(path, opening)
            self._shown((*path, name), opening)

    @contextmanager
    def _live_or_none(self) -> Iterator[None]:
        """An opening that comes to nothing has let go of the live instance: the row rested on becomes it again."""
        try:
            yield
        except (Trouble, asyncio.CancelledError):
            if self._table.is_attached:
                self._inspector.snapshot = None
                self._table.rest()
            raise
