"""Run every statement: read-only, under a time limit, and cancelled on the database itself."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.util import greenlet_spawn

from pirate_tui.domain.failure import BrowserError, DatabaseLockedError, DatabaseUnreachableError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.text import clean, redact
from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.host_follower import HostFollower
from pirate_tui.orm.connection.pool_events import PoolEvents
from pirate_tui.orm.connection.running_query import LOOK_AGAIN, RunningQuery, current_query
from pirate_tui.orm.errors import DATABASE_ERRORS, ERROR_LIMIT, IN_FAILED_TRANSACTION, forget, sqlstate, unwrapped
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, Cancelled, described, is_foreign, is_of_driver
from pirate_tui.orm.user_code.time_limit import LoopGuard


T = TypeVar("T")

RETRY_DELAYS = (0.2, 0.4, 0.8, 1.6)
"""Seconds between the tries on a locked database; the last try's error is shown."""

CANCEL_WAIT = 0.1
"""Seconds to wait for a stopped query; if it does not end by then, it ends in the background."""

STOP_AGAIN = 0.05
"""Seconds between two stops of the same statement: the first may come before the server has begun with it."""

LOST_AT_ONCE = 1.0
"""Seconds after which a lost connection was not lost already when the statement was sent."""

MOST = 512 * 2**20
"""The most bytes that a query may receive: 1,000 instances may be large."""

STOPPING_LIMIT = 1.0
"""Seconds to wait until the database itself has stopped a statement."""

CLOSING_LIMIT = 0.5
"""Seconds to wait for everything to end when the browser exits."""


