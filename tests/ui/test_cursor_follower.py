"""Another order, or a filter: the first rows are shown at once, and the cursor's row is found afterwards."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from pirate_tui.orm.rows.row_queries import RowQueries


Browse = Callable[..., AbstractAsyncContextManager[Any]]

BY_SHIP = "SELECT id FROM pirate_crew ORDER BY ship_name, id"
"""No index gives this order, and it begins with NULLs."""


def ask(path: Path, statement: str) -> list[str]:
    """The first column of what sqlite3 answers, as text."""
    with closing(sqlite3.connect(path)) as connection:
        return [str(row[0]) for row in connection.execute(statement)]


class HeldUp:
    """A question that the database answers only when it is let."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
        self.let = asyncio.Event()
        self.asked = self.cancelled = 0
        answer = getattr(RowQueries, method)

        async def wait(*given: object, **named: object) -> object:
            self.asked += 1
            try:
                await self.let.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            return await answer(*given, **named)

        monkeypatch.setattr(RowQueries, method, wait)


async def sort_by_ship(browser: Any, row: int = 99) -> None:
    """Sort by a column without an index, with the cursor on the row of that number; wait for the first rows."""
    browser.table.state.go_to(row)
    await browser.until(lambda: browser.here, "the row")
    await browser.press("]", "]", "o")
    await browser.until(lambda: "by ship_name ↑" in browser.title, "the order")


async def test_the_first_rows_come_before_the_place_of_the_cursor(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered = ask(fleet, BY_SHIP)
    async with browse(fleet) as browser:
        rank, anchors = HeldUp(monkeypatch, "rank"), HeldUp(monkeypatch, "anchors")
        await sort_by_ship(browser)
        assert (browser.row(0)[0], browser.table.cursor) == (ordered[0], (0,))
        assert "· 3,000 rows" in browser.title
        await browser.until(lambda: browser.screen.busy.startswith("finding PirateCrew 100"), "what is under way")
        assert (rank.asked, anchors.asked) == (1, 0)
        rank.let.set()
        await browser.until(lambda: browser.here[:1] == ["100"], "crew 100")
        assert browser.table.cursor == (ordered.index("100"),)
        await browser.until(lambda: browser.screen.busy.startswith("sorting PirateCrew"), "the anchors, last")
        anchors.let.set()
        for number in (1_234, 2_999):
            browser.table.state.go_to(number)
            await browser.until(lambda number=number: browser.row(number)[:1] == [ordered[number]], f"row {number}")


async def test_esc_keeps_the_first_rows(browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with browse(fleet) as browser:
        rank = HeldUp(monkeypatch, "rank")
        await sort_by_ship(browser)
        await browser.press("escape")
        await browser.until(lambda: rank.cancelled, "the end of the work")
        await browser.until(lambda: browser.error.startswith("cancelled"), "the way out")
        await browser.until_idle()
        assert browser.title == "PirateCrew · 3,000 rows · by ship_name ↑"
        assert (browser.table.cursor, browser.screen.busy) == ((0,), "")


@pytest.mark.parametrize("keys", [["down"], ["home"], ["down", "up"], ["pagedown"], ["enter"]], ids=" ".join)
async def test_a_cursor_that_is_used_meanwhile_is_not_taken_away(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch, keys: list[str]
) -> None:
    async with browse(fleet) as browser:
        rank = HeldUp(monkeypatch, "rank")
        await sort_by_ship(browser, 1_999)
        await browser.press(*keys)
        await browser.until(lambda: browser.table.state.is_used, "the key")
        there = browser.table.cursor
        rank.let.set()
        await browser.until_idle()
        assert browser.table.cursor == there


async def test_rows_that_are_scrolled_meanwhile_stay(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browse(fleet) as browser:
        rank = HeldUp(monkeypatch, "rank")
        await sort_by_ship(browser, 1_999)
        browser.table.scroll_to(y=50, animate=False, immediate=True)
        rank.let.set()
        await browser.until_idle()
        assert (browser.table.cursor, round(browser.table.scroll_y)) == ((0,), 50)


async def test_sorted_twice_it_still_goes_to_the_row_that_the_cursor_was_on(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browse(fleet) as browser:
        rank = HeldUp(monkeypatch, "rank")
        await sort_by_ship(browser)
        await browser.press("o")
        await browser.until(lambda: "by ship_name ↓" in browser.title and rank.asked == 2, "the other order")
        assert rank.cancelled == 1
        rank.let.set()
        await browser.until(lambda: browser.here[:1] == ["100"], "crew 100")
        assert browser.table.cursor == (ask(fleet, BY_SHIP)[::-1].index("100"),)


async def test_a_filter_shows_its_first_rows_before_they_are_counted(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browse(fleet) as browser:
        browser.table.state.go_to(999)
        await browser.until(lambda: browser.here, "the row")
        count = HeldUp(monkeypatch, "count")
        await browser.press("f", *"<2000", "enter")
        await browser.until(lambda: browser.title == "PirateCrew · id < 2000", "the filter")
        assert (browser.row(0)[0], browser.table.cursor, count.asked) == ("1", (0,), 1)
        count.let.set()
        await browser.until(lambda: browser.title == "PirateCrew · 1,999 rows · id < 2000", "the count")
        await browser.until(lambda: browser.table.cursor == (999,), "crew 1000")


async def test_within_a_moment_nothing_is_shown_before_the_row(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pirate_tui.ui.cursor_follower.MOMENT", 60.0)
    async with browse(fleet) as browser:
        browser.table.state.go_to(99)
        await browser.until(lambda: browser.here, "the row")
        rank = HeldUp(monkeypatch, "rank")
        await browser.press("]", "]", "o")
        await browser.until(lambda: rank.asked, "the question")
        assert (browser.title, browser.table.cursor) == ("PirateCrew · 3,000 rows", (99,))
        rank.let.set()
        await browser.until(lambda: "by ship_name ↑" in browser.title, "the order")
        assert browser.table.cursor == (ask(fleet, BY_SHIP).index("100"),)


async def test_a_row_that_the_filter_leaves_out_leaves_the_cursor_at_the_top(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        browser.table.state.go_to(2_500)
        await browser.until(lambda: browser.here, "the row")
        await browser.press("f", *"<2000", "enter")
        await browser.until(lambda: "· 1,999 rows" in browser.title, "the filter")
        await browser.until_idle()
        assert (browser.table.cursor, browser.error) == ((0,), "")
