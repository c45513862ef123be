"""`check --baseline`, `--update-baseline`, `--config`: what is accepted passes, new things fail, gone ones are said."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.checking import check, lines_of


BASE = """
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(AsyncAttrs, DeclarativeBase):
    pass

class Target(Base):
    __tablename__ = "targets"
    id: Mapped[int] = mapped_column(primary_key=True)

class Owner(Base):
    __tablename__ = "owners"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

ONE = """
    target_{0}_id: Mapped[int] = mapped_column(ForeignKey("targets.id"))
    target_{0}: Mapped[Target] = relationship(foreign_keys=target_{0}_id{1})
"""

FORTY = range(40)


class Project:
    """A project: its database, and a file with its models, which is a new one each time they change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.baseline = folder / "baseline.toml"
        self._files = 0

    def arguments(self, relationships: Iterable[int], options: str = "") -> list[str]:
        """The arguments that name the database and the models of a class with these relationships."""
        self._files += 1
        numbers = list(relationships)
        models = self.folder / f"models_{self.folder.name}_{self._files}.py"
        models.write_text(BASE + "".join(ONE.format(number, options) for number in numbers), encoding="utf-8")
        database = self.folder / f"{self._files}.db"
        columns = "".join(f", target_{number}_id INTEGER" for number in numbers)
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("CREATE TABLE targets (id INTEGER PRIMARY KEY)")
            connection.execute(f"CREATE TABLE owners (id INTEGER PRIMARY KEY{columns})")
            connection.execute("INSERT INTO targets VALUES (1)")
            connection.execute(f"INSERT INTO owners VALUES ({', '.join('1' * (len(numbers) + 1))})")  # noqa: S608  ones
        return [str(database), "--models", str(models)]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in a folder of its own."""
    return Project(tmp_path)


