"""What `check` writes for a person: problems by class, each fix once, in 80 columns, coloured on terminals only."""

import re
from io import StringIO

import pytest

from pirate_tui.cli.report.paper import WIDTH, Paper
from pirate_tui.cli.report.person import as_text
from pirate_tui.cli.report.problems import problems_of
from pirate_tui.cli.report.results import CheckResult
from pirate_tui.cli.report.summary import summary_of


SESSION = "async_sessionmaker(engine, expire_on_commit=False)"

LONG = [f"an_attribute_with_a_long_name_{number}" for number in range(12)]


def result(
    model: str, attribute: str, verdict: str = "io", remedy: str | None = None, *, state: str = "fresh", row: int = 1
) -> CheckResult:
    """The result of one access."""
    return CheckResult(model, (row + 6,), row, state, attribute, "relationship", verdict, remedy=remedy)


def awaited(model: str, attribute: str, state: str = "fresh") -> CheckResult:
    """The result of an access that must be awaited."""
    return result(model, attribute, remedy=f"await {model.lower()}.awaitable_attrs.{attribute}", state=state)


def written(*results: CheckResult) -> list[str]:
    """The lines of the report, without colours."""
    return [*as_text(results, Paper())]


def test_what_goes_well_is_counted_and_not_written() -> None:
    assert written(result("Ship", "name", "none"), result("Ship", "captain", "none")) == [
        "1 class, 2 attributes, no IO"
    ]


def test_attributes_with_the_same_fix_are_written_together() -> None:
    assert written(awaited("Ship", "crew"), awaited("Ship", "port"), result("Ship", "name", "none")) == [
        "Ship",
        "  IO in fresh: crew, port",
        "    await ship.awaitable_attrs.<name>",
        "",
        "1 class, 3 attributes, 2 do IO in fresh",
    ]


def test_a_name_that_is_the_variables_too_stays_in_the_variable() -> None:
    lines = written(awaited("Ship", "ship"), awaited("Ship", "port"))
    assert "    await ship.awaitable_attrs.<name>" in lines


def test_one_attribute_in_several_states_is_written_once() -> None:
    lines = written(awaited("Ship", "crew"), awaited("Ship", "crew", state="after_commit"))
    assert lines[:3] == ["Ship", "  IO in fresh, after_commit: crew", "    await ship.awaitable_attrs.crew"]


def test_all_of_many_states_are_not_listed() -> None:
    states = ("fresh", "after_commit", "detached")
    lines = written(*(awaited("Ship", "crew", state) for state in states))
    assert lines[1] == "  IO in every state: crew"
    assert lines[-1] == "1 class, 1 attribute, 1 does IO in every state"


def test_the_fix_of_several_classes_is_written_once() -> None:
    text = "\n".join(written(*(result(model, "id", remedy=SESSION) for model in ("Ship", "Port", "Crew"))))
    assert text.count(SESSION) == 1
    assert text.count("fix 1, below") == 3
    assert f"Fix 1, for 3 classes\n  {SESSION}" in text


def test_the_worst_comes_first_and_errors_are_named() -> None:
    lines = written(
        result("Ship", "crew", "detached", state="detached"),
        result("Ship", "port", "raises")._replace(error="InvalidRequestError"),
        result("Ship", "sleeps", "unknown")._replace(note="its code did not finish"),
        awaited("Ship", "log"),
    )
    assert [line for line in lines[:-1] if re.match(r"  \S.*: ", line)] == [
        "  IO in fresh: log",
        "  raises InvalidRequestError in fresh: port",
        "  DetachedInstanceError in detached: crew",
        "  unknown in fresh: sleeps",
    ]
    assert "    its code did not finish" in lines


def test_verdicts_that_differ_between_rows_are_written() -> None:
    lines = written(
        result("Ship", "port", "none", row=1), result("Ship", "port", row=2), result("Ship", "port", "none", row=3)
    )
    assert "  IO in fresh, on 1 of 3 rows (8): port" in lines
    (problem,) = problems_of([result("Ship", "port", "io" if row > 1 else "none", row=row) for row in range(1, 9)])
    assert problem.outcome.rows == "7 of 8 rows (8; 9; 10; …)"


def test_classes_of_which_nothing_was_checked_are_named_with_the_reason() -> None:
    lines = written(CheckResult("Ghost", note="no rows"), CheckResult("Shade", note="no rows"), awaited("Ship", "crew"))
    assert lines[-4:-1] == ["Not checked", "  no rows: Ghost, Shade", ""]


@pytest.mark.parametrize("width", [40, 60, WIDTH, 100])
def test_no_line_is_too_wide(width: int) -> None:
    option = f"select(Ship).options({', '.join(f'selectinload(Ship.{name})' for name in LONG)})"
    results = [
        *(awaited("Ship", name) for name in LONG),
        result("Ship", "x" * 120, remedy=option),
        result("Port", "id", remedy=option),
        result("Crew", "id", remedy=option),
        CheckResult("Ghost" * 9, note="a reason that is long " * 9),
    ]
    lines = [*as_text(results, Paper(width))]
    assert max(map(len, lines)) <= width
    squeezed = re.sub(r"\s", "", "".join(lines))
    assert all(name in squeezed for name in LONG), "and nothing is lost"
    assert re.sub(r"\s", "", option) in squeezed


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (StringIO(), {}, Paper(80)),
        (StringIO(), {"COLUMNS": "50"}, Paper(80)),
        (Terminal(), {"COLUMNS": "60"}, Paper(60, has_colors=True)),
        (Terminal(), {"COLUMNS": "20"}, Paper(40, has_colors=True)),
        (Terminal(), {"COLUMNS": "300"}, Paper(100, has_colors=True)),
        (Terminal(), {"COLUMNS": "80", "NO_COLOR": "1"}, Paper(80)),
        (Terminal(), {"COLUMNS": "80", "NO_COLOR": ""}, Paper(80, has_colors=True)),
        (Terminal(), {"COLUMNS": "80", "TERM": "dumb"}, Paper(80)),
    ],
)
def test_colours_and_width_are_those_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, stream: StringIO, environment: dict[str, str], expected: Paper
) -> None:
    for name in ("NO_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Paper.of(stream) == expected


def test_colours_change_nothing_but_the_colour() -> None:
    results = [awaited("Ship", "crew"), *(result(model, "id", remedy=SESSION) for model in ("Ship", "Port"))]
    plain, coloured = "\n".join(written(*results)), "\n".join(as_text(results, Paper(has_colors=True)))
    assert "\x1b[31mIO\x1b[0m" in coloured
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


@pytest.mark.parametrize(
    ("results", "summary"),
    [
        ([result("Ship", "crew")], "1 class, 1 attribute, 1 does IO in fresh"),
        (
            [result("Ship", "crew", state=state) for state in ("fresh", "after_commit")]
            + [result("Port", "ships", "raises", state=state) for state in ("fresh", "after_commit")]
            + [result("Port", "id", state="after_commit")],
            (
                "2 classes, 3 attributes, 1 does IO in fresh, 2 do IO in after_commit, 1 raises in fresh, "
                "1 in after_commit"
            ),
        ),
        ([result("Ship", "crew", row=row) for row in (1, 2)], "1 class, 1 attribute, 1 does IO in fresh"),
    ],
)
def test_the_summary_counts_attributes_and_not_rows(results: list[CheckResult], summary: str) -> None:
    assert summary_of(results) == summary
