"""`check --lint`: what it writes, in each format, and when it fails."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pirate_tui.domain.lints import LINT_RULES
from tests.cli.checking import check
from tests.cli.report.standards import check_junit, check_sarif


PAGE = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")

MODELS = """
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(AsyncAttrs, DeclarativeBase):
    pass

class Ship(Base):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    sailors: Mapped[list["Sailor"]] = relationship(cascade="all, delete-orphan")

    @property
    def crew(self):
        return len(self.sailors)

class Sailor(Base):
    __tablename__ = "sailors"
    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int] = mapped_column(ForeignKey("ships.id"))
"""

LINE = 1 + MODELS.splitlines().index('    sailors: Mapped[list["Sailor"]] = relationship(cascade="all, delete-orphan")')


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arguments that name a database without rows, and its models; a folder of its own is the current one."""
    models = tmp_path / f"models_{tmp_path.name}.py"
    models.write_text(MODELS, encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "fleet.db")) as connection:
        connection.executescript("""
            CREATE TABLE ships (id INTEGER PRIMARY KEY);
            CREATE TABLE sailors (id INTEGER PRIMARY KEY, ship_id INTEGER);
        """)
    monkeypatch.chdir(tmp_path)
    return ["fleet.db", "--models", models.name, "--lint"]


