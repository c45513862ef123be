"""The engine on servers: nothing can be written through it, in this transaction, the next one, or another checkout."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection

from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.registry import backend_of
from tests.servers import load, read, read_only_variable


SWITCHES = {
    "postgresql": ["SET default_transaction_read_only = off", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"],
    "mysql": ["SET SESSION TRANSACTION READ WRITE", "SET SESSION {variable} = 0"],
}
"""What turns the server's own lock off, when it comes through behind our gate."""


@pytest.fixture
async def fleet_server(server: Server, fleet: tuple[type, type]) -> Server:
    """Two ships."""
    ship, _ = fleet
    await load(server, ship.metadata, {ship: [{"id": 1, "name": "Pequod"}, {"id": 2, "name": "Rachel"}]})  # type: ignore[attr-defined]
    return server


@pytest.fixture
async def connections(fleet_server: Server, listener: Listener) -> AsyncIterator[Connections]:
    opened = Connections(backend_of(fleet_server), 30, listener)
    yield opened
    assert await opened.dispose()


async def send(connections: Connections, *statements: str) -> list[Any]:
    """The rows of the last of these statements, each in a transaction of its own on one connection."""
    doubled = connections.engine.dialect.paramstyle in {"pyformat", "format"}

    async def question() -> list[Any]:
        rows: list[Any] = []
        async with connections.engine.connect() as connection:
            for statement in statements:
                result = await connection.exec_driver_sql(statement.replace("%", "%%") if doubled else statement)
                rows = [tuple(row) for row in result] if result.returns_rows else []
                await connection.rollback()
        return rows

    return await connections.run(question)


async def behind_the_gate(connections: Connections, *statements: str) -> None:
    """Send statements by the driver's cursor, as no code of ours does, each in a transaction that commits."""

    def send_all(sync: Connection) -> None:
        for statement in statements:
            sync.connection.cursor().execute(statement)
            sync.connection.commit()

    async def question() -> None:
        async with connections.engine.connect() as connection:
            await connection.run_sync(send_all)

    await connections.run(question)


async def everything(server: Server) -> list[Any]:
    """What the database holds."""
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema IN ('public', database()) ORDER BY 1"
    if server.url.get_backend_name() == "postgresql":
        tables = tables.replace("database()", "''")
    return [await read(server, tables), await read(server, "SELECT id, name FROM ships ORDER BY id")]


async def test_the_server_refuses_what_our_gate_lets_through(fleet_server: Server, connections: Connections) -> None:
    """The two locks do not depend on each other."""
    before = await everything(fleet_server)
    for writing in ("INSERT INTO ships VALUES (9, 'x')", "CREATE TABLE t (x INT)", "CREATE TEMPORARY TABLE t (x INT)"):
        with pytest.raises(Exception, match=r"read-only|READ ONLY"):
            await behind_the_gate(connections, writing)
    assert await everything(fleet_server) == before


async def test_what_turns_it_off_holds_at_most_until_the_next_checkout(
    fleet_server: Server, connections: Connections
) -> None:
    for switch in SWITCHES[fleet_server.url.get_backend_name()]:
        await behind_the_gate(connections, switch.format(variable=read_only_variable(fleet_server)))
        with pytest.raises(Exception, match=r"read-only|READ ONLY"):
            await behind_the_gate(connections, "INSERT INTO ships VALUES (9, 'x')")


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_in_postgresql_it_does_not_even_hold_for_the_next_transaction(connections: Connections) -> None:
    for switch in SWITCHES["postgresql"]:
        with pytest.raises(Exception, match="read-only"):
            await behind_the_gate(connections, switch, "INSERT INTO ships VALUES (9, 'x')")


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_an_administrator_sees_who_it_is(connections: Connections) -> None:
    assert await send(connections, "SELECT current_setting('application_name')") == [("pirate-tui",)]
