"""What can be browsed of a database: models held against the tables it really has, or classes read from these."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, inspect
from sqlalchemy.orm import Mapper

from pirate_tui.domain.entity import Entity, ModelInfo, Relationship, Size
from pirate_tui.domain.failure import BrowserError, DatabaseLockedError, DatabaseUnreachableError, no_such_class
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.dialects.registry import probe_of, reader_of
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.reflection.probe import QualifiedName, SchemaProbe, Table, problem
from pirate_tui.orm.reflection.reflect import Reflection


OF_THE_SERVER = frozenset({"information_schema", "mysql", "performance_schema", "sys"})
"""Schemas that hold no tables of anybody's models."""


class Known(NamedTuple):
    """What was read of a database without models."""

    reflection: Reflection
    probe: SchemaProbe


class MappedClasses:
    """The mapped classes, by name; those of a database without models are mapped when they are asked for."""

    def __init__(self, classes: Sequence[type] | None, questions: QueryRunner, schema: str | None = None) -> None:
        self.catalog = Catalog(classes or ())
        self._schema = schema
        self._is_reflected = classes is None
        self._queries = questions
        self._probe = probe_of(questions)
        self._reflection: Reflection | None = None
        self._problems: Mapping[str, str] = {}
        self._first = ""
        """The class to begin with."""

    async def read(self) -> None:
        """See what there is. Raises `BrowserError`."""
        if self._is_reflected:
            await self._reflect()
            return
        probe, mappers = probe_of(self._queries), self.catalog.mappers
        await probe.read(QualifiedName.of(table) for mapper in mappers for table in mapper.tables)
        self._probe = probe
        found = {self.catalog.name(one): problem(one, probe.tables) for one in mappers}
        self._problems = {name: told for name, told in found.items() if told}
        self.catalog.leave_out(self._problems)

    async def hint(self) -> str:
        """Where there may be tables, if there are none here."""
        if self._queries.dialect.name == "sqlite":
            return "; use a database that has some"
        here, others = await self._queries.inspect("schemas", _schemas)
        told = f" in {clean(self._schema or here)}"
        return f"{told}; use --schema NAME for those of {clean(', '.join(others))}" if others else told

    def set_initial_model(self, model: str | None, remembered: str | None) -> None:
        """Choose the class to begin with: the one that is asked for; else the one that was chosen last.

        Raises `StartupError` where there is no class of the name that is asked for.
        """
        choices = self._listed
        usable = [choice.name for choice in choices if not choice.problem]
        if model is not None and model not in usable:
            raise no_such_class(model, choices)
        self._first = next((name for name in (model, remembered, *usable) if name in usable), None) or ""

    @property
    def choices(self) -> tuple[ModelInfo, ...]:
        """Everything that there is, also what cannot be browsed; the class to begin with comes first."""
        return tuple(sorted(self._listed, key=lambda choice: choice.name != self._first))

    @property
    def _listed(self) -> tuple[ModelInfo, ...]:
        if self._reflection is None:
            related, base_of = self.catalog.related(), self.catalog.base
            return tuple(
                ModelInfo(
                    name,
                    clean(str(QualifiedName.of(mapper.local_table))),
                    related[name],
                    self._problems.get(name, ""),
                    base=base_of(mapper),
                )
                for name, mapper in ((self.catalog.name(mapper), mapper) for mapper in self.catalog.mappers)
            )
        known, name_of = self._reflection, self._reflection.class_name
        notes: dict[str, list[str]] = defaultdict(list)
        for key, reason in known.left_out.items():
            notes[key.child].append(clean(f"{', '.join(key.columns)}: {reason}"))
        return tuple(
            ModelInfo(
                name_of(one.name),
                clean(one.name),
                tuple(map(name_of, known.related(one.name))),
                known.broken.get(one.name, ""),
                "; ".join(notes.get(one.name, ())),
            )
            for one in known.names
        )

    async def entity(self, name: str) -> Entity:
        """The class of that name, with all its relationships; raises `BrowserError` where it cannot be browsed."""
        if self._reflection is not None and not self.catalog.has(name):
            await self._map(Known(self._reflection, self._probe), name)
        if not self.catalog.has(name):
            reason = self._problems.get(name, "no such class")
            raise BrowserError(f"{clean(name)}: {reason}", "press m to list the classes")
        return self.catalog.named(name)

    async def target(self, entity: Entity, relationship: Relationship) -> Entity:
        """What a relationship leads to, with all its relationships."""
        mapper: Mapper[Any] = self.catalog.mapper(entity).relationships[relationship.name].mapper
        if self._reflection is None:
            return self.catalog.entity(mapper)
        return await self.entity(self._reflection.class_name(self._reflection.name(mapper.class_)))

    def table(self, entity: Entity) -> Table:
        """What the database has of a class's table."""
        mapper = self.catalog.mapper(entity)
        if self._reflection is not None and (numbers := self._reflection.numbers(mapper.class_)):
            return Table(entity.table, numbers, numbers, is_strict=True, row_id=None)
        return self._probe.table(self._place(mapper))

    async def sizes(self) -> dict[str, Size]:
        """How many rows there may be of each class, where the database knows that at one look at its table."""
        listed = zip(self._places(), self._listed, strict=True)
        places = {choice.name: place for place, choice in listed if place is not None and not choice.problem}
        found = await self._probe.sizes([*dict.fromkeys(places.values())])
        return {name: found[place] for name, place in places.items() if place in found}

    async def estimate(self, entity: Entity) -> int | None:
        """How many rows there may be of a class, as the database itself believes; None where it does not say."""
        mapper = self.catalog.mapper(entity)
        return None if mapper.single else await self._probe.estimate(self._place(mapper))

    def _places(self) -> list[QualifiedName | None]:
        """Where the table of each choice is whose rows are all of that class; None where there is none."""
        if self._reflection is None:
            return [None if mapper.single else QualifiedName.of(mapper.local_table) for mapper in self.catalog.mappers]
        return [self._reflection.place(name.name) for name in self._reflection.names]

    def _place(self, mapper: Mapper[Any]) -> QualifiedName:
        if self._reflection is None:
            return QualifiedName.of(mapper.local_table)
        return self._reflection.place(self._reflection.name(mapper.class_))

    async def _reflect(self) -> None:
        """Read names and foreign keys; what was mapped before is mapped anew, where it is still there.

        Nothing changes unless everything was read: the server may be gone in the midst of it.
        """
        mapped = [entity.name for entity in self.catalog.entities]
        inspecting = self._queries.inspect(
            "tables and foreign keys", lambda one: Reflection(reader_of(one, self._schema))
        )
        known = Known(await inspecting, probe_of(self._queries))
        classes = [await self._mapped(known, name, is_asked_for=False) for name in mapped]
        self._reflection, self._probe = known
        self.catalog.clear()
        for one in filter(None, classes):
            self.catalog.add(one, has_key=known.reflection.has_key(one))

    async def _map(self, known: "Known", name: str) -> None:
        mapped = await self._mapped(known, name, is_asked_for=True)
        if mapped is not None:
            self.catalog.add(mapped, has_key=known.reflection.has_key(mapped))

    async def _mapped(self, known: "Known", name: str, *, is_asked_for: bool) -> type | None:
        """The class of that name; None where there is none. What is broken is an error only where it is asked for."""
        reflection, probe = known
        table = next((one.name for one in reflection.names if reflection.class_name(one.name) == name), None)
        if table is None:
            return None
        try:
            mapped = await self._queries.inspect(f"columns of {clean(table)}", lambda one: reflection.map(one, table))
        except BrowserError as error:
            if is_asked_for or isinstance(error, (DatabaseLockedError, DatabaseUnreachableError)):
                raise
            return None
        await probe.read([reflection.place(table)])
        return mapped


def _schemas(connection: Connection) -> tuple[str, list[str]]:
    """The schema that the connection begins with, and the others of its users."""
    inspector = inspect(connection)
    here = inspector.default_schema_name or ""
    return here, [name for name in inspector.get_schema_names() if name not in {here, *OF_THE_SERVER}]
