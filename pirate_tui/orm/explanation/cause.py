"""Define what each cause of a failure provides."""

from abc import ABC, abstractmethod

import sqlalchemy

from pirate_tui.domain.remedy import Remedy
from pirate_tui.orm.explanation.evidence import Evidence


VERSION = sqlalchemy.__version__.split(".")
DOCUMENTATION = f"https://docs.sqlalchemy.org/en/{VERSION[0]}{VERSION[1]}/"
ERROR_PAGES = f"https://sqlalche.me/e/{VERSION[0]}{VERSION[1]}/"
"""The address of the pages about error codes."""

Fixes = tuple[Remedy, ...]


class Cause(ABC):
    """Why an access raised: when it applies, how it is explained, what helps and what does not.

    docs/adding-a-cause.md shows how to add one. A cause has no state: everything in its texts comes from the evidence.
    """

    @abstractmethod
    def matches(self, evidence: Evidence) -> bool:
        """Whether this is why the access raised, where no cause before it in `CAUSES` matches."""

    @abstractmethod
    def headline(self, evidence: Evidence) -> str:
        """Return what was wrong, to follow "Ship.members of Ship 1 was accessed without await, but "; no full stop."""

    @abstractmethod
    def text(self, evidence: Evidence) -> str:
        """Return why that raised, in a sentence or two that need no knowledge of greenlets."""

    @abstractmethod
    def kind(self, evidence: Evidence) -> str:
        """Return what kind of error was raised, and why that one."""

    @abstractmethod
    def link(self, evidence: Evidence) -> str:
        """Return the address of the matching page in SQLAlchemy's documentation."""

    @abstractmethod
    def fixes(self, evidence: Evidence) -> Fixes:
        """Return what helps, best first; each must hold for all that the access needs, whatever its state."""

    @abstractmethod
    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        """Return what is often tried and does not help here, with the reason; the most frequent first."""
