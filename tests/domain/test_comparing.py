"""The ways of loading beside each other: whose turn it is, what counts, and what is recommended."""

from dataclasses import dataclass
from math import inf

import pytest

from pirate_tui.domain.comparing import ROUNDS, Comparison, LoadMethod, Measurement, Sample, code_of, ways
from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.recommendation import recommendation


SAILORS = Relationship("sailors", "Sailor", uselist=True, direction="one to many", lazy="select")
CAPTAIN = Relationship("captain", "Sailor", uselist=False, direction="many to one", lazy="select")
ASKED = SAILORS._replace(name="asked", lazy="write_only", query="asked.select()")
SHIP = Entity("BigShip", "ships", (), (SAILORS, CAPTAIN, ASKED))
KEYS = ((1,), (2,), (3,))


@dataclass
class Told:
    """What a way is pretended to cost."""

    seconds: float
    statements: int = 1
    rows: int = 3
    instances: int = 30
    error: str = ""
    selected: int = 3

    @property
    def run(self) -> Sample:
        """As a run of all parents."""
        return Sample(self.seconds, self.statements, self.rows, self.instances, len(KEYS), self.error, self.selected)


def measured(
    relationship: Relationship, told: dict[LoadMethod, Told], *, otherwise: Told | None = None, budget: float = inf
) -> Comparison:
    """A contest that is over."""
    contest = Comparison.of(SHIP, KEYS, relationship, budget)
    while (due := contest.next_request) is not None:
        contest = contest.with_run(due.way, told.get(due.way, otherwise or Told(0.01, error="Refused")).run)
    return contest


def test_the_ways_take_turns_and_each_has_as_many() -> None:
    contest, order = Comparison.of(SHIP, KEYS, SAILORS, inf), list[LoadMethod]()
    while (due := contest.next_request) is not None:
        assert (due.entity, due.keys, due.relationship) == (SHIP, KEYS, SAILORS)
        order.append(due.way)
        contest = contest.with_run(due.way, Told(0.01).run)
    listed = list(ways(SHIP, SAILORS))
    assert order == listed * (ROUNDS + 1)
    assert contest.rounds == ROUNDS


def test_the_others_go_on_taking_turns_when_one_fails() -> None:
    contest, order = Comparison.of(SHIP, KEYS, SAILORS, inf), list[LoadMethod]()
    while (due := contest.next_request) is not None:
        order.append(due.way)
        contest = contest.with_run(due.way, Told(0.01, error="Refused" if due.way is LoadMethod.PLAIN else "").run)
    listed = list(ways(SHIP, SAILORS))
    assert order == [*listed, *[way for way in listed if way is not LoadMethod.PLAIN] * ROUNDS]
    assert contest.rounds == ROUNDS


def test_what_fails_is_tried_once() -> None:
    contest = measured(SAILORS, {LoadMethod.SELECTINLOAD: Told(0.01)})
    runs = {measurement.way: len(measurement.runs) for measurement in contest.measurements}
    assert runs.pop(LoadMethod.SELECTINLOAD) == ROUNDS + 1
    assert set(runs.values()) == {1}


@pytest.mark.parametrize(
    ("budget", "rounds", "told"),
    [
        (0, 1, "median of 1 round"),
        (20, 1, "median of 1 round"),
        (21, 2, "median of 2 rounds"),
        (inf, 5, "median of 5 rounds"),
    ],
)
def test_a_budget_ends_the_rounds_but_never_before_one_that_counts(budget: float, rounds: int, told: str) -> None:
    ten_seconds = 10 / len(ways(SHIP, SAILORS))
    contest = measured(SAILORS, {}, otherwise=Told(ten_seconds * 1.01), budget=budget)
    assert {len(measurement.counted) for measurement in contest.measurements} == {rounds}
    assert (contest.rounds, contest.rounds_told) == (rounds, told)


def test_a_round_that_has_begun_is_finished_whatever_it_takes() -> None:
    contest = Comparison.of(SHIP, KEYS, SAILORS, budget=1)
    while (due := contest.next_request) is not None:
        is_slow = contest.rounds == 1 and due.way is LoadMethod.PLAIN
        contest = contest.with_run(due.way, Told(100 if is_slow else 0.01).run)
    assert {len(measurement.counted) for measurement in contest.measurements} == {2}


