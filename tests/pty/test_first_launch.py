"""The first launch makes its database wholly or not at all, whatever comes between."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.long

COMMAND = str(Path(sys.executable).with_name("pirate-tui"))

MOMENTS: dict[str, Callable[[Path], bool]] = {
    "the folder is there": lambda folder: folder.exists(),
    "something is being made": lambda folder: any(folder.glob(".*unfinished")),
    "something is being written": lambda folder: any(folder.glob(".*-journal")),
    "something is there": lambda folder: sum(size(path) for path in folder.glob(".*unfinished")) > 0,
    "it is there": lambda folder: (folder / "pirates.db").exists(),
}
"""How far the first launch has come when it is killed."""


def size(path: Path) -> int:
    """The size of a file that may be gone by now."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir()) if folder.exists() else []


def assert_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM pirate_crew").fetchone() == (40,)
        (members,) = connection.execute("SELECT count(*) FROM pirates").fetchone()
    assert members >= 200


def test_two_first_launches_at_once_both_show_the_crews(start: "Launcher", data_folder: Path) -> None:
    for terminal in [start(), start()]:
        terminal.wait_for("Straw Hats", "40 rows")
        terminal.send("<enter>")
        terminal.wait_for("Roronoa Zoro")
        terminal.quit()
    assert entries(data_folder) == ["pirates.db"]
    assert_whole(data_folder / "pirates.db")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_leaves_nothing_or_all_and_the_next_launch_works(
    start: "Launcher", data_folder: Path, moment: str, seed: int
) -> None:
    terminal = start()
    deadline = time.monotonic() + 30
    while not (MOMENTS[moment](data_folder) or MOMENTS["it is there"](data_folder)):
        assert time.monotonic() < deadline, "the database was never begun"
    time.sleep(random.Random(f"{moment} {seed}").uniform(0, 0.02))  # noqa: S311  any moment is as good as another
    terminal.signal(signal.SIGKILL)
    assert terminal.wait_exit() == -signal.SIGKILL
    if (data_folder / "pirates.db").exists():
        assert_whole(data_folder / "pirates.db")
    following = start()
    following.wait_for("Straw Hats", "40 rows")
    following.quit()
    assert entries(data_folder) == ["pirates.db"]
    assert_whole(data_folder / "pirates.db")


@pytest.mark.parametrize("spoil", ["lose a crew", "empty the file", "write nonsense", "none was there"])
def test_reset_makes_it_anew(start: "Launcher", data_folder: Path, made_world: Path, spoil: str) -> None:
    data_folder.mkdir()
    path = data_folder / "pirates.db"
    if spoil == "lose a crew":
        shutil.copy(made_world, path)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM pirate_crew WHERE id = 1")
    elif spoil != "none was there":
        path.write_bytes(b"nonsense" if spoil == "write nonsense" else b"")
    terminal = start("--reset")
    terminal.wait_for("Straw Hats", "40 rows")
    terminal.quit()
    assert entries(data_folder) == ["pirates.db"]
    assert_whole(path)


@pytest.mark.parametrize("content", [b"", b"nonsense" * 100], ids=["empty", "nonsense"])
def test_a_spoiled_world_of_ours_is_told_with_the_way_out(start: "Launcher", data_folder: Path, content: bytes) -> None:
    data_folder.mkdir()
    (data_folder / "pirates.db").write_bytes(content)
    terminal = start()
    assert terminal.wait_exit() == 3
    assert terminal.has_said(str(data_folder / "pirates.db"))
    assert terminal.has_said("--reset")


def test_a_data_folder_that_is_a_file_is_named(start: "Launcher", tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    terminal = start(environment={"XDG_DATA_HOME": str(blocked)})
    assert terminal.wait_exit() == 3
    assert terminal.has_said(str(blocked / "pirate-tui"))
    assert terminal.has_said("Not a directory") or terminal.has_said("File exists")
    terminal.assert_restored()


@pytest.mark.parametrize("mode", [0o555, 0o000], ids=["not written", "not even read"])
def test_a_data_folder_that_is_not_ours_is_named(
    start: "Launcher", powerless: tuple[str, ...], tmp_path: Path, mode: int
) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode)
    terminal = start(command=[*powerless, COMMAND], environment={"XDG_DATA_HOME": str(folder)})
    code = terminal.wait_exit()
    folder.chmod(0o755)
    assert code == 3, terminal.printed
    assert terminal.has_said(str(folder / "pirate-tui"))
    assert terminal.has_said("Permission denied")
    terminal.assert_restored()


def test_a_world_that_is_there_needs_no_folder_that_can_be_written(
    start: "Launcher", powerless: tuple[str, ...], data_folder: Path, made_world: Path
) -> None:
    data_folder.mkdir()
    shutil.copy(made_world, data_folder / "pirates.db")
    data_folder.chmod(0o555)
    terminal = start(command=[*powerless, COMMAND])
    terminal.wait_for("Straw Hats", "40 rows")
    terminal.quit()
    data_folder.chmod(0o755)


@pytest.mark.parametrize("kilobytes", [0, 4, 12, 24])
def test_a_file_that_may_not_grow_leaves_nothing_behind(start: "Launcher", data_folder: Path, kilobytes: int) -> None:
    # A shell counts in 512 bytes. Python must not write its caches now: it would keep half of one (CPython gh-126606).
    terminal = start(before=f"ulimit -f {kilobytes * 2}", environment={"PYTHONDONTWRITEBYTECODE": "1"})
    assert terminal.wait_exit() == 3, terminal.printed
    assert terminal.has_said(str(data_folder / "pirates.db"))
    assert "Traceback" not in terminal.printed
    assert entries(data_folder) == []
    terminal.assert_restored()


def test_a_full_disk_is_named_and_left_as_it_was(start: "Launcher", own_home: Path, tmp_path: Path) -> None:
    disk, left = own_home / "disk", tmp_path / "left"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=16k none '{disk}'"
    try:
        subprocess.run(["/usr/bin/unshare", "--mount", "sh", "-c", mount], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a small disk cannot be mounted here: {error}")
    script = f"{mount}; '{COMMAND}'; code=$?; ls -A '{disk}/pirate-tui' >'{left}'; exit $code"
    terminal = start(
        command=["/usr/bin/unshare", "--mount", "sh", "-c", script], environment={"XDG_DATA_HOME": str(disk)}
    )
    assert terminal.wait_exit() == 3, terminal.printed
    assert terminal.has_said(str(disk / "pirate-tui" / "pirates.db"))
    assert terminal.has_said("full")
    assert left.read_text() == ""
