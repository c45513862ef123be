"""Open MariaDB and MySQL databases by asyncmy: their connection, SQL, schema probe and reflection."""

from collections.abc import Sequence

from sqlalchemy import Connection, Dialect

from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.reflection.probe import SchemaProbe
from pirate_tui.orm.reflection.tables import CatalogReader


class MySQL:
    """The `DatabaseKind` of MariaDB and MySQL servers, by asyncmy."""

    def backend(self, target: Server) -> Backend:
        from pirate_tui.orm.dialects.mysql.connection import MySQLBackend

        return MySQLBackend(target)

    def sql(self, dialect: Dialect) -> Sql:
        from pirate_tui.orm.dialects.mysql.sql import MySQLSql

        return MySQLSql(dialect)

    def probe(self, queries: QueryRunner) -> SchemaProbe:
        from pirate_tui.orm.dialects.mysql.probe import MySQLProbe

        return MySQLProbe(queries)

    def reader(self, connection: Connection, schemas: Sequence[str]) -> CatalogReader:
        from pirate_tui.orm.dialects.mysql.reflection import MySQLReader

        return MySQLReader(connection, schemas)
