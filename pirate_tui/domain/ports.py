"""Protocols between the screen and the database layer, which the orm layer fulfils and tests can fake.

A call that is cancelled ends with `CancelledError`, however late: it never returns a result.
"""

# ruff: noqa: ARG002  a listener implements only the events that it needs

from __future__ import annotations  # so that the browser starts without all that is named here

from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from pirate_tui.domain.access import AttributeRequest, InstanceSnapshot, Prediction, Scenario, TrialRequest, Walk
    from pirate_tui.domain.answering import AnsweringServer
    from pirate_tui.domain.comparing import MeasureRequest, Sample
    from pirate_tui.domain.entity import Column, Entity, ModelInfo, Relationship, Size
    from pirate_tui.domain.loading import (
        AccessResult,
        EagerRequest,
        EagerSelect,
        LiveTrial,
        Loadable,
        OpenAllRequest,
        OpenRequest,
        OpenResult,
    )
    from pirate_tui.domain.plan import StatementPlan
    from pirate_tui.domain.query import Position, Query
    from pirate_tui.domain.remedy import Trial
    from pirate_tui.domain.rows import Page, Rank, Row, RowKey, Seek, Value, WholeColumns
    from pirate_tui.domain.search import Match, Span
    from pirate_tui.domain.statements import Statement


class Listener(Protocol):
    """Receives events of the database layer, on the event loop, as they happen."""

    def statement(self, statement: Statement) -> None:
        """Handle a statement that has been sent, has ended, or could not be sent."""
        return

    def retrying(self, attempt: int, reason: str) -> None:
        """Handle a lock: the work is retried for the `attempt`-th time, for that reason."""
        return

    def loaded(self, instances: int) -> None:
        """Handle progress of a long load: so many instances of the collection are loaded by now."""
        return

    def changed(self) -> None:
        """Handle a change of the database by another program."""
        return

    def reachable(self, is_reachable: bool) -> None:  # noqa: FBT001  the event's one fact
        """Handle a change of the connection: whether the database answers, at first unknown."""
        return

    def server_changed(self) -> None:
        """Handle a change of `Database.server`: another one of several answers, or a standby was promoted."""
        return


class Models(Protocol):
    """The mapped classes of an open database. Every call may raise `BrowserError`."""

    @property
    def choices(self) -> tuple[ModelInfo, ...]:
        """The mapped classes, the initial one first; only names and foreign keys are read for it."""

    async def entity(self, name: str) -> Entity:
        """Return the mapped class of that name, with all that can be followed from it."""

    async def sizes(self) -> dict[str, Size]:
        """Return how many rows each mapped class may have, by its name, as far as that is known at little cost."""


class Rows(Protocol):
    """The rows of its tables. Every call may raise `BrowserError`."""

    async def page(self, query: Query, seek: Seek) -> Page:
        """Return a page of the query's rows."""

    async def estimate(self, query: Query) -> int | None:
        """Return an estimate of its number of rows that costs nothing; None where there is none."""

    async def count(self, query: Query) -> int:
        """Return its number of rows, counted by the database."""

    async def anchor(self, query: Query, seek: Seek) -> Position | None:
        """Return the position of the one row that `seek` leads to; None where the rows end before it."""

    async def next_anchors(self, query: Query, seek: Seek) -> list[Position]:
        """Return the position that `seek` leads to, and as many at the same distance behind it as are cheap."""

    async def anchors(self, query: Query, interval: int) -> list[Position]:
        """Return the position of every `interval`-th row, found by sorting all rows once."""

    async def is_sorted(self, query: Query) -> bool:
        """Whether an index gives the rows in this order. Without one each page sorts them all."""

    async def rank(self, query: Query, key: tuple[str, ...]) -> Rank | None:
        """Return where the row of that key stands, given as typed; None when there is no such row."""

    async def nearest(self, query: Query, span: Span, match: Match, *, backward: bool = False) -> Position | None:
        """Return the position of the first (or last) row of the span that matches; None when there is none."""

    async def count_between(self, query: Query, span: Span, match: Match | None = None) -> int:
        """Return how many rows the span has, or how many of them match."""

    async def whole(self, query: Query, row: Row) -> tuple[str, ...]:
        """Return every value of the row, uncut and safe to show, with its line breaks."""

    def whole_rows(self, query: Query, match: Match | None = None) -> AsyncGenerator[WholeColumns]:
        """Yield all rows of the query, or those that match, page after page, with every value whole and unaltered."""

    async def value(self, query: Query, row: Row, column: Column, start: int, size: int) -> Value:
        """Return a part of one value: `size` characters, or bytes, from `start` on."""


