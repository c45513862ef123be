"""Explain models that mix sync and async while they are imported."""

import re
import traceback
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from pirate_tui.orm.errors import chain, is_missing_greenlet


SYNC_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "oracle": "oracle+oracledb",
    "mssql": "mssql+pyodbc",
}
"""A sync driver for each database, as a URL names it."""

READS_ATTRIBUTE = "sqlalchemy.orm.attributes", "__get__"
"""The module and the function that run when code reads a mapped attribute."""

DOING = re.compile(r"[\w.]+\.(?:create_all|drop_all|reflect)(?=\()")
"""The calls that are most often made with a sync engine."""


class Explained(NamedTuple):
    """A problem of the models, and its remedy."""

    what: str
    remedy: str
    code: tuple[str, ...] = ()
    """The lines of code that belong to the remedy."""


def explained(error: BaseException, line: str) -> Explained | None:
    """Explain a MissingGreenlet anywhere in the error, or an async engine in sync code; None for other errors."""
    if is_missing_greenlet(error):
        frames = list(_frames(error))
        return _attribute() if any(map(_reads_attribute, frames)) else _engine(frames, line)
    used = next((link.obj for link in chain(error) if isinstance(link, AttributeError)), None)
    if type(used) in (AsyncEngine, AsyncConnection):
        remedy, code = _awaiting(line)
        return Explained(f"an {type(used).__name__} is used in sync code", f"await it{remedy}", code)
    return None


def _attribute() -> Explained:
    return Explained(
        "MissingGreenlet: this line accesses an attribute that is not loaded, without await",
        'put the code that runs it under `if __name__ == "__main__":`, then open the models: '
        "there, u shows and explains such an access",
    )


def _engine(frames: Iterable[FrameType], line: str) -> Explained:
    url = next(filter(None, map(_url, frames)), None)
    driver = "an async driver" if url is None else f"an async driver, {url.drivername}"
    what = f"a sync engine (create_engine(), or sync_engine) on {driver}, which can only connect when awaited"
    remedy, code = _awaiting(line)
    return Explained(f"MissingGreenlet: {what}", f"{_other_driver(url)}create_async_engine(), awaited{remedy}", code)


def _other_driver(url: URL | None) -> str:
    """Return the beginning of the remedy that keeps the code sync."""
    sync = SYNC_DRIVERS.get("" if url is None else url.get_backend_name())
    return (
        f"use create_engine() with {sync}:// instead of {url.drivername}:// in the URL; or " if sync and url else "use "
    )


def _awaiting(line: str) -> tuple[str, tuple[str, ...]]:
    """Return the end of the remedy that keeps the driver async, and its lines of code."""
    call = DOING.search(line)
    work = call[0] if call else "work"
    code = ("async with engine.begin() as connection:", f"    await connection.run_sync({work})")
    return ":" if call else ", where work(connection) does what this line does:", code


def _frames(error: BaseException) -> Iterator[FrameType]:
    for link in chain(error):
        for frame, _ in traceback.walk_tb(link.__traceback__):
            yield frame


def _reads_attribute(frame: FrameType) -> bool:
    return (frame.f_globals.get("__name__"), frame.f_code.co_name) == READS_ATTRIBUTE


def _url(frame: FrameType) -> URL | None:
    """Return the URL of the engine that a frame of SQLAlchemy's works for; None for other frames."""
    if not str(frame.f_globals.get("__name__")).startswith("sqlalchemy."):
        return None
    held: Any = frame.f_locals.get("self")
    return held.engine.url if isinstance(held, (Engine, Connection)) else None
