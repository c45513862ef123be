"""Cancels and time limits on servers: the screen is free at once, the server stops too, and the pool stays well."""

# ruff: noqa: ASYNC110  the server does not tell when it has stopped

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event

from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.statements import Statement, StatementStatus
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, open_database
from pirate_tui.orm.dialects.registry import backend_of
from tests.faults import Proxy
from tests.orm.asking import scalar, session_scalar
from tests.orm.conftest import FLEET_ROWS, Base, Settled
from tests.servers import AT_ONCE, end_connections, load, read


SLEEPS = {"postgresql": "SELECT pg_sleep(60)", "mysql": "SELECT 1 FROM (SELECT 1 AS one) AS it WHERE sleep(60)"}

RUNNING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_s%' "
    "AND datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%sleep(%' AND db = database() "
    "AND id <> connection_id()",
}
"""How many statements the server is busy with."""

Asking = Callable[[Connections, str], Awaitable[Any]]


@pytest.fixture
async def connections(server: Server, listener: Listener) -> AsyncIterator[Connections]:
    opened = Connections(backend_of(server), 30, listener)
    yield opened
    assert await opened.dispose()


def sleeping(server: Server) -> str:
    """A statement that takes a minute."""
    return SLEEPS[server.url.get_backend_name()]


async def is_running(server: Server) -> bool:
    """Is the server still busy with a statement of this test's database?"""
    return bool((await read(server, RUNNING[server.url.get_backend_name()]))[0][0])


async def until(condition: Callable[[], Awaitable[bool]], limit: float) -> None:
    """Wait for something of the server's."""
    async with asyncio.timeout(limit):
        while not await condition():
            await asyncio.sleep(0.01)


async def begun(connections: Connections, server: Server, ask: Asking = scalar) -> "asyncio.Future[Any]":
    """A question that the server is busy with."""
    task = asyncio.ensure_future(ask(connections, sleeping(server)))
    await until(lambda: is_running(server), 5)
    return task


def descriptors_open() -> int:
    """Files and sockets of this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("ask", [scalar, session_scalar])
async def test_a_cancel_frees_the_screen_and_the_server(
    server: Server, connections: Connections, settled: Settled, ask: Asking
) -> None:
    task = await begun(connections, server, ask)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, AT_ONCE)

    async def is_stopped() -> bool:
        return not await is_running(server)

    await until(is_stopped, AT_ONCE)
    await settled(connections.engine)
    assert await ask(connections, "SELECT 7") == 7


async def test_the_server_stops_what_takes_too_long(server: Server, listener: Listener) -> None:
    connections = Connections(backend_of(server), 0.3, listener)
    with pytest.raises(BrowserError, match=r"timed out after 0\.3 s: restart with a longer --timeout"):
        await asyncio.wait_for(scalar(connections, sleeping(server)), 5)
    assert not await is_running(server)
    assert await scalar(connections, "SELECT 7") == 7
    await connections.dispose()


async def test_a_statement_that_the_server_stops_is_told_as_stopped(
    server: Server, listener: Listener, told: list[Statement]
) -> None:
    connections = Connections(backend_of(server), 0.3, listener)
    with StatementRecorder(connections.engine, listener).attribute_to("a test"), pytest.raises(BrowserError):
        await asyncio.wait_for(scalar(connections, sleeping(server)), 5)
    assert [statement.outcome for statement in told] == [StatementStatus.RUNNING, StatementStatus.STOPPED]
    await connections.dispose()


async def test_a_stop_never_meets_the_next_question(server: Server, connections: Connections) -> None:
    for _ in range(5):
        task = await begun(connections, server)
        task.cancel()
        answers = await asyncio.gather(*(scalar(connections, "SELECT 7") for _ in range(4)))
        assert answers == [7] * 4
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.thorough
async def test_two_hundred_quick_cancels_leave_everything_as_it_was(
    server: Server, connections: Connections, settled: Settled
) -> None:
    begun_at = asyncio.Event()
    event.listen(connections.engine.sync_engine, "before_cursor_execute", lambda *_: begun_at.set())
    assert await asyncio.gather(*(scalar(connections, "SELECT 7") for _ in range(3))) == [7] * 3
    threads, descriptors = threading.active_count(), descriptors_open()
    for number in range(200):
        begun_at.clear()
        task = asyncio.ensure_future(scalar(connections, sleeping(server)))
        await begun_at.wait()
        for _ in range(number % 20):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
    await settled(connections.engine)
    assert await asyncio.gather(*(scalar(connections, "SELECT 7") for _ in range(5))) == [7] * 5
    assert not await is_running(server)
    assert threading.active_count() <= threads
    assert descriptors_open() <= descriptors + 2  # the pool may hold its overflow for a moment


async def test_a_cancel_while_it_connects_is_heard_at_once(connections: Connections) -> None:
    for ticks in range(25):
        await connections.engine.dispose()
        task = asyncio.ensure_future(scalar(connections, "SELECT 7"))
        for _ in range(ticks):
            await asyncio.sleep(0)
        if not task.cancel():  # a server on this machine may have answered by now
            assert await task == 7
            continue
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, AT_ONCE)
    assert await scalar(connections, "SELECT 7") == 7


async def test_everything_ends_at_once_while_a_query_runs(server: Server, listener: Listener) -> None:
    connections = Connections(backend_of(server), 30, listener)
    task = await begun(connections, server)
    assert await asyncio.wait_for(connections.dispose(), AT_ONCE)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await is_running(server)


async def test_a_connection_that_was_ended_while_idle_is_not_noticed(server: Server, connections: Connections) -> None:
    await asyncio.gather(*(scalar(connections, "SELECT 7") for _ in range(3)))
    await end_connections(server)
    assert await asyncio.gather(*(scalar(connections, "SELECT 7") for _ in range(3))) == [7] * 3


async def test_a_query_whose_connection_is_ended_is_sent_once_more_and_then_is_trouble(
    server: Server, connections: Connections
) -> None:
    task = await begun(connections, server)
    for _ in range(2):
        async with asyncio.timeout(5):
            while not await is_running(server):
                await asyncio.sleep(0.01)
        await end_connections(server)
    with pytest.raises(DatabaseUnreachableError) as caught:
        await asyncio.wait_for(task, 5)
    assert caught.value.message.startswith(f"{server.name}: the ")
    assert caught.value.hint == "press r to reconnect"
    assert await scalar(connections, "SELECT 7") == 7


@pytest.mark.thorough
async def test_cancels_at_any_moment_lose_no_connection(
    server: Server, listener: Listener, settled: Settled, fleet: tuple[type, type]
) -> None:
    """In a SELECT, a COMMIT, a ROLLBACK, a ping: on a link that takes its time each of them is met."""
    await load(server, Base.metadata, FLEET_ROWS)
    moments = Random(7)  # noqa: S311  no secret
    async with Proxy(server) as proxy:
        database = await open_database(proxy.server(server), fleet, Limits(30), listener)
        ship = await database.models.entity("Ship")
        proxy.delay = 0.002
        for _ in range(200):
            task = asyncio.ensure_future(database.instances.load_instance(ship, (1,)))
            await asyncio.wait({task}, timeout=moments.random() * 12 * proxy.delay)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await settled(database)
        assert (await database.instances.load_instance(ship, (1,))).key == (1,)
        await database.close()
