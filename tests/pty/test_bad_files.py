"""Files that are no database, or not a whole one, and folders that cannot be written."""

import os
import shutil
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

pytestmark = pytest.mark.long

COMMAND = str(Path(sys.executable).with_name("pirate-tui"))

PAGE = 4096

GARBAGE = b"\xde\xad\xbe\xef" * (PAGE // 4)

HEADER = 100
"""Bytes of a SQLite file that say what it is; the schema comes after them."""


def refused(terminal: "Terminal", code: int, *words: object) -> None:
    """It has ended with that code, and has said all of that."""
    assert terminal.wait_exit() == code, terminal.printed
    for word in words:
        assert terminal.has_said(str(word)), terminal.printed
    assert "Traceback" not in terminal.printed
    if b"\x1b[?1049h" in terminal.raw:
        terminal.assert_restored()


def scribble(path: Path, *pages: int) -> None:
    """Write garbage over these pages, counted from 1; of the first, the header stays."""
    with path.open("r+b") as file:
        for page in pages:
            kept = HEADER if page == 1 else 0
            file.seek((page - 1) * PAGE + kept)
            file.write(GARBAGE[kept:])


def root_page(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
        return int(page)


def test_a_folder_is_named(start: "Launcher", tmp_path: Path) -> None:
    refused(start(tmp_path), 2, tmp_path, "folder")


def test_a_fifo_is_refused_and_never_waited_for(start: "Launcher", tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.db"
    os.mkfifo(fifo)
    refused(start(fifo), 2, fifo, "not a regular file")


def test_a_socket_is_refused(start: "Launcher", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket may not be long
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind("socket.db")
        refused(start(tmp_path / "socket.db"), 2, tmp_path / "socket.db", "not a regular file")


def test_a_link_to_nowhere_is_named(start: "Launcher", tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "nowhere.db")
    refused(start(link), 2, link, "No such file")


def test_a_file_that_may_not_be_read_is_named(start: "Launcher", powerless: tuple[str, ...], world: Path) -> None:
    world.chmod(0)
    refused(start(world, command=[*powerless, COMMAND]), 2, world, "Permission denied")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"id,name\n1,Straw Hats\n" * 100, "not a SQLite database"),
        (b"SQLite format 3\0", "not a"),
        (b"SQLite format 3\0" + GARBAGE * 3, "not a"),
    ],
    ids=["zero bytes", "text", "the magic alone", "the magic and garbage"],
)
def test_what_is_not_sqlite_is_refused(start: "Launcher", tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "some.db"
    path.write_bytes(content)
    refused(start(path), 3, path, words)
    assert path.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["some.db"]


def test_a_damaged_schema_is_refused(start: "Launcher", world: Path) -> None:
    scribble(world, 1)
    refused(start(world), 3, world, "corrupt")


def test_half_a_file_is_refused_or_shown_as_damaged(start: "Launcher", world: Path) -> None:
    os.truncate(world, PAGE)
    assert_told_of_damage(start(world), world)


def test_damaged_crews_are_told_of(start: "Launcher", world: Path) -> None:
    scribble(world, root_page(world, "pirate_crew"))
    assert_told_of_damage(start(world), world)


def assert_told_of_damage(terminal: "Terminal", path: Path) -> None:
    """Exit 3 with the file's name, or the fault in its place and a browser that stays."""
    terminal.wait_until(
        lambda: not terminal.is_running or "the file is corrupt" in terminal.text, "no word of the damage"
    )
    if b"\x1b[?1049l" in terminal.raw:
        refused(terminal, 3, path, "corrupt")
    else:
        terminal.quit()


def test_damage_met_while_browsing_is_shown_in_place(start: "Launcher", world: Path) -> None:
    last = world.stat().st_size // PAGE
    scribble(world, *range(3, last + 1))
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.send("<enter>")
    terminal.wait_for("the file is corrupt", "Straw Hats")
    terminal.send("<down>")
    terminal.wait_for("PirateCrew 2 · persistent")
    terminal.quit()


def test_a_file_spoiled_while_it_is_open_is_told_of_and_can_be_mended(start: "Launcher", world: Path) -> None:
    whole = world.read_bytes()
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent", "40 rows")
    world.write_bytes(GARBAGE * 7)
    terminal.send("r")
    terminal.wait_for("not a SQLite database", "Straw Hats")
    world.write_bytes(whole)
    terminal.send("r")
    terminal.wait_gone("not a SQLite database")
    terminal.send("<down>")
    terminal.wait_for("PirateCrew 2 · persistent", "Straw Hats")
    terminal.quit()


def test_a_file_without_tables_is_refused(start: "Launcher", world: Path) -> None:
    with closing(sqlite3.connect(world)) as connection:
        connection.executescript("DROP TABLE pirates; DROP TABLE pirate_crew")
    refused(start(world), 3, world, ": no tables")


@pytest.mark.parametrize("change", ["DROP TABLE pirates", "ALTER TABLE pirate_crew DROP COLUMN ship_name"])
def test_a_file_that_is_no_world_of_ours_is_browsed_as_it_is(start: "Launcher", world: Path, change: str) -> None:
    with closing(sqlite3.connect(world)) as connection:
        connection.execute(change)
    terminal = start(world)
    terminal.wait_for("PirateCrew · 40 rows", "Straw Hats")
    terminal.quit()


def test_an_empty_database_with_the_tables_is_browsed(start: "Launcher", world: Path) -> None:
    with closing(sqlite3.connect(world)) as connection, connection:
        connection.execute("DELETE FROM pirates")
        connection.execute("DELETE FROM pirate_crew")
    terminal = start(world)
    terminal.wait_for("PirateCrew · 0 rows", "ship_name")
    terminal.send("<enter>u<enter><down><end><right><left>")
    terminal.wait_for("UNSAFE")
    terminal.quit()


def test_names_that_a_url_would_misread_open_the_very_file(start: "Launcher", world: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a b#c"
    folder.mkdir()
    path = folder / "cr%41ews?mode=rw&x=1;ü.db"
    shutil.copy(world, path)
    terminal = start(path)
    terminal.wait_for("Straw Hats", "cr%41ews?mode=rw&x=1;ü.db")
    terminal.quit()
    assert [entry.name for entry in folder.iterdir()] == [path.name]
