"""What programs may call: `explain_error`, for error handlers and notebooks. docs/api.md says what is kept stable."""

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from pirate_tui import probe
from pirate_tui.orm.errors import chain
from pirate_tui.orm.user_code.foreign import error_name
from pirate_tui.probe.evidence import StackEvidence, evidence_in
from pirate_tui.probe.explaining import report_of
from pirate_tui.probe.raising import is_explained, reports
from pirate_tui.probe.report import Line, Report


FIXES = ("fix", "or")
"""The labels of lines that say what to write instead."""

MORE = ("more", "pirate_tui.probe.install(), before, would know where it was loaded, expired and closed")


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of an error; `str()` is its text, as the probe adds it to errors."""

    headline: str
    """What went wrong, in a sentence or two."""
    attribute: str = ""
    """The class and the attribute that was accessed: `Order.items`; empty where it is about none."""
    instance: str = ""
    """Class and key of the instance: `Order 1`; empty likewise."""
    lines: tuple[tuple[str, str], ...] = ()
    """What led to it, label and text: `("loaded", "app.py:12   ...")`; "unknown" where that is not known."""
    fixes: tuple[str, ...] = ()
    """Code that helps, best first."""

    @property
    def is_known(self) -> bool:
        """Whether the error is of a kind that is explained, and its traceback shows enough."""
        return bool(self.lines)

    def __str__(self) -> str:
        """Return the whole text: several lines, without a newline at the end."""
        fixes = ((FIXES[number > 0], fix) for number, fix in enumerate(self.fixes))
        return Report(self.headline, "", (*self.lines, *fixes)).text


def explain_error(error: BaseException) -> Explanation:
    """Return what the probe has said about the error, or about any that it came from; else what its traceback shows.

    It sends no statement, and calls no code of models. Without the probe it does not know where an instance was loaded,
    expired or closed, and describes the instance as it is now, not as it was when the error was raised.
    """
    links = tuple(chain(error))
    for link in links:
        if isinstance(link, SQLAlchemyError) and (report := reports.get(link)) is not None:
            return _explanation(report)
    evidence = max(map(evidence_in, links), key=_extent)
    for link in links:
        if is_explained(link) and _extent(evidence) and (report := report_of(link, evidence)) is not None:
            return _explanation(report, () if probe.is_installed() else (MORE,))
    return Explanation(f"{error_name(error)} is none of the errors that are explained, or its traceback is too short.")


def _extent(evidence: StackEvidence) -> int:
    """Return how much a traceback shows: an attribute and the user's line, one of them, or nothing."""
    return 2 * (evidence.attribute is not None) + (evidence.line is not None)


def _explanation(report: Report, more: tuple[Line, ...] = ()) -> Explanation:
    lines = tuple(line for line in report.lines if line[0] not in FIXES)
    fixes = tuple(text for label, text in report.lines if label in FIXES)
    return Explanation(report.headline, report.attribute, report.instance, (*lines, *more), fixes)
