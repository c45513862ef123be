"""Handle errors of code that is not ours: column types, properties, reprs, hybrids, event listeners, drivers.

It may raise anything. Whoever calls it catches `FOREIGN_ERRORS` and calls `reraise_ours` first; `Connections` does so
again for all that a query runs (`is_foreign`), so that none of its errors ends the program.
"""

import asyncio
from collections.abc import Callable
from pathlib import PurePath
from types import TracebackType

from greenlet import GreenletExit  # type: ignore[import-untyped]  # it has no hints

import pirate_tui
from pirate_tui.domain.failure import BrowserError, StartupError
from pirate_tui.orm.user_code.time_limit import Hanging


FOREIGN_ERRORS = BaseException
"""The errors that foreign code may raise: some classes of gevent, trio and pytest are no `Exception`."""

OURS = (BrowserError, StartupError, KeyboardInterrupt, GreenletExit)
"""Errors of ours, with messages for users; ctrl+c; and the end of a greenlet."""

OUR_FOLDERS = tuple(PurePath(pirate_tui.__file__).parent / layer for layer in ("domain", "orm"))
"""The folders of our own code that a query runs."""


class Cancelled(asyncio.CancelledError):
    """Raised in a query that we have cancelled, and that goes no further."""


def reraise_ours(error: BaseException) -> None:
    """Raise the error again if no foreign code is to blame: a message of ours, or a cancel that was requested."""
    if isinstance(error, OURS) or is_our_cancel(error):
        raise error


def is_our_cancel(error: BaseException) -> bool:
    """Whether the running task, or its query, was cancelled; foreign code may raise CancelledError by itself."""
    if isinstance(error, Cancelled) or not isinstance(error, asyncio.CancelledError):
        return isinstance(error, Cancelled)
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def is_foreign(error: BaseException) -> bool:
    """Whether the error was raised by code that is not ours; a bug of ours must not be attributed to the models."""
    if isinstance(error, OURS) or is_our_cancel(error):
        return False
    origin = _origin(error.__traceback__)
    return origin is not None and not any(origin.is_relative_to(folder) for folder in OUR_FOLDERS)


DRIVER_PACKAGES = frozenset({"asyncmy", "asyncpg", "psycopg", "psycopg_binary"})
"""The packages of the servers' drivers."""


def is_of_driver(error: BaseException) -> bool:
    """Whether the error was raised in the code of a server's driver, whatever its class is."""
    origin = _origin(error.__traceback__)
    return origin is not None and not DRIVER_PACKAGES.isdisjoint(origin.parts)


def error_name(error: BaseException) -> str:
    """Return an error's class as shown: `StatementError(MissingGreenlet)`, `cryptography.fernet.InvalidToken`."""
    if isinstance(error, Hanging):
        return "interrupted, since it did not finish"
    inner = getattr(error, "orig", None)
    return class_name(type(error)) + (f"({type(inner).__name__})" if isinstance(inner, BaseException) else "")


def class_name(kind: type) -> str:
    """Return the name of an error's class, with its module unless it is SQLAlchemy's or a built-in one."""
    package = kind.__module__.partition(".")[0]
    return (
        kind.__name__ if package in {"builtins", "asyncio", "sqlalchemy"} else f"{kind.__module__}.{kind.__qualname__}"
    )


def message_of(error: object) -> str:
    """Return the text of an error, or of a part of it; a placeholder where its `__str__` raises."""
    try:
        return str(error)
    except FOREIGN_ERRORS as raised:
        reraise_ours(raised)
        return f"<its __str__ raised {class_name(type(raised))}>"


def described(error: BaseException) -> str:
    """Return name and message of an error: `ValueError: no such colour`."""
    message = message_of(error)
    return f"{error_name(error)}: {message}" if message else error_name(error)


def text_of(value: object) -> str:
    """Return the value's `str()`, or the name of its class where that raises."""
    return _called(str, value)


def repr_of(value: object) -> str:
    """Return the value's `repr()`, or the name of its class where that raises."""
    return _called(repr, value)


def _called(method: Callable[[object], str], value: object) -> str:
    try:
        return method(value)
    except FOREIGN_ERRORS as error:
        reraise_ours(error)
        return f"<{type(value).__name__}>"


def _origin(trace: TracebackType | None) -> PurePath | None:
    """Return the file of the line that raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return None if trace is None else PurePath(trace.tb_frame.f_code.co_filename)
