"""Open PostgreSQL databases by psycopg or asyncpg: their connection, SQL, schema probe and reflection."""

from collections.abc import Sequence

from sqlalchemy import Connection, Dialect

from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.reflection.probe import SchemaProbe
from pirate_tui.orm.reflection.tables import CatalogReader


class PostgreSQL:
    """The `DatabaseKind` of PostgreSQL servers, by psycopg or asyncpg."""

    def backend(self, target: Server) -> Backend:
        from pirate_tui.orm.dialects.postgresql.connection import PostgreSQLBackend

        return PostgreSQLBackend(target)

    def sql(self, dialect: Dialect) -> Sql:
        from pirate_tui.orm.dialects.postgresql.sql import PostgreSQLSql

        return PostgreSQLSql(dialect)

    def probe(self, queries: QueryRunner) -> SchemaProbe:
        from pirate_tui.orm.dialects.postgresql.probe import PostgreSQLProbe

        return PostgreSQLProbe(queries)

    def reader(self, connection: Connection, schemas: Sequence[str]) -> CatalogReader:
        from pirate_tui.orm.dialects.postgresql.reflection import PostgreSQLReader

        return PostgreSQLReader(connection, schemas)
