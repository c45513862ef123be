"""One question while it runs: when it must have ended, what it has received, and the connections that it holds."""

import logging
import time
from contextvars import ContextVar
from typing import Any

from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from pirate_tui.orm.connection.backend import CONNECT_LIMIT, ConnectionGuard
from pirate_tui.orm.connection.metering import Meter


NETWORK_GRACE = 2.0
"""Seconds beyond a time limit in which a server's answer may still be under way."""

MOST_AT_FIRST = 16 * 2**20
"""Bytes that a question may receive while it connects: an error of MySQL's protocol is no longer."""


class RunningQuery:
    """One question under way: when it must have ended, and the connections that it has held."""

    def __init__(self, time_limit: float, most: int) -> None:
        self._heard = time.monotonic()
        self._deadline = self._heard + time_limit
        self._time_limit = time_limit
        self._patience = CONNECT_LIMIT
        """Seconds without an answer: at first that of a connect, or of a ping."""
        self._most = most
        self._received = 0
        """By connections that are given back."""
        self._meters: dict[int, Meter] = {}
        """Of the others, by the identity of the connection."""
        self._held: dict[ConnectionGuard, PoolProxiedConnection] = {}
        """The connections that are checked out, by their guards."""
        self.is_stopped = False
        self.is_answered = False
        """Has the database answered a statement of it?"""
        self.has_connected = False
        """Has it ever had a connection?"""
        self.runs_listeners = False
        """Is a new connection shown to listeners of the models?"""
        self.unready: Any = None
        """The new connection, until all listeners have seen it, SQLAlchemy's own as well."""

    def hold(self, guard: ConnectionGuard, connection: PoolProxiedConnection) -> None:
        """The question has checked out the guard's connection."""
        self.has_connected = True
        guard.deadline = self._deadline
        self._held[guard] = connection
        self._patience = self._time_limit
        self.heard()

    def release(self, guard: ConnectionGuard) -> None:
        """The connection is given back; from now on it obeys whoever has it next."""
        self._held.pop(guard, None)

    def measure(self, dbapi_connection: Any, meter: Meter) -> None:
        """Count what the connection receives, by a meter of its own."""
        self.measured(dbapi_connection)
        self._meters[id(dbapi_connection)] = meter

    def measured(self, dbapi_connection: Any) -> None:
        """The connection receives nothing more for this question."""
        meter = self._meters.pop(id(dbapi_connection), None)
        if meter is not None:
            self._received += meter.received
            meter.close()

    @property
    def most(self) -> int:
        """Bytes that it may receive; a server has little to say before it is connected."""
        return self._most if self.has_connected else min(self._most, MOST_AT_FIRST)

    @property
    def is_too_large(self) -> bool:
        """Has more come than what was asked for can be?"""
        return self._received + sum(meter.received for meter in self._meters.values()) > self.most

    def cut(self) -> None:
        """End its connections at once: whoever sends for ever hears no word."""
        for meter in self._meters.values():
            meter.cut()

    def forget_meters(self) -> None:
        """Count no more."""
        while self._meters:
            self._meters.popitem()[1].close()

    async def give_up(self) -> None:
        """Close the connections that nobody has given back: code of the models has lost them."""
        while self._held:
            guard, connection = self._held.popitem()
            logging.getLogger(__name__).info("closed, since it was never returned to the pool: %s", guard)
            await greenlet_spawn(connection.invalidate)

    def heard(self) -> None:
        """The database has answered, or something new is asked."""
        self._heard = time.monotonic()

    @property
    def silence_left(self) -> float:
        """Seconds until a server that does not answer is given up."""
        return self._heard + self._patience + NETWORK_GRACE - time.monotonic()

    async def stop(self) -> None:
        """End the question: what runs is interrupted, and what it would run next."""
        self.is_stopped = True
        self._deadline = float("-inf")
        for guard in tuple(self._held):
            await guard.stop()


current_query: ContextVar[RunningQuery | None] = ContextVar("query", default=None)
"""The question of this task; greenlets share the context of the task that spawned them."""
