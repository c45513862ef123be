"""Read the tables of a SQLite file, with types that read whatever their columns hold."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BLOB,
    NUMERIC,
    Boolean,
    Connection,
    Dialect,
    Float,
    Inspector,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    inspect,
    text,
)
from sqlalchemy.types import NullType, TypeEngine

from pirate_tui.orm.dialects.sqlite.probe import ROW_IDS
from pirate_tui.orm.reflection.foreign_keys import ForeignKey, by_folded_name, real_name
from pirate_tui.orm.reflection.probe import QualifiedName
from pirate_tui.orm.reflection.tables import AsStored, CatalogReader, Declared, Name, TableType, table_of


UNKNOWN_KEYWORDS = frozenset({"nothing", "returning"})
"""Those of SQLite's 147 keywords that SQLAlchemy does not quote (https://www.sqlite.org/lang_keywords.html)."""


class SQLiteReader(CatalogReader):
    """Uses the Inspector, but for foreign keys: it would need 6,000 statements for 2,000 tables, and this is one."""

    def __init__(self, connection: Connection, schema: str | None) -> None:
        inspector: Inspector = inspect(connection)
        self._schema = schema
        tables = [Name(name, TableType.TABLE) for name in inspector.get_table_names(schema)]
        self.names = (*tables, *(Name(name, TableType.VIEW) for name in inspector.get_view_names(schema)))
        self.foreign_keys = _foreign_keys(connection, schema, by_folded_name(one.name for one in self.names))
        self.denied: Mapping[str, str] = {}

    def place(self, name: str) -> QualifiedName:
        """Return the name, with the schema passed to the reader."""
        return QualifiedName(self._schema, name)

    def read(self, inspector: Inspector, name: str) -> Table:
        """Read a table by the Inspector's pragmas, with the row's number as its key where it has none."""
        reflected = inspector.get_columns(name, schema=self._schema)
        key = inspector.get_pk_constraint(name, schema=self._schema)["constrained_columns"]
        row_id = (
            None if key or Name(name, TableType.VIEW) in self.names else _row_id({one["name"] for one in reflected})
        )
        columns = [Declared(one["name"], lenient(one["type"]), one["nullable"]) for one in reflected]
        return table_of(name, columns, key, schema=self._schema, row_id=row_id, quoted=UNKNOWN_KEYWORDS)


def _row_id(names: set[str]) -> tuple[str, TypeEngine[Any]] | None:
    """Return the name and type of the row's number, by a name that no column hides; None if all are hidden."""
    hidden = by_folded_name(names)
    free = next((row_id for row_id in ROW_IDS if row_id not in hidden), None)
    return None if free is None else (free, Integer())


def _foreign_keys(connection: Connection, schema: str | None, names: Mapping[str, str]) -> Sequence[ForeignKey]:
    """Read all foreign keys in the order of their declaration.

    SQLite numbers the last declared first (https://www.sqlite.org/pragma.html#pragma_foreign_key_list).
    """
    quoted = connection.dialect.identifier_preparer.quote_identifier(schema or "main").replace(":", r"\:")
    statement = text(f"""\
SELECT tables.name, keys.id, keys."table", keys."from", keys."to"
FROM {quoted}.sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name, :schema) AS keys
WHERE tables.type = 'table'
ORDER BY tables.rowid, keys.id DESC, keys.seq""")  # noqa: S608  a quoted name
    found = connection.execute(statement, {"schema": schema or "main"}).all()
    declared = []
    for (name, _), rows in groupby(found, key=lambda row: (row[0], row[1])):
        parts = list(rows)
        targets = tuple(part[4] for part in parts if part[4] is not None)
        parent = real_name(parts[0][2], names) or parts[0][2]
        declared.append(ForeignKey(name, tuple(part[3] for part in parts), parent, targets))
    return declared


class BytesAsStored(BLOB):
    """A BLOB that returns a stored text or number as it is, where SQLAlchemy's own would raise or return zeros."""

    def __repr__(self) -> str:
        return "BLOB()"

    def bind_processor(self, dialect: Dialect) -> None:
        """Return None: values are sent as they are."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Return None: values are returned as they are stored."""


def lenient(reflected: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return a type that reads any value of a SQLite column, as near as possible to the reflected one.

    SQLAlchemy passes the numbers of `DATETIME(6)` or `FLOAT(10,2)` on to parameters that mean other things.
    """
    if isinstance(reflected, Float):
        return type(reflected)(reflected.precision)
    if isinstance(reflected, Numeric):
        # A type that SQLite does not know either (MONEY, UUID, STRING) is reflected as a bare NUMERIC.
        is_unknown = type(reflected) is NUMERIC and reflected.precision is None
        return NullType() if is_unknown else type(reflected)(reflected.precision, reflected.scale, asdecimal=False)
    if isinstance(reflected, String):
        return type(reflected)(reflected.length)
    if isinstance(reflected, LargeBinary):
        return BytesAsStored()
    if isinstance(reflected, (Boolean, Integer, NullType)):
        return reflected
    return AsStored(type(reflected).__name__)
