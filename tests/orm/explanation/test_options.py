"""The loader options for what is needed: along the way on which it was loaded, and down every level."""

import pytest
from sqlalchemy import inspect

from pirate_tui.orm.explanation.options import options_for
from pirate_tui.orm.inspection.needs import Need
from tests.orm.explanation.catalogue import Cook, Gunner, Parrot, Pirate, Ship, Staff


PIRATE, STAFF, GUNNER = inspect(Pirate), inspect(Staff), inspect(Gunner)
MINIONS, PARROTS = PIRATE.relationships["minions"], PIRATE.relationships["parrots"]
OF_SHIP = inspect(Ship).relationships["staff"]


@pytest.mark.parametrize(
    ("needs", "options"),
    [
        ([Need((), PIRATE, "minions")], ["selectinload(Pirate.minions)"]),
        ([Need((), PIRATE, "minions", recurs=True)], ["selectinload(Pirate.minions, recursion_depth=-1)"]),
        (
            [Need((), PIRATE, "minions", recurs=True), Need((MINIONS,), PIRATE, "minions", recurs=True)],
            ["selectinload(Pirate.minions, recursion_depth=-1)"],
        ),
        (
            [Need((), PIRATE, "minions", recurs=True), Need((MINIONS, MINIONS, PARROTS), inspect(Parrot), "id")],
            ["selectinload(Pirate.minions, recursion_depth=-1).selectinload(Pirate.parrots)"],
        ),
        ([Need((MINIONS,), PIRATE, "parrots")], ["selectinload(Pirate.minions).selectinload(Pirate.parrots)"]),
    ],
)
def test_a_relationship_is_loaded_level_by_level_where_nobody_knows_how_far(
    needs: list[Need], options: list[str]
) -> None:
    assert [str(option) for option in options_for(needs, (), PIRATE)] == options


@pytest.mark.parametrize(
    ("need", "options"),
    [
        (Need((), STAFF, "ship"), ["joinedload(Staff.ship)"]),
        (Need((), GUNNER, "ship"), ["joinedload(Staff.ship)"]),
        (Need((), GUNNER, "calibre"), ["selectin_polymorphic(Staff, [Gunner])"]),
    ],
)
def test_what_a_base_class_has_is_loaded_without_its_subclasses(need: Need, options: list[str]) -> None:
    assert [str(option) for option in options_for([need], (), STAFF)] == options


def test_the_options_begin_at_the_class_that_was_selected() -> None:
    options = options_for([Need((), GUNNER, "calibre")], (OF_SHIP,), inspect(Ship))
    assert [str(option) for option in options] == ["selectinload(Ship.staff).selectin_polymorphic([Gunner])"]


def test_the_columns_of_all_subclasses_come_by_one_option() -> None:
    needs = [Need((), GUNNER, "calibre"), Need((), inspect(Cook), "recipe")]
    assert [str(option) for option in options_for(needs, (), STAFF)] == ["selectin_polymorphic(Staff, [Gunner, Cook])"]
