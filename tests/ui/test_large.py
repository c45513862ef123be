"""Collections too large to hold: paged in place, nothing loaded until it is asked for again."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import pytest


Browse = Callable[..., AbstractAsyncContextManager[Any]]

pytestmark = pytest.mark.thorough

LIMIT = 50


def members(path: Path, crew: int) -> list[str]:
    """The names of a crew's members, in the order of their keys."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM pirates WHERE pirate_crew_id = ? ORDER BY id", (crew,))
        return [name for (name,) in rows]


async def open_first(browser: Any) -> None:
    """Enter on the largest crew; wait until its members are counted."""
    await browser.press("enter")
    await browser.until(lambda: "not loaded" in browser.table.text_at(1), "the collection, held back")
    await browser.until(lambda: "more than" not in browser.table.text_at(1), "its count")


async def test_a_large_collection_is_paged_and_not_loaded(browse: Browse, fleet: Path) -> None:
    names = members(fleet, 1)
    async with browse(fleet, limit=LIMIT) as browser:
        await open_first(browser)
        assert f"members · {len(names):,} Pirate · not loaded" in browser.table.text_at(1)
        assert browser.attribute("members") == ["members", "unloaded", "IO"]
        for number in (0, 300, len(names) - 1):
            browser.table.cursor = (0, "members", number)
            await browser.until(lambda number=number: browser.here[1:2] == [names[number]], f"member {number}")
        await browser.press("down")
        assert browser.table.cursor == (1,)
        assert not any("IN (" in line or "= pirates.pirate_crew_id" in line for line in browser.statements[-3:])


async def test_a_second_enter_loads_it_all_the_same(browse: Browse, fleet: Path) -> None:
    names = members(fleet, 1)
    async with browse(fleet, limit=LIMIT, size=(160, 45)) as browser:
        await open_first(browser)
        await browser.press("enter")
        await browser.until(lambda: "access 1 · same session" in browser.table.text_at(1), "the opening in full")
        assert browser.attribute("members") == [
            "members",
            "loaded",
            "no",
            "IO",
            str(len(names)),
            "Pirate",
        ]
        browser.table.cursor = (0, "members", len(names) - 1)
        await browser.until(lambda: browser.here[1:2] == names[-1:], "the last member")
        await browser.press("left", "enter")
        await browser.until(lambda: len(browser.lines) == 3_000, "closed")


@pytest.mark.parametrize("strategy", ["selectinload", "joinedload", "subqueryload"])
async def test_eager_loaders_are_held_back_too(browse: Browse, fleet: Path, strategy: str) -> None:
    async with browse(fleet, limit=LIMIT, size=(160, 45)) as browser:
        while browser.screen.strategy.title != strategy:
            await browser.press("s")
        await browser.press("u")
        await open_first(browser)
        await browser.until(lambda: browser.attribute("members")[1:2] == ["unloaded"], "the crew without members")
        await browser.press("enter")
        await browser.until(lambda: "access 0" in browser.table.text_at(1), "the opening in full")
        assert strategy in browser.table.text_at(1)


async def test_what_only_raises_is_not_held_back(browse: Browse, fleet: Path) -> None:
    async with browse(fleet, limit=LIMIT) as browser:
        await browser.press("u", "enter")
        await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")
        assert "raised" in browser.table.text_at(1)


async def test_up_to_the_limit_a_collection_is_loaded(browse: Browse, fleet: Path) -> None:
    count = len(members(fleet, 1))
    async with browse(fleet, limit=count) as browser:
        await browser.press("enter")
        await browser.until_line(f"members · {count:,} Pirate · select 1 + access 1")
    async with browse(fleet, limit=count - 1) as browser:
        await open_first(browser)


async def test_members_of_what_is_paged_open_in_their_turn(browse: Browse, fleet: Path) -> None:
    async with browse(fleet, limit=LIMIT) as browser:
        await open_first(browser)
        browser.table.cursor = (0, "members", 200)
        await browser.until(lambda: browser.here, "the member")
        await browser.press("enter")
        await browser.until(
            lambda: (
                "pirate_crew · PirateCrew"
                in browser.table.text_at(browser.table.listing.outline.line_of(browser.table.cursor) + 1)
            ),
            "its crew",
        )
        await browser.press("right", "left", "left", "left")
        assert browser.table.cursor == (0,)
