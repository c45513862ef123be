"""Write findings as workflow commands of GitHub Actions, which shows them in the changed files of a pull request."""

from collections.abc import Iterator

from pirate_tui.cli.report.findings import CheckReport, Finding, Unchecked


TITLE = "pirate-tui check"


def as_github(report: CheckReport) -> Iterator[str]:
    """Yield a command for each finding that is neither known nor ignored, and one with the summary."""
    for finding in report.findings:
        if finding.is_open:
            yield _annotation(finding)
    for unchecked in report.unchecked:
        yield _missing(unchecked, report)
    yield _command("notice", report.summary, title=TITLE)


def _annotation(finding: Finding) -> str:
    fix = f"\n{finding.fix}" if finding.fix else ""
    place = {} if finding.file is None else {"file": finding.file, "line": str(finding.line)}
    level = "error" if finding.fails else "warning"
    return _command(level, f"{finding.message}{fix}", **place, title=f"{finding.name}: {finding.rule.title}")


def _missing(unchecked: Unchecked, report: CheckReport) -> str:
    level = "error" if unchecked.is_missing and report.must_know else "notice"
    return _command(level, f"{unchecked.model} was not checked: {unchecked.reason}", title=TITLE)


def _command(level: str, message: str, **properties: str) -> str:
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {written}::{_data(message)}"


def _data(text: str) -> str:
    """Escape a message as @actions/toolkit does: a line break would end the command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