def test_a_person_is_told_reason_fix_and_link(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = check(fleet, capsys)
    assert code == 0
    assert (
        out
        == """Ship
  sailors: cascade-loads
    a delete loads all that it cascades to, and sends a DELETE for each row
    sailors = relationship(..., passive_deletes=True)
    Sailor.ship_id = mapped_column(ForeignKey("ships.id", ondelete="CASCADE"))
  sailors: lazy-read
    lazy="select", and read by Ship.crew: calling that does IO
    sailors = relationship(..., lazy="selectin")

cascade-loads: a delete that loads everything first
  https://docs.sqlalchemy.org/en/21/orm/cascades.html#using-foreign-key-on-delete-cascade-with-orm-relationships

lazy-read: lazy, and read by the class's own code
  https://docs.sqlalchemy.org/en/21/orm/extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession

2 classes, 2 lints: 1 cascade-loads, 1 lazy-read
"""
    )
    assert out in PAGE
    assert "importing" in err


def test_what_is_well_is_counted(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert check([*fleet, "--model", "Sailor"], capsys)[:2] == (0, "1 class, 0 lints\n")
    code, out, err = check([*fleet, "--model", "Nobody"], capsys)
    assert (code, out, "no such mapped class: Nobody" in err) == (2, "", True)


def test_json_has_an_object_for_each_lint(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = check([*fleet, "--json"], capsys)
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, [line["lint"] for line in lines]) == (0, ["cascade-loads", "lazy-read"])
    assert lines[1] == {
        "version": 1,
        "model": "Ship",
        "attribute": "sailors",
        "lint": "lazy-read",
        "reason": 'lazy="select", and read by Ship.crew: calling that does IO',
        "fix": 'sailors = relationship(..., lazy="selectin")',
        "link": LINT_RULES["lazy-read"].link,
        "file": fleet[2],
        "line": LINE,
        "baseline": None,
        "ignored": None,
        "fails": False,
    }
    section = PAGE.partition("\n## Lints\n")[2].partition("\n## ")[0]
    (example,) = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    assert json.loads(example).keys() == lines[0].keys()
    assert re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE) == list(LINT_RULES)


def test_the_other_formats_have_them_too(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = check([*fleet, "--format", "sarif", "--fail-on", "lint"], capsys)
    log = json.loads(out)
    check_sarif(log)
    results = log["runs"][0]["results"]
    assert (code, [(one["ruleId"], one["level"]) for one in results]) == (
        5,
        [("cascade-loads", "error"), ("lazy-read", "error")],
    )
    assert {one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in results} == {LINE}
    code, out, _ = check([*fleet, "--format", "github"], capsys)
    assert (code, out.count(f"::warning file={fleet[2]},line={LINE},title=Ship.sailors%3A ")) == (0, 2)
    code, out, _ = check([*fleet, "--format", "junit", "--fail-on", "lint"], capsys)
    assert (code, [case.get("name") for case in check_junit(out).iter("testcase")]) == (
        5,
        ["(class)", "sailors (cascade-loads)", "sailors (lazy-read)", "(class)"],
    )
    code, out, _ = check([*fleet, "--format", "markdown"], capsys)
    assert (code, "| `Ship.sailors` | lazy=" in out) == (0, True)


def test_lints_fail_where_that_is_asked_for(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = check([*fleet, "--fail-on", "lint"], capsys)
    assert (code, "2 lints: Ship.sailors (lint: cascade-loads), Ship.sailors (lint: lazy-read)" in err) == (5, True)


def test_a_baseline_is_shared_with_the_check_of_accesses(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect("fleet.db")) as connection, connection:
        connection.execute("INSERT INTO ships VALUES (1)")
    accesses, baseline = fleet[:-1], Path("baseline.toml")
    check([*accesses, "--update-baseline", str(baseline)], capsys)
    code, _, err = check([*fleet, "--update-baseline", str(baseline)], capsys)
    assert (code, "2 new, 0 gone" in err) == (0, True)
    assert 'fresh = "io", lint = ["cascade-loads", "lazy-read"]' in baseline.read_text(encoding="utf-8")
    for arguments in (fleet, accesses):
        code, out, err = check([*arguments, "--baseline", str(baseline)], capsys)
        assert (code, "none new since the baseline" in out.replace("\n  ", " "), "no longer" in err) == (0, True, False)
    baseline.write_text(baseline.read_text(encoding="utf-8").replace('"cascade-loads", ', '"noload", '))
    code, out, err = check([*fleet, "--baseline", str(baseline)], capsys)
    assert (code, "1 lint, not in baseline.toml: Ship.sailors (lint: cascade-loads)" in err) == (5, True)
    assert "baseline.toml: 1 access no longer goes wrong: Ship.sailors (lint: noload)" in err
    assert "lazy-read\n" not in out


def test_lints_are_ignored_with_reasons(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").write_text(
        """[tool.pirate-tui.check]
        ignore = [
            { pattern = "Ship.*", verdict = "cascade-loads", reason = "ships are never deleted" },
            { pattern = "Ship.*", state = "lint", verdict = "noload", reason = "none left" },
            { pattern = "Ship.crew", state = "after_commit", reason = "not about lints" },
        ]""",
        encoding="utf-8",
    )
    code, out, err = check([*fleet, "--config", "pyproject.toml", "--fail-on", "lint"], capsys)
    assert (code, out.splitlines()[-1]) == (5, "2 classes, 1 lint: 1 lazy-read, 1 ignored")
    assert "ignore Ship.* (lint) (noload) matches nothing" in err
    assert err.count("matches nothing") == 1
    code, _, err = check([*fleet[:-1], "--config", "pyproject.toml"], capsys)
    assert (code, "cascade-loads" in err, "noload" in err) == (0, False, False)


def test_a_class_whose_table_is_missing_is_not_linted(fleet: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect("fleet.db")) as connection:
        connection.execute("DROP TABLE sailors")
    code, out, _ = check(fleet, capsys)
    assert (code, "Not linted\n  Sailor: " in out, "1 class, 2 lints" in out) == (0, True, True)
    code, _, err = check([*fleet, "--fail-on", "lint"], capsys)
    assert (code, "not checked: Sailor: " in err) == (3, True)
    assert check([*fleet, "--model", "Sailor"], capsys)[0] == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--lint", "--state", "detached", "--rows", "3"], "--lint does not go with --state, --rows"),
        (["--lint", "--prove"], "--lint does not go with --prove"),
        (["--lint", "--fail-on", "io"], "--lint makes no access: it goes with --fail-on lint"),
        (["--fail-on", "lint"], "--fail-on lint needs --lint"),
        (["--lint", "--reads", "shop:Out=Ship"], "--reads does not go with --lint"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(
    fleet: list[str], capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    code, out, err = check([*fleet[:-1], *options], capsys)
    assert (code, out) == (2, "")
    assert words in err
