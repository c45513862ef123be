"""Parse DATABASE, as typed, into a file or a server with an async driver."""

import getpass
import os
import ssl
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean, keep_secret, redact
from pirate_tui.orm.connection.hosts import (
    DEFAULT_PORTS,
    FORM,
    HIGHEST_PORT,
    several_named,
    with_hosts_as_options,
    with_one_host,
)
from pirate_tui.orm.connection.tls import Tls, tls_of


class Server(NamedTuple):
    """A database on a server, and how to connect to it; its repr hides the password, as that of `URL` does."""

    url: URL
    """With an async driver."""
    notes: tuple[str, ...] = ()
    """Messages before the screen starts: the driver that was chosen, a password that others can read."""
    wants_tls: bool = False
    """Whether a connection without TLS is an error."""
    context: ssl.SSLContext | None = None
    """The TLS options, for drivers that do not take them from the URL."""
    schema: str | None = None
    """The schema in which tables are found whose models name none; None for the database's default."""

    @property
    def name(self) -> str:
        """The server and database as shown, also in errors: `db:5432/shop`."""
        url, is_postgresql, host = self.url, self._is_postgresql, self._hosts
        if self.has_several_hosts:
            return f"{several_named(host, url.query.get('port'))}/{url.database or ''}"
        port = url.port or (os.environ.get("PGPORT") if is_postgresql else None)
        shown = f"[{host}]" if url.host and ":" in host else host
        return f"{shown}:{port or DEFAULT_PORTS[url.get_backend_name()]}/{url.database or ''}"

    def name_at(self, host: str, port: int | None) -> str:
        """Return the name of the one server of several that was connected to; `port` is None for a socket's file."""
        shown = f"[{host}]" if ":" in host else host
        return f"{shown}{'' if port is None else f':{port}'}/{self.url.database or ''}"

    def at(self, host: str, port: int | None) -> "Server":
        """Return that one server of several."""
        return self._replace(url=self.url.difference_update_query(["host", "port"]).set(host=host, port=port))

    @property
    def has_several_hosts(self) -> bool:
        """Whether one of several hosts is connected to."""
        return "," in self._hosts

    @property
    def number_of_hosts(self) -> int:
        """The number of hosts that are tried."""
        return self._hosts.count(",") + 1

    @property
    def _hosts(self) -> str:
        """The host, or several with a comma in between, maybe with their ports."""
        hosts = self.url.host or self.url.query.get("host") or self.url.query.get("unix_socket")
        host = hosts if isinstance(hosts, str) else ",".join(hosts or ())
        return host or (os.environ.get("PGHOST") if self._is_postgresql else None) or "localhost"

    @property
    def _is_postgresql(self) -> bool:
        return self.url.get_backend_name() == "postgresql"

    @property
    def key(self) -> str:
        """The URL without its password, by which choices are remembered."""
        return self.url._replace(password=None).render_as_string()

    def with_password(self, password: str) -> "Server":
        """Return the server with this password, which is redacted in all output from now on."""
        keep_secret(password)
        return self._replace(url=self.url.set(password=password))


DRIVERS = {"postgresql": ("psycopg", "asyncpg"), "mysql": ("asyncmy",), "mariadb": ("asyncmy",)}
"""Async drivers, the default first.

Without aiomysql: where TLS is required, it continues in plain text with a server that has none.
"""

EXTRAS = {"psycopg": "postgresql", "asyncpg": "asyncpg", "asyncmy": "mysql"}
"""The extra to install for a driver: `pirate-tui[postgresql]`."""

REPLACED = {
    "postgresql": {"", "psycopg2", "psycopg2cffi", "pg8000", "psycopg_async"},
    "mysql": {"", "mysqldb", "pymysql", "mysqlconnector", "cymysql", "pyodbc", "aiomysql", "mariadbconnector"},
}
"""Drivers of SQLAlchemy that are replaced by an async one; without a name, SQLAlchemy uses a sync one."""

TRUE = {"true", "yes", "on", "1"}

SQLITE = {"", "aiosqlite", "pysqlite", "pysqlite_numeric"}
"""Drivers of plain SQLite files; others are for encrypted ones."""

