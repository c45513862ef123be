"""Entities: names of variables, and finding a relationship."""

import pytest

from pirate_tui.domain.entity import Entity, Relationship, snake_case


SAILORS = Relationship("sailors", "Sailor", uselist=True, direction="one to many", lazy="select")
SHIP = Entity("TallShip", "ships", (), (SAILORS,))


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("Ship", "ship"),
        ("PirateCrew", "pirate_crew"),
        ("HTTPLog", "http_log"),
        ("LogOfHTTP", "log_of_http"),
        ("Deck2Gun", "deck2_gun"),
        ("already_snake", "already_snake"),
        ("A", "a"),
        ("Return", "return_"),
        ("Session", "session_"),
        ("SessionLog", "session_log"),
    ],
)
def test_a_class_name_becomes_a_variable(name: str, variable: str) -> None:
    assert snake_case(name) == variable


def test_an_entity_knows_its_variable() -> None:
    assert SHIP.variable == "tall_ship"


def test_a_relationship_is_found_by_its_name() -> None:
    assert SHIP.relationship("sailors") is SAILORS


def test_a_relationship_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="TallShip has no relationship ports"):
        SHIP.relationship("ports")
