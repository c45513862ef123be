"""Explain errors in the model's own code: properties, hybrids, methods, and what they call."""

from sqlalchemy.exc import SQLAlchemyError

from pirate_tui.orm.explanation.cause import DOCUMENTATION, Cause, Fixes
from pirate_tui.orm.explanation.causes.missing_greenlet import LoadCause
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.fixes import awaiting
from pirate_tui.orm.explanation.ineffective import other_ways_to_read
from pirate_tui.orm.user_code.foreign import error_name
from pirate_tui.orm.user_code.time_limit import Hanging


class CodeFails(Cause):
    """Code that fails by itself, so that no loader strategy helps."""

    def link(self, evidence: Evidence) -> str:
        return DOCUMENTATION

    def fixes(self, evidence: Evidence) -> Fixes:
        return ()

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        return ()


class CodeHangs(CodeFails):
    """Code that did not end, and was interrupted."""

    def matches(self, evidence: Evidence) -> bool:
        return isinstance(evidence.error, Hanging)

    def headline(self, evidence: Evidence) -> str:
        return "its code did not finish, and was interrupted"

    def text(self, evidence: Evidence) -> str:
        access = evidence.access
        return (
            f"{access.name} runs model code ({access.attribute.kind.value}), which did not finish and was interrupted. "
            "It runs on the event loop: meanwhile, no other task of the program can run."
        )

    def kind(self, evidence: Evidence) -> str:
        return "Not an error of SQLAlchemy: pirate-tui interrupted the code, after --attribute-timeout seconds."


class CodeQueries(LoadCause):
    """Code that has queried the session itself, and read no attribute."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return evidence.runs_code and evidence.read is None

    def state(self, evidence: Evidence) -> str:
        return "its code queries the database itself"

    def headline(self, evidence: Evidence) -> str:
        return f"{self.state(evidence)}, and only awaited code can wait for that"

    def reason(self, evidence: Evidence) -> str:
        return f"No attribute of {evidence.wanted.label} is the cause: that code emits a SELECT"

    def fixes(self, evidence: Evidence) -> Fixes:
        return awaiting(evidence.access)

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        return other_ways_to_read(evidence.access)


class CodeRaises(CodeFails):
    """Code that has raised an error of its own."""

    def matches(self, evidence: Evidence) -> bool:
        return evidence.runs_code and not isinstance(evidence.error, SQLAlchemyError)

    def headline(self, evidence: Evidence) -> str:
        return f"its code raised {evidence.error_line}"

    def text(self, evidence: Evidence) -> str:
        access = evidence.access
        kind, raised = access.attribute.kind.value, error_name(evidence.error)
        return f"{access.name} runs model code ({kind}), which raised {raised}."

    def kind(self, evidence: Evidence) -> str:
        return "An error in the model's own code: no IO was needed, and no loader strategy helps."
