"""Make asyncpg close a connection on messages that would otherwise end or block the process.

asyncpg 0.32 does not validate a message's header. At a negative length it reads beyond its buffer: segmentation fault.
A message of kind 0 it reads again and again: no other thread runs, no key or signal is handled, and memory grows. Both
are detected here before asyncpg receives them.
"""

import logging
import os
from typing import Any

import asyncpg
from asyncpg import protocol

from pirate_tui.orm.connection.backend import CONNECT_LIMIT


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
    if not isinstance(options.get("host"), list):
        return await asyncpg.connect(*arguments, **options)
    return await _connect_to_first(*arguments, **options)


async def _connect_to_first(*arguments: Any, host: list[str], port: list[int], **options: Any) -> Any:
    """Connect to the first of several hosts that can be used, as psycopg does.

    asyncpg has one time limit for all of them: it would never come to one behind a host that says nothing.
    """
    wanted = options.pop("target_session_attrs", None) or os.environ.get("PGTARGETSESSIONATTRS", "any")
    turns = ("standby", "any") if wanted == "prefer-standby" else (wanted,)
    attempts = [(role, *address) for role in turns for address in zip(host, port, strict=True)]
    options["timeout"] = CONNECT_LIMIT / len(attempts)
    errors: list[Exception] = []
    for role, one, number in attempts:
        options |= {"host": one, "port": number, "target_session_attrs": role}
        try:
            return await asyncpg.connect(*arguments, **options)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.TargetServerAttributeNotMatched) as error:
            logging.getLogger(__name__).info("%s:%s cannot be used: %s", one, number, error)
            errors.append(error)
    raise max(errors, key=lambda error: isinstance(error, asyncpg.TargetServerAttributeNotMatched))
