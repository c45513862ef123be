"""Connect to MariaDB and MySQL by asyncmy, which does not cancel a query on the server when its task is cancelled."""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import reduce
from typing import Any, ClassVar, NoReturn

from sqlalchemy import ExceptionContext, Row, TextClause, event
from sqlalchemy.engine.interfaces import ExecuteStyle
from sqlalchemy.ext.asyncio import AsyncEngine

from pirate_tui.orm.connection.autocommit import is_autocommitting
from pirate_tui.orm.connection.backend import ConnectionGuard
from pirate_tui.orm.connection.tls import encrypted
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.mysql.several_hosts import LEFT, to_the_first
from pirate_tui.orm.dialects.server_connection import (
    CAN_BYPASS,
    CHECK_ADDRESS,
    RIGHT_PASSWORD,
    SERVER_MESSAGE,
    SUPERUSER,
    ServerBackend,
    ServerCanceller,
)
from pirate_tui.orm.errors import NO_ACCESS, NO_SUCH_DATABASE, TOO_LONG, TOO_LONG_IN_MYSQL, mysql_code
from pirate_tui.orm.read_only import OwnText, SqlText


READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
"""Sent at once. SQL could undo it (https://mariadb.com/kb/en/set-transaction/)."""

BEGIN = "START TRANSACTION READ ONLY"
"""Sent at each checkout: a transaction cannot undo it (https://mariadb.com/kb/en/start-transaction/)."""

ALONE = "SET STATEMENT tx_read_only = 1, max_statement_time = {seconds:g} FOR "
"""Put before each statement that MariaDB is to commit by itself; MySQL does not have it
(https://mariadb.com/kb/en/set-statement/)."""

STRICT = (
    "NO_ZERO_IN_DATE",
    "NO_ZERO_DATE",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "STRICT_TRANS_TABLES",
    "STRICT_ALL_TABLES",
    "TRADITIONAL",
)
"""Modes of MySQL that go together: it warns where only some of them are set. Strict is what writes."""

WITH_ZEROS = "sql_mode = " + reduce("REPLACE({}, '{}', '')".format, STRICT, "@@SESSION.sql_mode")
"""Lets MySQL compare with dates that have zeros, as there may be in a table: by default it refuses to, since 8.0.16
(https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sqlmode_no_zero_date)."""

GRANTED = re.compile(r"GRANT (.+?) ON \*\.\* TO ")
"""Global privileges, in a line of SHOW GRANTS."""

POWERS = {
    "ALL PRIVILEGES|SUPER": SUPERUSER,
    "FILE": "may write files",
    r".*[ _]ADMIN": "may change settings",
}
"""Rights that a function may use in a transaction that only reads, and the words for them
(https://mariadb.com/kb/en/grant/#global-privileges)."""


PLAIN_PASSWORD, NO_CRYPTOGRAPHY, NO_PACKAGE = -1, -2, -3
"""Numbers of ours for failures of asyncmy before the login; a server's are positive."""

PLAIN_LOGINS = (b"mysql_clear_password", b"dialog")
"""Authentication plugins that send the password in plain text, if the server requests them
(https://dev.mysql.com/doc/refman/8.4/en/cleartext-pluggable-authentication.html,
https://mariadb.com/kb/en/authentication-plugin-pam/)."""


def _refuse(_connection: object) -> NoReturn:
    """Refuse a login in which asyncmy would send the password in plain text, by raising OperationalError."""
    from asyncmy.errors import OperationalError

    raise OperationalError(PLAIN_PASSWORD, "the password is not sent in plain text")


async def _connect_by_asyncmy(*arguments: Any, **options: Any) -> Any:
    """Open a connection; raise asyncmy's OperationalError where a package that the login needs is missing."""
    from asyncmy import connect
    from asyncmy.errors import OperationalError

    try:
        return await connect(*arguments, **options)
    except RuntimeError as error:
        needed = re.match(r"'(\w+)' package is required", str(error))
        if needed is None:
            raise
        code = NO_CRYPTOGRAPHY if needed[1] == "cryptography" else NO_PACKAGE
        raise OperationalError(code, needed[1]) from error


