"""Open SQLite files: their connection, SQL, schema probe and reflection."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, Dialect

from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.reflection.probe import SchemaProbe
from pirate_tui.orm.reflection.tables import CatalogReader


class SQLite:
    """The `DatabaseKind` of SQLite files."""

    def backend(self, target: Path) -> Backend:
        from pirate_tui.orm.dialects.sqlite.connection import SQLiteBackend

        return SQLiteBackend(target)

    def sql(self, dialect: Dialect) -> Sql:
        from pirate_tui.orm.dialects.sqlite.sql import SQLiteSql

        return SQLiteSql(dialect)

    def probe(self, queries: QueryRunner) -> SchemaProbe:
        from pirate_tui.orm.dialects.sqlite.probe import SQLiteProbe

        return SQLiteProbe(queries)

    def reader(self, connection: Connection, schemas: Sequence[str]) -> CatalogReader:
        from pirate_tui.orm.dialects.sqlite.reflection import SQLiteReader

        return SQLiteReader(connection, next(iter(schemas), None))
