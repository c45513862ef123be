"""Comparing loader strategies on the rows that are shown."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pirate_tui.domain.comparing import ROUNDS, Way
from pirate_tui.domain.statements import Outcome
from pirate_tui.pirates.fleet import Fleet, load
from pirate_tui.ui.screens.compare import CompareScreen
from pirate_tui.ui.widgets.text_pane import TextPane


Browse = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Three crews with eight members in all: what is slow about the naive ways is how often they ask."""
    path = tmp_path / "small.db"
    asyncio.run(load(path, Fleet(3, 8), lambda _done: None))
    return path


async def compare(browser: Any, *keys: str) -> CompareScreen:
    """Press the keys, then `c`; the comparison when all is measured."""
    await browser.press(*keys, "c")
    await browser.until(lambda: isinstance(browser.app.screen, CompareScreen), "the comparison")
    screen = browser.app.screen
    assert isinstance(screen, CompareScreen)
    await measured(browser, screen)
    return screen


async def measured(browser: Any, screen: CompareScreen) -> None:
    """Wait until nothing more is due."""
    await browser.until(lambda: screen.chart.contest is not None and screen.chart.contest.due is None, "all rounds")
    await browser.until(lambda: not any(one.is_running for one in screen.workers), "the end of the work")


def text(screen: CompareScreen) -> str:
    """What stands on it: title, chart, advice."""
    chart = screen.chart
    lines = [chart.text_at(y) for y in range(-1, chart.line_count())]
    return "\n".join([str(screen.query_one("#compared").render()), *lines, screen.query_one(TextPane).plain])


async def test_every_way_is_measured_on_the_page_and_one_is_recommended(browse: Browse, small: Path) -> None:
    async with browse(small) as browser:
        screen = await compare(browser)
        shown = text(screen)
        assert f"compare PirateCrew.members of 3 PirateCrew, medians of {ROUNDS} rounds" in shown
        assert all(way.title in shown for way in Way if way is not Way.QUERY)
        (joined,) = [line.split() for line in shown.splitlines() if line.split()[:1] == ["joinedload"]]
        assert joined[-4:] == ["1", "9", "8", "Pirate"]
        (plain,) = [line for line in shown.splitlines() if line.lstrip().startswith("plain access")]
        assert "MissingGreenlet" in plain
        assert "2 statements for 3 rows" in shown
        assert "awaited one by one: 4 statements" in shown
        assert "select(PirateCrew).options(selectinload(PirateCrew.members))" in shown
        assert screen.chart.current is not None
        assert screen.chart.current.way is Way.SELECTINLOAD
        assert browser.statements, "what was measured is in the log"
        sent = [one for one in browser.log._statements.values() if one.cause.startswith("compare PirateCrew.members")]  # noqa: SLF001
        assert {one.outcome for one in sent} == {Outcome.DONE}


async def test_the_cursor_tells_of_each_way_and_copies_its_code(browse: Browse, small: Path) -> None:
    async with browse(small) as browser:
        screen = await compare(browser)
        await browser.press("home", "y")
        assert browser.app.clipboard == "await pirate_crew.awaitable_attrs.members"
        assert "the N+1" in text(screen)
        await browser.press("down", "down", "down", "y")
        assert browser.app.clipboard == "select(PirateCrew).options(selectinload(PirateCrew.members))"


@pytest.mark.thorough
async def test_the_number_of_parents_can_be_chosen(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        await browser.press("c")
        await browser.until(lambda: isinstance(browser.app.screen, CompareScreen), "the comparison")
        screen = browser.app.screen
        for expected in (200, 100, 1_000, 200):
            await browser.until(partial(_says_parents, screen, expected), f"{expected} parents")
            screen.action_next_count()  # a key would wait for the measuring to end


def _says_parents(screen: CompareScreen, count: int) -> bool:
    contest = screen.chart.contest
    return contest is not None and len(contest.keys) == count and f"of {count:,} PirateCrew" in text(screen)


async def test_inside_an_opened_row_it_is_about_the_rows_that_the_cursor_is_among(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("members · 10 Pirate")
        screen = await compare(browser, "down", "down")
        assert "compare Pirate.pirate_crew of 10 Pirate" in text(screen)
        assert screen.advice is not None
        assert screen.advice.way in {Way.JOINEDLOAD, Way.SELECTINLOAD}


async def test_esc_stops_the_measuring_and_then_leads_back(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        await browser.press("c")
        await browser.until(lambda: isinstance(browser.app.screen, CompareScreen), "the comparison")
        screen = browser.app.screen
        await browser.until(lambda: screen.chart.contest and screen.chart.contest.measurements[0].runs, "a first run")
        await browser.press("escape")
        await browser.until(lambda: not any(one.is_running for one in screen.workers), "the end of the work")
        assert screen.chart.contest.due is not None
        assert browser.app.screen is screen
        await browser.press("escape")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")
        assert browser.table.has_focus


async def test_too_much_is_said_and_nothing_is_loaded(browse: Browse, fleet: Path) -> None:
    async with browse(fleet, limit=5) as browser:
        await browser.press("c")
        await browser.until(lambda: browser.app.screen.has_class("-troubled"), "the trouble")
        told = str(browser.app.screen.query_one("#trouble").render())
        assert "these 200 rows lead to more than 50 Pirate; take fewer of them" in told
