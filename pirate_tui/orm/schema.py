"""What can be browsed of a database: models held against the tables it really has, or classes read from these."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Mapper

from pirate_tui.domain.entity import Choice, Entity, Relationship
from pirate_tui.domain.failure import Busy, Trouble
from pirate_tui.domain.text import clean
from pirate_tui.orm.catalog import Catalog, table_name
from pirate_tui.orm.preflight import (
    NAMES_STATEMENT,
    SERVER_NAMES,
    SERVER_TABLES,
    TABLES_STATEMENT,
    Table,
    problem,
    server_tables,
    sizes_statement,
    tables,
)
from pirate_tui.orm.questions import Questions
from pirate_tui.orm.reflection import Reflection


NOTHING_KNOWN = Table("", frozenset(), frozenset(), is_strict=False, row_id=None)
"""Of what is mapped to a query, and to no table."""

SIZES_AT_ONCE = 200
"""Tables whose sizes one statement reads; SQLite takes 2,000 columns."""


class Schema:
    """The mapped classes, by name; those of a database without models are mapped when they are asked for."""

    def __init__(self, classes: Sequence[type] | None, questions: Questions, schema: str | None = None) -> None:
        self.catalog = Catalog(classes or ())
        self._schema = schema
        self._dialect = questions.dialect.name.replace("mariadb", "mysql")
        self._is_reflected = classes is None
        self._questions = questions
        self._reflection: Reflection | None = None
        self._tables: dict[str, Table] = {}
        """By their names in small letters, as SQLite compares them."""
        self._names: Sequence[str] = ()
        self._unreadable: dict[str, str] = {}
        """Broken views and the like, each with its reason."""
        self._problems: Mapping[str, str] = {}

    async def read(self) -> None:
        """See what there is. Raises `Trouble`."""
        self._tables.clear()
        self._unreadable.clear()
        self._names = [
            str(row.name)
            for row in await self._questions.fetch("tables", SERVER_NAMES.get(self._dialect, NAMES_STATEMENT))
        ]
        if self._is_reflected:
            await self._reflect()
            return
        wanted = {name.lower() for mapper in self.catalog.mappers for name in _table_names(mapper)}
        await self._read_columns([name for name in self._names if name.lower() in wanted])
        mappers = self.catalog.mappers
        found = {self.catalog.name(one): problem(one, self._tables, self._unreadable) for one in mappers}
        self._problems = {name: told for name, told in found.items() if told}
        self.catalog.leave_out(self._problems)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Everything that there is, also what cannot be browsed."""
        if self._reflection is None:
            related = self.catalog.related()
            return tuple(
                Choice(name, clean(table_name(mapper)), related[name], self._problems.get(name, ""))
                for name, mapper in ((self.catalog.name(mapper), mapper) for mapper in self.catalog.mappers)
            )
        known, name_of = self._reflection, self._reflection.class_name
        return tuple(
            Choice(
                name_of(one.name),
                clean(one.name),
                tuple(map(name_of, known.related(one.name))),
                known.broken.get(one.name, ""),
            )
            for one in known.names
        )

    async def entity(self, name: str) -> Entity:
        """The class of that name, with all its relationships; raises `Trouble` where it cannot be browsed."""
        if self._reflection is not None and not self.catalog.has(name):
            await self._map(self._reflection, name)
        if not self.catalog.has(name):
            reason = self._problems.get(name, "there is no such class")
            raise Trouble(f"{clean(name)}: {reason}", "m lists what there is")
        return self.catalog.named(name)

    async def target(self, entity: Entity, relationship: Relationship) -> Entity:
        """What a relationship leads to, with all its relationships."""
        mapper: Mapper[Any] = self.catalog.mapper(entity).relationships[relationship.name].mapper
        if self._reflection is None:
            return self.catalog.entity(mapper)
        return await self.entity(self._reflection.class_name(self._reflection.name(mapper.class_)))

    def table(self, entity: Entity) -> Table:
        """What the database has of a class's table."""
        return self._tables.get(table_name(self.catalog.mapper(entity)).lower(), NOTHING_KNOWN)

    def has_table(self, name: str) -> bool:
        """Is there a table of that name?"""
        return name in self._names

    async def sizes(self) -> dict[str, int]:
        """How many rows there may be in each class's table: SQLite's greatest row number, which costs one look."""
        names: dict[str, str] = {}
        for choice in self.choices:  # of classes that share a table, the first: that of all its rows
            if not choice.problem:
                names.setdefault(choice.table.lower(), choice.name)
        row_ids = await self._row_ids([name for name in self._names if name.lower() in names])
        found: dict[str, int] = {}
        for start in range(0, len(row_ids), SIZES_AT_ONCE):
            part = row_ids[start : start + SIZES_AT_ONCE]
            (row,) = await self._questions.fetch("sizes of all tables", sizes_statement(part), folded=True)
            found |= {names[name.lower()]: size or 0 for (name, _), size in zip(part, row, strict=True)}
        return found

    async def _row_ids(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Tables whose rows are numbered, with the number's name."""
        await self._read_columns([name for name in names if name.lower() not in self._tables])
        known = ((name, self._tables.get(name.lower(), NOTHING_KNOWN).row_id) for name in names)
        return [(name, row_id) for name, row_id in known if row_id is not None]

    async def _reflect(self) -> None:
        """Read names and foreign keys; what was mapped before is mapped anew, where it is still there."""
        mapped = [entity.name for entity in self.catalog.entities]
        self._reflection = await self._questions.inspect(
            "tables and foreign keys", lambda one: Reflection(one, self._schema)
        )
        self.catalog.leave_out(mapped)
        for name in mapped:
            with suppress(Trouble):  # it is gone, or broken, and will say so when it is asked for
                await self._map(self._reflection, name)

    async def _map(self, reflection: Reflection, name: str) -> None:
        table = next((one.name for one in reflection.names if reflection.class_name(one.name) == name), None)
        if table is None:
            return
        mapped = await self._questions.inspect(f"columns of {clean(table)}", lambda one: reflection.map(one, table))
        await self._read_columns([table])
        self.catalog.add(mapped, has_key=reflection.has_key(mapped))

    async def _read_columns(self, names: Sequence[str]) -> None:
        """Read what the tables have; where one of them is broken, each by itself, so that it spoils no other."""
        if not names:
            return
        try:
            statement = SERVER_TABLES.get(self._dialect, TABLES_STATEMENT)
            rows = await self._questions.fetch("columns of tables", statement, {"names": list(names)})
            found = (server_tables if self._dialect in SERVER_TABLES else tables)(rows)
        except Busy:
            raise
        except Trouble as trouble:
            if len(names) == 1:
                self._unreadable[names[0].lower()] = trouble.reason
            else:
                for name in names:
                    await self._read_columns([name])
            return
        self._tables |= {name.lower(): table for name, table in found.items()}


def _table_names(mapper: Mapper[Any]) -> list[str]:
    return [str(getattr(table, "name", table)) for table in mapper.tables]