class Instances(Protocol):
    """The live instance, and what is loaded with it. Every call may raise `BrowserError`.

    What is opened below one row is a walk, in one session. A walk of None is the instance's own.
    """

    async def load_instance(self, entity: Entity, key: RowKey, walk: Walk | None = None) -> InstanceSnapshot:
        """Make the instance of that key the live one: as its walk has left it, or selected where there is none."""

    async def open(self, request: OpenRequest) -> OpenResult:
        """Access the relationship of an instance, and make it the live one.

        The instance is selected first where it begins a walk, where its walk does not hold it, and where it was loaded
        in another way before. A collection of too many rows is not loaded unless the request is for all of it: see
        `OpenResult.query`.
        """

    async def loadable(self, entity: Entity, relationship: Relationship, keys: tuple[RowKey, ...]) -> Loadable:
        """Return which of these instances can be loaded at once, with all that the relationship leads to."""

    async def open_all(self, request: OpenAllRequest) -> tuple[OpenResult, ...]:
        """Select the instances, access the relationship of each, and make the first the live one.

        An access that raises is the last. Limits are not checked here, but by `loadable`.
        """

    async def apply_scenario(
        self, entity: Entity, key: RowKey, scenario: Scenario, walk: Walk | None = None
    ) -> InstanceSnapshot:
        """Bring the whole walk of the instance into the scenario, and make the instance the live one.

        Where nothing was opened, the instance is selected again first; from any scenario but the fresh one, the whole
        walk is walked again.
        """

    def end_walk(self, walk: Walk) -> None:
        """End a walk; where its row is opened again, it begins with a select."""

    async def access(self, request: AttributeRequest) -> AccessResult:
        """Access an attribute of the live instance as it stands."""

    async def try_fix(self, request: TrialRequest) -> LiveTrial:
        """Apply a fix to a freshly selected instance, access it without await, and make it the live one.

        What would send or load too much is skipped, and leaves no live instance.
        """

    async def predict(self, attribute: str) -> Prediction:
        """Return what a plain access to an attribute of the live instance would send first, without sending it."""


class Benchmarks(Protocol):
    """Experiments in sessions of their own; the live instance stays as it is. Every call may raise `BrowserError`."""

    async def measure(self, request: MeasureRequest) -> Sample:
        """Read a relationship of many instances in one way, in a new session; the live instance stays as it is.

        An exception becomes the sample's error; limits are not checked here, but by `loadable`. Raises
        `BrowserError` where the database cannot be reached.
        """

    async def explain(self, request: MeasureRequest) -> tuple[StatementPlan, ...]:
        """Return how the database would execute the statements that this way has sent when it was measured last.

        None of them is executed. Raises `BrowserError` where nothing was sent, or something else was measured since.
        """

    async def eager_select(self, request: EagerRequest) -> EagerSelect:
        """Return the select that loads all these relationships with the instance, tried in a new session.

        Raises `BrowserError` where it would send or load too much.
        """

    async def try_out(self, request: TrialRequest) -> Trial:
        """Apply a remedy to a row, in a new session, and make the access; the live instance stays as it is.

        What would send or load too much is skipped. Raises `DatabaseUnreachableError` where the server is gone.
        """


class Database(Protocol):
    """An open database, seen through its mapped classes."""

    dialect: str
    """Dialect and driver: `sqlite+aiosqlite`."""
    warning: str
    """A warning shown all the time, such as `superuser`; empty where there is none."""

    @property
    def name(self) -> str:
        """The name shown: the file's name, or `db:5432/shop`; of several hosts, the one that answers."""

    @property
    def server(self) -> AnsweringServer:
        """What is known of the server that answers."""

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
        """Benchmarks of loader strategies, and trials of fixes."""

    async def renew(self) -> bool:
        """Connect again, and return whether it may be another database, of which nothing need be as it was.

        Raise `StartupError` where it cannot be used any more.
        """

    async def close(self) -> None:
        """Close sessions, connections and threads."""


class Connect(Protocol):
    """Opens the database; raises `StartupError` where there is nothing to browse."""

    async def __call__(self, listener: Listener) -> Database:
        """Connect and return the open database, which reports its events to the listener."""