KNOWN = "give a file, or the URL of a SQLite, PostgreSQL, MariaDB or MySQL database"

SECRETS = {"password", "passwd", "pwd", "sslpassword", "oauth_client_secret"}
"""Options of a URL that hold secrets, which no tool hides."""

OPTIONS = {
    "asyncpg": {"host", "port", "passfile", "target_session_attrs", "prepared_statement_cache_size", "krbsrvname"},
    "asyncmy": {"unix_socket", "host", "port"},
}
"""Options of drivers that raise a TypeError for any other; libpq reports unknown ones itself."""

SESSIONS = {"read-write": "primary", "read-only": "standby"}
"""Values of `target_session_attrs` that ask for the session's default, which is ours; and those that mean the server
(https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS)."""

OURS = {
    *("connect_timeout", "read_timeout", "write_timeout", "timeout", "command_timeout"),
    *("autocommit", "prepare_threshold", "row_factory", "cursor_factory", "context"),
    *("charset", "client_encoding", "use_unicode", "collation", "binary_prefix"),
}
"""Options that are ignored: time limits, transactions and encoding are the browser's own, and its driver's defaults
serve the rest."""

OPEN_PASSWORD = (
    "a password in the URL is visible in the process list and the shell history: use PIRATE_TUI_PASSWORD instead"  # noqa: S105  it names the way out
)


def named(typed: str) -> Path | Server:
    """Parse a URL into a file or a server; raise `StartupError`, which quotes no password."""
    backend, _, driver = typed.partition("://")[0].lower().partition("+")
    backend = "postgresql" if backend == "postgres" else backend
    if backend == "sqlite":
        return _file(typed, driver)
    if backend not in DRIVERS:
        raise _wrong(f"unsupported URL scheme {clean(backend)}://; {KNOWN}")
    chosen = _driver(backend, driver)
    url = with_hosts_as_options(_parsed(typed, f"{backend}+{chosen}"))
    tls = tls_of(url.query)
    server = Server(_with_database(_options(url, chosen, tls.left)), wants_tls=tls.is_wanted)
    return _encrypted(server, tls)._replace(notes=tuple(_notes(url, f"{backend}+{driver}", tls, server)))


def _notes(url: URL, typed: str, tls: Tls, server: Server) -> Iterator[str]:
    """Yield what to show about the typed URL before the screen starts."""
    if typed.endswith("+aiomysql"):
        yield "aiomysql falls back to plain text when TLS is requested but not available; using driver asyncmy"
    elif typed != url.drivername:
        yield f"using driver {url.get_driver_name()} ({url.drivername}://)"
    if not url.database:
        yield f"the URL names no database; using {clean(str(server.url.database))}"
    if url.get_driver_name() == "asyncmy" and tls.is_negotiable:
        yield "asyncmy does not support sslmode=prefer; connecting without TLS (use ?sslmode=require)"
    if url.password:
        yield OPEN_PASSWORD


def _encrypted(server: Server, tls: Tls) -> Server:
    """Return the server with TLS options in the form that its driver takes; unchanged without any."""
    driver = server.url.get_driver_name()
    if driver == "psycopg":
        return server._replace(url=server.url.update_query_dict(tls.as_libpq()))
    if server.wants_tls:
        return server._replace(context=tls.context())
    if driver == "asyncpg" and tls.mode is not None:
        return server._replace(url=server.url.update_query_dict({"ssl": tls.mode}))
    return server


def _file(typed: str, driver: str) -> Path:
    """Return the file of a SQLite URL, whose other options are ignored."""
    url = _parsed(typed, "sqlite")
    if driver not in SQLITE:
        raise _wrong(f"unsupported URL scheme sqlite+{clean(driver)}://; {KNOWN}")
    if url.host:
        raise _wrong("a SQLite URL has no host; use sqlite:///name.db (in this folder) or sqlite:////folder/name.db")
    name = url.database or ""
    if name.startswith("file:") and url.query.get("uri") in TRUE:
        name = unquote(name.removeprefix("file:").partition("?")[0]).removeprefix("//")
    if name in {"", ":memory:"} or url.query.get("mode") == "memory":
        raise _wrong("an in-memory SQLite database exists only inside its own program; give a file, or omit the URL")
    return Path(name)


