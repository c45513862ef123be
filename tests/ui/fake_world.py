"""A database that is made up as it is asked, and that answers when it likes: at once, late, never, or with an error."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from pirate_tui.domain.access import (
    AttributeKind,
    AttributeRequest,
    AttributeSnapshot,
    AttributeState,
    InstanceSnapshot,
    Prediction,
    Scenario,
    TrialRequest,
    Verdict,
    Walk,
)
from pirate_tui.domain.answering import AnsweringServer
from pirate_tui.domain.comparing import MeasureRequest, Sample
from pirate_tui.domain.entity import Bound, Column, Entity, ModelInfo, Relationship, Size
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError, Failure, StartupError
from pirate_tui.domain.loading import (
    AccessResult,
    Cost,
    EagerRequest,
    EagerSelect,
    LiveTrial,
    Loadable,
    OpenAllRequest,
    OpenRequest,
    OpenResult,
    OversizedCollection,
)
from pirate_tui.domain.plan import PlanStep, StatementPlan
from pirate_tui.domain.ports import Benchmarks, Database, Instances, Listener, Models, Rows
from pirate_tui.domain.query import Position, Query, Within
from pirate_tui.domain.remedy import Remedy, Trial, TrialOutcome
from pirate_tui.domain.rows import Cell, Page, Rank, Row, RowKey, Seek, Value, WholeColumns
from pirate_tui.domain.search import Match, Span
from pirate_tui.domain.statements import Statement, StatementStatus


ID = Column("id", "INTEGER", is_key=True, is_numeric=True)
NAME = Column("name", "VARCHAR", is_key=False, is_numeric=False, is_text=True)
NOTE = Column("note", "TEXT", is_key=False, is_numeric=False, is_text=True)


def _relation(name: str, target: str, direction: str, lazy: str = "select") -> Relationship:
    query = f"{name}.select()" if lazy == "write_only" else ""
    return Relationship(name, target, direction.endswith("many"), direction, lazy, query)


ENTITIES = (
    Entity(
        "Crew",
        "crew",
        (ID, NAME, NOTE),
        (
            _relation("members", "Pirate", "one to many"),
            _relation("captain", "Pirate", "many to one", "joined"),
            _relation("flags", "Flag", "many to many", "raise"),
            _relation("log", "Pirate", "one to many", "write_only"),
        ),
    ),
    Entity("Pirate", "pirate", (ID, NAME), (_relation("crew", "Crew", "many to one"),)),
    Entity(
        "Flag", "flag", (ID,), (_relation("crews", "Crew", "many to many"), _relation("next", "Flag", "one to one"))
    ),
    Entity("Island", "island", (ID, NAME), ()),
    Entity("Wreck", "wreck", (NAME,), (), has_key=False),
    Entity("Nothing", "nothing", (ID,), (_relation("crews", "Crew", "one to many"),)),
    Entity("Ghost", "ghost", (ID,), ()),
)
"""Every kind of relationship; a class without any, one without a key, one without rows, one that cannot be read."""

SIZES = {"Crew": 30_000, "Pirate": 1_000, "Flag": 3, "Island": 450, "Wreck": 250, "Nothing": 0, "Ghost": 1}


@dataclass(frozen=True)
class Moods:
    """How likely it is, in a hundred, that a question is answered late, never, or with an error."""

    late: int = 30
    trouble: int = 3
    away: int = 2
    silent: int = 2
    deaf: int = 1
    """Cancelled late: whoever is asked takes a moment to heed that the question is taken back."""


CALM = Moods(late=0, trouble=0, away=0, silent=0, deaf=0)


class Nobody(Listener):
    """Who is told before anybody listens."""


class OwnPorts(Database, Models, Rows, Instances, Benchmarks):
    """A database that is all four ports of itself."""

    server = AnsweringServer()

    @property
    def models(self) -> Models:
        """Itself."""
        return self

    @property
    def rows(self) -> Rows:
        """Itself."""
        return self

    @property
    def instances(self) -> Instances:
        """Itself."""
        return self

    @property
    def benchmarks(self) -> Benchmarks:
        """Itself."""
        return self


class FakeWorld(OwnPorts):
    """Crews by the ten thousand, members by the hundred, and whatever befalls a question on its way."""

    name = "made up"
    dialect = "fake"
    warning = ""

    def __init__(
        self, seed: Random, moods: Moods = Moods(), sizes: Mapping[str, int] = MappingProxyType(SIZES)
    ) -> None:
        self._seed = seed
        self._sizes = sizes
        self.listener: Listener = Nobody()
        self._told = 0
        self._silence = asyncio.Event()
        self.moods = moods

    def be_calm(self) -> None:
        """From now on every question is answered at once, also those that wait."""
        self.moods = CALM
        self._silence.set()

    # The way to it.

    async def connect(self, listener: Listener) -> Database:
        """It opens, sooner or later."""
        self.listener = listener
        if self._chance(self.moods.away):
            raise StartupError(3, "there is nothing to browse")
        await self.befall("connect")
        return self

    async def renew(self) -> bool:
        """It may be another one."""
        if self._chance(self.moods.away):
            raise StartupError(3, "it is a database no more")
        await self.befall("renew")
        return self._chance(30)

    async def close(self) -> None:
        """Nothing is held."""

    # What there is.

    @property
    def choices(self) -> tuple[ModelInfo, ...]:
        """All classes; one cannot be browsed."""
        return tuple(
            ModelInfo(entity.name, entity.table, problem="it is not there" if entity.name == "Ghost" else "")
            for entity in ENTITIES
        )

    async def entity(self, name: str) -> Entity:
        """The class of that name."""
        await self.befall(name)
        if name == "Ghost":
            raise BrowserError("Ghost is not there", "choose another")
        return _entity(name)

    async def sizes(self) -> dict[str, Size]:
        """As they are, or at the most."""
        await self.befall("sizes")
        return {name: Size(rows, self._seed.choice([*Bound])) for name, rows in self._sizes.items()}

    # Rows.

    async def page(self, query: Query, seek: Seek) -> Page:
        """Rows with their numbers."""
        await self.befall(f"rows of {query.entity.name}")
        rows = self._size(query)
        if seek.backward:
            end = (rows if seek.position is None else seek.position[0]) - seek.skip
            numbers = range(max(0, end - seek.limit), max(0, end))
        else:
            start = (0 if seek.position is None else seek.position[0] + 1) + seek.skip
            numbers = range(start, min(start + seek.limit, rows))
        return Page(tuple(_row(query.entity, number, _first(query)) for number in numbers))

    async def estimate(self, query: Query) -> int | None:
        """A guess, or none."""
        await self.befall("estimate")
        return self._size(query) if self._chance(50) else None

    async def count(self, query: Query) -> int:
        """How many rows there are; it may be others meanwhile."""
        await self.befall("count")
        return max(0, self._size(query) - (self._seed.randrange(3) if self.moods.late else 0))

    async def anchor(self, query: Query, seek: Seek) -> Position | None:
        """The position of one row."""
        page = await self.page(query, seek._replace(limit=1))
        return page.rows[0].position if page.rows else None

    async def next_anchors(self, query: Query, seek: Seek) -> list[Position]:
        """The position of one row."""
        anchor = await self.anchor(query, seek)
        return [] if anchor is None else [anchor]

    async def anchors(self, query: Query, interval: int) -> list[Position]:
        """The position of every so manieth row."""
        await self.befall("anchors")
        return [(number,) for number in range(interval - 1, self._size(query), interval)]

    async def is_sorted(self, query: Query) -> bool:
        """By key it is."""
        await self.befall("plan")
        return query.order is None or query.order.column is ID

    async def rank(self, query: Query, key: tuple[str, ...]) -> Rank | None:
        """A key is its row's number and a bit."""
        await self.befall("rank")
        if not key[0].isdecimal():
            raise BrowserError(f"no such row: {query.entity.name} {key[0]}", "keys are numbers")
        number = int(key[0]) - _first(query)
        return Rank(number, (number,)) if 0 <= number < self._size(query) else None

    async def nearest(self, query: Query, span: Span, match: Match, *, backward: bool = False) -> Position | None:
        """A hit somewhere in the span, or none."""
        await self.befall(f"search {match}")
        numbers = self._within(query, span)
        if not numbers or self._chance(40):
            return None
        number = self._seed.choice(numbers)
        return (number if not backward else numbers[-1],)

    async def count_between(self, query: Query, span: Span, match: Match | None = None) -> int:
        """All rows of the span, or some."""
        await self.befall("count between")
        rows = len(self._within(query, span))
        return rows if match is None else rows // 7

    async def whole(self, query: Query, row: Row) -> tuple[str, ...]:
        """The row's values."""
        await self.befall(f"row of {query.entity.name}")
        return tuple(cell.text for cell in row.cells)

    async def whole_rows(self, query: Query, match: Match | None = None) -> AsyncGenerator[WholeColumns]:
        """All rows, or some."""
        for start in range(0, self._size(query), 1_000):
            await self.befall(f"export of {query.entity.name}")
            numbers = range(start, min(start + 1_000, self._size(query)))[:: 1 if match is None else 7]
            rows = [_row(query.entity, number, _first(query)) for number in numbers]
            yield list(zip(*([cell.text for cell in row.cells] for row in rows), strict=True))

    async def value(self, query: Query, row: Row, column: Column, start: int, size: int) -> Value:
        """A long one."""
        await self.befall(f"value of {query.entity.name}.{column.name}")
        text = f"{row.cells[0].text}\n" * 9_000
        return Value(tuple(text[start : start + size].split("\n")), len(text))

    # Instances.

    async def load_instance(self, entity: Entity, key: RowKey, walk: Walk | None = None) -> InstanceSnapshot:  # noqa: ARG002
        """The instance of that key."""
        await self.befall(f"{entity.name} {key}")
        return _snapshot(entity, key)

    async def open(self, request: OpenRequest) -> OpenResult:
        """What the relationship leads to: few, many, or too many to hold."""
        await self.befall(f"{request.entity.name} {request.key}.{request.relationship.name}")
        return self._opening(request)

    async def loadable(self, entity: Entity, relationship: Relationship, keys: tuple[RowKey, ...]) -> Loadable:
        """All of them, all but one, or none."""
        await self.befall(f"how much {entity.name}.{relationship.name} is")
        if self._chance(80):
            return Loadable(keys)
        giants = (OversizedCollection(f"{entity.name} {keys[0][0]}", 10_000),)
        return Loadable(keys[1:], giants) if self._chance(50) else Loadable((), giants, 1_000)

    async def open_all(self, request: OpenAllRequest) -> tuple[OpenResult, ...]:
        """The same of each, until one raises."""
        await self.befall(f"{request.entity.name}.{request.relationship.name}")
        self.listener.loaded(len(request.keys))
        return tuple(self._until_one_raises(request))

    async def apply_scenario(
        self,
        entity: Entity,
        key: RowKey,
        scenario: Scenario,
        walk: Walk | None = None,  # noqa: ARG002
    ) -> InstanceSnapshot:
        """The instance in that state."""
        await self.befall("put")
        return _snapshot(entity, key)._replace(scenario=scenario)

    def end_walk(self, walk: Walk) -> None:
        """Nothing is kept."""

    async def access(self, request: AttributeRequest) -> AccessResult:
        """It works, or it raises."""
        await self.befall(f"{request.entity.name}.{request.name}")
        failure = None if request.mode.awaits else _failure(request.entity, request.name)
        return AccessResult(request, 1, 0.001, _snapshot(request.entity, (1,)), failure)

    async def try_fix(self, request: TrialRequest) -> LiveTrial:
        """It helps, or it does not, and the instance is there afterwards, or it is not."""
        await self.befall(f"try {request.remedy.code} here")
        trial = Trial(request.remedy.code, self._seed.choice([*TrialOutcome]))
        if self._chance(20) or trial.outcome in {TrialOutcome.NOT_PROVED, TrialOutcome.SKIPPED}:
            return LiveTrial(request, trial)
        instance, relationships = _snapshot(request.entity, request.key), request.entity.relationships
        named = next((one for one in relationships if one.name == request.attribute), None)
        target = None if named is None or trial.outcome is TrialOutcome.FAILS else _entity(named.target)
        return LiveTrial(request, trial, Cost(2, 0, 0.001), instance, target)

    async def predict(self, attribute: str) -> Prediction:
        """A statement."""
        await self.befall(f"predict {attribute}")
        return Prediction(("SELECT 1", "FROM somewhere"), (Remedy(f"await {attribute}", "it is awaited"),))

    async def eager_select(self, request: EagerRequest) -> EagerSelect:
        """They load everything, or they do not."""
        await self.befall("options")
        return EagerSelect(f"select({request.entity.name})", 2, "it does not" if self._chance(30) else "")

    async def try_out(self, request: TrialRequest) -> Trial:
        """It helps, or it does not."""
        await self.befall(f"try {request.remedy.code}")
        return Trial(request.remedy.code, self._seed.choice([*TrialOutcome]))

    async def explain(self, request: MeasureRequest) -> tuple[StatementPlan, ...]:
        """A plan with a scan, or none."""
        await self.befall(f"explain {request.way.title}")
        statement = Statement(0, "SELECT 1", "", "it", StatementStatus.DONE)
        steps = (PlanStep("SCAN", is_full_scan=True, table=request.entity.name, columns=("id",)),)
        return (StatementPlan(statement, () if self._chance(20) else steps),)

    async def measure(self, request: MeasureRequest) -> Sample:
        """It takes a moment, or fails."""
        await self.befall(f"measure {request.way.title}")
        return Sample(self._seed.random() / 50, 2, 10, 10, 10, "MissingGreenlet" if self._chance(20) else "")

    # What befalls a question.

    async def befall(self, what: str) -> None:
        """Tell a statement, wait a while, and end well or badly."""
        self._tell(what, StatementStatus.RUNNING)
        try:
            await self._meet()
            self.listener.reachable(True)
        except DatabaseUnreachableError:
            self.listener.reachable(False)
            raise
        finally:
            self._tell(what, StatementStatus.DONE, 0.001)

    async def _meet(self) -> None:
        if self._chance(self.moods.late):
            await asyncio.sleep(self._seed.choice((0, 0, 0, 0.001, 0.01, 0.05, 0.25)))
        if self._chance(self.moods.trouble):
            raise BrowserError("the disk is gone", "put it back")
        if self._chance(self.moods.away):
            raise DatabaseUnreachableError("the sea", "nobody answers", "press r to retry")
        if self._chance(self.moods.silent):
            await self._silence.wait()
        if self._chance(self.moods.deaf):
            try:
                await self._silence.wait()
            except asyncio.CancelledError:
                await asyncio.sleep(0.05)
                raise

    def _tell(self, what: str, outcome: StatementStatus, seconds: float | None = None) -> None:
        if outcome is StatementStatus.RUNNING:
            self._told += 1
        self.listener.statement(Statement(self._told, f"SELECT {what}\nFROM it", "(1,)", what, outcome, seconds, 1))
        if self._chance(self.moods.trouble):
            self.listener.changed()
        if self._chance(self.moods.trouble):
            self.listener.retrying(1, "it is locked")

    def _chance(self, percent: int) -> bool:
        return self._seed.randrange(100) < percent

    def _size(self, query: Query) -> int:
        rows = _children(query.within) if query.within else self._sizes.get(query.entity.name, 0)
        for _ in query.filters:
            rows //= 3
        return rows

    def _within(self, query: Query, span: Span) -> range:
        first = 0 if span.after is None else span.after[0] + 1
        last = self._size(query) - 1 if span.upto is None else span.upto[0] - span.is_open
        return range(first, max(first, last + 1))

    def _until_one_raises(self, request: OpenAllRequest) -> Iterator[OpenResult]:
        for key in request.keys:
            opening = self._opening(request.of(key))
            yield opening
            if opening.failure is not None:
                break

    def _opening(self, request: OpenRequest) -> OpenResult:
        target, cost = _entity(request.relationship.target), Cost(1, 1, 0.001)
        instance = _snapshot(request.entity, request.key)
        if not request.loads:
            return OpenResult(
                request, target, cost, instance, failure=_failure(request.entity, request.relationship.name)
            )
        query = Query(target, within=Within(request.entity, request.key, request.relationship))
        size = self._size(query)
        rows = tuple(_row(target, number, _first(query)) for number in range(min(size, 200)))
        return OpenResult(request, target, cost, instance, rows, query=query if size > len(rows) else None)


