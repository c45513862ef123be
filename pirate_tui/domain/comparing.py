"""The ways to get at one relationship of many parents, measured side by side. Pure."""

from enum import Enum
from statistics import median
from typing import NamedTuple

from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.options import Loader, LoaderOption, attribute, selecting
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.text import plural


ROUNDS = 5
"""How often each way is measured at the most, after a first run in which its statement is compiled."""


class LoadMethod(Enum):
    """One way to read a relationship of every parent, and what is to be known of it."""

    AWAITED = "awaitable_attrs (N+1)", "one SELECT per parent, fewer where parents share targets"
    AS_MAPPED = "as mapped", "what the mapping loads without any option"
    PLAIN = "plain access", "without await: the classic mistake"
    RUN_SYNC = "run_sync", "plain accesses inside one greenlet: the same N+1"
    SELECTINLOAD = "selectinload", "a second SELECT ... IN (...) for up to 500 parents at once", Loader.SELECTINLOAD
    JOINEDLOAD = "joinedload", "a JOIN in the same SELECT; for collections it repeats the parents", Loader.JOINEDLOAD
    SUBQUERYLOAD = "subqueryload", "a second SELECT, with the first inside as a subquery", Loader.SUBQUERYLOAD
    IMMEDIATELOAD = (
        "immediateload",
        "loaded with the parents, but with one SELECT each: a hidden N+1",
        Loader.IMMEDIATELOAD,
    )
    RAISELOAD = "raiseload", "raises on a lazy load: finds them in tests", Loader.RAISELOAD
    QUERY = "separate query", "one SELECT per parent, which can be filtered, sorted, limited"

    def __init__(self, title: str, lesson: str, loader: Loader | None = None) -> None:
        self.title = title
        """What it is called on the screen."""
        self.lesson = lesson
        """What a person should remember of it."""
        self.loader = loader
        """The loader option that it takes; None where it takes none."""


class MeasureRequest(NamedTuple):
    """Select these parents in a session of its own, and read this relationship of each in that way."""

    entity: Entity
    keys: tuple[RowKey, ...]
    relationship: Relationship
    way: LoadMethod


class Sample(NamedTuple):
    """What came of one measured run."""

    seconds: float
    statements: int
    rows: int
    """Rows that the database gave: joins repeat the parents in them."""
    instances: int
    """What the relationships held altogether."""
    parents: int = 0
    """How many parents were found and read."""
    error: str = ""
    """The name of what was raised instead; empty where all went well."""
    selected: int = 0
    """Rows that the SELECT of the parents itself gave: those of a join, and of no other statement."""


