"""Terminals of every size, one that changes its size, and one without colours."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

pytestmark = pytest.mark.long


@pytest.mark.parametrize("size", [(160, 45), (120, 36), (100, 30), (80, 24), (60, 20)])
def test_rows_inspector_and_modes_are_seen(start: "Launcher", world: Path, size: tuple[int, int]) -> None:
    terminal = start(world, size=size)
    terminal.wait_for("Straw Hats", "Heart Pirates", "PirateCrew 1 · persistent", "SAFE", "loader: as mapped")
    wait_for_whole_frames(terminal)
    terminal.send("u")
    terminal.wait_for("UNSAFE")
    terminal.send("<enter>")
    terminal.wait_for("Traceback (most recent call last)", "greenlet_spawn")
    wait_for_whole_frames(terminal)
    terminal.send("u")
    terminal.wait_for(" SAFE ")
    terminal.send("<enter>")
    terminal.wait_for("Straw Hats", "members · 10 Pirate", "Monkey D Luffy")
    terminal.quit()


@pytest.mark.parametrize("size", [(45, 12), (40, 10), (120, 12), (45, 36)])
def test_on_a_small_terminal_there_is_the_table_alone(start: "Launcher", world: Path, size: tuple[int, int]) -> None:
    terminal = start(world, size=size)
    terminal.wait_for("Straw Hats", "Heart Pirates", "u ⏎ without await", "SAFE")
    assert "Statements ·" not in terminal.text
    assert "persistent" not in terminal.text
    wait_for_whole_frames(terminal)
    terminal.send("u")
    terminal.wait_for("UNSAFE")
    terminal.send("<enter>")
    terminal.wait_for("greenlet_spawn")
    terminal.send("<esc>")
    terminal.wait_gone("greenlet_spawn")
    terminal.wait_for("Straw Hats")
    terminal.quit()


def wait_for_whole_frames(terminal: "Terminal") -> None:
    """Wait until every rule that begins at the left edge reaches the right one."""
    edges = {"─": "─", "━": "━"}

    def are_whole() -> bool:
        return all(line.endswith(edges.get(line[0], "")) for line in terminal.text.splitlines())

    terminal.wait_until(are_whole, "a rule stays broken")


@pytest.mark.parametrize("size", [(30, 8), (39, 36), (120, 9), (12, 3), (1, 1)])
def test_too_small_is_said_and_the_keys_still_work(start: "Launcher", world: Path, size: tuple[int, int]) -> None:
    terminal = start(world, size=size)
    if size[0] >= len("too small"):
        terminal.wait_for("too small")
        assert "Straw Hats" not in terminal.text
    else:
        terminal.wait_until(lambda: b"\x1b[?1049h" in terminal.raw, "it never began")
    terminal.quit()


def test_it_follows_a_terminal_that_changes_its_size(start: "Launcher", world: Path) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent", "Statements ·")
    terminal.resize(45, 12)
    terminal.wait_for("Straw Hats", "─ ⏎ opens a row")  # for which the title makes room
    terminal.wait_gone("Statements ·")
    terminal.resize(30, 8)
    terminal.wait_for("too small")
    terminal.wait_gone("Straw Hats")
    terminal.resize(160, 45)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent", "Statements ·", "q Quit")
    terminal.wait_gone("too small")
    wait_for_whole_frames(terminal)
    terminal.send("<down>")
    terminal.wait_for("PirateCrew 2 · persistent")
    terminal.quit()


@pytest.mark.parametrize(
    ("size", "environment"),
    [
        ((0, 0), {}),
        ((0, 0), {"COLUMNS": "0", "LINES": "0"}),
        ((100, 30), {"COLUMNS": "99999", "LINES": "99999"}),
        ((0, 0), {"COLUMNS": "99999"}),
    ],
)
def test_an_impossible_size_is_none_until_the_terminal_has_another(
    start: "Launcher", world: Path, size: tuple[int, int], environment: dict[str, str]
) -> None:
    terminal = start(world, size=size, environment=environment)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent", "Statements ·")
    wait_for_whole_frames(terminal)
    terminal.send("u")
    terminal.wait_for("UNSAFE")
    terminal.resize(45, 12)
    terminal.wait_gone("Statements ·")
    terminal.wait_for("Straw Hats", "─ ⏎ opens a row")  # for which the title makes room
    terminal.quit()


def test_a_signal_is_heard_in_a_terminal_without_a_size(start: "Launcher", world: Path) -> None:
    terminal = start(world, size=(0, 0))
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.signal(signal.SIGTERM)
    assert (terminal.wait_exit(), terminal.printed) == (143, "")


def test_an_impossible_size_that_is_told_among_the_keys_is_none(start: "Launcher", world: Path) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    for lines, columns in ((0, 0), (99_999, 99_999), (36, 120)):
        terminal.send_bytes(b"\x1b[48;%d;%d;0;0t\x1b[<35;5;5M" % (lines, columns))
    terminal.send("<down>")
    terminal.wait_for("PirateCrew 2 · persistent")
    terminal.quit()


def test_a_storm_of_sizes_ends_in_the_last_one(start: "Launcher", world: Path) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.fail_unsafely()
    for step in range(40):
        terminal.resize(20 + step * 4 % 141, 5 + step * 3 % 41)
    terminal.resize(100, 30)
    terminal.wait_for("greenlet_spawn", "Straw Hats", "UNSAFE", "Quit")
    wait_for_whole_frames(terminal)
    terminal.quit()


def test_without_colours_the_modes_are_words(start: "Launcher", world: Path) -> None:
    terminal = start(world, environment={"NO_COLOR": "1"})
    terminal.wait_for("Straw Hats", " SAFE ", "persistent", "unloaded")
    terminal.send("u")
    terminal.wait_for(" UNSAFE ")
    terminal.send("<enter>")
    terminal.wait_for("✗ members · raised", "greenlet_spawn has not been called", "never sent")
    terminal.quit()
