"""Write the problems that `check` has found, for a person: by class, each fix once, narrow enough for any terminal."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pirate_tui.cli.report.paper import Paper, Style
from pirate_tui.cli.report.problems import Problem, by_class, problems_of
from pirate_tui.cli.report.results import IO, CheckResult
from pirate_tui.cli.report.summary import states_of, summary_of


MANY_STATES = 3
"""From how many on they are not listed where all are meant."""


def as_text(results: Sequence[CheckResult], paper: Paper, *, has_baseline: bool = False) -> Iterator[str]:
    """Yield the lines of the report, without what the project has accepted or ignores."""
    classes = by_class(results)
    problems = {name: found for name, some in classes.items() if (found := problems_of(some))}
    writer = ProblemWriter(problems, states_of(results), paper)
    for name in problems:
        yield from writer.class_lines(name)
        yield ""
    yield from writer.shared_lines()
    yield from _unchecked_lines(classes, paper)
    yield from paper.wrapped(summary_of(results, has_baseline=has_baseline), "", "  ")


class ProblemWriter:
    """Writes the problems of all classes; a fix that several of them need is written once, at the end."""

    def __init__(self, problems: Mapping[str, Sequence[Problem]], states: Sequence[str], paper: Paper) -> None:
        self._problems = problems
        self._states = tuple(states)
        self._paper = paper
        classes = Counter(fix for some in problems.values() for fix in {problem.outcome.fix for problem in some})
        shared = [fix for fix in classes if classes[fix] > 1 and fix]
        self._numbers = {fix: number for number, fix in enumerate(shared, start=1)}
        self._classes = classes

    def class_lines(self, name: str) -> Iterator[str]:
        """Yield the problems of one class."""
        yield self._paper.styled(name, Style.HEADING)
        for problem in self._problems[name]:
            yield from self._problem_lines(problem)

    def shared_lines(self) -> Iterator[str]:
        """Yield the fixes that several classes need."""
        for fix, number in self._numbers.items():
            yield self._paper.styled(f"Fix {number}, for {self._classes[fix]:,} classes", Style.HEADING)
            yield from self._code_lines(fix, "  ")
            yield ""

    def _problem_lines(self, problem: Problem) -> Iterator[str]:
        outcome = problem.outcome
        style = Style.IO if outcome.verdict == IO else Style.OTHER
        rows = f", on {outcome.rows}" if outcome.rows else ""
        is_always = problem.states == self._states and len(self._states) >= MANY_STATES
        when = "every state" if is_always else ", ".join(problem.states)
        does = f"{outcome.words} in {when}{rows}: {', '.join(problem.attributes)}"
        first, *others = self._paper.wrapped(does, "  ", "    ")
        yield first.replace(outcome.words, self._paper.styled(outcome.words, style), 1)
        yield from others
        if outcome.note:
            yield from self._paper.wrapped(outcome.note, "    ", "    ")
        if outcome.fix in self._numbers:
            yield "    " + self._paper.styled(f"fix {self._numbers[outcome.fix]}, below", Style.ASIDE)
        else:
            yield from self._code_lines(outcome.fix, "    ")

    def _code_lines(self, fix: str, indent: str) -> Iterator[str]:
        """Yield the lines of a fix, broken where they are too long."""
        for part in fix.splitlines():
            for line in self._paper.wrapped(part, indent, f"{indent}    "):
                yield self._paper.styled(line, Style.FIX)


def _unchecked_lines(classes: Mapping[str, Sequence[CheckResult]], paper: Paper) -> Iterator[str]:
    """Yield the classes of which no attribute could be checked, by the reason why."""
    reasons: dict[str, list[str]] = {}
    for name, results in classes.items():
        if not any(result.attribute for result in results):
            reasons.setdefault(results[0].note or "", []).append(name)
    if reasons:
        yield paper.styled("Not checked", Style.HEADING)
        for reason, names in reasons.items():
            yield from paper.wrapped(f"{reason}: {', '.join(names)}", "  ", "    ")
        yield ""
