"""Say in one line what `check` has found. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pirate_tui.cli.report.results import DETACHED, IO, NEW, RAISES, UNKNOWN, CheckResult
from pirate_tui.domain.text import plural


DOING = {
    IO: ("does IO", "do IO"),
    RAISES: ("raises", "raise"),
    DETACHED: ("needs a session", "need a session"),
    UNKNOWN: ("is unknown", "are unknown"),
}
"""What attributes do, of one and of several."""


FEW_STATES = 2
"""Up to how many states each is named, also where the numbers are the same."""


def summary_of(results: Sequence[CheckResult], *, has_baseline: bool = False) -> str:
    """Return the numbers: `9 classes, 158 attributes, 12 do IO in fresh, 39 in after_commit`."""
    checked = {(result.model, result.attribute) for result in results if result.attribute}
    classes = {model for model, _ in checked}
    counts = f"{plural(len(classes), 'class', 'classes')}, {plural(len(checked), 'attribute')}"
    return ", ".join((counts, *_verdicts(results), *_accepted(results, has_baseline=has_baseline)))


def _verdicts(results: Sequence[CheckResult]) -> Iterator[str]:
    """Yield how many attributes go wrong in each state."""
    found = {
        (result.verdict, result.state, result.model, result.attribute)
        for result in results
        if result.is_problem and result.ignored is None
    }
    states = states_of(results)
    counted = Counter((verdict, state) for verdict, state, *_ in found)
    if not counted:
        yield "no IO"
    for verdict, (one, many) in DOING.items():
        counts = {state: counted[verdict, state] for state in states if counted[verdict, state]}
        if len(counts) == len(states) and len(states) > FEW_STATES and len({*counts.values()}) == 1:
            counts = {"every state": counts[states[0]]}
        doing = ""
        for state, count in counts.items():
            words = one if count == 1 else many
            yield f"{count:,}{'' if words == doing else ' ' + words} in {state}"
            doing = words


def _accepted(results: Sequence[CheckResult], *, has_baseline: bool) -> Iterator[str]:
    """Yield how many attributes are new since the baseline, and how many are ignored."""
    if has_baseline:
        new = {(result.model, result.attribute) for result in results if result.baseline == NEW}
        yield f"{len(new):,} new since the baseline" if new else "none new since the baseline"
    if ignored := {(result.model, result.attribute) for result in results if result.ignored is not None}:
        yield f"{len(ignored):,} ignored"


def states_of(results: Sequence[CheckResult]) -> list[str]:
    """Return the states that were checked."""
    return list(dict.fromkeys(result.state for result in results if result.state))
