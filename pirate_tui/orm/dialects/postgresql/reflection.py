"""Read the tables of one schema of a PostgreSQL database."""

from typing import Any

from sqlalchemy import Connection, Inspector, Table
from sqlalchemy.dialects.postgresql import BIT, DOMAIN, MONEY, REGCLASS, TSQUERY, TSVECTOR
from sqlalchemy.dialects.postgresql.ranges import AbstractMultiRange
from sqlalchemy.types import NullType, TypeEngine, UserDefinedType

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.text import clean
from pirate_tui.orm.dialects.postgresql.probe import ROW_ID
from pirate_tui.orm.read_only import OwnText
from pirate_tui.orm.reflection.foreign_keys import declared_in
from pirate_tui.orm.reflection.tables import AsStored, CatalogReader, Declared, Name, TableType, table_of


NAMES = OwnText("""\
SELECT n.nspname AS schema, c.relname AS name, c.relkind IN ('v', 'm') AS is_view,
       pg_table_is_visible(c.oid) AS is_visible,
       has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') AS is_readable,
       has_table_privilege(c.oid, 'SELECT') AS is_readable_whole,
       c.relkind IN ('r', 'm') AND NOT c.relhassubclass AS has_row_id
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_class c
    ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
WHERE n.nspname = COALESCE(:schema, current_schema())
ORDER BY is_view, c.relname""")
"""Relations with rows, by the letters of pg_class.relkind; a partitioned table stands for its partitions."""

FOREIGN_KEYS = OwnText("""\
SELECT child.relname AS child, k.oid AS number, parent.relname AS parent, s.nspname AS parent_schema,
       s.oid = n.oid AS is_here, c.attname AS child_column, p.attname AS target
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_class child ON child.relnamespace = n.oid AND NOT child.relispartition
JOIN pg_catalog.pg_constraint k ON k.conrelid = child.oid AND k.contype = 'f' AND k.conparentid = 0
JOIN pg_catalog.pg_class parent ON parent.oid = k.confrelid
JOIN pg_catalog.pg_namespace s ON s.oid = parent.relnamespace
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS part (child, parent, number)
JOIN pg_catalog.pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = part.child
JOIN pg_catalog.pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = part.parent
WHERE n.nspname = COALESCE(:schema, current_schema())
ORDER BY child.relname, k.oid, part.number""")
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

    def __init__(self, connection: Connection, schema: str | None) -> None:
        rows = connection.execute(NAMES, {"schema": schema}).all()
        if not rows and schema is not None:
            raise BrowserError(f"no such schema: {clean(schema)}", "use another --schema")
        self._schema = schema
        self._found = {row.name: row for row in rows if row.name is not None}
        self.names = tuple(
            Name(name, TableType.VIEW if row.is_view else TableType.TABLE) for name, row in self._found.items()
        )
        self.foreign_keys = declared_in(connection.execute(FOREIGN_KEYS, {"schema": schema}).all())
        self.denied = {name: "permission denied" for name, row in self._found.items() if not row.is_readable}

    def schema(self, name: str) -> str | None:
        """Return None for what the search path finds; a table hidden there, as by pg_catalog, has its schema."""
        return None if self._schema is None and self._found[name].is_visible else self._found[name].schema

    def read(self, inspector: Inspector, name: str) -> Table:
        """Read a table in a savepoint: an error would end the transaction of the tables read next."""
        connection = inspector.bind
        assert isinstance(connection, Connection)  # noqa: S101  `Reflection.map` passes one
        with connection.begin_nested():
            relation = self._found[name]
            schema = self.schema(name)
            columns = inspector.get_columns(name, schema=schema)
            key = inspector.get_pk_constraint(name, schema=schema)["constrained_columns"]
            if not relation.is_readable_whole:
                parameters = {"schema": relation.schema, "name": name}
                readable = set(connection.execute(READABLE, parameters).scalars())
                columns = [column for column in columns if column["name"] in readable]
                key = key if readable.issuperset(key) else []
        declared = [Declared(column["name"], _type(column["type"]), column["nullable"]) for column in columns]
        if not all(_identifies_instances(column.type) for column in declared if column.name in key):
            key = []
        has_row_id = relation.has_row_id and relation.is_readable_whole and not key
        row_id = (ROW_ID, Tid()) if has_row_id else None
        return table_of(name, declared, key, schema=schema, row_id=row_id, quoted=UNKNOWN_KEYWORDS)


def _type(column_type: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type itself; for a domain its base type; for MONEY, which SQLAlchemy compares with no number, none."""
    while isinstance(column_type, DOMAIN):
        column_type = column_type.data_type
    return AsStored("MONEY") if isinstance(column_type, MONEY) else column_type


def _identifies_instances(column_type: TypeEngine[Any]) -> bool:
    """Whether values of the type can identify an instance: lists, dictionaries and unknown types cannot."""
    return column_type.hashable and not isinstance(column_type, NO_IDENTITIES)
