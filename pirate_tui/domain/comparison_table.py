"""Write a comparison of loader strategies as a table in Markdown, for an issue or a pull request. Pure."""

from collections.abc import Iterator

from pirate_tui.domain.comparing import Comparison, LoadMethod, Measurement
from pirate_tui.domain.text import plural


HEADINGS = ("", "strategy", "statements", "rows", "time", "min … max", "loaded")

RIGHT = {"statements", "rows", "time"}
"""The columns of numbers."""


def markdown(comparison: Comparison, recommended: LoadMethod | None) -> str:
    """Return the comparison: a caption, then a line for each strategy that was measured, the best first."""
    what = f"{comparison.entity.name}.{comparison.relationship.name}"
    caption = f"`{what}` of {plural(len(comparison.keys), 'row')}, {comparison.rounds_label}:"
    rule = ("---:" if heading in RIGHT else "---" for heading in HEADINGS)
    measured = (one for one in comparison.ranked(recommended) if one.runs)
    rows = (_cells(comparison, one, "★" if one.way is recommended else "") for one in measured)
    return "\n".join([caption, "", *map(_row, (HEADINGS, tuple(rule), *rows))])


def _cells(comparison: Comparison, measured: Measurement, mark: str) -> tuple[str, ...]:
    last = measured.last
    name, counted = f"`{measured.way.title}`", (f"{last.statements:,}", f"{last.rows:,}")
    if not measured.works:
        return (mark, name, *counted, "", "", f"raises {last.error}")
    loaded = f"{last.instances:,} {comparison.relationship.target}"
    if not measured.counted:
        return (mark, name, *counted, "warm-up", "", loaded)
    least, most = (f"{seconds * 1000:.1f}" for seconds in measured.spread)
    return (mark, name, *counted, f"{measured.seconds * 1000:.1f} ms", f"{least} … {most}", loaded)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(_escaped(cells))} |"


def _escaped(cells: tuple[str, ...]) -> Iterator[str]:
    """Yield the cells with what would end one escaped: names of classes are the user's."""
    return (cell.replace("|", "\\|") for cell in cells)
