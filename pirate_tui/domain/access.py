"""What is accessed, how, and in which state it is found."""

from enum import Enum
from typing import NamedTuple

from pirate_tui.domain.rows import Cell, RowKey


class AccessMode(Enum):
    """How an attribute is accessed."""

    SAFE = "safe"
    """Awaited: `await pirate_crew.awaitable_attrs.members`."""
    UNSAFE = "unsafe"
    """Plainly, on the event loop, outside any greenlet: `pirate_crew.members`."""

    @property
    def awaits(self) -> bool:
        """Is the access awaited?"""
        return self is AccessMode.SAFE

    @property
    def how(self) -> str:
        """The access in words."""
        return "awaited" if self.awaits else "plain access"

    @property
    def other(self) -> "AccessMode":
        """The mode that the toggle leads to."""
        return AccessMode.UNSAFE if self is AccessMode.SAFE else AccessMode.SAFE


class AttributeState(Enum):
    """What an instance holds of an attribute just now."""

    LOADED = "loaded"
    UNLOADED = "unloaded"
    EXPIRED = "expired"
    DEFERRED = "deferred"


class Verdict(Enum):
    """What a plain access to an attribute would do just now."""

    NONE = "no IO"
    """Nothing: it is there, or can be known without the database."""
    IO = "IO"
    """A statement would be needed, so MissingGreenlet is raised."""
    RAISES = "raises"
    """It raises by itself, as lazy='raise' does."""
    DETACHED = "detached"
    """It needs a session, and there is none: DetachedInstanceError."""


class AttributeSnapshot(NamedTuple):
    """One attribute of a live instance at one moment, read without IO."""

    name: str
    is_relationship: bool
    state: AttributeState
    value: Cell | None
    """What it holds, or None where nothing is loaded."""
    verdict: Verdict = Verdict.NONE


class InstanceSnapshot(NamedTuple):
    """A live instance at one moment."""

    entity: str
    key: RowKey
    label: str
    """Its class and key: `PirateCrew 1`."""
    state: str
    """SQLAlchemy's word for its object state: persistent, detached, ..."""
    attributes: tuple[AttributeSnapshot, ...]
