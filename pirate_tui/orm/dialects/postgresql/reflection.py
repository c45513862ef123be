"""Read the tables of some schemas of a PostgreSQL database."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from sqlalchemy import Connection, Inspector, Table
from sqlalchemy.dialects.postgresql import BIT, DOMAIN, MONEY, REGCLASS, TSQUERY, TSVECTOR
from sqlalchemy.dialects.postgresql.ranges import AbstractMultiRange
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.types import NullType, TypeEngine, UserDefinedType

from pirate_tui.domain.entity import ALL_SCHEMAS
from pirate_tui.orm.connection.autocommit import is_autocommitting
from pirate_tui.orm.dialects.postgresql.probe import HAS_ROW_ID, ROW_ID, SCHEMAS, PostgreSQLProbe
from pirate_tui.orm.read_only import OwnText
from pirate_tui.orm.reflection.foreign_keys import declared_in
from pirate_tui.orm.reflection.probe import QualifiedName, no_such_schema
from pirate_tui.orm.reflection.tables import AsStored, CatalogReader, Declared, by_unique_name, names_in, table_of


WANTED = f"""\
CASE WHEN CAST(:schemas AS text[]) IS NULL THEN n.nspname = current_schema()
     WHEN CAST(:schemas AS text[]) = ARRAY['{ALL_SCHEMAS}']
         THEN n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
     ELSE n.nspname = ANY (CAST(:schemas AS text[])) END"""
"""The schemas that are read; names that begin with `pg_` are the server's own
(https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-CATALOG)."""

NAMES = OwnText(f"""\
SELECT n.nspname AS schema, n.nspname = current_schema() AS is_default,
       c.relname AS name, c.relkind IN ('v', 'm') AS is_view,
       pg_table_is_visible(c.oid) AS is_visible,
       has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') AS is_readable,
       has_table_privilege(c.oid, 'SELECT') AS is_readable_whole,
       {HAS_ROW_ID} AS has_row_id
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_class c
    ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
