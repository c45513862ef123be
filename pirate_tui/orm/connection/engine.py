"""The one place where statements run: read-only, under a time limit, and stopped where they run."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.util import greenlet_spawn

from pirate_tui.domain.failure import BrowserError, DatabaseLockedError, DatabaseUnreachableError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.text import clean, redact
from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.pool_events import PoolEvents
from pirate_tui.orm.connection.running_query import RunningQuery, current_query
from pirate_tui.orm.errors import DATABASE_ERRORS, ERROR_LIMIT, forget, unwrapped
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, Cancelled, described, is_foreign, is_of_driver
from pirate_tui.orm.user_code.time_limit import LoopGuard


T = TypeVar("T")

RETRY_DELAYS = (0.2, 0.4, 0.8, 1.6)
"""Seconds between the tries on a locked database; the last try's error is shown."""

CANCEL_WAIT = 0.1
"""Seconds for which a question that is stopped is waited for; if it does not end by then, it ends behind our back."""

STOP_AGAIN = 0.05
"""Seconds between two stops of the same statement: the first may have come before the server began with it."""

LOOK_AGAIN = 0.1
"""Seconds after which it is looked again how long a server may still be silent, and how much it has said."""

MOST = 512 * 2**20
"""Bytes that a question may receive: 1,000 instances may be large."""

STOPPING_LIMIT = 1.0
"""Seconds in which the database itself must have stopped a statement; then nobody waits for it any more."""

CLOSING_LIMIT = 0.5
"""Seconds that everything may take to end when the browser does."""


