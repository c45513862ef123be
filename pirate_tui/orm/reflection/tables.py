"""Tables and views as the database has them, and what reads them: a `CatalogReader` for each kind of database."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import Column, Inspector, MetaData, PrimaryKeyConstraint, String, Subquery, Table, func, select
from sqlalchemy.exc import DBAPIError, NoSuchTableError, ProgrammingError
from sqlalchemy.types import TypeEngine, UserDefinedType

from pirate_tui.domain.text import clean
from pirate_tui.orm.errors import DATABASE_ERRORS, ERROR_LIMIT, primary_code, unwrapped
from pirate_tui.orm.reflection.foreign_keys import ForeignKey
from pirate_tui.orm.reflection.names import attribute_name, unique


OWN_FAULTS = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_AUTH)
"""What SQLite says of a table that cannot be read while the others can: no such column, no such module, denied."""


class TableType(Enum):
    """What a name stands for."""

    TABLE = "table"
    VIEW = "view"


class Name(NamedTuple):
    """A table or a view, by the name that the database has for it."""

    name: str
    kind: TableType


class Declared(NamedTuple):
    """A column, with the type that is to read it."""

    name: str
    type: TypeEngine[Any]
    nullable: bool


class CatalogReader:
    """What there is in a schema of one database, read at once; each table's columns are read when asked for."""

    names: tuple[Name, ...]
    """What there is: the tables, then the views."""
    foreign_keys: Sequence[ForeignKey]
    """Those of all tables, in the order of their declaration as far as the database knows it."""
    denied: Mapping[str, str]
    """What cannot be read, as far as that is known beforehand, each with the reason."""

    def schema(self, name: str) -> str | None:
        """The schema to name before a table; None where its name alone is enough."""
        raise NotImplementedError

    def read(self, inspector: Inspector, name: str) -> Table:
        """The table, without foreign keys. A column's key is a name that Python allows, its name the database's own.

        Of a table without a primary key, the number of the row is the first column where the database has one, marked
        as SQLAlchemy marks what a database adds by itself: `system`. Raises what the database says, or ValueError.
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
    """The table of these columns. `quoted` are keywords, in small letters, that SQLAlchemy leaves without quotes."""
    taken: set[str] = set()
    first: list[Column[Any]] = []
    if row_id is not None:
        attribute = unique([row_id[0].strip("_")], taken)
        first = [Column(row_id[0], row_id[1], key=attribute, primary_key=True, system=True)]
    found = {
        column.name: Column(
            column.name,
            column.type,
            key=unique([attribute_name(column.name)], taken),
            quote=_quote(column.name, quoted),
            nullable=column.nullable,
        )
        for column in columns
    }
    if not found:
        raise ValueError("it has no columns")
    constraints = [PrimaryKeyConstraint(*(found[part] for part in key))] if key else []
    quote = _quote(name, quoted)
    return Table(name, MetaData(), *first, *found.values(), *constraints, schema=schema, quote=quote)


def numbered(table: Table) -> Subquery:
    """The rows of a view, numbered as they are read: nothing else tells two of them apart."""
    name = unique(["row", "row_number"], {column.key for column in table.columns})
    number = func.row_number().over().label(name)
    return select(number, *(column.label(column.key) for column in table.columns)).subquery(table.name)


def own_fault(error: Exception) -> str | None:
    """Why a table cannot be read; None where that is no fault of its own: a lock, the connection, a time limit."""
    if isinstance(error, DBAPIError):
        is_own = isinstance(error, ProgrammingError) or primary_code(unwrapped(error)) in OWN_FAULTS
    else:
        is_own = not isinstance(error, DATABASE_ERRORS)
    if isinstance(error, NoSuchTableError):
        return "it no longer exists"
    reason = str(unwrapped(error)) or type(error).__name__
    return clean(reason, ERROR_LIMIT) if is_own else None


class AsStored(UserDefinedType[Any]):
    """A declared type whose values are left as they are: dates, times, JSON.

    SQLite keeps any value in any column: where one row of a DATETIME holds a number, its instance could not be loaded.
    """

    cache_ok = True

    def __init__(self, declared: str) -> None:
        self.declared = declared

    def __repr__(self) -> str:
        return f"{self.declared}()"

    def get_col_spec(self, **_options: Any) -> str:
        """The type as DDL writes it."""
        return self.declared


class TextAsStored(String):
    """The same of a type whose values are text, and can be searched: ENUM and SET."""

    def __init__(self, declared: str) -> None:
        super().__init__()
        self.declared = declared

    def __repr__(self) -> str:
        return f"{self.declared}()"


def _quote(name: str, quoted: frozenset[str]) -> bool | None:
    return True if not name or name.lower() in quoted else None
