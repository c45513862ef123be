"""The `Database` that the screen is given: pages, counts, and the live instance of one SQLite file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, Row

from pirate_tui.domain.access import InstanceSnapshot
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import NO_DATABASE, Busy, CannotStart, Trouble
from pirate_tui.domain.loading import Opening, OpenRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.rows import Page, RowKey, Seek
from pirate_tui.domain.text import clean
from pirate_tui.orm.catalog import Catalog
from pirate_tui.orm.engine import Connections
from pirate_tui.orm.instance import LiveInstance
from pirate_tui.orm.pages import Pages
from pirate_tui.orm.preflight import TABLES_STATEMENT, shapes
from pirate_tui.orm.statements import Recorder


async def open_database(path: Path, classes: Sequence[type], time_limit: float, listener: Listener) -> "OrmDatabase":
    """Open the file as a database of these mapped classes; a statement may take `time_limit` seconds.

    Raises `Busy` while it is locked, and `CannotStart` when it is damaged or lacks a table.
    """
    database = OrmDatabase(path, classes, time_limit, listener)
    try:
        await database.check()
    except BaseException:
        await database.close()
        raise
    return database


class OrmDatabase:
    """An open database; see `domain.ports.Database` for what each call gives."""

    def __init__(self, path: Path, classes: Sequence[type], time_limit: float, listener: Listener) -> None:
        self._shown_path = clean(str(path))
        self._catalog = Catalog(classes)
        self._connections = Connections(path, time_limit, listener)
        engine = self._connections.engine
        self._recorder = Recorder(engine, listener)
        self._live = LiveInstance(self._connections, self._recorder, self._catalog)
        self._dialect = engine.dialect
        self._pages: dict[str, Pages] = {}
        self.name = clean(path.name)
        self.dialect = f"{engine.dialect.name}+{engine.dialect.driver}"
        self.entities = self._catalog.entities

    async def check(self) -> None:
        """Does the file hold the tables of the models? Raises `CannotStart`."""
        try:
            tables = shapes(await self._fetch("tables", TABLES_STATEMENT, {}))
        except Busy:
            raise
        except Trouble as trouble:
            raise CannotStart(NO_DATABASE, f"{self._shown_path}: {trouble.reason}; {trouble.way_out}") from trouble
        missing = [entity.table for entity in self.entities if entity.table not in tables]
        if missing:
            given = f"give a database with {' and '.join(entity.table for entity in self.entities)}, or none at all"
            raise CannotStart(NO_DATABASE, f"{self._shown_path}: no table {', '.join(missing)}; {given}")
        for entity in self.entities:
            mapper = self._catalog.mapper(entity)
            self._pages[entity.name] = Pages(mapper, self._dialect, tables[entity.table].tie_break(mapper))

    async def page(self, entity: Entity, seek: Seek) -> Page:
        """Rows of the entity's table."""
        pages = self._pages[entity.name]
        found = await self._fetch(f"rows of {entity.name}", pages.statement(seek), pages.parameters(seek))
        return pages.page(seek, found)

    async def count(self, entity: Entity) -> int:
        """How many rows its table has."""
        found = await self._fetch(f"count of {entity.name}", self._pages[entity.name].count, {})
        return int(found[0][0])

    async def anchor(self, entity: Entity, seek: Seek) -> tuple[Any, ...] | None:
        """The position of the one row that is sought; the log tells all anchors of an entity in one line."""
        pages = self._pages[entity.name]
        cause = f"anchors of {entity.name}"
        found = await self._fetch(cause, pages.anchor(seek), pages.parameters(seek), folded=True)
        return tuple(found[0]) if found else None

    async def rank(self, entity: Entity, key: tuple[str, ...]) -> int:
        """How many rows come before the row of that key, given as it was typed."""
        pages = self._pages[entity.name]
        shown = clean(f"{entity.name} {', '.join(key)}")
        try:
            found = await self._fetch(f"place of {shown}", pages.find(key), {})
        except ValueError as error:
            raise Trouble(f"there is no {shown}", str(error)) from error
        if not found:
            raise Trouble(f"there is no {shown}", "type : again")
        statement, parameters = pages.rank(tuple(found[0]))
        return int((await self._fetch(f"place of {shown}", statement, parameters))[0][0])

    async def rest(self, entity: Entity, key: RowKey) -> InstanceSnapshot:
        """Select the instance of that key and keep it as the live one."""
        return await self._live.rest(entity, key)

    async def open(self, request: OpenRequest) -> Opening:
        """Select the instance anew, access its relationship, and keep it as the live one."""
        return await self._live.open(request)

    async def close(self) -> None:
        """Give back the session, the connections and their threads."""
        await self._live.close()
        await self._connections.dispose()

    async def _fetch(
        self, cause: str, statement: Executable, parameters: dict[str, Any], *, folded: bool = False
    ) -> Sequence[Row[Any]]:
        async def question() -> Sequence[Row[Any]]:
            with self._recorder.step(cause, folded=folded):
                async with self._connections.engine.connect() as connection:
                    return (await connection.execute(statement, parameters)).all()

        return await self._connections.ask(question)
