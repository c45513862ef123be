"""Unsafe mode: the real error, shown raw and explained, and the browser going on after it."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import pytest


Browse = Callable[..., AbstractAsyncContextManager[Any]]


async def test_the_error_s_own_text_comes_first_and_the_whole_traceback_is_below(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        raw = browser.failure.traceback.plain.splitlines()
        assert raw[0] == "Traceback (most recent call last):"
        assert "    pirate_crew.members" in raw
        told = " ".join(browser.failure.explanation.plain.split())
        assert told.startswith(browser.failure.failure.headline[0])
        assert "greenlet_spawn has not been called" in told
        assert "xd2s" in raw[-1]
        assert "at pirate_crew.members" in told


async def test_no_frame_of_ours_stands_in_the_traceback(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        assert "pirate_tui" not in browser.failure.traceback.plain.replace(str(Path(__file__).parents[2]), "")


async def test_the_statement_is_listed_as_never_sent(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.until(lambda: "never sent" in browser.statements[-1], "the statement")
        assert "FROM pirates WHERE ? = pirate_crew_id" in browser.statements[-1]
        assert browser.statements[-1].endswith("PirateCrew 1.members")


async def test_the_live_instance_is_the_one_that_failed(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        lines = [line.split() for line in browser.inspector.plain.splitlines()]
        assert lines[1] == ["name", "loaded", "no", "IO", "Straw", "Hats"]
        assert lines[3] == ["members", "unloaded", "IO"]


async def test_the_explanation_names_attribute_and_fixes(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.until(browser.failure.explanation.line_count, "the explanation")
        text = browser.failure.explanation.plain
        words = " ".join(text.split())
        assert "PirateCrew.members of PirateCrew 1 was accessed without await, but it is not loaded" in words
        assert browser.failure.title_text.plain == "PirateCrew.members of PirateCrew 1 · plain access · as mapped"
        assert "inside the greenlet" in words
        assert "await pirate_crew.awaitable_attrs.members" in text
        assert "✗ await asyncio.to_thread(lambda: pirate_crew.members)" in text
        assert "select(PirateCrew).options(selectinload(PirateCrew.members))" in text
        assert "WHERE ? = pirates.pirate_crew_id" in text
        assert text.splitlines()[-1].endswith("xd2s")


async def test_y_copies_the_selected_fix_or_the_traceback(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("down", "y")
        assert browser.app.clipboard == "select(PirateCrew).options(selectinload(PirateCrew.members))"
        await browser.press("tab", "y")
        assert browser.app.clipboard == browser.failure.traceback.plain


@pytest.mark.thorough
async def test_the_traceback_can_be_searched(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("t", "home")
        pane = browser.failure.traceback
        await browser.press("slash", *"XD2S", "enter")
        await browser.until(lambda: pane.place == (1, pane.plain.count("xd2s")), "the hits")
        assert any(
            "xd2s" in pane.text_at(y) for y in range(round(pane.scroll_y), round(pane.scroll_y) + pane.size.height)
        )
        await browser.press("N")
        assert pane.place[0] == pane.place[1]
        await browser.press("n")
        assert pane.place[0] == 1
        await browser.press("escape")
        await browser.until(lambda: not browser.screen.query_one("SearchBar").display, "the end of the search")
        assert browser.failure.display


@pytest.mark.thorough
async def test_the_traceback_can_be_selected(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("t", "home")
        await browser.pilot.mouse_down(browser.failure.traceback, offset=(0, 0))
        await browser.pilot.hover(browser.failure.traceback, offset=(8, 0))
        await browser.pilot.mouse_up(browser.failure.traceback, offset=(8, 0))
        await browser.press("ctrl+c")
        assert browser.app.clipboard == "Traceback"


async def test_after_it_the_browser_goes_on(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("u", "enter")
        await browser.until_line("Roronoa Zoro")
        assert not browser.failure.display
        assert browser.table.has_focus


@pytest.mark.thorough
async def test_esc_closes_the_failure_and_closing_the_row_does_too(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("escape")
        assert not browser.failure.display
        await browser.press("enter")
        await browser.until(lambda: len(browser.lines) == 40, "the row closed")


async def test_a_many_to_one_fails_too(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("right", "u", "enter")
        await browser.until_line("pirate_crew · PirateCrew · no IO · identity map · plain access")
        await browser.press("M")
        await browser.until(lambda: browser.title.startswith("Pirate ·") and browser.row(0), "the pirates")
        await browser.press("enter")
        await browser.until_line("raised")
        assert "    pirate.pirate_crew" in browser.failure.traceback.plain.splitlines()
        assert browser.failure.failure.remedies[1].code == "select(Pirate).options(joinedload(Pirate.pirate_crew))"


@pytest.mark.thorough
async def test_enter_in_the_traceback_makes_the_access_again_after_another_strategy(
    browse: Browse, world: Path
) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("s", "enter")
        await browser.until_line("select 2 + access 0")
        assert not browser.failure.display


@pytest.mark.thorough
async def test_the_search_ends_when_the_traceback_fills_the_panel(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("slash", *"green", "enter", "t")
        await browser.until(lambda: not browser.screen.query_one("SearchBar").display, "the end of the search")
        assert browser.failure.is_traceback_alone


async def test_an_opening_that_fails_leaves_no_stale_instance(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: "PirateCrew 1" in browser.inspector.title_text.plain, "the instance")
        with closing(sqlite3.connect(world)) as other:
            other.execute("DELETE FROM pirate_crew WHERE id = 1")
            other.commit()
        shown: list[str] = []
        browser.screen.watch(
            browser.inspector, "snapshot", lambda _: shown.append(browser.inspector.title_text.plain), init=False
        )
        await browser.press("enter")
        await browser.until(lambda: "PirateCrew 1 is no longer in the database" in browser.error, "the trouble")
        # What another program has deleted is noticed as well: soon the row that is there now is rested on.
        await browser.until(lambda: "PirateCrew 2" in browser.inspector.title_text.plain, "the next instance")
        assert shown[0] == "Instance", "no instance, until there is another"
        assert not any("PirateCrew 1" in title for title in shown)
