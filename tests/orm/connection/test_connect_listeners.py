"""Listeners of the models that set up each connection, written for one database and met by another, or read-only."""

# ruff: noqa: ASYNC240  small files of a test

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.url import Server
from tests.orm.conftest import FLEET_ROWS, Base, OpenModels, Sailor, Ship
from tests.orm.schemas import is_postgresql
from tests.servers import load, read


@contextmanager
def listening(set_up: Callable[[Any, Any], None]) -> Iterator[None]:
    """A listener to every engine."""
    event.listen(Engine, "connect", set_up)
    try:
        yield
    finally:
        event.remove(Engine, "connect", set_up)


@contextmanager
def connecting(*statements: str) -> Iterator[None]:
    """One that executes these, by the driver's cursor."""

    def set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    with listening(set_up):
        yield


@pytest.mark.parametrize(
    "pragma", ["journal_mode=WAL", "journal_mode=DELETE", "user_version=7", "auto_vacuum=1", "busy_timeout=60000"]
)
async def test_a_pragma_for_the_file_is_passed_over_and_said(
    fleet_file: Path, open_models: OpenModels, caplog: pytest.LogCaptureFixture, pragma: str
) -> None:
    before = hashlib.sha256(fleet_file.read_bytes()).hexdigest()
    with connecting(f"PRAGMA {pragma}", "PRAGMA foreign_keys=ON"), caplog.at_level(logging.WARNING):
        database = await open_models(fleet_file, (Ship, Sailor))
        assert len((await database.rows.page(Query(await database.models.entity("Ship")), Seek())).rows) == 2
    name, value = pragma.split("=")
    assert (
        f"ignored, since the file is opened read-only: PRAGMA {name} = {value} of a connect listener" in caplog.messages
    )
    assert hashlib.sha256(fleet_file.read_bytes()).hexdigest() == before
    assert [path.name for path in fleet_file.parent.iterdir() if path.is_file()] == [fleet_file.name]


async def test_a_file_that_is_written_through_a_log_opens_too(tmp_path: Path, open_models: OpenModels) -> None:
    path = tmp_path / "logged.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(
            "CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO ships VALUES (1, 'a')"
        )
    with connecting("PRAGMA journal_mode=DELETE"):
        database = await open_models(path, (Ship, Sailor))
        assert len((await database.rows.page(Query(await database.models.entity("Ship")), Seek())).rows) == 1
    await database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE t (x)", "DELETE FROM ships", "PRAGMA nonsense(", "SELECT nothing()"]
)
async def test_what_a_listener_may_not_do_to_a_file_is_said(
    fleet_file: Path, open_models: OpenModels, statement: str
) -> None:
    with connecting(statement), pytest.raises(StartupError) as caught:
        await open_models(fleet_file, (Ship, Sailor))
    assert "a connect listener of the models raised sqlite3.OperationalError: " in caught.value.message
    assert caught.value.message.endswith("; fix it, then restart: it must work with this database, and may only read")


async def test_a_listener_for_another_database_is_named_in_one_line(server: Server, open_models: OpenModels) -> None:
    await load(server, Base.metadata, FLEET_ROWS)
    for statement, said in (
        ("PRAGMA foreign_keys=ON", "a connect listener of the models raised .*PRAGMA"),
        ("CREATE TABLE t (x INT)", "a connect listener of the models raised .*(read-only|READ ONLY)"),
    ):
        with connecting(statement), pytest.raises(StartupError, match=said) as caught:
            await open_models(server, (Ship, Sailor))
        assert "\n" not in caught.value.message
    here = "'public'" if is_postgresql(server) else "database()"
    tables = f"SELECT table_name FROM information_schema.tables WHERE table_schema = {here} AND table_name = 't'"  # noqa: S608
    assert await read(server, tables) == []


async def test_a_listener_that_raises_is_named_in_one_line(server: Server, open_models: OpenModels) -> None:
    await load(server, Base.metadata, FLEET_ROWS)
    with (
        listening(lambda connection, _: connection.create_function("regexp", 2, max)),
        pytest.raises(StartupError, match=r"a connect listener of the models raised AttributeError: .*create_function"),
    ):
        await open_models(server, (Ship, Sailor))
