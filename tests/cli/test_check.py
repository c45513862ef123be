"""`pirate-tui check`: the verdicts of every attribute, as a table and as JSON Lines, and held against the accesses."""

import gc
import json
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from pirate_tui.cli.check_options import ALWAYS, parse
from pirate_tui.cli.report.judging import Rules
from pirate_tui.cli.report.results import CheckResult
from pirate_tui.domain.access import AttributeKind, Scenario
from pirate_tui.domain.remedy import Remedy
from pirate_tui.orm import explanation as explaining
from tests.cli.checking import check, lines_of


MODELS = """
from sqlalchemy import ForeignKey, create_engine, text
from sqlalchemy.pool import NullPool
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

print("printed at import")

class Base(AsyncAttrs, DeclarativeBase):
    pass

class Ship(Base):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    log: Mapped[str] = mapped_column(deferred=True)
    sailors: Mapped[list["Sailor"]] = relationship(back_populates="ship")
    guarded: Mapped[list["Sailor"]] = relationship(viewonly=True, lazy="raise")

    @property
    def crowd(self):
        return len(self.sailors)

    @property
    def broken(self):
        return 1 // 0

    @property
    def elsewhere(self):
        with create_engine("sqlite://", poolclass=NullPool).connect() as connection:
            return connection.scalar(text("SELECT 1"))

    def __repr__(self):
        return f"Ship({self.name})"

class Sailor(Base):
    __tablename__ = "sailors"
    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int] = mapped_column(ForeignKey("ships.id"))
    ship: Mapped[Ship] = relationship(back_populates="sailors")

class Ghost(Base):
    __tablename__ = "ghosts"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

TABLES = """
    CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT, log TEXT);
    CREATE TABLE sailors (id INTEGER PRIMARY KEY, ship_id INTEGER);
    CREATE TABLE ghosts (id INTEGER PRIMARY KEY);
    INSERT INTO ships VALUES (7, 'Pequod', 'white'), (8, 'Rachel', '');
    INSERT INTO sailors VALUES (1, 7);