class Connections:
    """An engine on one database, its sessions, and `run`, which every query goes through."""

    def __init__(self, backend: Backend, time_limit: float, listener: Listener, guard: LoopGuard | None = None) -> None:
        self.backend = backend
        self.guard = guard or LoopGuard()
        """Limits the time of any code of the models."""
        self.time_limit = time_limit
        self.engine = backend.engine(time_limit)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._listener = listener
        self._is_reachable: bool | None = None
        """Whether the last query was answered, as the listener was notified; None before the first."""
        self._may_run = asyncio.Event()
        self._may_run.set()
        self._jobs: dict[asyncio.Future[Any], RunningQuery] = {}
        """The running queries by their tasks."""
        self._endings: dict[asyncio.Future[Any], asyncio.Future[None]] = {}
        """Tasks that stop a query, by its own: a second cancel would disturb SQLAlchemy as it closes a connection."""
        self.hosts = HostFollower(backend, self.engine.sync_engine, listener.server_changed)
        self._events = PoolEvents(backend, self.engine.sync_engine, self)

    async def run(self, work: Callable[[], Awaitable[T]], most: int = MOST, *, may_autocommit: bool = False) -> T:
        """Run a query, from its first connect until its connection is returned, and return its result.

        A lock is waited for, and the query retried. A cancel stops the driver or the server. Raises `BrowserError` for
        whatever the database, its file or its server raises. A server that sends more than `most` bytes is
        disconnected. With `may_autocommit`, statements go without a transaction where that is as safe: each then sees
        the rows of its own moment.
        """
        for attempt, delay in enumerate(RETRY_DELAYS, start=1):
            try:
                return await self._run_once(work, RunningQuery(self.time_limit, most, may_autocommit=may_autocommit))
            except DatabaseLockedError as busy:
                self._listener.retrying(attempt, busy.message)
                await asyncio.sleep(delay)
        return await self._run_once(work, RunningQuery(self.time_limit, most, may_autocommit=may_autocommit))

    def report_loaded(self, instances: int) -> None:
        """Pass on how many instances the running query has loaded; raise `Cancelled` if it was stopped."""
        query = current_query.get()
        if query is not None and query.is_stopped:
            raise Cancelled
        self._listener.loaded(instances)

    async def renew(self) -> None:
        """Close every connection, so that the next query opens the database as it is then.

        Running queries are stopped: a pool does not close a connection that is returned after it was disposed of.
        """
        self._may_run.clear()
        try:
            await self._end_all()
            await self._let_go()
            self.engine.clear_compiled_cache()  # which would hold on to classes that were read from the tables
            self.backend.renew()
        finally:
            self._may_run.set()

    async def dispose(self) -> bool:
        """Stop every query, close every connection and end its thread; return whether all ended in time."""
        return await self._end_all() and await _until_done(asyncio.ensure_future(self._let_go()), self._closing_limit)

    async def _end_all(self) -> bool:
        """Stop every query; return whether all ended in time."""
        endings = [self._end_soon(job, query) for job, query in tuple(self._jobs.items())]
        return await _until_done(asyncio.gather(*endings), self._closing_limit)

    async def _let_go(self) -> None:
        try:
            await self.engine.dispose()
        except DATABASE_ERRORS:  # a connection that is lost cannot be closed either
            logging.getLogger(__name__).info("closed without a response", exc_info=True)

    @property
    def _closing_limit(self) -> float | None:
        """The seconds to wait for the end of queries; None for a file, which always answers."""
        return CLOSING_LIMIT if self.backend.is_remote else None

    async def _run_once(self, work: Callable[[], Awaitable[T]], query: RunningQuery) -> T:
        """Run a query in a task of its own, never cancelled from outside: SQLAlchemy would lose its connection."""
        await self._may_run.wait()
        try:
            if self.backend.has_changed():
                self._listener.changed()
            answer = await self._job(query, work)
        except DatabaseUnreachableError:
            self._tell_reachable(is_reachable=False)
            raise
        if query.is_answered or (query.has_connected and not self.backend.is_remote):
            self._tell_reachable(is_reachable=True)
        if query.error is not None:
            raise query.error
        return answer

    async def _job(self, query: RunningQuery, work: Callable[[], Awaitable[T]]) -> T:
        job = asyncio.ensure_future(self._answer(query, work))
        self._jobs[job] = query
        job.add_done_callback(self._jobs.pop)
        try:
            return await self._awaited(job, query)
        except asyncio.CancelledError:
            await _until_done(self._end_soon(job, query), CANCEL_WAIT if self.backend.is_remote else None)
            raise

    def _tell_reachable(self, *, is_reachable: bool) -> None:
        """Notify the listener, unless it has been notified of the same before."""
        if self._is_reachable is not is_reachable:
            self._is_reachable = is_reachable
            self._listener.reachable(is_reachable)

    async def _awaited(self, job: "asyncio.Future[T]", query: RunningQuery) -> T:
        """Return the job's result; raise `DatabaseUnreachableError` where a server does not answer for too long."""
        while not job.done() and (not self.backend.is_remote or query.silence_left > 0):
            # Once it is connected, the time limit is that of the statement.
            await asyncio.wait({job}, timeout=min(query.silence_left, LOOK_AGAIN) if self.backend.is_remote else None)
            if not job.done() and query.is_too_large:
                query.cut()
                self._end_soon(job, query)
                reason = f"cancelled: the server sent more than {query.most // 2**20:,} MB"
                logging.getLogger(__name__).warning("%s", reason)
                if not query.has_connected:
                    raise DatabaseUnreachableError(self.backend.where, reason, self.backend.check)
                raise BrowserError(reason, "load fewer rows, or defer large columns in the mapping")
        if job.done():
            return job.result()
        self._end_soon(job, query)
        raise DatabaseUnreachableError(self.backend.where, "no response", "check the network, then press r")

    def _end_soon(self, job: "asyncio.Future[Any]", query: RunningQuery) -> "asyncio.Future[None]":
        """Start a task that stops a query, unless one is running, and return it."""
        if job not in self._endings:
            self._endings[job] = ending = asyncio.ensure_future(self._end(job, query))
            ending.add_done_callback(lambda _: self._endings.pop(job))
        return self._endings[job]

    async def _end(self, job: "asyncio.Future[Any]", query: RunningQuery) -> None:
        """Stop a query on the database, repeatedly; leave a server that does not react to itself.

        While it connects, it is only cancelled after that time: SQLAlchemy 2.0 loses a connection in which it is
        cancelled.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPPING_LIMIT):
                await query.stop()
                while not job.done():
                    await asyncio.wait({job}, timeout=STOP_AGAIN)
                    await query.stop()
        if self.backend.is_remote:
            job.cancel()
        await _until_done(job)

    async def _answer(self, query: RunningQuery, work: Callable[[], Awaitable[T]]) -> T:
        current_query.set(query)
        with self.guard.watching():
            try:
                return await self._watched(query, work)
            finally:
                await query.invalidate_lost()
                await self._close_unready(query)
                query.forget_meters()

    async def _close_unready(self, query: RunningQuery) -> None:
        """Close a connection in whose listeners something was raised: SQLAlchemy 2.0.46 loses it."""
        connection, query.unready = query.unready, None
        if connection is not None:
            try:
                await greenlet_spawn(self.engine.sync_engine.dialect.do_terminate, connection)
            except DATABASE_ERRORS:
                logging.getLogger(__name__).info("closed without a response", exc_info=True)

    async def _watched(self, query: RunningQuery, work: Callable[[], Awaitable[T]]) -> T:
        try:
            return await self._worked(query, work)
        except DATABASE_ERRORS as error:
            # SQLAlchemy 2.0's cursor is in there, open: freed by a garbage collection while the next statement runs on
            # the connection, SQLite would hold up the event loop until that has ended.
            forget(error)
            if query.is_stopped:
                raise Cancelled from error
            shown = self._translated(query, error)
            logging.getLogger(__name__).warning("%s", shown)
            raise shown from error
        except FOREIGN_ERRORS as error:
            if not is_foreign(error):
                raise
            self._events.distrust(error)
            if query.is_stopped:
                raise Cancelled from error
            logging.getLogger(__name__).exception("raised by third-party code")
            raise self._foreign(query, error) from error

    async def _worked(self, query: RunningQuery, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work; once more where the backend recovers from its error, or the connection had been lost before.

        Only before anything was answered: rows of two answers are never mixed.
        """
        try:
            return await work()
        except DATABASE_ERRORS as error:
            again = self.backend.recovers(error) or (self.backend.is_remote and _was_lost(query, error))
            if not again or query.is_answered or query.is_stopped:
                raise
            try:
                return await work()
            except (PendingRollbackError, DBAPIError) as second:
                if _is_of_failed_transaction(second):  # it goes on in the same session
                    raise error from None
                raise

    def _foreign(self, query: RunningQuery, error: BaseException) -> BrowserError:
        """Return the error to show for what third-party code raised: the models', or a driver that was sent garbage."""
        if query.runs_listeners:
            return _of_a_listener(error)
        if isinstance(error, UnicodeEncodeError) and query.has_connected:
            return BrowserError("invalid text: it has half of a surrogate pair", "type it again")
        if is_of_driver(error) or not query.has_connected:
            return self.backend.protocol_error(error)
        return BrowserError(clean(redact(described(error)), ERROR_LIMIT), "press r to retry")

    def _translated(self, query: RunningQuery, error: Exception) -> BrowserError:
        """Return the error to show for a database error, or for one raised in a listener of the models."""
        shown, cause = self.backend.translate(error, self.time_limit), unwrapped(error)
        is_known = isinstance(shown, DatabaseLockedError) or isinstance(cause, OSError)
        return _of_a_listener(cause) if query.runs_listeners and not is_known else shown


