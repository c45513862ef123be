"""Ends that nobody planned: signals, a terminal that goes away, a bug of ours."""

import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pty.conftest import COMMAND


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.long

CODES = {signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGQUIT: 131, signal.SIGINT: 130}

BUG = """
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.__main__ import main
def broken(self, snapshot):
    password = "hunter" + "2"
    if snapshot is not None:
        raise ZeroDivisionError("the bug of this test")
Inspector.watch_snapshot = broken
main()
"""
"""The browser with a bug in it, met when the first row is rested on."""

by_signal = pytest.mark.parametrize(("number", "code"), CODES.items(), ids=[number.name for number in CODES])


@by_signal
def test_a_signal_ends_it_and_gives_the_terminal_back(
    start: "Launcher", world: Path, number: signal.Signals, code: int
) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.signal(number)
    assert (terminal.wait_exit(), terminal.printed) == (code, "")
    terminal.assert_restored()


@by_signal
def test_a_signal_at_the_first_sight_of_the_screen_gives_the_terminal_back(
    start: "Launcher", world: Path, number: signal.Signals, code: int
) -> None:
    terminal = start(world)
    terminal.wait_until(lambda: b"\x1b[?1049h" in terminal.raw, "the alternate screen never came")
    terminal.signal(number)
    assert (terminal.wait_exit(), terminal.printed) == (code, "")
    terminal.assert_restored()


@by_signal
def test_a_signal_while_a_lock_is_waited_for_gives_the_terminal_back(
    start: "Launcher", world: Path, number: signal.Signals, code: int
) -> None:
    with closing(sqlite3.connect(world, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        terminal = start(world, size=(160, 36))
        terminal.wait_for("retrying")
        terminal.signal(number)
        assert (terminal.wait_exit(timeout=5), terminal.printed) == (code, "")
    terminal.assert_restored()


def test_a_signal_after_an_unsafe_access_gives_the_terminal_back(start: "Launcher", world: Path) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.fail_unsafely()
    terminal.signal(signal.SIGTERM)
    assert (terminal.wait_exit(), terminal.printed) == (143, "")
    terminal.assert_restored()


def test_the_same_signal_twice_is_as_good_as_once(start: "Launcher", world: Path) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.signal(signal.SIGTERM)
    terminal.signal(signal.SIGTERM)
    assert (terminal.wait_exit(), terminal.printed) == (143, "")
    terminal.assert_restored()


def test_it_does_not_outlive_its_terminal(start: "Launcher", world: Path) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.hang_up()
    assert terminal.wait_exit(timeout=10) == 129


def test_it_does_not_outlive_its_terminal_when_the_signal_is_another_programs(
    start: "Launcher", world: Path, tmp_path: Path
) -> None:
    """A terminal that goes tells the leader of the session; make, `make run` as a terminal's command, just waits."""
    makefile, code = tmp_path / "Makefile", tmp_path / "code"
    makefile.write_text(f"run:\n\t@{COMMAND} {world}; echo $$? > {code}\n", encoding="utf-8")
    terminal = start(command=["make", "-f", str(makefile)])
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.hang_up()
    terminal.wait_exit(timeout=10)
    assert code.read_text() == "129\n"


def test_ctrl_c_never_quits(start: "Launcher", world: Path) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.send("<ctrl+c><ctrl+c><down>")
    terminal.wait_for("PirateCrew 2 · persistent")
    terminal.quit()


def test_a_bug_of_ours_ends_it_loudly_and_gives_the_terminal_back(start: "Launcher", world: Path) -> None:
    terminal = start(world, command=[sys.executable, "-c", BUG])
    assert terminal.wait_exit() == 1
    for words in ("Traceback", "ZeroDivisionError: the bug of this test", "report it", "textual 8."):
        assert terminal.has_said(words), terminal.printed
    assert b"hunter2" not in terminal.raw
    terminal.assert_restored()