"""

FIELDS = [
    *("version", "model", "key", "row", "state", "attribute", "kind", "verdict"),
    *("statement", "error", "remedy", "note", "file", "line", "baseline", "ignored", "fails"),
]


@pytest.fixture
def fleet(tmp_path: Path) -> list[str]:
    """The arguments that name a database and its models, each in a file of its own name."""
    database, models = tmp_path / "fleet.db", tmp_path / f"models_{tmp_path.name}.py"
    models.write_text(MODELS, encoding="utf-8")
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(TABLES)
    return [str(database), "--models", str(models)]


def test_every_attribute_has_a_line_of_json(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = check([*fleet, "--json"], capsys)
    assert code == 0
    assert "printed" not in out
    assert "pirate-tui: importing " in err
    lines = lines_of(out)
    assert {tuple(line) for line in lines.values()} == {tuple(FIELDS)}
    assert {key[2] for key in lines if key[:2] == ("Ship", "fresh")} == {
        *("id", "name", "log", "sailors", "guarded", "crowd", "broken", "elsewhere", "repr()", "str()")
    }
    sailors = lines["Ship", "fresh", "sailors"]
    assert sailors["statement"].startswith("SELECT sailors.id")
    assert "\n" not in sailors["statement"]
    assert {name: sailors[name] for name in FIELDS if name != "statement"} == {
        "model": "Ship",
        "version": 1,
        "key": [7],
        "row": 1,
        "state": "fresh",
        "attribute": "sailors",
        "kind": "relationship",
        "verdict": "io",
        "error": None,
        "remedy": "await ship.awaitable_attrs.sailors",
        "note": None,
        "file": fleet[-1],
        "line": 17,
        "baseline": None,
        "ignored": None,
        "fails": False,
    }
    assert {lines["Ship", "fresh", name]["line"] for name in ("repr()", "str()")} == {33}


@pytest.mark.parametrize(
    ("state", "attribute", "said"),
    [
        ("fresh", "name", ("column", "none", None)),
        ("fresh", "log", ("deferred", "io", None)),
        ("fresh", "guarded", ("relationship", "raises", "InvalidRequestError")),
        ("fresh", "crowd", ("property", "io", None)),
        ("fresh", "broken", ("property", "raises", "ZeroDivisionError")),
        ("fresh", "repr()", ("method", "none", None)),
        ("after_commit", "id", ("column", "io", None)),
        ("after_commit", "repr()", ("method", "io", None)),
        ("after_rollback", "name", ("column", "io", None)),
        ("detached", "sailors", ("relationship", "detached", None)),
        ("detached", "name", ("column", "none", None)),
    ],
)
def test_kind_verdict_and_error_are_those_of_the_inspector(
    fleet: list[str], capsys: pytest.CaptureFixture[str], state: str, attribute: str, said: tuple[str | None, ...]
) -> None:
    _, out, _ = check([*fleet, "--json", "--state", state, "--model", "Ship"], capsys)
    line = lines_of(out)["Ship", state, attribute]
    assert (line["kind"], line["verdict"], line["error"]) == said


def test_a_class_without_rows_says_so_in_one_line(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = check([*fleet, "--json", "--model", "Ghost"], capsys)
    (line,) = [json.loads(line) for line in out.splitlines()]
    assert {name: value for name, value in line.items() if value is not None} == {
        "version": 1,
        "model": "Ghost",
        "note": "no rows",
        "fails": False,
    }


def test_what_is_said_is_what_the_accesses_do(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    states = "fresh,after_commit,after_rollback,detached"
    code, out, err = check([*fleet, "--json", "--prove", "--state", states], capsys)
    assert code == 0, err
    lines = lines_of(out)
    assert {tuple(line) for line in lines.values()} == {(*FIELDS, "proved", "fixes")}
    wrong = {key for key, line in lines.items() if line["proved"] != line["verdict"]}
    assert wrong == {("Ship", state, "elsewhere") for state in states.split(",")}, "which blocks, and says so"
    assert {lines[key]["proved"] for key in wrong} == {"none"}
    assert {line["proved"] for line in lines.values()} == {None, "none", "io", "raises", "detached"}


def test_a_wrong_verdict_is_found(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert CheckResult("Ship", (7,), 1, "fresh", "name", "column", "none", proved="io").is_wrong
    assert not CheckResult("Ship", (7,), 1, "fresh", "name", "column", "none", proved="none").is_wrong
    assert not CheckResult("Ship", (7,), 1, "fresh", "name", "column", "none").is_wrong
    _, out, _ = check([*fleet, "--all", "--prove", "--model", "Ship", "--state", "fresh"], capsys)
    assert "WRONG" not in out
    assert "proved" in out.splitlines()[0]


@pytest.mark.parametrize(
    ("options", "code", "named"),
    [
        (
            ["--only", "relationship", "--fail-on", "io"],
            5,
            ["Ship.sailors (fresh: io)", "Sailor.ship (after_commit: io)"],
        ),
        (["--only", "relationship", "--fail-on", "raises"], 5, ["Ship.guarded (fresh: raises)"]),
        (["--only", "column", "--state", "fresh", "--fail-on", "io"], 0, []),
        (
            ["--only", "property,method", "deferred", "--state", "fresh", "--fail-on", "io"],
            5,
            ["Ship.log", "Ship.crowd"],
        ),
        (["--fail-on", "detached"], 0, []),
    ],
)
def test_a_build_can_fail_on_a_verdict(
    fleet: list[str], capsys: pytest.CaptureFixture[str], options: list[str], code: int, named: list[str]
) -> None:
    ended, _, err = check([*fleet, *options], capsys)
    assert ended == code
    assert [name for name in named if name not in err] == []


SPOILED = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Loud(Base):
    __tablename__ = "louds"
    name: Mapped[str] = mapped_column(primary_key=True)

    @property
    def greeting(self):
        print("a greeting from a property")

class Missing(Base):
    __tablename__ = "nowhere"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.fixture
def spoiled(tmp_path: Path) -> list[str]:
    """A property that prints, a key that a terminal would obey, and a class without its table."""
    database, models = tmp_path / "loud.db", tmp_path / f"loud_{tmp_path.name}.py"
    models.write_text(SPOILED, encoding="utf-8")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE louds (name TEXT PRIMARY KEY)")
        connection.execute("INSERT INTO louds VALUES (?)", ("a\x1b]0;b\x07\nc",))
    return [str(database), "--models", str(models)]


def test_nothing_but_the_lines_is_on_stdout(spoiled: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = check([*spoiled, "--json"], capsys)
    assert code == 0
    assert {json.loads(line)["model"] for line in out.splitlines()} == {"Loud", "Missing"}
    assert "a greeting from a property" in err


def test_a_table_reaches_the_terminal_cleaned(spoiled: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = check([*spoiled, "--state", "fresh"], capsys)
    assert out.replace("\n", "").isprintable()


@pytest.mark.parametrize("options", [["--fail-on", "io"], ["--prove"]])
def test_a_build_fails_on_a_class_that_cannot_be_checked(
    spoiled: list[str], capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    code, _, err = check([*spoiled, *options], capsys)
    assert code == 3
    assert "not checked: Missing: " in err
    assert "no table nowhere" in err


def test_a_person_is_shown_what_goes_wrong(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = check(fleet, capsys)
    assert (
        out
        == """Ship
  IO in fresh, after_commit: log, sailors
    await ship.awaitable_attrs.<name>
  IO in fresh, after_commit: crowd
    select(Ship).options(selectinload(Ship.sailors))
  IO in fresh, after_commit: elsewhere
    it uses sqlite+pysqlite, which blocks: no MissingGreenlet is raised
  IO in after_commit: id, name, repr(), str()
    fix 1, below
  raises InvalidRequestError in fresh, after_commit: guarded
    select(Ship).options(selectinload(Ship.guarded))
  raises ZeroDivisionError in fresh, after_commit: broken