def test_the_first_run_compiles_and_does_not_count() -> None:
    contest = Comparison.of(SHIP, KEYS, SAILORS, inf)
    assert contest.rounds_told == "warm-up runs, not counted"
    for seconds in (9.0, 0.3, 0.1, 0.2):
        contest = contest.with_run(LoadMethod.SELECTINLOAD, Told(seconds).run)
    found = contest.result(LoadMethod.SELECTINLOAD)
    assert found is not None
    assert (found.seconds, found.spread) == (0.2, (0.1, 0.3))


def test_nothing_is_recommended_by_first_runs() -> None:
    contest = Comparison.of(SHIP, KEYS, SAILORS, inf)
    for way in ways(SHIP, SAILORS):
        assert recommendation(contest) is None
        contest = contest.with_run(way, Told(0.1).run)
    assert contest.is_warm
    assert recommendation(contest) is None
    counted = contest.with_run(LoadMethod.SELECTINLOAD, Told(0.1).run)
    assert recommendation(counted) is not None


def test_raiseload_that_does_not_raise_is_explained() -> None:
    found = Measurement(LoadMethod.RAISELOAD, (Told(0.1).run,))
    assert "another, eagerly loaded relationship" in found.remark
    refused = found._replace(runs=(Told(0.1, instances=0, error="InvalidRequestError").run,))
    nothing = found._replace(runs=(Told(0.1, instances=0).run,))
    assert {refused.remark, nothing.remark, found._replace(way=LoadMethod.PLAIN).remark} == {""}


@pytest.mark.parametrize(
    ("entity", "relationship", "absent"),
    [
        (SHIP, SAILORS, {LoadMethod.AS_MAPPED, LoadMethod.QUERY}),
        (
            SHIP._replace(has_awaitable_attrs=False),
            SAILORS,
            {LoadMethod.AS_MAPPED, LoadMethod.AWAITED, LoadMethod.QUERY},
        ),
        (SHIP, SAILORS._replace(query="asked.select()"), {LoadMethod.AS_MAPPED}),
        (
            SHIP,
            SAILORS._replace(lazy="selectin"),
            {LoadMethod.AWAITED, LoadMethod.PLAIN, LoadMethod.RUN_SYNC, LoadMethod.QUERY},
        ),
        (SHIP, SAILORS._replace(lazy="joined", target="BigShip"), {LoadMethod.PLAIN, LoadMethod.QUERY}),
        (SHIP, ASKED, set(LoadMethod) - {LoadMethod.PLAIN, LoadMethod.SELECTINLOAD, LoadMethod.QUERY}),
    ],
)
def test_the_ways_are_those_that_the_model_has(
    entity: Entity, relationship: Relationship, absent: set[LoadMethod]
) -> None:
    assert set(LoadMethod) - set(ways(entity, relationship)) == absent


@pytest.mark.parametrize(
    ("relationship", "way", "code"),
    [
        (SAILORS, LoadMethod.AWAITED, "await big_ship.awaitable_attrs.sailors"),
        (SAILORS, LoadMethod.PLAIN, "big_ship.sailors"),
        (SAILORS, LoadMethod.AS_MAPPED, "select(BigShip)"),
        (SAILORS, LoadMethod.RUN_SYNC, "await session.run_sync(lambda _: [one.sailors for one in big_ships])"),
        (SAILORS, LoadMethod.SELECTINLOAD, "select(BigShip).options(selectinload(BigShip.sailors))"),
        (SAILORS, LoadMethod.IMMEDIATELOAD, "select(BigShip).options(immediateload(BigShip.sailors))"),
        (ASKED, LoadMethod.QUERY, "(await session.scalars(big_ship.asked.select())).all()"),
        (ASKED, LoadMethod.PLAIN, "list(big_ship.asked)"),
    ],
)
def test_the_code_has_the_models_own_names(relationship: Relationship, way: LoadMethod, code: str) -> None:
    assert code_of(SHIP, relationship, way) == code
    assert code_of(SHIP._replace(name="navy.models.BigShip"), relationship, way) == code


NAIVE = {LoadMethod.AWAITED: Told(0.4, 4, 33), LoadMethod.RUN_SYNC: Told(0.3, 4, 33)}


