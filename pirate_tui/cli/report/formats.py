"""Name the formats that `check` writes, and write them."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum

from pirate_tui.cli.report.findings import CheckReport, findings_of, unchecked_of
from pirate_tui.cli.report.github import as_github
from pirate_tui.cli.report.junit import as_junit
from pirate_tui.cli.report.lints import lint_summary
from pirate_tui.cli.report.markdown import as_markdown
from pirate_tui.cli.report.results import LINT, CheckResult
from pirate_tui.cli.report.sarif import as_sarif
from pirate_tui.cli.report.summary import summary_of


class Format(Enum):
    """A format."""

    TABLE = "table"
    """For people, as text."""
    JSONL = "jsonl"
    """Written result by result."""
    GITHUB = "github"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"


WITH_STATEMENTS = frozenset({Format.JSONL, Format.JUNIT})
"""The formats that write the statements of accesses; for others they are not compiled."""

WRITERS: dict[Format, Callable[[CheckReport], Iterator[str]]] = {
    Format.GITHUB: as_github,
    Format.SARIF: as_sarif,
    Format.JUNIT: as_junit,
    Format.MARKDOWN: as_markdown,
}
"""The formats that other programs read, each written as a whole at the end."""


def report_of(results: Sequence[CheckResult], *, has_baseline: bool, must_know: bool) -> CheckReport:
    """Return what such a format writes."""
    summary = lint_summary if any(result.state == LINT for result in results) else summary_of
    return CheckReport(
        tuple(results),
        findings_of(results),
        unchecked_of(results),
        summary(results, has_baseline=has_baseline),
        has_baseline,
        must_know,
    )
