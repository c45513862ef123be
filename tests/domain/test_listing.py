"""Listings: what stands at a path, what is opened there, and where the cursor can go."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pirate_tui.domain import navigation
from pirate_tui.domain.access import AccessMode, InstanceSnapshot
from pirate_tui.domain.entity import Column, Entity, Relationship
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.loading import Cost, LoaderStrategy, OpenRequest, OpenResult
from pirate_tui.domain.outline import LineKind, Path
from pirate_tui.domain.query import Query, SortOrder, Within
from pirate_tui.domain.rows import BLOCK, Cell, Page, Row
from pirate_tui.domain.window import Window
from tests.domain.tables import read


SAILORS = Relationship("sailors", "Sailor", uselist=True, direction="one to many", lazy="select")
PORTS = Relationship("ports", "Sailor", uselist=True, direction="many to many", lazy="select")
SHIP = Entity("Ship", "ships", (), (SAILORS, PORTS))
SAILOR = Entity("Sailor", "sailors", (), ())


def rows(count: int) -> tuple[Row, ...]:
    return tuple(Row((), (n + 1,), (n,)) for n in range(count))


def opening(relationship: Relationship, count: int) -> OpenResult:
    request = OpenRequest(SHIP, (1,), relationship, AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    instance = InstanceSnapshot("Ship", (1,), "Ship 1", "persistent", ())
    return OpenResult(request, SAILOR, Cost(1, 1, 0.0), instance, rows(count))


def listing(count: int = 10) -> Listing:
    made = Listing(Query(SHIP))
    made.hold((), 0, Page(rows(count)))
    return made


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    made = listing(draw(st.integers(1, 8)))
    for number in draw(st.sets(st.integers(0, made.outline.count - 1))):
        if draw(st.booleans()):
            made.list_relationships((number,))
        for relationship in draw(st.sets(st.sampled_from([SAILORS, PORTS]))):
            made.show((number,), opening(relationship, draw(st.integers(0, 3))))
    return made


@given(listings(), st.integers(-40, 40), st.data())
def test_moves_stay_within_and_pass_over_column_heads(made: Listing, by: int, data: st.DataObject) -> None:
    lines = [made.outline.line_at(y) for y in range(made.outline.lines)]
    stops = [line.path for line in lines if line.part is not LineKind.HEADER]
    path = data.draw(st.sampled_from(stops))
    moved = navigation.move(made.outline, path, by)
    assert moved in stops
    aim = max(0, min(made.outline.line_of(path) + by, len(lines) - 1))
    assert abs(made.outline.line_of(moved) - aim) == (lines[aim].part is LineKind.HEADER)


@given(listings())
def test_single_steps_reach_every_row_down_and_up_again(made: Listing) -> None:
    lines = [made.outline.line_at(y) for y in range(made.outline.lines)]
    stops = [line.path for line in lines if line.part is not LineKind.HEADER]
    for above, below in pairwise(stops):
        assert navigation.move(made.outline, above, 1) == below
        assert navigation.move(made.outline, below, -1) == above


@given(listings(), st.data())
def test_every_child_leads_back_to_its_parent(made: Listing, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([made.outline.line_at(y).path for y in range(made.outline.lines)]))
    parent = navigation.parent(path)
    assert parent == path[: len(parent)]
    assert len(parent) % 2 == 1
    assert (parent == path) == (len(path) == 1)


def test_a_row_that_was_not_read_is_nothing_yet() -> None:
    made = listing(3)
    made.count((), 1_000)
    assert made.row_at((2,)) == (SHIP, rows(3)[2])
    assert made.row_at((999,)) is None


def test_rows_inside_belong_to_the_target_and_a_relationship_to_its_row() -> None:
    made = listing()
    made.show((4,), opening(SAILORS, 2))
    assert made.row_at((4, "sailors", 1)) == (SAILOR, rows(2)[1])
    assert made.row_at((4, "sailors")) == (SHIP, rows(5)[4])


def test_opening_and_closing_a_row() -> None:
    made = listing()
    shown = opening(SAILORS, 2)
    made.show((4,), shown)
    assert made.opening_at((4, "sailors")) is shown
    assert made.outline.lines == 14
    assert made.can_close((4,))
    assert not made.can_close((4, "sailors")), "the only relationship closes with its row"
    made.close((4,))
    assert made.outline.lines == 10
    assert not made.can_close((4,))


def test_listed_relationships_open_and_close_one_by_one() -> None:
    made = listing()
    made.list_relationships((4,))
    assert made.outline.lines == 12
    assert made.opening_at((4, "ports")) is None
    assert not made.can_close((4, "ports"))
    made.show((4,), opening(PORTS, 3))
    assert [branch.relationship.name for branch in made.outline.branches((4,))] == ["sailors", "ports"]
    assert made.can_close((4, "ports"))
    made.close((4, "ports"))
    assert made.outline.lines == 12


def test_opening_again_replaces_what_was_there() -> None:
    made = listing()
    made.show((4,), opening(SAILORS, 2))
    made.show((4,), opening(SAILORS, 5))
    assert made.outline.lines == 10 + 1 + 1 + 5


@pytest.mark.parametrize(
    ("path", "child"),
    [((4,), (4, "sailors", 0)), ((4, "sailors"), (4, "sailors", 0)), ((5,), (5, "sailors"))],
)
def test_the_first_child_is_the_first_row_or_else_the_relationship(path: Path, child: Path) -> None:
    made = listing()
    made.show((4,), opening(SAILORS, 2))
    made.show((5,), opening(SAILORS, 0))
    assert navigation.first_child(made.outline, path) == child


def test_all_but_one_relationship_of_a_row_can_be_closed() -> None:
    made = listing()
    made.list_relationships((4,))
    made.show((4,), opening(SAILORS, 2))
    made.show((4,), opening(PORTS, 3))
    made.close_others((4,), "ports")
    assert made.opening_at((4, "sailors")) is None
    assert made.opening_at((4, "ports")) is not None


def test_enclosing_is_the_nearest_opened_row() -> None:
    made = listing()
    made.show((4,), opening(SAILORS, 2))
    assert [navigation.enclosing(made.outline, path) for path in ((4, "sailors", 1), (4, "sailors"), (4,))] == [
        (4,)
    ] * 3
    assert navigation.enclosing(made.outline, (5,)) is None


def test_wanted_follows_the_view_past_what_is_opened() -> None:
    made = Listing(Query(SHIP))
    made.hold((), 0, Page(rows(200)))
    made.count((), 1_000)
    assert made.wanted(0, 30) == [((), 1)]
    made.show((0,), opening(SAILORS, 300))
    assert made.wanted(250, 30) == [((), 1)], "the view lies in what is opened under row 0"
    assert made.wanted(580, 30) == [((), 1), ((), 2)]
    assert Listing(Query(SHIP)).wanted(0, 30) == []


def test_reread_forgets_pages_and_what_is_opened() -> None:
    made = listing()
    made.show((4,), opening(SAILORS, 2))
    made.reread(7, {})
    assert (made.outline.lines, made.row_at((0,))) == (7, None)
    assert navigation.within(made.outline, (9,)) == (6,)
    assert navigation.within(made.outline, (6,)) == (6,)


def test_fewer_rows_than_before_close_what_was_opened_beyond() -> None:
    made = listing()
    made.show((1,), opening(SAILORS, 2))
    made.show((5,), opening(SAILORS, 2))
    made.show((9,), opening(SAILORS, 2))
    made.count((), 5)
    assert sorted(made.outline.opened) == [1]


def test_an_empty_table_has_one_place_for_the_cursor() -> None:
    made = Listing(Query(SHIP))
    assert navigation.within(made.outline, (0,)) == (0,)
    assert navigation.move(made.outline, (0,), 1) == (0,)
    assert made.row_at((0,)) is None


# Inside of what is opened.


PORT = Entity("Port", "ports", (), ())

NESTED = ((4,), (4, "sailors"), (4, "sailors", 1), (4, "sailors", 1, "ports"), (4, "sailors", 1, "ports", 0))


def nested() -> Listing:
    made = listing()
    made.show((4,), opening(SAILORS, 3))
    made.show((4, "sailors", 1), opening(PORTS, 2)._replace(target=PORT))
    return made


def test_a_relationship_belongs_to_its_row_and_a_row_to_its_target() -> None:
    assert [nested().entity_at(path) for path in NESTED] == [SHIP, SHIP, SAILOR, SAILOR, PORT]
    assert [nested().row_at(path) for path in NESTED] == [
        (SHIP, rows(5)[4]),
        (SHIP, rows(5)[4]),
        (SAILOR, rows(2)[1]),
        (SAILOR, rows(2)[1]),
        (PORT, rows(1)[0]),
    ]


def test_a_row_is_found_in_the_query_that_listed_it_or_else_among_all_of_its_class() -> None:
    filtered = Query(SHIP, order=SortOrder(Column("name", "VARCHAR", is_key=False, is_numeric=False)))
    made = Listing(filtered)
    made.hold((), 0, Page(rows(10)))
    made.show((4,), opening(SAILORS, 3))
    made.show((6,), windowed(SAILORS, 300))
    assert made.query_of((4,)) == made.query_of((999,)) == made.query_of((4, "sailors")) == filtered
    assert made.query_of((4, "sailors", 1)) == Query(SAILOR)
    assert made.query_of((6, "sailors", 1)) == Query(SAILOR, within=Within(SHIP, (1,), SAILORS))


def test_what_is_opened_inside_is_found_closed_and_left_like_the_rest() -> None:
    made = nested()
    opened = made.opening_at((4, "sailors", 1, "ports"))
    assert opened is not None
    assert opened.target is PORT
    assert not made.can_close((4, "sailors", 1, "ports")), "the only relationship closes with its row"
    assert [navigation.enclosing(made.outline, path) for path in NESTED] == [(4,)] * 2 + [(4, "sailors", 1)] * 3
    assert [navigation.parent(path) for path in NESTED] == [(4,), (4,), (4,), *[(4, "sailors", 1)] * 2]
    assert navigation.within(made.outline, (4, "sailors", 1, "ports", 7)) == (4, "sailors", 1, "ports")
    made.show((4, "sailors", 1), opening(SAILORS, 2))
    assert made.can_close((4, "sailors", 1, "ports"))
    made.close((4, "sailors", 1))
    assert navigation.within(made.outline, (4, "sailors", 1, "ports", 0)) == (4, "sailors", 1)


# Relationships with too many rows to hold.


def windowed(relationship: Relationship, count: int, *, in_full: bool = False) -> OpenResult:
    """An opening whose rows are paged; the first page is there."""
    made = opening(relationship, min(count, Window().page_size))
    query = Query(SAILOR, within=Within(SHIP, (1,), relationship))
    return made._replace(query=query, request=made.request._replace(in_full=in_full))


def test_what_is_paged_under_a_row_has_its_first_rows_and_its_count() -> None:
    made = listing()
    made.show((4,), windowed(SAILORS, 5_000))
    assert made.outline.lines == 10 + 2 + 200
    made.count((4, "sailors"), 5_000)
    assert made.outline.lines == 10 + 2 + 5_000
    assert made.row_at((4, "sailors", 7)) == (SAILOR, rows(8)[7])
    assert made.row_at((4, "sailors", 4_000)) is None
    made.close((4,))
    assert set(made.windows) == {()}


def test_the_cells_of_a_row_are_those_of_the_blocks_that_are_held() -> None:
    made = Listing(Query(SHIP))
    first, third = ((Row((Cell(str(block)),) * BLOCK, (1,), (0,)),) for block in (0, 2))
    made.hold((), 0, Page(first))
    made.hold((), 0, Page(third, block=2))
    assert [made.cells_in((0,), block) for block in (0, 1, 2)] == [first[0].cells, (), third[0].cells]
    loaded = opening(SAILORS, 1)._replace(rows=(Row(tuple(Cell(str(n)) for n in range(BLOCK + 3)), (1,)),))
    made.show((0,), loaded)
    inside = made.cells_in((0, "sailors", 0), 1)
    assert [cell.text for cell in inside] == [str(BLOCK + n) for n in range(3)]


def test_opening_in_full_begins_anew() -> None:
    made = listing()
    made.show((4,), windowed(SAILORS, 5_000))
    made.count((4, "sailors"), 5_000)
    made.show((4,), windowed(SAILORS, 5_000, in_full=True))
    assert made.windows[4, "sailors"].count is None
    held_back = [made.show((n,), windowed(SAILORS, 5_000, in_full=n == 1)).opening for n in (0, 1)]
    assert [one is not None and one.is_held_back for one in held_back] == [True, False]


def test_reread_keeps_open_what_is_still_there_under_its_new_number() -> None:
    made = listing()
    made.show((4,), windowed(SAILORS, 5_000))
    made.count((4, "sailors"), 5_000)
    made.show((6,), opening(SAILORS, 2))
    made.show((8,), opening(SAILORS, 3))
    made.reread(9, {4: 3, 8: 7})
    assert sorted(made.outline.opened) == [3, 7]
    assert set(made.windows) == {(), (3, "sailors")}
    assert made.outline.lines == 9 + (2 + 5_000) + (2 + 3)
    assert made.row_at((3, "sailors", 0)) is None, "it is read again"
    assert ((3, "sailors"), 0) in made.wanted(0, 30)


def test_the_last_line_in_view_is_read_too() -> None:
    made = listing()
    made.show((4,), windowed(SAILORS, 5_000))
    made.count((4, "sailors"), 5_000)
    made.reread(10, {4: 4})
    assert made.outline.line_at(7).path == (4, "sailors", 0)
    assert ((4, "sailors"), 0) in made.wanted(0, 8)


@given(st.integers(1, 500), st.integers(0, 700), st.integers(0, 700), st.data())
def test_whatever_is_in_view_is_read_and_shown_also_nested(
    count: int, outer: int, inner: int, data: st.DataObject
) -> None:
    tables: dict[Path, tuple[Row, ...]] = {(): rows(count)}
    made = Listing(Query(SHIP))
    made.count((), count)
    number = data.draw(st.integers(0, count - 1))
    made.hold((), 0, Page(tables[()][:200]))
    made.show((number,), windowed(SAILORS, outer))
    tables[number, "sailors"] = rows(outer)
    made.count((number, "sailors"), outer)
    if outer:
        inside = data.draw(st.integers(0, outer - 1))
        made.show((number, "sailors", inside), windowed(PORTS, inner))
        tables[number, "sailors", inside, "ports"] = rows(inner)
        made.count((number, "sailors", inside, "ports"), inner)
    for top in data.draw(st.lists(st.integers(0, made.outline.lines - 1), max_size=8)):
        while wanted := made.wanted(top, 40):
            path, page = wanted[0]
            made.hold(path, page, read(list(tables[path]), made.windows[path].seek(page)))
        for y in range(top, min(top + 40, made.outline.lines)):
            line = made.outline.line_at(y)
            if line.part is LineKind.ROW:
                found = made.row_at(line.path)
                assert found is not None
                assert found[1] == tables[line.path[:-1]][int(line.path[-1])]
