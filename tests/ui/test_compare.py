"""Comparing loader strategies on the rows that are shown."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import pytest

from pirate_tui.domain.comparing import ROUNDS, LoadMethod
from pirate_tui.domain.rows import Row
from pirate_tui.domain.statements import StatementStatus
from pirate_tui.pirates.fleet import SampleSize, load
from pirate_tui.ui.screens.compare import CompareScreen, from_here, question_at
from pirate_tui.ui.widgets.title_bar import TitleBar


Browse = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Three crews with eight members in all: what is slow about the naive ways is how often they ask."""
    path = tmp_path / "small.db"
    asyncio.run(load(path, SampleSize(3, 8), lambda _done: None))
    return path


async def compare(browser: Any, *keys: str, budget: float = 0) -> CompareScreen:
    """Press the keys, then compare within a budget; the comparison when all is measured."""
    await browser.press(*keys)
    screen = browser.screen
    question = question_at(screen.connection, browser.table, browser.inspector)
    assert question is not None
    compared = CompareScreen(screen.connection, question, screen.query_one(TitleBar).another(), budget)
    browser.app.push_screen(compared)
    await browser.until(lambda: compared.is_mounted, "the comparison")
    await measured(browser, compared)
    return compared


async def begin(browser: Any) -> CompareScreen:
    """Press `c`; the comparison when it begins."""
    await browser.press("c")
    await browser.until(lambda: isinstance(browser.app.screen, CompareScreen), "the comparison")
    screen = browser.app.screen
    assert isinstance(screen, CompareScreen)
    return screen


async def measured(browser: Any, screen: CompareScreen) -> None:
    """Wait until nothing more is due."""
    await browser.until(
        lambda: screen.chart.comparison is not None and screen.chart.comparison.next_request is None, "all rounds"
    )
    await browser.until_idle()


def text(screen: CompareScreen) -> str:
    """What stands on it: title, chart, the chosen way, its plan."""
    chart = screen.chart
    lines = [chart.text_at(y) for y in range(-1, chart.line_count())]
    title, method = (str(screen.query_one(one).render()) for one in ("#compared", "#method"))
    return "\n".join([title, *lines, method, screen.plan.plain if screen.has_class("-with-plan") else ""])


async def test_every_way_is_measured_on_the_page_and_one_is_recommended(browse: Browse, small: Path) -> None:
    async with browse(small) as browser:
        screen = await compare(browser, budget=inf)
        shown = text(screen)
        assert f"compare PirateCrew.members of 3 PirateCrew, median of {ROUNDS} rounds" in shown
        assert all(way.title in shown for way in LoadMethod if way not in {LoadMethod.QUERY, LoadMethod.AS_MAPPED})
        ways = [measured.way for measured in screen.chart.ranked]
        assert ways[:2] == [LoadMethod.SELECTINLOAD, LoadMethod.JOINEDLOAD]
        assert set(ways[-2:]) == {LoadMethod.PLAIN, LoadMethod.RAISELOAD}
        (joined,) = [line.split() for line in shown.splitlines() if line.split()[:1] == ["joinedload"]]
        assert joined[1] == "1"
        assert "9 repeats each PirateCrew" in " ".join(joined)
        (plain,) = [line for line in shown.splitlines() if line.lstrip().startswith("plain access")]
        assert "MissingGreenlet" in plain
        assert "2 statements for 3 rows" in shown
        assert "awaitable_attrs (N+1): 4 statements" in shown
        assert "select(PirateCrew).options(selectinload(PirateCrew.members))" in shown
        assert screen.chart.current is not None
        assert screen.chart.current.way is LoadMethod.SELECTINLOAD
        assert browser.statements, "what was measured is in the log"
        statements = browser.log._statements.values()  # noqa: SLF001
        sent = [each for each in statements if each.cause.startswith("compare PirateCrew.members")]
        assert {one.outcome for one in sent} == {StatementStatus.DONE}


async def test_the_cursor_tells_of_each_way_and_copies_its_code(browse: Browse, small: Path) -> None:
    async with browse(small) as browser:
        screen = await compare(browser)
        await browser.press("y")
        assert browser.app.clipboard == "select(PirateCrew).options(selectinload(PirateCrew.members))"
        assert "★ take selectinload: 2 statements" in text(screen)
        await browser.press("down", "y")
        assert browser.app.clipboard == "select(PirateCrew).options(joinedload(PirateCrew.members))"
        assert "joinedload: repeats each PirateCrew" in text(screen)
        screen.chart.chosen = LoadMethod.AWAITED
        await browser.press("y")
        assert browser.app.clipboard == "await pirate_crew.awaitable_attrs.members"
        await browser.press("home", "y")
        assert "selectinload" in browser.app.clipboard