class Connections:
    """An engine on one database, its sessions, and `ask`, through which every question goes."""

    def __init__(self, backend: Backend, time_limit: float, listener: Listener, guard: LoopGuard | None = None) -> None:
        self.backend = backend
        self.guard = guard or LoopGuard()
        """Watches over whatever code of the models is run."""
        self.time_limit = time_limit
        self.engine = backend.engine(time_limit)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._listener = listener
        self._is_reachable: bool | None = None
        """Was the last question answered, as the listener was told? None before there was any."""
        self._may_ask = asyncio.Event()
        self._may_ask.set()
        self._jobs: dict[asyncio.Future[Any], RunningQuery] = {}
        """QueryRunner under way."""
        self._endings: dict[asyncio.Future[Any], asyncio.Future[None]] = {}
        """Of those that are being stopped: a second cancel would meet SQLAlchemy while it gives the connection up."""
        self._events = PoolEvents(backend, self.engine.sync_engine)

    async def run(self, question: Callable[[], Awaitable[T]], most: int = MOST) -> T:
        """Return what the question gives; it is run from the first connect until the connection is given back.

        A lock is waited for, and the question retried. A cancel stops the driver or the server. Raises `BrowserError`
        for whatever the database, its file or its server does. A server that sends more than `most` bytes is cut off.
        """
        for attempt, delay in enumerate(RETRY_DELAYS, start=1):
            try:
                return await self._ask_once(question, most)
            except DatabaseLockedError as busy:
                self._listener.retrying(attempt, busy.message)
                await asyncio.sleep(delay)
        return await self._ask_once(question, most)

    def told_loaded(self, instances: int) -> None:
        """A question tells how many instances it has loaded by now; one that was stopped ends here."""
        query = current_query.get()
        if query is not None and query.is_stopped:
            raise Cancelled
        self._listener.loaded(instances)

    async def renew(self) -> None:
        """Let go of every connection, and of the database as it was: the next question opens what is there now.

        What is under way is stopped: a pool does not close what is given back to it after it was disposed of.
        """
        self._may_ask.clear()
        try:
            await self._end_all()
            await self._let_go()
            self.engine.clear_compiled_cache()  # which would hold on to classes that were read from the tables
            self.backend.renew()
        finally:
            self._may_ask.set()

    async def dispose(self) -> bool:
        """Stop every question, close every connection and end its thread; did they all end in time?"""
        return await self._end_all() and await _until_done(asyncio.ensure_future(self._let_go()), self._closing_limit)

    async def _end_all(self) -> bool:
        """Stop every question; did they all end in time?"""
        endings = [self._end_soon(job, query) for job, query in tuple(self._jobs.items())]
        return await _until_done(asyncio.gather(*endings), self._closing_limit)

    async def _let_go(self) -> None:
        try:
            await self.engine.dispose()
        except DATABASE_ERRORS:  # a connection that is lost cannot be closed either
            logging.getLogger(__name__).info("closed without a response", exc_info=True)

    @property
    def _closing_limit(self) -> float | None:
        """A file has nothing that could be waited for in vain."""
        return CLOSING_LIMIT if self.backend.is_remote else None

    async def _ask_once(self, question: Callable[[], Awaitable[T]], most: int) -> T:
        """In a task of its own, which no cancel reaches: SQLAlchemy loses the connection that it is cancelled in."""
        await self._may_ask.wait()
        query = RunningQuery(self.time_limit, most)
        try:
            if self.backend.has_changed():
                self._listener.changed()
            answer = await self._job(query, question)
        except DatabaseUnreachableError:
            self._tell_reachable(is_reachable=False)
            raise
        if query.is_answered:
            self._tell_reachable(is_reachable=True)
        return answer

    async def _job(self, query: RunningQuery, question: Callable[[], Awaitable[T]]) -> T:
        job = asyncio.ensure_future(self._answer(query, question))
        self._jobs[job] = query
        job.add_done_callback(self._jobs.pop)
        try:
            return await self._awaited(job, query)
        except asyncio.CancelledError:
            await _until_done(self._end_soon(job, query), CANCEL_WAIT if self.backend.is_remote else None)
            raise

    def _tell_reachable(self, *, is_reachable: bool) -> None:
        """Tell the listener, unless it knows."""
        if self._is_reachable is not is_reachable:
            self._is_reachable = is_reachable
            self._listener.reachable(is_reachable)

    async def _awaited(self, job: "asyncio.Future[T]", query: RunningQuery) -> T:
        """What the job gives; a server that says nothing for too long is given up."""
        while not job.done() and (not self.backend.is_remote or query.silence_left > 0):
            # Once it is connected, less patience is due.
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
        """Stop a question, in a task of its own."""
        if job not in self._endings:
            self._endings[job] = ending = asyncio.ensure_future(self._end(job, query))
            ending.add_done_callback(lambda _: self._endings.pop(job))
        return self._endings[job]

    async def _end(self, job: "asyncio.Future[Any]", query: RunningQuery) -> None:
        """Stop it at the database, again and again; a server that does not hear is left to itself.

        One that connects asks nothing when it is connected: SQLAlchemy 2.0 loses a connection that it is cancelled in.
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

    async def _answer(self, query: RunningQuery, question: Callable[[], Awaitable[T]]) -> T:
        current_query.set(query)
        with self.guard.watching():
            try:
                return await self._watched(query, question)
            finally:
                await query.give_up()
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

    async def _watched(self, query: RunningQuery, question: Callable[[], Awaitable[T]]) -> T:
        try:
            try:
                return await question()
            except DATABASE_ERRORS as error:
                if not self.backend.recovers(error):
                    raise
                return await question()
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

    def _foreign(self, query: RunningQuery, error: BaseException) -> BrowserError:
        """What code that is not ours raised: the models', or that of a driver whose server says what none should."""
        if query.runs_listeners:
            return _of_a_listener(error)
        if isinstance(error, UnicodeEncodeError) and query.has_connected:
            return BrowserError("invalid text: it has half of a surrogate pair", "type it again")
        if is_of_driver(error) or not query.has_connected:
            return self.backend.protocol_error(error)
        return BrowserError(clean(redact(described(error)), ERROR_LIMIT), "press r to retry")

    def _translated(self, query: RunningQuery, error: Exception) -> BrowserError:
        """What the database did to us, or to a listener of the models."""
        shown, cause = self.backend.translate(error, self.time_limit), unwrapped(error)
        is_known = isinstance(shown, DatabaseLockedError) or isinstance(cause, OSError)
        return _of_a_listener(cause) if query.runs_listeners and not is_known else shown


def _of_a_listener(error: BaseException) -> BrowserError:
    """Of code that sets up a new connection: written for another database, or for one that may be written to."""
    raised = clean(redact(described(error).partition("\n")[0]), ERROR_LIMIT)
    reason = f"a connect listener of the models raised {raised}"
    return BrowserError(reason, "fix it, then restart: it must work with this database, and may only read")


async def _until_done(job: "asyncio.Future[Any]", within: float | None = None) -> bool:
    """Wait for the job to end, however often we are cancelled meanwhile, or until so many seconds have passed.

    Has it ended? Its outcome is dropped.
    """
    until = None if within is None else time.monotonic() + within
    while not job.done() and (until is None or time.monotonic() < until):
        with suppress(asyncio.CancelledError):
            await asyncio.wait({job}, timeout=None if until is None else max(0.0, until - time.monotonic()))
    job.add_done_callback(_drop)
    return job.done()


def _drop(job: "asyncio.Future[Any]") -> None:
    """Nobody asks for what came of it any more."""
    if not job.cancelled():
        job.exception()
