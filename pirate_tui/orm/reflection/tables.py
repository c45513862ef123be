"""Describe tables and views as the database has them; a `CatalogReader` for each kind of database reads them."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import Column, Inspector, MetaData, PrimaryKeyConstraint, Row, String, Subquery, Table, func, select
from sqlalchemy.exc import DBAPIError, NoSuchTableError, ProgrammingError
from sqlalchemy.types import TypeEngine, UserDefinedType

from pirate_tui.domain.text import clean
from pirate_tui.orm.errors import DATABASE_ERRORS, ERROR_LIMIT, primary_code, unwrapped
from pirate_tui.orm.reflection.foreign_keys import ForeignKey
from pirate_tui.orm.reflection.names import attribute_name, unique
from pirate_tui.orm.reflection.probe import QualifiedName


OWN_FAULTS = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_AUTH)
"""Result codes of SQLite for one table that cannot be read: no such column, no such module, denied."""


class TableType(Enum):
    """The kind of relation that a name stands for."""

    TABLE = "table"
    VIEW = "view"


class Name(NamedTuple):
    """A table or a view."""

    name: str
    """Its name in the database; behind its schema where another schema has a table of that name."""
    kind: TableType
    schema: str = ""
    """Its schema, where those of several are read."""


def by_unique_name(rows: Sequence[Row[Any]], schemas: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the tables of a server's catalog by unique names, in the order of the schemas that were asked for.

    The rows have `schema`, `name`, which is None in a schema without tables, and `is_default`.
    """
    asked = {schema: number for number, schema in enumerate(schemas)}
    tables = sorted(
        (row for row in rows if row.name is not None),
        key=lambda row: (asked.get(row.schema, 0), not row.is_default, row.schema) if len(schemas) else (),
    )
    counts = Counter(row.name for row in tables)
    taken = {name for name, count in counts.items() if count == 1}
    return {
        row.name if counts[row.name] == 1 else unique([str(QualifiedName(row.schema, row.name))], taken): row
        for row in tables
    }


def names_in(found: Mapping[str, Row[Any]]) -> tuple[Name, ...]:
    """Return the names of `by_unique_name`, whose rows also have `is_view`."""
    has_several = len({row.schema for row in found.values()}) > 1
    return tuple(
        Name(name, TableType.VIEW if row.is_view else TableType.TABLE, row.schema if has_several else "")
        for name, row in found.items()
    )


class Declared(NamedTuple):
    """A column, with the type that its values are read with."""

    name: str
    type: TypeEngine[Any]
    nullable: bool


class CatalogReader:
    """The names and foreign keys in some schemas of a database, read at once; columns are read table by table."""

    names: tuple[Name, ...]
    """The tables, then the views."""
    foreign_keys: Sequence[ForeignKey]
    """The foreign keys of all tables, in the order of their declaration as far as the database knows it."""
    denied: Mapping[str, str]
    """The tables and views known to be unreadable before they are read, each with the reason."""

    def place(self, name: str) -> QualifiedName:
        """Return a table's own name, with the schema to qualify it with; without one where its name alone is enough."""
        raise NotImplementedError

    def prepare(self, inspector: Inspector, names: Sequence[str]) -> None:
        """Read at once what `read` will need of several tables, where that saves statements."""

    def read(self, inspector: Inspector, name: str) -> Table:
        """Return the table, without foreign keys; a column's key is a valid identifier, its name the database's.

        Of a table without a primary key, the number of the row is the first column where the database has one, marked
        as SQLAlchemy marks what a database adds by itself: `system`. Raises the database's error, or ValueError.
        """
        raise NotImplementedError


def table_of(
    name: str,
    columns: Iterable[Declared],
    key: Sequence[str],
    *,
    schema: str | None,
    row_id: tuple[str, TypeEngine[Any]] | None = None,
    quoted: frozenset[str] = frozenset(),
) -> Table:
    """Return the table of these columns; `quoted` are lower-case keywords that SQLAlchemy leaves without quotes."""
    taken: set[str] = set()
    first: list[Column[Any]] = []
    if row_id is not None:
        attribute = unique([row_id[0].strip("_")], taken)
        first = [Column(row_id[0], row_id[1], key=attribute, primary_key=True, system=True)]
    by_name = {
        column.name: Column(
            column.name,
            column.type,
            key=unique([attribute_name(column.name)], taken),
            quote=_quote(column.name, quoted),
            nullable=column.nullable,
        )
        for column in columns
    }
    if not by_name:
        raise ValueError("it has no columns")
    constraints = [PrimaryKeyConstraint(*(by_name[part] for part in key))] if key else []
    quote = _quote(name, quoted)
    return Table(name, MetaData(), *first, *by_name.values(), *constraints, schema=schema, quote=quote)


def numbered(table: Table) -> Subquery:
    """Return a subquery of a view's rows, numbered as they are read, since nothing else identifies them."""
    name = unique(["row", "row_number"], {column.key for column in table.columns})
    number = func.row_number().over().label(name)
    return select(number, *(column.label(column.key) for column in table.columns)).subquery(table.name)


def own_fault(error: Exception) -> str | None:
    """Return why a table cannot be read; None where the cause is elsewhere: a lock, the connection, a time limit."""
    if isinstance(error, DBAPIError):
        is_own = isinstance(error, ProgrammingError) or primary_code(unwrapped(error)) in OWN_FAULTS
    else:
        is_own = not isinstance(error, DATABASE_ERRORS)
    if isinstance(error, NoSuchTableError):
        return "it no longer exists"
    reason = str(unwrapped(error)) or type(error).__name__
    return clean(reason, ERROR_LIMIT) if is_own else None


class AsStored(UserDefinedType[Any]):
    """A declared type whose values are left as they are stored: dates, times, JSON.

    SQLite keeps any value in any column: where one row of a DATETIME holds a number, its instance could not be loaded.
    """

    cache_ok = True

    def __init__(self, declared: str) -> None:
        self.declared = declared

    def __repr__(self) -> str:
        return f"{self.declared}()"

    def get_col_spec(self, **_options: Any) -> str:
        """Return the type as DDL writes it."""
        return self.declared


class TextAsStored(String):
    """A declared type whose values are left as they are stored, and are text to search in: ENUM and SET."""

    def __init__(self, declared: str) -> None:
        super().__init__()
        self.declared = declared

    def __repr__(self) -> str:
        return f"{self.declared}()"


def _quote(name: str, quoted: frozenset[str]) -> bool | None:
    return True if not name or name.lower() in quoted else None
