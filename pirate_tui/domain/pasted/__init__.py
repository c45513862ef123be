"""Explain the errors of async SQLAlchemy from the text of a traceback alone: text in, frozen explanations out.

`logs` takes a traceback out of what has wrapped it, `frames` reads it, `reads` finds what its lines of source read,
`errors` and `evidence` say what was wrong as far as text can know, `words` says it with what helps. `reports` finds
what the probe has said already. Standard library only.
"""

import re
from itertools import islice
from typing import NamedTuple

from pirate_tui.domain.pasted.evidence import PastedError, error_without_traceback, errors_in
from pirate_tui.domain.pasted.frames import blocks_of
from pirate_tui.domain.pasted.logs import unwrapped
from pirate_tui.domain.pasted.reports import reports_in
from pirate_tui.domain.pasted.words import Line, headline_of, lines_of
from pirate_tui.domain.text import clean, redact


TEXT_LIMIT = 10_000_000
"""The most characters of a text that is read."""

MOST_ERRORS = 20
"""The most errors of one text that are explained."""

SUBJECT = re.compile(r"\S{1,300} of \S{1,300} [^\s:]{1,300}")
"""How what the probe has put into a message begins: `Order.note of Order 1`."""

LABEL = 10
"""The width of the labels, as in the probe's reports."""


class TextExplanation(NamedTuple):
    """The explanation of one error in a text."""

    headline: str
    """What went wrong, in a sentence."""
    lines: tuple[Line, ...] = ()
    """Where, how sure that is, what helps, and what the text cannot tell: label and text."""
    error: PastedError | None = None
    """What the text shows; None for a report of the probe, which says more."""
    verbatim: tuple[str, ...] = ()
    """A report of the probe that was in the text, as it stood there; else empty."""

    @property
    def text(self) -> str:
        """The whole explanation, safe to print."""
        labelled = (f"  {label:{LABEL}}{text}" for label, text in self.lines)
        lines = self.verbatim or (f"pirate-tui: {self.headline}", *labelled)
        return "\n".join(clean(redact(line), len(line)) for line in lines)


def explain_text(text: str) -> tuple[TextExplanation, ...]:
    """Return the explanations of the errors in a text, in its order, those of the probe first; empty if it has none.

    Takes anything; of what is longer than `TEXT_LIMIT`, the end.
    """
    lines = unwrapped(text[-TEXT_LIMIT:])
    reports = tuple(reports_in(lines))
    places = {word.rpartition("/")[2] for report in reports for line in report for word in line.split()}
    named = " ".join(report[0] for report in reports)
    untold = (one for one in errors_in(blocks_of(lines)) if not _is_told(one, places, named))
    errors = list(islice(untold, MOST_ERRORS))
    if not errors and not reports and (alone := error_without_traceback(lines)) is not None:
        errors.append(alone)
    said = (TextExplanation(report[0].partition(": ")[2], verbatim=report) for report in reports[:MOST_ERRORS])
    return (*said, *(TextExplanation(headline_of(error), lines_of(error), error) for error in errors))


def _is_told(error: PastedError, places: set[str], named: str) -> bool:
    """Whether a report of the probe has it: at its line, or of what the probe has put into its message."""
    is_at_line = error.line is not None and error.line.name in places
    subject = SUBJECT.match(error.probe)
    return is_at_line or (subject is not None and f"pirate-tui: {subject[0]} " in named)