def _was_lost(query: RunningQuery, error: Exception) -> bool:
    """Whether a server's connection had been lost: another one may be asked the same.

    A statement that has run for a while may itself be what the server has ended the connection for.
    """
    return isinstance(error, DBAPIError) and error.connection_invalidated and query.silence < LOST_AT_ONCE


def _is_of_failed_transaction(error: PendingRollbackError | DBAPIError) -> bool:
    """Whether the error only says that the transaction has failed before."""
    return isinstance(error, PendingRollbackError) or sqlstate(unwrapped(error)) == IN_FAILED_TRANSACTION


def _of_a_listener(error: BaseException) -> BrowserError:
    """Return the error to show for a listener that sets up new connections, for another database or by writing."""
    raised = clean(redact(described(error).partition("\n")[0]), ERROR_LIMIT)
    reason = f"a connect listener of the models raised {raised}"
    return BrowserError(reason, "fix it, then restart: it must work with this database, and may only read")


async def _until_done(job: "asyncio.Future[Any]", within: float | None = None) -> bool:
    """Wait until the job has ended, even if cancelled meanwhile, or for `within` seconds; return whether it has.

    The job's outcome is dropped.
    """
    until = None if within is None else time.monotonic() + within
    while not job.done() and (until is None or time.monotonic() < until):
        with suppress(asyncio.CancelledError):
            await asyncio.wait({job}, timeout=None if until is None else max(0.0, until - time.monotonic()))
    job.add_done_callback(_drop)
    return job.done()


def _drop(job: "asyncio.Future[Any]") -> None:
    """Retrieve the job's exception, so that asyncio does not report it as never retrieved."""
    if not job.cancelled():
        job.exception()
