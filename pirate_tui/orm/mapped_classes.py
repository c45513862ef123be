"""Hold the classes to browse: models compared with the database's tables, or classes mapped from these."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, FromClause, inspect
from sqlalchemy.orm import Mapper

from pirate_tui.domain.entity import ALL_SCHEMAS, Entity, ModelInfo, Relationship, Size
from pirate_tui.domain.failure import BrowserError, DatabaseLockedError, DatabaseUnreachableError, no_such_class
from pirate_tui.domain.query import Query
from pirate_tui.domain.text import clean
from pirate_tui.orm.built_in_code import loads_instance, loads_relationship, reads_rows
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.dialects.registry import probe_of, reader_of
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.reflection.probe import OF_THE_SERVER, QualifiedName, SchemaProbe, Table, problem
from pirate_tui.orm.reflection.reflect import Reflection


NEIGHBOURS = 20
"""How many tables that a table refers to, or that refer to it, are read with it."""


class Known(NamedTuple):
    """The names, foreign keys and tables of a database without models."""

    reflection: Reflection
    probe: SchemaProbe


class MappedClasses:
    """The mapped classes by name; those of a database without models are mapped when they are first used."""

    def __init__(self, classes: Sequence[type] | None, queries: QueryRunner, schemas: Sequence[str] = ()) -> None:
        self.catalog = Catalog(classes or ())
        self._schemas = schemas
        self._is_reflected = classes is None
        self._queries = queries
        self._probe = probe_of(queries)
        self._reflection: Reflection | None = None
        self._problems: Mapping[str, str] = {}
        self._first = ""
        """The class to show first."""

    async def read(self) -> None:
        """Read which tables there are; raises `BrowserError`."""
        if self._is_reflected:
            await self._reflect()
            return
        probe, mappers = probe_of(self._queries), self.catalog.mappers
        if self._queries.dialect.name == "postgresql":  # others would not have connected
            for schema in self._schemas:
                await probe.check_schema(schema)
        await probe.read(QualifiedName.of(table) for mapper in mappers for table in mapper.tables)
        self._probe = probe
        problems = {self.catalog.name(mapper): problem(mapper, probe.tables) for mapper in mappers}
        self._problems = {name: reason for name, reason in problems.items() if reason}
        self.catalog.leave_out(self._problems)

    async def hint(self) -> str:
        """Return a hint to where there may be tables, if there are none here."""
        if self._queries.dialect.name == "sqlite":
            return "; use a database that has some"
        if ALL_SCHEMAS in self._schemas:
            return " in any schema"
        here, existing = await self._queries.inspect("schemas", _schemas)
        where = f" in {clean(', '.join(self._schemas) or here)}"
        others = [name for name in existing if name not in self._schemas]
        return f"{where}; use --schema NAME for those of {clean(', '.join(others))}" if others else where

    def set_initial_model(self, model: str | None, remembered: str | None) -> None:
        """Choose the class to show first: `model`, or `remembered`, the one chosen last.

        Raises `StartupError` where there is no class named `model`.
        """
        choices = self._listed
        usable = [choice.name for choice in choices if not choice.problem]
        if model is not None and model not in usable:
            raise no_such_class(model, choices)
        self._first = next((name for name in (model, remembered, *usable) if name in usable), None) or ""

    @property
    def choices(self) -> tuple[ModelInfo, ...]:
        """All classes, also those that cannot be browsed; the one to show first comes first."""
        return tuple(sorted(self._listed, key=lambda choice: choice.name != self._first))

    @property
    def _listed(self) -> tuple[ModelInfo, ...]:
        if self._reflection is None:
            related, base_of = self.catalog.related(), self.catalog.base
            places = {mapper: QualifiedName.of(mapper.local_table) for mapper in self.catalog.mappers}
            return tuple(
                ModelInfo(
                    name,
                    clean(str(place)),
                    related[name],
                    self._problems.get(name, ""),
                    base=base_of(mapper),
                    schema=clean(place.schema or next(iter(self._schemas), "")),
                )
                for name, mapper, place in ((self.catalog.name(mapper), mapper, places[mapper]) for mapper in places)
            )
        known, name_of = self._reflection, self._reflection.class_name
        notes: dict[str, list[str]] = defaultdict(list)
        for key, reason in known.left_out.items():
            notes[key.child].append(clean(f"{', '.join(key.columns)}: {reason}"))
        return tuple(
            ModelInfo(
                name_of(relation.name),
                clean(str(known.place(relation.name)) if relation.schema else relation.name),
                tuple(map(name_of, known.related(relation.name))),
                known.broken.get(relation.name, ""),
                "; ".join(notes.get(relation.name, ())),
                schema=clean(relation.schema),
            )
            for relation in known.names
        )

    async def entity(self, name: str) -> Entity:
        """Return the class of that name, with all its relationships; raise `BrowserError` if it cannot be browsed."""
        if self._reflection is not None and not self.catalog.has(name):
            await self._map(Known(self._reflection, self._probe), name)
        if not self.catalog.has(name):
            reason = self._problems.get(name, "no such class")
            raise BrowserError(f"{clean(name)}: {reason}", "press m to list the classes")
        return self.catalog.named(name)

    async def target(self, entity: Entity, relationship: Relationship) -> Entity:
        """Return the class that a relationship leads to, with all its relationships."""
        mapper: Mapper[Any] = self.catalog.mapper(entity).relationships[relationship.name].mapper
        if self._reflection is None:
            return self.catalog.entity(mapper)
        return await self.entity(self._reflection.class_name(self._reflection.name(mapper.class_)))

    def table(self, entity: Entity) -> Table:
        """Return what the database has of a class's table."""
        mapper = self.catalog.mapper(entity)
        if self._reflection is not None and (numbers := self._reflection.numbers(mapper.class_)):
            return Table(entity.table, numbers, numbers, is_strict=True, row_id=None)
        return self._probe.table(self._place(mapper))

    def runs_built_in_code(self, query: Query) -> bool:
        """Whether the server runs no code but its own as it reads the query's rows, or none that could do anything."""
        return query.within is None and reads_rows(self.catalog.mapper(query.entity), self._is_plain)

    def loads_by_built_in_code(self, entity: Entity, relationship: str = "") -> bool:
        """Whether that holds for an instance, and where one is named for its relationship.

        Never for both on MariaDB, whose transactions hold one snapshot for several statements; PostgreSQL's default
        level has one for each anyway (https://www.postgresql.org/docs/current/transaction-iso.html).
        """
        mapper = self.catalog.mapper(entity)
        if not relationship:
            return loads_instance(mapper, self._is_plain)
        is_read_committed = self._queries.dialect.name == "postgresql"
        return is_read_committed and loads_relationship(mapper.relationships[relationship], self._is_plain)

    def _is_plain(self, table: FromClause) -> bool:
        return self._probe.table(QualifiedName.of(table)).runs_built_in_code

    async def sizes(self) -> dict[str, Size]:
        """Return how many rows each class may have, where the database knows that without counting."""
        listed = zip(self._places(), self._listed, strict=True)
        places = {choice.name: place for place, choice in listed if place is not None and not choice.problem}
        found = await self._probe.sizes([*dict.fromkeys(places.values())])
        return {name: found[place] for name, place in places.items() if place in found}

    async def estimate(self, entity: Entity) -> int | None:
        """Return how many rows a class may have by the database's statistics; None where unknown."""
        mapper = self.catalog.mapper(entity)
        if mapper.single:
            return None
        try:
            return await self._probe.estimate(self._place(mapper))
        except (DatabaseLockedError, DatabaseUnreachableError):
            raise
        except BrowserError as error:  # not every server has statistics, or lets everybody see them
            logging.getLogger(__name__).info("no estimate of %s: %s", entity.name, error)
            return None

    def _places(self) -> list[QualifiedName | None]:
        """Return the place of each choice's table; None where the table has rows of other classes."""
        if self._reflection is None:
            return [None if mapper.single else QualifiedName.of(mapper.local_table) for mapper in self.catalog.mappers]
        return [self._reflection.place(name.name) for name in self._reflection.names]

    def _place(self, mapper: Mapper[Any]) -> QualifiedName:
        if self._reflection is None:
            return QualifiedName.of(mapper.local_table)
        return self._reflection.place(self._reflection.name(mapper.class_))

    async def _reflect(self) -> None:
        """Read names and foreign keys, and map again what was mapped before and still exists.

        Nothing changes unless everything was read: the server may become unreachable in between.
        """
        mapped = [entity.name for entity in self.catalog.entities]
        inspecting = self._queries.inspect(
            "tables and foreign keys", lambda connection: Reflection(reader_of(connection, *self._schemas))
        )
        known = Known(await inspecting, probe_of(self._queries))
        classes = [await self._mapped(known, name, is_asked_for=False) for name in mapped]
        self._reflection, self._probe = known
        self.catalog.clear()
        for mapped_class in filter(None, classes):
            self.catalog.add(mapped_class, has_key=known.reflection.has_key(mapped_class))

    async def _map(self, known: "Known", name: str) -> None:
        mapped = await self._mapped(known, name, is_asked_for=True)
        if mapped is not None:
            self.catalog.add(mapped, has_key=known.reflection.has_key(mapped))

    async def _mapped(self, known: "Known", name: str, *, is_asked_for: bool) -> type | None:
        """Return the class of that name; None where there is none, or a broken one unless `is_asked_for`."""
        reflection, probe = known
        table = next((one.name for one in reflection.names if reflection.class_name(one.name) == name), None)
        if table is None:
            return None
        try:
            mapped = await self._queries.inspect(
                f"columns of {clean(table)}", lambda connection: reflection.map(connection, table)
            )
        except BrowserError as error:
            if is_asked_for or isinstance(error, (DatabaseLockedError, DatabaseUnreachableError)):
                raise
            return None
        neighbours = reflection.related(table)[:NEIGHBOURS]
        await probe.read([reflection.place(one) for one in (table, *neighbours)])  # likely to be opened next
        return mapped


def _schemas(connection: Connection) -> tuple[str, list[str]]:
    """Return the default schema of the connection, and those of other users."""
    inspector = inspect(connection)
    here = inspector.default_schema_name or ""
    return here, [name for name in inspector.get_schema_names() if name not in {here, *OF_THE_SERVER}]