async def test_the_title_stays_as_it_is_over_the_table(browse: Browse, small: Path) -> None:
    async with browse(small) as browser:
        screen = await compare(browser, "u", "s")
        title = str(screen.query_one(TitleBar).render())
        assert all(word in title for word in ("small.db", "UNSAFE", "loader: selectinload"))


async def test_enter_shows_the_plan_of_the_way_under_the_cursor_and_hides_it(browse: Browse, small: Path) -> None:
    async with browse(small) as browser:
        screen = await compare(browser)
        await browser.press("enter")
        await browser.until(lambda: screen.has_class("-with-plan"), "the plan")
        assert screen.plan.title_text.plain == "plan of selectinload · no index is missing"
        assert "SEARCH pirates USING INDEX ix_pirates_pirate_crew_id" in text(screen)
        await browser.press("down", "enter")
        await browser.until(lambda: "plan of joinedload" in screen.plan.title_text.plain, "the other plan")
        await browser.press("tab", "y")
        assert browser.app.clipboard.splitlines()[0].startswith("SELECT pirate_crew.")
        assert "LEFT OUTER JOIN pirates" in browser.app.clipboard
        await browser.press("enter")
        assert not screen.has_class("-with-plan")
        assert screen.chart.has_focus
        await browser.press("enter")
        await browser.until(lambda: screen.has_class("-with-plan"), "the plan again")
        await browser.press("escape")
        assert not screen.has_class("-with-plan")
        assert browser.app.screen is screen
        await browser.press("escape")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")


async def test_a_full_scan_is_red_and_names_the_column_that_wants_an_index(browse: Browse, small: Path) -> None:
    with closing(sqlite3.connect(small)) as connection:
        connection.execute("DROP INDEX ix_pirates_pirate_crew_id")
    async with browse(small) as browser:
        screen = await compare(browser)
        await browser.press("enter")
        await browser.until(lambda: screen.has_class("-with-plan"), "the plan")
        assert screen.plan.title_text.plain == "plan of selectinload · 1 full scan without an index"
        red = screen.plan.get_component_rich_style("plan-view--wants-index", partial=True).color
        lines = {y: screen.plan.text_at(y) for y in range(screen.plan.line_count())}
        styles = {y: [part.style for part in screen.plan.line_at(y) if part.text.strip()] for y in lines}
        marked = [lines[y] for y in lines if all(style is not None and style.color == red for style in styles[y])]
        assert marked == ["  SCAN pirates", "  ↑ full scan: wants an index on pirates (pirate_crew_id)"]


async def test_a_new_measurement_hides_the_plan_and_one_of_nothing_says_so(browse: Browse, small: Path) -> None:
    async with browse(small) as browser:
        screen = await compare(browser)
        await browser.press("enter")
        await browser.until(lambda: screen.has_class("-with-plan"), "the plan")
        await browser.press("r")
        await measured(browser, screen)
        assert not screen.has_class("-with-plan")
        comparison = screen.chart.comparison
        assert comparison is not None
        screen.chart.comparison = comparison._replace(keys=((99,),))
        await browser.press("enter")
        await browser.until(lambda: screen.has_class("-with-error"), "the error")
        assert "no statement was sent" in str(screen.query_one("#error-line").render())


async def test_the_comparison_is_copied_as_a_table(browse: Browse, small: Path) -> None:
    async with browse(small) as browser:
        comparison = (await compare(browser)).chart.comparison
        assert comparison is not None
        await browser.press("Y")
        lines = browser.app.clipboard.splitlines()
        assert lines[0].startswith("`PirateCrew.members` of ")
        assert lines[2] == "|  | strategy | statements | rows | time | min … max | loaded |"
        assert len(lines) == 4 + len(comparison.measurements)
        assert [line for line in lines if "★" in line] == [line for line in lines if "`selectinload`" in line]


async def test_the_title_and_the_star_tell_what_has_been_counted(browse: Browse, small: Path) -> None:
    async with browse(small) as browser:
        screen = await compare(browser, budget=0)
        assert "3 PirateCrew, median of 1 round" in text(screen)
        comparison = screen.chart.comparison
        assert comparison is not None
        assert {len(measurement.counted) for measurement in comparison.measurements if measurement.works} == {1}
        assert "★ selectinload" in text(screen)
        only = tuple(measurement._replace(runs=measurement.runs[:1]) for measurement in comparison.measurements)
        screen.chart.comparison = comparison._replace(measurements=only)
        screen._advise()  # noqa: SLF001  as after each run
        shown = text(screen)
        assert "3 PirateCrew, warm-up runs, not counted" in shown
        assert "★" not in shown
        assert "█" not in shown
        assert re.search(r"\d ms +warm-up", shown)


