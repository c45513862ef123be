"""Columns of raw values become cells: as a whole where they are plain, and no different from one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Boolean, Float, Integer, LargeBinary, String
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

from pirate_tui.domain.rows import Cell
from pirate_tui.domain.text import CELL_LIMIT, clean
from pirate_tui.orm.dialects.registry import sql_of
from pirate_tui.orm.rows.cells import CellReader


SQL = sql_of(sqlite.dialect())

TEXTS = st.text(max_size=8) | st.text("長\x1b\u202e\n a", max_size=4) | st.just("x" * (CELL_LIMIT + 1))

VALUES = st.none() | TEXTS | st.integers() | st.floats() | st.binary(max_size=3)


@pytest.mark.parametrize("column_type", [String(), Integer(), Float(), Boolean(), LargeBinary()], ids=repr)
@given(
    st.lists(VALUES, max_size=6)
    | st.lists(TEXTS, max_size=6)
    | st.lists(st.none() | TEXTS, max_size=6)
    | st.lists(st.integers(), max_size=6)
)
def test_a_column_is_converted_as_its_values_are_one_by_one(
    column_type: TypeEngine[object], raws: list[object]
) -> None:
    reader = CellReader(column_type, SQL)
    assert reader.cells(raws) == [reader.cell(raw) for raw in raws]


@given(st.lists(st.tuples(TEXTS, st.none() | st.just(9_999)), max_size=6))
def test_a_value_that_is_cut_keeps_its_length_among_whole_ones(pairs: list[tuple[str, int | None]]) -> None:
    reader = CellReader(String(), SQL)
    cells = reader.cells([raw for raw, _ in pairs], [length for _, length in pairs])
    assert cells == [reader.cell(raw, length) for raw, length in pairs]


def test_plain_texts_and_nulls_are_whole_cells() -> None:
    cells = CellReader(String(), SQL).cells(["a", None, "長"])
    assert cells == [Cell("a"), Cell("NULL", is_null=True), Cell("長")]
    assert all(type(cell) is Cell and clean(cell.text) == cell.text for cell in cells)
