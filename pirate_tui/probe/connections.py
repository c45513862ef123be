"""Remember where engines were made, and in which event loop their connections were opened."""

import asyncio
from asyncio import AbstractEventLoop
from inspect import currentframe
from typing import Any
from weakref import ReferenceType, WeakKeyDictionary, ref

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import Pool

from pirate_tui.probe.hooks import Hooks, log
from pirate_tui.probe.places import Place, place_of
from pirate_tui.probe.report import Report, line_of


BOUND = {"asyncpg", "asyncmy"}
"""The drivers whose connections work in one event loop only; those of psycopg and aiosqlite work in any."""

DIFFERENT_LOOP = "attached to a different loop"
"""Part of asyncio's message."""

engines: WeakKeyDictionary[Engine, Place | None] = WeakKeyDictionary()
"""Where each engine was made."""

_loops: WeakKeyDictionary[Any, tuple[ReferenceType[AbstractEventLoop], Place | None]] = WeakKeyDictionary()
"""The event loop in which a pooled connection was opened, and the line that needed it."""


def install(hooks: Hooks) -> None:
    """Put hooks into all engines and pools."""
    hooks.after(Dialect, "engine_created", _made)
    hooks.listen(Pool, "connect", _connected)
    hooks.listen(Pool, "checkout", _checked_out)
    hooks.listen(Engine, "handle_error", _failed)


def forget_all() -> None:
    """Drop everything that is remembered."""
    engines.clear()
    _loops.clear()


def _made(_dialect: type[Dialect], engine: Engine) -> None:
    engines[engine] = place_of(currentframe())


def _connected(_connection: Any, record: Any) -> None:
    loop = asyncio._get_running_loop()  # noqa: SLF001
    if loop is not None:
        _loops[record] = (ref(loop), place_of(currentframe()))


def _checked_out(connection: Any, record: Any, _proxy: Any) -> None:
    """Foretell the error of a connection that belongs to another event loop."""
    opened = _loops.get(record)
    if opened is None:
        return
    loop, line = opened
    if loop() is not asyncio._get_running_loop() and _driver(connection) in BOUND:  # noqa: SLF001
        _foretell(loop(), line, place_of(currentframe()))


def _driver(connection: Any) -> str:
    return type(connection).__module__.rpartition(".")[2]


def _failed(context: ExceptionContext) -> None:
    """Explain the driver's error of a connection that belongs to another event loop: it is none of SQLAlchemy's."""
    error = context.original_exception
    if type(error) is RuntimeError and DIFFERENT_LOOP in str(error):
        error.add_note(_report("another event loop", _opened(context.connection), place_of(currentframe())).text)


def _opened(connection: Connection | None) -> Place | None:
    """Return the line that needed a connection first; None where that is not known."""
    if connection is None or connection.closed or connection.invalidated:
        return None
    driver = connection.connection.dbapi_connection
    return next((line for record, (_, line) in list(_loops.items()) if record.dbapi_connection is driver), None)


def _foretell(loop: AbstractEventLoop | None, opened: Place | None, here: Place | None) -> None:
    which = "an event loop that is closed" if loop is None or loop.is_closed() else "another event loop"
    log("%s", _report(which, opened, here).text)


def _report(which: str, opened: Place | None, here: Place | None) -> Report:
    return Report(
        f"a connection of {which} is used in this one, which its driver does not support.",
        "a connection of another event loop",
        (
            ("here", line_of(here)),
            ("opened", line_of(opened)),
            ("fix", "await engine.dispose()   # at the end of the event loop that has used the engine"),
            ("or", "create_async_engine(url, poolclass=NullPool)   # no connection outlives its use"),
        ),
    )
