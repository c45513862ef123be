"""Track a running query: its deadline, what it has received, and the connections that it holds."""

import logging
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from pirate_tui.orm.connection.backend import CONNECT_LIMIT, ConnectionGuard
from pirate_tui.orm.connection.metering import Meter


if TYPE_CHECKING:
    from pirate_tui.domain.failure import BrowserError


NETWORK_GRACE = 2.0
"""Seconds beyond a time limit in which a server's answer may still arrive."""

LOOK_AGAIN = 0.1
"""Seconds between checks of a server's silence, and of how much it has sent."""

MOST_AT_FIRST = 16 * 2**20
"""The most bytes that a query may receive while it connects: an error of MySQL's protocol is no longer."""


class RunningQuery:
    """A running query: its deadline, the bytes that it has received, and the connections that it holds."""

    def __init__(self, time_limit: float, most: int, *, may_autocommit: bool = False) -> None:
        self.may_autocommit = may_autocommit
        """Whether its statements need no transaction around them, so that they may be sent without one."""
        self.error: BrowserError | None = None
        """What is to be raised in place of its result."""
        self._heard = time.monotonic()
        self._deadline = self._heard + time_limit
        self._time_limit = time_limit
        self._patience = CONNECT_LIMIT
        """Seconds without an answer: at first that of a connect, or of a ping."""
        self._most = most
        self._received = 0
        """The bytes received by connections that were returned."""
        self._meters: dict[int, Meter] = {}
        """The meters of the others, by the identity of the connection."""
        self._held: dict[ConnectionGuard, PoolProxiedConnection] = {}
        """The connections that are checked out, by their guards."""
        self.is_stopped = False
        self.is_answered = False
        """Whether a server has answered any of its statements; a file that could be opened always does."""
        self.has_connected = False
        """Whether it has ever had a connection."""
        self.runs_listeners = False
        """Whether listeners of the models are setting up a new connection."""
        self.unready: Any = None
        """The new connection, until all listeners have seen it, SQLAlchemy's own as well."""

    def hold(self, guard: ConnectionGuard, connection: PoolProxiedConnection) -> None:
        """Note that the query has checked out the guard's connection."""
        self.has_connected = True
        guard.deadline = self._deadline
        self._held[guard] = connection
        self._patience = self._time_limit
        self.heard()

    def release(self, guard: ConnectionGuard) -> None:
        """Note that the connection is returned; it no longer has this query's deadline."""
        self._held.pop(guard, None)

    def measure(self, dbapi_connection: Any, meter: Meter) -> None:
        """Count what the connection receives, by its own meter."""
        self.measured(dbapi_connection)
        self._meters[id(dbapi_connection)] = meter

    def measured(self, dbapi_connection: Any) -> None:
        """Add up what the connection has received for this query, and close its meter."""
        meter = self._meters.pop(id(dbapi_connection), None)
        if meter is not None:
            self._received += meter.received
            meter.close()

    @property
    def most(self) -> int:
        """The most bytes that it may receive; fewer before it is connected."""
        return self._most if self.has_connected else min(self._most, MOST_AT_FIRST)

    @property
    def is_too_large(self) -> bool:
        """Whether more than `most` bytes have been received."""
        return self._received + sum(meter.received for meter in self._meters.values()) > self.most

    def cut(self) -> None:
        """End its connections at once, since a server that sends without end ignores a cancel."""
        for meter in self._meters.values():
            meter.cut()

    def forget_meters(self) -> None:
        """Close the meters, and stop counting."""
        while self._meters:
            self._meters.popitem()[1].close()

    async def invalidate_lost(self) -> None:
        """Invalidate the connections that were never returned: code of the models has lost them."""
        while self._held:
            guard, connection = self._held.popitem()
            logging.getLogger(__name__).info("closed, since it was never returned to the pool: %s", guard)
            await greenlet_spawn(connection.invalidate)

    def heard(self) -> None:
        """Restart the wait for an answer: the database has answered, or a new statement is sent."""
        self._heard = time.monotonic()

    @property
    def silence(self) -> float:
        """The seconds since the last answer, or since the last statement was sent."""
        return time.monotonic() - self._heard

    @property
    def silence_left(self) -> float:
        """The seconds until a server that does not answer counts as unreachable."""
        return self._patience + NETWORK_GRACE - self.silence

    async def stop(self) -> None:
        """Stop the query: interrupt its running statement, and any that it would send next."""
        self.is_stopped = True
        self._deadline = float("-inf")
        for guard in tuple(self._held):
            await guard.stop()


current_query: ContextVar[RunningQuery | None] = ContextVar("query", default=None)
"""The query of this task; greenlets share the context of the task that spawned them."""
