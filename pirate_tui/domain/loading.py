"""Define loader strategies, requests to open a relationship, and what that cost."""

from enum import Enum
from typing import NamedTuple

from pirate_tui.domain.access import (
    AccessMode,
    AttributeRequest,
    InstanceSnapshot,
    Scenario,
    TrialRequest,
    Verdict,
    Walk,
)
from pirate_tui.domain.entity import NOLOAD, Entity, Relationship
from pirate_tui.domain.failure import BrowserError, Failure
from pirate_tui.domain.options import Loader
from pirate_tui.domain.query import Query
from pirate_tui.domain.remedy import Remedy, Trial, TrialOutcome
from pirate_tui.domain.rows import Row, RowKey
from pirate_tui.domain.statements import StatementOrigin


class LoaderStrategy(Enum):
    """How the relationship that is being opened is loaded, and what that teaches."""

    AS_MAPPED = "as mapped", "as the model is mapped; lazy='select' loads on access"
    SELECTINLOAD = "selectinload", "a second SELECT ... IN (...), once for all instances", Loader.SELECTINLOAD
    JOINEDLOAD = "joinedload", "a JOIN in the same SELECT; rows repeat for collections", Loader.JOINEDLOAD
    SUBQUERYLOAD = "subqueryload", "a second SELECT, with the first inside as a subquery", Loader.SUBQUERYLOAD
    RAISELOAD = "raiseload", "any lazy load raises, awaited or not: finds them in tests", Loader.RAISELOAD

    def __init__(self, title: str, lesson: str, loader: Loader | None = None) -> None:
        self.title = title
        """The name shown on the screen."""
        self.lesson = lesson
        """The lesson shown beside it."""
        self.loader = loader
        """The loader option that it takes; None where it takes none."""

    def step(self, by: int) -> "LoaderStrategy":
        """Return the strategy `by` places further on, after the last one the first."""
        order = list(LoaderStrategy)
        return order[(order.index(self) + by) % len(order)]


EAGER = frozenset({"selectin", "joined", "subquery", "immediate"})
"""SQLAlchemy's `lazy` of relationships that are loaded together with the instance."""


class Cost(NamedTuple):
    """The statements sent for the select and for the access, and the seconds of both."""

    select: int
    access: int
    seconds: float


class OpenRequest(NamedTuple):
    """A request to access this relationship of an instance in the mode, selected with the strategy where it must be."""

    entity: Entity
    key: RowKey
    relationship: Relationship
    mode: AccessMode
    strategy: LoaderStrategy
    in_full: bool = False
    """Whether to load a collection of any size."""
    walk: Walk | None = None
    """The walk that it goes on; None: the instance's row is one of the table's own, and begins a walk."""

    @property
    def root(self) -> tuple[str, RowKey]:
        """Identifies the row at which its walk begins."""
        return (self.walk or Walk(self.entity, self.key)).root

    @property
    def origin(self) -> StatementOrigin:
        """What the statements of its access come from."""
        return StatementOrigin(self.root, self.entity.name, self.key, self.relationship.name)

    @property
    def loads(self) -> bool:
        """Whether its collection would be loaded: a plain access to a lazy one, and raiseload, only raise."""
        lazy = self.relationship.lazy
        if self.strategy is LoaderStrategy.AS_MAPPED:
            return lazy in EAGER or (self.mode.awaits and lazy != NOLOAD and not lazy.startswith("raise"))
        return self.strategy is not LoaderStrategy.RAISELOAD


class OversizedCollection(NamedTuple):
    """An instance whose collection exceeds the limit, so that it is left out where many are loaded."""

    label: str
    """Class and key: `PirateCrew 1`."""
    rows: int
    """How many instances its relationship leads to."""


class Loadable(NamedTuple):
    """Which instances can be loaded at once, with all that a relationship leads to."""

    keys: tuple[RowKey, ...]
    giants: tuple[OversizedCollection, ...] = ()
    """The instances that are left out, the largest first."""
    exceeded: int = 0
    """The limit in total, where the rest exceeds it or nothing is left; else 0."""

    def checked(self, target: str, hint: str) -> "Loadable":
        """Return it unchanged; raise `BrowserError` with that hint where nothing can be loaded."""
        if self.exceeded and not self.keys and len(self.giants) == 1:
            label, rows = self.giants[0]
            raise BrowserError(f"{label} has {rows:,} {target}, over the limit of {self.exceeded:,}", hint)
        if self.exceeded:
            rows = len(self.keys) or len(self.giants)
            raise BrowserError(f"these {rows:,} rows have more than {self.exceeded:,} {target} in total", hint)
        return self

    def __str__(self) -> str:
        """Return a note on what was left out; empty where nothing was."""
        if not self.giants:
            return ""
        others = len(self.giants) - 1
        and_others = f", and {others:,} more" if others else ""
        return f"without {self.giants[0].label}, which has {self.giants[0].rows:,}{and_others}"


class OpenAllRequest(NamedTuple):
    """A request to select these instances at once with the strategy, then access this relationship of each."""

    entity: Entity
    keys: tuple[RowKey, ...]
    relationship: Relationship
    mode: AccessMode
    strategy: LoaderStrategy

    @property
    def loads(self) -> bool:
        """Whether the collections would be loaded."""
        return bool(self.keys) and self.of(self.keys[0]).loads

    def of(self, key: RowKey) -> OpenRequest:
        """Return the request for one of the instances."""
        return OpenRequest(self.entity, key, self.relationship, self.mode, self.strategy)


