"""Data that would break a screen or take over a terminal: shown, cleaned, never obeyed, never changed."""

import hashlib
import re
import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

pytestmark = pytest.mark.long

SIZE = (140, 36)

SCHEMA = """
CREATE TABLE pirate_crew (id INTEGER PRIMARY KEY, name, ship_name);
CREATE TABLE pirates (id INTEGER PRIMARY KEY, name, role, devil_fruit_user, pirate_crew_id);
CREATE INDEX of_crew ON pirates (pirate_crew_id);
"""
"""Columns without types take any value as it is."""


class Hostile(NamedTuple):
    """A value, the SQL that stores it, and what is to be seen of it in the table."""

    value: object
    seen: str
    sql: str = "?"


TEXTUAL_OWN = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\]22;[a-z]+\x07|\r\n")
"""Colours, places, modes; OSC 22, the shape of the mouse pointer; line ends. No data may look like these."""

AS_TEXT = "CAST(? AS TEXT)"

HOSTILE = {
    "NULL": Hostile(None, "NULL"),
    "number": Hostile(7, "7 !"),
    "infinity": Hostile(float("inf"), "inf !"),
    "blob": Hostile(b"\x00\xffcrew", "x'00ff63726577' !"),
    "closing markup": Hostile("[/red]", "[/red]"),
    "markup": Hostile("[bold]x[/italic]", "[bold]x[/italic]"),
    "action": Hostile("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    "emoji code": Hostile(":skull: $var", ":skull: $var"),
    "clipboard": Hostile("\x1b]52;c;UFdORUQ=\x07", "␛]52;c;UFdORUQ=␇"),
    "clear screen": Hostile("\x1b[2J\x1b[Hgone", "␛[2J␛[Hgone"),
    "window title": Hostile("\x1b]0;owned\x1b\\", "␛]0;owned␛\\"),
    "main screen": Hostile("\x1b[?1049lout", "␛[?1049lout"),
    "8-bit escape": Hostile("\x9b31mred\x9d52;c;UFdO\x9c", "\\u{9b}31mred\\u{9d}52;c;UFdO\\u{9c}"),
    "all controls": Hostile("a\tb\r\nc\bd\x0b\x0ce\x7ff", "a␉b␍␊c␈d␋␌e␡f"),
    "bidi": Hostile("left\u202eright\u2066", "left\\u{202e}right\\u{2066}"),
    "zero width": Hostile("ze\u200bro\ufeff", "ze\\u{200b}ro\\u{feff}"),
    "invalid UTF-8": Hostile(b"A\xffB", "A\\xffB", AS_TEXT),
    "surrogate": Hostile(b"S\xed\xa0\x80T", "S\\xed\\xa0\\x80T", AS_TEXT),
    "wide": Hostile("漢" * 300, "… (300)"),
    "marks": Hostile("Z" + "\u0301" * 150, "\u0301\u0301"),
    "empty": Hostile("", "name"),
    "10 MB": Hostile("y" * 10_000_000, "… (10,000,000)"),
}
"""One crew each, and one member that has the same value in every cell."""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    path = tmp_path / "sea" / "hostile.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SCHEMA)
        for number, one in enumerate(HOSTILE.values(), start=1):
            connection.execute(f"INSERT INTO pirate_crew VALUES (?, {one.sql}, 'a ship')", (number, one.value))  # noqa: S608
            cells = ", ".join([one.sql] * 3)
            connection.execute(
                f"INSERT INTO pirates VALUES (?, {cells}, ?)",  # noqa: S608
                (number, one.value, one.value, one.value, number),
            )
    return path


def test_hostile_cells_are_browsed_in_safe_and_in_unsafe_mode(start: "Launcher", hostile: Path) -> None:
    before = hashlib.sha256(hostile.read_bytes()).hexdigest()
    terminal = start(hostile, size=SIZE)
    terminal.wait_for(f"· {len(HOSTILE)} rows", "PirateCrew 1 · persistent")
    for number, (name, one) in enumerate(HOSTILE.items(), start=1):
        open_awaited(terminal, number, name, one)
    terminal.send("<home>u")
    terminal.wait_for("UNSAFE")
    for number in range(1, len(HOSTILE) + 1):
        open_unsafely(terminal, number)
    terminal.quit()
    assert_nothing_obeyed(terminal)
    assert hashlib.sha256(hostile.read_bytes()).hexdigest() == before
    assert [path.name for path in hostile.parent.iterdir()] == ["hostile.db"]


def open_awaited(terminal: "Terminal", number: int, name: str, one: Hostile) -> None:
    terminal.wait_for(f"PirateCrew {number} · persistent", one.seen)
    terminal.send("<enter>")
    terminal.wait_for("members · 1 Pirate · select 1 + access 1")
    terminal.send("<right>")
    terminal.wait_for(f" Pirate {number} · persistent")
    lines = [line for line in terminal.text.splitlines() if one.seen.removesuffix(" !") in line]
    assert len(lines) >= 2, f"{name}: crew and member are not both seen\n{terminal.text}"
    terminal.send("<left>")
    terminal.wait_for(f"PirateCrew {number} · persistent")
    terminal.send("<left>")
    terminal.wait_gone("select 1 + access 1")
    terminal.send("<down>")


def open_unsafely(terminal: "Terminal", number: int) -> None:
    terminal.wait_for(f"PirateCrew {number} · persistent")
    terminal.send("<enter>")
    terminal.wait_for(f"PirateCrew.members of PirateCrew {number} ", "greenlet_spawn has not been called")
    terminal.send("<esc>")
    terminal.wait_gone("greenlet_spawn has not been called")
    terminal.send("<left><down>")


def assert_nothing_obeyed(terminal: "Terminal") -> None:
    """No sequence of the data was written, and no control byte but in Textual's own sequences."""
    for name, one in HOSTILE.items():
        if isinstance(one.value, str) and not one.value.isprintable():
            assert one.value.encode() not in terminal.raw, name
    text = TEXTUAL_OWN.sub(b"", terminal.raw).decode()
    foreign = {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs"}}
    assert foreign == set(), re.findall(r".{0,20}[\x00-\x1f].{0,20}", text)


def test_rows_without_a_key_or_with_the_same_key_are_all_shown(start: "Launcher", tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SCHEMA.replace("INTEGER PRIMARY KEY", "INT"))
        rows = [(None, "Ghost crew", "none"), (1, "First crew", "one"), (1, "Second crew", "two"), ("x", "Third", "3")]
        connection.executemany("INSERT INTO pirate_crew VALUES (?, ?, ?)", rows)
    terminal = start(path, size=SIZE)
    terminal.wait_for("· 4 rows", "Ghost crew", "First crew", "Second crew", "Third")
    terminal.send("<home><enter>")
    terminal.wait_for("no primary key")
    terminal.send("<end>")
    terminal.wait_for("PirateCrew x · persistent")
    terminal.send("<up>")
    terminal.wait_for("PirateCrew 1 · persistent")
    terminal.quit()


@pytest.mark.parametrize("tables", [True, False], ids=["whole", "without its tables"])
def test_the_name_of_the_file_is_never_obeyed(start: "Launcher", world: Path, tmp_path: Path, *, tables: bool) -> None:
    path = tmp_path / "[red]x\x1b]52;c;UFdO\x07\x1b[2J\u202e.db"
    path.write_bytes(world.read_bytes())
    if not tables:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("DROP TABLE pirates; DROP TABLE pirate_crew")
    terminal = start(path, size=SIZE)
    if tables:
        terminal.wait_for("Straw Hats", "[red]x␛]52;c;UFdO␇␛[2J")
        terminal.quit()
    else:
        assert terminal.wait_exit() == 3
        assert terminal.has_said("[red]x␛]52;c;UFdO␇␛[2J")
        terminal.assert_restored()
    assert_nothing_obeyed(terminal)


def test_names_in_a_foreign_schema_are_never_obeyed(start: "Launcher", tmp_path: Path) -> None:
    path, evil = tmp_path / "foreign.db", "evil\x1b]52;c;UFdO\x07\x1b[2J\u202e[red]"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE harmless (id INTEGER PRIMARY KEY)")
        connection.execute(f'CREATE TABLE "{evil}" (id INTEGER PRIMARY KEY, "{evil}" "{evil}")')
        connection.execute(f'INSERT INTO "{evil}" VALUES (1, ?)', (evil,))  # noqa: S608  a name of the test's own
        connection.execute(f'CREATE VIEW "broken {evil}" AS SELECT "{evil}" FROM "gone {evil}"')  # noqa: S608  likewise
    terminal = start(path, size=SIZE)
    terminal.wait_for("1 row", "evil␛]52;c;UFdO␇", "persistent")
    terminal.send("m")
    terminal.wait_for("Models · 3", "evil␛]52;c;UFdO␇␛[2J")
    terminal.send("brok<enter>")
    terminal.wait_for("no such table: main.gone evil␛]52;c;UFdO")
    terminal.send("<esc>")
    terminal.wait_gone("no such table")
    terminal.send("m")
    terminal.wait_for("Models · 3")
    terminal.send("harm<enter>")
    terminal.wait_for("Harmless · 0 rows")
    terminal.send("<esc>")
    terminal.wait_for("1 row", "evil␛]52;c;UFdO␇", "persistent")
    terminal.send("u<enter><tab>")
    terminal.wait_for("UNSAFE")
    terminal.quit()
    assert_nothing_obeyed(terminal)
