"""What the screen is given: protocols that the orm layer fulfils and tests can fake.

A call that is cancelled ends with `CancelledError`, however late: it never gives an answer that nobody waits for.
"""

# ruff: noqa: ARG002  a listener hears only what it wants to

from typing import Protocol

from pirate_tui.domain.access import AttributeRequest, InstanceSnapshot, Prediction, Scenario, TrialRequest
from pirate_tui.domain.comparing import MeasureRequest, Sample
from pirate_tui.domain.entity import Column, Entity, ModelInfo, Relationship, Size
from pirate_tui.domain.loading import AccessResult, Loadable, OpenAllRequest, OpenRequest, OpenResult
from pirate_tui.domain.query import Position, Query
from pirate_tui.domain.remedy import Trial
from pirate_tui.domain.rows import Page, Row, RowKey, Seek, Value
from pirate_tui.domain.search import Match, Span
from pirate_tui.domain.statements import Statement


class Listener(Protocol):
    """Who is told what happens inside the database layer, on the event loop, as it happens."""

    def statement(self, statement: Statement) -> None:
        """A statement has been sent, or has ended, or could not be sent."""
        return

    def retrying(self, attempt: int, reason: str) -> None:
        """A lock is in the way; the work starts again for the `attempt`-th time."""
        return

    def loaded(self, instances: int) -> None:
        """So many instances have been loaded by now, of a collection that takes its time."""
        return

    def changed(self) -> None:
        """Another program has written to the database."""
        return

    def reachable(self, is_reachable: bool) -> None:  # noqa: FBT001  the event's one fact
        """The database has answered, after it had not or had never been asked; or a question did not reach it."""
        return


class Models(Protocol):
    """The mapped classes of an open database. Every call may raise `BrowserError`."""

    @property
    def choices(self) -> tuple[ModelInfo, ...]:
        """The mapped classes, the one to begin with first; nothing but names and foreign keys is read for it."""

    async def entity(self, name: str) -> Entity:
        """The mapped class of that name, with all that can be followed from it."""

    async def sizes(self) -> dict[str, Size]:
        """How many rows each mapped class may have, by its name, as far as that can be known at little cost."""


class Rows(Protocol):
    """The rows of its tables. Every call may raise `BrowserError`."""

    async def page(self, query: Query, seek: Seek) -> Page:
        """Rows of the query."""

    async def estimate(self, query: Query) -> int | None:
        """How many rows it may have, at no cost; None where nothing is known."""

    async def count(self, query: Query) -> int:
        """How many rows it has."""

    async def anchor(self, query: Query, seek: Seek) -> Position | None:
        """The position of the one row that is sought; None where the rows end before it."""

    async def anchors(self, query: Query, interval: int) -> list[Position]:
        """The position of every `interval`-th row, found by sorting all rows once."""

    async def is_sorted(self, query: Query) -> bool:
        """Does an index give the rows in this order? Else each page sorts them all."""

    async def rank(self, query: Query, key: tuple[str, ...]) -> int | None:
        """How many rows come before the row of that key, given as it was typed; None when there is no such row."""

    async def nearest(self, query: Query, span: Span, match: Match, *, backward: bool = False) -> Position | None:
        """The position of the first (or last) row of the span that matches; None when there is none."""

    async def count_between(self, query: Query, span: Span, match: Match | None = None) -> int:
        """How many rows the span has, or how many of them match."""

    async def whole(self, query: Query, row: Row) -> tuple[str, ...]:
        """Every value of the row, whole; lines are kept, and nothing else of it can do harm."""

    async def value(self, query: Query, row: Row, column: Column, start: int, size: int) -> Value:
        """A stretch of one of its values: so many characters, or bytes, from `start` on."""


class Instances(Protocol):
    """The live instance, and what is loaded with it. Every call may raise `BrowserError`."""

    async def load_instance(self, entity: Entity, key: RowKey) -> InstanceSnapshot:
        """Select the instance of that key and keep it as the live one."""

    async def open(self, request: OpenRequest) -> OpenResult:
        """Select the instance anew, access its relationship, and keep it as the live one.

        A collection of too many rows is not loaded unless it is asked for in full: see `OpenResult.query`.
        """

    async def loadable(self, entity: Entity, relationship: Relationship, keys: tuple[RowKey, ...]) -> Loadable:
        """Which of these instances can be loaded at once, with all that the relationship leads to."""

    async def open_all(self, request: OpenAllRequest) -> tuple[OpenResult, ...]:
        """Select the instances, access the relationship of each, and keep the first one as the live one.

        An access that raises is the last. How much it may be is for `loadable` to say.
        """

    async def apply_scenario(self, entity: Entity, key: RowKey, scenario: Scenario) -> InstanceSnapshot:
        """Select the instance of that key anew, do with it what an application would have done, and keep it."""

    async def access(self, request: AttributeRequest) -> AccessResult:
        """Access an attribute of the live instance as it stands."""

    async def predict(self, attribute: str) -> Prediction:
        """What a plain access to an attribute of the live instance would send first; nothing is sent."""


class Benchmarks(Protocol):
    """Experiments in sessions of their own; the live instance stays as it is. Every call may raise `BrowserError`."""

    async def measure(self, request: MeasureRequest) -> Sample:
        """Read a relationship of many instances in one way, in a session of its own; the live one stays as it is.

        Whatever stands in its way is the sample's error; how much it may be is for `loadable` to say. Raises
        `BrowserError` where there is nobody to ask.
        """

    async def try_out(self, request: TrialRequest) -> Trial:
        """Heed a remedy on a row, in a session of its own, and make the access; the live one stays as it is.

        What would send or load too much is skipped. Raises `DatabaseUnreachableError` where there is nobody to ask.
        """


class Database(Protocol):
    """An open database, seen through its mapped classes."""

    name: str
    """What to call it: the file's name, or `db:5432/shop`."""
    dialect: str
    """Dialect and driver: `sqlite+aiosqlite`."""
    warning: str
    """What a person should know all the time: `superuser`; empty where there is nothing."""

    @property
    def models(self) -> Models:
        """Its mapped classes."""

    @property
    def rows(self) -> Rows:
        """The rows of its tables."""

    @property
    def instances(self) -> Instances:
        """The live instance."""

    @property
    def benchmarks(self) -> Benchmarks:
        """Loader strategies and fixes, tried out."""

    async def renew(self) -> bool:
        """Connect anew, and see what there is; may it be another database, of which nothing need be as it was?

        Raises `StartupError` where it cannot be used any more.
        """

    async def close(self) -> None:
        """Give everything back: sessions, connections, threads."""


class Connect(Protocol):
    """Opens the database; raises `StartupError` where there is nothing to browse."""

    async def __call__(self, listener: Listener) -> Database:
        """The open database, which tells the listener what it does."""