def _entity(name: str) -> Entity:
    return next(entity for entity in ENTITIES if entity.name == name)


def _row(entity: Entity, number: int, first: int) -> Row:
    texts = {"id": str(number + first), "name": f"{entity.name} {number}", "note": "a long story " * 15}
    cells = tuple(Cell(texts[column.name], 9_999 if column is NOTE else None) for column in entity.columns)
    return Row(cells, (number + first,) if entity.has_key else None, (number,))


def _first(query: Query) -> int:
    """The key of the first row: whose children they are can be told by it."""
    return 0 if query.within is None else int(str(query.within.key[0])) % 1_000 * 1_000


def _children(within: Within) -> int:
    """How many a relationship leads to: none, one, a few, or hundreds."""
    if not within.relationship.uselist:
        return 1 if int(str(within.key[0])) % 3 else 0
    return (450, 3, 0, 25, 650)[int(str(within.key[0])) % 5]


def _snapshot(entity: Entity, key: RowKey) -> InstanceSnapshot:
    columns = (
        AttributeSnapshot(column.name, AttributeKind.COLUMN, AttributeState.LOADED, Cell(column.name))
        for column in entity.columns
    )
    relationships = (
        AttributeSnapshot(relationship.name, AttributeKind.RELATIONSHIP, AttributeState.UNLOADED, None, Verdict.IO)
        for relationship in entity.relationships
    )
    label = f"{entity.name} {key[0]}"
    return InstanceSnapshot(entity.name, key, label, "persistent", (*columns, *relationships))


def _failure(entity: Entity, name: str) -> Failure:
    raw = ("Traceback (most recent call last):", '  File "app.py", line 1', f"    {entity.variable}.{name}", "Missing")
    remedies = tuple(Remedy(f"await {name}", "it is awaited") for _ in range(3))
    return Failure(
        name="MissingGreenlet",
        verdict=Verdict.IO,
        headline=("MissingGreenlet: greenlet_spawn has not been called", "(Background on this error)"),
        raw=raw * 12,
        own=(1, 2),
        code=f"{entity.variable}.{name}",
        attribute=f"{entity.name}.{name}",
        instance=f"{entity.name} 1",
        summary="it was accessed without await",
        cause="nobody awaited it " * 9,
        where="",
        kind="MissingGreenlet",
        statement=("SELECT 1",),
        link="https://sqlalche.me/e/20/xd2s",
        remedies=remedies,
        ineffective=remedies[:1],
    )
