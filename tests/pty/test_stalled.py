"""A network that stalls: the browser ends in time all the same, and gives the terminal back."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from pirate_tui.orm.connection.url import Server
from tests.faults import Fault, Proxy
from tests.servers import AT_ONCE, run


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.long


@pytest.fixture
async def link(server: Server) -> AsyncIterator[tuple[Proxy, Server]]:
    """A database with one table behind a proxy."""
    await run(server, "CREATE TABLE parrots (id INT PRIMARY KEY, name VARCHAR(20))")
    await run(server, "INSERT INTO parrots VALUES (1, 'Polly')")
    async with Proxy(server) as proxy:
        yield proxy, proxy.server(server)


async def test_quitting_does_not_wait_while_nothing_comes(start: "Launcher", link: tuple[Proxy, Server]) -> None:
    proxy, server = link
    terminal = start(server.url.render_as_string(hide_password=False))
    await asyncio.to_thread(terminal.wait_for, "Polly")
    proxy.fault = Fault.STALL
    terminal.send("r")
    await asyncio.to_thread(terminal.wait_for, "esc")
    terminal.send("q")
    code = await asyncio.to_thread(terminal.wait_exit, AT_ONCE)
    assert (code, terminal.printed) == (0, "")
    terminal.assert_restored()


async def test_a_check_that_is_interrupted_ends_while_nothing_comes(
    start: "Launcher", link: tuple[Proxy, Server]
) -> None:
    proxy, server = link
    proxy.fault = Fault.BLACKHOLE
    terminal = start("check", server.key, environment={"PIRATE_TUI_PASSWORD": "none"})
    await asyncio.to_thread(terminal.wait_until, lambda: proxy.accepted > 0, "it does not connect")
    terminal.send("<ctrl+c>")
    assert await asyncio.to_thread(terminal.wait_exit, AT_ONCE) == 130
    assert "Traceback" not in terminal.printed
