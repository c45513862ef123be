"""SQLite: a file, opened for reading by a driver whose thread can be interrupted."""

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
"""Seconds that SQLite itself waits for a lock; esc cannot be heard meanwhile, so the patience is ours."""

STEPS_BETWEEN_CHECKS = 20_000
"""SQLite virtual machine steps between two looks at the deadline: no measurable cost."""

ALLOWED_ACTIONS = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION}
)
"""Everything that is not named here or below is denied: `mode=ro` alone still lets ATTACH write a file."""

DENIED_FUNCTIONS = frozenset({"load_extension", "edit", "readfile", "writefile", "fts3_tokenizer"})

SCHEMA_PRAGMAS = frozenset({"table_info", "table_xinfo", "table_list", "foreign_key_list"})

OWN_PRAGMAS = frozenset(
    {
        *("foreign_keys", "recursive_triggers", "trusted_schema", "case_sensitive_like", "read_uncommitted"),
        *("cache_size", "mmap_size", "temp_store", "synchronous", "threads", "cell_size_check"),
    }
)
"""Of the connection alone. `read_uncommitted` is sent by the pool when a connection comes back; the others are set by
listeners of models (https://www.sqlite.org/pragma.html)."""

ALLOWED_PRAGMAS = SCHEMA_PRAGMAS | OWN_PRAGMAS

BEFORE_THE_AUTHORIZER = (
    "PRAGMA query_only = on",
    "SELECT 1 FROM pragma_table_xinfo('') LIMIT 0",
    "SELECT 1 FROM pragma_foreign_key_list('') LIMIT 0",
)
"""What the authorizer would deny: the switch itself, and the virtual tables that the first use of the others makes."""

WAYS_OUT: dict[int | None, str] = {
    sqlite3.SQLITE_NOTADB: "give another file: this one is not a SQLite database, or is encrypted",
    sqlite3.SQLITE_CORRUPT: "the file is corrupt; try `sqlite3 FILE .recover`, or a backup",
    sqlite3.SQLITE_IOERR: "disk I/O error; check the disk, then press r",
    sqlite3.SQLITE_CANTOPEN: "the file was removed or is not readable; restore it, then press r",
    sqlite3.SQLITE_READONLY: "it needs recovery, which requires writing; open it once with `sqlite3`, then press r",
    sqlite3.SQLITE_AUTH: "the browser is read-only",
}
"""What a person can do about each primary result code (https://www.sqlite.org/rescode.html)."""

MISSING = "no such "
"""What SQLite says first of a table or a column that is not there; the code is that of any error in a statement."""


def read_only_url(path: Path) -> URL:
    """The URL that opens the very file at the path, whatever characters it holds, for reading."""
    database = "file:" + urllib.parse.quote(os.fsencode(path.resolve()))
    return URL.create("sqlite+aiosqlite", database=database, query={"mode": "ro", "uri": "true"})


IMMUTABLE = "&immutable=1"
"""Makes SQLite read a file without a lock and without its `-shm` (https://www.sqlite.org/uri.html#uriimmutable)."""

WAL_VERSION = b"\x02\x02"
"""Where the header of a file says that it is written through a log, at byte 18 (https://www.sqlite.org/fileformat.html)."""


def must_be_immutable(path: Path) -> bool:
    """Is it written through a log that cannot be opened, since its folder may not be written, and that holds nothing?

    With a log that holds something, what was committed last would be missed.
    """
    with path.open("rb") as file:
        has_log = file.read(20)[18:] == WAL_VERSION
    is_effective = os.access in os.supports_effective_ids
    may_write = os.access(path.parent, os.W_OK, effective_ids=is_effective)
    return has_log and not may_write and not is_log_live(path)


