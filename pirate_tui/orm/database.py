"""Open a database for the screen: its rows, counts and live instance."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Row

from pirate_tui.domain.answering import AnsweringServer
from pirate_tui.domain.entity import ALL_SCHEMAS, ModelInfo
from pirate_tui.domain.failure import (
    NO_DATABASE,
    BrowserError,
    DatabaseLockedError,
    DatabaseUnreachableError,
    StartupError,
)
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.registry import backend_of, probe_of
from pirate_tui.orm.dialects.sqlite.translation import translations
from pirate_tui.orm.errors import NO_ACCESS, NO_SUCH_DATABASE, chain, mysql_code
from pirate_tui.orm.mapped_classes import MappedClasses
from pirate_tui.orm.rows.row_queries import RowQueries
from pirate_tui.orm.user_code.time_limit import LoopGuard


if TYPE_CHECKING:
    from pirate_tui.orm.lints.finder import LintFinder
    from pirate_tui.orm.live.benchmarks import OrmBenchmarks
    from pirate_tui.orm.live.instances import OrmInstances
    from pirate_tui.orm.live.parts import LiveParts
    from pirate_tui.orm.reads.finder import ReadsFinder


FEW = 3
"""The number of problems that are all listed."""


class Limits(NamedTuple):
    """The limits of a query."""

    seconds: float
    """Seconds that one statement may take."""
    collection: int = 1_000
    """Instances that opening a relationship loads without confirmation."""
    blocking: float = 10.0
    """Seconds for which code of the models may block the event loop."""


async def open_database(
    target: Path | Server,
    classes: Sequence[type] | None,
    limits: Limits,
    listener: Listener,
    schemas: Sequence[str] = (),
    *,
    sample: Sequence[type] | None = None,
) -> "OrmDatabase":
    """Open the file, or the database of a server, with these mapped classes.

    With None, `sample` is used where the database has the tables of all of them; else classes are mapped from its own
    tables: those of `schemas`, or of the server's default one. With classes, it is at most one, that of the `target`.

    Raises `DatabaseLockedError` while it is locked, `DatabaseUnreachableError` while there is no server, and
    `StartupError` when it is damaged or has none of the tables, or not the schema.
    """
    connections = Connections(backend_of(target), limits.seconds, listener, LoopGuard(limits.blocking))
    if classes is not None and isinstance(target, Path) and (translated := translations(classes)):
        connections.engine.update_execution_options(schema_translate_map=translated)
    recorder = StatementRecorder(connections.engine, listener)
    try:
        if classes is None and sample is not None:
            database = OrmDatabase(connections, recorder, sample, limits)
            if await database.has_all_tables():
                await database.check_privileges()
                return database
        database = OrmDatabase(connections, recorder, classes, limits, schemas)
        await database.check()
        await database.check_privileges()
    except DatabaseUnreachableError as error:
        await connections.dispose()
        if isinstance(target, Server) and target.schema is not None and _lacks_database(error):
            await _check_schema(target, target.schema, limits, listener)
        raise
    except BaseException:
        await connections.dispose()
        raise
    return database


def _lacks_database(error: DatabaseUnreachableError) -> bool:
    """Whether MariaDB or MySQL has no database of this name, or none for this user."""
    return any(mysql_code(link) in {NO_SUCH_DATABASE, NO_ACCESS} for link in chain(error))


async def _check_schema(server: Server, schema: str, limits: Limits, listener: Listener) -> None:
    """Raise `StartupError`, with the schemas that there are, where MariaDB has no database for this one."""
    connections = Connections(backend_of(server._replace(schema=None)), limits.seconds, listener)
    try:
        await probe_of(QueryRunner(connections, StatementRecorder(connections.engine, listener))).check_schema(schema)
    except DatabaseUnreachableError:
        raise
    except BrowserError as error:
        raise _refusal(connections, error) from error
    finally:
        await connections.dispose()


def _refusal(connections: Connections, error: BrowserError) -> StartupError:
    return StartupError(NO_DATABASE, f"{connections.backend.where}: {error.message}; {error.hint}")


class OrmDatabase:
    """An open database; implements `domain.ports.Database`."""

    def __init__(
        self,
        connections: Connections,
        recorder: StatementRecorder,
        classes: Sequence[type] | None,
        limits: Limits,
        schemas: Sequence[str] = (),
    ) -> None:
        self._connections, engine = connections, connections.engine
        self._queries = queries = QueryRunner(connections, recorder)
        self.models = models = MappedClasses(classes, queries, schemas)
        self.rows = RowQueries(queries, models)
        self._recorder, self._limits = recorder, limits
        self._schemas = schemas
        self.dialect = f"{engine.dialect.name}+{engine.dialect.driver}"
        self.warning = ""

    @property
    def name(self) -> str:
        """The name of the file, or of the server that answers, and those of the schemas."""
        name = self.server.name or self._connections.backend.name
        shown = "all schemas" if ALL_SCHEMAS in self._schemas else clean(", ".join(self._schemas))
        return f"{name} · {shown}" if self._schemas else name

    @property
    def server(self) -> AnsweringServer:
        """What is known of the server that answers."""
        return self._connections.hosts.server

    @cached_property
    def _live(self) -> "LiveParts":
        """What loads instances; it is imported when the first rows are on the screen."""
        from pirate_tui.orm.live.parts import LiveParts

        return LiveParts(
            self._connections, self._recorder, self._queries, self.models, self.rows, self._limits.collection
        )

    @property
    def instances(self) -> "OrmInstances":
        """The live instance."""
        return self._live.instances

    @property
    def benchmarks(self) -> "OrmBenchmarks":
        """Benchmarks of loader strategies, and trials of fixes."""
        return self._live.benchmarks

    @cached_property
    def reads(self) -> "ReadsFinder":
        """What finds the reads of schemas; the browser never imports it."""
        from pirate_tui.orm.reads.finder import ReadsFinder

        return ReadsFinder(self._connections, self._recorder, self._live.applier, self.models.catalog)

    @cached_property
    def lints(self) -> "LintFinder":
        """What finds the lints of the mappings; the browser never imports it."""
        from pirate_tui.orm.lints.finder import LintFinder

        return LintFinder(self._connections, self.models.catalog)

    async def has_all_tables(self) -> bool:
        """Read the tables, and return whether all of the mapped classes can be browsed."""
        try:
            await self.check()
        except StartupError:
            return False
        return not any(choice.problem for choice in self.models.choices)

    async def check(self) -> None:
        """Read the tables; raise `StartupError` where the database has none of the models."""
        where = self._connections.backend.where
        try:
            await self.models.read()
        except (DatabaseLockedError, DatabaseUnreachableError):
            raise
        except BrowserError as error:
            raise _refusal(self._connections, error) from error
        choices = self.models.choices
        if not choices:
            raise StartupError(NO_DATABASE, f"{where}: no tables{await self.models.hint()}")
        if all(choice.problem for choice in choices):
            remedy = "use the database of these models"
            if self._connections.backend.is_remote:
                remedy = "check database, --schema, models and the SELECT privileges of this user"
            raise StartupError(NO_DATABASE, f"{where}: {_lacking(choices)}; {remedy}")
        self.rows.forget()

    async def check_privileges(self) -> None:
        """Warn on the screen if the user may do more than a read-only transaction forbids; note the server's role."""
        backend, hosts = self._connections.backend, self._connections.hosts
        if backend.privilege_query is None:
            return

        def parse(rights: Sequence[Row[Any]]) -> str:
            hosts.note(backend.in_role(hosts.server, rights))
            return backend.warning(rights)

        try:
            self.warning = await self._queries.parsed("privileges of the user", backend.privilege_query, parse)
        except (DatabaseLockedError, DatabaseUnreachableError):
            raise
        except BrowserError:  # not every server that speaks the protocol has such a query
            self.warning = "privileges unknown"

    async def renew(self) -> bool:
        """Open the file again, which may be another one, or reconnect to the server; return whether it is a file."""
        await self._close_sessions()
        await self._connections.renew()
        await self.check()
        await self.check_privileges()
        return not self._connections.backend.is_remote

    async def _close_sessions(self) -> None:
        if "_live" in vars(self):  # else nothing was loaded
            await self._live.instance.close()

    async def close(self) -> None:
        """Close the session, the connections and their threads."""
        await self._close_sessions()
        await self._connections.dispose()


def _lacking(choices: Sequence[ModelInfo]) -> str:
    """Return the problems of all tables; of many, first their number, as for a wrong database."""
    problems = list(dict.fromkeys(choice.problem for choice in choices))
    if len(problems) <= FEW:
        return ", ".join(problems)
    tables = len({choice.table for choice in choices})
    return f"none of the {tables:,} tables of the models can be used: {', '.join(problems[:FEW])} …"
