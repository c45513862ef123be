"""A kind of database: the four parts in which it differs from the others."""

from typing import Any, Protocol

from sqlalchemy import Connection, Dialect

from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.reflection.probe import SchemaProbe
from pirate_tui.orm.reflection.tables import CatalogReader


class DatabaseKind(Protocol):
    """Makes the four parts of one kind of database, each imported when it is first needed."""

    def backend(self, target: Any) -> Backend:
        """How it is connected to, kept read-only and cancelled; `target` is a `Path` or a `Server`."""

    def sql(self, dialect: Dialect) -> Sql:
        """How its rows are ordered and sought, and its values cut and compared."""

    def probe(self, queries: QueryRunner) -> SchemaProbe:
        """What it really has of the tables that classes are mapped to."""

    def reader(self, connection: Connection, schema: str | None) -> CatalogReader:
        """Its tables and foreign keys, for classes that are reflected."""
