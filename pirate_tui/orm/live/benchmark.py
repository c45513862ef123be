"""Measure one way of loading: in its own session, for the same parents, with every statement and row counted."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from pirate_tui.domain.comparing import LoadMethod, MeasureRequest, Sample
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementCounter, StatementRecorder
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.errors import DATABASE_ERRORS, forget, without_warnings
from pirate_tui.orm.inspection.snapshots import children_of
from pirate_tui.orm.inspection.snippet import evaluate
from pirate_tui.orm.live.explainer import DriverStatement
from pirate_tui.orm.live.selecting import end_transaction
from pirate_tui.orm.live.yielding import yield_while_loading
from pirate_tui.orm.loader_options import loader_options
from pirate_tui.orm.rows.filters import is_one_of
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, error_name, reraise_ours


class LoadMeter:
    """Measures ways of loading on one database."""

    def __init__(self, connections: Connections, recorder: StatementRecorder, catalog: Catalog) -> None:
        self._connections = connections
        self._recorder = recorder
        self._catalog = catalog
        self._sent: dict[LoadMethod, tuple[DriverStatement, ...]] = {}
        """What each way has sent at last, for the parents and the relationship that were measured at last."""
        self._sent_for: object = None

    def sent(self, request: MeasureRequest) -> tuple[DriverStatement, ...]:
        """Return the statements that the way has sent, each text once; none where it was not measured."""
        return self._sent.get(request.way, ()) if self._sent_for == _subject(request) else ()

    async def measure(self, request: MeasureRequest) -> Sample:
        """Load once in the requested way, and return its time and cost; any failure is the sample's error.

        Raises `DatabaseUnreachableError`, since no other way can succeed either.
        """
        began = time.perf_counter()
        try:
            return await self._connections.run(lambda: self._measure(request))
        except DatabaseUnreachableError:
            raise
        except BrowserError as error:
            return Sample(time.perf_counter() - began, 0, 0, 0, error=error.message)

    async def _measure(self, request: MeasureRequest) -> Sample:
        async with self._connections.sessions() as session:
            yield_while_loading(session, self._connections.report_loaded)
            self._recorder.watch(session)
            await session.connection()  # connecting is not measured
            steps, parents, held, error, began = list[StatementCounter](), tuple[Any, ...](), 0, "", time.perf_counter()
            try:
                with self._step(request, steps):
                    parents = tuple((await session.execute(self._select(request))).unique().scalars())
                with self._step(request, steps, plain=request.way is LoadMethod.PLAIN):
                    held = await _read(session, parents, request)
            except FOREIGN_ERRORS as raised:
                reraise_ours(raised)
                if isinstance(raised, DATABASE_ERRORS):
                    raise
                error = error_name(raised)
                forget(raised)
            seconds = time.perf_counter() - began
            await end_transaction(session)
        self._keep(request, steps)
        sent, rows = sum(step.sent for step in steps), sum(step.rows for step in steps)
        first = next(iter(steps[0].lines.values()), None)  # the others are sent while its rows are read
        selected = 0 if first is None else first.rows or 0
        return Sample(seconds, sent, rows, held, len(parents), error, selected)

    def _keep(self, request: MeasureRequest, steps: Sequence[StatementCounter]) -> None:
        """Keep what was sent, to be explained; forget that of another comparison."""
        if self._sent_for != _subject(request):
            self._sent, self._sent_for = {}, _subject(request)
        self._sent[request.way] = tuple(
            DriverStatement(text, step.parameters[text], statement)
            for step in steps
            for (_, text), statement in step.lines.items()
        )

    @contextmanager
    def _step(self, request: MeasureRequest, steps: list[StatementCounter], *, plain: bool = False) -> Iterator[None]:
        cause = f"compare {request.entity.name}.{request.relationship.name}: {request.way.title}"
        with self._recorder.measured(cause, plain=plain) as tally:
            steps.append(tally)
            yield

    def _select(self, request: MeasureRequest) -> Select[Any]:
        mapper = self._catalog.mapper(request.entity)
        statement = select(mapper).where(is_one_of(mapper, request.keys))
        return statement.options(*loader_options(mapper, request.relationship.name, request.way.loader))


def _subject(request: MeasureRequest) -> object:
    return request.entity.name, request.relationship.name, request.keys


async def _read(session: AsyncSession, parents: Sequence[Any], request: MeasureRequest) -> int:
    """Read the relationship of each parent, and return how many instances all of them hold."""
    name = request.relationship.name
    if request.way is LoadMethod.QUERY:
        return await _query_each(session, parents, request)
    if request.way is LoadMethod.RUN_SYNC:
        await session.run_sync(lambda _: [getattr(parent, name) for parent in parents])
    elif request.way in {LoadMethod.AWAITED, LoadMethod.RAISELOAD} and request.entity.has_awaitable_attrs:
        for parent in parents:
            await getattr(parent.awaitable_attrs, name)
    else:
        _read_plainly(parents, request)
    return sum(1 for parent in parents for _ in children_of(inspect(parent).dict.get(name)))


def _read_plainly(parents: Sequence[Any], request: MeasureRequest) -> None:
    """Read the relationships without await: an error, unless everything is loaded."""
    with without_warnings():
        for parent in parents:
            held = getattr(parent, request.relationship.name)
            if request.relationship.is_query:
                list(held)


async def _query_each(session: AsyncSession, parents: Sequence[Any], request: MeasureRequest) -> int:
    variable, query = request.entity.variable, request.relationship.query
    selects = [evaluate(f"{variable}.{query}", {variable: parent}) for parent in parents]
    return sum([len((await session.scalars(each)).unique().all()) for each in selects])
