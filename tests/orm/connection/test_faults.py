"""A link that fails: each fault becomes one line that names host, port and database, and the next question works."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pirate_tui.domain.access import AccessMode, Scenario
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import DatabaseUnreachableError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection import backend as backends
from pirate_tui.orm.connection import engine, running_query
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.dialects import server_connection as servers
from pirate_tui.orm.dialects.registry import backend_of
from tests.faults import Fault, Proxy
from tests.orm.asking import scalar
from tests.orm.conftest import FLEET_ROWS, Base, Sailor, Ship
from tests.orm.verdicts import access
from tests.servers import AT_ONCE, load


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[Proxy]:
    async with Proxy(server) as made:
        yield made


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits ten seconds in a test."""
    for module in (backends, servers, running_query):
        monkeypatch.setattr(module, "CONNECT_LIMIT", 1.0)
    monkeypatch.setattr(running_query, "NETWORK_GRACE", 0.2)


@pytest.fixture
async def connections(server: Server, proxy: Proxy, listener: Listener, impatient: None) -> AsyncIterator[Connections]:
    del impatient
    opened = Connections(backend_of(proxy.server(server)), 0.5, listener)
    yield opened
    proxy.fault = Fault.NONE
    await all_closed(opened)


async def all_closed(connections: Connections) -> None:
    """Close, now that the link is well, until nothing is left behind."""
    async with asyncio.timeout(20):
        while not await connections.dispose():
            pass


@pytest.fixture
async def database(server: Server, proxy: Proxy, listener: Listener) -> AsyncIterator[OrmDatabase]:
    """Two ships and three sailors, behind the proxy."""
    await load(server, Base.metadata, FLEET_ROWS)
    opened = await open_database(proxy.server(server), (Ship, Sailor), Limits(30), listener)
    yield opened
    await opened.close()


async def reason(connections: Connections) -> str:
    """Why it cannot be reached, without the name that each reason begins with."""
    with pytest.raises(DatabaseUnreachableError) as caught:
        await asyncio.wait_for(scalar(connections), 5)
    assert caught.value.message.startswith(f"{connections.backend.name}: ")
    assert "press r" in caught.value.hint
    return caught.value.message.removeprefix(f"{connections.backend.name}: ")


@pytest.mark.parametrize("is_open", [True, False])
async def test_a_server_that_is_not_there_is_refused_and_found_again(
    connections: Connections, proxy: Proxy, *, is_open: bool
) -> None:
    if is_open:
        assert await scalar(connections) == 7
    await proxy.refuse()
    proxy.cut()
    assert await reason(connections) == "connection refused: no server is listening there"
    await proxy.listen()
    assert await scalar(connections) == 7


async def test_a_link_that_was_cut_while_nobody_asked_is_not_noticed(connections: Connections, proxy: Proxy) -> None:
    assert await asyncio.gather(*(scalar(connections) for _ in range(3))) == [7] * 3
    proxy.cut()
    assert await asyncio.gather(*(scalar(connections) for _ in range(3))) == [7] * 3


async def test_a_link_that_resets_new_connections_is_said_to(connections: Connections, proxy: Proxy) -> None:
    proxy.fault = Fault.RESET
    assert "reset" in (told := await reason(connections)) or "lost" in told or "failed" in told
    proxy.fault = Fault.NONE
    assert await scalar(connections) == 7


async def test_a_link_that_swallows_everything_gives_no_answer(connections: Connections, proxy: Proxy) -> None:
    proxy.fault = Fault.BLACKHOLE
    assert await reason(connections) == "no response"
    proxy.fault = Fault.NONE
    assert await scalar(connections) == 7


async def test_a_link_that_stalls_gives_no_answer_and_is_given_up(connections: Connections, proxy: Proxy) -> None:
    assert await scalar(connections) == 7
    proxy.fault = Fault.STALL
    assert await reason(connections) == "no response"
    proxy.fault = Fault.NONE
    assert await scalar(connections) == 7


