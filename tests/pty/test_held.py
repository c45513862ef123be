"""The event loop is held by code that is not ours: the key that quits is heard all the same, by another thread."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

pytestmark = pytest.mark.long

MODELS = """
import pathlib, time
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)

    @property
    def slow(self):
        pathlib.Path(__file__).with_name("held").touch()
        HOLD
"""

HOLDS = ["time.sleep(60)", "\n        while True: pass"]

ENDING = 3.0
"""Seconds: what is promised is one, on a machine that has nothing else to do."""


def held(start: "Launcher", folder: Path, hold: str) -> "Terminal":
    """The browser, whose loop is held by a property of the first row."""
    (folder / "models.py").write_text(MODELS.replace("HOLD", hold))
    with closing(sqlite3.connect(folder / "items.db")) as connection:
        connection.executescript("CREATE TABLE items (id INTEGER PRIMARY KEY); INSERT INTO items VALUES (1)")
    arguments = (folder / "items.db", "--models", folder / "models.py", "--attribute-timeout", "50")
    terminal = start(*arguments, folder=folder)
    terminal.wait_for("SAFE", "Item")
    terminal.wait_until((folder / "held").exists, "nothing holds it")
    return terminal


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize("key", ["q", "\x11"])
def test_a_key_that_quits_is_heard(start: "Launcher", tmp_path: Path, hold: str, key: str) -> None:
    terminal = held(start, tmp_path, hold)
    terminal.send(key)
    assert terminal.wait_exit(ENDING) == 0
    terminal.assert_restored()
    assert not terminal.printed


def test_a_letter_of_a_word_is_not_taken_for_it(start: "Launcher", tmp_path: Path) -> None:
    terminal = held(start, tmp_path, HOLDS[0])
    terminal.send("/q")
    terminal.watch(1.5)
    assert terminal.is_running