@pytest.mark.parametrize(
    ("relationship", "told", "way", "words"),
    [
        (
            SAILORS,
            {LoadMethod.SELECTINLOAD: Told(0.02, 2, 33), LoadMethod.JOINEDLOAD: Told(0.01, 1, 30, selected=30)},
            LoadMethod.SELECTINLOAD,
            [
                "2 statements for 3 rows",
                "awaitable_attrs (N+1): 4 statements",
                "repeats each BigShip",
                "was faster here",
            ],
        ),
        (
            SAILORS,
            {LoadMethod.SELECTINLOAD: Told(0.02, 2, 33), LoadMethod.JOINEDLOAD: Told(0.5, 1, 900, selected=900)},
            LoadMethod.SELECTINLOAD,
            ["produced a cross product, 900 rows for 30 Sailor"],
        ),
        (
            SAILORS,
            {LoadMethod.SELECTINLOAD: Told(0.02, 3, 906, 3), LoadMethod.JOINEDLOAD: Told(0.5, 2, 903, 3, selected=3)},
            LoadMethod.SELECTINLOAD,
            ["joinedload returned 3 rows, repeating none of these BigShip"],
        ),
        (
            SAILORS._replace(lazy="selectin"),
            {
                LoadMethod.AS_MAPPED: Told(0.01, 2, 33),
                LoadMethod.SELECTINLOAD: Told(0.9, 2, 33),
                LoadMethod.JOINEDLOAD: Told(0.05, 1, 30, selected=30),
            },
            LoadMethod.AS_MAPPED,
            [
                "nothing to change: lazy='selectin' already does that. 2 statements for 3 rows, 10.0 ms",
                "repeats each BigShip with each Sailor, 30 rows; a second collection",
            ],
        ),
        (
            SAILORS._replace(lazy="joined"),
            {LoadMethod.AS_MAPPED: Told(0.02, 1, 33), LoadMethod.SELECTINLOAD: Told(0.02, 2, 33)},
            LoadMethod.SELECTINLOAD,
            ["2 statements for 3 rows"],
        ),
        (
            CAPTAIN._replace(lazy="joined"),
            {LoadMethod.AS_MAPPED: Told(0.02, 1, 3, 3), LoadMethod.JOINEDLOAD: Told(0.021, 1, 3, 3)},
            LoadMethod.AS_MAPPED,
            ["nothing to change: lazy='joined' already does that", "no row is repeated"],
        ),
        (
            CAPTAIN,
            {LoadMethod.SELECTINLOAD: Told(0.02, 2, 5, 3), LoadMethod.JOINEDLOAD: Told(0.021, 1, 3, 3)},
            LoadMethod.JOINEDLOAD,
            ["1 statement for 3 rows", "no row is repeated"],
        ),
        (
            CAPTAIN,
            {LoadMethod.SELECTINLOAD: Told(0.02, 2, 5, 3), LoadMethod.JOINEDLOAD: Told(0.5, 1, 3, 3)},
            LoadMethod.SELECTINLOAD,
            ["which a JOIN repeats"],
        ),
        (
            SAILORS._replace(query="asked.select()"),
            {LoadMethod.SELECTINLOAD: Told(2, 2, 9_003, 9_000), LoadMethod.QUERY: Told(2, 4, 9_003, 9_000)},
            LoadMethod.QUERY,
            ["9,000 Sailor for 3 rows", "filtered, sorted and limited"],
        ),
        (ASKED, {LoadMethod.QUERY: Told(0.1, 4, 33, 30)}, LoadMethod.QUERY, ["30 Sailor for 3 rows"]),
    ],
    ids=[
        "faster join",
        "cross product",
        "rows of others",
        "mapped selectin",
        "mapped joined",
        "to one mapped joined",
        "to one",
        "shared targets",
        "large",
        "write_only",
    ],
)
def test_the_recommendation_is_not_merely_the_fastest(
    relationship: Relationship, told: dict[LoadMethod, Told], way: LoadMethod, words: list[str]
) -> None:
    found = recommendation(measured(relationship, NAIVE | told))
    assert found is not None
    assert (found.way, found.code) == (way, code_of(SHIP, relationship, way))
    assert [word for word in words if word not in found.reason] == []


def test_nothing_is_recommended_before_something_that_helps_is_measured() -> None:
    assert recommendation(Comparison.of(SHIP, KEYS, SAILORS, inf)) is None
    assert recommendation(measured(SAILORS, NAIVE)) is None
    assert recommendation(measured(CAPTAIN, NAIVE)) is None
