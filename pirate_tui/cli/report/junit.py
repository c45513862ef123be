"""Write results as JUnit XML: a suite for each class, a test case for each attribute and state.

What makes the exit code 5 is a failure; what goes wrong otherwise is skipped, with the reason; the rest has passed.
"""

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from pirate_tui.cli.report.findings import CheckReport, rule_of
from pirate_tui.cli.report.problems import by_class
from pirate_tui.cli.report.results import KNOWN, LINT, RAISES, UNKNOWN, CheckResult
from pirate_tui.domain.text import clean


FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets)."""

NOT_CHECKED = "(class)"
"""The test case of a class that was not checked, or was linted."""


def as_junit(report: CheckReport) -> Iterator[str]:
    """Yield the document."""
    root = ET.Element("testsuites", name="pirate-tui check")
    for name, results in by_class(report.results).items():
        root.append(_suite(name, results, must_know=report.must_know))
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ET.indent(root)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield ET.tostring(root, encoding="unicode")


def _suite(name: str, results: Sequence[CheckResult], *, must_know: bool) -> ET.Element:
    cases = dict[str, list[CheckResult]]()
    for result in results:
        cases.setdefault(_name(result), []).append(result)
    suite = ET.Element("testsuite", name=_legal(name))
    for name_of_case, rows in cases.items():
        suite.append(_case(name_of_case, rows, must_know=must_know))
    suite.set("tests", str(len(cases)))
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(len(suite.findall(f"testcase/{tag}"))))
    return suite


def _name(result: CheckResult) -> str:
    """Return the name of a test case: that of an attribute, in a state, or with a lint."""
    if result.attribute is None:
        return NOT_CHECKED
    return f"{result.attribute} ({result.verdict if result.state == LINT else result.state})"


def _case(name: str, rows: Sequence[CheckResult], *, must_know: bool) -> ET.Element:
    """Return the test case of an access; of several rows the worst counts."""
    worst = next((row for row in rows if row.fails), next((row for row in rows if row.is_problem), rows[0]))
    case = ET.Element("testcase", classname=_legal(worst.model), name=_legal(name))
    if worst.attribute is None and not worst.is_linted_class:
        tag = "error" if not worst.is_checked and must_know else "skipped"
        ET.SubElement(case, tag, message=_legal(worst.note or ""))
    elif worst.fails:
        failure = ET.SubElement(case, "failure", type=worst.verdict or "", message=_legal(_title(worst)))
        failure.text = _legal(_text(worst))
    elif worst.is_problem:
        is_error = worst.verdict == UNKNOWN and worst.ignored is None and must_know
        message = _title(worst) + ("" if is_error else _accepted(worst))
        ET.SubElement(case, "error" if is_error else "skipped", message=_legal(message))
    return case


def _title(result: CheckResult) -> str:
    if not result.is_problem:
        return f"the verdict is {result.verdict}"
    title = rule_of(result).title
    return f"{title} {result.error}" if result.verdict == RAISES and result.error else title


def _accepted(result: CheckResult) -> str:
    if result.ignored is not None:
        return f", ignored: {result.ignored}"
    return ", which the baseline accepts" if result.baseline == KNOWN else ", which nothing fails on"


def _text(result: CheckResult) -> str:
    place = "" if result.file is None else f"{result.file}:{result.line}"
    key = clean(f"row {', '.join(map(str, result.key))}") if result.key else ""
    return "\n".join(
        filter(None, (place, key, result.statement, result.note, f"fix: {result.remedy}" if result.remedy else ""))
    )


def _legal(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)
