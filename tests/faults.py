"""A link that fails: a proxy in front of a server, which does to connections what networks and servers do."""

import asyncio
from contextlib import suppress
from enum import Enum
from typing import Self

from pirate_tui.orm.connection.hosts import DEFAULT_PORTS
from pirate_tui.orm.connection.url import Server


SIZE = 65_536
"""Bytes that are handed on at once."""


class Fault(Enum):
    """What the link does with a connection."""

    NONE = "hands on everything"
    STALL = "keeps what comes, until the link passes again"
    RESET = "resets a new connection"
    BLACKHOLE = "accepts a new connection, and never answers"


class Proxy:
    """A port of this machine behind which the server lies; used as an async context manager.

    A change of `fault` is felt at once by STALL, and by new connections otherwise: `cut` ends the ones that are open.
    """

    def __init__(self, server: Server) -> None:
        self._far = server
        self._fault = Fault.NONE
        self.delay = 0.0
        """Seconds that everything takes, each way."""
        self.accepted = 0
        """How many connections there have been: whoever tries again and again is found out."""
        self.port = 0
        """Where it listens; kept for good, also while it refuses."""
        self._listening: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()

    @property
    def fault(self) -> Fault:
        """What the link does now."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._fault = fault
        if fault is Fault.STALL:
            self._flows.clear()
        else:
            self._flows.set()

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.refuse()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def server(self, server: Server) -> Server:
        """That server, reached through the proxy; `server.name` names the proxy's port."""
        return server._replace(url=server.url.set(host="127.0.0.1", port=self.port))

    async def listen(self) -> None:
        """Take connections, at the same port as before."""
        if self._listening is None:
            self._listening = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._listening.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Take no more connections: they are refused. Those that are open stay."""
        if self._listening is not None:
            self._listening.close()  # wait_closed() waits for the connections too, since Python 3.12
            self._listening = None
            await asyncio.sleep(0)

    def cut(self) -> None:
        """Reset every connection that is open."""
        for writer in self._writers:
            writer.transport.abort()

    async def go_away(self) -> None:
        """What is seen of a server that is stopped: its connections end, and new ones are refused."""
        await self.refuse()
        self.cut()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self.fault is Fault.RESET:
                writer.transport.abort()
            elif self.fault is Fault.BLACKHOLE:
                while await reader.read(SIZE):
                    pass
            else:
                await self._join(reader, writer)
        except OSError:
            return  # the far end is not there, or the near one has gone: both are seen as a reset
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        url = self._far.url
        port = url.port or DEFAULT_PORTS[url.get_backend_name()]
        far_reader, far_writer = await asyncio.open_connection(url.host or "127.0.0.1", port)
        self._writers.add(far_writer)
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._writers.discard(far_writer)
            far_writer.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Hand on what comes, until either end is closed."""
        with suppress(OSError):
            while data := await source.read(SIZE):
                await asyncio.sleep(self.delay)
                await self._flows.wait()
                target.write(data)
                await target.drain()
        target.close()
