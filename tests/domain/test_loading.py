"""Loader strategies go round and round, each teaches something; and what is too much to be loaded is said."""

import pytest

from pirate_tui.domain.access import AccessMode, AttributeRequest, InstanceSnapshot, Verdict
from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import (
    AccessResult,
    Cost,
    Loadable,
    LoaderStrategy,
    OpenAllRequest,
    OpenRequest,
    OpenResult,
    OversizedCollection,
)
from pirate_tui.domain.query import Query
from tests.domain.failures import failure


TITLES = ["as mapped", "selectinload", "joinedload", "subqueryload", "raiseload"]


def test_the_order_of_the_strategies() -> None:
    assert [strategy.title for strategy in LoaderStrategy] == TITLES


@pytest.mark.parametrize("number", range(5))
def test_a_step_leads_to_the_neighbour_round_and_round(number: int) -> None:
    strategy = list(LoaderStrategy)[number]
    assert strategy.step(1).title == TITLES[(number + 1) % 5]
    assert strategy.step(-1).title == TITLES[(number - 1) % 5]
    assert strategy.step(5) is strategy


def test_each_lesson_is_a_line_of_its_own() -> None:
    lessons = {strategy.lesson for strategy in LoaderStrategy}
    assert len(lessons) == len(TITLES)
    assert all(lesson and "\n" not in lesson for lesson in lessons)


SAILORS = Relationship("sailors", "Sailor", uselist=True, direction="one to many", lazy="select")
SHIP = Entity("Ship", "ships", (), (SAILORS,))


@pytest.mark.parametrize(
    ("lazy", "strategy", "loads"),
    [
        ("select", LoaderStrategy.AS_MAPPED, {AccessMode.SAFE}),
        ("selectin", LoaderStrategy.AS_MAPPED, set(AccessMode)),
        ("joined", LoaderStrategy.AS_MAPPED, set(AccessMode)),
        ("noload", LoaderStrategy.AS_MAPPED, set()),
        ("raise", LoaderStrategy.AS_MAPPED, set()),
        ("raise_on_sql", LoaderStrategy.AS_MAPPED, set()),
        ("select", LoaderStrategy.SELECTINLOAD, set(AccessMode)),
        ("raise", LoaderStrategy.JOINEDLOAD, set(AccessMode)),
        ("select", LoaderStrategy.RAISELOAD, set()),
        ("selectin", LoaderStrategy.RAISELOAD, set()),
    ],
)
def test_what_would_only_raise_loads_nothing(lazy: str, strategy: LoaderStrategy, loads: set[AccessMode]) -> None:
    relationship = SAILORS._replace(lazy=lazy)
    one = {mode for mode in AccessMode if OpenRequest(SHIP, (1,), relationship, mode, strategy).loads}
    every = {mode for mode in AccessMode if OpenAllRequest(SHIP, ((1,), (2,)), relationship, mode, strategy).loads}
    assert one == every == loads


def test_of_no_instances_nothing_is_loaded() -> None:
    assert not OpenAllRequest(SHIP, (), SAILORS, AccessMode.SAFE, LoaderStrategy.SELECTINLOAD).loads


@pytest.mark.parametrize(
    ("query", "in_full", "lazy", "is_held_back"),
    [
        (Query(SHIP), False, "select", True),
        (None, False, "select", False),
        (Query(SHIP), True, "select", False),
        (Query(SHIP), False, "write_only", False),
    ],
)
def test_too_many_rows_are_held_back_until_all_are_asked_for(
    query: Query | None,
    in_full: bool,  # noqa: FBT001  a parameter of the test
    lazy: str,
    is_held_back: bool,  # noqa: FBT001  likewise
) -> None:
    relationship = SAILORS._replace(lazy=lazy)
    request = OpenRequest(SHIP, (1,), relationship, AccessMode.SAFE, LoaderStrategy.AS_MAPPED, in_full)
    instance = InstanceSnapshot("Ship", (1,), "Ship 1", "persistent", ())
    assert OpenResult(request, SHIP, Cost(1, 1, 0.0), instance, query=query).is_held_back is is_held_back


def test_an_access_did_what_its_failure_says_or_no_io() -> None:
    instance = InstanceSnapshot("Ship", (1,), "Ship 1", "persistent", ())
    fine = AccessResult(AttributeRequest(SHIP, "name", AccessMode.UNSAFE), 0, 0.0, instance)
    assert fine.verdict is Verdict.NONE
    assert fine._replace(failure=failure("ship.name", ())).verdict is Verdict.IO


BOUNTY, PEARL, DUTCHMAN = (
    OversizedCollection("Ship 1", 70_000),
    OversizedCollection("Ship 2", 60_000),
    OversizedCollection("Ship 3", 50_000),
)


@pytest.mark.parametrize(
    ("loadable", "words"),
    [
        (Loadable((), (BOUNTY,), 20_000), "Ship 1 has 70,000 Sailor, over the limit of 20,000: read fewer"),
        (Loadable((), (BOUNTY, PEARL), 20_000), "these 2 rows have more than 20,000 Sailor in total: read fewer"),
        (
            Loadable(((4,), (5,), (6,)), (), 20_000),
            "these 3 rows have more than 20,000 Sailor in total: read fewer",
        ),
        (Loadable(((4,), (5,)), (BOUNTY,), 20_000), "these 2 rows have more than 20,000 Sailor in total: read fewer"),
    ],
)
def test_too_many_to_load_are_refused_with_the_way_out(loadable: Loadable, words: str) -> None:
    with pytest.raises(BrowserError) as refused:
        loadable.checked("Sailor", "read fewer")
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("giants", "words"),
    [
        ((), ""),
        ((BOUNTY,), "without Ship 1, which has 70,000"),
        ((BOUNTY, PEARL), "without Ship 1, which has 70,000, and 1 more"),
        ((BOUNTY, PEARL, DUTCHMAN), "without Ship 1, which has 70,000, and 2 more"),
    ],
)
def test_what_is_left_out_is_said(giants: tuple[OversizedCollection, ...], words: str) -> None:
    loadable = Loadable(((4,), (5,)), giants)
    assert loadable.checked("Sailor", "read fewer") is loadable
    assert str(loadable) == words
