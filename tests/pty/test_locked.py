"""A database that another program keeps locked: told of, waited for, given up, tried again."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.long

NOTICE = ("locked by another program", "retrying")
WIDE = (160, 36)


class Lock:
    """Another program that writes to the database, as slowly as it likes."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)

    def take(self) -> None:
        """From now on nobody else may even read."""
        self._connection.execute("BEGIN EXCLUSIVE")

    def release(self) -> None:
        """From now on everybody may."""
        self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Go."""
        self._connection.close()


@pytest.fixture
def lock(world: Path) -> Iterator[Lock]:
    held = Lock(world)
    yield held
    held.close()


def test_locked_at_the_start_it_waits_and_then_shows_the_rows(start: "Launcher", world: Path, lock: Lock) -> None:
    lock.take()
    terminal = start(world, size=WIDE)
    terminal.wait_for(*NOTICE)
    assert "Straw Hats" not in terminal.text
    lock.release()
    terminal.wait_for("Straw Hats", "40 rows")
    terminal.wait_gone("retrying")
    terminal.quit()


def test_esc_stops_the_waiting_and_r_tries_again(start: "Launcher", world: Path, lock: Lock) -> None:
    lock.take()
    terminal = start(world, size=WIDE)
    terminal.wait_for(*NOTICE)
    terminal.send("<esc>")
    terminal.wait_for("press r to retry")
    terminal.wait_gone("retrying")
    lock.release()
    terminal.send("r")
    terminal.wait_for("Straw Hats", "40 rows")
    terminal.wait_gone("press r to retry")
    terminal.quit()


def test_locked_for_too_long_the_error_stands_and_r_tries_again(start: "Launcher", world: Path, lock: Lock) -> None:
    lock.take()
    terminal = start(world, size=WIDE)
    terminal.wait_for("locked by another program; wait for it to finish, then press r")
    terminal.send("r")
    terminal.wait_for(*NOTICE)
    lock.release()
    terminal.wait_for("Straw Hats", "40 rows")
    terminal.wait_gone("then press r")
    terminal.quit()


def test_it_can_be_left_while_it_waits(start: "Launcher", world: Path, lock: Lock) -> None:
    lock.take()
    terminal = start(world, size=WIDE)
    terminal.wait_for(*NOTICE)
    terminal.quit()


def test_locked_while_browsing_the_error_stands_beside_the_rows(start: "Launcher", world: Path, lock: Lock) -> None:
    terminal = start(world, size=WIDE)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent", "40 rows")
    lock.take()
    terminal.send("<enter>")
    terminal.wait_for(*NOTICE)
    terminal.wait_for("locked by another program; wait for it to finish, then press r", "Straw Hats")
    lock.release()
    terminal.send("<enter>")
    terminal.wait_for("Roronoa Zoro")
    terminal.wait_gone("locked by another program")
    terminal.quit()


def test_esc_stops_an_opening_that_waits(start: "Launcher", world: Path, lock: Lock) -> None:
    terminal = start(world, size=WIDE)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent", "40 rows")
    lock.take()
    terminal.send("<enter>")
    terminal.wait_for(*NOTICE)
    terminal.send("<esc>")
    terminal.wait_gone("retrying")
    lock.release()
    terminal.fail_unsafely()
    terminal.quit()


def test_we_lock_nobody_out_while_a_person_thinks(start: "Launcher", world: Path, lock: Lock) -> None:
    terminal = start(world, size=WIDE)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent", "40 rows")
    terminal.fail_unsafely()
    lock.take()
    lock.release()
    terminal.quit()
