"""Places as they are typed."""

import pytest

from pirate_tui.domain.goto import HOW, Place, read_place


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("1", Place(row=0)),
        (" 42 ", Place(row=41)),
        ("0", Place(row=0)),
        ("9999", Place(row=199)),
        ("0%", Place(row=0)),
        ("50%", Place(row=100)),
        ("12.5 %", Place(row=25)),
        ("100%", Place(row=199)),
        ("200%", Place(row=199)),
        ("=42", Place(key=("42",))),
        ("rum", Place(key=("rum",))),
        ("deck, 7", Place(key=("deck", "7"))),
        ("=", Place(key=("",))),
        ("-1", Place(key=("-1",))),
    ],
)
def test_what_is_typed_is_a_number_a_percentage_or_a_key(typed: str, place: Place) -> None:
    assert read_place(typed, 200) == place


def test_an_empty_table_has_its_first_row_at_most() -> None:
    assert read_place("7", 0) == Place(row=0)
    assert read_place("70%", 0) == Place(row=0)


def test_nothing_is_no_place() -> None:
    with pytest.raises(ValueError, match=HOW.split(",", maxsplit=1)[0]):
        read_place("  ", 5)
