"""The one place where statements run: read-only, under a time limit, and interruptible at the driver."""

import asyncio
import os
import sqlite3
import time
import urllib.parse
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from pirate_tui.domain.failure import Busy
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.files import WatchedFile
from pirate_tui.orm.troubles import DATABASE_ERRORS, is_undecodable, trouble


T = TypeVar("T")

BUSY_TIMEOUT = 0.2
"""Seconds that SQLite itself waits for a lock; esc cannot be heard meanwhile, so the patience is ours."""

RETRY_DELAYS = (0.2, 0.4, 0.8, 1.6)
"""Seconds between the tries on a locked database; the last try's error is shown."""

STEPS_BETWEEN_CHECKS = 20_000
"""SQLite virtual machine steps between two looks at the deadline: no measurable cost."""

ALLOWED_ACTIONS = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION}
)
"""Everything that is not named here or below is denied: `mode=ro` alone still lets ATTACH write a file."""

DENIED_FUNCTIONS = frozenset({"load_extension", "edit", "readfile", "writefile", "fts3_tokenizer"})

ALLOWED_PRAGMAS = frozenset({"table_info", "table_xinfo", "table_list", "foreign_key_list", "read_uncommitted"})
"""`read_uncommitted` is sent by the pool when a connection comes back; the others read the schema."""


BEFORE_THE_AUTHORIZER = (
    "PRAGMA query_only = on",
    "SELECT 1 FROM pragma_table_xinfo('') LIMIT 0",
    "SELECT 1 FROM pragma_foreign_key_list('') LIMIT 0",
)
"""What the authorizer would deny: the switch itself, and the virtual tables that the first use of the others makes."""


def read_only_url(path: Path) -> URL:
    """The URL that opens the very file at the path, whatever characters it holds, for reading."""
    database = "file:" + urllib.parse.quote(os.fsencode(path.resolve()))
    return URL.create("sqlite+aiosqlite", database=database, query={"mode": "ro", "uri": "true"})


def authorize(action: int, first: str | None, second: str | None, _schema: str | None, _by: str | None) -> int:
    """SQLite's authorizer: may this be compiled? (https://www.sqlite.org/c3ref/set_authorizer.html)."""
    if action in ALLOWED_ACTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second not in DENIED_FUNCTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first is not None and first.lower() in ALLOWED_PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


class Guard:
    """What watches over one driver connection: its deadline and its interrupt."""

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


class Errand:
    """One question under way: when it must have ended, and the connections that it has held."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._guards: list[Guard] = []
        self.is_stopped = False

    def hold(self, guard: Guard) -> None:
        """The question has checked out the guard's connection."""
        guard.deadline = self._deadline
        self._guards.append(guard)

    def release(self, guard: Guard) -> None:
        """The connection is given back; from now on it obeys whoever has it next."""
        if guard in self._guards:
            self._guards.remove(guard)

    async def stop(self) -> None:
        """End the question: what runs is interrupted, and what it would run next."""
        self.is_stopped = True
        self._deadline = float("-inf")
        for guard in tuple(self._guards):
            await guard.stop()


_errand: ContextVar[Errand | None] = ContextVar("errand", default=None)
"""The question of this task; greenlets share the context of the task that spawned them."""


def guard_connection(dbapi_connection: Any, record: Any) -> None:
    """Put a new connection under guard: query-only, authorizer, deadline. A pool's `connect` event."""

    async def prepare(raw: Any) -> Guard:
        guard = Guard(raw)
        await raw.set_progress_handler(guard.is_due, STEPS_BETWEEN_CHECKS)
        for statement in BEFORE_THE_AUTHORIZER:
            await (await raw.execute(statement)).close()
        await raw.set_authorizer(authorize)
        return guard

    try:
        record.info["guard"] = dbapi_connection.run_async(prepare)
    except BaseException:
        dbapi_connection.close()  # SQLAlchemy 2.0 would leave its thread behind
        raise


