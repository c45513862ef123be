"""Define a kind of database: the four parts in which it differs from the others."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Dialect

from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.reflection.probe import SchemaProbe
from pirate_tui.orm.reflection.tables import CatalogReader


class DatabaseKind(Protocol):
    """Creates the four parts of one kind of database, each imported when it is first needed."""

    def backend(self, target: Any) -> Backend:
        """Return the backend, which connects to the target, a `Path` or a `Server`."""

    def sql(self, dialect: Dialect) -> Sql:
        """Return the `Sql`, which orders rows, cuts values and compares columns."""

    def probe(self, queries: QueryRunner) -> SchemaProbe:
        """Return the probe of the tables that classes are mapped to."""

    def reader(self, connection: Connection, schemas: Sequence[str]) -> CatalogReader:
        """Return the reader of tables and foreign keys in these schemas, else in the default one, for reflection."""
