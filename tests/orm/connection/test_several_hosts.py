"""Several hosts of MariaDB: they are tried in order, and each is asked what concerns its own connections."""

# ruff: noqa: ASYNC110  a server does not tell what it has done

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from types import TracebackType
from typing import Any, Self

import pytest
from sqlalchemy import event

from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server, named
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.dialects.mysql.several_hosts import to_the_first
from pirate_tui.orm.dialects.registry import backend_of
from tests.orm.asking import scalar
from tests.orm.conftest import Remembering
from tests.private_server import PrivateServer, private_server
from tests.servers import fresh_database, read, run, run_as_is


ASLEEP = "state = 'User sleep'"

SHIPS = ("CREATE TABLE ships (id INTEGER PRIMARY KEY)", "INSERT INTO ships VALUES (1), (2)")


@pytest.fixture
async def shared() -> AsyncIterator[Server]:
    """A database of the server that all tests share, with ships."""
    async for made in fresh_database("asyncmy"):
        await run(made, *SHIPS)
        yield made


@pytest.fixture(scope="module")
def private() -> Iterator[PrivateServer]:
    """A server of these tests alone."""
    with private_server("mariadb") as made:
        made.start()
        yield made


def address(server: Server) -> str:
    """Host and port."""
    return f"{server.url.host}:{server.url.port or 3306}"


def at(database: Server, *hosts: str) -> Server:
    """The database at one of these hosts, in this order."""
    url = database.url
    secret = f":{url.password}" if url.password else ""
    server = named(f"mysql+asyncmy://{url.username}{secret}@{','.join(hosts)}/{url.database}")
    assert isinstance(server, Server)
    return server


async def until(server: Server, question: str, number: int, within: float = 10) -> None:
    """Ask again and again, until this is the answer."""
    async with asyncio.timeout(within):
        while await read(server, question) != [(number,)]:
            await asyncio.sleep(0.02)


async def ships(database: OrmDatabase) -> int:
    """How many ships a page has."""
    query = Query(await database.models.entity("Ships"))
    return len((await database.rows.page(query, Seek())).rows)


async def test_the_next_one_answers_where_one_is_killed_and_its_name_is_told(
    shared: Server, private: PrivateServer
) -> None:
    name = str(shared.url.database)
    await run(private.server, f"CREATE DATABASE {name}")
    await run(Server(private.server.url.set(database=name)), *SHIPS)
    heard = Remembering([], [])
    database = await open_database(at(shared, address(private.server), address(shared)), None, Limits(30), heard)
    assert (database.name, await ships(database)) == (f"{address(private.server)}/{name}", 2)
    private.kill()
    heard.servers = 0
    assert await ships(database) == 2
    assert (database.name, heard.servers) == (f"{address(shared)}/{name}", 1)
    private.start()
    await database.renew()
    assert (database.name, await ships(database)) == (f"{address(private.server)}/{name}", 2)
    await database.close()


async def test_a_query_is_stopped_at_the_host_that_runs_it(
    shared: Server, private: PrivateServer, listener: Listener
) -> None:
    private.stop()
    connections = Connections(backend_of(at(shared, address(private.server), address(shared))), 30, listener)
    await run_as_is(shared, "CREATE VIEW slow AS SELECT sleep(30) AS done")
    sleeping = f"SELECT count(*) FROM information_schema.processlist WHERE db = '{shared.url.database}' AND {ASLEEP}"  # noqa: S608
    asking = asyncio.ensure_future(scalar(connections, "SELECT * FROM slow"))
    await until(shared, sleeping, 1)
    private.start()  # the first that is tried again
    asking.cancel()
    await until(shared, sleeping, 0, 3)  # without KILL, the server looks every five seconds whether anybody waits
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await connections.dispose()


async def test_a_node_that_has_left_its_cluster_is_not_asked_again(shared: Server, listener: Listener) -> None:
    """The query is sent once more, by another connection."""
    connections = Connections(backend_of(at(shared, address(shared), address(shared))), 30, listener)
    await run_as_is(
        shared,
        "CREATE FUNCTION refuse() RETURNS INT DETERMINISTIC "
        "BEGIN SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = 1047, MESSAGE_TEXT = 'WSREP'; RETURN 1; END",
    )
    numbers = list[int]()

    def note(connection: Any, *_rest: Any) -> None:
        numbers.append(connection.connection.driver_connection.thread_id())

    await scalar(connections)
    event.listen(connections.engine.sync_engine, "before_cursor_execute", note)
    with pytest.raises(DatabaseUnreachableError, match="this node has left its cluster"):
        await scalar(connections, "SELECT refuse()")
    assert len(numbers) == len(set(numbers)) == 2
    assert await connections.dispose()


@pytest.mark.thorough
async def test_a_host_that_says_nothing_takes_its_share_of_the_time_alone(shared: Server, listener: Listener) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        hosts = (f"127.0.0.1:{silent.getsockname()[1]}", address(shared))
        database = await open_database(at(shared, *hosts), None, Limits(30), listener)
        assert await ships(database) == 2
        await database.close()


async def test_a_wrong_password_is_not_tried_elsewhere(shared: Server, listener: Listener) -> None:
    await run(Server(shared.url), "CREATE OR REPLACE USER pirate_tui_hosts IDENTIFIED BY 'x'")
    wrong = Server(shared.url.set(username="pirate_tui_hosts", password="not-the-right-one"))  # noqa: S106
    with pytest.raises(BrowserError, match="wrong or missing user or password"):
        await open_database(at(wrong, address(shared), "127.0.0.1:1"), None, Limits(30), listener)
    await run(Server(shared.url), "DROP USER pirate_tui_hosts")


class Node:
    """A connection to a node, and its own cursor, of which only the state of the cluster is asked."""

    def __init__(self, host: str, state: str | None) -> None:
        self.host = host
        self._state = state
        self.is_closed = False

    def cursor(self) -> "Node":
        """Itself."""
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None
    ) -> None:
        """Nothing is held."""

    async def execute(self, statement: str) -> None:
        """The one question that there is."""
        assert "wsrep_cluster_status" in statement

    async def fetchone(self) -> tuple[str, str] | None:
        """Its answer."""
        return None if self._state is None else ("wsrep_cluster_status", self._state)

    def close(self) -> None:
        """Remember it."""
        self.is_closed = True


@pytest.mark.parametrize("state", ["Primary", "Disconnected", None])
async def test_a_node_that_is_alone_is_not_connected_to(state: str | None) -> None:
    made = list[Node]()

    async def connect(*, host: str, port: int) -> Node:
        made.append(Node(host, "non-Primary" if port == 1 else state))
        return made[-1]

    assert (await to_the_first(connect)(host="a,b,c", port="1,2,3")).host == "b"
    assert [node.is_closed for node in made] == [True, False]
    with pytest.raises(Exception, match="the node has left its cluster"):
        await to_the_first(connect)(host="a,b", port="1,1")
