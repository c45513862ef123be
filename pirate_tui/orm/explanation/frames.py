"""Inspect the frames of an error: the user's own, the attribute that was read, and misleading innermost ones."""

import re
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import PurePath
from types import FrameType
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstanceState

from pirate_tui.orm.errors import MISSING_GREENLET
from pirate_tui.orm.inspection.snippet import FILE_NAME


FRAME = re.compile(r'  File "(?P<file>.+)", line \d+, in ')
"""A line of a traceback that names a frame."""

SQLALCHEMY = PurePath(sqlalchemy.__file__).parent

STANDARD = tuple(PurePath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))

PACKAGES = {"site-packages", "dist-packages"}
"""The folders in which packages are installed, also within the standard library's."""

LIBRARIES = {"sqlalchemy", "greenlet", "aiosqlite", "asyncpg", "psycopg", "psycopg_pool", "aiomysql", "asyncmy"}
"""Packages between a user's line and the database."""


MISLEADING = (
    "pool_pre_ping, which tests a connection before the SELECT (without it, the SELECT would raise the same error)",
    "the connection pool, which opens a connection (with an open one, the SELECT would raise the same error)",
    "an autoflush, which writes pending changes before the SELECT, or its rollback",
)
"""What the innermost frames belong to, and why that is not the cause."""


class AttributeRead(NamedTuple):
    """An attribute that was being read when an error was raised."""

    state: InstanceState[Any]
    name: str


class Innermost(NamedTuple):
    """The work of the innermost frames of a MissingGreenlet, where that was not the access's own SELECT."""

    pings: bool
    """Whether pool_pre_ping was testing a connection before its checkout."""
    connects: bool
    """Whether the pool was opening a connection."""
    flushes: bool
    """Whether an autoflush was running, or the rollback of one."""
    last: str
    """The function that SQLAlchemy called last."""

    def where_it_misleads(self, code: str) -> str:
        """Return what these frames belong to, and that the access `code` is the cause; empty if they do not mislead."""
        about = [words for is_it, words in zip(self[:3], MISLEADING, strict=True) if is_it]
        if not about:
            return ""
        last = f" (the last is {self.last}())" if self.last else ""
        return f"The innermost frames{last} belong to {', within '.join(about)}. The cause is the access: {code}."


def own_lines(raw: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of the raw lines that are the user's own frames, not those of libraries."""
    numbers = list[int]()
    for y, line in enumerate(raw):
        frame = FRAME.match(line)
        if frame is not None and is_own(frame["file"]):
            numbers += [y, y + 1] if raw[y + 1 : y + 2] and raw[y + 1].startswith("    ") else [y]
    return tuple(numbers)


@cache
def is_own(file: str) -> bool:
    """Whether the file is the user's own, and not one of SQLAlchemy, a driver or Python itself."""
    path = PurePath(file)
    if file.startswith("<"):
        return file == FILE_NAME
    if path.is_relative_to(SQLALCHEMY):
        return False
    at = next((n for n, part in enumerate(path.parts) if part in PACKAGES), None)
    if at is not None:
        return PurePath(path.parts[at + 1]).stem not in LIBRARIES
    return path.is_absolute() and not any(path.is_relative_to(folder) for folder in STANDARD)


def read_in(links: Iterable[BaseException]) -> AttributeRead | None:
    """Find the attribute whose reading raised: the innermost one, since code of a model may have read others before.

    `links` is the chain of the error. SQLAlchemy's own frames have the attribute: `InstrumentedAttribute.__get__`, and
    the query of a dynamic or write_only one.
    """
    for link in links:
        found = [read for read in map(_read_by, _frames(link)) if read is not None]
        if found:
            return found[-1]
    return None


def innermost_of(links: Iterable[BaseException], live: Iterable[FrameType] = ()) -> Innermost | None:
    """Find what the innermost frames of the MissingGreenlet in an error's chain did; None without one.

    `live` are its frames where it has no traceback yet.
    """
    link = next((one for one in links if isinstance(one, SQLAlchemyError) and one.code == MISSING_GREENLET), None)
    if link is None:
        return None
    calls = [frame.f_code for frame in (*_frames(link), *live) if "sqlalchemy" in frame.f_code.co_filename]
    names = [code.co_name for code in calls]
    pings, connects = "do_ping" in names, "_create_connection" in names
    doing = [name for name in names if name.startswith("do_") or name == "connect"]
    return Innermost(pings, connects, "_autoflush" in names, doing[-1] if doing else "")


def _read_by(frame: FrameType) -> AttributeRead | None:
    code = frame.f_code
    if "sqlalchemy" not in code.co_filename or code.co_varnames[:1] != ("self",):
        return None
    if code.co_name == "__get__" and code.co_filename.endswith("attributes.py"):
        held = frame.f_locals
        return None if held["instance"] is None else AttributeRead(inspect(held["instance"]), held["self"].key)
    if code.co_filename.endswith(("dynamic.py", "writeonly.py")):
        query = frame.f_locals["self"]
        return AttributeRead(inspect(query.instance), query.attr.key) if hasattr(query, "attr") else None
    return None


def _frames(error: BaseException) -> Iterator[FrameType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next