class Connections:
    """An engine on one SQLite file, its sessions, and `ask`, through which every question goes."""

    def __init__(self, path: Path, time_limit: float, listener: Listener) -> None:
        self.time_limit = time_limit
        self._file = WatchedFile(path)
        self.engine = create_async_engine(read_only_url(path), connect_args={"timeout": BUSY_TIMEOUT})
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._listener = listener
        self._is_lenient = False
        self._jobs: dict[asyncio.Future[Any], Errand] = {}
        """Questions under way."""
        event.listen(self.engine.sync_engine, "connect", guard_connection)
        event.listen(self.engine.sync_engine, "checkout", self._checked_out)
        event.listen(self.engine.sync_engine, "checkin", self._checked_in)

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """What the question gives: all of it, from the first connect to the connection given back.

        A lock is waited for, and the question asked again. A cancel stops the driver, and leaves when the
        connection is back in the pool. Raises `Trouble` for whatever the database or its file does to us.
        """
        for attempt, delay in enumerate(RETRY_DELAYS, start=1):
            try:
                return await self._ask_once(question)
            except Busy as busy:
                self._listener.retrying(attempt, busy.reason)
                await asyncio.sleep(delay)
        return await self._ask_once(question)

    def told_loaded(self, instances: int) -> None:
        """A question tells how many instances it has loaded by now; one that was stopped ends here."""
        errand = _errand.get()
        if errand is not None and errand.is_stopped:
            raise asyncio.CancelledError
        self._listener.loaded(instances)

    async def renew(self) -> None:
        """Let go of every connection, and of the file as it was: the next question opens the one that is there now."""
        await self.engine.dispose()
        self._file.take()

    async def dispose(self) -> None:
        """Stop every question, close every connection and end its thread."""
        for job, errand in tuple(self._jobs.items()):
            await errand.stop()
            await _until_done(job)
        await self.engine.dispose()

    async def _ask_once(self, question: Callable[[], Awaitable[T]]) -> T:
        """In a task of its own, which no cancel reaches: SQLAlchemy loses the connection that it is cancelled in."""
        if self._file.has_changed():
            self._listener.changed()
        errand = Errand(time.monotonic() + self.time_limit)
        job = asyncio.ensure_future(self._answer(errand, question))
        self._jobs[job] = errand
        job.add_done_callback(self._jobs.pop)
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            await errand.stop()
            await _until_done(job)
            raise

    async def _answer(self, errand: Errand, question: Callable[[], Awaitable[T]]) -> T:
        _errand.set(errand)
        try:
            try:
                return await question()
            except DATABASE_ERRORS as error:
                if not is_undecodable(error):
                    raise
                self._is_lenient = True
                return await question()
        except DATABASE_ERRORS as error:
            raise trouble(error, self.time_limit) from error

    def _checked_in(self, _dbapi_connection: Any, record: Any) -> None:
        """A pool's `checkin` event."""
        errand, guard = _errand.get(), record.info.get("guard")
        if errand is not None and guard is not None:
            errand.release(guard)

    def _checked_out(self, _dbapi_connection: Any, record: Any, _proxy: Any) -> None:
        """A pool's `checkout` event: the connection obeys the question that it is checked out for."""
        guard: Guard = record.info["guard"]
        errand = _errand.get()
        if errand is not None:
            errand.hold(guard)
        if self._is_lenient:
            guard.raw.text_factory = _decode_leniently


async def _until_done(job: "asyncio.Future[Any]") -> None:
    """Wait for the interrupted job to end, however often we are cancelled meanwhile; its outcome is dropped."""
    while not job.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({job})
    if not job.cancelled():
        job.exception()


def _decode_leniently(data: bytes) -> str:
    """Text that is not UTF-8 is shown with its bytes as escapes, instead of spoiling its whole page."""
    return data.decode("utf-8", "backslashreplace")
