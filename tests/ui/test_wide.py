"""A table of so many columns that no database gives all of them at once."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from pirate_tui.domain.rows import BLOCK


Browse = Callable[..., AbstractAsyncContextManager[Any]]

ROWS = 250
"""More than a page."""


@pytest.fixture(params=[450, pytest.param(1_500, marks=pytest.mark.thorough)])
def columns(request: pytest.FixtureRequest) -> int:
    """How many columns there are: more than two blocks, and more than SQLite gives with their lengths."""
    count: int = request.param
    return count


@pytest.fixture
def wide(tmp_path: Path, columns: int) -> Path:
    """A table without models; the value of each column says where it stands."""
    path = tmp_path / "wide.db"
    names = [f"c{n}" for n in range(1, columns)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE wide (id INTEGER PRIMARY KEY, {', '.join(f'{name} TEXT' for name in names)})")
        rows = ([row, *(f"r{row}c{n}" for n in range(1, columns))] for row in range(1, ROWS + 1))
        connection.executemany(f"INSERT INTO wide VALUES ({', '.join('?' * columns)})", rows)  # noqa: S608  marks
    return path


def has_cell(browser: Any, text: str) -> bool:
    """Is the cell drawn in any line that is in view?"""
    table = browser.table
    top = round(table.scroll_y)
    return any(text in table.text_at(y).split() for y in range(top, min(top + table.size.height, table.line_count())))


@pytest.mark.thorough
async def test_what_is_scrolled_to_is_read_and_shown(browse: Browse, wide: Path, columns: int) -> None:
    async with browse(wide) as browser:
        await browser.until(lambda: has_cell(browser, "r1c1"), "the first columns")
        assert f"· {ROWS} rows" in browser.title
        assert len(browser.row(0)) == BLOCK
        for number in (250, columns - 1, columns // 2):
            browser.table.column = number
            await browser.until(lambda number=number: has_cell(browser, f"r1c{number}"), f"column {number}")
            assert browser.table.current_column.name == f"c{number}"
            assert f"c{number}" in browser.table.text_at(-1).split()
        await browser.press("end")
        await browser.until(lambda: has_cell(browser, f"r{ROWS}c{columns // 2}"), "the last row")
        await browser.press("home", "right_square_bracket")
        await browser.until(lambda: has_cell(browser, f"r1c{columns // 2 + 1}"), "the next column")
        start = browser.table.text_at(0).index(f"r1c{columns // 2 + 1}") - browser.table.scroll_offset.x
        assert 0 <= start < browser.table.size.width, "the column is in view"


@pytest.mark.thorough
async def test_the_whole_row_is_copied_searched_and_filtered(browse: Browse, wide: Path, columns: int) -> None:
    async with browse(wide) as browser:
        await browser.press("down", "y")
        await browser.until(lambda: browser.app.clipboard, "the row")
        assert browser.app.clipboard.split("\t") == ["2", *(f"r2c{n}" for n in range(1, columns))]
        await browser.press("slash", *f"r7c{columns - 100}", "enter")
        await browser.until(lambda: browser.here[:1] == ["7"], "the row that is sought")
        await browser.until(lambda: "1 match" in browser.subtitle, "the number of hits")
        browser.table.column = columns - 100
        await browser.press("f", *"~r9c", "enter")
        await browser.until(lambda: browser.title.endswith(f"c{columns - 100} ~ r9c"), "the filter")
        await browser.until(lambda: has_cell(browser, f"r9c{columns - 100}"), "the row")
        assert browser.table.current_column.name == f"c{columns - 100}"
        await browser.press("v")
        await browser.until(lambda: browser.app.screen is not browser.screen, "the value")
        assert not browser.error


@pytest.mark.thorough
async def test_resting_on_a_row_loads_its_instance(browse: Browse, wide: Path, columns: int) -> None:
    async with browse(wide) as browser:
        await browser.until(lambda: browser.inspector.snapshot is not None, "the instance")
        attributes = browser.inspector.snapshot.attributes
        assert [attribute.name for attribute in attributes][:columns] == ["id", *(f"c{n}" for n in range(1, columns))]
        await browser.press("tab", "end")
        assert f"r1c{columns - 1}" in browser.inspector.plain
