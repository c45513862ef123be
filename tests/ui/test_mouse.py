"""The mouse: a click goes to what it is on, also to a column and to an attribute."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from pirate_tui.ui.widgets.row_table import RowTable


Browse = Callable[..., AbstractAsyncContextManager[Any]]

TITLE = 1
"""The line of a panel's title."""


async def click_head(browser: Any, name: str, line: int = -1) -> None:
    """Click on a column's head in that line of the table."""
    x = browser.table.line_at(line).text.index(name)
    await browser.pilot.click(RowTable, offset=(x, line + 1 + TITLE))


@pytest.mark.thorough
async def test_a_click_on_a_head_goes_to_the_column_and_sorts_by_it(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        for name, order in (("ship_name", "↑"), ("ship_name", "↓"), ("name", "↑")):
            await click_head(browser, name)
            await browser.until(lambda now=f"by {name} {order}": now in browser.title, f"by {name} {order}")
            assert browser.table.current_column.name == name


async def test_a_click_between_the_heads_does_nothing(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        x = browser.table.line_at(-1).text.index("ship_name") - 1
        await browser.pilot.click(RowTable, offset=(x, TITLE))
        await browser.pilot.click(RowTable, offset=(70, TITLE))
        assert browser.table.current_column.name == "id"
        assert "by " not in browser.title


@pytest.mark.thorough
async def test_a_click_on_nested_heads_goes_among_their_rows_and_on_the_top_back(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        assert browser.table.cursor == (0,)
        await click_head(browser, "role", line=2)
        assert browser.table.cursor == (0, "members", 0)
        assert browser.table.current_column.name == "role"
        await click_head(browser, "role", line=2)  # what is nested keeps its order
        assert browser.table.cursor == (0, "members", 0)
        assert "by " not in browser.title
        await click_head(browser, "name")
        await browser.until(lambda: "by name ↑" in browser.title, "the order")
        assert len(browser.table.cursor) == 1
        assert browser.here[1] == "Straw Hats"
        assert browser.table.current_column.name == "name"


@pytest.mark.thorough
@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_click_in_the_inspector_goes_to_the_attribute_and_two_access_it(
    browse: Browse, world: Path, size: tuple[int, int]
) -> None:
    async with browse(world, size=size) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the instance")
        await browser.pilot.click(browser.inspector, offset=(5, 2 + TITLE))
        await browser.until(lambda: browser.inspector.current.name == "ship_name", "the third attribute")
        assert browser.inspector.has_focus
        y = next(y for y in range(9) if browser.inspector.text_at(y).startswith("members")) + TITLE
        await browser.pilot.click(browser.inspector, offset=(5, y), times=2)
        await browser.until(lambda: browser.attribute("members")[1:2] == ["loaded"], "the members")
