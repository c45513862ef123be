"""Explain errors of the database, and any that no other cause matches, by their own messages."""

from abc import abstractmethod

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from pirate_tui.orm.explanation.cause import DOCUMENTATION, ERROR_PAGES, Cause, Fixes
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.user_code.foreign import error_name


class OtherCause(Cause):
    """An error that has nothing to do with waiting: its own message explains it best."""

    @abstractmethod
    def origin(self, evidence: Evidence) -> str:
        """Return in a sentence where the error came from; empty where that is not known."""

    def headline(self, evidence: Evidence) -> str:
        return f"that raised {evidence.error_line}"

    def text(self, evidence: Evidence) -> str:
        raised = f"The access to {evidence.access.name} raised {error_name(evidence.error)}"
        return f"{raised}; the traceback shows where. {self.origin(evidence)}".rstrip()

    def kind(self, evidence: Evidence) -> str:
        return "It is neither a MissingGreenlet nor a loader strategy that forbids lazy loading."

    def link(self, evidence: Evidence) -> str:
        code = evidence.error.code if isinstance(evidence.error, SQLAlchemyError) else None
        return f"{ERROR_PAGES}{code}" if code else DOCUMENTATION

    def fixes(self, evidence: Evidence) -> Fixes:
        return ()

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        return ()


class StatementRefused(OtherCause):
    """A statement that was sent, and that the database or its driver refused."""

    def matches(self, evidence: Evidence) -> bool:
        return isinstance(evidence.error, DBAPIError)

    def origin(self, evidence: Evidence) -> str:
        return "The database or its driver rejected the statement."


class LoadingCodeRaised(OtherCause):
    """A column type or a listener that raised while a row was loaded."""

    def matches(self, evidence: Evidence) -> bool:
        return not isinstance(evidence.error, SQLAlchemyError)

    def origin(self, evidence: Evidence) -> str:
        return "It was raised by a column type or an event listener of the models, while the row was loaded."


class Unknown(OtherCause):
    """An error of SQLAlchemy's that no other cause matches."""

    def matches(self, evidence: Evidence) -> bool:
        return True

    def origin(self, evidence: Evidence) -> str:
        return ""
