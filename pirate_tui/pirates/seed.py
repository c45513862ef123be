"""Make the bundled sample database: wholly or not at all."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from pirate_tui.pirates.models import Base, Pirate, PirateCrew


WORLD = "pirates.json"
"""The file in `data/` that holds crews and members."""


def world_file() -> Path:
    """Return the path of the data: inside the package in a wheel, beside it in a checkout (an editable install)."""
    package = Path(__file__).parent.parent
    return next(path for path in (package / "data" / WORLD, package.parent / "data" / WORLD) if path.is_file())


def read_world(file: Path) -> list[PirateCrew]:
    """Return the crews of the file with their members, ready to be added to a session."""
    crews = json.loads(file.read_text(encoding="utf-8"))["crews"]
    return [
        PirateCrew(
            name=crew["name"], ship_name=crew["ship_name"], members=[Pirate(**member) for member in crew["members"]]
        )
        for crew in crews
    ]


async def make_world(path: Path, *, replaces: bool = True) -> None:
    """Make the database at `path`, in place of an existing one. Raises OSError where that fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_database(path, replaces=replaces) as unfinished:
        await _fill(unfinished)


@contextmanager
def atomic_database(path: Path, *, replaces: bool = True) -> Iterator[Path]:
    """Yield the path at which to make the database for `path`. Raises OSError where that fails.

    It is made beside `path` and moved there when it is whole, so that a kill, a full disk or a second
    launch at the same time leave either nothing or a whole database. Unless it `replaces` what is there, a file
    that has come meanwhile stays: another program may have opened it.
    """
    _remove_stale(path)
    unfinished = _unfinished(path, os.getpid())
    _make_empty(unfinished)
    try:
        yield unfinished
        _flush(unfinished)
        _publish(unfinished, path, replaces=replaces)
    except DBAPIError as error:
        raise OSError(str(error.orig)) from error
    finally:
        _remove(unfinished)


async def _fill(path: Path) -> None:
    engine = create_async_engine(URL.create("sqlite+aiosqlite", database=str(path)))
    try:
        await create_tables(engine)
        async with async_sessionmaker(engine)() as session:
            session.add_all(read_world(world_file()))
            await session.commit()
    finally:
        await engine.dispose()


async def create_tables(engine: AsyncEngine) -> None:
    """Make the tables of the models; `create_all` is synchronous, so `run_sync` runs it in a greenlet."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


def _unfinished(path: Path, process: int) -> Path:
    return path.with_name(f".{path.name}.{process}.unfinished")


def _make_empty(path: Path) -> None:
    """Make the file, which must not exist: SQLite would write through a link that another user has put there."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666))


def _flush(path: Path) -> None:
    """Flush the file to the disk, before it is renamed."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _publish(unfinished: Path, path: Path, *, replaces: bool) -> None:
    if not replaces:
        try:
            path.hardlink_to(unfinished)
        except FileExistsError:
            return
        except OSError:  # a file system that has no links
            replaces = not path.exists()
    if replaces:
        unfinished.replace(path)


def _remove_stale(path: Path) -> None:
    """Remove what killed launches have left, but not the files of running ones, or of another user."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.(\d+)\.unfinished(-journal)?")
    for left in path.parent.iterdir():
        process = ours.fullmatch(left.name)
        if process and not _is_alive(int(process[1])) and _is_own(left):
            left.unlink(missing_ok=True)


def _is_own(path: Path) -> bool:
    try:
        return path.lstat().st_uid == os.geteuid()
    except FileNotFoundError:
        return False


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process != os.getpid()


def _remove(unfinished: Path) -> None:
    for leftover in (unfinished, unfinished.with_name(f"{unfinished.name}-journal")):
        leftover.unlink(missing_ok=True)
