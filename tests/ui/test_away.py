"""A database that is not there for a while: what is on the screen stays, dimmed, and everything goes on."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from pirate_tui.domain.failure import NO_DATABASE
from tests.ui.leaving import ANSWERS, LINE, Leaving, until_away, until_read


Browse = Callable[..., AbstractAsyncContextManager[Any]]


async def until_there(browser: Any) -> None:
    """Wait until it is there again, and nothing is said of it."""
    await browser.until(lambda: not browser.error and not browser.screen.is_away, "the end of the trouble")
    assert not browser.table.has_class("-stale")
    assert "stale" not in browser.subtitle


@pytest.mark.thorough
async def test_the_rows_and_the_instance_stay_and_the_cursor_goes_on(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        before, attributes = browser.lines[:200], browser.inspector.plain
        leaving.is_away = True
        await browser.press("enter")
        await until_away(browser)
        assert (browser.lines[:200], browser.inspector.plain) == (before, attributes)
        await browser.press("down", "down", "right_square_bracket", "u")
        assert browser.table.cursor == (2,)
        assert browser.table.column == 1
        await browser.press("colon", "3", "enter")  # where it is: nothing is asked
        await browser.until(lambda: browser.table.has_focus, "the table")
        assert browser.error == LINE
        await browser.until_idle()
        await browser.press("escape")
        assert not browser.error
        assert browser.table.has_class("-stale")
        leaving.is_away = False
        await browser.press("up")
        await until_there(browser)
        await browser.until(lambda: "PirateCrew 2 ·" in browser.inspector.title_text.plain, "the instance")


@pytest.mark.thorough
async def test_rows_that_are_not_held_are_asked_for_once_and_come_when_it_is_back(
    browse: Browse, leaving: Leaving
) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        leaving.is_away = True
        await browser.press("end")
        await until_away(browser)
        await browser.pilot.pause(0.5)  # a table that asks again and again asks some hundred times
        assert leaving.asked < 10
        assert browser.lines[-1].strip() == "…"
        leaving.is_away = False
        await browser.press("r")
        await until_there(browser)
        await browser.until(lambda: browser.here[:1] == ["3000"], "the last row")


@pytest.mark.thorough
async def test_wherever_in_reading_again_it_goes_away_one_stays_where_one_was(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        browser.table.state.go_to(2_500)
        await browser.until(lambda: browser.here[:1] == ["2501"], "crew 2501")
        await browser.press("enter")
        await browser.until(lambda: browser.table.text_at(2_501).strip().startswith("▾ members"), "the members")
        await browser.press("down", "down")
        await browser.until(lambda: "Pirate " in browser.inspector.title_text.plain, "the member's instance")
        before, troubles = _place(browser), 0
        for answers in range(ANSWERS):
            leaving.answers_left = answers
            await browser.press("r")
            await browser.until_idle()
            assert _place(browser) == before
            troubles += browser.screen.is_away
            leaving.answers_left, leaving.is_away = None, False
            await browser.press("r")
            await until_there(browser)
            await browser.until_idle()
            assert _place(browser) == before
        assert 0 < troubles < ANSWERS


def _place(browser: Any) -> tuple[Any, ...]:
    """Where one is, and what is seen there."""
    top = round(browser.table.scroll_y)
    return browser.table.cursor, top, [browser.table.text_at(y) for y in range(top, top + 20)], browser.inspector.plain


@pytest.mark.thorough
async def test_a_table_that_cannot_be_opened_leaves_the_one_that_is_shown(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        leaving.is_away = True
        await browser.press("m", *"pirates", "enter")
        await until_away(browser)
        assert browser.title == "PirateCrew · 3,000 rows"
        for keys in (["o"], ["f", *"x", "enter"], ["slash", *"x", "enter"], ["colon", *"=7", "enter"], ["A"], ["x"]):
            await browser.press(*keys)
            await until_away(browser)
        assert browser.title == "PirateCrew · 3,000 rows"
        leaving.is_away = False
        await browser.press("m", *"pirates", "enter")
        await browser.until(lambda: browser.title == "Pirate · 6,000 rows", "the other table")
        await until_there(browser)


async def test_an_answer_that_was_noted_late_does_not_hide_the_error(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        renew = leaving.renew

        async def answer_and_leave() -> bool:
            leaving.meet()
            leaving.is_away = True  # the screen has not handled the message of that answer when the error is shown
            return await renew()

        leaving.renew = answer_and_leave  # type: ignore[method-assign]
        await browser.press("r")
        await until_away(browser)


@pytest.mark.thorough
async def test_the_comparison_says_it_and_r_measures_again(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        leaving.is_away = True
        await browser.press("c")
        await browser.until(lambda: browser.app.screen.query("StrategyChart"), "the comparison")
        screen = browser.app.screen
        line = screen.query_one("#error-line")
        await browser.until(lambda: line.display and str(line.render()) == LINE, "the trouble")
        leaving.is_away = False
        await browser.press("r")
        await browser.until(lambda: screen.chart.recommended is not None, "what to take")
        assert not line.display
        await browser.press("escape", "escape")
        await until_there(browser)


@pytest.mark.thorough
async def test_the_list_of_models_says_it_and_can_be_chosen_from(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        leaving.is_away = True
        await browser.press("m")
        await browser.until(lambda: _foot(browser) == LINE, "the trouble")
        await browser.press("escape")
        leaving.is_away = False
        await browser.press("m")
        await browser.until(lambda: _foot(browser) == "", "no trouble")
        await browser.press("escape")


def _foot(browser: Any) -> str | None:
    """What stands at the foot of the list of models; None before there is one."""
    return next((str(box.border_subtitle or "") for box in browser.app.screen.query("ChooseScreen > Vertical")), None)


@pytest.mark.thorough
async def test_a_value_that_cannot_be_read_says_it_and_r_reads_it(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        leaving.is_away = True
        await browser.press("v")
        await browser.until(lambda: browser.app.screen.query("TextPane"), "the pane")
        pane = browser.app.screen.query_one("TextPane")
        await browser.until(lambda: pane.plain == LINE.replace("; start", ": start"), "the trouble")
        leaving.is_away = False
        await browser.press("r")
        await browser.until(lambda: pane.plain == "1", "the value")
        await browser.press("escape")
        await until_there(browser)


# At the start.


async def test_never_there_is_an_exit_code_and_a_word_about_it(browse: Browse, leaving: Leaving) -> None:
    leaving.is_away = True
    async with browse(connect=leaving.connect) as browser:
        await browser.until(lambda: browser.error == LINE, "the trouble")
        await browser.press("r", "escape", "q")
        await browser.until(lambda: browser.app.return_code == NO_DATABASE, "the exit code")


async def test_once_there_it_ends_well_also_while_it_is_away(browse: Browse, leaving: Leaving) -> None:
    leaving.is_away = True
    async with browse(connect=leaving.connect) as browser:
        await browser.until(lambda: browser.error == LINE, "the trouble")
        leaving.is_away = False
        await browser.press("r")
        await until_read(browser)
        leaving.is_away = True
        await browser.press("down")
        await until_away(browser)
        await browser.press("q")
        await browser.until(lambda: browser.app.return_code == 0, "the exit code")


@pytest.mark.thorough
async def test_esc_frees_the_screen_also_of_a_connect_that_does_not_heed_it(browse: Browse, leaving: Leaving) -> None:
    late, leaving.heeds_cancel = asyncio.Event(), False
    leaving.held = late
    async with browse(connect=leaving.connect) as browser:
        await browser.until(lambda: "opening the database … · esc cancels" in browser.screen.busy, "what is under way")
        await browser.press("escape")
        await browser.until(lambda: browser.error == "not opened; press r to retry, q to quit", "the way out")
        await browser.pilot.pause(0.5)
        assert not browser.screen.busy
        leaving.held = None
        await browser.press("r")
        await until_read(browser)
        late.set()
        await browser.until(lambda: leaving.closed == 1, "the end of the one that came too late")
        await browser.press("down")
        await browser.until(lambda: "PirateCrew 2 ·" in browser.inspector.title_text.plain, "the instance")


# The title.


@pytest.mark.thorough
@pytest.mark.parametrize("width", [80, 100, 160])
async def test_a_warning_stands_in_the_title_at_all_times(browse: Browse, leaving: Leaving, width: int) -> None:
    leaving.name, leaving.dialect, leaving.warning = "db:5432/shop", "postgresql+asyncpg", "superuser"
    async with browse(connect=leaving.connect, size=(width, 30)) as browser:
        await until_read(browser)
        await browser.until(lambda: not browser.screen.busy, "rest")
        title = browser.screen.query_one("TitleBar").render()
        assert title.cell_len == width
        assert " · superuser " in f"{title} "
        assert " SAFE   loader: as mapped" in str(title)
        assert "db:5432/shop · read-only" in str(title)
        if width >= 100:
            assert "db:5432/shop · read-only · postgresql+asyncpg · superuser" in str(title)