@pytest.mark.thorough
async def test_the_number_of_parents_can_be_chosen(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        screen = await begin(browser)
        for expected in (200, 100, 1_000, 1, 10, 40, 200):
            await browser.until(partial(_says_parents, screen, expected), f"{expected} parents")
            screen.action_next_count()  # a key would wait for the measuring to end


@pytest.mark.thorough
@pytest.mark.parametrize(("row", "count", "first", "last"), [(0, 10, 1, 10), (7, 10, 8, 17), (2_995, 10, 2_991, 3_000)])
async def test_parents_are_those_from_the_cursor_on(
    browse: Browse, fleet: Path, row: int, count: int, first: int, last: int
) -> None:
    async with browse(fleet) as browser:
        browser.table.state.go_to(row)
        await browser.until(lambda: browser.here[:1] == [str(row + 1)], "the row")
        question = question_at(browser.screen.connection.database, browser.table, browser.inspector)
        assert question is not None
        assert await question.keys(count) == tuple((n,) for n in range(first, last + 1))
        assert await question.keys(1) == ((row + 1,),)


@pytest.mark.parametrize(
    ("at", "count", "numbers"), [(0, 2, [0, 1]), (3, 2, [3, 4]), (4, 3, [2, 3, 4]), (1, 9, [0, 1, 2, 3, 4])]
)
def test_of_rows_that_are_held_those_from_one_on_are_taken(at: int, count: int, numbers: list[int]) -> None:
    rows = tuple(Row((), (n,)) for n in range(5))
    assert [row.key for row in from_here(rows, rows[at], count)] == [(n,) for n in numbers]


def _says_parents(screen: CompareScreen, count: int) -> bool:
    comparison = screen.chart.comparison
    return comparison is not None and len(comparison.keys) == count and f"of {count:,} PirateCrew" in text(screen)


async def test_inside_an_opened_row_it_is_about_the_rows_that_the_cursor_is_among(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("members · 10 Pirate")
        screen = await compare(browser, "down", "down")
        assert "compare Pirate.pirate_crew of 10 Pirate" in text(screen)
        assert screen.chart.recommended in {LoadMethod.JOINEDLOAD, LoadMethod.SELECTINLOAD}


@pytest.mark.thorough
async def test_esc_stops_the_measuring_and_then_leads_back(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        screen = await begin(browser)
        await browser.until(
            lambda: screen.chart.comparison and screen.chart.comparison.measurements[0].runs, "a first run"
        )
        await browser.press("escape")
        await browser.until_idle()
        assert screen.chart.comparison is not None
        assert screen.chart.comparison.next_request is not None
        assert not screen.chart.is_measuring
        assert browser.app.screen is screen
        await browser.press("escape")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")
        assert browser.table.has_focus


@pytest.mark.thorough
async def test_too_much_is_said_with_the_key_that_helps_and_nothing_is_loaded(browse: Browse, fleet: Path) -> None:
    async with browse(fleet, limit=5) as browser:
        screen = await begin(browser)
        await browser.until(lambda: screen.has_class("-with-error"), "the trouble")
        told = str(screen.query_one("#error-line").render())
        assert "rows have more than 50 Pirate in total; press p for fewer rows" in told
        assert "…" not in text(screen)
        for _ in range(4):
            screen.action_next_count()
        await browser.until(partial(_says_parents, screen, 9), "10 parents without the giant among them")
        assert not screen.has_class("-with-error")
        assert "without PirateCrew 1, which has " in text(screen)
        await measured(browser, screen)


@pytest.mark.thorough
async def test_open_all_leaves_what_holds_too_much_closed_and_names_it(browse: Browse, fleet: Path) -> None:
    with closing(sqlite3.connect(fleet)) as connection, connection:
        connection.execute("UPDATE pirates SET pirate_crew_id = 2 WHERE pirate_crew_id < 200")
    async with browse(fleet, limit=100) as browser:
        await browser.press("A")
        await browser.until(lambda: "without PirateCrew 2, which has" in browser.subtitle, "what was left out")
        opened = browser.table.listing.outline.opened
        assert set(opened) == set(range(200)) - {1}
        assert not browser.error


async def test_open_all_of_too_much_in_all_says_which_limit_it_was(browse: Browse, fleet: Path) -> None:
    with closing(sqlite3.connect(fleet)) as connection, connection:
        connection.execute("UPDATE pirates SET pirate_crew_id = 1 + id % 200")
    async with browse(fleet, limit=50) as browser:
        await browser.press("A")
        await browser.until(lambda: browser.error, "the trouble")
        assert browser.error == "these 200 rows have more than 500 Pirate in total; ⏎ opens one row"
        assert not browser.table.listing.outline.opened
