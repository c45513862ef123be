"""asyncpg, made to end a connection at what would else end the process, or hold it for ever.

asyncpg 0.32 takes a message's head as it comes. At a length below zero it reads where nothing is: segmentation fault. A
message of the kind 0 it reads again and again: no other thread runs, no key and no signal is heard, and memory grows.
Both are seen here before asyncpg has them.
"""

from typing import Any

import asyncpg
from asyncpg import protocol


HEAD = 5
"""Bytes of a message's head: its kind, and its length in four, which counts themselves
(https://www.postgresql.org/docs/current/protocol-message-formats.html)."""


class CarefulProtocol(protocol.Protocol):  # type: ignore[misc]  # asyncpg has no type hints
    """Looks at the head of each message."""

    _head = b""
    """As much as has come of the head of the next message."""
    _left = 0
    """Bytes that are still to come of the one before."""
    _ours: Any = None
    """The transport: asyncpg hides its own."""

    def connection_made(self, transport: Any) -> None:
        """Speak by that transport."""
        self._ours = transport
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Hand on what has come, unless it has a head that is none: then the connection is lost."""
        if self._is_sound(data):
            super().data_received(data)
        else:
            self._ours.abort()

    def _is_sound(self, data: bytes) -> bool:
        at = 0
        while at < len(data):
            if self._left:
                step = min(self._left, len(data) - at)
                at, self._left = at + step, self._left - step
                continue
            came = data[at : at + HEAD - len(self._head)]
            at, self._head = at + len(came), self._head + came
            if len(self._head) == HEAD:
                kind, size = self._head[0], int.from_bytes(self._head[1:], signed=True)
                if not kind or size < HEAD - 1:
                    return False
                self._head, self._left = b"", size - (HEAD - 1)
        return True


async def connect(*arguments: Any, **options: Any) -> Any:
    """A connection of asyncpg's, which makes its protocol by this name, and takes no other."""
    protocol.Protocol = CarefulProtocol
    return await asyncpg.connect(*arguments, **options)
