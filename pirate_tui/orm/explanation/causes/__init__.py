"""List the causes of failures, one class for each, in modules by theme, in the order in which they are tried.

All texts of one cause belong in its class. What several have in common is in an abstract base class; lines of code that
several recommend, or reject, are in `fixes` and `ineffective`. docs/adding-a-cause.md shows how to add one.
"""

from pirate_tui.orm.explanation.cause import Cause
from pirate_tui.orm.explanation.causes.database import LoadingCodeRaised, StatementRefused, Unknown
from pirate_tui.orm.explanation.causes.expiry import (
    Expired,
    ExpiredAlone,
    ExpiredByCall,
    ExpiredByCommit,
    ExpiredByRollback,
    GeneratedValue,
)
from pirate_tui.orm.explanation.causes.loading import (
    ColumnLeftOut,
    DeferredColumn,
    DynamicQuery,
    LazyRelationship,
    SubclassColumn,
    UnloadedColumn,
)
from pirate_tui.orm.explanation.causes.model_code import CodeHangs, CodeQueries, CodeRaises
from pirate_tui.orm.explanation.causes.refusal import Raiseload, WriteOnlyIterated
from pirate_tui.orm.explanation.causes.session import Autoflush, AutoflushFailed, Detached, PendingRollback
from pirate_tui.orm.explanation.evidence import Evidence


CAUSES: tuple[Cause, ...] = (
    CodeHangs(),
    # A MissingGreenlet: what had to be sent, and why.
    Autoflush(),
    CodeQueries(),
    DynamicQuery(),
    ExpiredByCommit(),
    ExpiredByRollback(),
    ExpiredByCall(),
    Expired(),
    LazyRelationship(),
    DeferredColumn(),
    SubclassColumn(),
    GeneratedValue(),
    ExpiredAlone(),
    ColumnLeftOut(),
    UnloadedColumn(),
    # Errors that SQLAlchemy raises before any IO.
    PendingRollback(),
    Detached(),
    Raiseload(),
    WriteOnlyIterated(),
    # All others.
    CodeRaises(),
    AutoflushFailed(),
    StatementRefused(),
    LoadingCodeRaised(),
    Unknown(),
)
"""The first that matches is the cause: what is special stands before what is general. The last one always matches."""


def cause_of(evidence: Evidence) -> Cause:
    """Return the first cause that matches: why an access raised."""
    return next(cause for cause in CAUSES if cause.matches(evidence))
