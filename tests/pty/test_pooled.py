"""The installed command through connection poolers: everything that it does on a server, and both its limits."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

from pirate_tui.orm.connection.url import Server
from tests.pooler import POOLINGS, Pooling, pooler, through
from tests.pty.conftest import COMMAND
from tests.pty.test_server_queries import TABLES, until_busy
from tests.servers import fresh_database, read, run


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.long

MORE = (
    "INSERT INTO ships SELECT number, 'ship ' || number FROM generate_series(3, 5000) AS number",
    "CREATE VIEW slow AS SELECT ships.id, CAST(pg_sleep(60) AS varchar) AS name FROM ships",
    "CREATE FUNCTION sink() RETURNS INT LANGUAGE plpgsql AS 'BEGIN DELETE FROM sailors; RETURN 1; END'",
    "CREATE VIEW writing AS SELECT id, sink() AS name FROM ships",
)


@pytest.fixture(params=["psycopg", "asyncpg"])
async def direct(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """A database with ships and sailors, and views that take a minute and that write, by each driver."""
    async for server in fresh_database(request.param):
        await run(server, *TABLES, *MORE)
        yield server


@pytest.fixture(params=POOLINGS, ids=str)
def pooled(request: pytest.FixtureRequest, direct: Server) -> Iterator[Server]:
    """The same through a pooler."""
    pooling: Pooling = request.param
    with pooler(pooling) as port:
        yield through(direct, port)


async def test_a_table_is_browsed_as_on_the_server(start: "Launcher", pooled: Server) -> None:
    url = pooled.url.render_as_string(hide_password=False)
    terminal = start(url, "--model", "Ships", size=(160, 45))
    await asyncio.to_thread(terminal.wait_for, "Pequod", f"{pooled.name} · ", "read-only", "superuser", "5,000 rows")
    terminal.send("<end>")
    await asyncio.to_thread(terminal.wait_for, "ship 5000")
    terminal.send(":50%<enter>")
    await asyncio.to_thread(terminal.wait_for, "ship 2500")
    terminal.send("/ship 4711<enter>")
    await asyncio.to_thread(terminal.wait_for, "ship 4711", "1 of 1 match", "Ships 4711 ·")
    terminal.send("<home>")
    await asyncio.to_thread(terminal.wait_for, "Pequod")
    terminal.send("<enter>")
    await asyncio.to_thread(terminal.wait_for, "Ahab", "select 1 + access 1")
    terminal.send("<enter>u<enter>")
    await asyncio.to_thread(terminal.wait_for, "MissingGreenlet", "ships.sailors", "UNSAFE")
    terminal.send("q")
    assert await asyncio.to_thread(terminal.wait_exit) == 0


async def test_what_writes_is_refused_and_what_is_slow_is_stopped(
    start: "Launcher", direct: Server, pooled: Server
) -> None:
    url = pooled.url.render_as_string(hide_password=False)
    for name, words in (("Writing", "read-only transaction"), ("Slow", "timed out after 2 s")):
        terminal = start(url, "--model", name, "--timeout", "2", size=(160, 45))
        await asyncio.to_thread(terminal.wait_for, words)
        terminal.send("q")
        assert await asyncio.to_thread(terminal.wait_exit) == 0
    assert await read(direct, "SELECT name FROM sailors ORDER BY id") == [("Ahab",), ("Starbuck",)]
    terminal = start(url, "--model", "Slow", size=(160, 45))
    await until_busy(direct, busy=True, limit=20)
    await asyncio.to_thread(terminal.wait_for, "esc cancels")
    terminal.send("<esc>")
    await until_busy(direct, busy=False, limit=5)
    await asyncio.to_thread(terminal.wait_for, "cancelled")
    terminal.send("q")
    assert await asyncio.to_thread(terminal.wait_exit) == 0


def test_verdicts_are_proved(pooled: Server) -> None:
    url = pooled.url.render_as_string(hide_password=False)
    states = "fresh,after_commit,after_rollback,detached"
    command = [
        str(COMMAND),
        "check",
        url,
        "--model",
        "Ships",
        "--model",
        "Sailors",
        "--state",
        states,
        "--prove",
        "--json",
    ]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert (ended.returncode, b"Traceback" in ended.stderr) == (0, False), ended.stderr
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {line["proved"] for line in lines} >= {"none", "io", "detached"}
    assert all(line["proved"] == line["verdict"] for line in lines)
