"""The ways of loading beside each other: whose turn it is, and what counts."""

from math import inf

import pytest

from pirate_tui.domain.comparing import ROUNDS, Comparison, LoadMethod, Measurement, code_of, ways
from pirate_tui.domain.entity import Entity, Relationship
from tests.domain.contests import ASKED, KEYS, SAILORS, SHIP, Told, measured


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
    runs = {one.way: len(one.runs) for one in contest.measurements}
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
    assert {len(one.counted) for one in contest.measurements} == {rounds}
    assert (contest.rounds, contest.rounds_label) == (rounds, told)


def test_a_round_that_has_begun_is_finished_whatever_it_takes() -> None:
    contest = Comparison.of(SHIP, KEYS, SAILORS, budget=1)
    while (due := contest.next_request) is not None:
        is_slow = contest.rounds == 1 and due.way is LoadMethod.PLAIN
        contest = contest.with_run(due.way, Told(100 if is_slow else 0.01).run)
    assert {len(one.counted) for one in contest.measurements} == {2}


def test_the_first_run_compiles_and_does_not_count() -> None:
    contest = Comparison.of(SHIP, KEYS, SAILORS, inf)
    assert contest.rounds_label == "warm-up runs, not counted"
    for seconds in (9.0, 0.3, 0.1, 0.2):
        contest = contest.with_run(LoadMethod.SELECTINLOAD, Told(seconds).run)
    found = contest.result(LoadMethod.SELECTINLOAD)
    assert found is not None
    assert (found.seconds, found.spread) == (0.2, (0.1, 0.3))


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


def test_the_best_comes_first_and_what_is_not_measured_before_what_raises() -> None:
    contest = Comparison.of(SHIP, KEYS, SAILORS, inf)
    for way, told in {
        LoadMethod.PLAIN: Told(0.01, error="MissingGreenlet"),
        LoadMethod.JOINEDLOAD: Told(0.02, statements=1),
        LoadMethod.SELECTINLOAD: Told(0.03, statements=2),
        LoadMethod.SUBQUERYLOAD: Told(0.01, statements=2),
    }.items():
        contest = contest.with_run(way, told.run).with_run(way, told.run)
    ranked = [measured.way for measured in contest.ranked(LoadMethod.SELECTINLOAD)]
    assert ranked[:3] == [LoadMethod.SELECTINLOAD, LoadMethod.JOINEDLOAD, LoadMethod.SUBQUERYLOAD]
    assert ranked[-1] is LoadMethod.PLAIN
    assert not contest.ranked(None)[4].runs