def test_forty_relationships_pass_and_the_forty_first_fails(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = str(project.baseline)
    code, _, err = check([*project.arguments(FORTY), "--update-baseline", baseline], capsys)
    assert (code, f"wrote {baseline} with 122 entries" in err, "122 new, 0 gone" in err) == (0, True, True)
    written = project.baseline.read_text(encoding="utf-8")
    code, out, err = check([*project.arguments(FORTY), "--baseline", baseline], capsys)
    assert (code, out, "plain access" in err) == (
        0,
        ("2 classes, 86 attributes, 40 do IO in fresh, 82 in after_commit, none new since\n  the baseline\n"),
        False,
    )
    code, out, err = check([*project.arguments(range(41)), "--baseline", baseline], capsys)
    assert code == 5
    assert "IO in fresh, after_commit: target_40\n" in out
    assert "target_39" not in out
    assert "2 new since the baseline" in out.replace("\n  ", " ")
    assert (
        f"3 plain accesses, not in {baseline}: Owner.target_40 (fresh: io), Owner.target_40_id (after_commit: io)"
        in err
    )
    assert project.baseline.read_text(encoding="utf-8") == written, "only --update-baseline writes"


def test_what_is_mended_is_said_and_taken_out(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    baseline = str(project.baseline)
    check([*project.arguments(range(3)), "--update-baseline", baseline], capsys)
    mended = [*project.arguments(range(3), ', lazy="joined"'), "--state", "fresh"]
    code, _, err = check([*mended, "--baseline", baseline], capsys)
    assert code == 0
    assert f"{baseline}: 3 accesses no longer go wrong: Owner.target_0 (fresh: io), Owner.target_1" in err
    assert "after_commit" not in err, "which was not checked"
    code, _, err = check([*mended, "--update-baseline", baseline], capsys)
    assert (code, "0 new, 3 gone" in err) == (0, True)
    text = project.baseline.read_text(encoding="utf-8")
    assert "fresh" not in text
    assert text.count("after_commit") == 8, "which stays, since it was not checked"


def test_what_is_not_checked_is_not_gone(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    baseline, arguments = str(project.baseline), project.arguments(range(2))
    check([*arguments, "--update-baseline", baseline], capsys)
    for options in (["--model", "Target"], ["--only", "column"], ["--state", "detached"]):
        code, _, err = check([*arguments, "--baseline", baseline, *options], capsys)
        assert (code, "no longer" in err) == (0, False)
    code, _, err = check([*project.arguments(range(1)), "--baseline", baseline], capsys)
    assert (code, "Owner.target_1 (fresh: io)" in err) == (0, True)
    project.baseline.write_text(project.baseline.read_text() + '\n[Nobody]\nname = { fresh = "io" }\n')
    code, _, err = check([*arguments, "--baseline", baseline, "--model", "Target"], capsys)
    assert (code, f"{baseline}: 1 access no longer goes wrong: Nobody.name (fresh: io); --update" in err) == (0, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "No such file or directory; --update-baseline FILE writes one"),
        ("no", "is not TOML"),
        ("", "has no basel"),
    ],
)
def test_a_baseline_that_cannot_be_read_is_wrong_use(
    project: Project, capsys: pytest.CaptureFixture[str], text: str | None, words: str
) -> None:
    if text is not None:
        project.baseline.write_text(text, encoding="utf-8")
    code, out, err = check([*project.arguments(()), "--baseline", str(project.baseline)], capsys)
    assert (code, out) == (2, "")
    assert f"{project.baseline}" in err
    assert words in err
    assert "importing" not in err, "it is read before the models run"


def test_other_verdicts_fail_where_that_is_asked_for(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    baseline, states = str(project.baseline), ["--state", "detached"]
    check([*project.arguments(range(1)), *states, "--update-baseline", baseline], capsys)
    assert 'target_0 = { detached = "detached" }' in project.baseline.read_text(encoding="utf-8")
    more = [*project.arguments(range(2)), *states, "--baseline", baseline]
    code, out, _ = check(more, capsys)
    assert (code, "DetachedInstanceError in detached: target_1\n" in out) == (0, True), "it is shown"
    code, _, err = check([*more, "--fail-on", "detached"], capsys)
    assert (code, f"1 plain access, not in {baseline}: Owner.target_1 (detached: detached)" in err) == (5, True)


def test_a_file_that_is_no_baseline_is_not_overwritten(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.baseline.write_text("[project]\n", encoding="utf-8")
    code, _, err = check([*project.arguments(()), "--update-baseline", str(project.baseline)], capsys)
    assert (code, "it is left as it is: name another file" in err) == (2, True)
    assert project.baseline.read_text(encoding="utf-8") == "[project]\n"
    code, _, err = check([*project.arguments(()), "--update-baseline", str(project.folder / "no" / "b")], capsys)
    assert (code, "cannot write" in err) == (2, True)


def test_what_could_not_be_checked_has_not_passed(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = project.arguments(range(1))
    with closing(sqlite3.connect(arguments[0])) as connection:
        connection.execute("DROP TABLE targets")
    code, _, err = check([*arguments, "--update-baseline", str(project.baseline)], capsys)
    assert (code, "not checked: Target" in err, project.baseline.exists()) == (3, True, False)
    check([*project.arguments(range(1)), "--update-baseline", str(project.baseline)], capsys)
    code, _, err = check([*arguments, "--baseline", str(project.baseline)], capsys)
    assert (code, "not checked: Target" in err, "no longer" in err) == (3, True, False)


def test_a_project_ignores_with_reasons(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    config = project.folder / "pyproject.toml"
    config.write_text(
        """[tool.pirate-tui.check]
        ignore = [
            { pattern = "Owner.target_0", reason = "always joined" },
            { pattern = "*", state = "after_commit", reason = "expire_on_commit=False" },
            { pattern = "Owner.nothing", reason = "long gone" },
            { pattern = "Owner.nothing", state = "detached", reason = "not checked today" },
        ]""",
        encoding="utf-8",
    )
    arguments = [*project.arguments(range(2)), "--config", str(config)]
    code, out, err = check([*arguments, "--fail-on", "io"], capsys)
    assert code == 5
    assert "1 plain access: Owner.target_1 (fresh: io)" in err
    assert f"{config}: ignore Owner.nothing matches nothing" in err
    assert err.count("matches nothing") == 1
    assert "IO in fresh: target_1\n" in out
    assert out.endswith("1 does IO in fresh, 6 ignored\n")
    _, out, err = check([*arguments, "--json", "--model", "Owner"], capsys)
    lines = lines_of(out)
    assert lines["Owner", "fresh", "target_0"]["ignored"] == "always joined"
    assert lines["Owner", "after_commit", "id"]["ignored"] == "expire_on_commit=False"
    assert lines["Owner", "fresh", "target_1"]["ignored"] is None
    assert "matches nothing" not in err, "not every class was checked"
    code, _, err = check([*arguments, "--update-baseline", str(project.baseline)], capsys)
    assert "with 1 entry: 1 new" in err


def test_a_wrong_config_is_wrong_use_and_the_current_folder_is_not_looked_into(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = project.folder / "pyproject.toml"
    config.write_text('[tool.pirate-tui.check]\nignore = [{ pattern = "*" }]\n', encoding="utf-8")
    code, out, err = check([*project.arguments(()), "--config", str(config)], capsys)
    assert (code, out) == (2, "")
    assert f"{config} [tool.pirate-tui.check] ignore 1 needs reason" in err
    monkeypatch.chdir(project.folder)
    assert check(project.arguments(()), capsys)[0] == 0


def test_json_says_what_is_new_and_what_fails(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    baseline = str(project.baseline)
    check([*project.arguments(range(1)), "--update-baseline", baseline], capsys)
    code, out, _ = check([*project.arguments(range(2)), "--baseline", baseline, "--json"], capsys)
    said = {
        (line["attribute"], line["state"]): (line["baseline"], line["fails"])
        for line in map(json.loads, out.splitlines())
        if line["model"] == "Owner"
    }
    assert code == 5
    assert said["target_0", "fresh"] == ("known", False)
    assert said["target_1", "fresh"] == ("new", True)
    assert said["target_1_id", "fresh"] == (None, False)
    _, out, _ = check([*project.arguments(range(2)), "--baseline", baseline, "--all"], capsys)
    assert "accepted" in out.splitlines()[0].split()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--baseline", "a", "--update-baseline", "b"], "not allowed with argument"),
        (["--update-baseline", "b", "--fail-on", "io"], "--update-baseline accepts what --fail-on would fail on"),
        (["--reads", "shop:Out=Ship", "--baseline", "a", "--config", "b"], "does not go with --baseline, --config"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(
    project: Project, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    code, out, err = check([*project.arguments(()), *options], capsys)
    assert (code, out) == (2, "")
    assert words in err
