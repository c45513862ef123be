"""Write every result as a line of a table: `check --all`."""

from collections.abc import Iterator, Sequence

from pirate_tui.cli.report.results import RAISES, CheckResult
from pirate_tui.domain.text import clean


def as_table(results: Sequence[CheckResult], *, proves: bool) -> Iterator[str]:
    """Yield the lines of the table."""
    is_judged = any(result.baseline or result.ignored for result in results)
    optional = (*(("proved",) if proves else ()), *(("accepted",) if is_judged else ()))
    header = ("model", "key", "state", "attribute", "kind", "verdict", *optional, "instead")
    rows = [header, *(_cells(result, proves=proves, is_judged=is_judged) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(str.ljust, row, widths)).rstrip()


def _cells(result: CheckResult, *, proves: bool, is_judged: bool) -> tuple[str, ...]:
    key = "" if result.key is None else clean(", ".join(map(str, result.key)))
    verdict = " ".join(filter(None, (result.verdict, result.error if result.verdict == RAISES else "")))
    proved = ((result.proved or "") + (" WRONG" if result.is_wrong else ""),) if proves else ()
    accepted = (("ignored" if result.ignored else result.baseline or ""),) if is_judged else ()
    behind = result.remedy or result.note or ""
    return (
        result.model,
        key,
        result.state or "",
        result.attribute or "",
        result.kind or "",
        verdict,
        *proved,
        *accepted,
        behind,
    )
