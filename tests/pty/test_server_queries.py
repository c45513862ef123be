"""The installed command on servers: the exhibit, and a query of a minute that esc stops and q does not wait for."""

# ruff: noqa: ASYNC110  the server does not tell when it has stopped

import asyncio
from typing import TYPE_CHECKING

import pytest

from pirate_tui.orm.connection.url import Server
from tests.servers import AT_ONCE, read, run


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

pytestmark = pytest.mark.long

TABLES = (
    "CREATE TABLE ships (id INT PRIMARY KEY, name VARCHAR(20))",
    "CREATE TABLE sailors (id INT PRIMARY KEY, name TEXT, ship_id INT, FOREIGN KEY (ship_id) REFERENCES ships (id))",
    "INSERT INTO ships VALUES (1, 'Pequod'), (2, 'Rachel')",
    "INSERT INTO sailors VALUES (1, 'Ahab', 1), (2, 'Starbuck', 1)",
)

SLOW = {
    "postgresql": "CREATE VIEW slow AS SELECT ships.id, CAST(pg_sleep(60) AS varchar) AS name FROM ships",
    "mysql": "CREATE VIEW slow AS SELECT ships.id, sleep(60) AS name FROM ships",
}

RUNNING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND datname = current_database() "
    "AND pid <> pg_backend_pid()",
    "mysql": "SELECT count(*) FROM information_schema.processlist WHERE command = 'Query' AND db = database() "
    "AND id <> connection_id()",
}


async def is_busy(server: Server) -> bool:
    """Does the server work for anybody but us?"""
    return bool((await read(server, RUNNING[server.url.get_backend_name()]))[0][0])


async def until_busy(server: Server, *, busy: bool, limit: float) -> None:
    """Wait until it does, or does not any more."""
    async with asyncio.timeout(limit):
        while await is_busy(server) != busy:
            await asyncio.sleep(0.01)


async def in_the_slow_view(start: "Launcher", server: Server) -> "Terminal":
    """A browser that waits for a view whose rows take a minute each."""
    await run(server, *TABLES, SLOW[server.url.get_backend_name()])
    terminal = start(server.url.render_as_string(hide_password=False), "--model", "Ships")
    await asyncio.to_thread(terminal.wait_for, "Pequod", "2 rows")
    terminal.send("m")
    await asyncio.to_thread(terminal.wait_for, "Slow")
    terminal.send("slow")
    await asyncio.to_thread(terminal.wait_until, lambda: "Sailors" not in terminal.text, "the filter")
    terminal.send("<enter>")
    await until_busy(server, busy=True, limit=20)
    return terminal


async def test_esc_stops_a_query_at_the_server(start: "Launcher", server: Server) -> None:
    terminal = await in_the_slow_view(start, server)
    await asyncio.to_thread(terminal.wait_for, "esc cancels")
    terminal.send("<esc>")
    await until_busy(server, busy=False, limit=AT_ONCE)
    await asyncio.to_thread(terminal.wait_for, "cancelled", "Pequod")
    terminal.send("q")
    assert await asyncio.to_thread(terminal.wait_exit) == 0


async def test_quitting_does_not_wait_for_a_query(start: "Launcher", server: Server) -> None:
    terminal = await in_the_slow_view(start, server)
    terminal.send("q")
    assert await asyncio.to_thread(terminal.wait_exit, AT_ONCE) == 0
    terminal.assert_restored()
    await until_busy(server, busy=False, limit=AT_ONCE)


async def test_the_plain_access_is_shown_and_explained(start: "Launcher", server: Server) -> None:
    await run(server, *TABLES)
    terminal = start(server.url.render_as_string(hide_password=False), "--model", "Ships", size=(160, 45))
    await asyncio.to_thread(terminal.wait_for, "Pequod", f"{server.name} · ", "read-only", "superuser", "SAFE")
    terminal.send("<enter>")
    await asyncio.to_thread(terminal.wait_for, "Ahab", "select 1 + access 1")
    terminal.send("<enter>u<enter>")
    await asyncio.to_thread(terminal.wait_for, "MissingGreenlet", "ships.sailors", "UNSAFE")
    await asyncio.to_thread(terminal.wait_for, "await ships.awaitable_attrs.sailors")
    terminal.send("q")
    assert await asyncio.to_thread(terminal.wait_exit) == 0
