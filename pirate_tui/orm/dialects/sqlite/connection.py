"""Open a SQLite file for reading, by a driver whose thread can be interrupted."""

import logging
import os
import sqlite3
import time
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import URL, Dialect, Row, TextClause
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pirate_tui.domain.answering import AnsweringServer
from pirate_tui.domain.failure import BrowserError, DatabaseLockedError
from pirate_tui.domain.text import clean, redact
from pirate_tui.orm.connection.metering import Meter
from pirate_tui.orm.dialects.sqlite.watched_file import WatchedFile, is_log_live
from pirate_tui.orm.errors import (
    ERROR_LIMIT,
    FEWER_COLUMNS,
    TOO_MANY_COLUMNS,
    primary_code,
    unwrapped,
    was_interrupted,
)
from pirate_tui.orm.user_code.foreign import described


BUSY_TIMEOUT = 0.2
"""Seconds that SQLite itself waits for a lock; esc has no effect meanwhile, so longer waits are retries of ours."""

STEPS_BETWEEN_CHECKS = 20_000
"""SQLite virtual machine steps between two looks at the deadline: no measurable cost."""

ALLOWED_ACTIONS = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION}
)
"""Everything that is not named here or below is denied: `mode=ro` alone still lets ATTACH write a file."""

DENIED_FUNCTIONS = frozenset({"load_extension", "edit", "readfile", "writefile", "fts3_tokenizer"})

SCHEMA_PRAGMAS = frozenset(
    {"table_info", "table_xinfo", "table_list", "foreign_key_list", "index_list", "index_info", "index_xinfo"}
)

OWN_PRAGMAS = frozenset(
    {
        *("foreign_keys", "recursive_triggers", "trusted_schema", "case_sensitive_like", "read_uncommitted"),
        *("cache_size", "mmap_size", "temp_store", "synchronous", "threads", "cell_size_check"),
    }
)
"""Pragmas of the connection alone. `read_uncommitted` is sent by the pool when a connection is returned; the others are
set by listeners of models (https://www.sqlite.org/pragma.html)."""

ALLOWED_PRAGMAS = SCHEMA_PRAGMAS | OWN_PRAGMAS

BEFORE_THE_AUTHORIZER = (
    "PRAGMA query_only = on",
    "SELECT 1 FROM pragma_table_xinfo('') LIMIT 0",
    "SELECT 1 FROM pragma_foreign_key_list('') LIMIT 0",
)
"""Statements that the authorizer would deny: query_only, and the virtual tables that pragma functions create."""

WAYS_OUT: dict[int | None, str] = {
    sqlite3.SQLITE_NOTADB: "give another file: this one is not a SQLite database, or is encrypted",
    sqlite3.SQLITE_CORRUPT: "the file is corrupt; try `sqlite3 FILE .recover`, or a backup",
    sqlite3.SQLITE_IOERR: "disk I/O error; check the disk, then press r",
    sqlite3.SQLITE_CANTOPEN: "the file was removed or is not readable; restore it, then press r",
    sqlite3.SQLITE_READONLY: "it needs recovery, which requires writing; open it once with `sqlite3`, then press r",
    sqlite3.SQLITE_AUTH: "the browser is read-only",
}
"""The hint shown for each primary result code (https://www.sqlite.org/rescode.html)."""

MISSING = "no such "
"""The beginning of SQLite's message for a missing table or column; its code is that of any error in a statement."""


def read_only_url(path: Path) -> URL:
    """Return the URL that opens the very file at the path, whatever characters it holds, for reading."""
    database = "file:" + urllib.parse.quote(os.fsencode(path.resolve()))
    return URL.create("sqlite+aiosqlite", database=database, query={"mode": "ro", "uri": "true"})


IMMUTABLE = "&immutable=1"
"""Makes SQLite read a file without a lock and without its `-shm` (https://www.sqlite.org/uri.html#uriimmutable)."""

WAL_VERSION = b"\x02\x02"
"""Bytes 18 and 19 of a file in WAL mode (https://www.sqlite.org/fileformat.html)."""


def must_be_immutable(path: Path) -> bool:
    """Whether the file has an empty write-ahead log, and a folder in which the log cannot be opened.

    With a log that is not empty, what was committed last would be missed.
    """
    with path.open("rb") as file:
        has_log = file.read(20)[18:] == WAL_VERSION
    is_effective = os.access in os.supports_effective_ids
    may_write = os.access(path.parent, os.W_OK, effective_ids=is_effective)
    return has_log and not may_write and not is_log_live(path)