Sailor
  IO in fresh, after_commit: ship
    await sailor.awaitable_attrs.ship
  IO in after_commit: id, ship_id
    fix 1, below

Fix 1, for 2 classes
  async_sessionmaker(engine, expire_on_commit=False)

Not checked
  no rows: Ghost

2 classes, 15 attributes, 5 do IO in fresh, 11 in after_commit, 2 raise in
  fresh, 2 in after_commit
"""
    )


def test_several_rows_are_checked_and_named(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(fleet[0])) as connection, connection:
        connection.execute("INSERT INTO sailors VALUES (2, NULL)")  # who has no ship: nothing is to be loaded
    arguments = [*fleet, "--rows", "5", "--state", "fresh"]
    code, out, _ = check([*arguments, "--json"], capsys)
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, {(line["model"], line["row"], *line["key"]) for line in lines if line["key"]}) == (
        0,
        {("Ship", 1, 7), ("Ship", 2, 8), ("Sailor", 1, 1), ("Sailor", 2, 2)},
    )
    assert len(lines) == 2 * 10 + 2 * 5 + 1
    _, out, _ = check(arguments, capsys)
    assert "IO in fresh, on 1 of 2 rows (1): ship" in out
    assert lines_of(check([*fleet, "--json"], capsys)[1])["Sailor", "fresh", "ship"]["row"] == 1


def test_everything_is_shown_as_a_table(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = check([*fleet, "--all", "--model", "Ship", "--state", "fresh"], capsys)
    heads, *rows = [line.split() for line in out.splitlines()]
    assert heads == ["model", "key", "state", "attribute", "kind", "verdict", "instead"]
    assert ["Ship", "7", "fresh", "sailors", "relationship", "io", "await", "ship.awaitable_attrs.sailors"] in rows
    assert ["Ship", "7", "fresh", "broken", "property", "raises", "ZeroDivisionError"] in rows


def test_without_models_the_tables_are_checked_and_without_a_database_the_world_that_ships(
    fleet: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = check([fleet[0], "--json", "--state", "fresh"], capsys)
    assert {json.loads(line)["model"] for line in out.splitlines()} == {"Ships", "Sailors", "Ghosts"}
    _, out, _ = check(["--json", "--only", "relationship", "--state", "fresh"], capsys)
    assert {(key[0], key[2]) for key in lines_of(out)} == {("PirateCrew", "members"), ("Pirate", "pirate_crew")}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--state", "tired"], 2, "'tired' is not one of fresh, after_commit"),
        (["--only", "colour"], 2, "'colour' is not one of column"),
        (["--fail-on", "boredom"], 2, "boredom"),
        (["--rows", "0"], 2, "'0' is not a positive number of rows"),
        (["--rows", "1001"], 2, "1001 is more than 1,000"),
        (["--reads", "shop:Out=Ship", "--rows", "2", "--all"], 2, "--reads does not go with --rows, --all"),
        (["--model", "Nope"], 2, "no such mapped class: Nope; available: Ship, Sailor, Ghost"),
        (["nowhere.db"], 2, "nowhere.db"),
    ],
)
def test_wrong_use_ends_with_its_code_and_says_why(
    fleet: list[str], capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    given = [*arguments, *fleet[1:]] if arguments == ["nowhere.db"] else [*fleet, *arguments]
    ended, out, err = check(given, capsys)
    assert (ended, out) == (code, "")
    assert words in err


NAMESAKE = """
from sqlalchemy.orm import Mapped, mapped_column
from . import Base

