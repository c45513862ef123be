"""A million rows in a real terminal: the ends, a place in the middle, an order, a filter, a search, and out."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

pytestmark = pytest.mark.long

ROWS = 1_000_000


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A million small rows, and one crew of fifty thousand; the name at the end is found nowhere else."""
    path = tmp_path_factory.mktemp("large") / "million.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"""
            CREATE TABLE pirate_crew (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, ship_name VARCHAR);
            CREATE TABLE pirates (
                id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, role VARCHAR NOT NULL,
                devil_fruit_user BOOLEAN NOT NULL, pirate_crew_id INTEGER
            );
            CREATE INDEX crew ON pirates (pirate_crew_id);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
            INSERT INTO pirate_crew SELECT i, 'Crew ' || i, 'Ship ' || (i * 7919 % {ROWS}) FROM n;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
            INSERT INTO pirates SELECT i, 'Sailor ' || i, 'Deckhand', 0, 1 FROM n;
            UPDATE pirate_crew SET name = 'Oro Jackson' WHERE id = {ROWS - 3};
        """)  # noqa: S608  a number of ours
    return path


@pytest.fixture
def terminal(start: "Launcher", million: Path) -> "Terminal":
    """The browser, on a million rows that are counted."""
    terminal = start(million, size=(160, 45))
    terminal.wait_for("PirateCrew · 1,000,000 rows", "PirateCrew 1 · persistent")
    return terminal


def test_a_million_rows_are_gone_over_searched_and_left(terminal: "Terminal") -> None:
    terminal.send("<end>")
    terminal.wait_for("Crew 1000000", "PirateCrew 1000000 · persistent")
    terminal.send("<home>")
    terminal.wait_for("PirateCrew 1 · persistent")
    terminal.send(":73%<enter>")
    terminal.wait_for("PirateCrew 730001 · persistent")
    terminal.send("<home>")
    terminal.wait_for("PirateCrew 1 · persistent")
    terminal.send("/oro jack<enter>")
    terminal.wait_for("“oro jack” · 1 of 1 match ", f"PirateCrew {ROWS - 3} · persistent")
    terminal.quit()


def test_a_million_rows_are_ordered_and_filtered(terminal: "Terminal") -> None:
    terminal.send("]]o")
    terminal.wait_for("no index on ship_name")
    terminal.send("o")
    terminal.wait_for("1,000,000 rows · by ship_name ↑")
    terminal.send("<home>")
    terminal.wait_for("Ship 0 ", f"PirateCrew {ROWS} · persistent")
    terminal.send("f~Ship 99999<enter>")
    terminal.wait_for("PirateCrew · 11 rows · ship_name ~ Ship 99999 · by ship_name ↑")
    terminal.send("F")
    terminal.wait_for("1,000,000 rows · by ship_name ↑")
    terminal.quit()


def test_esc_stops_the_sorting_of_a_million_rows(terminal: "Terminal") -> None:
    terminal.send("]]o")
    terminal.wait_for("no index on ship_name")
    terminal.send("o")
    terminal.wait_for("sorting PirateCrew")
    terminal.send("<esc>")
    terminal.wait_for("cancelled; press r", "PirateCrew · 1,000,000 rows · by ship_name ↑ ─")
    terminal.quit()


def test_fifty_thousand_members_are_paged_in_place(terminal: "Terminal") -> None:
    terminal.send("<enter>")
    terminal.wait_for("members · 50,000 Pirate · not loaded: over --limit", "Sailor 20 ")
    terminal.send("<enter>")
    terminal.wait_for("members · 50,000 Pirate · access 1 · same session", "50000 Pirate")
    terminal.quit()
