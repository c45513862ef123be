"""Group the results of `check` that go wrong: attributes whose access does the same thing, with the same fix. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pirate_tui.cli.report.results import DETACHED, IO, RAISES, UNKNOWN, CheckResult
from pirate_tui.domain.text import clean


SEVERITY = (IO, RAISES, DETACHED, UNKNOWN)
"""The verdicts of problems, in the order in which they are written."""

MANY_ATTRIBUTES = "<name>"
"""What stands in a fix for the names of several attributes."""

MOST_KEYS = 3
"""How many keys of rows are named."""


class Outcome(NamedTuple):
    """What an access does, and what helps: the same for all attributes of a problem."""

    verdict: str
    error: str
    note: str
    fix: str
    """The code to write instead; of several attributes with a placeholder for their names; empty without one."""
    rows: str = ""
    """On which instances it does so; empty where that is so on all of them."""

    @property
    def words(self) -> str:
        """What an access does: `IO`, `raises ZeroDivisionError`."""
        if self.verdict == RAISES:
            return f"raises {self.error or 'an error'}"
        return {IO: "IO", DETACHED: "DetachedInstanceError"}.get(self.verdict, self.verdict)


class Problem(NamedTuple):
    """Attributes of one class whose access goes wrong in the same way, in the same states."""

    outcome: Outcome
    states: tuple[str, ...]
    attributes: tuple[str, ...]


def by_class(results: Sequence[CheckResult]) -> dict[str, list[CheckResult]]:
    """Return the results of each class, in their order."""
    classes = defaultdict[str, list[CheckResult]](list)
    for result in results:
        classes[result.model].append(result)
    return dict(classes)


def problems_of(results: Sequence[CheckResult]) -> list[Problem]:
    """Return the problems among the results of one class, the worst first; without those accepted or ignored."""
    accesses = defaultdict[tuple[str, str], list[CheckResult]](list)
    for result in results:
        accesses[result.attribute or "", result.state or ""].append(result)
    states = defaultdict[tuple[Outcome, str], list[str]](list)
    for (attribute, state), rows in accesses.items():
        for outcome in _outcomes(rows):
            states[outcome, attribute].append(state)
    alike = defaultdict[tuple[Outcome, tuple[str, ...]], dict[str, str]](dict)
    for (outcome, attribute), its_states in states.items():
        alike[outcome._replace(fix=""), tuple(its_states)][attribute] = outcome.fix
    found = [
        Problem(outcome._replace(fix=fix), when, attributes)
        for (outcome, when), fixes in alike.items()
        for fix, attributes in _by_fix(fixes)
    ]
    return sorted(found, key=lambda problem: SEVERITY.index(problem.outcome.verdict))


def _outcomes(rows: Sequence[CheckResult]) -> list[Outcome]:
    """Return how an access goes wrong, in a state, on all rows or on some."""
    found = defaultdict[Outcome, list[CheckResult]](list)
    for row in rows:
        if row.is_open:
            found[Outcome(row.verdict or "", row.error or "", row.note or "", row.remedy or "")].append(row)
    return [outcome._replace(rows=_which(some, len(rows))) for outcome, some in found.items()]


def _by_fix(fixes: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each fix with its attributes; those that differ in the attribute's name alone are one."""
    count = Counter(fixes.values())
    groups = defaultdict[str, list[str]](list)
    for attribute, fix in fixes.items():
        groups[fix if count[fix] > 1 else _template(fix, attribute)].append(attribute)
    for fix, attributes in groups.items():
        yield fixes[attributes[0]] if len(attributes) == 1 else fix, tuple(attributes)


def _template(fix: str, attribute: str) -> str:
    """Return the fix with a placeholder in place of the attribute's name, where that stands last."""
    places = list(re.finditer(rf"(?<!\w){re.escape(attribute)}(?!\w)", fix))
    return f"{fix[: places[-1].start()]}{MANY_ATTRIBUTES}{fix[places[-1].end() :]}" if places else fix


def _which(some: Sequence[CheckResult], rows: int) -> str:
    if len(some) == rows:
        return ""
    keys = [clean(", ".join(map(str, row.key or ()))) for row in some[:MOST_KEYS]]
    return f"{len(some):,} of {rows:,} rows ({'; '.join(keys)}{'; …' if len(some) > MOST_KEYS else ''})"
