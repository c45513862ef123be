"""Write the lints of mappings for a person: by class, each with its reason and its fix, and a link for each rule."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pirate_tui.cli.report.paper import Paper, Style
from pirate_tui.cli.report.problems import by_class
from pirate_tui.cli.report.results import NEW, CheckResult
from pirate_tui.domain.lints import LINT_RULES
from pirate_tui.domain.text import plural


def lints_as_text(results: Sequence[CheckResult], paper: Paper, *, has_baseline: bool) -> Iterator[str]:
    """Yield the lines of the report, without what the project has accepted or ignores."""
    shown = [result for result in results if result.attribute and result.is_open]
    for name, some in by_class(shown).items():
        yield paper.styled(name, Style.HEADING)
        for result in some:
            yield f"  {result.attribute}: {paper.styled(result.verdict or '', Style.OTHER)}"
            yield from paper.wrapped(result.note or "", "    ", "    ")
            for line in (result.remedy or "").splitlines():
                yield from (paper.styled(part, Style.FIX) for part in paper.wrapped(line, "    ", "        "))
        yield ""
    for rule in LINT_RULES:
        if any(result.verdict == rule for result in shown):
            yield f"{paper.styled(rule, Style.HEADING)}: {LINT_RULES[rule].title}"
            yield f"  {LINT_RULES[rule].link}"
            yield ""
    unchecked = [result for result in results if not result.is_checked]
    if unchecked:
        yield paper.styled("Not linted", Style.HEADING)
        for result in unchecked:
            yield from paper.wrapped(f"{result.model}: {result.note}", "  ", "    ")
        yield ""
    yield from paper.wrapped(lint_summary(results, has_baseline=has_baseline), "", "  ")


def lint_summary(results: Sequence[CheckResult], *, has_baseline: bool = False) -> str:
    """Return the numbers: `9 classes, 3 lints: 2 noload, 1 lazy-read, 1 new since the baseline`."""
    lints = [result for result in results if result.is_problem and result.ignored is None]
    counted = Counter(result.verdict for result in lints)
    rules = ", ".join(f"{counted[rule]:,} {rule}" for rule in LINT_RULES if counted[rule])
    classes = sum(result.is_linted_class for result in results)
    parts = [f"{plural(classes, 'class', 'classes')}, {plural(len(lints), 'lint')}{f': {rules}' if rules else ''}"]
    if has_baseline:
        new = sum(result.baseline == NEW for result in lints)
        parts.append(f"{new:,} new since the baseline" if new else "none new since the baseline")
    if ignored := sum(result.ignored is not None for result in results):
        parts.append(f"{ignored:,} ignored")
    return ", ".join(parts)
