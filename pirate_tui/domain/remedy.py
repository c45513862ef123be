"""Describe what helps against a failure, as code, and whether that is proved."""

from enum import Enum
from typing import NamedTuple


class Applies(Enum):
    """Where the code of a remedy belongs, which decides how it can be tried."""

    BEFORE = "before the access"
    INSTEAD = "instead of the access"
    IN_SELECT = "in the select"
    """It changes the statement that selects the instance."""
    IN_SESSION = "in the session"
    """It changes how the session is made."""
    IN_MAPPING = "in the mapping"
    """It changes the models."""
    IN_ENGINE = "in the engine"
    """It changes how the engine is made."""

    @property
    def can_be_tried(self) -> bool:
        """Whether it can be tried here: the models and the engine stay as they are."""
        return self not in {Applies.IN_MAPPING, Applies.IN_ENGINE}


class Remedy(NamedTuple):
    """A line of code that helps against a failure, and how; or one that people try, and why it does not."""

    code: str
    reason: str
    applies: Applies = Applies.BEFORE


class TrialOutcome(Enum):
    """The outcome of a remedy that was tried on a real row."""

    HELPS = "helps"
    """The access without await then does no IO."""
    FAILS = "does not help"
    NOT_PROVED = "not proved"
    """It changes the models or the engine, which a trial does not do."""
    SKIPPED = "skipped"
    """It would send too many statements, or load too much."""


class Trial(NamedTuple):
    """A remedy that was tried."""

    code: str
    outcome: TrialOutcome
    reason: str = ""
    """Why it does not help, or was not tried to the end."""
