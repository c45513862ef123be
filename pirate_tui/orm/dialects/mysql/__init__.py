"""MariaDB and MySQL servers, by asyncmy: their connection, SQL, schema probe and reflection."""

from sqlalchemy import Connection, Dialect

from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.query_runner import Questions
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.reflection.probe import Preflight
from pirate_tui.orm.reflection.tables import Reader


class MySQL:
    """The `DatabaseKind` of MariaDB and MySQL servers, by asyncmy."""

    def backend(self, target: Server) -> Backend:
        from pirate_tui.orm.dialects.mysql.connection import MySQLBackend

        return MySQLBackend(target)

    def sql(self, dialect: Dialect) -> Sql:
        from pirate_tui.orm.dialects.mysql.sql import MySQLSql

        return MySQLSql(dialect)

    def probe(self, queries: Questions) -> Preflight:
        from pirate_tui.orm.dialects.mysql.probe import MySQLProbe

        return MySQLProbe(queries)

    def reader(self, connection: Connection, schema: str | None) -> Reader:
        from pirate_tui.orm.dialects.mysql.reflection import MySQLReader

        return MySQLReader(connection, schema)
