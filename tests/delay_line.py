"""A link to a server that takes its time, and counts the round trips that a client waits for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


CHUNK = 1 << 20
"""Bytes that are read at once."""


class DelayLine:
    """Passes on what client and server send, each way after a delay.

    A turn is whatever a client sends in one go before it waits for an answer, on one connection; to connect is one.
    """

    def __init__(self, host: str, port: int, delay: float) -> None:
        self._far = host, port
        self._delay = delay
        self._tasks: set[asyncio.Task[None]] = set()
        self.turns = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        """Listen on a free port, and give it."""
        listening = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield int(listening.sockets[0].getsockname()[1])
        finally:
            listening.close()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.turns += 1
        await asyncio.sleep(2 * self._delay)
        far_reader, far_writer = await asyncio.open_connection(*self._far)
        waits = [False]
        try:
            await asyncio.gather(
                self._pass_on(reader, far_writer, waits, is_client=True),
                self._pass_on(far_reader, writer, waits, is_client=False),
            )
        finally:
            for end in (writer, far_writer):
                end.close()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waits: list[bool], *, is_client: bool
    ) -> None:
        """Pass on one direction until its end. `waits` is whether the client waits for an answer."""
        loop = asyncio.get_running_loop()
        try:
            while data := await reader.read(CHUNK):
                self.turns += is_client and not waits[0]
                waits[0] = is_client
                loop.call_later(self._delay, writer.write, data)
        except ConnectionError:
            return
        finally:
            loop.call_later(self._delay, writer.close)
