"""Connect to servers: a network connection, a pool, and a check that only statements that read are sent."""

import asyncio
import logging
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Dialect, NullPool, Row, TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import greenlet_spawn

from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.text import clean, redact
from pirate_tui.orm.connection.backend import CONNECT_LIMIT, ConnectionGuard
from pirate_tui.orm.connection.metering import Meter
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.answering_backend import AnsweringBackend
from pirate_tui.orm.errors import (
    DATABASE_ERRORS,
    ERROR_LIMIT,
    FEWER_COLUMNS,
    TOO_MANY_COLUMNS,
    chain,
    mysql_code,
    unwrapped,
)
from pirate_tui.orm.read_only import SqlText, block_writes
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, described, message_of, reraise_ours


POOL = {"pool_size": 3, "max_overflow": 2, "pool_timeout": 5, "pool_recycle": 1800}
"""Few connections, since a user runs one query at a time. `PoolEvents` pings those that have been idle: a ping each
time, as by `pool_pre_ping`, costs a round trip for each query."""

APPLICATION = "pirate-tui"
"""The name in the server's list of connections."""

SUPERUSER, CAN_BYPASS = "superuser", "superuser: can bypass read-only"
"""The privilege that bypasses everything, and the warning of it."""

DATA_EXCEPTION = "22"
"""The class of PostgreSQL's codes for invalid values
(https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

MESSAGE_LIMIT = 65_536
"""Characters of a message that are searched for secrets: a server may send 16 MB of it, and few are shown."""

SERVER_MESSAGE = "{message}"
"""The placeholder of the server's message in a reason."""

CHECK_ADDRESS = "restart with the right address, or press r to retry this one"

RIGHT_PASSWORD = "restart with the right one: in PIRATE_TUI_PASSWORD, or typed at the prompt"  # noqa: S105  words
"""Hints that several reasons have."""

NO_HOST = ("host not found", CHECK_ADDRESS)

NOBODY_LISTENS = (
    "connection refused: no server is listening there",
    "start the server, then press r; or restart with the right address",
)

NO_ANSWER = ("no response", "press r to retry, or restart with the right address")

WAS_CUT = ("the connection was reset", "press r to reconnect")
"""Failures of the network with their hints, known by an error's class or from libpq's message."""


class ServerCanceller:
    """Cancels the running statement of one connection; the server itself enforces the time limit."""

    deadline = float("inf")

    def __init__(self, cancel: Callable[[], Awaitable[None]]) -> None:
        self._cancel = cancel

    async def stop(self) -> None:
        """Cancel the running statement, if the server can be reached."""
        try:
            await self._cancel()
        except DATABASE_ERRORS as error:  # it may have ended by itself
            logging.getLogger(__name__).info("a statement could not be cancelled on the server: %s", error)


