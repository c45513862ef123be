"""Read the tables of some databases of a MariaDB or MySQL server from information_schema."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Inspector, Integer, Row, Table, bindparam
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.types import TypeEngine

from pirate_tui.domain.entity import ALL_SCHEMAS
from pirate_tui.orm.dialects.mysql.probe import BROKEN, SCHEMAS, MySQLProbe
from pirate_tui.orm.read_only import OwnText
from pirate_tui.orm.reflection.foreign_keys import declared_in
from pirate_tui.orm.reflection.probe import OF_THE_SERVER, QualifiedName, no_such_schema
from pirate_tui.orm.reflection.tables import (
    AsStored,
    CatalogReader,
    Declared,
    TextAsStored,
    by_unique_name,
    names_in,
    table_of,
)


ONE, SEVERAL = "table_schema = COALESCE(:schema, database())", "table_schema IN :schemas"
"""The databases that are read. Where it is one, the server looks into no other
(https://dev.mysql.com/doc/refman/5.7/en/information-schema-optimization.html)."""

_NAMES = """\
SELECT table_schema AS `schema`, table_schema = database() AS is_default,
       table_name AS name, table_type LIKE '%VIEW' AS is_view
FROM information_schema.tables
WHERE {which} AND table_type <> 'SEQUENCE'
ORDER BY is_view, table_name"""
"""Includes MariaDB's system-versioned tables, which the Inspector does not list."""

_FOREIGN_KEYS = """\
SELECT table_schema AS `schema`, table_name AS child, constraint_name AS number, column_name AS child_column,
       referenced_table_schema = table_schema AS is_here, referenced_table_schema AS parent_schema,
       referenced_table_name AS parent, referenced_column_name AS target
FROM information_schema.key_column_usage
WHERE {which} AND referenced_table_name IS NOT NULL
ORDER BY table_schema, table_name, constraint_name, ordinal_position"""

NAMES, FOREIGN_KEYS = (OwnText(query.format(which=ONE)) for query in (_NAMES, _FOREIGN_KEYS))

NAMES_OF_SEVERAL, FOREIGN_KEYS_OF_SEVERAL = (
    OwnText(query.format(which=SEVERAL)).bindparams(bindparam("schemas", expanding=True))
    for query in (_NAMES, _FOREIGN_KEYS)
)

COLUMNS = OwnText("""\
SELECT column_name AS name, data_type AS kind, column_type AS declared, is_nullable = 'YES' AS nullable,
       character_maximum_length AS length, numeric_precision AS `precision`, numeric_scale AS scale,
       datetime_precision AS fraction, column_key = 'PRI' AS is_key,
       FIND_IN_SET('select', privileges) > 0 AS may_be_read
FROM information_schema.columns
WHERE table_schema = COALESCE(:schema, database()) AND table_name = :name
ORDER BY ordinal_position""")

UNIQUE = OwnText("""\
SELECT index_name AS number, column_name AS name FROM information_schema.statistics
WHERE table_schema = COALESCE(:schema, database()) AND table_name = :name AND non_unique = 0
ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index""")
"""The columns of unique indexes in their order; those of an index of which one may not be seen are left out."""

UNKNOWN_KEYWORDS = frozenset({"delete_domain_id", "master_demote_to_replica", "master_demote_to_slave", "portion"})
"""Those of MariaDB's `information_schema.keywords` that must be quoted, which SQLAlchemy does not do."""


class Year(Integer):
    """YEAR, with numbers as values; SQLAlchemy's own type cannot be compared with a typed value."""

    def __repr__(self) -> str:
        return "YEAR()"


class MySQLReader(CatalogReader):
    """Reads information_schema, which hides what a user may not see.

    The Inspector is not used: it reads SHOW CREATE TABLE, by one statement for each table, and parses it by guesses.
    """

    def __init__(self, connection: Connection, schemas: Sequence[str]) -> None:
        asked = schemas
        if ALL_SCHEMAS in schemas:
            schemas = sorted(row.name for row in connection.execute(SCHEMAS) if row.name not in OF_THE_SERVER)
        has_several = len(schemas) > 1
        names, foreign_keys = (NAMES_OF_SEVERAL, FOREIGN_KEYS_OF_SEVERAL) if has_several else (NAMES, FOREIGN_KEYS)
        parameters = {"schemas": list(schemas)} if has_several else {"schema": next(iter(schemas), None)}
        rows = connection.execute(names, parameters).all()
        _check(connection, [schema for schema in schemas if schema not in {row.schema for row in rows}])
        self._is_default = not schemas
        self._found = by_unique_name(rows, asked)
        self.names = names_in(self._found)
        by_place = {(row.schema, row.name): name for name, row in self._found.items()}
        read = {row.schema for row in rows}
        self.foreign_keys = declared_in(connection.execute(foreign_keys, parameters).all(), by_place, read)
        self.denied: dict[str, str] = {}

    def place(self, name: str) -> QualifiedName:
        """Return the name alone of a table in the URL's database, unless databases were asked for."""
        row = self._found[name]
        return QualifiedName(None if self._is_default else row.schema, row.name)

    def read(self, inspector: Inspector, name: str) -> Table:
        """Read a table by two statements; raise ValueError for a broken view, which has no columns."""
        connection, place = inspector.bind, self.place(name)
        assert isinstance(connection, Connection)  # noqa: S101  `Reflection.map` passes one
        declared_columns = connection.execute(COLUMNS, place._asdict()).all()
        rows = [row for row in declared_columns if row.may_be_read]
        if not declared_columns and not self._found[name].is_view:
            raise NoSuchTableError(name)
        if not rows:
            raise ValueError("permission denied" if declared_columns else f"it is {BROKEN}")
        key = _key(rows, connection.execute(UNIQUE, place._asdict()).all())
        columns = [Declared(row.name, _type(row), bool(row.nullable)) for row in rows]
        return table_of(place.name, columns, key, schema=place.schema, quoted=UNKNOWN_KEYWORDS)


def _check(connection: Connection, without_tables: Sequence[str]) -> None:
    """Raise `BrowserError` where one of these databases does not exist."""
    if without_tables:
        existing = [row.name for row in connection.execute(SCHEMAS)]
        missing = [schema for schema in without_tables if schema.lower() not in map(str.lower, existing)]
        if missing:
            raise no_such_schema(MySQLProbe.no_schema, missing[0], existing)


def _key(columns: Sequence[Row[Any]], unique: Sequence[Row[Any]]) -> Sequence[str]:
    """Return the primary key, or the unique index that the server uses as one if none of its columns is hidden."""
    marked = {row.name for row in columns if row.is_key}
    indexes = ([row.name for row in rows] for _, rows in groupby(unique, key=lambda row: row.number))
    return next((names for names in indexes if set(names) == marked), [])


def _type(row: Row[Any]) -> TypeEngine[Any]:
    """Return a type whose Python values are those of the driver, which pages show too."""
    kind = row.kind.lower()
    if kind in {"enum", "set"}:
        return TextAsStored(kind.upper())
    if kind not in TYPES:
        return AsStored(kind.upper())
    known, options = TYPES[kind]
    return known(**options(row))


def _integer(row: Row[Any]) -> dict[str, Any]:
    return {"unsigned": True} if "unsigned" in row.declared else {}


def _decimal(row: Row[Any]) -> dict[str, Any]:
    return {**_integer(row), "precision": row.precision, "scale": row.scale}


def _float(_row: Row[Any]) -> dict[str, Any]:
    """Return options for floats, of which SQLAlchemy would otherwise make decimals of ten digits."""
    return {"asdecimal": False}


def _lengthy(row: Row[Any]) -> dict[str, Any]:
    return {"length": row.length}


def _moment(row: Row[Any]) -> dict[str, Any]:
    return {"fsp": row.fraction} if row.fraction else {}


def _bare(_row: Row[Any]) -> dict[str, Any]:
    return {}


TYPES: dict[str, tuple[Callable[..., TypeEngine[Any]], Callable[[Row[Any]], dict[str, Any]]]] = {
    "tinyint": (mysql.TINYINT, _integer),
    "smallint": (mysql.SMALLINT, _integer),
    "mediumint": (mysql.MEDIUMINT, _integer),
    "int": (mysql.INTEGER, _integer),
    "bigint": (mysql.BIGINT, _integer),
    "decimal": (mysql.DECIMAL, _decimal),
    "float": (mysql.FLOAT, _float),
    "double": (mysql.DOUBLE, _float),
    "bit": (mysql.BIT, _bare),
    "year": (Year, _bare),
    "date": (mysql.DATE, _bare),
    "datetime": (mysql.DATETIME, _moment),
    "timestamp": (mysql.TIMESTAMP, _moment),
    "char": (mysql.CHAR, _lengthy),
    "varchar": (mysql.VARCHAR, _lengthy),
    "tinytext": (mysql.TINYTEXT, _bare),
    "text": (mysql.TEXT, _bare),
    "mediumtext": (mysql.MEDIUMTEXT, _bare),
    "longtext": (mysql.LONGTEXT, _bare),
    "binary": (mysql.BINARY, _lengthy),
    "varbinary": (mysql.VARBINARY, _lengthy),
    "tinyblob": (mysql.TINYBLOB, _bare),
    "blob": (mysql.BLOB, _bare),
    "mediumblob": (mysql.MEDIUMBLOB, _bare),
    "longblob": (mysql.LONGBLOB, _bare),
    "json": (mysql.JSON, _bare),
}
"""SQLAlchemy's type of a `data_type`, with the function that returns its options. Without TIME: it loses the days, and
the sign, of an interval, which MariaDB keeps up to 838 hours (https://mariadb.com/kb/en/time/)."""
