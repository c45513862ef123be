"""Large worlds: the same ones each time, varied, and complete or stopped."""

import asyncio
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from pirate_tui.pirates import fleet as maker
from pirate_tui.pirates.fleet import CrewRow, MemberRow, SampleSize, crew_batches, load, member_batches
from pirate_tui.pirates.models import Base


SIZES = [
    SampleSize(1, 0),
    SampleSize(1, 1),
    SampleSize(1, 25),
    SampleSize(2, 3),
    SampleSize(7, 100),
    SampleSize(10, 0),
    SampleSize(100, 5_000),
]
"""From the least that there is."""

SOME = SampleSize(300, 4_000)

CREWS: list[CrewRow] = [
    (1, "Blood Swordfish Crew of Roatán", "Unsinkable Hope"),
    (2, "Broken Jackal Pirates of Elmina", "Señora Fortune"),
    (3, "Ivory Leviathan Raiders of 長崎", "Old Comet"),
]
MEMBERS: list[MemberRow] = [
    (1, "Dirty Mahmud Mainsail", "Navigator", False, 1),
    (2, "Björn Kidd", "Treasurer", False, 1),
    (3, "Isaac Teach", "Sailor", True, 1),
]
"""What `SampleSize(3, 3)` gives, on every machine."""


def crews_of(fleet: SampleSize) -> list[CrewRow]:
    return [row for batch in crew_batches(fleet) for row in batch]


def members_of(fleet: SampleSize) -> list[MemberRow]:
    return [row for batch in member_batches(fleet) for row in batch]


def sizes_of(fleet: SampleSize) -> Counter[int]:
    return Counter(member[-1] for member in members_of(fleet))


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def threads_end(count: int) -> bool:
    """A driver's thread ends soon after its connection."""
    for thread in threading.enumerate()[count:]:
        thread.join(5)
    return threading.active_count() == count


def deaf(_rows: int) -> None:
    """Needs not to be told how far it is."""


@pytest.mark.parametrize("fleet", SIZES, ids=str)
def test_the_ids_are_one_to_the_number_asked_for(fleet: SampleSize) -> None:
    assert [crew[0] for crew in crews_of(fleet)] == list(range(1, fleet.crews + 1))
    assert [member[0] for member in members_of(fleet)] == list(range(1, fleet.members + 1))


@pytest.mark.parametrize("fleet", SIZES, ids=str)
def test_every_member_has_a_crew_that_there_is(fleet: SampleSize) -> None:
    assert set(sizes_of(fleet)) <= set(range(1, fleet.crews + 1))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("fleet", SIZES, ids=str)
def test_the_first_crew_is_the_largest_and_has_a_tenth_at_the_least(fleet: SampleSize, seed: int) -> None:
    sizes = sizes_of(fleet._replace(seed=seed))
    assert sizes[1] * 10 >= fleet.members
    assert sizes[1] == max(sizes.values(), default=0)


def test_crews_are_of_very_different_size() -> None:
    sizes = sizes_of(SOME)
    assert sum(sizes[crew] == 0 for crew in range(1, SOME.crews + 1)) >= SOME.crews / 10
    assert sum(0 < size < 10 for size in sizes.values()) > SOME.crews / 3
    assert sum(size > SOME.members / 100 for size in sizes.values()) > 3
    assert len(set(sizes.values())) > 20


def test_large_and_small_crews_are_mixed() -> None:
    large = sorted(crew for crew, _ in sizes_of(SOME).most_common(20))
    assert large[-1] > SOME.crews * 0.8
    assert max(after - before for before, after in pairwise(large)) < SOME.crews / 4


@pytest.mark.parametrize("count", [1, 2, 3, 10, 97, 100, 1_000])
def test_every_crew_can_have_members(count: int) -> None:
    step = maker._step(count)  # noqa: SLF001  the one thing that a count of members cannot tell
    assert len({rank * step % count for rank in range(count)}) == count


def test_the_members_of_a_crew_do_not_follow_each_other() -> None:
    crews = [member[-1] for member in members_of(SOME)]
    neighbours = sum(one == other for one, other in pairwise(crews))
    assert neighbours < SOME.members / 5


def test_names_ships_and_roles_are_varied() -> None:
    _, names, ships = zip(*crews_of(SOME), strict=True)
    assert len(set(names)) > SOME.crews * 0.9
    assert len(set(ships)) > SOME.crews * 0.6
    assert 0 < ships.count(None) < SOME.crews / 5
    _, people, roles, powers, _ = zip(*members_of(SOME), strict=True)
    assert len(set(people)) > SOME.members * 0.9
    assert len(set(roles)) > 20
    assert 0.3 < sum(powers) / SOME.members < 0.37


