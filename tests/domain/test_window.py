"""Windows, against a model: a list read by keyset, page by page, in any order, with any pages forgotten."""

from copy import deepcopy
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pirate_tui.domain.rows import Page, Rank, Row, Seek
from pirate_tui.domain.search import Span
from pirate_tui.domain.window import Window
from tests.domain.tables import read, table


def pages_in(window: Window, count: int) -> int:
    """How many pages are held; a copy is asked, since being looked at keeps a page longer."""
    asked = deepcopy(window)
    return sum(asked.row(start) is not None for start in range(0, count, asked.page_size))


@st.composite
def journeys(draw: st.DrawFn) -> tuple[Window, list[Row], list[tuple[int, int]], int]:
    count = draw(st.integers(0, 60))
    window = Window(page_size=draw(st.integers(1, 7)), pages_held=draw(st.integers(4, 8)))
    views = draw(st.lists(st.tuples(st.integers(0, max(0, count - 1)), st.integers(1, 5)), max_size=25))
    return window, table(count), views, draw(st.integers(0, 3))


@given(journeys())
def test_every_page_read_is_that_slice_of_the_table(
    journey: tuple[Window, list[Row], list[tuple[int, int]], int],
) -> None:
    window, rows, views, counted_after = journey
    window.hold(0, read(rows, window.seek(0)))
    for step, (first, height) in enumerate(views):
        if step == counted_after:
            window.count = len(rows)
        last = max(0, min(first + height, window.known) - 1)
        for number in window.wanted(min(first, last), last):
            page = read(rows, window.seek(number))
            assert list(page.rows) == rows[number * window.page_size : (number + 1) * window.page_size]
            window.hold(number, page)
            assert pages_in(window, len(rows)) <= window.pages_held
    for index, row in enumerate(rows):
        assert window.row(index) in (None, row)