def authorize(action: int, first: str | None, second: str | None, _schema: str | None, _by: str | None) -> int:
    """SQLite's authorizer: may this be compiled? (https://www.sqlite.org/c3ref/set_authorizer.html)."""
    if action in ALLOWED_ACTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second not in DENIED_FUNCTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first is not None and first.lower() in ALLOWED_PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def authorize_listener(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """The authorizer while listeners of the models set up a connection: what is meant for the file is passed over.

    Each application sets `journal_mode`, and would be told that the file is read-only.
    """
    if action != sqlite3.SQLITE_PRAGMA or (first or "").lower() in ALLOWED_PRAGMAS:
        return sqlite3.SQLITE_OK
    pragma = clean(f"PRAGMA {first}" + ("" if second is None else f" = {second}"))
    logging.getLogger(__name__).warning("ignored, since the file is opened read-only: %s of a connect listener", pragma)
    return sqlite3.SQLITE_IGNORE


class Interrupter:
    """Watches over one driver connection: its deadline and its interrupt."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.deadline = float("inf")

    def is_due(self) -> bool:
        """Must the running statement stop? SQLite asks every few milliseconds, from the driver's thread."""
        return time.monotonic() > self.deadline

    async def stop(self) -> None:
        """Stop the running statement, and any that the same question would send after it."""
        self.deadline = float("-inf")
        await self.raw.interrupt()


class SQLiteBackend:
    """One SQLite file."""

    is_remote = False
    check: ClassVar[str] = "press r to retry"
    privilege_query: TextClause | None = None

    def __init__(self, path: Path) -> None:
        self.name, self.where = clean(path.name), clean(str(path))
        self._path = path
        self._file = WatchedFile(path)
        self._is_lenient = False
        self._is_immutable = False

    def engine(self, time_limit: float) -> AsyncEngine:  # noqa: ARG002  each question sets its own deadline
        """A read-only engine."""
        return create_async_engine(read_only_url(self._path), connect_args={"timeout": BUSY_TIMEOUT})

    def connect(self, dialect: Dialect, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """To the file as it is now, with an authorizer for the listeners of the models."""
        url, *more = arguments
        with suppress(OSError):  # SQLite itself says what is wrong with the file
            if must_be_immutable(self._path):
                self._is_immutable = True
                url += IMMUTABLE
        connection = dialect.connect(url, *more, **options)
        _prepare(connection, lambda raw: raw.set_authorizer(authorize_listener))
        return connection

    def guard(self, dbapi_connection: Any) -> Interrupter:
        """Query-only, authorizer, deadline."""
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
        """Nothing is received from a file."""
        return Meter(None)

    def checked_out(self, guard: Interrupter, dbapi_connection: Any) -> None:  # noqa: ARG002  the port's signature
        """Text is read as leniently as it must be."""
        if self._is_lenient:
            guard.raw.text_factory = _decode_leniently

    def recovers(self, error: Exception) -> bool:
        """Text that is not UTF-8: from now on it is read leniently."""
        if "Could not decode to UTF-8" not in str(error):
            return False
        self._is_lenient = True
        return True

    def warning(self, rights: Sequence[Row[Any]]) -> str:  # noqa: ARG002  the port's signature
        """Nobody has rights in a file."""
        return ""

    def protocol_error(self, error: BaseException) -> BrowserError:
        """There is no server that could be protocol_error: as it is."""
        return BrowserError(clean(redact(described(error).partition("\n")[0]), ERROR_LIMIT), self.check)

    def translate(self, error: Exception, time_limit: float) -> BrowserError:
        """By SQLite's result code."""
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
        """Has the file been written to since the last look?"""
        if self._is_immutable and is_log_live(self._path):
            raise BrowserError("another program has started writing to the file", "press r to reload")
        return self._file.has_changed()

    def renew(self) -> None:
        """Take the file that is found at the next look."""
        self._file.take()
        self._is_immutable = False


def _prepare(dbapi_connection: Any, prepare: Callable[[Any], Awaitable[None]]) -> None:
    """Do something with a new connection; if that fails, there is none."""
    try:
        dbapi_connection.run_async(prepare)
    except BaseException:
        dbapi_connection.close()  # SQLAlchemy 2.0 would leave its thread behind
        raise


def _decode_leniently(data: bytes) -> str:
    """Text that is not UTF-8 is shown with its bytes as escapes, instead of spoiling its whole page."""
    return data.decode("utf-8", "backslashreplace")