def test_some_names_are_not_ascii_and_all_are_fit_to_be_shown() -> None:
    names = [crew[1] for crew in crews_of(SOME)] + [member[1] for member in members_of(SOME)]
    assert 0.02 < sum(not name.isascii() for name in names) / len(names) < 0.5
    assert all(name.isprintable() and name == name.strip() and "  " not in name for name in names)


def test_the_same_numbers_give_the_same_rows_and_another_seed_others() -> None:
    assert crews_of(SOME) == crews_of(SOME)
    assert members_of(SOME) == members_of(SOME)
    other = SOME._replace(seed=2)
    assert crews_of(other) != crews_of(SOME)
    assert members_of(other) != members_of(SOME)


def test_the_rows_are_these_on_every_machine() -> None:
    assert crews_of(SampleSize(3, 3)) == CREWS
    assert members_of(SampleSize(3, 3)) == MEMBERS


def test_the_rows_do_not_depend_on_the_size_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = SampleSize(50, 200)
    crews, members = crews_of(fleet), members_of(fleet)
    monkeypatch.setattr(maker, "BATCH", 7)
    assert [len(batch) for batch in crew_batches(fleet)] == [7] * 7 + [1]
    assert crews_of(fleet) == crews
    assert members_of(fleet) == members


async def test_the_file_holds_the_rows_in_the_tables_of_the_models(tmp_path: Path) -> None:
    fleet, path, plain = SampleSize(20, 300), tmp_path / "a.db", tmp_path / "plain.db"
    await load(path, fleet, deaf)
    assert ask(path, "SELECT * FROM pirate_crew ORDER BY id") == crews_of(fleet)
    assert ask(path, "SELECT * FROM pirates ORDER BY id") == members_of(fleet)
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]
    assert ask(path, "PRAGMA foreign_key_check") == []
    engine = create_engine(f"sqlite:///{plain}")
    Base.metadata.create_all(engine)
    engine.dispose()
    schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
    assert ask(path, schema) == ask(plain, schema)
    assert ("ix_pirates_pirate_crew_id",) in ask(path, "SELECT name FROM sqlite_master WHERE type = 'index'")


async def test_the_same_numbers_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    await load(one, SampleSize(20, 300), deaf)
    await load(other, SampleSize(20, 300), deaf)
    assert one.read_bytes() == other.read_bytes()


async def test_it_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maker, "BATCH", 10)
    heard: list[int] = []
    await load(tmp_path / "a.db", SampleSize(15, 30), heard.append)
    assert heard == [10, 15, 25, 35, 45]


async def test_a_batch_is_made_when_the_one_before_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(fleet: SampleSize) -> Iterator[list[CrewRow]]:
        for batch in crew_batches(fleet):
            made.append(len(batch))
            yield batch

    monkeypatch.setattr(maker, "BATCH", 10)
    monkeypatch.setattr(maker, "crew_batches", counted)
    seen: list[int] = []
    await load(tmp_path / "a.db", SampleSize(40, 0), lambda _rows: seen.append(len(made)))
    assert seen == [1, 2, 3, 4]


async def test_an_error_of_the_database_is_raised_and_its_thread_ends(tmp_path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(DBAPIError, match="unable to open"):
        await load(tmp_path / "no folder" / "a.db", SampleSize(1, 0), deaf)
    assert threads_end(before)


@pytest.mark.parametrize(
    "fleet", [SampleSize(10, 100_000_000), SampleSize(10, 40_000)], ids=["among the rows", "after the last row"]
)
async def test_a_cancel_stops_it_soon_and_for_good(tmp_path: Path, fleet: SampleSize) -> None:
    before = threading.active_count()
    reached = asyncio.Event()
    last = 20_010 if fleet.rows > 1_000_000 else fleet.rows
    task = asyncio.ensure_future(load(tmp_path / "a.db", fleet, lambda done: reached.set() if done >= last else None))
    await reached.wait()
    task.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(asyncio.all_tasks()) == 1
    assert threads_end(before)


async def test_a_cancel_interrupts_the_statement_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = asyncio.Event()

    async def endless(engine: AsyncEngine, *_: object) -> None:
        async with engine.connect() as connection:
            running.set()
            await connection.exec_driver_sql(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n"
            )

    monkeypatch.setattr(maker, "_load", endless)
    task = asyncio.ensure_future(load(tmp_path / "a.db", SampleSize(1, 0), deaf))
    await running.wait()
    task.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await task
