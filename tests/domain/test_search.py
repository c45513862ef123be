"""Searches: what is sought, how far it has got in words, and in which order the table is gone through."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pirate_tui.domain.entity import Column
from pirate_tui.domain.search import Match, MatchCounts, MatchPlace, Span, onward, parse_match, span_of


NAME = Column("name", "VARCHAR", is_key=False, is_numeric=False, is_text=True)


@pytest.mark.parametrize(
    ("typed", "column", "match", "title"),
    [
        ("rum", None, Match("rum"), "“rum”"),
        ("rum", NAME, Match("rum", NAME), "“rum” in name"),
        ("^rum", NAME, Match("rum", NAME, is_prefix=True), "“^rum” in name"),
        ("^^", NAME, Match("^", NAME, is_prefix=True), "“^^” in name"),
        ("^r", NAME, Match("r", NAME, is_prefix=True), "“^r” in name"),
        ("r^", None, Match("r^"), "“r^”"),
        (" rum", None, Match(" rum"), "“ rum”"),
    ],
)
def test_what_is_typed_is_sought_and_shown_as_it_is_typed(
    typed: str, column: Column | None, match: Match, title: str
) -> None:
    read = parse_match(typed, column)
    assert read == match
    assert str(read) == title


@pytest.mark.parametrize(
    ("typed", "column", "reason"), [("^rum", None, "needs one column"), ("^", NAME, "type the prefix after the ^")]
)
def test_a_prefix_needs_a_column_and_a_letter(typed: str, column: Column | None, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("^", r"\^")):
        parse_match(typed, column)


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (MatchCounts(), "0 matches in the first 0 %"),
        (MatchCounts((0,), 4), "0 matches in the first 25 %"),
        (MatchCounts((1, 0), 3), "1 match in the first 66 %"),
        (MatchCounts((1_000, 234), 8), "1,234 matches in the first 25 %"),
        (MatchCounts((1, 2), 2), "3 matches"),
        (MatchCounts((0, 1, 0), 3), "1 match"),
        (MatchCounts((0, 0), 2), "no matches"),
        (MatchCounts((2, 0, 1), 2), "3 matches"),
    ],
)
def test_a_tally_says_what_is_found_and_how_far_it_has_got(tally: MatchCounts, words: str) -> None:
    assert str(tally) == words


@pytest.mark.parametrize(
    ("tally", "place", "words"),
    [
        (MatchCounts((3, 2), 2), MatchPlace(0, 0, 2), "2 of 5 matches"),
        (MatchCounts((3, 2), 2), MatchPlace(9, 1, 2), "5 of 5 matches"),
        (MatchCounts((1_300, 2), 4), MatchPlace(9, 1, 2), "1,302 of 1,302 matches in the first 50 %"),
        (MatchCounts((3,), 2), MatchPlace(9, 1, 2), "3 matches in the first 50 %"),  # those before it are not counted
        (MatchCounts((3,), 1), None, "3 matches"),
    ],
)
def test_a_hit_is_numbered_among_all_once_those_before_it_are_counted(
    tally: MatchCounts, place: MatchPlace | None, words: str
) -> None:
    assert tally.described(place) == words


def cut(count: int, cuts: set[int]) -> list[Span]:
    """Rows that stand at their own numbers, cut into spans."""
    starts = [0, *sorted(one for one in cuts if one < count)]
    spans = [Span((a - 1,) if a else None, (b - 1,), start=a) for a, b in pairwise(starts)]
    return [*spans, Span((starts[-1] - 1,) if starts[-1] else None, None, start=starts[-1])]


def rows_of(span: Span, count: int) -> list[int]:
    """The rows that a database would give of a span."""
    first = 0 if span.after is None else span.after[0] + 1
    last = count - 1 if span.upto is None else span.upto[0] - span.is_open
    return list(range(first, last + 1))


TABLES = st.integers(1, 30).flatmap(
    lambda count: st.tuples(st.just(count), st.sets(st.integers(1, 29), max_size=6), st.integers(0, count - 1))
)


@given(TABLES)
def test_a_row_is_in_its_span(table: tuple[int, set[int], int]) -> None:
    count, cuts, row = table
    assert row in rows_of(span_of(cut(count, cuts), row), count)


@given(TABLES)
def test_a_search_forward_comes_to_every_row_below_then_from_the_top_and_to_the_row_itself(
    table: tuple[int, set[int], int],
) -> None:
    count, cuts, row = table
    spans = list(onward(cut(count, cuts), row, (row,), backward=False))
    found = [n for span in spans[:-1] for n in rows_of(span, count)]
    assert found == [*range(row + 1, count), *range(row)]
    assert row in rows_of(spans[-1], count)


@given(TABLES)
def test_a_search_backward_comes_to_every_row_above_then_from_the_end_and_to_the_row_itself(
    table: tuple[int, set[int], int],
) -> None:
    count, cuts, row = table
    spans = list(onward(cut(count, cuts), row, (row,), backward=True))
    found = [n for span in spans[:-1] for n in reversed(rows_of(span, count))]
    assert found == [*reversed(range(row)), *reversed(range(row + 1, count))]
    assert row in rows_of(spans[-1], count)


@given(TABLES, st.booleans())
def test_every_stretch_of_a_search_knows_the_number_of_its_first_row(
    table: tuple[int, set[int], int],
    backward: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    count, cuts, row = table
    for span in onward(cut(count, cuts), row, (row,), backward=backward):
        rows = rows_of(span, count)
        assert not rows or rows[0] == span.start
