"""Conclude a check: say on stderr what fails, and return the exit code."""

from collections import Counter
from collections.abc import Iterable, Sequence

from pirate_tui.cli.check_options import CheckOptions
from pirate_tui.cli.report.judging import Judge, Scope
from pirate_tui.cli.report.results import UNKNOWN, CheckResult
from pirate_tui.cli.streams import tell
from pirate_tui.domain.failure import BUG, FAILED_ON, NO_DATABASE
from pirate_tui.domain.remedy import TrialOutcome
from pirate_tui.domain.text import clean, plural


MOST_NAMED = 20
"""How many results a message names."""


def conclude(order: CheckOptions, judge: Judge, results: Sequence[CheckResult], scope: Scope) -> int:
    """Write messages about the results to stderr, update the baseline, and return the exit code.

    Raises `StartupError` where the baseline cannot be written.
    """
    if order.proves:
        tell(_tried(results))
    if _has_bugs(results):
        return BUG
    _tell_of_files(order, judge, results, scope)
    failing = [result for result in results if result.fails]
    if failing:
        behind = "" if order.rules.baseline is None else f", not in {clean(str(order.rules.baseline))}"
        accesses = {(result.model, result.attribute, result.state, result.verdict) for result in failing}
        words = ("lint", "lints") if order.lints else ("plain access", "plain accesses")
        tell(f"{plural(len(accesses), *words)}{behind}: {_named(failing)}")
    if not _is_known(results, must_know=order.must_know):
        return NO_DATABASE
    if order.rules.update_baseline is not None:
        written, new, gone = judge.update(results, scope)
        changes = f"{new:,} new, {gone:,} gone"
        path = clean(str(order.rules.update_baseline))
        tell(f"wrote {path} with {plural(written, 'entry', 'entries')}: {changes}")
    return FAILED_ON if failing else 0


def _tell_of_files(order: CheckOptions, judge: Judge, results: Sequence[CheckResult], scope: Scope) -> None:
    """Say what of the baseline is gone, and which ignores match nothing."""
    if order.rules.baseline is not None and (gone := judge.gone(results, scope)):
        path = clean(str(order.rules.baseline))
        one = len(gone) == 1
        what = f"{plural(len(gone), 'access', 'accesses')} no longer {'goes' if one else 'go'} wrong"
        tell(f"{path}: {what}: {_listed(map(str, gone))}; --update-baseline removes {'it' if one else 'them'}")
    for ignore in judge.unused(scope):
        tell(f"{clean(str(order.rules.config))}: ignore {clean(str(ignore))} matches nothing")


def _is_known(results: Sequence[CheckResult], *, must_know: bool) -> bool:
    """Say what is not known, and return whether that is enough for an exit code of 0 or 5."""
    unchecked = [result for result in results if not result.is_checked]
    if unchecked and (must_know or len(unchecked) == len(results)):
        tell("not checked: " + "; ".join(f"{result.model}: {result.note}" for result in unchecked))
        return False
    unknown = [result for result in results if result.verdict == UNKNOWN and result.ignored is None]
    if unknown:
        tell(f"unknown, since model code did not finish and was interrupted: {_named(unknown)}")
    return not (unknown and must_know)


def _has_bugs(results: Sequence[CheckResult]) -> bool:
    """Write wrong predictions and failing fixes to stderr, and return whether there are any."""
    wrong = [result for result in results if result.is_wrong]
    if wrong:
        tell(f"{len(wrong)} wrong: {_named(wrong)}; this is a bug in pirate-tui, please report it")
    failing = [(result, fix) for result in results for fix in result.fixes if fix.outcome is TrialOutcome.FAILS]
    if failing:
        named = "; ".join(f"{_named([result])}: {fix.code} ({fix.reason})" for result, fix in failing)
        count = "1 fix does" if len(failing) == 1 else f"{len(failing)} fixes do"
        tell(f"{count} not help: {named}; this is a bug in pirate-tui, please report it")
    return bool(wrong or failing)


def _tried(results: Sequence[CheckResult]) -> str:
    """Return the outcomes of all fixes that were tried, counted."""
    counted = Counter(fix.outcome for result in results for fix in result.fixes)
    outcomes = ", ".join(f"{counted[outcome]:,} {outcome.value}" for outcome in TrialOutcome if counted[outcome])
    return f"fixes tried: {outcomes or 'none'}"


def _named(results: Sequence[CheckResult]) -> str:
    return _listed(f"{result.model}.{result.attribute} ({result.state}: {result.verdict})" for result in results)


def _listed(names: Iterable[str]) -> str:
    """Return the names, each once; of many only the first."""
    once = list(dict.fromkeys(names))
    more = f" and {len(once) - MOST_NAMED:,} more" if len(once) > MOST_NAMED else ""
    return f"{', '.join(once[:MOST_NAMED])}{more}"
