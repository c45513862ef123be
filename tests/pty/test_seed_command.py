"""The sub-command `seed` in a terminal: its bar, and ends that nobody planned."""

# ruff: noqa: S311  any moment is as good as another

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

COMMAND = str(Path(sys.executable).with_name("pirate-tui"))

MUCH = ("--crews", "1000", "--members", "50000000")
"""More than can be made while a test waits."""

CODES = {signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGQUIT: 131, signal.SIGINT: 130}

by_signal = pytest.mark.parametrize(("number", "code"), CODES.items(), ids=[number.name for number in CODES])


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def wait_begun(terminal: "Terminal", folder: Path) -> None:
    """Wait until the bar is there, and the first rows are written."""
    terminal.wait_for("seeding", "of 50,001,000 rows")
    terminal.wait_until(lambda: sum(path.stat().st_size for path in folder.glob(".*")) > 100_000, "nothing is written")


def assert_whole(path: Path, members: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM pirates").fetchone() == (members,)
        indexes = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
    assert indexes == [("ix_pirates_pirate_crew_id",)]


def assert_cooked(terminal: "Terminal") -> None:
    """Is the cursor on again, and nothing of the bar left?"""
    assert terminal.raw.rfind(b"\x1b[?25h") >= terminal.raw.rfind(b"\x1b[?25l")
    assert "seeding" not in terminal.text
    assert "Traceback" not in terminal.text


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the file is to be made: in a folder that holds nothing else."""
    (tmp_path / "made").mkdir()
    return tmp_path / "made" / "big.db"


def test_a_terminal_sees_a_bar_and_then_one_line(start: "Launcher", place: Path) -> None:
    terminal = start("seed", place, "--crews", "10", "--members", "45000")
    assert terminal.wait_exit() == 0, terminal.text
    assert "seeding 20,010 of 45,010 rows" in terminal.printed
    assert terminal.has_said(f"to open it: pirate-tui {place}")
    assert_cooked(terminal)
    assert entries(place.parent) == ["big.db"]
    assert_whole(place, 45_000)


@pytest.mark.long
def test_what_it_makes_can_be_browsed(start: "Launcher", place: Path) -> None:
    assert start("seed", place, "--crews", "1000", "--members", "20000").wait_exit() == 0
    terminal = start(place)
    terminal.wait_for("PirateCrew 1 · persistent")
    terminal.quit()


@pytest.mark.long
@by_signal
def test_a_signal_ends_it_and_leaves_nothing(start: "Launcher", place: Path, number: signal.Signals, code: int) -> None:
    terminal = start("seed", place, *MUCH)
    wait_begun(terminal, place.parent)
    terminal.signal(number)
    assert terminal.wait_exit(timeout=10) == code
    assert_cooked(terminal)
    assert entries(place.parent) == []


@pytest.mark.long
def test_a_signal_while_the_index_is_built_ends_it(start: "Launcher", place: Path) -> None:
    terminal = start("seed", place, "--crews", "10", "--members", "1500000")
    terminal.wait_for("indexing", timeout=60)
    terminal.signal(signal.SIGTERM)
    assert terminal.wait_exit(timeout=10) == 143
    assert_cooked(terminal)
    assert entries(place.parent) == []


@pytest.mark.long
@by_signal
@pytest.mark.parametrize("seed", range(4))
def test_a_signal_at_any_moment_leaves_nothing_or_all(
    start: "Launcher", place: Path, number: signal.Signals, code: int, seed: int
) -> None:
    members = 60_000
    terminal = start("seed", place, "--crews", "10", "--members", str(members))
    terminal.wait_until(lambda: any(place.parent.iterdir()) or not terminal.is_running, "nothing was begun")
    time.sleep(random.Random(f"{number} {seed}").uniform(0, 0.4))
    terminal.signal(number)
    ended = terminal.wait_exit(timeout=10)
    assert "Traceback" not in terminal.printed
    if place.exists():
        assert_whole(place, members)
        assert entries(place.parent) == ["big.db"]
    else:
        assert (ended, entries(place.parent)) == (code, [])


@pytest.mark.long
@pytest.mark.parametrize("force", [(), ("--force",)], ids=["new", "replaced"])
def test_a_kill_leaves_the_name_as_it_was_and_the_next_one_sweeps(
    start: "Launcher", place: Path, force: tuple[str, ...]
) -> None:
    if force:
        place.write_bytes(b"mine")
    terminal = start("seed", place, *MUCH, *force)
    wait_begun(terminal, place.parent)
    terminal.signal(signal.SIGKILL)
    assert terminal.wait_exit() == -signal.SIGKILL
    assert place.exists() == bool(force)
    assert not force or place.read_bytes() == b"mine"
    assert len([name for name in entries(place.parent) if name.endswith(".unfinished")]) == 1
    assert start("seed", place, "--crews", "3", "--members", "20", *force).wait_exit() == 0
    assert entries(place.parent) == ["big.db"]
    assert_whole(place, 20)


@pytest.mark.long
def test_it_does_not_outlive_its_terminal(start: "Launcher", place: Path) -> None:
    terminal = start("seed", place, *MUCH)
    wait_begun(terminal, place.parent)
    terminal.hang_up()
    assert terminal.wait_exit(timeout=10) != 0
    assert entries(place.parent) == []


@pytest.mark.long
def test_a_signal_that_is_not_to_be_heard_is_not(start: "Launcher", place: Path) -> None:
    terminal = start("seed", place, "--crews", "10", "--members", "300000", before="trap '' HUP")
    terminal.wait_for("seeding", "of 300,010 rows")
    terminal.signal(signal.SIGHUP)
    assert terminal.wait_exit() == 0, terminal.text
    assert_whole(place, 300_000)


@pytest.mark.long
def test_two_at_the_same_time_leave_one_whole_file(start: "Launcher", place: Path) -> None:
    both = [start("seed", place, "--crews", "10", "--members", "100000") for _ in range(2)]
    codes = sorted(terminal.wait_exit() for terminal in both)
    assert codes in ([0, 2], [0, 0])  # both, when they end at the very same moment
    assert entries(place.parent) == ["big.db"]
    assert_whole(place, 100_000)


@pytest.mark.long
def test_a_folder_that_is_not_ours_is_named(start: "Launcher", powerless: tuple[str, ...], place: Path) -> None:
    place.parent.chmod(0o555)
    terminal = start("seed", place, "--crews", "3", "--members", "20", command=[*powerless, COMMAND])
    code = terminal.wait_exit()
    place.parent.chmod(0o755)
    assert code == 3, terminal.printed
    assert terminal.has_said(f"cannot create {place}: Permission denied")


@pytest.mark.long
@pytest.mark.parametrize("kilobytes", [0, 4, 64, 1000])
def test_a_file_that_may_not_grow_leaves_nothing_behind(start: "Launcher", place: Path, kilobytes: int) -> None:
    # A shell counts in 512 bytes. Python must not write its caches now: it would keep half of one (CPython gh-126606).
    limit = f"ulimit -f {kilobytes * 2}"
    terminal = start("seed", place, *MUCH, before=limit, environment={"PYTHONDONTWRITEBYTECODE": "1"})
    assert terminal.wait_exit() == 3, terminal.printed
    assert terminal.has_said(f"cannot create {place}: ")
    assert_cooked(terminal)
    assert entries(place.parent) == []


@pytest.mark.long
def test_a_full_disk_is_named_and_left_as_it_was(start: "Launcher", place: Path, tmp_path: Path) -> None:
    disk, left = place.parent, tmp_path / "left"
    mount = f"mount -t tmpfs -o size=2m none '{disk}'"
    try:
        subprocess.run(["/usr/bin/unshare", "--mount", "sh", "-c", mount], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a small disk cannot be mounted here: {error}")
    script = f"{mount}; '{COMMAND}' seed '{place}' {' '.join(MUCH)}; code=$?; ls -A '{disk}' >'{left}'; exit $code"
    terminal = start(command=["/usr/bin/unshare", "--mount", "sh", "-c", script])
    assert terminal.wait_exit() == 3, terminal.printed
    assert terminal.has_said(f"cannot create {place}: database or disk is full")
    assert left.read_text() == ""