class Measurement(NamedTuple):
    """All runs of one way."""

    way: LoadMethod
    runs: tuple[Sample, ...] = ()

    @property
    def counted(self) -> tuple[Sample, ...]:
        """The runs that count: all but the first, which compiled the statement."""
        return self.runs[1:]

    @property
    def seconds(self) -> float:
        """The median of those that count, or of the first while there is no other."""
        return median(run.seconds for run in self.counted or self.runs)

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the most, in seconds."""
        taken = [run.seconds for run in self.counted or self.runs]
        return min(taken), max(taken)

    @property
    def last(self) -> Sample:
        """The newest run: statements and rows are the same in all."""
        return self.runs[-1]

    @property
    def works(self) -> bool:
        """Was everything read?"""
        return bool(self.runs) and not any(run.error for run in self.runs)

    @property
    def remark(self) -> str:
        """What else there is to know of what came of it."""
        if self.way is LoadMethod.RAISELOAD and self.works and self.last.instances:
            return "it did not raise here: another, eagerly loaded relationship has loaded these too"
        return ""


class Comparison(NamedTuple):
    """Every way that there is for one relationship of these parents, and what is measured so far."""

    entity: Entity
    keys: tuple[RowKey, ...]
    relationship: Relationship
    measurements: tuple[Measurement, ...]
    budget: float
    """Measured seconds after which no further round begins, once each way has a run that counts."""

    @classmethod
    def of(cls, entity: Entity, keys: tuple[RowKey, ...], relationship: Relationship, budget: float) -> "Comparison":
        """One of which nothing is measured yet."""
        return cls(entity, keys, relationship, tuple(map(Measurement, ways(entity, relationship))), budget)

    @property
    def next_request(self) -> MeasureRequest | None:
        """What to measure next: the ways take turns, so that whatever disturbs a moment disturbs them all.

        None when everything is measured. A round that has begun is finished, so that all medians are of as many runs.
        What failed is not tried more often than it takes to see that it fails.
        """
        waiting = [measurement for measurement in self.measurements if not measurement.runs or measurement.works]
        if not waiting:
            return None
        chosen = min(waiting, key=lambda one: len(one.runs))  # of equals the first
        done, begun = len(chosen.runs), max(len(one.runs) for one in waiting)
        if done == begun and done > 1 and (done > ROUNDS or self.seconds > self.budget):
            return None
        return MeasureRequest(self.entity, self.keys, self.relationship, chosen.way)

    @property
    def seconds(self) -> float:
        """What all runs have taken."""
        return sum(run.seconds for measurement in self.measurements for run in measurement.runs)

    @property
    def rounds(self) -> int:
        """How many rounds are counted by now, of all the ways that work."""
        return max(
            0, min((len(measurement.runs) for measurement in self.measurements if measurement.works), default=0) - 1
        )

    @property
    def is_warm(self) -> bool:
        """Has each way been tried once, so that the next runs count?"""
        return all(measurement.runs for measurement in self.measurements)

    @property
    def rounds_told(self) -> str:
        """What the times are, in words."""
        if not self.rounds:
            return "warm-up runs, not counted"
        return f"median of {plural(self.rounds, 'round')}"

    def result(self, way: LoadMethod) -> Measurement | None:
        """What is measured of a way; None until there is a run that counts, or an error."""
        measured = next(
            (measurement for measurement in self.measurements if measurement.way is way and measurement.runs), None
        )
        return measured if measured is not None and (measured.counted or not measured.works) else None

    def with_run(self, way: LoadMethod, run: Sample) -> "Comparison":
        """The contest after one more run."""
        measured = tuple(
            measurement._replace(runs=(*measurement.runs, run)) if measurement.way is way else measurement
            for measurement in self.measurements
        )
        return self._replace(measurements=measured)


def ways(entity: Entity, relationship: Relationship) -> tuple[LoadMethod, ...]:
    """The ways that there are to read a relationship, naive ones first."""
    if relationship.is_query:
        return (LoadMethod.PLAIN, LoadMethod.SELECTINLOAD, LoadMethod.QUERY)
    awaited = (LoadMethod.AWAITED,) if entity.has_awaitable_attrs else ()
    query = (LoadMethod.QUERY,) if relationship.query else ()
    eager = (
        LoadMethod.SELECTINLOAD,
        LoadMethod.JOINEDLOAD,
        LoadMethod.SUBQUERYLOAD,
        LoadMethod.IMMEDIATELOAD,
        LoadMethod.RAISELOAD,
    )
    if relationship.lazy not in EAGER:
        return (*awaited, LoadMethod.PLAIN, LoadMethod.RUN_SYNC, *eager, *query)
    # What is loaded already is awaited for nothing; but eager loading ends where it meets a class again.
    naive = (*awaited, LoadMethod.RUN_SYNC) if relationship.target == entity.name else ()
    return (LoadMethod.AS_MAPPED, *naive, *eager, *query)


def code_of(entity: Entity, relationship: Relationship, way: LoadMethod) -> str:
    """The line that does it, with the model's own names."""
    one, name = entity.variable, relationship.name
    read = attribute(one, name)
    lines = {
        LoadMethod.AWAITED: f"await {attribute(f'{one}.awaitable_attrs', name)}",
        LoadMethod.AS_MAPPED: selecting(entity.class_name),
        LoadMethod.PLAIN: f"list({read})" if relationship.is_query else read,
        LoadMethod.RUN_SYNC: f"await session.run_sync(lambda _: [{attribute('one', name)} for one in {one}s])",
        LoadMethod.QUERY: f"(await session.scalars({one}.{relationship.query})).all()",
    }
    if way.loader is None:
        return lines[way]
    return selecting(entity.class_name, (LoaderOption(way.loader.value, (attribute(entity.class_name, name),)),))
