"""Find the reports of the probe in a text, which know more than the text. Standard library only."""

import re
from collections.abc import Iterator, Sequence


HEADLINE = re.compile(r"(?:E {1,8}|\[NOTE\] |[\w.]{1,60}: |[A-Z]{4,8}:[\w.]{1,60}:)?(pirate-tui: .{1,2000})$")
"""The first line of a report: as a note, as pytest and rich show one, and as logging does."""

LABELLED = re.compile(r"(?:E {1,8})?(  [a-z][a-z ]{0,9} {1,9}\S.{0,2000})$")
"""A line of a report with its label."""


def reports_in(lines: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the reports of the probe in a text, each once, line by line as they stand there."""
    seen, number = set[tuple[str, ...]](), 0
    while number < len(lines):
        found = HEADLINE.match(lines[number])
        number += 1
        if found is None:
            continue
        report = [found[1]]
        while number < len(lines) and (labelled := LABELLED.match(lines[number])) is not None:
            report.append(labelled[1])
            number += 1
        if len(report) > 1 and tuple(report) not in seen:
            seen.add(tuple(report))
            yield tuple(report)
