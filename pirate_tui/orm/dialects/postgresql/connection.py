"""Connect to PostgreSQL by psycopg or asyncpg."""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import Dialect, Row, TextClause
from sqlalchemy.ext.asyncio import AsyncEngine

from pirate_tui.orm.connection.backend import CONNECT_LIMIT, ConnectionGuard
from pirate_tui.orm.dialects.server_connection import (
    APPLICATION,
    CAN_BYPASS,
    CHECK_ADDRESS,
    NO_ANSWER,
    NO_HOST,
    NOBODY_LISTENS,
    RIGHT_PASSWORD,
    SERVER_MESSAGE,
    SUPERUSER,
    WAS_CUT,
    ServerBackend,
    ServerCanceller,
)
from pirate_tui.orm.errors import QUERY_CANCELED, sqlstate
from pirate_tui.orm.read_only import OwnText, SqlText


NOWHERE, REFUSED, SILENT, CUT, NO_TLS, ANOTHER = "nowhere", "refused", "silent", "cut", "no TLS", "another"
"""Failures to connect that have no SQLSTATE."""

UNCODED = {
    "28P01": "password authentication failed|no password supplied",
    "28000": 'role ".*" does not exist|no pg_hba.conf entry|is not permitted to log in',
    "3D000": 'database ".*" does not exist',
    "53300": "too many clients|too many connections|remaining connection slots",
    "57P01": "terminating connection due to administrator command",
    "57P03": "starting up|shutting down|not yet accepting connections",
    NO_TLS: "does not support SSL",
    ANOTHER: "invalid response to SSL negotiation|expected authentication request",
    NOWHERE: "failed to resolve host|could not translate host name",
    REFUSED: "Connection refused|No such file or directory",
    SILENT: "timeout expired|timed out",
    CUT: "server closed the connection unexpectedly|Connection reset by peer|connection is lost|connection is closed",
}
"""Patterns for the messages of libpq, and of servers in English, about failed connections."""


SETTINGS = {
    "default_transaction_read_only": "on",
    "extra_float_digits": "3",
    "standard_conforming_strings": "on",
    "synchronize_seqscans": "off",
}
"""Settings of each session. Without the second, a number as text may differ; without the third a backslash could hide
the end of a string from us; without the last, rows that have no order of their own would begin anywhere
(https://www.postgresql.org/docs/current/runtime-config-compatible.html)."""


