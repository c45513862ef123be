"""The ORM layer inside one process, beside the same statements by plain `sqlite3`."""

import asyncio
import functools
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Page, Seek
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.database import Limits, open_database
from pirate_tui.orm.dialects.sqlite.connection import SQLiteBackend
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.errors import forget
from pirate_tui.orm.explanation import failure
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.inspection.snippet import evaluate
from pirate_tui.orm.reflection.probe import Table
from pirate_tui.orm.rows.row_statements import RowStatements
from pirate_tui.pirates.models import MODELS, PirateCrew
from tests.bench.figures import Figure, Heard, Setting


CREWS = 5_000
HERE = 2_500
"""The crew in the middle that pages begin behind, and that is opened."""

CALLS = 40
"""How often each thing is done in one run; the run's figure is the median."""

TIME_LIMIT = 30.0


def in_loop(benchmark: Callable[[Setting], Coroutine[Any, Any, list[Figure]]]) -> Callable[[Setting], list[Figure]]:
    """The benchmark with an event loop of its own."""
    return functools.wraps(benchmark)(lambda setting: asyncio.run(benchmark(setting)))


def window(setting: Setting) -> list[Figure]:
    """A window of 200 rows in the middle of the table; one name in four is not ASCII."""
    return asyncio.run(_window(setting.fleet(CREWS), setting.runs))


async def _window(path: Path, runs: int) -> list[Figure]:
    heard = Heard()
    database = await open_database(path, MODELS, Limits(TIME_LIMIT), heard)
    held = Connections(SQLiteBackend(path), TIME_LIMIT, heard)
    plain = sqlite3.connect(path)
    query, seek = Query(database.models.catalog.entities[0]), Seek((HERE,))
    table = Table("pirate_crew", frozenset(), frozenset({"id"}), is_strict=True, row_id=None)
    pages = RowStatements(Catalog(MODELS), table, query, held.engine.dialect)
    (stretch,) = pages.segments(seek)
    parameters = {**pages.parameters(seek.position), "limit": seek.limit, "skip": seek.skip}
    heard.take()
    await database.rows.page(query, seek)
    queries = heard.take()
    ours, sqlalchemy, cells, raw = [], [], [], []
    async with held.engine.connect() as connection:

        async def execute() -> Any:
            return list((await connection.execute(stretch.rows, parameters)).all())

        async def page() -> Page:
            return pages.page(seek, found)

        found = await execute()
        for _ in range(runs):
            ours.append(await median_of(lambda: database.rows.page(query, seek)))
            raw.append(await median_of(lambda: _fetch(plain, queries)))
            sqlalchemy.append(await median_of(execute))
            cells.append(await median_of(page))
    await held.dispose()
    await database.close()
    plain.close()
    against = "the same query, sqlite3"
    return [
        Figure("a window of 200 rows", ours, against, raw, 7),
        Figure("  of it: execute and fetch on a held connection", sqlalchemy, against, raw),
        Figure("  of it: rows to cells", cells, against, raw, 2),
    ]


@in_loop
async def members(setting: Setting) -> list[Figure]:
    """The members of one crew, awaited: the access alone, and the whole opening."""
    path = setting.world(CREWS)
    heard = Heard()
    database = await open_database(path, MODELS, Limits(TIME_LIMIT), heard)
    connections, plain = Connections(SQLiteBackend(path), TIME_LIMIT, heard), sqlite3.connect(path)
    recorder = StatementRecorder(connections.engine, heard)
    request = _request(AccessMode.SAFE)

    async def access(_session: AsyncSession, crew: PirateCrew) -> None:
        await evaluate("await crew.awaitable_attrs.members", {"crew": crew})

    heard.take()
    await database.instances.open(request)
    queries = heard.take()[-2:]  # before them, whether there are too many to be loaded
    accesses, openings, one, both = [], [], [], []
    for _ in range(setting.runs):
        accesses.append(await _median_of_fresh(connections, access, recorder))
        one.append(await median_of(lambda: _fetch(plain, queries[1:])))
        openings.append(await median_of(lambda: database.instances.open(request)))
        both.append(await median_of(lambda: _fetch(plain, queries)))
    await connections.dispose()
    await database.close()
    plain.close()
    return [
        Figure("members of one crew: the awaited access", accesses, "its query, sqlite3", one, 16),
        Figure("  the whole opening: select, access, snapshot", openings, "both queries, sqlite3", both),
    ]


@in_loop
async def failures(setting: Setting) -> list[Figure]:
    """A plain access, from the access to its explained failure."""
    path = setting.world(CREWS)
    connections, bare = (Connections(SQLiteBackend(path), TIME_LIMIT, Heard()) for _ in range(2))
    recorder = StatementRecorder(connections.engine, Heard())

    async def explained(_session: AsyncSession, crew: PirateCrew) -> None:
        """What the live instance does in unsafe mode."""
        access = Access.of(crew, "members")
        with recorder.attribute_to("members", plain=True) as tally:
            try:
                evaluate(access.code, {access.variable: crew})
            except SQLAlchemyError as error:
                recorder.never_sent(tally)
                failure(error, access.with_unsent(tally.unsent))
                forget(error)

    async def caught(_session: AsyncSession, crew: PirateCrew) -> SQLAlchemyError | None:
        try:
            crew.members  # noqa: B018  it raises
        except SQLAlchemyError as error:
            return error
        return None

    ours, theirs = [], []
    for _ in range(setting.runs):
        ours.append(await _median_of_fresh(connections, explained, recorder))
        theirs.append(await _median_of_fresh(bare, caught))
    await connections.dispose()
    await bare.dispose()
    return [Figure("plain access to its failure, explained", ours, "raise and catch alone", theirs, 10)]


def _request(mode: AccessMode) -> OpenRequest:
    crew = Catalog(MODELS).entities[0]
    return OpenRequest(crew, (HERE,), crew.relationship("members"), mode, LoaderStrategy.AS_MAPPED)


async def _fetch(connection: sqlite3.Connection, queries: list[tuple[str, tuple[Any, ...]]]) -> None:
    for text, parameters in queries:
        connection.execute(text, parameters).fetchall()


async def median_of(work: Callable[[], Awaitable[object]]) -> float:
    """The time of one call, in ms."""
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        await work()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


async def _median_of_fresh(
    connections: Connections,
    work: Callable[[AsyncSession, PirateCrew], Awaitable[SQLAlchemyError | None]],
    recorder: StatementRecorder | None = None,
) -> float:
    """The time of one call on a crew that was selected for it, in ms; an error that it gives is let go of later."""
    times = []
    for _ in range(CALLS):
        async with connections.sessions() as session:
            if recorder is not None:
                recorder.watch(session)
            with nullcontext() if recorder is None else recorder.attribute_to("select"):
                crew = (await session.execute(select(PirateCrew).where(PirateCrew.id == HERE))).scalar_one()
                began = time.perf_counter()
                error = await work(session, crew)
                times.append(time.perf_counter() - began)
                if error is not None:
                    forget(error)
                await session.commit()
    return statistics.median(times) * 1000