WHERE {WANTED}
ORDER BY is_view, c.relname""")  # noqa: S608
"""Relations with rows, by the letters of pg_class.relkind; a partitioned table stands for its partitions."""

FOREIGN_KEYS = OwnText(f"""\
SELECT n.nspname AS schema, child.relname AS child, k.oid AS number, parent.relname AS parent,
       s.nspname AS parent_schema, s.oid = n.oid AS is_here, c.attname AS child_column, p.attname AS target
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_class child ON child.relnamespace = n.oid AND NOT child.relispartition
JOIN pg_catalog.pg_constraint k ON k.conrelid = child.oid AND k.contype = 'f' AND k.conparentid = 0
JOIN pg_catalog.pg_class parent ON parent.oid = k.confrelid
JOIN pg_catalog.pg_namespace s ON s.oid = parent.relnamespace
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS part (child, parent, number)
JOIN pg_catalog.pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = part.child
JOIN pg_catalog.pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = part.parent
WHERE {WANTED}
ORDER BY n.nspname, child.relname, k.oid, part.number""")  # noqa: S608
"""Foreign keys by the numbers of columns: SQLAlchemy parses names in `pg_get_constraintdef`, and fails at a comma in
one. Those that partitions inherit are left out (https://www.postgresql.org/docs/current/catalog-pg-constraint.html)."""

READABLE = OwnText("""\
SELECT a.attname FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = :schema AND c.relname = :name AND has_column_privilege(c.oid, a.attnum, 'SELECT')""")
"""The columns of a table that may be read, where privileges are granted on columns."""

UNKNOWN_KEYWORDS = frozenset({"collation", "concurrently", "lateral", "tablesample"})
"""Of the keywords of `pg_get_keywords()`, those that must be quoted, which SQLAlchemy does not do."""

NO_IDENTITIES = (NullType, BIT, TSVECTOR, TSQUERY, REGCLASS, AbstractMultiRange)
"""Types beside those that SQLAlchemy marks: their values cannot be hashed, or not be sent as returned."""


class Tid(UserDefinedType[Any]):
    """The physical location of a row: (block, row), or the same as text, depending on the driver."""

    cache_ok = True

    def __repr__(self) -> str:
        return "TID()"

    def get_col_spec(self, **_options: Any) -> str:
        """Return the type as DDL writes it."""
        return "TID"


class PostgreSQLReader(CatalogReader):
    """Reads names from the catalog, which lists also unreadable tables; columns by the Inspector."""

    def __init__(self, connection: Connection, schemas: Sequence[str]) -> None:
        parameters = {"schemas": list(schemas) or None}
        rows = connection.execute(NAMES, parameters).all()
        read = {row.schema for row in rows}
        missing = [schema for schema in schemas if schema not in {*read, ALL_SCHEMAS}]
        if missing:
            usable = [row.name for row in connection.execute(SCHEMAS) if row.is_usable]
            raise no_such_schema(PostgreSQLProbe.no_schema, missing[0], usable)
        self._is_default = not schemas
        self._found = by_unique_name(rows, schemas)
        self.names = names_in(self._found)
        by_place = {(row.schema, row.name): name for name, row in self._found.items()}
        self.foreign_keys = declared_in(connection.execute(FOREIGN_KEYS, parameters).all(), by_place, read)
        self._prepared: dict[str, tuple[Sequence[ReflectedColumn], Sequence[str]]] = {}
        """Columns and key of tables that were read together."""
        self.denied = {name: "permission denied" for name, row in self._found.items() if not row.is_readable}

    def place(self, name: str) -> QualifiedName:
        """Return the name alone of what the search path finds; a table hidden there has its schema."""
        row = self._found[name]
        return QualifiedName(None if self._is_default and row.is_visible else row.schema, row.name)

    def prepare(self, inspector: Inspector, names: Sequence[str]) -> None:
        """Read columns and keys of several tables by two statements for each schema.

        Where one of them cannot be read, none of its schema is prepared, and `read` finds out which it is.
        """
        self._prepared = {}
        wanted: dict[str | None, dict[str, str]] = defaultdict(dict)
        for name in names:
            schema, own_name = self.place(name)
            wanted[schema][own_name] = name
        for schema, by_own_name in wanted.items():
            if len(by_own_name) > 1:  # else nothing would be saved
                self._prepare(inspector, schema, by_own_name)

    def _prepare(self, inspector: Inspector, schema: str | None, names: Mapping[str, str]) -> None:
        which: dict[str, Any] = {"filter_names": list(names), "kind": ObjectKind.ANY, "scope": ObjectScope.ANY}
        with suppress(ProgrammingError), _savepoint(_connection_of(inspector)):
            columns = inspector.get_multi_columns(schema, **which)
            keys = inspector.get_multi_pk_constraint(schema, **which)
            for own_name, name in names.items():  # and none that a server has not been asked for
                key = keys.get((schema, own_name))
                if (schema, own_name) in columns:
                    self._prepared[name] = (columns[schema, own_name], key["constrained_columns"] if key else [])

    def read(self, inspector: Inspector, name: str) -> Table:
        """Read a table, unless it is prepared; in a transaction, within a savepoint: an error would end it."""
        relation, place, connection = self._found[name], self.place(name), _connection_of(inspector)
        if name in self._prepared and relation.is_readable_whole:
            columns, key = self._prepared.pop(name)
            return self._table(name, columns, key)
        with _savepoint(connection):
            columns = inspector.get_columns(place.name, schema=place.schema)
            key = inspector.get_pk_constraint(place.name, schema=place.schema)["constrained_columns"]
            if not relation.is_readable_whole:
                parameters = {"schema": relation.schema, "name": relation.name}
                readable = set(connection.execute(READABLE, parameters).scalars())
                columns = [column for column in columns if column["name"] in readable]
                key = key if readable.issuperset(key) else []
        return self._table(name, columns, key)

    def _table(self, name: str, columns: Sequence[ReflectedColumn], key: Sequence[str]) -> Table:
        relation, place = self._found[name], self.place(name)
        declared = [Declared(column["name"], _type(column["type"]), column["nullable"]) for column in columns]
        if not all(_identifies_instances(column.type) for column in declared if column.name in key):
            key = []
        has_row_id = relation.has_row_id and relation.is_readable_whole and not key
        row_id = (ROW_ID, Tid()) if has_row_id else None
        return table_of(place.name, declared, key, schema=place.schema, row_id=row_id, quoted=UNKNOWN_KEYWORDS)


def _connection_of(inspector: Inspector) -> Connection:
    connection = inspector.bind
    assert isinstance(connection, Connection)  # noqa: S101  `Reflection.map` passes one
    return connection


def _savepoint(connection: Connection) -> AbstractContextManager[object]:
    """Begin a savepoint, where there is a transaction that an error would end."""
    return nullcontext() if is_autocommitting(connection) else connection.begin_nested()


def _type(column_type: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type itself; for a domain its base type; for MONEY, which SQLAlchemy compares with no number, none."""
    while isinstance(column_type, DOMAIN):
        column_type = column_type.data_type
    return AsStored("MONEY") if isinstance(column_type, MONEY) else column_type


def _identifies_instances(column_type: TypeEngine[Any]) -> bool:
    """Whether values of the type can identify an instance: lists, dictionaries and unknown types cannot."""
    return column_type.hashable and not isinstance(column_type, NO_IDENTITIES)
