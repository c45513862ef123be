"""Cancels and time limits: the driver is stopped, the connection comes back, the next question is answered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement, StatementStatus
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.dialects.sqlite.connection import SQLiteBackend
from tests.orm.asking import scalar, session_scalar


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000000) SELECT count(*) FROM n"
"""Counts to 10**9: minutes."""

Settled: TypeAlias = Callable[[OrmDatabase | AsyncEngine], Awaitable[None]]


@pytest.fixture
async def connections(fleet_file: Path, listener: Listener) -> AsyncIterator[Connections]:
    opened = Connections(SQLiteBackend(fleet_file), 30, listener)
    yield opened
    await asyncio.wait_for(opened.dispose(), 5)


def sent(connections: Connections) -> asyncio.Event:
    """An event that is set when a statement is about to be sent."""
    begun = asyncio.Event()
    event.listen(connections.engine.sync_engine, "before_cursor_execute", lambda *_: begun.set())
    return begun


@pytest.mark.parametrize("ask", [scalar, session_scalar])
async def test_a_cancel_stops_a_long_query_at_once(
    connections: Connections, settled: Settled, ask: Callable[[Connections, str], Awaitable[Any]]
) -> None:
    begun = sent(connections)
    task = asyncio.ensure_future(ask(connections, ENDLESS))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)  # it counts for minutes
    await settled(connections.engine)
    assert await ask(connections, "SELECT 7") == 7


async def test_a_second_cancel_does_not_tear_the_first(connections: Connections, settled: Settled) -> None:
    begun = sent(connections)
    task = asyncio.ensure_future(scalar(connections, ENDLESS))
    await begun.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
    await settled(connections.engine)
    assert await scalar(connections, "SELECT 7") == 7


async def test_the_time_limit_stops_a_long_query(connections: Connections, settled: Settled) -> None:
    connections.time_limit = 0.2
    with pytest.raises(BrowserError, match=r"timed out after 0\.2 s"):
        await asyncio.wait_for(scalar(connections, ENDLESS), 10)
    await settled(connections.engine)
    assert await scalar(connections, "SELECT 7") == 7


@pytest.mark.parametrize("by", ["a cancel", "the time limit"])
async def test_a_statement_that_we_stop_is_told_as_stopped(
    connections: Connections, listener: Listener, told: list[Statement], by: str
) -> None:
    recorder, begun = StatementRecorder(connections.engine, listener), sent(connections)
    connections.time_limit = 0.2 if by == "the time limit" else 30
    with recorder.attribute_to("a test"):
        task = asyncio.ensure_future(scalar(connections, ENDLESS))
    await begun.wait()
    if by == "a cancel":
        task.cancel()
    with pytest.raises((asyncio.CancelledError, BrowserError)):
        await asyncio.wait_for(task, 5)
    assert [statement.outcome for statement in told] == [StatementStatus.RUNNING, StatementStatus.STOPPED]


async def test_thirty_quick_cancels_leave_the_pool_well(connections: Connections, settled: Settled) -> None:
    for ticks in range(30):
        begun = sent(connections)
        task = asyncio.ensure_future(scalar(connections, ENDLESS))
        await begun.wait()
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
    await settled(connections.engine)
    assert await scalar(connections, "SELECT 7") == 7


async def test_cancels_of_a_full_pool_leave_it_well(connections: Connections, settled: Settled) -> None:
    tasks = list[asyncio.Future[Any]]()
    for _ in range(10):
        begun = sent(connections)
        tasks.append(asyncio.ensure_future(scalar(connections, ENDLESS)))
        await begun.wait()
    for task in tasks:
        task.cancel()
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
    assert {type(one) for one in ended} == {asyncio.CancelledError}
    await settled(connections.engine)
    assert await scalar(connections, "SELECT 7") == 7


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("what", ["page", "count", "rest", "open", "plain"])
async def test_whatever_is_cancelled_the_database_goes_on(
    open_models: Callable[..., Awaitable[OrmDatabase]],
    fleet_file: Path,
    fleet: tuple[type, type],
    settled: Settled,
    what: str,
    *,
    fresh: bool,
) -> None:
    database = await open_models(fleet_file, fleet)
    ship = database.models.catalog.entities[0]
    mode = AccessMode.UNSAFE if what == "plain" else AccessMode.SAFE
    request = OpenRequest(ship, (1,), ship.relationships[0], mode, LoaderStrategy.AS_MAPPED)
    work: dict[str, Callable[[], Awaitable[object]]] = {
        "page": lambda: database.rows.page(Query(ship), Seek()),
        "count": lambda: database.rows.count(Query(ship)),
        "rest": lambda: database.instances.load_instance(ship, (1,)),
        "open": lambda: database.instances.open(request),
        "plain": lambda: database.instances.open(request),
    }
    for ticks in range(40):
        if fresh:
            await database._connections.engine.dispose()  # noqa: SLF001  so that the cancel may fall into a connect
        task = asyncio.ensure_future(work[what]())
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
        await settled(database)
    assert await database.rows.count(Query(ship)) == 2
