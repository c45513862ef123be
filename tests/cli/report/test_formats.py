"""The formats of `check` that other programs read: valid whatever the names are, and with file and line."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from pirate_tui.cli.report.findings import findings_of
from pirate_tui.cli.report.formats import WRITERS, Format, report_of
from pirate_tui.cli.report.results import CheckResult
from tests.cli.report.standards import check_junit, check_sarif


NASTY = "a\nb\r%::error file=x,line=1::|`<&>\"'\x00\x1b[31m\x85\ufffe]]>é"


def result(attribute: str = "items", verdict: str = "io", **more: Any) -> CheckResult:
    """The result of an access to an attribute of an order."""
    place: dict[str, Any] = {
        "file": "shop/my models.py",
        "line": 31,
        "remedy": f"await order.awaitable_attrs.{attribute}",
    }
    state = more.pop("state", "fresh")
    return CheckResult("Order", (1,), 1, state, attribute, "relationship", verdict)._replace(**{**place, **more})


RESULTS = [
    result(),
    result(state="after_commit"),
    result("customer", baseline="new", fails=True),
    result("notes", baseline="known"),
    result("tags", "raises", error="InvalidRequestError", ignored="never read"),
    result("slow", "unknown", note="its code did not finish", remedy=None, file=None, line=None),
    result("gone", "detached", state="detached", file="/srv/shop models.py"),
    result("id", "none", remedy=None),
    CheckResult("Ghost", note="no rows"),
    CheckResult("Missing", note="no table nowhere", is_checked=False),
]

NASTY_RESULTS = [
    result(
        NASTY, "raises", error=NASTY, note=NASTY, remedy=NASTY, file=NASTY, baseline="new", fails=True, key=(NASTY,)
    ),
    result("items", ignored=NASTY),
    CheckResult(NASTY, note=NASTY, is_checked=False),
    CheckResult(NASTY, note=NASTY),
]


def written(format_: Format, results: list[CheckResult], *, has_baseline: bool = True, must_know: bool = True) -> str:
    """The text of a format."""
    return "\n".join(WRITERS[format_](report_of(results, has_baseline=has_baseline, must_know=must_know)))


def test_an_attribute_in_several_states_is_one_finding() -> None:
    assert [(finding.name, finding.states) for finding in findings_of(RESULTS)][:2] == [
        ("Order.items", ("fresh", "after_commit")),
        ("Order.customer", ("fresh",)),
    ]


@pytest.mark.parametrize("has_baseline", [True, False])
@pytest.mark.parametrize("results", [RESULTS, NASTY_RESULTS, []], ids=["all", "nasty", "none"])
def test_sarif_is_valid(results: list[CheckResult], *, has_baseline: bool) -> None:
    check_sarif(json.loads(written(Format.SARIF, results, has_baseline=has_baseline)))


def test_sarif_says_where_what_is_new_and_what_is_ignored() -> None:
    (run,) = json.loads(written(Format.SARIF, RESULTS))["runs"]
    results = {one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]: one for one in run["results"]}
    assert {name: (one["level"], one["baselineState"], "suppressions" in one) for name, one in results.items()} == {
        "Order.items": ("warning", "new", False),
        "Order.customer": ("error", "new", False),
        "Order.notes": ("note", "unchanged", False),
        "Order.tags": ("note", "unchanged", True),
        "Order.slow": ("warning", "new", False),
        "Order.gone": ("warning", "new", False),
    }
    assert results["Order.items"]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "shop/my%20models.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 31},
    }
    assert "physicalLocation" not in results["Order.slow"]["locations"][0]
    absolute = results["Order.gone"]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert absolute == {"uri": "file:///srv/shop%20models.py"}
    assert results["Order.tags"]["suppressions"] == [{"kind": "external", "justification": "never read"}]
    assert "await order.awaitable_attrs.items" in results["Order.items"]["message"]["text"]
    assert run["invocations"] == [
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {"level": "error", "message": {"text": "Missing was not checked: no table nowhere"}}
            ],
        }
    ]
    (run,) = json.loads(written(Format.SARIF, RESULTS, must_know=False))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize("must_know", [True, False])
@pytest.mark.parametrize("results", [RESULTS, NASTY_RESULTS, []], ids=["all", "nasty", "none"])
def test_junit_is_valid(results: list[CheckResult], *, must_know: bool) -> None:
    check_junit(written(Format.JUNIT, results, must_know=must_know))


def test_junit_fails_what_makes_the_exit_code_five() -> None:
    root = check_junit(written(Format.JUNIT, RESULTS))
    said = {
        (case.get("classname"), case.get("name")): [(child.tag, child.get("message")) for child in case]
        for case in root.iter("testcase")
    }
    assert said == {
        ("Order", "items (fresh)"): [("skipped", "a plain access does IO, which nothing fails on")],
        ("Order", "items (after_commit)"): [("skipped", "a plain access does IO, which nothing fails on")],
        ("Order", "customer (fresh)"): [("failure", "a plain access does IO")],
        ("Order", "notes (fresh)"): [("skipped", "a plain access does IO, which the baseline accepts")],
        ("Order", "tags (fresh)"): [("skipped", "a plain access raises InvalidRequestError, ignored: never read")],
        ("Order", "slow (fresh)"): [("error", "it is unknown what a plain access does")],
        ("Order", "gone (detached)"): [("skipped", "a plain access needs a session, which nothing fails on")],
        ("Order", "id (fresh)"): [],
        ("Ghost", "(class)"): [("skipped", "no rows")],
        ("Missing", "(class)"): [("error", "no table nowhere")],
    }
    (failure,) = root.iter("failure")
    assert failure.text == "shop/my models.py:31\nrow 1\nfix: await order.awaitable_attrs.customer"


def test_junit_has_one_case_for_all_rows_and_the_worst_counts() -> None:
    rows = [result(verdict="none", row=1), result(row=2, fails=True), result(row=3)]
    (case,) = check_junit(written(Format.JUNIT, rows)).iter("testcase")
    assert [child.tag for child in case] == ["failure"]
    (case,) = check_junit(written(Format.JUNIT, [result(verdict="none", fails=True)])).iter("testcase")
    assert [child.get("message") for child in case] == ["the verdict is none"]


def test_github_is_given_what_is_neither_known_nor_ignored() -> None:
    assert written(Format.GITHUB, RESULTS).splitlines() == [
        (
            "::warning file=shop/my models.py,line=31,title=Order.items%3A a plain access does IO::"
            "Order.items: a plain access does IO in fresh, after_commit%0Aawait order.awaitable_attrs.items"
        ),
        (
            "::error file=shop/my models.py,line=31,title=Order.customer%3A a plain access does IO::"
            "Order.customer: a plain access does IO in fresh%0Aawait order.awaitable_attrs.customer"
        ),
        (
            "::warning title=Order.slow%3A it is unknown what a plain access does::"
            "Order.slow: it is unknown what a plain access does in fresh; its code did not finish"
        ),
        (
            "::warning file=/srv/shop models.py,line=31,title=Order.gone%3A a plain access needs a session::"
            "Order.gone: a plain access needs a session in detached%0Aawait order.awaitable_attrs.gone"
        ),
        "::notice title=pirate-tui check::Ghost was not checked: no rows",
        "::error title=pirate-tui check::Missing was not checked: no table nowhere",
        (
            "::notice title=pirate-tui check::1 class, 7 attributes, 3 do IO in fresh, 1 does IO in after_commit, "
            "1 needs a session in detached, 1 is unknown in fresh, 1 new since the baseline, 1 ignored"
        ),
    ]


def unescaped(command: str) -> tuple[dict[str, str], str]:
    """Properties and message of a workflow command, read as GitHub does."""
    head, _, message = command.removeprefix("::").partition("::")
    properties = dict(part.partition("=")[::2] for part in head.partition(" ")[2].split(","))
    return {name: unquote(value) for name, value in properties.items()}, unquote(message)


def test_github_takes_no_name_for_a_command() -> None:
    lines = written(Format.GITHUB, NASTY_RESULTS[:1]).split("\n")
    assert len(lines) == 2
    properties, message = unescaped(lines[0])
    assert properties.keys() == {"file", "line", "title"}
    assert (properties["file"], properties["line"]) == (NASTY, "31")
    assert message.startswith(f"Order.{NASTY}: a plain access raises")


def test_markdown_is_a_table_of_what_is_neither_known_nor_ignored() -> None:
    lines = written(Format.MARKDOWN, RESULTS).splitlines()
    assert lines[0] == "### pirate-tui check"
    assert lines[4:7] == [
        "| attribute | finding | fix | where |",
        "| --- | --- | --- | --- |",
        (
            r"| `Order.items` | a plain access does IO in fresh, after\_commit | `await order.awaitable_attrs.items` |"
            " `shop/my models.py:31` |"
        ),
    ]
    assert lines[7].startswith("| `Order.customer` | **fails:** a plain access does IO in fresh |")
    assert len(lines) == 4 + 2 + 4 + 1 + 2
    assert lines[-2:] == ["- not checked: `Ghost`, no rows", "- not checked: `Missing`, no table nowhere"]


def test_markdown_keeps_a_bar_of_a_name_inside_its_cell() -> None:
    (row,) = written(Format.MARKDOWN, [result("a|b", remedy="x | y")]).splitlines()[6:7]
    assert row == r"| `Order.a\|b` | a plain access does IO in fresh | `x \| y` | `shop/my models.py:31` |"


def test_nothing_but_a_heading_where_all_is_well() -> None:
    assert written(Format.MARKDOWN, [result("id", "none")], has_baseline=False).splitlines() == [
        "### pirate-tui check",
        "",
        "1 class, 1 attribute, no IO",
    ]


def test_every_format_but_those_of_the_check_itself_has_a_writer() -> None:
    assert {*Format} - WRITERS.keys() == {Format.TABLE, Format.JSONL}
    assert Path(__file__).name == "test_formats.py"
