"""The kinds of databases that can be opened: the one place that a new kind is added to."""

from pathlib import Path

from sqlalchemy import Connection, Dialect

from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.kind import DatabaseKind
from pirate_tui.orm.dialects.mysql import MySQL
from pirate_tui.orm.dialects.postgresql import PostgreSQL
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.dialects.sqlite import SQLite
from pirate_tui.orm.reflection.probe import SchemaProbe
from pirate_tui.orm.reflection.tables import CatalogReader


KINDS: dict[str, DatabaseKind] = {
    "sqlite": SQLite(),
    "postgresql": PostgreSQL(),
    "mysql": MySQL(),
    "mariadb": MySQL(),
}
"""By SQLAlchemy's name of the dialect."""


def backend_of(target: Path | Server) -> Backend:
    """Return how a SQLite file, or a server, is connected to, kept read-only and cancelled."""
    name = "sqlite" if isinstance(target, Path) else target.url.get_backend_name()
    return KINDS[name].backend(target)


def sql_of(dialect: Dialect) -> Sql:
    """Return how rows are ordered and sought in this dialect, and values cut and compared."""
    return KINDS[dialect.name].sql(dialect)


def probe_of(queries: QueryRunner) -> SchemaProbe:
    """Return what asks a database which tables it really has."""
    return KINDS[queries.dialect.name].probe(queries)


def reader_of(connection: Connection, schema: str | None = None) -> CatalogReader:
    """Return the tables and foreign keys of a database, of one schema where it has several."""
    return KINDS[connection.dialect.name].reader(connection, schema)
