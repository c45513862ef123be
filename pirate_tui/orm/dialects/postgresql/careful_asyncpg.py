"""Make asyncpg close a connection on messages that would otherwise end or block the process.

asyncpg 0.32 does not validate a message's header. At a negative length it reads beyond its buffer: segmentation fault.
A message of kind 0 it reads again and again: no other thread runs, no key or signal is handled, and memory grows. Both
are detected here before asyncpg receives them.
"""

from typing import Any

import asyncpg
from asyncpg import protocol


HEAD = 5
"""Bytes of a message's header: its kind, and its length in four bytes, which it includes
(https://www.postgresql.org/docs/current/protocol-message-formats.html)."""


class CarefulProtocol(protocol.Protocol):  # type: ignore[misc]  # asyncpg has no type hints
    """Validates the header of each message."""

    _head = b""
    """The part of the next message's header that has been received."""
    _left = 0
    """Bytes of the current message that have not been received yet."""
    _ours: Any = None
    """The transport, which asyncpg keeps private."""

    def connection_made(self, transport: Any) -> None:
        """Store the transport, which asyncpg keeps private."""
        self._ours = transport
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Pass the data on to asyncpg, or abort the connection if a header is invalid."""
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
    """Connect by asyncpg with `CarefulProtocol`, which asyncpg takes from its module and nowhere else."""
    protocol.Protocol = CarefulProtocol
    return await asyncpg.connect(*arguments, **options)
