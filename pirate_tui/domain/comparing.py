"""Compare the ways to load one relationship of many parents, measured side by side. Pure."""

from enum import Enum
from statistics import median
from typing import NamedTuple

from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.options import Loader, LoaderOption, attribute, selecting
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.text import plural


ROUNDS = 5
"""How often each way is measured at most, after a first run in which its statement is compiled."""


class LoadMethod(Enum):
    """One way to read a relationship of every parent, and what to know about it."""

    AWAITED = "awaitable_attrs (N+1)", "one SELECT per parent, fewer if targets repeat"
    AS_MAPPED = "as mapped", "what the mapping loads without any option"
    PLAIN = "plain access", "without await: the classic mistake"
    RUN_SYNC = "run_sync", "the same N+1, inside one greenlet"
    SELECTINLOAD = "selectinload", "one more SELECT ... IN (...) per 500 parents", Loader.SELECTINLOAD
    JOINEDLOAD = "joinedload", "a JOIN; for collections it repeats the parents", Loader.JOINEDLOAD
    SUBQUERYLOAD = "subqueryload", "one more SELECT, with the first as a subquery", Loader.SUBQUERYLOAD
    IMMEDIATELOAD = "immediateload", "a hidden N+1: one SELECT per parent", Loader.IMMEDIATELOAD
    RAISELOAD = "raiseload", "raises on a lazy load: finds them in tests", Loader.RAISELOAD
    QUERY = "separate query", "one SELECT per parent; can be filtered, limited"

    def __init__(self, title: str, lesson: str, loader: Loader | None = None) -> None:
        self.title = title
        """The name shown on the screen."""
        self.lesson = lesson
        """The lesson shown beside it."""
        self.loader = loader
        """The loader option that it takes; None where it takes none."""


class MeasureRequest(NamedTuple):
    """A request to select these parents in a new session, and read this relationship of each in that way."""

    entity: Entity
    keys: tuple[RowKey, ...]
    relationship: Relationship
    way: LoadMethod


class Sample(NamedTuple):
    """The figures of one measured run."""

    seconds: float
    statements: int
    rows: int
    """Rows that the database returned: joins repeat the parents in them."""
    instances: int
    """Instances that the relationships held in total."""
    parents: int = 0
    """Parents that were found and read."""
    error: str = ""
    """The name of the exception raised instead; empty where none was."""
    selected: int = 0
    """Rows that the SELECT of the parents returned: those of a join, and of no other statement."""


class Measurement(NamedTuple):
    """All runs of one way, and what follows from them."""

    way: LoadMethod
    runs: tuple[Sample, ...] = ()

    @property
    def counted(self) -> tuple[Sample, ...]:
        """The runs that count: all but the first, which compiled the statement."""
        return self.runs[1:]

    @property
    def seconds(self) -> float:
        """The median time in seconds of the runs that count, or of the first while there is no other."""
        return median(run.seconds for run in self.counted or self.runs)

    @property
    def spread(self) -> tuple[float, float]:
        """The shortest and the longest time, in seconds."""
        taken = [run.seconds for run in self.counted or self.runs]
        return min(taken), max(taken)

    @property
    def last(self) -> Sample:
        """The newest run: the numbers of statements and rows are the same in all."""
        return self.runs[-1]

    @property
    def works(self) -> bool:
        """Whether everything was read, without an error."""
        return bool(self.runs) and not any(run.error for run in self.runs)

    @property
    def remark(self) -> str:
        """A note that is shown with the result; empty for most."""
        if self.way is LoadMethod.RAISELOAD and self.works and self.last.instances:
            return "it did not raise here: another, eagerly loaded relationship has loaded these too"
        return ""


class Comparison(NamedTuple):
    """The ways to load one relationship of these parents, and their measurements so far."""

    entity: Entity
    keys: tuple[RowKey, ...]
    relationship: Relationship
    measurements: tuple[Measurement, ...]
    budget: float
    """Measured seconds after which no further round begins, once each way has a run that counts."""

    @classmethod
    def of(cls, entity: Entity, keys: tuple[RowKey, ...], relationship: Relationship, budget: float) -> "Comparison":
        """Return a comparison with nothing measured yet, limited to `budget` seconds."""
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
        chosen = min(waiting, key=lambda measurement: len(measurement.runs))  # of equals the first
        done, begun = len(chosen.runs), max(len(measurement.runs) for measurement in waiting)
        if done == begun and done > 1 and (done > ROUNDS or self.seconds > self.budget):
            return None
        return MeasureRequest(self.entity, self.keys, self.relationship, chosen.way)

    @property
    def seconds(self) -> float:
        """The time of all runs together."""
        return sum(run.seconds for measurement in self.measurements for run in measurement.runs)

    @property
    def rounds(self) -> int:
        """How many rounds are measured by now, of all the ways that work."""
        return max(
            0, min((len(measurement.runs) for measurement in self.measurements if measurement.works), default=0) - 1
        )

    @property
    def is_warm(self) -> bool:
        """Whether each way has been tried once, so that the next runs count."""
        return all(measurement.runs for measurement in self.measurements)

    @property
    def rounds_label(self) -> str:
        """A description of the times: of warm-up runs, or the median of so many rounds."""
        if not self.rounds:
            return "warm-up runs, not counted"
        return f"median of {plural(self.rounds, 'round')}"

    def result(self, way: LoadMethod) -> Measurement | None:
        """Return the measurement of a way; None until there is a run that counts, or an error."""
        measured = next(
            (measurement for measurement in self.measurements if measurement.way is way and measurement.runs), None
        )
        return measured if measured is not None and (measured.counted or not measured.works) else None

    def ranked(self, recommended: LoadMethod | None) -> tuple[Measurement, ...]:
        """Return the measurements, the best first: what is recommended, then by statements, then by time.

        What is not measured yet comes after all that works, and what raises comes last.
        """

        def rank(measured: Measurement) -> tuple[bool, bool, bool, int, float]:
            is_other, fails = measured.way is not recommended, bool(measured.runs) and not measured.works
            seconds = measured.seconds if measured.counted else 0.0
            sent = measured.last.statements if measured.runs else 0
            return is_other, fails, not measured.runs, sent, seconds

        return tuple(sorted(self.measurements, key=rank))

    def with_run(self, way: LoadMethod, run: Sample) -> "Comparison":
        """Return the comparison with one more run of the way."""
        measured = tuple(
            measurement._replace(runs=(*measurement.runs, run)) if measurement.way is way else measurement
            for measurement in self.measurements
        )
        return self._replace(measurements=measured)


def ways(entity: Entity, relationship: Relationship) -> tuple[LoadMethod, ...]:
    """Return the ways that there are to read a relationship, naive ones first."""
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
    """Return the line of code that loads the relationship in this way, with the model's own names."""
    variable, name = entity.variable, relationship.name
    read = attribute(variable, name)
    lines = {
        LoadMethod.AWAITED: f"await {attribute(f'{variable}.awaitable_attrs', name)}",
        LoadMethod.AS_MAPPED: selecting(entity.class_name),
        LoadMethod.PLAIN: f"list({read})" if relationship.is_query else read,
        LoadMethod.RUN_SYNC: f"await session.run_sync(lambda _: [{attribute('one', name)} for one in {variable}s])",
        LoadMethod.QUERY: f"(await session.scalars({variable}.{relationship.query})).all()",
    }
    if way.loader is None:
        return lines[way]
    return selecting(entity.class_name, (LoaderOption(way.loader.value, (attribute(entity.class_name, name),)),))
