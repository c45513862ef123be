"""Databases that cannot be used: locked, damaged, without the tables, gone while they are open."""

# ruff: noqa: ASYNC240  small files of a test

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest
from sqlalchemy import Column as TableColumn
from sqlalchemy import Integer
from sqlalchemy.orm import DeclarativeBase

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError, DatabaseLockedError, StartupError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.connection import engine
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.dialects.sqlite import connection as sqlite
from pirate_tui.pirates.models import MODELS


OpenModels: TypeAlias = Callable[[Path, Sequence[type]], Awaitable[OrmDatabase]]
CheckedOut: TypeAlias = Callable[[OrmDatabase], int]

WORK: dict[str, Callable[[OrmDatabase, Entity], Awaitable[object]]] = {
    "page": lambda database, ship: database.rows.page(Query(ship), Seek()),
    "count": lambda database, ship: database.rows.count(Query(ship)),
    "rest": lambda database, ship: database.instances.load_instance(ship, (1,)),
    "open": lambda database, ship: database.instances.open(
        OpenRequest(ship, (1,), ship.relationships[0], AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    ),
}


@pytest.fixture
async def lock(fleet_file: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[sqlite3.Connection]:
    """Another program, which holds the file; nobody's patience is tried."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.01)
    monkeypatch.setattr(engine, "RETRY_DELAYS", (0.001, 0.001, 0.001))
    other = sqlite3.connect(fleet_file, isolation_level=None)
    yield other
    other.close()


@pytest.fixture
def patient() -> Callable[[sqlite3.Connection, int], Listener]:
    """A listener who sees to it that the lock is released at an attempt."""

    class Releasing(Listener):
        def __init__(self, other: sqlite3.Connection, at: int) -> None:
            self.other, self.at, self.attempts = other, at, list[int]()

        def statement(self, statement: Statement) -> None:
            """Nothing to be done."""

        def retrying(self, attempt: int, reason: str) -> None:
            assert reason == "the database is locked by another program"
            self.attempts.append(attempt)
            if attempt == self.at:
                self.other.execute("ROLLBACK")

    return Releasing


@pytest.mark.parametrize("what", WORK)
async def test_a_lock_that_is_released_meanwhile_is_waited_for(
    lock: sqlite3.Connection,
    patient: Callable[[sqlite3.Connection, int], Listener],
    fleet_file: Path,
    fleet: tuple[type, type],
    checked_out: CheckedOut,
    what: str,
) -> None:
    listener = patient(lock, 2)
    database = await open_database(fleet_file, fleet, Limits(30), listener)
    lock.execute("BEGIN EXCLUSIVE")
    assert await WORK[what](database, database.models.catalog.entities[0])
    assert getattr(listener, "attempts", None) == [1, 2]
    assert checked_out(database) == 0
    await database.close()


@pytest.mark.parametrize("what", WORK)
async def test_a_lock_that_stays_is_busy_and_the_database_goes_on_after_it(
    lock: sqlite3.Connection,
    open_models: OpenModels,
    fleet_file: Path,
    fleet: tuple[type, type],
    retries: list[int],
    what: str,
) -> None:
    database = await open_models(fleet_file, fleet)
    lock.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseLockedError, match="locked by another program"):
        await WORK[what](database, database.models.catalog.entities[0])
    assert retries == [1, 2, 3]
    lock.execute("ROLLBACK")
    assert await WORK[what](database, database.models.catalog.entities[0])


async def test_a_lock_at_the_start_is_busy_and_opening_again_works(
    lock: sqlite3.Connection, open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type]
) -> None:
    lock.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseLockedError):
        await open_models(fleet_file, fleet)
    lock.execute("ROLLBACK")
    assert (await open_models(fleet_file, fleet)).models.catalog.entities


@pytest.mark.parametrize("what", ["start", *WORK])
async def test_a_lock_in_the_way_of_a_new_connection_is_waited_for_too(
    lock: sqlite3.Connection,
    patient: Callable[[sqlite3.Connection, int], Listener],
    fleet_file: Path,
    fleet: tuple[type, type],
    what: str,
) -> None:
    listener = patient(lock, 2)
    if what == "start":
        lock.execute("BEGIN EXCLUSIVE")
    database = await open_database(fleet_file, fleet, Limits(30), listener)
    if what != "start":
        await database._connections.engine.dispose()  # noqa: SLF001  as after an error
        lock.execute("BEGIN EXCLUSIVE")
        assert await WORK[what](database, database.models.catalog.entities[0])
    assert getattr(listener, "attempts", None) == [1, 2]
    await database.close()


async def test_another_program_can_write_while_we_are_open(
    lock: sqlite3.Connection, open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type]
) -> None:
    database = await open_models(fleet_file, fleet)
    for work in WORK.values():
        await work(database, database.models.catalog.entities[0])
        lock.execute("BEGIN EXCLUSIVE")
        lock.execute("INSERT INTO ships (name) VALUES ('Dolphin')")
        lock.execute("COMMIT")
    assert await database.rows.count(Query(database.models.catalog.entities[0])) == 2 + len(WORK)


@pytest.mark.parametrize(
    ("drop", "problem"),
    [
        ("DROP TABLE sailors", "no table sailors"),
        ("ALTER TABLE sailors DROP COLUMN name", "table sailors has no column name"),
    ],
)
async def test_a_class_whose_table_or_column_is_missing_is_said_and_the_rest_is_browsed(
    open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type], drop: str, problem: str
) -> None:
    with closing(sqlite3.connect(fleet_file)) as connection:
        connection.execute(drop)
    database = await open_models(fleet_file, fleet)
    assert [(choice.name, choice.problem) for choice in database.models.choices] == [("Ship", ""), ("Sailor", problem)]
    ship = await database.models.entity("Ship")
    assert ship.relationships == (), "what leads to it is left out too"
    assert len((await database.rows.page(Query(ship), Seek())).rows) == 2
    with pytest.raises(BrowserError, match=f"Sailor: {problem}"):
        await database.models.entity("Sailor")


async def test_without_any_table_of_the_models_there_is_nothing_to_browse(
    open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type]
) -> None:
    with closing(sqlite3.connect(fleet_file)) as connection:
        connection.executescript("DROP TABLE ships; DROP TABLE sailors")
    with pytest.raises(StartupError) as caught:
        await open_models(fleet_file, fleet)
    assert caught.value.exit_code == 3
    lacking = "no table ships, no table sailors; use the database of these models"
    assert caught.value.message == f"{fleet_file}: {lacking}"


async def test_the_wrong_database_for_many_models_is_told_in_a_line(open_models: OpenModels, fleet_file: Path) -> None:
    class Base(DeclarativeBase):
        """Of models that are for another database."""

    classes = [
        type(f"Part{n}", (Base,), {"__tablename__": f"part_{n}", "id": TableColumn(Integer, primary_key=True)})
        for n in range(183)
    ]
    with pytest.raises(StartupError) as caught:
        await open_models(fleet_file, classes)
    lacking = "no table part_0, no table part_1, no table part_2 …; use the database of these models"
    assert caught.value.message == f"{fleet_file}: none of the 183 tables of the models can be used: {lacking}"


async def test_a_broken_view_spoils_only_itself(
    open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type]
) -> None:
    with closing(sqlite3.connect(fleet_file)) as connection:
        connection.execute("CREATE VIEW broken AS SELECT x FROM gone")
    database = await open_models(fleet_file, fleet)
    assert not [choice for choice in database.models.choices if choice.problem]


@pytest.mark.parametrize("is_database", [True, False])
async def test_why_it_cannot_start_is_safe_to_print(
    open_models: OpenModels, fleet_file: Path, *, is_database: bool
) -> None:
    path = fleet_file.rename(fleet_file.with_name("a\x1b[31m\n.db"))
    if not is_database:
        path.write_bytes(b"no database")
    with pytest.raises(StartupError) as caught:
        await open_models(path, MODELS)
    assert caught.value.message.isprintable()


def damage(path: Path, how: str) -> None:
    whole = path.read_bytes()
    spoilt = {
        "header only": whole[:16],
        "hundred bytes": whole[:100],
        "half": whole[: len(whole) // 2],
        "noise": whole[:16] + bytes(range(256)) * (len(whole) // 256),
        "no pages": whole[:100] + b"\xee" * (len(whole) - 100),
        "encrypted": b"\x80" * len(whole),
        "empty": b"",
    }
    path.write_bytes(spoilt[how])


DAMAGES = ["header only", "hundred bytes", "noise", "no pages", "encrypted", "empty"]


@pytest.mark.parametrize("how", DAMAGES)
async def test_a_damaged_file_cannot_be_started_with(open_models: OpenModels, world: Path, how: str) -> None:
    damage(world, how)
    with pytest.raises(StartupError) as caught:
        await open_models(world, MODELS)
    assert caught.value.exit_code == 3
    assert str(world) in caught.value.message
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("what", WORK)
@pytest.mark.parametrize("how", [*DAMAGES, "half"])
async def test_a_file_that_is_damaged_while_it_is_open_is_trouble(
    open_models: OpenModels, world: Path, checked_out: CheckedOut, how: str, what: str
) -> None:
    database = await open_models(world, MODELS)
    damage(world, how)
    crew = database.models.catalog.entities[0]
    try:
        await WORK[what](database, crew)
    except BrowserError as error:
        assert error.hint  # noqa: PT017  half a file may well hold what was asked for
    assert checked_out(database) == 0


@pytest.mark.parametrize("what", WORK)
async def test_a_file_that_is_gone_while_connections_are_few_is_trouble(
    open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type], checked_out: CheckedOut, what: str
) -> None:
    database = await open_models(fleet_file, fleet)
    await database._connections.engine.dispose()  # noqa: SLF001  as after an error, or with a second question at once
    fleet_file.unlink()
    with pytest.raises(BrowserError):
        await WORK[what](database, database.models.catalog.entities[0])
    assert checked_out(database) == 0


@pytest.mark.parametrize("what", WORK)
async def test_a_table_that_is_dropped_while_it_is_open_is_trouble(
    open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type], checked_out: CheckedOut, what: str
) -> None:
    database = await open_models(fleet_file, fleet)
    connection = sqlite3.connect(fleet_file)
    connection.execute("DROP TABLE ships")
    connection.close()
    with pytest.raises(BrowserError, match="no such table: ships"):
        await WORK[what](database, database.models.catalog.entities[0])
    assert checked_out(database) == 0


async def test_a_database_says_what_it_is(open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type]) -> None:
    awkward = fleet_file.rename(fleet_file.with_name("fl\x1beet.db"))
    database = await open_models(awkward, fleet)
    assert (database.name, database.dialect) == ("fl␛eet.db", "sqlite+aiosqlite")
    assert [entity.name for entity in database.models.catalog.entities] == ["Ship", "Sailor"]
