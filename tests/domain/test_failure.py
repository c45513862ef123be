"""Failures and troubles: where the user's own line stands, how a trouble reads, and why there is no such class."""

import pytest

from pirate_tui.domain.entity import ModelInfo
from pirate_tui.domain.failure import (
    LISTED_NAMES,
    WRONG_USE,
    BrowserError,
    DatabaseLockedError,
    StartupError,
    no_such_class,
)
from tests.domain.failures import failure


def test_the_own_line_is_the_one_that_holds_the_code() -> None:
    assert failure("ship.sailors", (1, 2, 3, 4)).own_line == 2


def test_where_the_code_is_not_shown_the_own_line_is_the_users_innermost_one() -> None:
    assert failure("repr(ship)", (1, 2, 3, 4)).own_line == 4


def test_in_a_traceback_of_libraries_alone_the_own_line_is_the_error_itself() -> None:
    assert failure("repr(ship)", ()).own_line == 5


def test_a_trouble_says_why_and_the_way_out() -> None:
    assert str(BrowserError("the disk is full", "make room")) == "the disk is full: make room"


def test_busy_is_a_trouble() -> None:
    assert isinstance(DatabaseLockedError("locked", "wait"), BrowserError)


def test_cannot_start_carries_its_exit_code() -> None:
    reason = StartupError(3, "no such table")
    assert (reason.exit_code, reason.message) == (3, "no such table")


SHIP, BROKEN = ModelInfo("Ship", "ships"), ModelInfo("Log", "logs", problem="no such table: logs")
ITEMS = (ModelInfo("shop.Item", "items"), ModelInfo("navy.Item#2", "items_2", problem="no such table: items_2"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Log", "Log cannot be browsed: no such table: logs"),
        ("Item", "Item is ambiguous; give one of: shop.Item, navy.Item#2"),
        ("Boat", "no such mapped class: Boat; available: Ship, shop.Item"),
        ("Bo\x1bat", "no such mapped class: Bo␛at; available: Ship, shop.Item"),
    ],
)
def test_why_a_class_cannot_be_had(name: str, words: str) -> None:
    reason = no_such_class(name, (SHIP, BROKEN, *ITEMS))
    assert (reason.exit_code, reason.message) == (WRONG_USE, words)


@pytest.mark.parametrize(("more", "end"), [(0, "Ship19"), (1, "Ship19 …")])
def test_no_more_classes_are_listed_than_can_be_read(more: int, end: str) -> None:
    reason = no_such_class("Boat", [ModelInfo(f"Ship{n}", "ships") for n in range(LISTED_NAMES + more)])
    assert reason.message.endswith(f", {end}")