def _driver(backend: str, typed: str) -> str:
    """Return an async driver that is installed; raise `StartupError` if there is none."""
    offered = DRIVERS[backend]
    if typed not in {*offered, *REPLACED.get(backend, REPLACED["mysql"])}:
        ways = " or ".join(f"{backend}+{driver}://" for driver in offered)
        raise _wrong(f"no such driver: {clean(typed)}; use {ways}")
    wanted = (typed,) if typed in offered else offered
    for driver in wanted:
        if not _why_not(driver):
            return driver
    raise _wrong(f"{wanted[0]} {_why_not(wanted[0])}: pip install 'pirate-tui[{EXTRAS[wanted[0]]}]'")


def _why_not(driver: str) -> str:
    """Return why the driver cannot be imported; empty where it can."""
    try:
        import_module(driver)
    except ModuleNotFoundError as error:
        return "is not installed" if error.name == driver else f"requires {clean(str(error.name))}"
    except ImportError as error:
        return f"cannot be imported ({clean(str(error))})"
    return ""


def _parsed(typed: str, scheme: str) -> URL:
    """Parse a URL; raise `StartupError`, which quotes no part of it, since any might hold a part of a password."""
    try:
        url = make_url(f"{scheme}://{with_one_host(typed.partition('://')[2], scheme)}")
    except (ArgumentError, ValueError):
        raise _wrong(f"invalid URL; {FORM}") from None
    if url.password:
        keep_secret(url.password)
    behind = typed.partition("://")[2].partition("/")[2].partition("?")[0]
    if typed.count("@") > 1 or "@" in behind or not _is_sound(url):  # what is around it may be of a password
        raise _wrong(f"invalid URL; {FORM}")
    if SECRETS & {option.lower() for option in url.query}:
        raise _wrong("a password is not allowed in the URL options; set PIRATE_TUI_PASSWORD instead")
    return url


def _is_sound(url: URL) -> bool:
    """Whether the URL has a valid host and port, and no NUL, at which drivers raise other errors than DBAPI's."""
    try:
        (url.host or "").encode("idna")
    except UnicodeError:
        return False
    port = 1 if url.port is None else url.port
    return 0 < port <= HIGHEST_PORT and "\0" not in "".join(map(str, url))


def _options(url: URL, driver: str, remaining: Mapping[str, str | tuple[str, ...]]) -> URL:
    """Return the URL with the options that the driver knows; raise `StartupError` for others."""
    known = OPTIONS.get(driver)
    options = {name: value for name, value in remaining.items() if name not in OURS}
    wanted = options.get("target_session_attrs")
    if wanted in SESSIONS:
        options["target_session_attrs"] = SESSIONS[str(wanted)]
    for name in options:
        if known is not None and name not in known:
            raise _wrong(f"{driver} has no option {clean(name)}; it has {', '.join(sorted(known))}")
    url = url.set(query=options)
    try:
        _, arguments = url.get_dialect()().create_connect_args(url)
        if driver == "psycopg":
            _check_by_libpq(arguments)
    except (ArgumentError, ValueError) as error:
        raise _wrong(f"invalid URL options: {clean(redact(str(error)))}") from None
    return url


def _check_by_libpq(arguments: Mapping[str, Any]) -> None:
    """Raise ValueError for options that libpq does not know."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo

    try:
        make_conninfo("", **arguments)
    except ProgrammingError as error:
        raise ValueError(str(error)) from None


def _with_database(url: URL) -> URL:
    """Return the URL with a database; for PostgreSQL by default that of the user, as libpq does."""
    if url.database:
        return url
    if url.get_backend_name() != "postgresql":
        raise _wrong(f"the URL names no database; {FORM}")
    database = os.environ.get("PGDATABASE") or url.username or os.environ.get("PGUSER")
    try:
        return url.set(database=database or getpass.getuser())
    except (KeyError, OSError):
        raise _wrong(f"the URL names neither a user nor a database, and the current user has no name; {FORM}") from None


def _wrong(message: str) -> StartupError:
    return StartupError(WRONG_USE, message)
