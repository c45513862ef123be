"""One table or view as the database has it: its columns, with types that read whatever they hold, and its key."""

import sqlite3
from typing import Any

from sqlalchemy import (
    BLOB,
    NUMERIC,
    Boolean,
    Column,
    Dialect,
    Float,
    Inspector,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Subquery,
    Table,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError, NoSuchTableError, ProgrammingError
from sqlalchemy.types import NullType, TypeEngine, UserDefinedType

from pirate_tui.domain.text import clean
from pirate_tui.orm.preflight import ROW_IDS
from pirate_tui.orm.reflection.keys import by_folded_name
from pirate_tui.orm.reflection.names import attribute_name, unique
from pirate_tui.orm.troubles import DATABASE_ERRORS, ERROR_LIMIT, primary_code


OWN_FAULTS = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_AUTH)
"""What SQLite says of a table that cannot be read while the others can: no such column, no such module, denied."""

UNKNOWN_KEYWORDS = frozenset({"nothing", "returning"})
"""Of SQLite's 147 keywords (https://www.sqlite.org/lang_keywords.html), those that SQLAlchemy leaves without quotes."""


def read_table(inspector: Inspector, name: str, schema: str | None) -> Table:
    """The table, without foreign keys. A column's key is a name that Python allows, its name the database's own.

    Of a SQLite table without a primary key, the number of the row is the first column, marked as SQLAlchemy marks
    what a database adds by itself: `system`.
    """
    found = inspector.get_columns(name, schema=schema)
    key = inspector.get_pk_constraint(name, schema=schema)["constrained_columns"]
    if not found:
        raise ValueError("it has no columns")
    is_sqlite = inspector.dialect.name == "sqlite"
    taken: set[str] = set()
    columns: dict[str, Column[Any]] = {}
    if is_sqlite and not key and name not in inspector.get_view_names(schema):
        columns |= _row_id({one["name"] for one in found}, taken)
    for one in found:
        column_type = lenient(one["type"]) if is_sqlite else one["type"]
        attribute = unique([attribute_name(one["name"])], taken)
        quote = _quote(one["name"])
        columns[one["name"]] = Column(one["name"], column_type, key=attribute, quote=quote, nullable=one["nullable"])
    constraints = [PrimaryKeyConstraint(*(columns[part] for part in key))] if key else []
    return Table(name, MetaData(), *columns.values(), *constraints, schema=schema, quote=_quote(name))


def _row_id(names: set[str], taken: set[str]) -> dict[str, Column[Any]]:
    """The number of the row, by a name that no column hides; nothing where all are hidden."""
    hidden = by_folded_name(names)
    free = next((one for one in ROW_IDS if one not in hidden), None)
    if free is None:
        return {}
    attribute = unique([free.strip("_")], taken)
    return {free: Column(free, Integer, key=attribute, primary_key=True, system=True)}


def numbered(table: Table) -> Subquery:
    """The rows of a view, numbered as they are read: nothing else tells two of them apart."""
    name = unique(["row", "row_number"], {column.key for column in table.columns})
    number = func.row_number().over().label(name)
    return select(number, *(column.label(column.key) for column in table.columns)).subquery(table.name)


def own_fault(error: Exception) -> str | None:
    """Why a table cannot be read; None where that is no fault of its own: a lock, the connection, a time limit."""
    if isinstance(error, DBAPIError):
        is_own = isinstance(error, ProgrammingError) or primary_code(error.orig or error) in OWN_FAULTS
    else:
        is_own = not isinstance(error, DATABASE_ERRORS)
    if isinstance(error, NoSuchTableError):
        return "it is not there any more"
    reason = str(getattr(error, "orig", None) or error) or type(error).__name__
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


class BytesAsStored(BLOB):
    """A BLOB that gives the text or number which a row holds instead, where SQLAlchemy's would raise or make zeros."""

    def __repr__(self) -> str:
        return "BLOB()"

    def bind_processor(self, dialect: Dialect) -> None:
        """Nothing is done to a value that is sent."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Nothing is done to a value that comes."""


def lenient(found: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type that reads everything which a SQLite column may hold, as near as can be to the one reflected.

    SQLAlchemy passes the numbers of `DATETIME(6)` or `FLOAT(10,2)` on to parameters that mean other things.
    """
    if isinstance(found, Float):
        return type(found)(found.precision)
    if isinstance(found, Numeric):
        # A type that SQLite does not know either (MONEY, UUID, STRING) is reflected as a bare NUMERIC.
        is_unknown = type(found) is NUMERIC and found.precision is None
        return NullType() if is_unknown else type(found)(found.precision, found.scale, asdecimal=False)
    if isinstance(found, String):
        return type(found)(found.length)
    if isinstance(found, LargeBinary):
        return BytesAsStored()
    if isinstance(found, (Boolean, Integer, NullType)):
        return found
    return AsStored(type(found).__name__)


def _quote(name: str) -> bool | None:
    return True if not name or name.lower() in UNKNOWN_KEYWORDS else None
