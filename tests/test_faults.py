"""The proxy of `faults`: each fault is what it says, or the tests that use it prove nothing."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL

from pirate_tui.orm.connection.url import Server
from tests.faults import Fault, Proxy


LIMIT = 5
"""Seconds until an answer that does not come is a failed test."""

MOMENT = 0.2
"""Seconds in which nothing comes through a link that lets nothing through."""


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """A proxy in front of a server that answers with what it is told."""
    listening = await asyncio.start_server(_echo, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with Proxy(Server(URL.create("postgresql+psycopg", host="127.0.0.1", port=port))) as made:
        yield made
    listening.close()


class Caller:
    """Who has connected through the proxy."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def of(cls, proxy: Proxy) -> "Caller":
        """A new connection."""
        return cls(*await asyncio.open_connection("127.0.0.1", proxy.port))

    async def hears(self, said: bytes, seconds: float = LIMIT) -> bytes:
        """What comes back within these seconds."""
        self._writer.write(said)
        return await asyncio.wait_for(self._reader.read(100), seconds)

    def leave(self) -> None:
        """Close the connection."""
        self._writer.transport.abort()


async def test_it_passes_everything_on_until_the_link_is_cut(proxy: Proxy) -> None:
    caller = await Caller.of(proxy)
    assert await caller.hears(b"ahoy") == b"ahoy"
    proxy.cut()
    with pytest.raises(ConnectionResetError):
        await caller.hears(b"ahoy")


async def test_a_server_that_went_away_refuses_and_comes_back_at_the_same_port(proxy: Proxy) -> None:
    caller, port = await Caller.of(proxy), proxy.port
    assert await caller.hears(b"ahoy") == b"ahoy"
    await proxy.go_away()
    with pytest.raises(ConnectionResetError):
        await caller.hears(b"ahoy")
    with pytest.raises(ConnectionRefusedError):
        await Caller.of(proxy)
    await proxy.listen()
    later = await Caller.of(proxy)
    assert (await later.hears(b"ahoy"), proxy.port, proxy.accepted) == (b"ahoy", port, 2)
    later.leave()


async def test_what_is_stalled_comes_when_the_link_passes_again(proxy: Proxy) -> None:
    caller = await Caller.of(proxy)
    proxy.fault = Fault.STALL
    with pytest.raises(TimeoutError):
        await caller.hears(b"ahoy", MOMENT)
    proxy.fault = Fault.NONE
    assert await caller.hears(b"") == b"ahoy"
    caller.leave()


async def test_a_new_connection_is_reset(proxy: Proxy) -> None:
    proxy.fault = Fault.RESET
    caller = await Caller.of(proxy)
    with pytest.raises(ConnectionResetError):
        await caller.hears(b"ahoy")


async def test_a_black_hole_takes_a_connection_and_never_answers(proxy: Proxy) -> None:
    proxy.fault = Fault.BLACKHOLE
    caller = await Caller.of(proxy)
    with pytest.raises(TimeoutError):
        await caller.hears(b"ahoy", MOMENT)
    caller.leave()


async def test_a_slow_link_takes_its_time_each_way(proxy: Proxy) -> None:
    proxy.delay = 0.1
    caller, began = await Caller.of(proxy), time.monotonic()
    assert await caller.hears(b"ahoy") == b"ahoy"
    assert time.monotonic() - began >= 0.2
    caller.leave()