class MySQLBackend(ServerBackend):
    """A database of a MariaDB or MySQL server."""

    sql = SqlText.MYSQL

    privilege_query: TextClause | None = OwnText("SHOW GRANTS")
    """Includes the privileges of the active roles: https://mariadb.com/kb/en/show-grants/."""

    check: ClassVar[str] = "check that a MariaDB or MySQL server is running there, then press r"

    reasons = {  # noqa: RUF012  as the base declares it
        1040: ("too many connections to the server", "wait, then press r"),
        NO_ACCESS: (
            f"the server rejected this user ({SERVER_MESSAGE})",
            "restart as another user, or press r to retry",
        ),
        1045: ("wrong or missing user or password", RIGHT_PASSWORD),
        LEFT: ("this node has left its cluster", "use another node, or wait until it is back, then press r"),
        NO_SUCH_DATABASE: ("no such database", CHECK_ADDRESS),
        1203: ("too many connections of this user", "wait, then press r"),
        1226: ("too many connections of this user", "wait, then press r"),
        1927: ("the server closed the connection", "press r to reconnect"),
        PLAIN_PASSWORD: (
            "the server wants the password in plain text, but the connection is not encrypted: it was not sent",
            "restart with ?sslmode=require (better: verify-full) at the end of the URL",
        ),
        NO_CRYPTOGRAPHY: (
            f"to log in here without TLS, asyncmy needs the package {SERVER_MESSAGE}",
            "pip install 'pirate-tui[mysql]'; or restart with ?sslmode=require at the end of the URL",
        ),
        NO_PACKAGE: (
            f"to log in here, asyncmy needs the package {SERVER_MESSAGE}",
            "install it in pirate-tui's environment (pip install), then restart",
        ),
        2006: ("the connection was lost", "press r to reconnect"),
        2013: ("the connection was lost", "press r to reconnect"),
        2014: ("the connection was lost", "press r to reconnect"),
    }

    momentary = frozenset({1213})

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        if server.schema is not None:  # which is a database: https://mariadb.com/kb/en/create-database/
            self.server = server._replace(url=server.url.set(database=server.schema))

    def _made(self, **options: Any) -> AsyncEngine:
        engine = super()._made(**options)
        # Before 2.0.50 SQLAlchemy inspects PyMySQL, where that is installed too, for how to ping asyncmy, and fails at
        # each checkout (https://github.com/sqlalchemy/sqlalchemy/issues/13306). Its own adapter takes this.
        dialect: Any = engine.sync_engine.dialect
        dialect._send_false_to_ping = True  # noqa: SLF001  there is no public name for it
        _end_what_has_begun(dialect)
        return engine

    def engine(self, time_limit: float) -> AsyncEngine:
        """Create a read-only engine; of several nodes, a connection to one that has left its cluster is not kept."""
        engine = super().engine(time_limit)
        if self.server.has_several_hosts:
            event.listen(engine.sync_engine, "handle_error", _leave)
        event.listen(engine.sync_engine, "do_execute", self._execute)
        event.listen(engine.sync_engine, "do_executemany", self._execute)
        event.listen(engine.sync_engine, "do_execute_no_params", self._execute)
        return engine

    def creator(self) -> Callable[..., Awaitable[Any]]:
        """Return a function that connects by asyncmy: over TLS where the URL requires it, to the first of several."""
        connect = encrypted(_connect_by_asyncmy) if self.server.wants_tls else _connect_by_asyncmy
        return to_the_first(connect) if self.server.has_several_hosts else connect

    def connect_arguments(self, time_limit: float) -> dict[str, Any]:  # noqa: ARG002  see `guard`
        """Return asyncmy's options: read-only, TLS, and the password as bytes, since asyncmy encodes text as Latin 1.

        Over a network connection without TLS, logins that would send the password in plain text are refused.
        """
        options: dict[str, Any] = {"init_command": READ_ONLY, "autocommit": True}
        if self.server.context is not None:
            options["ssl"] = self.server.context
        elif "unix_socket" not in self.server.url.query:
            options["auth_plugin_map"] = dict.fromkeys(PLAIN_LOGINS, _refuse)
        if self.server.url.password:
            options["password"] = self.server.url.password.encode()
        return options

    def guard(self, dbapi_connection: Any) -> ConnectionGuard:
        """Set the time limit of the connection's statements, and return what cancels them."""
        limit = (
            f"max_statement_time = {self.time_limit:g}"
            if is_mariadb(dbapi_connection)
            else f"max_execution_time = {self.time_limit * 1000:.0f}, {WITH_ZEROS}"
        )
        _send(dbapi_connection, f"SET SESSION {limit}")
        kill = f"KILL QUERY {dbapi_connection.driver_connection.thread_id():d}"  # https://mariadb.com/kb/en/kill/
        beside = self._at(dbapi_connection.driver_connection)
        return ServerCanceller(lambda: beside.send_beside(kill))

    def _at(self, connection: Any) -> "MySQLBackend":
        """Return the backend of the one server that a connection leads to: its number is another one's elsewhere."""
        if not self.server.has_several_hosts:
            return self
        backend = MySQLBackend(self.server.at(*self.address(connection)))
        backend.time_limit = self.time_limit
        return backend

    def address(self, connection: Any) -> tuple[str, int | None]:
        """Return host and port as given."""
        return str(connection._host), int(connection._port)  # noqa: SLF001  there is no public way

    def descriptor(self, connection: Any) -> int:
        """Return the file descriptor of the connection's socket."""
        return int(connection._transport.get_extra_info("socket").fileno())  # noqa: SLF001  there is no public way

    def checked_out(self, guard: ConnectionGuard, dbapi_connection: Any) -> None:  # noqa: ARG002  the port's signature
        """Begin a transaction that only reads, whatever was sent before."""
        _send(dbapi_connection, BEGIN)

    def autocommit(self, dbapi_connection: Any) -> bool:
        """Let each statement commit by itself, which says itself that it only reads, where the server is MariaDB."""
        return is_mariadb(dbapi_connection)

    def end_autocommit(self, dbapi_connection: Any) -> None:
        """Do nothing: a transaction begins as one is needed."""

    def is_writable(self, dbapi_connection: Any) -> bool:  # noqa: ARG002  the port's signature
        """Return False: whatever became of the session, each statement itself says that it only reads."""
        return False

    def _execute(self, cursor: Any, statement: str, *parameters_and_context: Any) -> bool:
        """Handle an engine's `do_execute` event, and its kin: send what commits by itself as a statement that reads."""
        *parameters, context = parameters_and_context
        is_alone = is_autocommitting(context.root_connection)
        if is_alone:
            send = cursor.executemany if context.execute_style is ExecuteStyle.EXECUTEMANY else cursor.execute
            send(ALONE.format(seconds=self.time_limit) + statement, *parameters)
        return is_alone

    def warning(self, rights: Sequence[Row[Any]]) -> str:
        """Return what the user may do by global privileges in spite of read-only transactions, from SHOW GRANTS."""
        lines = [found[1] for (line,) in rights if (found := GRANTED.match(str(line))) is not None]
        granted = {right.strip() for line in lines for right in line.split(",")}
        words = [word for known, word in POWERS.items() if any(re.fullmatch(known, right) for right in granted)]
        return CAN_BYPASS if SUPERUSER in words else ", ".join(words)

    def code(self, error: BaseException) -> Any:
        """Return the server's number of the error, or the driver's own."""
        return mysql_code(error)

    def is_time_limit(self, code: Any) -> bool:
        """Whether the code is that of `max_statement_time` or `max_execution_time`."""
        return code in {TOO_LONG, TOO_LONG_IN_MYSQL}


def is_mariadb(dbapi_connection: Any) -> bool:
    """Whether the server is MariaDB, and not MySQL, by what it says as it greets."""
    return "MariaDB" in dbapi_connection.driver_connection.get_server_info()


def _end_what_has_begun(dialect: Any) -> None:
    """Send no COMMIT or ROLLBACK where no transaction has begun, as the server has told with its last answer."""

    def only_within(end: Callable[[Any], None]) -> Callable[[Any], None]:
        def end_transaction(dbapi_connection: Any) -> None:
            own = getattr(dbapi_connection, "dbapi_connection", dbapi_connection)  # a pool's, which may be detached
            if own.driver_connection.get_transaction_status():
                end(dbapi_connection)

        return end_transaction

    dialect.do_commit = only_within(dialect.do_commit)  # there is no event for them
    dialect.do_rollback = only_within(dialect.do_rollback)


def _leave(context: ExceptionContext) -> None:
    """Handle an engine's `handle_error` event: a node that has left its cluster is as good as gone."""
    if mysql_code(context.original_exception) == LEFT:
        context.is_disconnect = True


def _send(dbapi_connection: Any, statement: str) -> None:
    cursor = dbapi_connection.cursor()
    cursor.execute(statement)
    cursor.close()
