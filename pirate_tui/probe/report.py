"""Write a report: what went wrong in a sentence, the lines of the program that led to it, and what to write instead."""

from typing import NamedTuple

from pirate_tui.domain.text import clean, redact
from pirate_tui.probe.places import Place


SOURCE_LIMIT = 100
"""The most characters of a line of source."""

LINE_LIMIT = 1_000
"""The most characters of a line of a report."""

LABEL = 10
"""The width of the labels."""

UNKNOWN = "unknown"


Line = tuple[str, str]
"""A line of a report: label and text."""


class Report(NamedTuple):
    """The explanation of an error."""

    headline: str
    """What went wrong, in a sentence or two."""
    short: str
    """The same in a few words, for the error's own message."""
    lines: tuple[Line, ...]
    """What led to it, and what helps."""
    attribute: str = ""
    """The class and the attribute: `Order.items`; empty where it is about none."""
    instance: str = ""
    """Class and key of the instance: `Order 1`; empty likewise."""
    subject: tuple[object, ...] = ()
    """What it is about; the same for the same error at the same line."""

    @property
    def text(self) -> str:
        """The whole report, safe to print."""
        lines = (f"  {label:{LABEL}}{text}" for label, text in self.lines)
        return "\n".join(map(_safe, (f"pirate-tui: {self.headline}", *lines)))

    @property
    def bracket(self) -> str:
        """The text that is appended to the error's own message."""
        return _safe(f"[pirate-tui: {self.short}]")


def _safe(line: str) -> str:
    """Return a line without secrets and control characters; not even names of the user's make it too long."""
    return clean(redact(line[: LINE_LIMIT * 2]), LINE_LIMIT)


def line_of(place: Place | None, more: str = "") -> str:
    """Return a line of the program with its source; "unknown" without one."""
    if place is None:
        return UNKNOWN
    source = redact(place.source)  # before it is cut, or half of a password would be left
    quoted = f"   `{clean(source, SOURCE_LIMIT)}`" if source else ""
    return f"{place}{quoted}{more}"
