"""The engine: nothing can be written through it, and it opens the very file that it was given."""

# ruff: noqa: ASYNC240  small files of a test

import asyncio
import hashlib
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.dialects.sqlite.connection import SQLiteBackend


@pytest.fixture
async def connections(fleet_file: Path, listener: Listener) -> AsyncIterator[Connections]:
    opened = Connections(SQLiteBackend(fleet_file), 30, listener)
    yield opened
    await opened.dispose()


async def send(connections: Connections, sql: str) -> list[tuple[Any, ...]]:
    """The rows that a statement gives."""

    async def question() -> list[tuple[Any, ...]]:
        async with connections.engine.connect() as connection:
            result = await connection.exec_driver_sql(sql)
            return [tuple(row) for row in result.all()] if result.returns_rows else []

    return await connections.run(question)


def fingerprint(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


FORBIDDEN = [
    "INSERT INTO ships VALUES (9, 'x')",
    "UPDATE ships SET name = 'x'",
    "DELETE FROM ships",
    "DROP TABLE ships",
    "CREATE TABLE t (x)",
    "CREATE TEMP TABLE t (x)",
    "CREATE TEMP VIEW v AS SELECT 1",
    "CREATE INDEX i ON ships (name)",
    "ALTER TABLE ships ADD x",
    "ATTACH '{folder}/new.db' AS new",
    "ATTACH ':memory:' AS new",
    "DETACH main",
    "VACUUM",
    "VACUUM INTO '{folder}/copy.db'",
    "REINDEX",
    "ANALYZE",
    "SAVEPOINT s",
    "PRAGMA query_only = off",
    "PRAGMA journal_mode = wal",
    "PRAGMA journal_mode",
    "PRAGMA user_version = 7",
    "PRAGMA writable_schema = on",
    "PRAGMA wal_checkpoint",
    "PRAGMA temp_store_directory = '{folder}'",
    "SELECT load_extension('x')",
    "SELECT fts3_tokenizer('x')",
    "EXPLAIN INSERT INTO ships VALUES (9, 'x')",
]


@pytest.mark.parametrize("sql", FORBIDDEN)
async def test_it_is_refused_and_leaves_nothing(connections: Connections, tmp_path: Path, sql: str) -> None:
    before = fingerprint(tmp_path)
    for _ in range(2):
        with pytest.raises(BrowserError, match=r"not authorized|authorization denied|no such function"):
            await send(connections, sql.format(folder=tmp_path))
    assert fingerprint(tmp_path) == before
    assert await send(connections, "SELECT count(*) FROM ships") == [(2,)]


async def test_after_every_attempt_the_next_checkout_is_read_only_too(
    connections: Connections, tmp_path: Path, checked_out: Callable[[AsyncEngine], int]
) -> None:
    before = fingerprint(tmp_path)
    for sql in FORBIDDEN:
        with pytest.raises(BrowserError):
            await send(connections, sql.format(folder=tmp_path))
        with pytest.raises(BrowserError, match="not authorized"):
            await send(connections, "INSERT INTO ships VALUES (9, 'x')")
    assert checked_out(connections.engine) == 0
    await connections.dispose()
    assert fingerprint(tmp_path) == before


async def test_without_the_authorizer_the_file_is_still_read_only(connections: Connections, fleet_file: Path) -> None:
    before = fleet_file.read_bytes()
    async with connections.engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.set_authorizer(None)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await raw.execute("DELETE FROM ships")
        await (await raw.execute("PRAGMA query_only = off")).close()
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await raw.execute("DELETE FROM ships")
        await raw.rollback()
        await connection.invalidate()
    assert fleet_file.read_bytes() == before


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT upper(name) || length(name) FROM ships",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT x FROM n",
        "PRAGMA table_info(ships)",
        "SELECT name FROM sqlite_master",
    ],
)
async def test_reading_is_allowed(connections: Connections, sql: str) -> None:
    assert await send(connections, sql)


NAMES = [
    b"fleet?mode=rwc.db",
    b"100%41.db",
    b"a#b.db",
    b"with space.db",
    b"a&b=c;d.db",
    b"quote'\"\\.db",
    b"file:x.db",
    "日本.db".encode(),
    b"\xff\xfe not utf-8.db",
    b"line\nbreak\x1b.db",
]


@pytest.mark.parametrize("name", NAMES)
async def test_any_path_opens_that_very_file(tmp_path: Path, fleet_file: Path, listener: Listener, name: bytes) -> None:
    folder = tmp_path / "odd %3f # names"
    folder.mkdir()
    path = folder / os.fsdecode(name)
    fleet_file.rename(path)
    connections = Connections(SQLiteBackend(path), 30, listener)
    assert await send(connections, "SELECT name FROM ships WHERE id = 1") == [("Pequod",)]
    await connections.dispose()
    assert list(folder.iterdir()) == [path]


async def test_a_relative_path_is_found(fleet_file: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(fleet_file.parent)
    connections = Connections(SQLiteBackend(Path(fleet_file.name)), 30, listener)
    assert await send(connections, "SELECT count(*) FROM ships") == [(2,)]
    await connections.dispose()


async def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, listener: Listener) -> None:
    connections = Connections(SQLiteBackend(tmp_path / "none.db"), 30, listener)
    with pytest.raises(BrowserError, match="the file was removed: restore it, then press r"):
        await send(connections, "SELECT 1")
    await connections.dispose()
    assert not (tmp_path / "none.db").exists()


async def test_what_is_under_way_when_everything_is_let_go_of_leaves_no_connection(connections: Connections) -> None:
    begun = asyncio.Event()

    async def question() -> None:
        async with connections.engine.connect() as connection:
            begun.set()
            for _ in range(1_000_000):
                await connection.exec_driver_sql("SELECT count(*) FROM ships")

    before = threading.active_count()
    task = asyncio.ensure_future(connections.run(question))
    await begun.wait()
    renewing = asyncio.ensure_future(connections.renew())
    assert await send(connections, "SELECT count(*) FROM ships") == [(2,)]
    await renewing
    with pytest.raises(asyncio.CancelledError):
        await task
    await connections.dispose()
    async with asyncio.timeout(5):
        while threading.active_count() > before:  # noqa: ASYNC110  a thread does not tell when it is done
            await asyncio.sleep(0)
