"""Map classes for a database without models, from its tables and foreign keys, one table at a time."""

import warnings
from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Inspector, Table, inspect
from sqlalchemy.exc import SAWarning
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapper

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.text import clean
from pirate_tui.orm.errors import ERROR_LIMIT
from pirate_tui.orm.reflection.foreign_keys import ForeignKey, Graph, Link
from pirate_tui.orm.reflection.names import class_name, unique
from pirate_tui.orm.reflection.probe import QualifiedName
from pirate_tui.orm.reflection.relationships import Relation, made, named
from pirate_tui.orm.reflection.tables import CatalogReader, numbered, own_fault


class Key(Enum):
    """The kinds of keys that identify a row of a table."""

    DECLARED = "declared"
    """The primary key."""
    ROW_ID = "row id"
    """The database's own number of the row, which is not a column of the table."""
    NONE = "none"
    """Nothing: rows are numbered as they are read."""


class Reflection:
    """The tables and views of a database, and the classes that they are mapped to when needed.

    At first only names and foreign keys are read. SQLAlchemy maps nothing without a primary key: a table that has none
    is mapped with the number of its rows, and a view with a number that is counted again whenever it is read; see
    `key`.
    """

    def __init__(self, reader: CatalogReader) -> None:
        self._reader = reader
        self.names = self._reader.names
        """The tables, then the views."""
        taken: set[str] = set()
        self._class_names = {name.name: unique([class_name(name.name)], taken) for name in self.names}
        self._graph = Graph(self._reader.foreign_keys, [*self._class_names])
        self._base = _base()
        self._classes: dict[str, type] = {}
        self._name_of: dict[type, str] = {}
        self._tables: dict[str, Table] = {}
        self._related: set[str] = set()
        """The tables whose classes have their relationships."""
        self._made: dict[Relation, str] = {}
        self._broken = dict(self._reader.denied)
        self._left_out = {
            foreign_key: clean(_reason_left_out(foreign_key), ERROR_LIMIT) for foreign_key in self._graph.dangling
        }

    @property
    def broken(self) -> Mapping[str, str]:
        """The tables and views that cannot be read, each with the reason; most are known only once they are read."""
        return MappingProxyType(self._broken)

    @property
    def left_out(self) -> Mapping[ForeignKey, str]:
        """The foreign keys that cannot be followed, as far as is known yet, each with the reason."""
        return MappingProxyType(self._left_out)

    @property
    def classes(self) -> tuple[type, ...]:
        """The classes mapped so far: of the tables passed to `map`, and of their neighbours."""
        return tuple(self._classes.values())

    def class_name(self, name: str) -> str:
        """Return the name of a table's class, also before it is mapped."""
        return self._class_names[name]

    def name(self, mapped: type) -> str:
        """Return the name of the table or view that a class is mapped to."""
        return self._name_of[mapped]

    def place(self, name: str) -> QualifiedName:
        """Return the qualified name by which statements find a table, whose name here may be longer than its own."""
        return self._reader.place(name)

    def numbers(self, mapped: type) -> frozenset[str]:
        """Return the name of the column that numbers the rows as they are read; empty where there is a key."""
        mapper: Mapper[Any] = inspect(mapped)
        return frozenset(column.name for column in mapper.primary_key) if self.key(mapped) is Key.NONE else frozenset()

    def related(self, name: str) -> tuple[str, ...]:
        """Return the tables that a table refers to, and those that refer to it."""
        return self._graph.related(name)

    def has_key(self, mapped: type) -> bool:
        """Whether the class's table has a primary key; without one, its rows never become instances."""
        return self.key(mapped) is Key.DECLARED

    def key(self, mapped: type) -> Key:
        """Return what identifies a row of the class's table."""
        keys = list(self._tables[self._name_of[mapped]].primary_key)
        if not keys:
            return Key.NONE
        return Key.ROW_ID if keys[0].system else Key.DECLARED

    def map(self, connection: Connection, name: str) -> type:
        """Return the class of a table or view, with all its relationships; raise KeyError for an unknown name.

        Its neighbours are mapped too, without their own. Raises `BrowserError` where the table cannot be read.
        """
        if name not in self._class_names:
            raise KeyError(name)
        if name not in self._related:
            inspector, near = inspect(connection), [name, *self.related(name)]
            self._reader.prepare(inspector, [one for one in near if one not in self._classes])
            self._read(inspector, [name])
            if name in self._broken:
                raise BrowserError(
                    clean(f"{name}: {self._broken[name]}", ERROR_LIMIT), "all other tables can be opened"
                )
            self._read(inspector, self.related(name))
            for association in filter(self._is_association, self.related(name)):
                self._read(inspector, [one.parent for one in self._graph.of(association)])
            self._relate(name)
        return self._classes[name]

    def _read(self, inspector: Inspector, wanted: Iterable[str]) -> None:
        """Map tables with their columns; note those that cannot be read, for a reason of their own, as broken."""
        for name in wanted:
            if name in self._classes or name in self._broken:
                continue
            try:
                table = self._reader.read(inspector, name)
                if name not in self._classes:  # another task may have been here meanwhile
                    self._map(name, table)
            except Exception as error:
                reason = own_fault(error)
                if reason is None:
                    raise
                self._broken[name] = reason

    def _map(self, name: str, table: Table) -> None:
        members: dict[str, Any] = {"__table__": table, "__module__": __name__}
        if not table.primary_key:
            rows = numbered(table)
            members |= {"__table__": rows, "__mapper_args__": {"primary_key": [next(iter(rows.columns))]}}
        mapped = type(self._class_names[name], (self._base,), members)
        self._tables[name], self._classes[name], self._name_of[mapped] = table, mapped, name

    def _relate(self, name: str) -> None:
        """Add the relationships to a class, without awaiting: no other task sees half of them."""
        if name in self._related:
            return
        self._base.registry.configure()
        mapper: Mapper[Any] = inspect(self._classes[name])
        taken = {attribute.key for attribute in mapper.attrs}
        for relation, attribute in named(self._relations(name), taken).items():
            reverse = self._made.get(relation.reverse)
            mapper.add_property(attribute, made(relation, self._classes, self._tables, reverse))
            self._made[relation] = attribute
        self._related.add(name)

    def _relations(self, name: str) -> list[Relation]:
        far, near = self._links(self._graph.of(name)), self._links(self._graph.to(name))
        through = [
            Relation(first, second)
            for first in near
            if self._is_association(first.child)
            for second in self._links(self._graph.of(first.child))
            if second != first
        ]
        return [*(Relation(None, one) for one in far), *(Relation(one, None) for one in near), *through]

    def _is_association(self, name: str) -> bool:
        """Whether the table has been read and consists of two foreign keys, which are its key if it has one."""
        if name not in self._tables:
            return False
        foreign_keys, table = self._graph.of(name), self._tables[name]
        columns = {column.name for column in table.columns if not column.system}
        key = {column.name for column in table.primary_key if not column.system} or columns
        referring = {column for foreign_key in foreign_keys for column in foreign_key.columns}
        return len(foreign_keys) == 2 and referring == columns == key  # noqa: PLR2004

    def _links(self, foreign_keys: Iterable[ForeignKey]) -> list[Link]:
        """Return the foreign keys that can be followed, and note the others as left out."""
        links: dict[Link, None] = {}
        for foreign_key in foreign_keys:
            try:
                links[self._link(foreign_key)] = None
            except ValueError as error:
                self._left_out[foreign_key] = clean(str(error), ERROR_LIMIT)
        return list(links)

    def _link(self, declared: ForeignKey) -> Link:
        for end in (declared.child, declared.parent):
            if end in self._broken:
                raise ValueError(f"{end} cannot be reflected: {self._broken[end]}")
        return Link.of(declared, self._tables[declared.child], self._tables[declared.parent])


def _reason_left_out(dangling: ForeignKey) -> str:
    if dangling.elsewhere:
        return f"{dangling.parent} is in another schema (use --schema {dangling.elsewhere})"
    return f"no such table: {dangling.parent}"


def _base() -> type[DeclarativeBase]:
    # Not `catch_warnings`: other tasks run while the Inspector waits for the driver.
    warnings.filterwarnings("ignore", "Could not instantiate type|Did not recognize type", SAWarning)

    class ReflectedBase(AsyncAttrs, DeclarativeBase):
        """The declarative base of one reflection's classes, with its own registry."""

    return ReflectedBase
