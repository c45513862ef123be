"""What PostgreSQL and MariaDB have in common: a network between, a pool, and a gate that only reading passes."""

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

from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.text import clean, redact
from pirate_tui.orm.connection.backend import CONNECT_LIMIT, ConnectionGuard
from pirate_tui.orm.connection.metering import Meter
from pirate_tui.orm.connection.url import Server
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


POOL = {"pool_size": 3, "max_overflow": 2, "pool_timeout": 5, "pool_pre_ping": True, "pool_recycle": 1800}
"""A person asks one thing at a time; a connection that was lost meanwhile is noticed before it is used."""

APPLICATION = "pirate-tui"
"""What an administrator sees in the server's list of connections."""

SUPERUSER, CAN_BYPASS = "superuser", "superuser: can bypass read-only"
"""Whom nothing stops."""

DATA_EXCEPTION = "22"
"""How PostgreSQL's codes of values begin that are none of their type
(https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

MESSAGE_LIMIT = 65_536
"""Characters of a message that are searched for secrets: a server may send 16 MB of it, and few are shown."""

TOLD = "{told}"
"""Where a reason has what the server said."""

CHECK_ADDRESS = "restart with the right address, or press r to retry this one"

RIGHT_PASSWORD = "restart with the right one: in PIRATE_TUI_PASSWORD, or typed at the prompt"  # noqa: S105  words
"""Ways out that several reasons have."""

NO_HOST = ("host not found", CHECK_ADDRESS)

NOBODY_LISTENS = (
    "connection refused: no server is listening there",
    "start the server, then press r; or restart with the right address",
)

NO_ANSWER = ("no response", "press r to retry, or restart with the right address")

WAS_CUT = ("the connection was reset", "press r to reconnect")
"""What networks do, with the ways out: known by an error's class, or from libpq's words."""


class ServerCanceller:
    """Watches over one connection: how its running statement is stopped. The server itself sees to the time limit."""

    deadline = float("inf")

    def __init__(self, cancel: Callable[[], Awaitable[None]]) -> None:
        self._cancel = cancel

    async def stop(self) -> None:
        """Stop what runs on it, if the server can be reached."""
        try:
            await self._cancel()
        except DATABASE_ERRORS as error:  # it may have ended by itself
            logging.getLogger(__name__).info("a statement could not be cancelled on the server: %s", error)


class ServerBackend:
    """A database on a server; what its kind adds is in the modules beside this one."""

    is_remote = True
    sql: SqlText
    privilege_query: TextClause | None
    check: ClassVar[str]
    """What to check where the driver does not understand the server."""
    reasons: ClassVar[dict[Any, tuple[str, str]]]
    """What happened and what can be done, by the code of an error after which the database cannot be used."""

    def __init__(self, server: Server) -> None:
        self.name = self.where = clean(server.name)
        self.server = server

    def engine(self, time_limit: float) -> AsyncEngine:
        """A read-only engine, whose statements the server stops after that many seconds."""
        self.time_limit = time_limit
        engine = self._made(**POOL)
        block_writes(engine, self.sql)
        return engine

    def connect(self, dialect: Dialect, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """By the arguments alone, which say that it is to read only."""
        return dialect.connect(*arguments, **options)

    async def send_beside(self, statement: str) -> None:
        """Send a statement by a connection of its own, which is closed at once."""
        engine = self._made(poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.exec_driver_sql(statement)

    def _made(self, **options: Any) -> AsyncEngine:
        arguments = {**self.connect_arguments(self.time_limit), "async_creator_fn": limited(self.creator())}
        return create_async_engine(self.server.url, connect_args=arguments, **options)

    def creator(self) -> Callable[..., Awaitable[Any]]:
        """What connects, of the driver."""
        raise NotImplementedError

    def connect_arguments(self, time_limit: float) -> dict[str, Any]:
        """What the driver is to be told beside the URL."""
        raise NotImplementedError

    def warning(self, rights: Sequence[Row[Any]]) -> str:
        """What the user may do that no read-only transaction forbids."""
        raise NotImplementedError

    def code(self, error: BaseException) -> Any:
        """The server's code of an error; None of one that has another source."""
        raise NotImplementedError

    def is_time_limit(self, code: Any) -> bool:
        """Does the code say that the server has stopped a statement that took too long?"""
        raise NotImplementedError

    def checked_out(self, guard: ConnectionGuard, dbapi_connection: Any) -> None:
        """Make its transactions read-only, whatever was sent before."""
        raise NotImplementedError

    def meter(self, dbapi_connection: Any) -> Meter:
        """Count what it receives from now on; of one that is closed already, nothing."""
        try:
            return Meter(self.descriptor(dbapi_connection.driver_connection))
        except FOREIGN_ERRORS as error:  # a driver's own way to say that it is closed, or a part of it that is new
            reraise_ours(error)
            return Meter(None)

    def descriptor(self, connection: Any) -> int:
        """The number of the socket of a driver's connection."""
        raise NotImplementedError

    def recovers(self, error: Exception) -> bool:  # noqa: ARG002  the port's signature
        """A server gives the same answer again."""
        return False

    def has_changed(self) -> bool:
        """Nothing tells that another program has written."""
        return False

    def renew(self) -> None:
        """New connections are to the server that is there then."""

    def protocol_error(self, error: BaseException) -> BrowserError:
        """The driver met what it does not know: no server of this kind, or variables of its own with nonsense."""
        told = clean(redact(described(error)[:MESSAGE_LIMIT].partition("\n")[0]), ERROR_LIMIT)
        return DatabaseUnreachableError(self.where, f"{self.server.url.get_driver_name()} failed ({told})", self.check)

    def translate(self, error: Exception, time_limit: float) -> BrowserError:
        """By the server's code, or by what the network did."""
        cause = unwrapped(error)
        code = self.code(cause)
        if self.is_time_limit(code):
            return BrowserError(f"timed out after {time_limit:g} s", "restart with a longer --timeout SECONDS")
        told = clean(redact(message(cause)), ERROR_LIMIT)
        found = self.reasons.get(code)
        if found is None and is_about_the_connection(error):
            found = network_reason(error) or (f"the connection failed ({TOLD})", "press r to reconnect")
        if found is None:
            return BrowserError(told, _way_out(code))
        reason, hint = found
        return DatabaseUnreachableError(self.where, reason.replace(TOLD, told), hint)


