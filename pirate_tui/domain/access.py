"""Name how an attribute is accessed, in which state it is, and what the access would do."""

from enum import Enum
from typing import NamedTuple

from pirate_tui.domain.entity import Entity
from pirate_tui.domain.options import Loader
from pirate_tui.domain.remedy import Remedy
from pirate_tui.domain.rows import Cell, RowKey


class AccessMode(Enum):
    """How an attribute is accessed."""

    SAFE = "safe"
    """Awaited: `await pirate_crew.awaitable_attrs.members`."""
    UNSAFE = "unsafe"
    """Plainly, on the event loop, outside any greenlet: `pirate_crew.members`."""

    @property
    def awaits(self) -> bool:
        """Whether the access is awaited."""
        return self is AccessMode.SAFE

    @property
    def how(self) -> str:
        """The access in words."""
        return "awaited" if self.awaits else "plain access"

    @property
    def other(self) -> "AccessMode":
        """The mode that the toggle leads to."""
        return AccessMode.UNSAFE if self is AccessMode.SAFE else AccessMode.SAFE


class AttributeKind(Enum):
    """What an attribute of a mapped class is, in SQLAlchemy's words."""

    COLUMN = "column"
    DEFERRED = "deferred column"
    COLUMN_PROPERTY = "column_property"
    COMPOSITE = "composite"
    SYNONYM = "synonym"
    RELATIONSHIP = "relationship"
    HYBRID = "hybrid"
    ASSOCIATION_PROXY = "association_proxy"
    PROPERTY = "property"
    METHOD = "method"
    """`repr()` or `str()`, which f-strings, loggers and debuggers call."""

    @property
    def is_loaded_by_itself(self) -> bool:
        """Whether the instance itself holds the value, once it is loaded."""
        held = (AttributeKind.COLUMN, AttributeKind.DEFERRED, AttributeKind.COLUMN_PROPERTY, AttributeKind.RELATIONSHIP)
        return self in held

    @property
    def runs_code(self) -> bool:
        """Whether reading it, or predicting what that does, runs code of the model."""
        return self in {
            AttributeKind.HYBRID,
            AttributeKind.ASSOCIATION_PROXY,
            AttributeKind.PROPERTY,
            AttributeKind.METHOD,
        }


class AttributeState(Enum):
    """Whether an instance holds an attribute's value now, and if not, why."""

    LOADED = "loaded"
    UNLOADED = "unloaded"
    EXPIRED = "expired"
    DEFERRED = "deferred"
    NEVER = "never loaded"
    """A relationship that is mapped with `lazy="noload"`."""
    NONE = "computed"
    """It holds nothing by itself."""


class Expiry(Enum):
    """What has expired a value that had been loaded."""

    COMMIT = "commit"
    ROLLBACK = "rollback"
    EXPIRE = "expire"
    """A call of `expire()` or `expire_all()`."""
    REFRESH = "refresh"
    """A call of `refresh()` that did not load it again."""
    FLUSH = "flush"
    """The INSERT or UPDATE of the instance's own row, in a flush."""
    UPDATE = "update"
    """A bulk `update()` of its class, which synchronises the session."""


class Scenario(Enum):
    """What an application has done with the instance before: the states in which it meets the error."""

    FRESH = "fresh"
    AFTER_COMMIT = "after commit"
    """With expire_on_commit=True, SQLAlchemy's default: everything is expired, even the primary key."""
    AFTER_ROLLBACK = "after rollback"
    """Everything is expired, whatever expire_on_commit says."""
    DETACHED = "detached"
    """Its session is closed, or has expunged it."""
    MADE = "after INSERT"
    """Added and flushed, never selected: nothing is loaded but what was set, and what the flush fetched."""
    UPDATED = "after UPDATE"
    """Changed and flushed: what the database generates at an UPDATE has expired."""

    @property
    def next(self) -> "Scenario":
        """The scenario that follows, after the last one the first."""
        order = list(Scenario)
        return order[(order.index(self) + 1) % len(order)]

    @property
    def concerns_one(self) -> bool:
        """Whether it is something that happens to one instance; the others concern all of a session."""
        return self in {Scenario.MADE, Scenario.UPDATED}

    @property
    def expiry(self) -> Expiry | None:
        """What has expired the whole instance; None in scenarios that do not."""
        return {Scenario.AFTER_COMMIT: Expiry.COMMIT, Scenario.AFTER_ROLLBACK: Expiry.ROLLBACK}.get(self)


class Verdict(Enum):
    """What a plain access to an attribute would do now."""

    NONE = "no IO"
    """Nothing: it is there, or can be known without the database."""
    IO = "IO"
    """A statement would be needed, so MissingGreenlet is raised."""
    RAISES = "raises"
    """It raises by itself, as lazy='raise' does."""
    DETACHED = "detached"
    """It needs a session, and there is none: DetachedInstanceError."""
    UNKNOWN = "unknown"
    """Its code did not end in time and was stopped."""


BLOCKING = "which blocks"
"""Part of the note on an access that sends a statement through a synchronous engine of the model's own."""


class AttributeSnapshot(NamedTuple):
    """One attribute of a live instance at one moment, read without IO."""

    name: str
    kind: AttributeKind
    state: AttributeState
    value: Cell | None
    """What it holds, or None where nothing is loaded."""
    verdict: Verdict = Verdict.NONE
    error: str = ""
    """The name of the error that a plain access would raise by itself."""
    note: str = ""
    """What else should be known before it is accessed."""


class InstanceSnapshot(NamedTuple):
    """A live instance at one moment."""

    entity: str
    key: RowKey
    label: str
    """Its class and key: `PirateCrew 1`."""
    state: str
    """SQLAlchemy's word for its object state: persistent, detached, ..."""
    attributes: tuple[AttributeSnapshot, ...]
    scenario: Scenario = Scenario.FRESH
    session_objects: int = 0
    """How many instances its session holds."""


class Walk(NamedTuple):
    """What is opened below a row of the table, in one session."""

    entity: Entity
    key: RowKey
    """Of the row."""

    @property
    def root(self) -> tuple[str, RowKey]:
        """Identifies the row: the name of its entity, and its key."""
        return self.entity.name, self.key


class AttributeRequest(NamedTuple):
    """A request to access this attribute of the live instance as it stands, in the mode."""

    entity: Entity
    name: str
    mode: AccessMode
    walk: Walk | None = None
    """The walk that the instance was met in; None: its own."""


class Prediction(NamedTuple):
    """What a plain access to an attribute would send first."""

    statement: tuple[str, ...] = ()
    """The statement line by line; empty where none would be sent."""
    remedies: tuple[Remedy, ...] = ()
    """What helps, best first; empty where the access is fine, or nothing helps."""

    @property
    def remedy(self) -> str:
        """The line of code to write instead; empty where there is none."""
        return self.remedies[0].code if self.remedies else ""


class TrialRequest(NamedTuple):
    """A request to select an instance, bring it into the scenario, apply the remedy, and access plainly."""

    entity: Entity
    key: RowKey
    scenario: Scenario
    attribute: str
    remedy: Remedy
    loader: Loader | None = None
    """The loader option of the relationship in the select whose instance failed; None: as mapped."""
    walk: Walk | None = None
    """In which the access has failed; None: the instance's own."""

    @property
    def root(self) -> tuple[str, RowKey]:
        """Identifies the row at which its walk begins."""
        return (self.walk or Walk(self.entity, self.key)).root
