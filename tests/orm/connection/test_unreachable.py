"""Servers that cannot be used: one line for each reason, with host, port and database, and the way out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from pirate_tui.domain.failure import DatabaseUnreachableError
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects import server_connection as servers
from pirate_tui.orm.dialects.registry import backend_of
from tests.servers import run


async def reason(server: Server, listener: Listener) -> tuple[str, str]:
    """Why it cannot be used, without the name that each reason begins with, and the way out."""
    connections = Connections(backend_of(server), 30, listener)
    try:
        with pytest.raises(DatabaseUnreachableError) as caught:
            await connections.run(lambda: connect(connections))
    finally:
        await connections.dispose()
    assert caught.value.message.startswith(f"{server.name}: ")
    return caught.value.message.removeprefix(f"{server.name}: "), caught.value.hint


async def connect(connections: Connections) -> None:
    """Take a connection, and give it back."""
    async with connections.engine.connect():
        pass


@asynccontextmanager
async def user(server: Server, limit: str) -> AsyncIterator[Server]:
    """The server as somebody else who may have that many connections."""
    name = f"crowd_{server.url.database}"
    if server.url.get_backend_name() == "postgresql":
        making, dropping = f"CREATE ROLE {name} LOGIN CONNECTION LIMIT {limit}", f"DROP ROLE {name}"
    else:
        making, dropping = f"CREATE USER {name} WITH MAX_USER_CONNECTIONS {limit}", f"DROP USER {name}"
    await run(server, making)
    if server.url.get_backend_name() != "postgresql":
        await run(server, f"GRANT SELECT ON {server.url.database}.* TO {name}")
    try:
        yield server._replace(url=server.url.set(username=name))
    finally:
        await run(server, dropping)


async def test_a_host_that_nobody_knows(server: Server, listener: Listener) -> None:
    nowhere = server._replace(url=server.url.set(host="nowhere.invalid"))
    assert await reason(nowhere, listener) == (
        "host not found",
        "restart with the right address, or press r to retry this one",
    )


async def test_a_database_that_is_not_there(server: Server, listener: Listener) -> None:
    other = server._replace(url=server.url.set(database="no_such_database"))
    assert await reason(other, listener) == (
        "no such database",
        "restart with the right address, or press r to retry this one",
    )


async def test_a_user_who_is_not_let_in(server: Server, listener: Listener) -> None:
    stranger = server._replace(url=server.url.set(username="nobody_of_that_name", password="wrong"))  # noqa: S106
    told, hint = await reason(stranger, listener)
    role = 'the server rejected this user (role "nobody_of_that_name" does not exist)'
    assert told in {role, "wrong or missing user or password"}
    assert "restart" in hint


async def test_a_server_without_a_connection_left(server: Server, listener: Listener) -> None:
    async with user(server, "1") as crowd:
        first = Connections(backend_of(crowd), 30, listener)
        async with first.engine.connect():
            told, hint = await reason(crowd, listener)
        await first.dispose()
    assert told in {"too many connections to the server", "too many connections of this user"}
    assert hint == "wait, then press r"


async def test_a_pool_without_a_connection_left(
    server: Server, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(servers.POOL, "pool_timeout", 0.1)
    connections = Connections(backend_of(server), 30, listener)
    async with AsyncExitStack() as held:
        for _ in range(5):
            await held.enter_async_context(connections.engine.connect())
        with pytest.raises(DatabaseUnreachableError, match="all connections are in use: wait, or press esc"):
            await asyncio.wait_for(connections.run(lambda: connect(connections)), 5)
    await connections.run(lambda: connect(connections))
    await connections.dispose()
