"""Inspect errors: their chain, the codes of SQLAlchemy and of databases, and those that code catches."""

import asyncio
import sqlite3
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, InvalidRequestError, MissingGreenlet, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.orm.user_code.foreign import message_of


MISSING_GREENLET = "xd2s"
"""SQLAlchemy's code of the error, the same on every version and driver; its class and text are not."""

REFUSED = "is not available due to"
"""Part of the message of the InvalidRequestError that `lazy="raise"` and raiseload() raise."""

ERROR_LIMIT = 300
"""Characters of a driver's message that are shown; it may quote data."""

DATABASE_ERRORS = (DBAPIError, PoolTimeout, OSError)
"""The classes of database errors: some drivers raise their OSErrors (timeouts, too) without a wrapper."""

QUERY_CANCELED = "57014"
"""PostgreSQL's SQLSTATE of a cancelled statement (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

IN_FAILED_TRANSACTION = "25P02"
"""PostgreSQL's SQLSTATE of each statement after one that has failed in the same transaction."""

KILLED, TOO_LONG = 1317, 1969
"""MariaDB's numbers of a statement that was stopped, by KILL QUERY or by its time limit
(https://mariadb.com/kb/en/mariadb-error-codes/)."""

NO_ACCESS, NO_SUCH_DATABASE = 1044, 1049
"""MariaDB's numbers of a login to a database that the user has no privilege on, or that there is not."""

TOO_LONG_IN_MYSQL = 3024
"""MySQL's own (https://dev.mysql.com/doc/mysql-errors/en/server-error-reference.html)."""


TOO_MANY_COLUMNS = frozenset({"54011", 1117, "too many columns in result set"})
"""The codes, or message, of PostgreSQL, MariaDB and SQLite for a statement that selects too many columns."""

FEWER_COLUMNS = "too many for one statement; press s for another loader strategy, or defer some in the mapping"
"""The hint for that."""


def unwrapped(error: BaseException) -> BaseException:
    """Return the driver's error that SQLAlchemy has wrapped, or the error itself."""
    found: BaseException = getattr(error, "orig", None) or error
    return found


def primary_code(error: BaseException) -> int | None:
    """Return SQLite's primary result code of its driver's error; None for any other error."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the rest is detail: the extended result code


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE of an error of PostgreSQL's drivers; None for any other error."""
    return getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)


def mysql_code(error: BaseException) -> int | None:
    """Return MariaDB's or MySQL's number of their driver's error; None for any other error."""
    is_theirs = type(error).__module__.partition(".")[0] == "asyncmy"
    return error.args[0] if is_theirs and error.args and isinstance(error.args[0], int) else None


def was_interrupted(error: BaseException) -> bool:
    """Whether we stopped the statement, by a cancel or by its time limit."""
    return (
        isinstance(error, asyncio.CancelledError)
        or primary_code(error) == sqlite3.SQLITE_INTERRUPT
        or sqlstate(error) == QUERY_CANCELED
        or mysql_code(error) in {KILLED, TOO_LONG, TOO_LONG_IN_MYSQL}
    )


def forget(error: BaseException) -> None:
    """Release what the frames of the error and its causes hold: cursors, and coroutines, which are closed.

    Otherwise a later garbage collection would print a coroutine's "was never awaited" onto the screen.
    """
    with without_warnings():
        for link in chain(error):
            traceback.clear_frames(link.__traceback__)


@contextmanager
def constructed(*more: type[Exception], meanwhile: Callable[[], object] | None = None) -> Iterator[list[Exception]]:
    """Yield a list of the load errors that are constructed inside the block, even if code of the models catches them.

    They are MissingGreenlet, and the engine's error around it; the error of a detached instance, that of
    `lazy="raise"`, and `more`. There is no event for them. `meanwhile` is called as each is constructed, where the
    stack still tells whose code has asked.
    """
    errors: list[Exception] = []
    kinds: tuple[type[Exception], ...] = (
        *(MissingGreenlet, StatementError, DetachedInstanceError, InvalidRequestError),
        *more,
    )
    with ExitStack() as stack:
        for kind in kinds:
            stack.enter_context(_noticing(kind, errors, meanwhile))
        yield errors


def outermost(errors: Sequence[Exception]) -> Exception:
    """Return the first of the errors as code caught it: the one that the engine has wrapped it in, if any.

    The frames from the attribute to the engine are in the traceback of that one.
    """
    return next((one for one in errors if isinstance(one, StatementError) and one.orig is errors[0]), errors[0])


@contextmanager
def _noticing(kind: type[Exception], errors: list[Exception], meanwhile: Callable[[], object] | None) -> Iterator[None]:
    own, construct = vars(kind).get("__init__"), kind.__init__

    def noticed(error: Exception, *arguments: Any, **named: Any) -> None:
        construct(error, *arguments, **named)
        if kind is InvalidRequestError and REFUSED not in message_of(error):
            return
        if kind is StatementError and not isinstance(getattr(error, "orig", None), MissingGreenlet):
            return
        errors.append(error)
        if meanwhile is not None:
            meanwhile()

    kind.__init__ = noticed  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        if own is None:
            del kind.__init__
        else:
            kind.__init__ = own  # type: ignore[method-assign]


@contextmanager
def without_warnings() -> Iterator[None]:
    """Ignore warnings of abandoned coroutines inside the block, in which nothing may be awaited."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        yield


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and everything it came from: causes, contexts, and what SQLAlchemy has wrapped."""
    seen = set[int]()  # by identity: an error may define equality as it likes
    pending: list[object] = [error]
    while pending:
        link = pending.pop(0)
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            pending += [getattr(link, "orig", None), link.__cause__, link.__context__]


def is_missing_greenlet(error: BaseException) -> bool:
    """Whether the error, or anything it came from, has the code of a MissingGreenlet."""
    return any(isinstance(link, SQLAlchemyError) and link.code == MISSING_GREENLET for link in chain(error))
