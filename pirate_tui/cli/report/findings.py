"""Turn results into findings: one for each attribute and what goes wrong with it, in whatever states. Pure.

Those formats write them that other programs show beside the code.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from pirate_tui.cli.report.results import DETACHED, IO, LINT, NEW, RAISES, UNKNOWN, CheckResult
from pirate_tui.domain.lints import LINT_RULES, Rule


ERRORS = "https://docs.sqlalchemy.org/en/21/errors.html"

RELATIONSHIPS = "https://docs.sqlalchemy.org/en/21/orm/queryguide/relationships.html"

RULES = {
    rule.name: rule
    for rule in (
        Rule(
            IO,
            "a plain access does IO",
            "A plain access needs a statement, so it raises MissingGreenlet on an async engine.",
            f"{ERRORS}#error-xd2s",
        ),
        Rule(
            RAISES,
            "a plain access raises",
            "A plain access raises without a statement: raiseload forbids the load, or code of the model raises.",
            f"{RELATIONSHIPS}#preventing-unwanted-lazy-loads-using-raiseload",
        ),
        Rule(
            DETACHED,
            "a plain access needs a session",
            "A plain access needs a session, and the instance has none: DetachedInstanceError.",
            f"{ERRORS}#error-bhk3",
        ),
        Rule(
            UNKNOWN,
            "it is unknown what a plain access does",
            "A plain access runs code of the model that did not finish.",
            f"{ERRORS}#error-xd2s",
        ),
    )
}
"""The rules of verdicts, by name."""


class Finding(NamedTuple):
    """What goes wrong with an attribute."""

    model: str
    attribute: str
    rule: Rule
    message: str
    """A sentence that names the attribute."""
    fix: str
    """The code to write instead; empty where there is none."""
    states: tuple[str, ...]
    file: str | None
    line: int | None
    is_known: bool = False
    """Whether the baseline has it."""
    ignored: str | None = None
    """Why the project ignores it; None where it does not."""
    fails: bool = False
    """Whether it makes the exit code 5."""

    @property
    def name(self) -> str:
        """The attribute: `Order.items`."""
        return f"{self.model}.{self.attribute}"

    @property
    def is_open(self) -> bool:
        """Whether the project has neither accepted nor ignored it."""
        return not self.is_known and self.ignored is None


class Unchecked(NamedTuple):
    """A class that was not checked, and why."""

    model: str
    reason: str
    is_missing: bool
    """Whether it could not be checked; False where it only has no rows."""


class CheckReport(NamedTuple):
    """What a format writes."""

    results: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]
    unchecked: tuple[Unchecked, ...]
    summary: str
    has_baseline: bool
    must_know: bool
    """Whether the build fails on a class that could not be checked."""


def findings_of(results: Sequence[CheckResult]) -> tuple[Finding, ...]:
    """Return the findings, in the order of the results."""
    alike = defaultdict[tuple[object, ...], list[CheckResult]](list)
    for result in results:
        if result.is_problem:
            judged = (result.baseline, result.ignored, result.fails)
            alike[result.model, result.attribute, result.verdict, result.error, *judged].append(result)
    return tuple(map(_finding, alike.values()))


def unchecked_of(results: Sequence[CheckResult]) -> tuple[Unchecked, ...]:
    """Return the classes of which no attribute was checked."""
    return tuple(
        Unchecked(result.model, result.note or "", not result.is_checked)
        for result in results
        if result.attribute is None and not result.is_linted_class
    )


def rule_of(result: CheckResult) -> Rule:
    """Return the rule of a result that goes wrong."""
    rules = LINT_RULES if result.state == LINT else RULES
    return rules[result.verdict or ""]


def _finding(results: Sequence[CheckResult]) -> Finding:
    first, rule = results[0], rule_of(results[0])
    states = tuple(dict.fromkeys(result.state or "" for result in results))
    title = f"{rule.title} {first.error}" if rule.name == RAISES and first.error else rule.title
    message = f"{title} in {', '.join(states)}{f'; {first.note}' if first.note else ''}"
    return Finding(
        first.model,
        first.attribute or "",
        rule,
        f"{first.model}.{first.attribute}: {first.note if first.state == LINT else message}",
        first.remedy or "",
        states,
        first.file,
        first.line,
        is_known=first.baseline is not None and first.baseline != NEW,
        ignored=first.ignored,
        fails=first.fails,
    )