def authorize(action: int, first: str | None, second: str | None, _schema: str | None, _by: str | None) -> int:
    """Return whether an action may be compiled (https://www.sqlite.org/c3ref/set_authorizer.html)."""
    if action in ALLOWED_ACTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second not in DENIED_FUNCTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first is not None and first.lower() in ALLOWED_PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def authorize_listener(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Ignore pragmas of the models' connect listeners that concern the file; log a warning for each.

    Every application sets `journal_mode`, and would otherwise get an error that the file is read-only.
    """
    if action != sqlite3.SQLITE_PRAGMA or (first or "").lower() in ALLOWED_PRAGMAS:
        return sqlite3.SQLITE_OK
    pragma = clean(f"PRAGMA {first}" + ("" if second is None else f" = {second}"))
    logging.getLogger(__name__).warning("ignored, since the file is opened read-only: %s of a connect listener", pragma)
    return sqlite3.SQLITE_IGNORE


class Interrupter:
    """Interrupts the running statement of one driver connection, on request or at its deadline."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.deadline = float("inf")

    def is_due(self) -> bool:
        """Whether the running statement must stop; SQLite calls it every few milliseconds, from the driver's thread."""
        return time.monotonic() > self.deadline

    async def stop(self) -> None:
        """Stop the running statement, and any that the same query would send after it."""
        self.deadline = float("-inf")
        await self.raw.interrupt()


class SQLiteBackend:
    """A SQLite file."""

    is_remote = False
    check: ClassVar[str] = "press r to retry"
    privilege_query: TextClause | None = None

    def __init__(self, path: Path) -> None:
        self.name, self.where = clean(path.name), clean(str(path))
        self._path = path
        self._file = WatchedFile(path)
        self._is_lenient = False
        self._is_immutable = False

    def engine(self, time_limit: float) -> AsyncEngine:  # noqa: ARG002  each query sets its own deadline
        """Create a read-only engine, with a short timeout for locks."""
        return create_async_engine(read_only_url(self._path), connect_args={"timeout": BUSY_TIMEOUT})

    def connect(self, dialect: Dialect, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """Connect to the file as it is now, with an authorizer for the models' listeners."""
        url, *more = arguments
        with suppress(OSError):  # SQLite itself reports what is wrong with the file
            if must_be_immutable(self._path):
                self._is_immutable = True
                url += IMMUTABLE
        connection = dialect.connect(url, *more, **options)
        _prepare(connection, lambda raw: raw.set_authorizer(authorize_listener))
        return connection

    def guard(self, dbapi_connection: Any) -> Interrupter:
        """Make the connection query-only, with an authorizer and a deadline, and return what interrupts it."""
        guard = Interrupter(dbapi_connection.driver_connection)

        async def prepare(raw: Any) -> None:
            await raw.set_authorizer(None)
            await raw.set_progress_handler(guard.is_due, STEPS_BETWEEN_CHECKS)
            for statement in BEFORE_THE_AUTHORIZER:
                await (await raw.execute(statement)).close()
            await raw.set_authorizer(authorize)

        _prepare(dbapi_connection, prepare)
        return guard

    def meter(self, dbapi_connection: Any) -> Meter:  # noqa: ARG002  the port's signature
        """Return a meter that counts nothing, since nothing is received from a file."""
        return Meter(None)

    def checked_out(self, guard: Interrupter, dbapi_connection: Any) -> None:  # noqa: ARG002  the port's signature
        """Decode text leniently once a value has not been UTF-8."""
        if self._is_lenient:
            guard.raw.text_factory = _decode_leniently

    def autocommit(self, dbapi_connection: Any) -> bool:  # noqa: ARG002  the port's signature
        """Return False: a transaction costs nothing here."""
        return False

    def end_autocommit(self, dbapi_connection: Any) -> None:
        """Do nothing: it never begins."""

    def is_writable(self, dbapi_connection: Any) -> bool:  # noqa: ARG002  the port's signature
        """Return False: the file is opened for reading alone."""
        return False

    def recovers(self, error: Exception) -> bool:
        """Whether the error is text that is not UTF-8; from then on text is decoded leniently."""
        if "Could not decode to UTF-8" not in str(error):
            return False
        self._is_lenient = True
        return True

    def warning(self, rights: Sequence[Row[Any]]) -> str:  # noqa: ARG002  the port's signature
        """Return nothing: a file has no users with privileges."""
        return ""

    def answering(self, dbapi_connection: Any, known: AnsweringServer) -> AnsweringServer:  # noqa: ARG002  likewise
        """Return what is known, unchanged: a file has no server."""
        return known

    def in_role(self, known: AnsweringServer, rights: Sequence[Row[Any]]) -> AnsweringServer:  # noqa: ARG002  likewise
        """Return what is known, unchanged: a file has no server."""
        return known

    def protocol_error(self, error: BaseException) -> BrowserError:
        """Return an error with the first line of the driver's message, since there is no server to check."""
        return BrowserError(clean(redact(described(error).partition("\n")[0]), ERROR_LIMIT), self.check)

    def translate(self, error: Exception, time_limit: float) -> BrowserError:
        """Return the error to show, by SQLite's result code; `time_limit` is in seconds."""
        cause = unwrapped(error)
        primary = primary_code(cause)
        if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return DatabaseLockedError(
                "the database is locked by another program", "wait for it to finish, then press r"
            )
        if was_interrupted(cause):
            return BrowserError(f"timed out after {time_limit:g} s", "restart with a longer --timeout SECONDS")
        reason = clean(str(cause) or type(cause).__name__, ERROR_LIMIT)
        if reason in TOO_MANY_COLUMNS:
            return BrowserError(reason, FEWER_COLUMNS)
        if reason.startswith(MISSING):
            return BrowserError(reason, "the tables do not match the models; fix that, then press r")
        return BrowserError(reason, WAYS_OUT.get(primary, "press r to retry"))

    def has_changed(self) -> bool:
        """Whether the file has been written to since the last call; raise `BrowserError` if it must be reopened."""
        if self._is_immutable and is_log_live(self._path):
            raise BrowserError("another program has started writing to the file", "press r to reload")
        return self._file.has_changed()

    def renew(self) -> None:
        """Accept the file that the next call of `has_changed` finds."""
        self._file.take()
        self._is_immutable = False


def _prepare(dbapi_connection: Any, prepare: Callable[[Any], Awaitable[None]]) -> None:
    """Run `prepare` on a new driver connection, and close it if that fails."""
    try:
        dbapi_connection.run_async(prepare)
    except BaseException:
        dbapi_connection.close()  # SQLAlchemy 2.0 would leave its thread behind
        raise


def _decode_leniently(data: bytes) -> str:
    """Decode text, with escapes for bytes that are not UTF-8: one such value would otherwise fail a whole page."""
    return data.decode("utf-8", "backslashreplace")