class NotConnected(ConnectionError):  # noqa: N818  named for the state that it reports
    """An error of asyncpg's own while it connects; SQLAlchemy 2.0 does not wrap it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.sqlstate = sqlstate(error)


async def _connect_by_asyncpg(*arguments: Any, **options: Any) -> Any:
    import asyncpg

    from pirate_tui.orm.dialects.postgresql.careful_asyncpg import connect

    try:
        return await connect(*arguments, **options)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise NotConnected(error) from error


def _ping_carefully(dialect: Dialect) -> None:
    """Replace the dialect's ping, so that a connection which the server is closing counts as lost.

    asyncpg then raises "cannot switch to state": not a DBAPI error, so SQLAlchemy would not try another connection.
    """
    from asyncpg import InternalClientError

    ping = dialect.do_ping

    def do_ping(connection: Any) -> bool:
        try:
            return ping(connection)
        except InternalClientError:
            return False

    dialect.do_ping = do_ping  # type: ignore[method-assign,assignment]  # there is no event for it


class PostgreSQLBackend(ServerBackend):
    """A database of a PostgreSQL server.

    Read-only twice: by default for the session, and again for each transaction, so that SQL cannot turn it off
    (https://www.postgresql.org/docs/current/sql-set-transaction.html). The latter at each checkout, and not by the
    engine's option `postgresql_readonly`, which is undone when a connection comes back: in a transaction that was
    stopped psycopg raises then, and the pool would lose the connection.
    """

    sql = SqlText.POSTGRESQL

    privilege_query: TextClause | None = OwnText("""\
SELECT word FROM (
    SELECT 0 AS number, 'superuser' AS word WHERE current_setting('is_superuser') = 'on'
    UNION ALL SELECT number, word FROM (VALUES
        (1, 'pg_write_server_files', 'may write files'),
        (2, 'pg_execute_server_program', 'may run programs'),
        (3, 'pg_signal_backend', 'may end sessions')
    ) AS known (number, role, word) JOIN pg_catalog.pg_roles ON rolname = role AND pg_has_role(pg_roles.oid, 'USAGE')
    UNION ALL SELECT 4, 'may replicate' FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolreplication
) AS privilege_query ORDER BY number""")
    """https://www.postgresql.org/docs/current/predefined-roles.html; those that are inherited count."""

    check: ClassVar[str] = (
        "check that a PostgreSQL server is running there, and the variables PGPORT etc., then press r"
    )

    reasons = {  # noqa: RUF012  as the base declares it
        "28P01": ("wrong or missing password", RIGHT_PASSWORD),
        "28000": (f"the server rejected this user ({SERVER_MESSAGE})", "restart as another user, or press r to retry"),
        "3D000": ("no such database", CHECK_ADDRESS),
        "53300": ("too many connections to the server", "wait, then press r"),
        "57P01": ("the server closed the connection", "press r to reconnect"),
        "57P02": ("the server closed the connection", "press r to reconnect"),
        "57P03": ("the server is starting up or shutting down", "wait, then press r"),
        NOWHERE: NO_HOST,
        NO_TLS: ("the server does not support TLS", "restart without sslmode, or with a server that supports it"),
        ANOTHER: ("the server there is not PostgreSQL", CHECK_ADDRESS),
        REFUSED: NOBODY_LISTENS,
        SILENT: NO_ANSWER,
        CUT: WAS_CUT,
    }

    def engine(self, time_limit: float) -> AsyncEngine:
        """Create a read-only engine, whose statements the server stops after `time_limit` seconds."""
        engine = super().engine(time_limit)
        self._dialect = engine.dialect
        if self._is_asyncpg:
            _ping_carefully(engine.dialect)
        return engine

    def creator(self) -> Callable[..., Awaitable[Any]]:
        """Return the function of the URL's driver that connects."""
        if self._is_asyncpg:
            return _connect_by_asyncpg
        from psycopg import AsyncConnection

        return AsyncConnection.connect

    def connect_arguments(self, time_limit: float) -> dict[str, Any]:
        """Return the driver's options, with the settings of the session from its first statement on."""
        settings = {**SETTINGS, "statement_timeout": f"{time_limit * 1000:.0f}"}
        if self._is_asyncpg:
            tls = {} if self.server.context is None else {"ssl": self.server.context}
            return {"server_settings": {**settings, "application_name": APPLICATION}, **tls}
        own = self.server.url.query.get("options", "")
        options = [
            own if isinstance(own, str) else " ".join(own),
            *(f"-c {name}={value}" for name, value in settings.items()),
        ]
        return {"options": " ".join(options).strip(), "application_name": APPLICATION, "client_encoding": "utf8"}

    def guard(self, dbapi_connection: Any) -> ConnectionGuard:
        """Return what cancels a statement: by psycopg's own means, or from another connection."""
        raw = dbapi_connection.driver_connection
        if self._is_asyncpg:
            cancel = f"SELECT pg_cancel_backend({raw.get_server_pid():d})"
            return ServerCanceller(lambda: self.send_beside(cancel))
        return ServerCanceller(partial(raw.cancel_safe, timeout=CONNECT_LIMIT))

    def descriptor(self, connection: Any) -> int:
        """Return the file descriptor of the connection's socket."""
        if self._is_asyncpg:
            return int(connection._transport.get_extra_info("socket").fileno())  # noqa: SLF001  there is no public way
        return int(connection.fileno())

    def checked_out(self, guard: ConnectionGuard, dbapi_connection: Any) -> None:  # noqa: ARG002  the port's signature
        """Make the connection's next transactions read-only."""
        self._dialect.set_readonly(dbapi_connection, True)  # type: ignore[attr-defined]  # of all of PostgreSQL's

    def warning(self, rights: Sequence[Row[Any]]) -> str:
        """Return what the user may do in spite of read-only transactions; a superuser may do anything."""
        words = [str(word) for (word,) in rights]
        return CAN_BYPASS if SUPERUSER in words else ", ".join(words)

    def code(self, error: BaseException) -> Any:
        """Return the SQLSTATE, or one inferred from the message where libpq could not connect and has none."""
        state = sqlstate(error)
        if state is None and type(error).__module__.startswith("psycopg"):
            return next((code for code, words in UNCODED.items() if re.search(words, str(error))), None)
        if state is None and "rejected SSL upgrade" in str(error):  # asyncpg's message for both
            return NO_TLS if self.server.wants_tls else ANOTHER
        return state

    def is_time_limit(self, code: Any) -> bool:
        """Whether the code is that of `statement_timeout`; a cancelled query raises another error."""
        return bool(code == QUERY_CANCELED)

    @property
    def _is_asyncpg(self) -> bool:
        return self.server.url.get_driver_name() == "asyncpg"