async def test_a_stall_in_a_query_is_left_by_a_cancel_at_once(
    server: Server, connections: Connections, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "STOPPING_LIMIT", 2 * AT_ONCE)  # a cancel does not wait until the query has ended
    assert await scalar(connections) == 7
    sleeping = "SELECT pg_sleep(60)" if server.url.get_backend_name() == "postgresql" else "SELECT sleep(60)"
    task = asyncio.ensure_future(scalar(connections, sleeping))
    while not connections._jobs:  # noqa: ASYNC110, SLF001  nothing else tells that it was asked
        await asyncio.sleep(0)
    proxy.fault = Fault.STALL
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, AT_ONCE)


async def test_a_slow_link_is_slow_and_nothing_else(connections: Connections, proxy: Proxy) -> None:
    proxy.delay = 0.005
    assert await scalar(connections) == 7


async def test_closing_ends_at_once_while_the_link_stalls(server: Server, proxy: Proxy, listener: Listener) -> None:
    opened = Connections(backend_of(proxy.server(server)), 30, listener)
    assert await scalar(opened) == 7
    proxy.fault = Fault.STALL
    await asyncio.wait_for(opened.dispose(), AT_ONCE)  # in half a second, and not in all the time of a query
    proxy.fault = Fault.NONE
    await all_closed(opened)


async def test_the_live_instance_outlives_the_link(database: OrmDatabase, proxy: Proxy) -> None:
    ship = await database.models.entity("Ship")
    await database.instances.load_instance(ship, (1,))
    await proxy.refuse()
    proxy.cut()
    with pytest.raises(DatabaseUnreachableError):
        await access(database, "Ship", "sailors", AccessMode.SAFE)
    await proxy.listen()
    assert (await access(database, "Ship", "sailors", AccessMode.SAFE)).failure is None
    assert (await access(database, "Ship", "name", AccessMode.UNSAFE)).failure is None


async def brought_into_one_after_another(database: OrmDatabase, ship: Entity) -> None:
    """The first needs no statement, where the instance is there; from it, the walk is walked again."""
    await database.instances.apply_scenario(ship, (1,), Scenario.AFTER_COMMIT)
    await database.instances.apply_scenario(ship, (1,), Scenario.DETACHED)


async def test_whatever_is_asked_of_a_lost_server_is_trouble_and_works_again(
    database: OrmDatabase, proxy: Proxy
) -> None:
    ship = await database.models.entity("Ship")
    request = OpenRequest(ship, (1,), ship.relationship("sailors"), AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    questions = [
        lambda: database.rows.page(Query(ship), Seek()),
        lambda: database.rows.count(Query(ship)),
        lambda: database.instances.load_instance(ship, (1,)),
        lambda: database.instances.open(request),
        lambda: database.instances.open(request._replace(mode=AccessMode.UNSAFE)),
        lambda: brought_into_one_after_another(database, ship),
        database.renew,
    ]
    for question in questions:
        await proxy.refuse()
        proxy.cut()
        with pytest.raises(DatabaseUnreachableError):
            await question()
        await proxy.listen()
        await question()


async def test_a_server_that_goes_in_the_midst_of_a_new_look_leaves_what_was_known(
    server: Server, listener: Listener
) -> None:
    await load(server, Base.metadata, FLEET_ROWS)
    database = await open_database(server, None, Limits(30), listener)
    ship = await database.models.entity(
        next(choice.name for choice in database.models.choices if choice.table == "ships")
    )
    is_failing = True
    for number in range(1, 40):
        left = iter(range(number, 0, -1))

        def fail(*_call: Any, left: Iterator[int] = left) -> None:
            if next(left, 0) == 1:
                raise ConnectionResetError

        event.listen(Engine, "do_execute", fail)
        try:
            await database.renew()
        except DatabaseUnreachableError:
            pass
        else:
            is_failing = False
        finally:
            event.remove(Engine, "do_execute", fail)
        assert len((await database.rows.page(Query(ship), Seek())).rows) == 2
        if not is_failing:
            break
    assert not is_failing, "each statement has failed once"
    await database.close()
