"""Statements as the listener is told of them: numbers, causes, outcomes, rows, and parameters apart."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement, StatementStatus
from pirate_tui.orm.connection.recorder import clean_sql
from pirate_tui.orm.database import OrmDatabase


OpenModels: TypeAlias = Callable[[Path, Sequence[type]], Awaitable[OrmDatabase]]

SAFE, UNSAFE = AccessMode
MAPPED, SELECTIN, JOINED, SUBQUERY, RAISE = LoaderStrategy


@pytest.fixture
async def database(
    open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type], told: list[Statement]
) -> OrmDatabase:
    opened = await open_models(fleet_file, fleet)
    told.clear()
    return opened


async def open_sailors(database: OrmDatabase, mode: AccessMode, strategy: LoaderStrategy) -> None:
    ship = database.models.catalog.entities[0]
    await database.instances.open(OpenRequest(ship, (1,), ship.relationships[0], mode, strategy))


def last_words(told: list[Statement]) -> list[Statement]:
    """The last that was told of each statement, in the order of their numbers."""
    return [statement for _, statement in sorted({statement.number: statement for statement in told}.items())]


async def test_a_statement_is_told_when_it_is_sent_and_when_it_has_ended(
    database: OrmDatabase, told: list[Statement]
) -> None:
    await database.rows.page(Query(database.models.catalog.entities[0]), Seek())
    running, done = told
    assert (running.outcome, running.seconds, running.rows) == (StatementStatus.RUNNING, None, None)
    assert (done.outcome, done.rows) == (StatementStatus.DONE, 2)
    assert done.seconds is not None
    assert 0 < done.seconds < 10
    assert (running.number, running.text, running.cause) == (done.number, done.text, done.cause)


async def test_numbers_go_up_by_one(database: OrmDatabase, told: list[Statement]) -> None:
    await database.rows.count(Query(database.models.catalog.entities[0]))
    await open_sailors(database, SAFE, MAPPED)
    await open_sailors(database, UNSAFE, MAPPED)
    await open_sailors(database, SAFE, SELECTIN)
    numbers = [statement.number for statement in last_words(told)]
    assert numbers == list(range(numbers[0], numbers[0] + 8))


SELECT, ACCESS = "Ship 1", "Ship 1.sailors"


@pytest.mark.parametrize(
    ("mode", "strategy", "expected"),
    [
        (SAFE, MAPPED, [(SELECT, StatementStatus.DONE, 1), (ACCESS, StatementStatus.DONE, 3)]),
        (UNSAFE, MAPPED, [(SELECT, StatementStatus.DONE, 1), (ACCESS, StatementStatus.NEVER_SENT, None)]),
        (SAFE, SELECTIN, [(SELECT, StatementStatus.DONE, 1), (ACCESS, StatementStatus.DONE, 3)]),
        (UNSAFE, SELECTIN, [(SELECT, StatementStatus.DONE, 1), (ACCESS, StatementStatus.DONE, 3)]),
        (SAFE, SUBQUERY, [(SELECT, StatementStatus.DONE, 1), (ACCESS, StatementStatus.DONE, 3)]),
        (SAFE, JOINED, [(SELECT, StatementStatus.DONE, 3)]),
        (SAFE, RAISE, [(SELECT, StatementStatus.DONE, 1)]),
        (UNSAFE, RAISE, [(SELECT, StatementStatus.DONE, 1)]),
    ],
)
async def test_each_statement_has_its_cause_and_its_rows(
    database: OrmDatabase,
    told: list[Statement],
    mode: AccessMode,
    strategy: LoaderStrategy,
    expected: list[tuple[str, StatementStatus, int | None]],
) -> None:
    await open_sailors(database, mode, strategy)
    asked = (
        []
        if strategy is RAISE or (mode, strategy) == (UNSAFE, MAPPED)
        else [("size of Sailor", StatementStatus.DONE, 0)]
    )
    assert [(s.cause, s.outcome, s.rows) for s in last_words(told)] == asked + expected


async def test_pages_counts_and_rests_have_causes_too(database: OrmDatabase, told: list[Statement]) -> None:
    await database.rows.page(Query(database.models.catalog.entities[0]), Seek())
    await database.rows.count(Query(database.models.catalog.entities[1]))
    await database.instances.load_instance(database.models.catalog.entities[1], (3,))
    assert [statement.cause for statement in last_words(told)] == ["rows of Ship", "count of Sailor", "Sailor 3"]


async def test_parameters_stand_apart_from_the_text(database: OrmDatabase, told: list[Statement]) -> None:
    await database.instances.load_instance(database.models.catalog.entities[0], (1,))
    (statement,) = last_words(told)
    assert "WHERE ships.id = ?" in statement.text
    assert statement.parameters == "1"


async def test_what_was_never_sent_has_text_and_parameters(database: OrmDatabase, told: list[Statement]) -> None:
    await open_sailors(database, UNSAFE, MAPPED)
    unsent = last_words(told)[-1]
    told.clear()
    await open_sailors(database, SAFE, MAPPED)
    sent = last_words(told)[-1]
    assert (unsent.text, unsent.parameters) == (sent.text, sent.parameters)


async def test_a_statement_that_fails_is_told_as_failed(
    open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type], told: list[Statement]
) -> None:
    database = await open_models(fleet_file, fleet)
    connection = sqlite3.connect(fleet_file)
    connection.execute("DROP TABLE ships")
    connection.close()
    told.clear()
    with pytest.raises(BrowserError):
        await database.rows.count(Query(database.models.catalog.entities[0]))
    running, failed = told
    assert (running.outcome, failed.outcome) == (StatementStatus.RUNNING, StatementStatus.FAILED)
    assert running.number == failed.number
    assert (failed.rows, failed.seconds is not None) == (None, True)


def test_the_text_keeps_its_lines_and_loses_its_control_bytes() -> None:
    assert clean_sql("SELECT '\x1b]52'\nFROM t") == "SELECT '␛]52'\nFROM t"
