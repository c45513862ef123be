"""Decide which results of `check` fail the build: by verdict, by the baseline, and by what the project ignores."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pirate_tui.cli.report.baseline import RECORDED, BaselineEntry, read_baseline, write_baseline
from pirate_tui.cli.report.ignoring import Ignorable, Ignore, read_ignores
from pirate_tui.cli.report.results import IO, KNOWN, LINT, NEW, RAISES, UNKNOWN, CheckResult
from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.lints import LINT_RULES


MENDED = frozenset({IO, RAISES, LINT})
"""What a baseline fails on, where it is not in it: accesses with these verdicts, and lints."""


class Rules(NamedTuple):
    """What the command line says about failing."""

    fail_on: frozenset[str] = frozenset()
    """Verdicts."""
    baseline: Path | None = None
    update_baseline: Path | None = None
    config: Path | None = None

    @property
    def accepted(self) -> Path | None:
        """The baseline, whether it is held against or written."""
        return self.baseline or self.update_baseline

    @property
    def must_know(self) -> bool:
        """Whether what was not checked has not passed."""
        return bool(self.fail_on) or self.accepted is not None


class Scope(NamedTuple):
    """What was checked."""

    models: frozenset[str]
    """All classes that there are."""
    accesses: frozenset[tuple[str, str, str]]
    """Class, state and attribute of every result."""
    states: frozenset[tuple[str, str]]
    """Class and state of every result."""
    has_all_models: bool = True
    has_all_kinds: bool = True
    """Whether attributes of every kind were to be checked."""

    @classmethod
    def of(
        cls, results: Iterable[CheckResult], models: Iterable[str], *, has_all_models: bool, has_all_kinds: bool
    ) -> "Scope":
        """Return what the results are of."""
        accesses = frozenset((one.model, one.state or "", one.attribute or "") for one in results)
        states = frozenset((model, state) for model, state, _ in accesses)
        return cls(frozenset(models), accesses, states, has_all_models, has_all_kinds)

    def covers(self, entry: BaselineEntry) -> bool:
        """Whether the access of an entry would have been found, if it still went wrong."""
        if entry.model not in self.models:
            return True
        if not self.has_all_kinds:
            return (entry.model, entry.state, entry.attribute) in self.accesses
        return (entry.model, entry.state) in self.states


class Judge:
    """Judges results, and knows afterwards what of the baseline is gone, and which ignores were for nothing.

    Raises `StartupError` where a file cannot be read.
    """

    def __init__(self, rules: Rules, known: Ignorable) -> None:
        self._rules = rules
        path = rules.accepted
        self._accepted = frozenset[BaselineEntry]()
        if path is not None and (rules.baseline is not None or path.exists()):
            self._accepted = _accepted(path, is_updated=rules.baseline is None)
        self._failing = rules.fail_on | (MENDED if rules.baseline else frozenset())
        self._ignores = () if rules.config is None else read_ignores(rules.config, known)
        self._used = set[Ignore]()

    def judged(self, result: CheckResult) -> CheckResult:
        """Return the result with what the baseline and the ignores say about it, and whether it fails the build."""
        if not result.is_problem:
            return result._replace(fails=result.verdict in self._failing)
        entry = entry_of(result)
        ignore = next((one for one in self._ignores if one.matches(*entry)), None)
        if ignore is not None:
            self._used.add(ignore)
            return result._replace(ignored=ignore.reason)
        baseline = None
        if self._rules.accepted is not None and _is_recorded(entry):
            baseline = KNOWN if entry in self._accepted else NEW
        return result._replace(baseline=baseline, fails=self._is_failing(entry) and baseline != KNOWN)

    def _is_failing(self, entry: BaselineEntry) -> bool:
        """Whether an access or a lint fails the build where no baseline has it."""
        return (LINT if entry.state == LINT else entry.verdict) in self._failing

    def gone(self, results: Sequence[CheckResult], scope: Scope) -> list[BaselineEntry]:
        """Return the entries of the baseline for which the check has found nothing any more, sorted."""
        found = {entry_of(result) for result in results if result.is_problem}
        unknown = _unknown(results)
        return sorted(entry for entry in self._accepted - found if scope.covers(entry) and entry[:3] not in unknown)

    def unused(self, scope: Scope) -> list[Ignore]:
        """Return the ignores that match nothing, though they might have."""
        if not (scope.has_all_models and scope.has_all_kinds):
            return []
        states = {state for _, state in scope.states}
        return [one for one in self._ignores if one not in self._used and _might_match(one, states)]

    def update(self, results: Sequence[CheckResult], scope: Scope) -> tuple[int, int, int]:
        """Write the baseline; return how many entries it has, how many are new, and how many were taken out.

        What was not checked this time, or is unknown, stays in it. Raises `StartupError` where it cannot be written.
        """
        path = self._rules.update_baseline
        assert path is not None, "asked for"  # noqa: S101
        found = {entry_of(result) for result in results if result.is_problem and result.ignored is None}
        recorded = frozenset(filter(_is_recorded, found))
        unknown = _unknown(results)
        kept = frozenset(entry for entry in self._accepted if not scope.covers(entry) or entry[:3] in unknown)
        entries = recorded | kept
        write_baseline(path, entries)
        return len(entries), len(entries - self._accepted), len(self._accepted - entries)


def entry_of(result: CheckResult) -> BaselineEntry:
    """Return what a result is known by in a baseline."""
    return BaselineEntry(result.model, result.attribute or "", result.state or "", result.verdict or "")


def _is_recorded(entry: BaselineEntry) -> bool:
    return entry.state == LINT or entry.verdict in RECORDED


def _might_match(ignore: Ignore, states: set[str]) -> bool:
    """Whether an ignore is about what was checked: accesses in these states, or lints."""
    if LINT in states and ignore.verdicts:
        return not LINT_RULES.keys().isdisjoint(ignore.verdicts)
    if ignore.verdicts and LINT_RULES.keys() >= set(ignore.verdicts):
        return False
    return not ignore.states or not states.isdisjoint(ignore.states)


def _accepted(path: Path, *, is_updated: bool) -> frozenset[BaselineEntry]:
    try:
        return read_baseline(path)
    except StartupError as error:
        if not is_updated:
            raise
        raise StartupError(error.exit_code, f"{error.message}; it is left as it is: name another file") from error


def _unknown(results: Sequence[CheckResult]) -> set[tuple[str, str | None, str | None]]:
    """Return class, attribute and state of the accesses whose outcome was not found out."""
    return {(result.model, result.attribute, result.state) for result in results if result.verdict == UNKNOWN}
