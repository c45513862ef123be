"""Connect to PostgreSQL by psycopg or asyncpg."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import Dialect, Row, TextClause
from sqlalchemy.ext.asyncio import AsyncEngine

from pirate_tui.domain.answering import AnsweringServer
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.text import clean, redact
from pirate_tui.orm.connection.backend import CONNECT_LIMIT, ConnectionGuard
from pirate_tui.orm.dialects.postgresql.connecting import (
    NO_ROLE,
    READ_ONLY,
    AsyncpgConnector,
    PsycopgConnector,
    SessionConnector,
)
from pirate_tui.orm.dialects.postgresql.session import SettingsIgnored, as_option, settings_of
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
    limited,
)
from pirate_tui.orm.errors import ERROR_LIMIT, QUERY_CANCELED, sqlstate
from pirate_tui.orm.read_only import OwnText, SqlText


NOWHERE, REFUSED, SILENT, CUT, NO_TLS, ANOTHER = "nowhere", "refused", "silent", "cut", "no TLS", "another"
"""Failures to connect that have no SQLSTATE."""

NO_SETTINGS, NO_TRANSACTIONS, NO_SERVER, NONE_FREE = "no settings", "no transactions", "no server", "none free"
"""Failures of connection poolers, whose SQLSTATE is that of any protocol error."""

UNCODED = {
    "28P01": "password authentication failed|no password supplied",
    "28000": 'role ".*" does not exist|no pg_hba.conf entry|is not permitted to log in',
    "3D000": 'database ".*" does not exist',
    "53300": "too many clients|too many connections|remaining connection slots",
    "57P01": "terminating connection due to administrator command",
    "57P03": "starting up|shutting down|not yet accepting connections",
    NO_ROLE: "server is (?:not )?in hot standby mode|session is (?:not )?read-only",
    NO_TLS: "does not support SSL",
    ANOTHER: "invalid response to SSL negotiation|expected authentication request",
    NOWHERE: "failed to resolve host|could not translate host name",
    REFUSED: "Connection refused|No such file or directory",
    SILENT: "timeout expired|timed out",
    CUT: "server closed the connection unexpectedly|Connection reset by peer|connection is lost|connection is closed",
}
"""Patterns for the messages of libpq, and of servers in English, about failed connections."""

OTHER_SERVER = re.compile(r"Could not determine version from string '(.+)'")
"""SQLAlchemy's message about a server that speaks the protocol and is another: `CockroachDB CCL v23.1.11 (...)`."""

OF_CONNECTIONS = "08"
"""The class of SQLSTATEs that PgBouncer has for almost everything, and asyncpg for a connection that is closed
(https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

OF_POOLERS = {
    NO_SETTINGS: "unsupported startup parameter",
    NO_TRANSACTIONS: "transaction blocks not allowed in statement pooling mode",
    NO_SERVER: "server login (?:has been failing|failed)|cannot connect to server|server_connect_timeout",
    NONE_FREE: "query_wait_timeout",
    "53300": "no more connections allowed",
    "3D000": "no such database",
    "28000": "no such user",
}
"""Patterns for PgBouncer's messages (https://www.pgbouncer.org/config.html)."""


STANDBY, CUT_OFF = "standby", "cut off"
"""What a server tells of itself beside the user's privileges: it follows a primary, or would, and receives nothing."""

IN_RECOVERY = "in_hot_standby"
"""The setting by which a server reports that it is a standby
(https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC)."""


async def _cancel_by_asyncpg(connection: Any) -> None:
    """Ask the server to cancel what runs on a connection, as asyncpg does when its task is cancelled."""
    await connection._cancel(asyncio.get_running_loop().create_future())  # noqa: SLF001  there is no public way


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
SELECT word, CASE word WHEN 'standby' THEN CASE
    WHEN pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn() THEN 0
    ELSE CAST(extract(epoch FROM now() - pg_catalog.pg_last_xact_replay_timestamp()) AS FLOAT)
