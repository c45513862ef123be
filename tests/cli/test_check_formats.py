"""`check --format`: each format of real models, with the file and the line in them, and nothing else on stdout."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.checking import check
from tests.cli.report.standards import check_junit, check_sarif


MODELS = """
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

print("printed at import")

class Base(AsyncAttrs, DeclarativeBase):
    pass

class Named:
    name: Mapped[str] = mapped_column(deferred=True)

    def __repr__(self):
        return f"{self.name}"

class Port(Named, Base):
    __tablename__ = "ports"
    id: Mapped[int] = mapped_column(primary_key=True)

class Ship(Named, Base):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    port_id: Mapped[int] = mapped_column(ForeignKey("ports.id"))
    port = relationship(Port, backref="ships")

    @property
    def harbour(self):
        return self.port
"""


def line_of(text: str) -> int:
    """The number of the first line of the models that has the text."""
    return next(number for number, line in enumerate(MODELS.splitlines(), start=1) if text in line)


PLACES = {
    "Port.name": line_of("name: Mapped"),
    "Port.ships": line_of("class Port"),
    "Port.repr()": line_of("def __repr__"),
    "Port.str()": line_of("def __repr__"),
    "Ship.name": line_of("name: Mapped"),
    "Ship.port": line_of("port = relationship"),
    "Ship.harbour": line_of("def harbour"),
    "Ship.repr()": line_of("def __repr__"),
    "Ship.str()": line_of("def __repr__"),
}
"""Where the attributes that go wrong are defined: of a backref, the class that has it."""


@pytest.fixture
def harbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arguments that name a database and its models, in a folder below the current one."""
    folder = tmp_path / "shop"
    folder.mkdir()
    models = folder / f"models_{tmp_path.name}.py"
    models.write_text(MODELS, encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "harbour.db")) as connection:
        connection.executescript("""
            CREATE TABLE ports (id INTEGER PRIMARY KEY, name TEXT);
            CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT, port_id INTEGER);
            INSERT INTO ports VALUES (1, 'Nantucket');
            INSERT INTO ships VALUES (1, 'Pequod', 1);
        """)
    monkeypatch.chdir(tmp_path)
    return ["harbour.db", "--models", f"shop/{models.name}", "--state", "fresh"]


def test_sarif_points_into_the_models(harbour: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = check([*harbour, "--format", "sarif", "--fail-on", "io"], capsys)
    log = json.loads(out)
    check_sarif(log)
    places = {}
    for result in log["runs"][0]["results"]:
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": harbour[2], "uriBaseId": "%SRCROOT%"}
        places[location["logicalLocations"][0]["fullyQualifiedName"]] = physical["region"]["startLine"]
    assert (code, places) == (5, PLACES)


def test_github_points_into_the_models(harbour: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = check([*harbour, "--format", "github", "--fail-on", "io"], capsys)
    *errors, notice = out.splitlines()
    assert code == 5
    assert {
        f"::error file={harbour[2]},line={line},title={name}%3A a plain access does IO" for name, line in PLACES.items()
    } == {error.rpartition("::")[0] for error in errors}
    assert notice == "::notice title=pirate-tui check::2 classes, 12 attributes, 9 do IO in fresh"


def test_junit_and_markdown_are_written(harbour: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = check([*harbour, "--format", "junit", "--fail-on", "io"], capsys)
    root = check_junit(out)
    assert (code, root.get("tests"), root.get("failures")) == (5, "12", "9")
    code, out, _ = check([*harbour, "--format", "junit"], capsys)
    assert (code, check_junit(out).get("failures")) == (0, "0")
    code, out, _ = check([*harbour, "--format", "markdown"], capsys)
    assert code == 0
    assert (
        f"| `Ship.port` | a plain access does IO in fresh | `await ship.awaitable_attrs.port` | `{harbour[2]}:" in out
    )


def test_jsonl_is_json_and_table_is_the_default(harbour: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert check([*harbour, "--format", "jsonl"], capsys)[1] == check([*harbour, "--json"], capsys)[1]
    assert check([*harbour, "--json", "--format", "jsonl", "--all"], capsys)[0] == 0
    assert check([*harbour, "--format", "table"], capsys)[1] == check(harbour, capsys)[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "yaml"], "invalid choice: 'yaml'"),
        (["--format", "sarif", "--json"], "--json is --format jsonl, and not sarif"),
        (["--format", "github", "--all"], "--all is for the table; github has what goes wrong, and jsonl everything"),
        (["--format", "junit", "--reads", "shop:Out=Ship"], "--reads is written as table or jsonl, and not as junit"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(
    harbour: list[str], capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    code, out, err = check([*harbour, *options], capsys)
    assert (code, out) == (2, "")
    assert words in err