@given(st.integers(1, 9), st.integers(0, 40), st.integers(0, 12))
def test_wanted_gives_the_pages_in_view_then_one_ahead_then_one_behind(size: int, first: int, height: int) -> None:
    window = Window(page_size=size)
    window.count = 50
    last = min(first + height, 49)
    view = list(range(first // size, last // size + 1))
    around = [n for n in (view[-1] + 1, view[0] - 1) if 0 <= n <= 49 // size]
    assert list(window.wanted(first, last)) == view + around


def test_a_page_that_is_held_is_not_wanted() -> None:
    window = Window(page_size=10)
    window.count = 100
    window.hold(3, Page(tuple(table(40)[30:])))
    assert window.wanted(25, 32) == (2, 4, 1)


def test_the_page_looked_at_longest_ago_makes_room() -> None:
    rows, window = table(40), Window(page_size=10, pages_held=3)
    window.count = 40
    for number in range(3):
        window.hold(number, read(rows, window.seek(number)))
    assert window.row(5) == rows[5]
    window.hold(3, read(rows, window.seek(3)))
    assert [window.row(n) is not None for n in (0, 10, 20, 30)] == [True, False, True, True]


@pytest.mark.parametrize(("number", "seek"), [(0, Seek(limit=10)), (9_999, Seek(backward=True, limit=10))])
def test_neither_end_of_a_table_is_far(number: int, seek: Seek) -> None:
    window = Window(page_size=10)
    window.count = 100_000
    assert window.seek(number) == seek


def test_the_last_page_may_be_short() -> None:
    window = Window(page_size=10)
    window.count = 95
    assert window.seek(9) == Seek(backward=True, limit=5)


def test_neighbours_of_a_page_held_are_sought_from_it_without_skipping() -> None:
    window = Window(page_size=10)
    window.count = 100_000
    window.hold(5_000, Page(tuple(table(50_010)[50_000:])))
    assert window.seek(5_001) == Seek((500_090,), limit=10)
    assert window.seek(4_999) == Seek((500_000,), backward=True, limit=10)


def test_until_it_is_counted_a_table_is_as_long_as_what_was_read() -> None:
    window = Window(page_size=10)
    assert window.known == 0
    window.hold(0, Page(tuple(table(7))))
    assert window.known == 7
    assert [window.row(n) is None for n in (6, 7, 8)] == [False, True, True]
    window.count = 1_000
    assert window.known == 1_000


@given(st.lists(st.tuples(st.integers(0, 39), st.integers(0, 3), st.integers(1, 2)), max_size=20))
def test_of_a_page_those_blocks_of_columns_are_read_that_are_in_view(views: list[tuple[int, int, int]]) -> None:
    rows, window = table(40), Window(page_size=10, pages_held=8)
    window.count = 40
    for row, block, blocks in views:
        window.blocks = tuple(range(block, block + blocks))
        while wanted := window.wanted(row, row):
            seek = window.seek(wanted[0])
            assert seek.block in window.blocks
            assert window.row_in(wanted[0] * 10, seek.block) is None
            window.hold(wanted[0], read(rows, seek)._replace(block=seek.block))
        assert all(window.row_in(row, one) == rows[row] for one in window.blocks)
        assert window.row(row) == rows[row]
        assert len(list(window.pages)) <= window.pages_held


def test_a_row_is_known_by_whatever_block_of_it_is_held() -> None:
    window = Window(page_size=10)
    window.hold(1, Page(tuple(table(20)[10:]), block=3))
    assert window.row(12) == table(20)[12]
    assert window.row_in(12, 0) is None
    assert (window.row(2), window.known) == (None, 20)


def test_clear_forgets_pages_and_anchors_but_not_the_count() -> None:
    window = Window(page_size=10)
    window.count = 7
    window.hold(0, Page(tuple(table(7))))
    window.anchors.append((3,))
    window.clear()
    assert (window.known, window.row(0), window.anchors) == (7, None, [])


def walk(window: Window, rows: list[Row]) -> None:
    """Read every anchor."""
    while (seek := window.next_anchor) is not None:
        (row,) = read(rows, seek).rows
        window.anchors.append(row.position)


@given(st.integers(0, 300), st.integers(1, 4), st.integers(0, 80), st.integers(0, 300))
def test_anchors_bring_every_page_near(count: int, size: int, read_so_far: int, row: int) -> None:
    rows, window = table(count), Window(page_size=size)
    window.count = count
    walk(window, rows)
    assert window.anchors == [one.position for one in rows[window.interval - 1 : -1 : window.interval]]
    near = window.seek(min(row, max(0, count - 1)) // size)
    assert near.skip < window.interval
    del window.anchors[read_so_far:]
    number = min(row, max(0, count - 1)) // size
    assert list(read(rows, window.seek(number)).rows) == rows[number * size : (number + 1) * size]


def test_there_are_never_more_than_a_thousand_anchors() -> None:
    window = Window()
    window.count = 10_000_000
    assert window.count // window.interval <= 1_000
    assert window.interval % window.page_size == 0


@given(st.integers(1, 99), st.integers(0, 98), st.integers(1, 20))
def test_the_page_of_a_row_is_sought_from_the_row(count: int, number: int, size: int) -> None:
    rows, number = table(count), min(number, count - 1)
    before = Window(page_size=size).before_page_of(Rank(number, rows[number].position))
    start = number // size * size
    assert (before is None) == (start == 0)
    if before is not None:
        assert before.skip < size
        assert list(read(rows, before).rows) == [rows[start - 1]]


def test_a_small_table_and_one_not_counted_need_no_anchors() -> None:
    window = Window()
    assert window.next_anchor is None
    window.count = 999
    assert window.next_anchor is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(0, 300), size=st.integers(1, 4), read_so_far=st.integers(0, 80), span_rows=st.integers(1, 60))
def test_the_spans_are_all_rows_cut_at_anchors(
    monkeypatch: pytest.MonkeyPatch, count: int, size: int, read_so_far: int, span_rows: int
) -> None:
    rows, window = table(count), Window(page_size=size)
    window.count = count
    walk(window, rows)
    monkeypatch.setattr("pirate_tui.domain.window.SPAN_ROWS", span_rows)
    assert len(window.spans) == window.span_count
    del window.anchors[read_so_far:]
    spans = window.spans
    assert (spans[0].after, spans[0].start, spans[-1].upto) == (None, 0, None)
    for before, span in pairwise(spans):
        assert before.upto == span.after == rows[span.start - 1].position
        assert span.start - before.start == max(window.interval, span_rows // window.interval * window.interval)


def test_a_large_table_is_searched_in_spans() -> None:
    window = Window()
    window.count = 100_000
    walk(window, table(100_000))
    assert [span.start for span in window.spans] == [0, 50_000]


def test_without_an_index_there_is_one_span() -> None:
    window = Window()
    window.count, window.is_indexed = 10_000, False
    window.anchors.append((1,))
    assert window.spans == [Span()]


@given(st.integers(1, 99), st.sets(st.integers(0, 9)), st.integers(0, 9), st.booleans())
def test_a_page_is_sought_from_the_nearest_place_that_is_known(
    count: int,
    held: set[int],
    number: int,
    is_counted: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    rows, window, last = table(count), Window(page_size=10), (count - 1) // 10
    number, held = min(number, last), {min(one, last) for one in held}
    for one in held:
        window.hold(one, Page(tuple(rows[one * 10 : one * 10 + 10])))
    window.count = count if is_counted else None
    start, end = number * 10, min(number * 10 + 10, count) if is_counted else number * 10 + 10
    before = [0, *(min(one * 10 + 10, count) for one in held)]
    behind = [*([count] if is_counted else []), *(one * 10 for one in held)]
    near = [start - row for row in before if row <= start] + [row - end for row in behind if row >= end]
    assert window.seek(number).skip == min(near)
    assert list(read(rows, window.seek(number)).rows) == rows[start:end]