class Item(Base):
    __tablename__ = "{}_item"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

NAMESAKES = """
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass

from . import shop, stock
"""


def test_two_classes_of_one_name_are_both_checked_and_each_can_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database, package = tmp_path / "shop.db", tmp_path / f"namesakes_{tmp_path.name}"
    package.mkdir()
    (package / "__init__.py").write_text(NAMESAKES, encoding="utf-8")
    with closing(sqlite3.connect(database)) as connection, connection:
        for name in ("shop", "stock"):
            (package / f"{name}.py").write_text(NAMESAKE.format(name), encoding="utf-8")
            connection.execute(f"CREATE TABLE {name}_item (id INTEGER PRIMARY KEY)")
            connection.execute(f"INSERT INTO {name}_item VALUES (1)")  # noqa: S608  names of ours
    arguments = [str(database), "--models", str(package / "__init__.py"), "--json"]
    code, out, _ = check(arguments, capsys)
    assert (code, {key[0] for key in lines_of(out)}) == (0, {"shop.Item", "stock.Item"})
    code, out, _ = check([*arguments, "--model", "stock.Item"], capsys)
    assert (code, {key[0] for key in lines_of(out)}) == (0, {"stock.Item"})
    code, out, err = check([*arguments, "--model", "Item"], capsys)
    assert (code, out) == (2, "")
    assert "Item is ambiguous; give one of: shop.Item, stock.Item" in err


def test_what_is_asked_for_unless_something_else_is() -> None:
    order = parse([])
    assert (order.scenarios, order.kinds, order.rules) == (ALWAYS, frozenset(AttributeKind), Rules())
    order = parse(["--state", "detached,fresh", "--fail-on", "io", "--model", "A", "B", "--model", "C"])
    assert order.scenarios == (Scenario.DETACHED, Scenario.FRESH)
    assert (order.models, order.rules.fail_on) == (("A", "B", "C"), frozenset({"io"}))
    assert parse(["--fail-on", "io,raises"]).rules.fail_on == {"io", "raises"}


