"""The world that ships: true to the story, made wholly or not at all."""

# ruff: noqa: ASYNC240, ASYNC220  small files and processes of a test

import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pirate_tui.pirates import seed
from pirate_tui.pirates.seed import make_world, read_world, world_file


MAKE = "import asyncio, sys; from pathlib import Path; from pirate_tui.pirates.seed import make_world; "
MAKE += "asyncio.run(make_world(Path(sys.argv[1])))"


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def is_whole(path: Path) -> bool:
    crews = ask(path, "SELECT count(*) FROM pirate_crew")
    return ask(path, "PRAGMA integrity_check") == [("ok",)] and crews == [(len(read_world(world_file())),)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a world is to be made: in a folder that holds nothing else."""
    return tmp_path / "made" / "pirates.db"


def test_there_are_enough_crews_and_members(world: Path) -> None:
    assert ask(world, "SELECT count(*) >= 24 FROM pirate_crew") == [(1,)]
    assert ask(world, "SELECT count(*) >= 200 FROM pirates") == [(1,)]


def test_the_first_crew_is_the_straw_hats(world: Path) -> None:
    assert ask(world, "SELECT name, ship_name FROM pirate_crew WHERE id = 1") == [("Straw Hats", "Thousand Sunny")]
    first = "SELECT name, role, devil_fruit_user FROM pirates WHERE pirate_crew_id = 1 ORDER BY id LIMIT 3"
    assert ask(world, first) == [
        ("Monkey D Luffy", "Captain", 1),
        ("Roronoa Zoro", "First Mate", 0),
        ("Nami", "Navigator", 0),
    ]


def test_nobody_is_nameless_double_or_without_a_crew(world: Path) -> None:
    assert ask(world, "SELECT name FROM pirates WHERE trim(name) = '' OR trim(role) = ''") == []
    assert ask(world, "SELECT name FROM pirates GROUP BY name, pirate_crew_id HAVING count(*) > 1") == []
    assert ask(world, "SELECT name FROM pirate_crew GROUP BY name HAVING count(*) > 1") == []
    assert ask(world, "PRAGMA foreign_key_check") == []
    empty = "SELECT name FROM pirate_crew c WHERE NOT EXISTS (SELECT 1 FROM pirates WHERE pirate_crew_id = c.id)"
    assert ask(world, empty) == []


def test_the_foreign_key_is_indexed(world: Path) -> None:
    (plan,) = ask(world, "EXPLAIN QUERY PLAN SELECT * FROM pirates WHERE pirate_crew_id = 1")
    assert "USING INDEX" in str(plan[-1])


async def test_nothing_else_is_left_beside_it(place: Path) -> None:
    await make_world(place)
    assert names(place.parent) == ["pirates.db"]
    assert is_whole(place)


async def test_an_error_in_the_middle_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(seed, "_flush", fail)
    with pytest.raises(OSError, match="No space left"):
        await make_world(place)
    assert names(place.parent) == []


async def test_an_error_of_the_database_is_an_os_error_and_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(file: Path) -> list[object]:
        crews = read_world(file)
        crews[1].name = None  # type: ignore[assignment]  # the point
        return list(crews)

    monkeypatch.setattr(seed, "read_world", twice)
    with pytest.raises(OSError, match="NOT NULL"):
        await make_world(place)
    assert names(place.parent) == []


async def test_an_error_keeps_the_world_that_was_there(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = world.read_bytes()
    monkeypatch.setattr(seed, "world_file", lambda: world.with_name("no such file"))
    with pytest.raises(FileNotFoundError):
        await make_world(world)
    assert world.read_bytes() == before


async def test_a_cancel_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def stuck(_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(seed, "create_tables", stuck)
    task = asyncio.ensure_future(make_world(place))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert names(place.parent) == []


async def test_what_was_there_is_replaced_whole(place: Path) -> None:
    await make_world(place)
    connection = sqlite3.connect(place)
    connection.execute("UPDATE pirate_crew SET name = 'x'")
    connection.execute("CREATE TABLE mine (x)")
    connection.commit()
    connection.close()
    await make_world(place)
    assert is_whole(place)
    assert ask(place, "SELECT name FROM pirate_crew WHERE id = 1") == [("Straw Hats",)]
    assert ask(place, "SELECT name FROM sqlite_master WHERE name = 'mine'") == []


async def test_what_is_no_database_is_replaced_too(place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(b"half a file")
    await make_world(place)
    assert is_whole(place)


def test_two_at_the_same_time_leave_one_whole_world(place: Path) -> None:
    both = [subprocess.Popen([sys.executable, "-c", MAKE, str(place)], stderr=subprocess.PIPE) for _ in range(2)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in both] == [(b"", 0)] * 2
    assert names(place.parent) == ["pirates.db"]
    assert is_whole(place)


async def test_what_the_dead_have_left_is_swept_and_what_the_living_make_is_not(place: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    place.parent.mkdir()
    living = f".pirates.db.{os.getppid()}.unfinished"
    left = [f".pirates.db.{dead.pid}.unfinished", f".pirates.db.{dead.pid}.unfinished-journal", living]
    others = [".pirates.db.x.unfinished", f".other.db.{dead.pid}.unfinished", "notes.txt"]
    for name in [*left, *others]:
        (place.parent / name).touch()
    await make_world(place)
    assert names(place.parent) == sorted([living, *others, "pirates.db"])


async def test_a_journal_left_alone_is_swept_too(place: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    place.parent.mkdir()
    (place.parent / f".pirates.db.{dead.pid}.unfinished-journal").touch()
    await make_world(place)
    assert names(place.parent) == ["pirates.db"]


async def test_leftovers_under_our_own_process_number_are_in_nobodys_way(place: Path) -> None:
    place.parent.mkdir()
    (place.parent / f".pirates.db.{os.getpid()}.unfinished").write_bytes(b"from before the last start")
    await make_world(place)
    assert is_whole(place)
    assert names(place.parent) == ["pirates.db"]


@pytest.mark.parametrize("name", ["with ?mode=ro.db", "100%41.db", "a#b.db", "[x]*.db", "日本.db"])
async def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a ? % # folder"
    await make_world(folder / name)
    assert names(folder) == [name]
    assert is_whole(folder / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written_is_an_os_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match=r"unable to open|Permission denied"):
        await make_world(tmp_path / "pirates.db")
    tmp_path.chmod(0o700)


async def test_a_file_in_the_place_of_a_folder_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"exists|Not a directory"):
        await make_world(tmp_path / "file" / "pirates.db")


async def test_a_world_that_has_come_meanwhile_stays(place: Path) -> None:
    await make_world(place)
    identity = place.stat().st_ino
    await make_world(place, replaces=False)
    assert place.stat().st_ino == identity
    assert [entry.name for entry in place.parent.iterdir()] == [place.name]
    await make_world(place)
    assert place.stat().st_ino != identity
