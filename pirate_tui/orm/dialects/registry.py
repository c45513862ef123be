"""Register the kinds of databases that can be opened: a new kind is added here."""

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
"""The kinds by SQLAlchemy's name of the dialect."""


def backend_of(target: Path | Server) -> Backend:
    """Return the backend that connects to a SQLite file or a server."""
    name = "sqlite" if isinstance(target, Path) else target.url.get_backend_name()
    return KINDS[name].backend(target)


def sql_of(dialect: Dialect) -> Sql:
    """Return the `Sql` of the dialect, which orders rows, cuts values and compares columns."""
    return KINDS[dialect.name].sql(dialect)


def probe_of(queries: QueryRunner) -> SchemaProbe:
    """Return the probe that queries which tables a database really has."""
    return KINDS[queries.dialect.name].probe(queries)


def reader_of(connection: Connection, *schemas: str) -> CatalogReader:
    """Return the reader of a database's tables and foreign keys; without a schema, those of the default one."""
    return KINDS[connection.dialect.name].reader(connection, schemas)
