"""Keys that other programs have taught: those of vi, half pages, panels by number."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest


Browse = Callable[..., AbstractAsyncContextManager[Any]]


async def test_l_opens_and_h_closes(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("l")
        await browser.until_line("Nami")
        await browser.press("l")
        assert browser.table.cursor == (0, "members", 0)
        await browser.press("h", "h")
        await browser.until(lambda: len(browser.lines) == 40, "only the crews")


async def test_the_log_s_new_key_is_said_at_the_first_l(browse: Browse, world: Path) -> None:
    async with browse(world, size=(160, 45)) as browser:
        shown: list[str] = []
        tell = browser.table.state.set_caption

        def set_caption(**changes: Any) -> None:
            shown.append(changes.get("hint", ""))
            tell(**changes)

        browser.table.state.set_caption = set_caption
        await browser.press("l", "l")
        assert [hint for hint in shown if "log" in hint] == ["{l} opens, as {→} does; the statement log is {L}"]


async def test_half_pages_and_pages(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(browser.screen.furnished.is_set, "the footer, which takes a line")
        await browser.pilot.pause()
        page = browser.table.rows_in_view
        await browser.press("ctrl+d")
        assert browser.table.cursor == (page // 2,)
        await browser.press("space")
        assert browser.table.cursor == (min(39, page // 2 + page),)
        await browser.press("g", "ctrl+d", "ctrl+u")
        assert browser.table.cursor == (0,)


async def test_all_rows_are_closed_at_once(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("A")
        await browser.until(lambda: len(browser.lines) > 40, "the members")
        await browser.press("C")
        assert len(browser.lines) == 40
        await browser.until(lambda: browser.attribute("members")[1:2] == ["unloaded"], "a fresh instance")


@pytest.mark.parametrize(("key", "panel"), [("1", "table"), ("2", "inspector"), ("3", "log")])
async def test_the_panels_by_number(browse: Browse, world: Path, key: str, panel: str) -> None:
    async with browse(world) as browser:
        await browser.press("tab", key)
        assert getattr(browser, panel).has_focus


async def test_a_panel_that_is_not_shown_does_not_take_the_focus(browse: Browse, world: Path) -> None:
    async with browse(world, size=(50, 24)) as browser:
        await browser.press("2", "3")
        assert browser.table.has_focus


async def test_none_of_them_is_a_command_while_something_is_typed(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("slash", *"h l 12C")
        assert browser.app.focused.value == "h l 12C"
        await browser.press("escape", "m", *"hl1C")
        assert browser.app.focused.value == "hl1C"