END END FROM (
    SELECT 0 AS number, 'superuser' AS word WHERE current_setting('is_superuser') = 'on'
    UNION ALL SELECT number, word FROM (VALUES
        (1, 'pg_write_server_files', 'may write files'),
        (2, 'pg_execute_server_program', 'may run programs'),
        (3, 'pg_signal_backend', 'may end sessions')
    ) AS known (number, role, word) JOIN pg_catalog.pg_roles ON rolname = role AND pg_has_role(pg_roles.oid, 'USAGE')
    UNION ALL SELECT 4, 'may replicate' FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolreplication
    UNION ALL SELECT 5, CASE WHEN EXISTS (SELECT pid FROM pg_catalog.pg_stat_wal_receiver) THEN 'standby' ELSE 'cut off'
    END WHERE pg_catalog.pg_is_in_recovery()
) AS privilege_query ORDER BY number""")
    """https://www.postgresql.org/docs/current/predefined-roles.html; those that are inherited count. Of a standby, the
    seconds by which it is behind with what it has received
    (https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL)."""

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
        NO_TRANSACTIONS: (
            "this pool lends a session for one statement, so nothing would be read-only",
            "restart with a pool in transaction or session mode, or with the address of the server itself",
        ),
        NO_SERVER: (f"the connection pooler cannot reach its server ({SERVER_MESSAGE})", "press r to retry"),
        NONE_FREE: ("the connection pooler has no free connection to the server", "wait, then press r"),
        "57P03": ("the server is starting up or shutting down", "wait, then press r"),
        NOWHERE: NO_HOST,
        NO_TLS: ("the server does not support TLS", "restart without sslmode, or with a server that supports it"),
        ANOTHER: ("the server there is not PostgreSQL", CHECK_ADDRESS),
        NO_ROLE: (
            "no host that answers has the role that target_session_attrs wants",
            "start one that has it, then press r; or restart with target_session_attrs=any",
        ),
        REFUSED: NOBODY_LISTENS,
        SILENT: NO_ANSWER,
        CUT: WAS_CUT,
    }

    momentary = frozenset({"40001", "40P01"})

    def engine(self, time_limit: float) -> AsyncEngine:
        """Create a read-only engine, whose statements the server stops after `time_limit` seconds."""
        engine = super().engine(time_limit)
        self._dialect = engine.dialect
        if self._is_asyncpg:
            _ping_carefully(engine.dialect)
        return engine

    def _made(self, **options: Any) -> AsyncEngine:
        """Make an engine; by psycopg without a question for hstore, of which SQLAlchemy reads the text by itself."""
        connector = AsyncpgConnector if self._is_asyncpg else PsycopgConnector
        self._connector: SessionConnector = connector(settings_of(self.time_limit, self.server.schema))
        return super()._made(**options, **({} if self._is_asyncpg else {"use_native_hstore": False}))

    def creator(self) -> Callable[..., Awaitable[Any]]:
        """Return a function that connects by the URL's driver, and verifies that the settings are in force."""
        return self._connector.connect

    def connect(self, dialect: Dialect, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """Connect with the settings of a session; through a connection pooler, with the settings of each transaction.

        A pooler refuses the former, or ignores them, or tells another process's number than the server.
        """
        if not self.is_pooled:
            try:
                return super().connect(dialect, arguments, options)
            except Exception as error:
                if not isinstance(error, SettingsIgnored) and self.code(error) != NO_SETTINGS:
                    raise
                logging.getLogger(__name__).info("connecting through a connection pooler: %s", error)
            self.is_pooled = True
        connect = limited(self._connector.connect_to_pooler)
        pooled = self._connector.pooled(options, self._own_options)
        return super().connect(dialect, arguments, {**pooled, "async_creator_fn": connect})

    def connect_arguments(self, time_limit: float) -> dict[str, Any]:
        """Return the driver's options, with the settings of the session from its first statement on.

        Of several hosts each may take its share of the time: one that says nothing must not take it all. See
        `careful_asyncpg` for asyncpg.
        """
        settings = settings_of(time_limit, self.server.schema)
        if self._is_asyncpg:
            tls = {} if self.server.context is None else {"ssl": self.server.context}
            return {"server_settings": {**settings, "application_name": APPLICATION}, **tls}
        options = [self._own_options, *(as_option(name, value) for name, value in settings.items())]
        turns = 2 if self.server.url.query.get("target_session_attrs") == "prefer-standby" else 1
        share = CONNECT_LIMIT / (turns * self.server.number_of_hosts)
        return {
            "options": " ".join(options).strip(),
            "application_name": APPLICATION,
            "client_encoding": "utf8",
            "prepare_threshold": None,  # a statement that is kept prepared fails for good after ALTER TABLE
            "connect_timeout": f"{share:.0f}",
        }

    def guard(self, dbapi_connection: Any) -> ConnectionGuard:
        """Return what cancels a statement, by the protocol's own request, which poolers pass on."""
        raw = dbapi_connection.driver_connection
        if self._is_asyncpg:
            return ServerCanceller(partial(_cancel_by_asyncpg, raw))
        return ServerCanceller(partial(raw.cancel_safe, timeout=CONNECT_LIMIT))

    def descriptor(self, connection: Any) -> int:
        """Return the file descriptor of the connection's socket."""
        if self._is_asyncpg:
            return int(connection._transport.get_extra_info("socket").fileno())  # noqa: SLF001  there is no public way
        return int(connection.fileno())

    def checked_out(self, guard: ConnectionGuard, dbapi_connection: Any) -> None:  # noqa: ARG002  the port's signature
        """Make the connection's next transactions read-only."""
        self._dialect.set_readonly(dbapi_connection, True)  # type: ignore[attr-defined]  # of all of PostgreSQL's

    def autocommit(self, dbapi_connection: Any) -> bool:
        """Let each statement commit by itself, if its server reports whether its session only reads, and it does so.

        It does from version 14 on. A statement cannot make its own transaction writable, only that of the next
        (https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-DEFAULT-TRANSACTION-READ-ONLY); and
        through a connection pooler the next one may be sent to another session.
        """
        if self.is_pooled or self.is_writable(dbapi_connection):
            return False
        dbapi_connection.autocommit = True
        return True

    def end_autocommit(self, dbapi_connection: Any) -> None:
        """Let statements be part of a transaction again."""
        dbapi_connection.autocommit = False

    def is_writable(self, dbapi_connection: Any) -> bool:
        """Whether the session is not read-only by default, or has not reported it."""
        return self._connector.reported(dbapi_connection.driver_connection, READ_ONLY) != "on"

    def warning(self, rights: Sequence[Row[Any]]) -> str:
        """Return what the user may do in spite of read-only transactions; a superuser may do anything."""
        words = [word for row in rights if (word := str(row[0])) not in {STANDBY, CUT_OFF}]
        return CAN_BYPASS if SUPERUSER in words else ", ".join(words)

    def in_role(self, known: AnsweringServer, rights: Sequence[Row[Any]]) -> AnsweringServer:
        """Return what is known of the server, with its role and its lag."""
        seconds = {str(word): seconds for word, seconds in map(tuple, rights)}
        lag = seconds.get(STANDBY)
        return known._replace(
            is_standby=STANDBY in seconds or CUT_OFF in seconds,
            lag=None if lag is None else max(0.0, float(lag)),  # below zero where two clocks differ
            is_cut_off=CUT_OFF in seconds,
        )

    def address(self, connection: Any) -> tuple[str, int | None]:
        """Return host and port as given; of asyncpg's socket, its file."""
        if not self._is_asyncpg:
            return connection.info.host, connection.info.port
        found = connection._addr  # noqa: SLF001  there is no public way
        return (found, None) if isinstance(found, str) else (str(found[0]), int(found[1]))

    def is_standby(self, connection: Any) -> bool | None:
        """Whether it is a standby, which a server from version 14 on reports by itself, also a change of it."""
        told = self._connector.reported(connection, IN_RECOVERY)
        return told == "on" if told else None

    def code(self, error: BaseException) -> Any:
        """Return the SQLSTATE, or one inferred from the message where libpq could not connect and has none."""
        state = sqlstate(error)
        if state is None or state.startswith(OF_CONNECTIONS):
            found = next((code for code, words in OF_POOLERS.items() if re.search(words, str(error))), None)
            if found is not None:
                return found
        if state is None and type(error).__module__.startswith("psycopg"):
            return next((code for code, words in UNCODED.items() if re.search(words, str(error))), None)
        if state is None and "rejected SSL upgrade" in str(error):  # asyncpg's message for both
            return NO_TLS if self.server.wants_tls else ANOTHER
        return state

    def protocol_error(self, error: BaseException) -> BrowserError:
        """Return an error for a server that the driver does not understand, by its own name where it has told one."""
        told = OTHER_SERVER.search(str(error))
        if told is None:
            return super().protocol_error(error)
        name = clean(redact(told[1]), ERROR_LIMIT)
        return DatabaseUnreachableError(
            self.where, f"the server is {name}, which SQLAlchemy does not know", CHECK_ADDRESS
        )

    def is_time_limit(self, code: Any) -> bool:
        """Whether the code is that of `statement_timeout`; a cancelled query raises another error."""
        return bool(code == QUERY_CANCELED)

    @property
    def _own_options(self) -> str:
        """The settings that the URL has for libpq."""
        own = self.server.url.query.get("options", "")
        return own if isinstance(own, str) else " ".join(own)

    @property
    def _is_asyncpg(self) -> bool:
        return self.server.url.get_driver_name() == "asyncpg"