def _way_out(code: Any) -> str:
    """What can be done about a statement that was refused."""
    if code in TOO_MANY_COLUMNS:
        return FEWER_COLUMNS
    return "use a value that fits the column" if str(code).startswith(DATA_EXCEPTION) else "press r to retry"


def is_about_the_connection(error: Exception) -> bool:
    """Is the connection gone, or has there never been one? Else a statement was refused."""
    return not isinstance(error, DBAPIError) or error.connection_invalidated or error.statement is None


LIBPQ = re.compile(r"^(?:connection failed: )?connection to server .*? failed: (?:FATAL:\s+)?")
"""What libpq puts before the words of the server: the address, which is told anyhow."""


def message(error: BaseException) -> str:
    """What an error says, in its first line; the name of one that says nothing."""
    told = error.args[1] if mysql_code(error) is not None and len(error.args) > 1 else error
    line = next(iter(message_of(told)[:MESSAGE_LIMIT].strip().splitlines()), type(error).__name__)
    return LIBPQ.sub("", line)


NETWORK_REASONS: dict[type[BaseException], tuple[str, str]] = {
    PoolTimeout: ("all connections are in use", "wait, or press esc to cancel what is running, then r"),
    ssl.SSLError: ("TLS failed", "check the TLS options of the URL, and the server's certificate"),
    socket.gaierror: NO_HOST,
    ConnectionRefusedError: NOBODY_LISTENS,
    TimeoutError: NO_ANSWER,
    ConnectionResetError: WAS_CUT,
}
"""What the network did, and what can be done, by the class of an error, or of one that it came from."""


def network_reason(error: BaseException) -> tuple[str, str] | None:
    """What the network did, and what can be done; None where that is not known."""
    links = list(chain(error))
    for kind, (reason, hint) in NETWORK_REASONS.items():
        link = next((one for one in links if isinstance(one, kind)), None)
        if link is not None:
            told = clean(message_of(link.args[-1] if link.args else link), ERROR_LIMIT)
            return (f"{reason} ({told})" if kind is ssl.SSLError else reason), hint
    return None


def limited(connect: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same within the limit."""

    async def creator(*arguments: Any, **options: Any) -> Any:
        async with asyncio.timeout(CONNECT_LIMIT):
            return await connect(*arguments, **options)

    return creator
