"""Write findings as Markdown: for a comment, or the summary of a job."""

from collections.abc import Iterator

from pirate_tui.cli.report.findings import CheckReport, Finding
from pirate_tui.domain.markdown import code_span, escaped, table_row


def as_markdown(report: CheckReport) -> Iterator[str]:
    """Yield the lines: a heading, the summary, and a table of what is neither known nor ignored."""
    yield "### pirate-tui check"
    yield ""
    yield escaped(report.summary)
    findings = [finding for finding in report.findings if finding.is_open]
    if findings:
        yield ""
        yield table_row(("attribute", "finding", "fix", "where"))
        yield table_row(["---"] * 4)
        yield from map(_row, findings)
    if report.unchecked:
        yield ""
        yield from (f"- not checked: {_code(one.model)}, {escaped(one.reason)}" for one in report.unchecked)


def _row(finding: Finding) -> str:
    mark = "**fails:** " if finding.fails else ""
    message = finding.message.removeprefix(f"{finding.name}: ")
    fix = "<br>".join(map(_code, finding.fix.splitlines()))
    where = "" if finding.file is None else _code(f"{finding.file}:{finding.line}")
    return table_row((_code(finding.name), f"{mark}{escaped(message)}", fix, where))


def _code(text: str) -> str:
    """Return code for a cell, where GitHub takes a | in it for the cell's end unless it is escaped."""
    return code_span(text).replace("|", "\\|") if text else ""
