"""The recommendation by what was measured: which way, and the reason that is shown."""

from math import inf

import pytest

from pirate_tui.domain.comparing import Comparison, LoadMethod, code_of, ways
from pirate_tui.domain.entity import Relationship
from pirate_tui.domain.recommendation import recommendation, why
from tests.domain.contests import ASKED, CAPTAIN, KEYS, SAILORS, SHIP, Told, measured


def test_nothing_is_recommended_by_first_runs() -> None:
    contest = Comparison.of(SHIP, KEYS, SAILORS, inf)
    for way in ways(SHIP, SAILORS):
        assert recommendation(contest) is None
        contest = contest.with_run(way, Told(0.1).run)
    assert contest.is_warm
    assert recommendation(contest) is None
    counted = contest.with_run(LoadMethod.SELECTINLOAD, Told(0.1).run)
    assert recommendation(counted) is not None


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


TWO_FASTER = {LoadMethod.SELECTINLOAD: Told(0.02, 2, 33), LoadMethod.JOINEDLOAD: Told(0.0125, 1, 30, selected=30)}


@pytest.mark.parametrize(
    ("relationship", "told", "reason"),
    [
        (
            SAILORS,
            NAIVE | TWO_FASTER,
            (
                "2 statements for 3 rows, 20.0 ms; awaitable_attrs (N+1): 4 statements, 400.0 ms. joinedload repeats "
                "each BigShip with each Sailor, 30 rows; it was faster here, 12.5 ms; a second collection would "
                "multiply them"
            ),
        ),
        (
            SAILORS,
            {LoadMethod.SELECTINLOAD: Told(0.02, 2, 33), LoadMethod.JOINEDLOAD: Told(0.02, 1, 33, selected=33)},
            (
                "2 statements for 3 rows, 20.0 ms. joinedload repeats each BigShip with each Sailor, 33 rows; a second "
                "collection would multiply them"
            ),
        ),
        (
            SAILORS,
            {LoadMethod.SELECTINLOAD: Told(0.02, 2, 33), LoadMethod.JOINEDLOAD: Told(0.02, 1, 34, selected=34)},
            (
                "2 statements for 3 rows, 20.0 ms. joinedload produced a cross product, 34 rows for 30 Sailor; a "
                "second collection would multiply them"
            ),
        ),
        (CAPTAIN, {LoadMethod.JOINEDLOAD: Told(0.02, 1, 3, 3)}, "1 statement for 3 rows, 20.0 ms; no row is repeated"),
        (
            CAPTAIN,
            {LoadMethod.JOINEDLOAD: Told(0.02, 1, 3, 3), LoadMethod.AWAITED: Told(0.4, 1, 3, 3)},
            "1 statement for 3 rows, 20.0 ms; no row is repeated",
        ),
        (
            CAPTAIN,
            {LoadMethod.JOINEDLOAD: Told(0.02, 1, 3, 3), LoadMethod.AWAITED: Told(0.4, 9, 3, 3, "TimeoutError")},
            "1 statement for 3 rows, 20.0 ms; no row is repeated",
        ),
        (
            CAPTAIN,
            NAIVE | {LoadMethod.JOINEDLOAD: Told(0.05, 1, 3, 3), LoadMethod.SELECTINLOAD: Told(0.02, 2, 5, 3)},
            (
                "2 statements, 20.0 ms; awaitable_attrs (N+1): 4 statements, 400.0 ms; 3 rows share a few Sailor, "
                "which a JOIN repeats"
            ),
        ),
        (
            CAPTAIN,
            {LoadMethod.JOINEDLOAD: Told(0.04, 1, 3, 3), LoadMethod.SELECTINLOAD: Told(0.02, 2, 5, 3)},
            "1 statement for 3 rows, 40.0 ms; no row is repeated",
        ),
        (
            CAPTAIN,
            {LoadMethod.SELECTINLOAD: Told(0.02, 2, 5, 3)},
            "2 statements for 3 rows, 20.0 ms; no row is repeated",
        ),
    ],
    ids=[
        "a naive way, and a faster join",
        "as many rows as there are",
        "one row more than there are",
        "nothing naive",
        "a naive way that sends no more",
        "a naive way that failed",
        "a join much slower",
        "a join just twice as slow",
        "no join",
    ],
)
def test_the_reason_is_what_was_measured(relationship: Relationship, told: dict[LoadMethod, Told], reason: str) -> None:
    found = recommendation(measured(relationship, told))
    assert found is not None
    assert found.reason == reason


@pytest.mark.parametrize(("instances", "way"), [(2_997, LoadMethod.SELECTINLOAD), (3_000, LoadMethod.QUERY)])
def test_a_thousand_for_each_parent_are_better_queried(instances: int, way: LoadMethod) -> None:
    told = {LoadMethod.SELECTINLOAD: Told(0.02, 2, 33, instances), LoadMethod.QUERY: Told(0.4, 4, 33, instances)}
    found = recommendation(measured(SAILORS._replace(query="asked.select()"), told))
    assert found is not None
    assert found.way is way


def test_why_is_what_a_join_did_here_a_remark_or_what_the_way_does() -> None:
    contest = measured(
        SAILORS,
        {
            LoadMethod.JOINEDLOAD: Told(0.01, rows=30, selected=30),
            LoadMethod.SELECTINLOAD: Told(0.01, rows=33),
            LoadMethod.RAISELOAD: Told(0.01),
        },
    )
    told = {one.way: why(contest, one) for one in contest.measurements}
    assert told[LoadMethod.JOINEDLOAD] == "repeats each BigShip with each Sailor, 30 rows"
    assert told[LoadMethod.SELECTINLOAD] == LoadMethod.SELECTINLOAD.lesson
    assert told[LoadMethod.RAISELOAD].startswith("it did not raise here")