class Found(Enum):
    """How an opening that goes on in the session of its walk has come to its instance, and to what it loads."""

    IN_SESSION = "same session"
    """The instance was there; the relationship was not loaded, or the access has raised."""
    LOADED = "already loaded"
    """The instance held what the relationship leads to."""
    IDENTITY_MAP = "identity map"
    """The session held it, and the key was known."""
    SELECTED = "selected into the session"
    """The session did not hold the instance."""
    SELECTED_AFRESH = "selected afresh (populate_existing)"
    """The session held it, but it was to be loaded in another way."""


class OpenResult(NamedTuple):
    """The result of opening one relationship of an instance."""

    request: OpenRequest
    target: Entity
    cost: Cost
    instance: InstanceSnapshot
    """The live instance from now on, after the access: the one opened, or the first of all that were."""
    rows: tuple[Row, ...] = ()
    failure: Failure | None = None
    """The exception raised instead, explained; None where none was."""
    query: Query | None = None
    """The query that reads the rows by pages, where they are too many to hold; `rows` are the first of them."""
    fix: str = ""
    """The fix by which it was opened, as code; empty without one."""
    found: Found | None = None
    """How it went on in a walk; None where its instance was selected in a new session."""

    @property
    def has_loaded(self) -> bool:
        """Whether all that the relationship leads to is loaded: neither failed, nor paged, nor a query."""
        return self.failure is None and self.query is None

    @property
    def is_held_back(self) -> bool:
        """Whether nothing was loaded into the instance, because there are too many rows."""
        return self.query is not None and not self.request.in_full and not self.request.relationship.is_query


class AccessResult(NamedTuple):
    """The result of accessing one attribute of the live instance."""

    request: AttributeRequest
    statements: int
    seconds: float
    instance: InstanceSnapshot
    """The instance after the access."""
    failure: Failure | None = None
    """The exception that was raised, explained; None where none was."""

    @property
    def verdict(self) -> Verdict:
        """What the access did."""
        return Verdict.NONE if self.failure is None else self.failure.verdict


class FailedAccess(NamedTuple):
    """An access that has failed, with all that it takes to make it again."""

    failure: Failure
    entity: Entity
    key: RowKey
    attribute: str
    mode: AccessMode
    cost: Cost
    scenario: Scenario = Scenario.FRESH
    strategy: LoaderStrategy = LoaderStrategy.AS_MAPPED
    walk: Walk | None = None
    """In which it was made; None: the instance's own."""

    @classmethod
    def of_opening(cls, opening: OpenResult) -> "FailedAccess | None":
        """Return the access that an opening has made; None where it did not fail."""
        if opening.failure is None:
            return None
        entity, key, relationship, mode, strategy, _, walk = opening.request
        scenario = opening.instance.scenario
        return cls(opening.failure, entity, key, relationship.name, mode, opening.cost, scenario, strategy, walk)

    @classmethod
    def of_access(cls, accessed: AccessResult) -> "FailedAccess | None":
        """Return the access of an attribute; None where it did not fail."""
        if accessed.failure is None:
            return None
        (entity, name, mode, walk), instance = accessed.request, accessed.instance
        cost = Cost(0, accessed.statements, accessed.seconds)
        return cls(accessed.failure, entity, instance.key, name, mode, cost, instance.scenario, walk=walk)

    def with_fix(self, fix: Remedy) -> TrialRequest:
        """Return the request to try a fix of it."""
        loader = self.strategy.loader
        return TrialRequest(self.entity, self.key, self.scenario, self.attribute, fix, loader, self.walk)


class LiveTrial(NamedTuple):
    """A fix that was tried on the live instance, and the same access after it."""

    request: TrialRequest
    trial: Trial
    cost: Cost = Cost(0, 0, 0.0)
    """The statements of the select with the fix, and those of the access after it."""
    instance: InstanceSnapshot | None = None
    """The live instance as the fix has left it; None where it was not tried to the end."""
    target: Entity | None = None
    """The mapped class that the relationship leads to; None for another attribute."""
    rows: tuple[Row, ...] = ()
    """The rows that the relationship then holds."""
    is_replaced: bool = False
    """Whether the fix takes the place of the access, which was not made after it."""

    @property
    def helps(self) -> bool:
        """Whether the access does no IO after the fix."""
        return self.trial.outcome is TrialOutcome.HELPS

    def as_opening(self, strategy: LoaderStrategy) -> OpenResult | None:
        """Return the relationship that is open now, as it was asked for by the access; None for another attribute."""
        if self.instance is None or self.target is None:
            return None
        entity, key, _, name, fix, _, walk = self.request
        request = OpenRequest(entity, key, entity.relationship(name), AccessMode.UNSAFE, strategy, walk=walk)
        return OpenResult(request, self.target, self.cost, self.instance, self.rows, fix=fix.code)


class Step(NamedTuple):
    """One relationship of a way along opened rows, with the mapped class of the row under which it was opened."""

    entity: Entity
    name: str


class EagerRequest(NamedTuple):
    """A request for the loader options that load all these ways together with the instance of that key."""

    entity: Entity
    key: RowKey
    ways: tuple[tuple[Step, ...], ...]
    """Each a chain of relationships; the shorter ones that lead to it are among them."""


class EagerSelect(NamedTuple):
    """A select whose loader options have been tried: all that was asked for is accessed without await, without IO."""

    code: str
    """`select(Order).options(joinedload(Order.customer))`."""
    statements: int
    """How many statements it sends."""
    problem: str = ""
    """Why it does not load everything; empty where it does."""
