"""Explain MissingGreenlets: something had to be sent, and a plain line cannot wait for it."""

from abc import abstractmethod

from sqlalchemy.exc import MissingGreenlet, SQLAlchemyError

from pirate_tui.orm.errors import MISSING_GREENLET
from pirate_tui.orm.explanation.cause import ERROR_PAGES, Cause
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.user_code.foreign import class_name


GREENLET = (
    "which must be awaited. SQLAlchemy can wait for the driver only inside the greenlet that `await session...` "
    "starts; your line ran outside it."
)
"""Why a statement that is due cannot be sent: the rest of a sentence."""

CANNOT_WAIT = "loading it needs the database, and only awaited code can wait for that"
"""The same in a headline."""


class MissingGreenletCause(Cause):
    """A statement that had to be sent where nothing could await it."""

    def kind(self, evidence: Evidence) -> str:
        error = evidence.error
        if isinstance(error, MissingGreenlet):
            return "A bare MissingGreenlet: SQLAlchemy raises it when this driver attempts IO outside a greenlet."
        if not isinstance(error, SQLAlchemyError):
            return f"A {class_name(type(error))} raised by other code because of a MissingGreenlet."
        return (
            f"A {type(error).__name__} around a MissingGreenlet: the engine wraps what a driver raises before a "
            "statement has begun, so `except MissingGreenlet` does not catch it. Test error.code == "
            f"'{MISSING_GREENLET}', which both have."
        )

    def link(self, evidence: Evidence) -> str:
        return ERROR_PAGES + MISSING_GREENLET


class LoadCause(MissingGreenletCause):
    """Why something was not loaded, so that a plain access to it had to load it."""

    @abstractmethod
    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        """Whether this is why it was not loaded, where no cause before it in `CAUSES` matches."""

    @abstractmethod
    def state(self, evidence: Evidence) -> str:
        """Return in a few words what was wrong with its value: "it is not loaded"."""

    @abstractmethod
    def reason(self, evidence: Evidence) -> str:
        """Return why it was not loaded and that a SELECT is due, to be followed by ", which must be awaited ..."."""

    def matches(self, evidence: Evidence) -> bool:
        return evidence.is_missing_greenlet and self.is_why_not_loaded(evidence)

    def headline(self, evidence: Evidence) -> str:
        return f"{self.state(evidence)}: {CANNOT_WAIT}"

    def text(self, evidence: Evidence) -> str:
        access, reason = evidence.access, self.reason(evidence)
        if evidence.runs_code:
            read = f"reads {evidence.read.name}" if evidence.read else "queries the session itself"
            reason = f"{access.name} runs model code ({access.attribute.kind.value}) that {read}. {reason}"
        return f"{reason}, {GREENLET}"
