"""Open a database for the screen: its rows, counts and live instance."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pirate_tui.domain.entity import ModelInfo
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
from pirate_tui.orm.dialects.registry import backend_of
from pirate_tui.orm.live.benchmark import LoadMeter
from pirate_tui.orm.live.benchmarks import OrmBenchmarks
from pirate_tui.orm.live.eager_loading import EagerLoader
from pirate_tui.orm.live.explainer import StatementExplainer
from pirate_tui.orm.live.fix_applier import FixApplier
from pirate_tui.orm.live.fix_tester import FixTester
from pirate_tui.orm.live.held_instance import HeldInstance
from pirate_tui.orm.live.instance import LiveInstance
from pirate_tui.orm.live.instances import CollectionGuard, OrmInstances
from pirate_tui.orm.live.live_fix_tester import LiveFixTester
from pirate_tui.orm.live.opener import RelationshipOpener
from pirate_tui.orm.mapped_classes import MappedClasses
from pirate_tui.orm.rows.row_queries import RowQueries
from pirate_tui.orm.user_code.time_limit import LoopGuard


if TYPE_CHECKING:
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
    schema: str | None = None,
) -> "OrmDatabase":
    """Open the file, or the database of a server, with these mapped classes.

    With None, classes are mapped from its own tables: those of `schema`, or of the server's default one. Raises
    `DatabaseLockedError` while it is locked, `DatabaseUnreachableError` while there is no server, and `StartupError`
    when it is damaged or has none of the tables.
    """
    database = OrmDatabase(target, classes, limits, listener, schema)
    try:
        await database.check()
        await database.check_privileges()
    except BaseException:
        await database.close()
        raise
    return database


class OrmDatabase:
    """An open database; implements `domain.ports.Database`."""

    def __init__(
        self,
        target: Path | Server,
        classes: Sequence[type] | None,
        limits: Limits,
        listener: Listener,
        schema: str | None = None,
    ) -> None:
        backend = backend_of(target)
        self._connections = connections = Connections(backend, limits.seconds, listener, LoopGuard(limits.blocking))
        engine = connections.engine
        recorder = StatementRecorder(engine, listener)
        self._queries = queries = QueryRunner(connections, recorder)
        self.models = models = MappedClasses(classes, queries, schema)
        self.rows = rows = RowQueries(queries, models)
        held, applier = HeldInstance(connections, recorder), FixApplier(models.catalog, limits.collection)
        self._live = LiveInstance(held, connections, recorder, models.catalog)
        opener = RelationshipOpener(held, connections, recorder, models.catalog)
        guard = CollectionGuard(queries, models, rows, limits.collection)
        tester = LiveFixTester(held, connections, recorder, applier, models.catalog)
        self.instances = OrmInstances(self._live, opener, tester, models, rows, guard)
        measurer = LoadMeter(connections, recorder, models.catalog)
        loader = EagerLoader(connections, recorder, applier, models.catalog)
        trials = FixTester(connections, recorder, applier)
        self.benchmarks = OrmBenchmarks(measurer, StatementExplainer(queries), trials, loader, models)
        self._recorder, self._applier = recorder, applier
        self.name = backend.name if schema is None else f"{backend.name} · {clean(schema)}"
        self.dialect = f"{engine.dialect.name}+{engine.dialect.driver}"
        self.warning = ""

    @cached_property
    def reads(self) -> "ReadsFinder":
        """What finds the reads of schemas; the browser never imports it."""
        from pirate_tui.orm.reads.finder import ReadsFinder

        return ReadsFinder(self._connections, self._recorder, self._applier, self.models.catalog)

    async def check(self) -> None:
        """Read the tables; raise `StartupError` where the database has none of the models."""
        where = self._connections.backend.where
        try:
            await self.models.read()
        except (DatabaseLockedError, DatabaseUnreachableError):
            raise
        except BrowserError as error:
            raise StartupError(NO_DATABASE, f"{where}: {error.message}; {error.hint}") from error
        choices = self.models.choices
        if not choices:
            raise StartupError(NO_DATABASE, f"{where}: no tables{await self.models.hint()}")
        if all(choice.problem for choice in choices):
            remedy = "use the database of these models"
            if self._connections.backend.is_remote:
                remedy = "check database, schema, models and the SELECT privileges of this user"
            raise StartupError(NO_DATABASE, f"{where}: {_lacking(choices)}; {remedy}")
        self.rows.forget()

    async def check_privileges(self) -> None:
        """Warn on the screen if the user may do more than a read-only transaction forbids."""
        backend = self._connections.backend
        if backend.privilege_query is None:
            return
        try:
            self.warning = backend.warning(await self._queries.fetch("privileges of the user", backend.privilege_query))
        except (DatabaseLockedError, DatabaseUnreachableError):
            raise
        except BrowserError:  # not every server that speaks the protocol has such a query
            self.warning = "privileges unknown"

    async def renew(self) -> bool:
        """Open the file again, which may be another one, or reconnect to the server; return whether it is a file."""
        await self._live.close()
        await self._connections.renew()
        await self.check()
        return not self._connections.backend.is_remote

    async def close(self) -> None:
        """Close the session, the connections and their threads."""
        await self._live.close()
        await self._connections.dispose()


def _lacking(choices: Sequence[ModelInfo]) -> str:
    """Return the problems of all tables; of many, first their number, as for a wrong database."""
    problems = list(dict.fromkeys(choice.problem for choice in choices))
    if len(problems) <= FEW:
        return ", ".join(problems)
    tables = len({choice.table for choice in choices})
    return f"none of the {tables:,} tables of the models can be used: {', '.join(problems[:FEW])} …"