def test_it_works_without_a_terminal(fleet: list[str]) -> None:
    command = str(Path(sys.executable).with_name("pirate-tui"))
    done = subprocess.run(
        [command, "check", *fleet, "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    assert len([json.loads(line) for line in done.stdout.splitlines()]) > 20
    assert "checking" not in done.stderr, "progress is for terminals"


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_a_terminal_is_shown_how_far_it_is(
    fleet: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    code, out, _ = check([*fleet, "--json"], capsys)
    assert (code, "checking" in out) == (0, False)
    *shown, last = terminal.getvalue().split("\r\x1b[2K")[1:]
    assert shown == [
        "checking Ship (1 of 3) …",
        "checking Sailor (2 of 3) …",
        "checking Ghost (3 of 3) …",
    ]
    assert last == "", "and it is taken away"


def test_a_build_fails_where_nothing_could_be_checked_at_all(
    spoiled: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = check([*spoiled, "--model", "Missing"], capsys)
    assert code == 3
    assert "not checked: Missing: " in err
    assert "Missing: Missing" not in err
    assert check([*spoiled, "--model", "Missing", "Loud"], capsys)[0] == 0


ODD = """
from sqlalchemy import String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class InvalidToken(Exception):
    pass

class Encrypted(TypeDecorator):
    impl, cache_ok = String, True

    def process_result_value(self, value, dialect):
        if value is not None and not value.startswith("key1:"):
            raise InvalidToken
        return value

class Base(DeclarativeBase):
    pass

class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str | None] = mapped_column(Encrypted())

class Lost(Base):
    __tablename__ = "lost"
    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str | None] = mapped_column(Encrypted())

class Seat(Base):
    __tablename__ = "seats"
    row: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    hidden: Mapped[str | None] = mapped_column(deferred=True)
"""


BAD = """
import threading, time
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Ship(Base):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)

    @property
    def sleeps(self):
        time.sleep(1000)

    @property
    def leaves_a_thread(self):
        threading.Thread(target=time.sleep, args=(1000,), name="left behind").start()

    @property
    def mute(self):
        class Mute(Exception):
            def __str__(self):
                return 1 // 0
        raise Mute

class Sailor(Base):
    __tablename__ = "sailors"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.fixture
def bad(fleet: list[str]) -> list[str]:
    """Models whose code does what it should not."""
    Path(fleet[-1]).write_text(BAD, encoding="utf-8")
    return fleet


def ran(arguments: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "pirate_tui", "check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)


def test_garbage_is_collected_again_however_it_ends(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, code in ((fleet, 0), (["nowhere.db", *fleet[1:]], 2)):
        assert check(arguments, capsys)[0] == code
        assert gc.isenabled()


def test_models_that_cannot_be_imported_end_with_their_code(fleet: list[str]) -> None:
    Path(fleet[-1]).write_text("import nowhere_to_be_found", encoding="utf-8")
    found = ran(fleet)
    assert (found.returncode, found.stdout) == (4, "")
    assert "nowhere_to_be_found" in found.stderr


def test_a_file_that_is_no_database_ends_with_its_code(fleet: list[str]) -> None:
    Path(fleet[0]).write_text("not a database", encoding="utf-8")
    found = ran(fleet)
    assert (found.returncode, found.stdout) == (3, "")
    assert "is not a SQLite database" in found.stderr


def test_a_reader_that_closes_the_pipe_ends_it_quietly(fleet: list[str]) -> None:
    command = [sys.executable, "-m", "pirate_tui", "check", *fleet, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as job:
        assert job.stdout is not None
        assert job.stderr is not None
        job.stdout.close()
        errors = job.stderr.read()
    assert (job.returncode, "Traceback" in errors) == (128 + signal.SIGPIPE, False)


@pytest.mark.parametrize("options", [[], ["--format", "sarif"]])
def test_a_report_that_cannot_be_written_is_said(fleet: list[str], options: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "pirate_tui", "check", *fleet, *options]
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert (found.returncode, "cannot write the report: No space left" in found.stderr) == (2, True)


def test_code_that_does_not_end_is_named_and_the_rest_is_reported(bad: list[str]) -> None:
    found = ran([*bad, "--json", "--attribute-timeout", "0.3", "--state", "fresh"])
    lines = lines_of(found.stdout)
    assert found.returncode == 0
    assert lines["Ship", "fresh", "sleeps"]["verdict"] == "unknown"
    assert "did not finish" in lines["Ship", "fresh", "sleeps"]["note"]
    assert lines["Ship", "fresh", "mute"]["error"].endswith("Mute")
    assert ("Sailor", "fresh", "id") in lines
    assert "Ship.sleeps (fresh: unknown)" in found.stderr


def test_what_does_not_end_is_not_proved(bad: list[str]) -> None:
    found = ran([*bad, "--prove", "--attribute-timeout", "0.3", "--state", "fresh", "--model", "Ship"])
    assert found.returncode == 3
    assert "unknown, since model code did not finish" in found.stderr


def test_what_does_not_end_is_not_accepted_by_a_baseline(bad: list[str], tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.toml"
    arguments = [*bad, "--attribute-timeout", "0.3", "--state", "fresh", "--model", "Ship"]
    found = ran([*arguments, "--update-baseline", str(baseline)])
    assert (found.returncode, baseline.exists(), "Ship.sleeps (fresh: unknown)" in found.stderr) == (3, False, True)
    config = tmp_path / "pyproject.toml"
    config.write_text(
        '[tool.pirate-tui.check]\nignore = [{ pattern = "Ship.sleeps", verdict = "unknown", reason = "waits" }]\n',
        encoding="utf-8",
    )
    found = ran([*arguments, "--update-baseline", str(baseline), "--config", str(config)])
    assert (found.returncode, baseline.exists()) == (0, True), "what is ignored need not be known"


@pytest.mark.parametrize(("closed", "code"), [(">&-", 2), ("2>&-", 0), ("<&-", 0)])
def test_a_stream_may_be_closed(fleet: list[str], closed: str, code: int) -> None:
    command = f"{shlex.join([sys.executable, '-m', 'pirate_tui', 'check', *fleet])} {closed}"
    found = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=60)  # noqa: S607
    assert (found.returncode, "Traceback" in found.stderr) == (code, False)
    assert ("stdout is closed" in found.stderr) is (closed == ">&-")


@pytest.fixture
def odd(tmp_path: Path) -> list[str]:
    """Rows of which the first ones cannot be loaded, or have no whole key."""
    database, models = tmp_path / "odd.db", tmp_path / f"odd_{tmp_path.name}.py"
    models.write_text(ODD, encoding="utf-8")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript("""
            CREATE TABLE accounts (id INTEGER PRIMARY KEY, secret TEXT);
            CREATE TABLE lost (id INTEGER PRIMARY KEY, secret TEXT);
            CREATE TABLE seats (row INTEGER, number INTEGER, hidden TEXT);
            INSERT INTO accounts VALUES (1, 'key2:a'), (2, 'key2:b'), (3, 'key1:c');
            INSERT INTO seats VALUES (NULL, 1, 'x'), (1, NULL, 'x'), (1, 1, 'x');
        """)
        connection.executemany("INSERT INTO lost VALUES (?, 'key2:a')", [(number,) for number in range(30)])
    return [str(database), "--models", str(models)]


def test_rows_that_cannot_be_loaded_are_passed_over(odd: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = check([*odd, "--json", "--model", "Account", "Seat"], capsys)
    assert code == 0
    assert {tuple(line["key"]) for line in lines_of(out).values()} == {(3,), (1, 1)}


def test_a_class_of_which_no_row_can_be_loaded_says_what_is_raised(
    odd: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = check([*odd, "--json", "--model", "Lost"], capsys)
    (line,) = lines_of(out).values()
    assert code == 3
    assert line["attribute"] is None
    assert "cannot be loaded" in line["note"]
    assert f"odd_{Path(odd[0]).parent.name}.InvalidToken" in line["note"]
    assert "bug" not in err


def test_every_fix_is_tried_and_counted(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    states = "fresh,after_commit,after_rollback,detached,made,updated"
    code, out, err = check([*fleet, "--prove", "--json", "--state", states], capsys)
    assert code == 0, err
    outcomes = [fix["outcome"] for line in lines_of(out).values() for fix in line["fixes"] or []]
    assert outcomes.count("helps") > 50
    assert set(outcomes) == {"helps", "not proved"}
    assert f"fixes tried: {outcomes.count('helps')} helps, {outcomes.count('not proved')} not proved" in err


def test_a_fix_that_does_not_help_is_a_bug(
    fleet: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    useless = Remedy("await session.refresh(sailor)", "loads columns alone")
    monkeypatch.setattr(explaining, "remedies_of", lambda *_: (useless,))
    code, _, err = check([*fleet, "--prove", "--model", "Sailor", "--only", "relationship", "--state", "fresh"], capsys)
    assert code == 1
    assert "1 fix does not help: Sailor.ship (fresh: io): await session.refresh(sailor)" in err
    assert "bug in pirate-tui" in err


def test_what_would_load_more_than_the_limit_is_skipped(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(fleet[0])) as connection, connection:
        connection.executemany("INSERT INTO sailors VALUES (?, 7)", [(number,) for number in range(2, 12)])
    code, _, err = check([*fleet, "--prove", "--model", "Ship", "--limit", "5"], capsys)
    assert code == 0
    assert "skipped" in err


WRITING = """
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, object_session

class Base(AsyncAttrs, DeclarativeBase):
    pass

class Ship(Base):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

    @property
    def touched(self):
        self.name = "touched"

    @property
    def committed(self):
        self.name = "committed"
        object_session(self).commit()

    @property
    def expunged(self):
        object_session(self).expunge(self)

    @property
    def closed(self):
        object_session(self).close()

@event.listens_for(Ship, "load")
def add(ship, _):
    object_session(ship).add(Ship(id=9, name="added"))

@event.listens_for(Session, "before_commit")
def audit(session):
    session.execute(text("DELETE FROM ships"))
"""


def test_models_that_write_are_checked_and_write_nothing(fleet: list[str]) -> None:
    Path(fleet[-1]).write_text(WRITING, encoding="utf-8")
    before = Path(fleet[0]).read_bytes()
    found = ran(
        [*fleet, "--json", "--prove", "--state", "fresh,after_commit,detached"]
    )  # its listener is to no other test
    assert found.returncode == 0, found.stderr
    lines = lines_of(found.stdout)
    said = {name: lines["Ship", "fresh", name]["verdict"] for name in ("touched", "committed", "expunged", "closed")}
    assert said == {"touched": "none", "committed": "io", "expunged": "none", "closed": "none"}
    assert lines["Ship", "fresh", "committed"]["note"] == "its code writes (DELETE), which is blocked here"
    assert Path(fleet[0]).read_bytes() == before
