"""Queries: what a filter that is typed means, how an order goes round, and the title that says both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pirate_tui.domain.entity import Column, Entity
from pirate_tui.domain.query import HOW, Filter, FilterOperator, Query, SortOrder, parse_condition, parse_filter


NAME = Column("name", "VARCHAR", is_key=False, is_numeric=False, is_text=True)
GUNS = Column("guns", "INTEGER", is_key=False, is_numeric=True)
SHIPS = Query(Entity("Ship", "ships", (NAME, GUNS), ()))

LONG = Filter(NAME, FilterOperator.CONTAINS, "long")
PEARL = Filter(NAME, FilterOperator.CONTAINS, "pearl")
ARMED = Filter(GUNS, FilterOperator.GREATER, "5")
UNARMED = Filter(GUNS, FilterOperator.IS_NULL)


@pytest.mark.parametrize(
    ("typed", "column", "read"),
    [
        ("pearl", NAME, PEARL),
        ("  pearl ", NAME, PEARL),
        ("~ pearl", NAME, PEARL),
        ("5", GUNS, Filter(GUNS, FilterOperator.EQUAL, "5")),
        ("= 5", GUNS, Filter(GUNS, FilterOperator.EQUAL, "5")),
        ("<5", GUNS, Filter(GUNS, FilterOperator.LESS, "5")),
        (">5", GUNS, ARMED),
        ("~5", GUNS, Filter(GUNS, FilterOperator.CONTAINS, "5")),
        ("null", GUNS, UNARMED),
        ("NULL", GUNS, UNARMED),
        ("=null", NAME, Filter(NAME, FilterOperator.EQUAL, "null")),
        ("nullify", NAME, Filter(NAME, FilterOperator.CONTAINS, "nullify")),
        ("==", NAME, Filter(NAME, FilterOperator.EQUAL, "=")),
    ],
)
def test_a_filter_is_read_as_it_is_typed(typed: str, column: Column, read: Filter) -> None:
    assert parse_filter(typed, column) == read


@pytest.mark.parametrize("typed", ["", "  ", "=", "< ", ">", "~"])
def test_a_filter_without_a_value_is_refused_with_what_may_be_typed(typed: str) -> None:
    with pytest.raises(ValueError, match="expected") as refused:
        parse_filter(typed, NAME)
    assert HOW in str(refused.value)


@given(st.sampled_from([one for one in FilterOperator if one is not FilterOperator.IS_NULL]), st.text(min_size=1))
def test_a_filter_that_is_typed_with_its_sign_is_read_back(comparison: FilterOperator, value: str) -> None:
    value = value.strip() or "x"
    assert parse_filter(f"{comparison.value}{value}", GUNS) == Filter(GUNS, comparison, value)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        (SHIPS, ""),
        (SHIPS.ordered(NAME), "by name ↑"),
        (SHIPS._replace(order=SortOrder(NAME, descending=True)), "by name ↓"),
        (SHIPS.filtered(LONG), "name ~ long"),
        (SHIPS.filtered(UNARMED), "guns is NULL"),
        (SHIPS.filtered(ARMED).filtered(LONG).ordered(GUNS), "guns > 5 · name ~ long · by guns ↑"),
    ],
)
def test_the_title_of_a_query_has_its_filters_and_its_order(query: Query, title: str) -> None:
    assert str(query) == title


def test_a_column_orders_upwards_then_downwards_then_no_more() -> None:
    once = SHIPS.ordered(NAME)
    twice = once.ordered(NAME)
    assert [once.order, twice.order, twice.ordered(NAME).order] == [
        SortOrder(NAME),
        SortOrder(NAME, descending=True),
        None,
    ]


@pytest.mark.parametrize("descending", [False, True])
def test_another_column_begins_upwards(descending: bool) -> None:  # noqa: FBT001  a parameter of the test
    assert SHIPS._replace(order=SortOrder(NAME, descending)).ordered(GUNS).order == SortOrder(GUNS)


def test_filters_add_up_and_the_same_one_moves_to_the_end() -> None:
    query = SHIPS.filtered(LONG).filtered(ARMED)
    assert query.filters == (LONG, ARMED)
    assert query.filtered(LONG).filters == (ARMED, LONG)


@pytest.mark.parametrize(
    ("filters", "column", "left"),
    [
        ((LONG, ARMED), NAME, (ARMED,)),
        ((LONG, ARMED), GUNS, (LONG,)),
        ((LONG, ARMED, PEARL), NAME, (LONG, ARMED)),
        ((LONG, PEARL), GUNS, (LONG,)),
        ((ARMED,), NAME, ()),
        ((), NAME, ()),
    ],
)
def test_the_newest_filter_of_the_column_goes_first_else_the_newest_of_all(
    filters: tuple[Filter, ...], column: Column, left: tuple[Filter, ...]
) -> None:
    assert SHIPS._replace(filters=filters).without_filter(column).filters == left


CONDITIONS = [
    ("status=paid", "status = paid"),
    (" status = paid ", "status = paid"),
    ("status paid", "status ~ paid"),
    ("status null", "status is NULL"),
    ("status_date<2026", "status_date < 2026"),
    ("id>5", "id > 5"),
    ("status~a=b", "status ~ a=b"),
]


def test_a_condition_names_its_column() -> None:
    columns = [
        Column("id", "INTEGER", is_key=True, is_numeric=True),
        Column("status", "TEXT", is_key=False, is_numeric=False, is_text=True),
        Column("status_date", "DATE", is_key=False, is_numeric=False),
    ]
    assert [str(parse_condition(typed, columns)) for typed, _ in CONDITIONS] == [shown for _, shown in CONDITIONS]
    for typed in ("", "state=paid", "stat=1", "statusx=1"):
        with pytest.raises(ValueError, match=r"expected a column and =value, .*columns: id, status, status_date"):
            parse_condition(typed, columns)
    for typed in ("status", "status=", "id"):
        with pytest.raises(ValueError, match="expected =value"):
            parse_condition(typed, columns)