class ServerBackend(AnsweringBackend):
    """A database on a server; subclasses are in the folders of its kind."""

    is_remote = True
    sql: SqlText
    privilege_query: TextClause | None
    check: ClassVar[str]
    """The hint where the driver does not understand the server."""
    reasons: ClassVar[dict[Any, tuple[str, str]]]
    """Reason and hint, by the code of an error after which the database cannot be used."""
    momentary: ClassVar[frozenset[Any]]
    """Codes of errors that a query may meet by chance: others were in its way."""

    def __init__(self, server: Server) -> None:
        self.name = self.where = clean(server.name)
        self.server = server

    def engine(self, time_limit: float) -> AsyncEngine:
        """Create a read-only engine, whose statements the server stops after `time_limit` seconds."""
        self.time_limit = time_limit
        engine = self._made(**POOL)
        block_writes(engine, self.sql)
        return engine

    def connect(self, dialect: Dialect, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """Connect by the arguments alone, which already make the session read-only."""
        return dialect.connect(*arguments, **options)

    async def log_in(self, time_limit: float) -> None:
        """Connect once, with the driver alone, and close; raises whatever it raises."""
        self.time_limit = time_limit
        engine = self._made(poolclass=NullPool)
        arguments, options = engine.dialect.create_connect_args(self.server.url)
        own = {**self.connect_arguments(time_limit), "async_creator_fn": limited(self.creator())}
        connection = await greenlet_spawn(self.connect, engine.dialect, arguments, {**options, **own})
        await greenlet_spawn(connection.close)

    async def send_beside(self, statement: str) -> None:
        """Send a statement by a connection of its own, which is closed at once."""
        engine = self._made(poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.exec_driver_sql(statement)

    def _made(self, **options: Any) -> AsyncEngine:
        arguments = {**self.connect_arguments(self.time_limit), "async_creator_fn": limited(self.creator())}
        return create_async_engine(self.server.url, connect_args=arguments, **options)

    def creator(self) -> Callable[..., Awaitable[Any]]:
        """Return the driver's function that connects."""
        raise NotImplementedError

    def connect_arguments(self, time_limit: float) -> dict[str, Any]:
        """Return the driver's options that are not in the URL; `time_limit` is in seconds."""
        raise NotImplementedError

    def warning(self, rights: Sequence[Row[Any]]) -> str:
        """Return what the user may do that no read-only transaction forbids; empty if nothing."""
        raise NotImplementedError

    def code(self, error: BaseException) -> Any:
        """Return the server's code of an error; None for an error of another source."""
        raise NotImplementedError

    def is_time_limit(self, code: Any) -> bool:
        """Whether the code is that of a statement stopped at the time limit."""
        raise NotImplementedError

    def checked_out(self, guard: ConnectionGuard, dbapi_connection: Any) -> None:
        """Make its transactions read-only, whatever was sent before."""
        raise NotImplementedError

    def meter(self, dbapi_connection: Any) -> Meter:
        """Return a meter of the bytes that the connection receives; one that counts nothing if it is closed already."""
        try:
            return Meter(self.descriptor(dbapi_connection.driver_connection))
        except FOREIGN_ERRORS as error:  # a driver's own error for a closed connection, or a new version of it
            reraise_ours(error)
            return Meter(None)

    def descriptor(self, connection: Any) -> int:
        """Return the file descriptor of a driver connection's socket."""
        raise NotImplementedError

    def recovers(self, error: Exception) -> bool:
        """Whether it was refused by chance: to a question that is asked again, a server gives the same answer else."""
        return self.code(unwrapped(error)) in self.momentary

    def has_changed(self) -> bool:
        """Return False: a server does not report what other programs write."""
        return False

    def renew(self) -> None:
        """Do nothing: new connections are made to the server that is there then."""

    def protocol_error(self, error: BaseException) -> BrowserError:
        """Return an error for a server that the driver does not understand, or for invalid settings of the driver."""
        text = clean(redact(described(error)[:MESSAGE_LIMIT].partition("\n")[0]), ERROR_LIMIT)
        return DatabaseUnreachableError(self.where, f"{self.server.url.get_driver_name()} failed ({text})", self.check)

    def translate(self, error: Exception, time_limit: float) -> BrowserError:
        """Return the error to show, by the server's code or by the network's error; `time_limit` is in seconds."""
        cause = unwrapped(error)
        code = self.code(cause)
        if self.is_time_limit(code):
            return BrowserError(f"timed out after {time_limit:g} s", "restart with a longer --timeout SECONDS")
        text = clean(redact(message(cause)), ERROR_LIMIT)
        reason_and_hint = self.reasons.get(code)
        if reason_and_hint is None and is_about_the_connection(error):
            reason_and_hint = network_reason(error) or (
                f"the connection failed ({SERVER_MESSAGE})",
                "press r to reconnect",
            )
        if reason_and_hint is None:
            return BrowserError(text, _way_out(code))
        reason, hint = reason_and_hint
        return DatabaseUnreachableError(self.where, reason.replace(SERVER_MESSAGE, text), hint)


def _way_out(code: Any) -> str:
    """Return the hint for a statement that was refused."""
    if code in TOO_MANY_COLUMNS:
        return FEWER_COLUMNS
    return "use a value that fits the column" if str(code).startswith(DATA_EXCEPTION) else "press r to retry"


def is_about_the_connection(error: Exception) -> bool:
    """Whether the connection is lost, or was never made; otherwise a statement was refused."""
    return not isinstance(error, DBAPIError) or error.connection_invalidated or error.statement is None


LIBPQ = re.compile(r"^(?:connection failed: )?connection to server .*? failed: (?:FATAL:\s+)?")
"""The address that libpq puts before the server's message; it is shown anyway."""


def message(error: BaseException) -> str:
    """Return the first line of an error's message; the name of its class where that is empty."""
    text = error.args[1] if mysql_code(error) is not None and len(error.args) > 1 else error
    line = next(iter(message_of(text)[:MESSAGE_LIMIT].strip().splitlines()), type(error).__name__)
    return LIBPQ.sub("", line)


NETWORK_REASONS: dict[type[BaseException], tuple[str, str]] = {
    PoolTimeout: ("all connections are in use", "wait, or press esc to cancel what is running, then press r"),
    ssl.SSLError: ("TLS failed", "check the TLS options of the URL, and the server's certificate"),
    socket.gaierror: NO_HOST,
    ConnectionRefusedError: NOBODY_LISTENS,
    TimeoutError: NO_ANSWER,
    ConnectionResetError: WAS_CUT,
}
"""Reason and hint by the class of an error, or of an error that caused it."""


def network_reason(error: BaseException) -> tuple[str, str] | None:
    """Return the reason and the hint of an error of the network; None for any other."""
    links = list(chain(error))
    for kind, (reason, hint) in NETWORK_REASONS.items():
        link = next((error_link for error_link in links if isinstance(error_link, kind)), None)
        if link is not None:
            text = clean(message_of(link.args[-1] if link.args else link), ERROR_LIMIT)
            return (f"{reason} ({text})" if kind is ssl.SSLError else reason), hint
    return None


def limited(connect: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return the same function, with the time limit of connecting."""

    async def creator(*arguments: Any, **options: Any) -> Any:
        async with asyncio.timeout(CONNECT_LIMIT):
            return await connect(*arguments, **options)

    return creator
