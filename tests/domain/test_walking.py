"""Which walk a line is part of, and how one comes to it."""

from pirate_tui.domain.access import Walk
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Page, Row
from pirate_tui.domain.walking import steps_to, walk_at
from tests.domain.test_listing import PORTS, SAILORS, SHIP, listing, opening, rows


def test_a_walk_is_what_is_opened_below_a_row_of_the_table() -> None:
    made = listing()
    made.hold((), 0, Page(rows(10)))
    made.show((4,), opening(SAILORS, 2))
    made.show((5,), opening(SAILORS, 2))
    made.show((4, "sailors", 1), opening(PORTS, 0))
    walk = walk_at(made, (4, "sailors", 0))
    assert walk is not None
    assert walk.root == ("Ship", (5,))
    assert walk_at(made, (6,)) == Walk(SHIP, (7,))


def test_a_row_that_is_not_read_is_no_part_of_a_walk() -> None:
    assert walk_at(Listing(Query(SHIP)), (4,)) is None


def test_the_steps_to_a_line_name_rows_and_relationships() -> None:
    made = listing()
    made.hold((), 0, Page((Row((), ("a\x1b[2J",)), *rows(9))))
    made.show((0,), opening(SAILORS, 2))
    assert steps_to(made, (0, "sailors", 1)) == ("Ship a␛[2J", "sailors", "Sailor 2")
    assert steps_to(made, (0, "sailors")) == ("Ship a␛[2J", "sailors")
