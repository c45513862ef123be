"""A write-ahead log: read as it is, also in a folder that may not be written; and nothing is left behind."""

# ruff: noqa: ASYNC240  small files of a test

import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.dialects.sqlite.connection import SQLiteBackend
from tests.orm.asking import scalar


NOBODY = 65534


@pytest.fixture
def logged(fleet_file: Path) -> Path:
    """A file in a folder of its own, written through a log that has nothing in it, in a place that all may enter."""
    folder = Path(tempfile.mkdtemp(prefix="pirate-tui-"))
    path = Path(shutil.copy(fleet_file, folder / "fleet.db"))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode = wal").fetchone() == ("wal",)
    folder.chmod(0o755)
    path.chmod(0o644)
    return path


@pytest.fixture(autouse=True)
def _cleaned(logged: Path) -> Iterator[None]:
    yield
    logged.parent.chmod(0o755)
    shutil.rmtree(logged.parent)


@pytest.fixture
def locked_folder(logged: Path) -> Iterator[Path]:
    """The file, for somebody who may not write its folder."""
    logged.parent.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    yield logged
    if is_root:
        os.seteuid(0)


@pytest.fixture
async def connections(logged: Path, listener: Listener) -> AsyncIterator[Connections]:
    opened = Connections(SQLiteBackend(logged), 30, listener)
    yield opened
    await opened.dispose()


async def ships(connections: Connections) -> Any:
    """How many there are."""
    return await scalar(connections, "SELECT count(*) FROM ships")


async def test_a_visit_leaves_the_file_as_it_was(connections: Connections, logged: Path) -> None:
    before = logged.read_bytes()
    assert await ships(connections) == 2
    await connections.dispose()
    assert logged.read_bytes() == before
    left = {path.name: path.stat().st_size for path in logged.parent.iterdir() if path != logged}
    assert set(left) <= {"fleet.db-shm", "fleet.db-wal"}
    assert left.get("fleet.db-wal", 0) == 0


async def test_in_a_folder_that_may_not_be_written_it_is_read_without_its_log(
    locked_folder: Path, connections: Connections
) -> None:
    assert await ships(connections) == 2
    assert [path.name for path in locked_folder.parent.iterdir()] == ["fleet.db"]


async def test_what_was_committed_to_a_log_is_never_missed(logged: Path, listener: Listener) -> None:
    with closing(sqlite3.connect(logged)) as writer:
        writer.execute("INSERT INTO ships VALUES (3, 'Town-Ho')")
        writer.commit()
        for path in logged.parent.iterdir():
            path.chmod(0o644)
        logged.parent.chmod(0o555)
        connections = Connections(SQLiteBackend(logged), 30, listener)
        os.seteuid(NOBODY) if os.geteuid() == 0 else None
        try:
            assert await ships(connections) == 3
        finally:
            os.seteuid(os.getuid())
            await connections.dispose()


async def test_a_writer_who_comes_later_is_noticed(locked_folder: Path, connections: Connections) -> None:
    assert await ships(connections) == 2
    os.seteuid(os.getuid())
    locked_folder.parent.chmod(0o755)
    with closing(sqlite3.connect(locked_folder)) as writer:
        writer.execute("INSERT INTO ships VALUES (3, 'Town-Ho')")
        writer.commit()
        with pytest.raises(BrowserError, match="another program has started writing to the file: press r"):
            await ships(connections)
        await connections.renew()
        assert await ships(connections) == 3
