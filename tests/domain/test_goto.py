"""Places as they are typed."""

import pytest

from pirate_tui.domain.goto import HOW, Location, parse_location


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("1", Location(row=0)),
        (" 42 ", Location(row=41)),
        ("0", Location(row=0)),
        ("9999", Location(row=199)),
        ("0%", Location(row=0)),
        ("50%", Location(row=100)),
        ("12.5 %", Location(row=25)),
        ("100%", Location(row=199)),
        ("200%", Location(row=199)),
        ("=42", Location(key=("42",))),
        ("rum", Location(key=("rum",))),
        ("deck, 7", Location(key=("deck", "7"))),
        ("=", Location(key=("",))),
        ("-1", Location(key=("-1",))),
    ],
)
def test_what_is_typed_is_a_number_a_percentage_or_a_key(typed: str, place: Location) -> None:
    assert parse_location(typed, 200) == place


def test_an_empty_table_has_its_first_row_at_most() -> None:
    assert parse_location("7", 0) == Location(row=0)
    assert parse_location("70%", 0) == Location(row=0)


def test_nothing_is_no_place() -> None:
    with pytest.raises(ValueError, match=HOW.split(",", maxsplit=1)[0]):
        parse_location("  ", 5)
