"""Several hosts of PostgreSQL, a primary and its replica: which one answers, its role, its lag, the kill of each."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing

import pytest

from pirate_tui.domain.answering import AnsweringServer
from pirate_tui.domain.failure import DatabaseUnreachableError
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server, named
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.dialects.registry import backend_of
from tests.orm.conftest import Remembering
from tests.orm.replicated.conftest import Pair, address, caught_up, name, until
from tests.servers import read, run


Open = Callable[..., Awaitable[OrmDatabase]]


@pytest.fixture
def heard() -> Remembering:
    """Who is told of changes."""
    return Remembering([], [])


@pytest.fixture
async def open_hosts(driver: str, heard: Remembering) -> AsyncIterator[Open]:
    """Opens the database at one of several hosts, in this order."""
    opened: list[OrmDatabase] = []

    async def open_one(*hosts: str, wanted: str = "any") -> OrmDatabase:
        opened.append(await open_database(target(driver, *hosts, wanted=wanted), None, Limits(30), heard))
        return opened[-1]

    yield open_one
    for database in opened:
        await database.close()


def target(driver: str, *hosts: str, wanted: str = "any") -> Server:
    """The database at one of these hosts."""
    server = named(f"{driver}://postgres@{','.join(hosts)}/postgres?target_session_attrs={wanted}")
    assert isinstance(server, Server)
    return server


async def ships(database: OrmDatabase) -> int:
    """How many ships a page has."""
    query = Query(await database.models.entity("Ships"))
    return len((await database.rows.page(query, Seek())).rows)


async def test_the_host_that_answers_is_named(pair: Pair, open_hosts: Open) -> None:
    for hosts, wanted, expected in (
        (pair.both, "any", pair.primary),
        (pair.both[::-1], "any", pair.standby),
        (pair.both, "standby", pair.standby),
        (pair.both, "prefer-standby", pair.standby),
        (pair.both[::-1], "read-write", pair.primary),
    ):
        database = await open_hosts(*hosts, wanted=wanted)
        assert database.name == name(expected)
        assert database.server.is_standby is (expected is pair.standby)
        assert await ships(database) == 2


async def test_a_single_host_has_its_name_and_its_role(pair: Pair, open_hosts: Open) -> None:
    database = await open_hosts(address(pair.standby))
    assert database.name == name(pair.standby)
    assert database.server == AnsweringServer(is_standby=True, lag=0.0)
    database = await open_hosts(address(pair.primary))
    assert database.server == AnsweringServer()


async def test_the_lag_is_asked_at_connect_and_on_reload(pair: Pair, open_hosts: Open) -> None:
    database = await open_hosts(*pair.both, wanted="standby")
    assert str(database.server) == "standby, 0 s behind"
    await read(pair.standby.server, "SELECT pg_wal_replay_pause()")
    await run(pair.primary.server, "INSERT INTO ships VALUES (3, 'Grampus')")
    await until(pair.standby.server, "SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()")
    assert await ships(database) == 2
    assert database.server.lag == 0
    await database.renew()
    assert database.server.lag is not None
    assert database.server.lag > 0
    await read(pair.standby.server, "SELECT pg_wal_replay_resume()")
    await caught_up(pair)
    await database.renew()
    assert database.server.lag == 0


async def test_a_page_costs_no_further_statement(pair: Pair, open_hosts: Open, heard: Remembering) -> None:
    database = await open_hosts(*pair.both, wanted="standby")
    await ships(database)
    heard.statements.clear()
    await ships(database)
    assert len({statement.number for statement in heard.statements}) == 1


async def test_where_the_standby_is_killed_the_primary_answers_and_its_name_is_told(
    pair: Pair, open_hosts: Open, heard: Remembering
) -> None:
    database = await open_hosts(*pair.both, wanted="prefer-standby")
    assert (database.name, await ships(database)) == (name(pair.standby), 2)
    pair.standby.kill()
    heard.servers = 0
    assert await ships(database) == 2
    assert (database.name, database.server.is_standby, heard.servers) == (name(pair.primary), False, 1)
    pair.standby.start()
    assert (await ships(database), database.name) == (2, name(pair.primary))
    await database.renew()
    assert (await ships(database), database.name) == (2, name(pair.standby))


async def test_where_the_primary_is_killed_the_standby_answers_and_is_cut_off(
    pair: Pair, open_hosts: Open, heard: Remembering
) -> None:
    database = await open_hosts(*pair.both)
    assert (database.name, await ships(database)) == (name(pair.primary), 2)
    pair.primary.kill()
    heard.servers = 0
    assert await ships(database) == 2
    assert (database.name, str(database.server), heard.servers) == (name(pair.standby), "standby", 1)
    await database.renew()
    assert str(database.server) == "standby, not receiving"


async def test_no_connection_stays_at_another_host_than_the_newest(pair: Pair, driver: str, heard: Remembering) -> None:
    connections = Connections(backend_of(target(driver, *pair.both)), 30, heard)

    async def ports(number: int) -> set[int]:
        connected = asyncio.Barrier(number)  # each connection is held until there are that many

        async def port() -> int:
            async with connections.engine.connect() as connection:
                found = (await connection.exec_driver_sql("SELECT inet_server_port()")).scalar_one()
                await connected.wait()
                return int(found)

        return set(await asyncio.gather(*(connections.run(port) for _ in range(number))))

    pair.primary.kill()
    assert await ports(2) == {pair.standby.server.url.port}
    pair.primary.start()
    assert await ports(3) == {pair.standby.server.url.port, pair.primary.server.url.port}
    assert await ports(3) == {pair.primary.server.url.port}
    assert await connections.dispose()


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a host that accepts connections, and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.thorough
async def test_a_host_that_says_nothing_takes_its_share_of_the_time_alone(
    pair: Pair, silent: str, open_hosts: Open
) -> None:
    database = await open_hosts(silent, address(pair.standby))
    assert database.name == name(pair.standby)


async def test_a_role_that_no_host_has_is_said(pair: Pair, open_hosts: Open) -> None:
    for hosts, wanted in (
        ([address(pair.standby)], "primary"),
        ([address(pair.standby)] * 2, "primary"),
        ([address(pair.primary), "127.0.0.1:1"], "standby"),
    ):
        with pytest.raises(DatabaseUnreachableError, match="no host that answers has the role"):
            await open_hosts(*hosts, wanted=wanted)
