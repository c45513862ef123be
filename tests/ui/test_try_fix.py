"""A fix is tried on the row whose access has failed, and shown beside what was before."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pirate_tui.domain.remedy import TrialOutcome
from tests.ui.fake_world import CALM, FakeWorld


Browse = Callable[..., AbstractAsyncContextManager[Any]]


def told(browser: Any) -> list[str]:
    """The lines of the explanation that are in view."""
    pane = browser.failure.explanation
    return [pane.text_at(y) for y in range(min(pane.line_count(), pane.size.height))]


async def fail(browser: Any) -> None:
    """Make the access that fails."""
    await browser.press("u", "enter")
    await browser.until_line("raised")
    await browser.until(lambda: browser.failure.pane.size.height, "the explanation")


FIXES = [
    (0, "await pirate_crew.awaitable_attrs.members", "select 2 + access 0"),
    (1, "select(PirateCrew).options(selectinload(PirateCrew.members))", "select 2 + access 0"),
    (2, 'await session.refresh(pirate_crew, ["members"])', "select 3 + access 0"),
]


@pytest.mark.parametrize(("number", "code", "sent"), FIXES)
async def test_enter_tries_the_selected_fix_and_the_row_is_open_as_it_left_it(
    browse: Browse, world: Path, number: int, code: str, sent: str
) -> None:
    async with browse(world, size=(120, 36)) as browser:
        await fail(browser)
        assert "select 1 + access 0" in browser.lines[1]
        await browser.press(*["down"] * number, "enter")
        await browser.until(lambda: browser.failure.has_class("-fixed"), "the trial")
        assert browser.lines[1].startswith(f"  ✓ members · 10 Pirate · {sent} · plain access · {code[:10]}")
        assert "Roronoa Zoro" in browser.lines[4]
        assert browser.attribute("members")[:3] == ["members", "loaded", "no"]
        lines = told(browser)
        assert lines[0] == f"tried {code}"
        assert [line.split()[-3:] for line in lines[2:5]] == [
            ["error,", "10", "Pirate"],
            ["IO", "no", "IO"],
            sent.split()[-3:],
        ]
        assert f"▶ {code}   ✓ helps · {sent}" in lines
        assert browser.failure.explanation.has_focus
        assert browser.table.scroll_y == 0, "the row that had failed is in view"
        await browser.until(lambda: "try fix: PirateCrew 1" in browser.statements[-1], "its statements")


@pytest.mark.thorough
async def test_one_fix_after_the_other_can_be_tried_and_esc_leaves_the_row_open(browse: Browse, world: Path) -> None:
    async with browse(world, size=(120, 36)) as browser:
        await fail(browser)
        for _, code, sent in FIXES:
            await browser.press("enter")
            await browser.until(lambda code=code, sent=sent: f"▶ {code}   ✓ helps · {sent}" in told(browser), code)
            await browser.press("down")
        await browser.press("escape")
        assert not browser.failure.display
        assert browser.table.has_focus
        assert "✓ members · 10 Pirate" in browser.lines[1]
        await browser.press("enter")
        await browser.until(lambda: len(browser.lines) == 40, "the row closed")


async def test_after_x_enter_opens_again(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await fail(browser)
        first = browser.failure.failed
        await browser.press("x")
        await browser.until(lambda: "after commit" in browser.inspector.title_text.plain, "the state")
        await browser.press("enter")
        await browser.until(lambda: browser.failure.failed is not first, "the next failure")
        assert not browser.failure.explanation.trials
        await browser.press("enter")
        await browser.until(lambda: browser.failure.has_class("-fixed"), "the trial")


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_fix_of_an_expired_attribute_is_tried_after_a_commit(browse: Browse, world: Path, number: int) -> None:
    async with browse(world, size=(120, 36)) as browser:
        await browser.until(lambda: "PirateCrew 1" in browser.inspector.title_text.plain, "the instance")
        await browser.press("x")
        await browser.until(lambda: "after commit" in browser.inspector.title_text.plain, "the state")
        await browser.press("tab", "down", "u", "enter")
        await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")
        fix = browser.failure.failure.remedies[number]
        await browser.press(*["down"] * number, "enter")
        await browser.until(lambda: browser.failure.has_class("-fixed"), "the trial")
        assert told(browser)[0] == f"tried {fix.code}"
        assert browser.attribute("name")[:4] == ["name", "loaded", "no", "IO"]
        assert len(browser.lines) == 40, "nothing has been opened in the table"


async def test_the_footer_says_what_enter_does(browse: Browse, world: Path) -> None:
    async with browse(world, size=(120, 36)) as browser:
        await fail(browser)

        def enter() -> list[str]:
            return [key.description for key in browser.screen.query("FooterKey").results() if key.key == "enter"]

        await browser.until(lambda: enter() == ["Try fix"], "the fix")
        await browser.press("s")
        await browser.until(lambda: enter() == ["Retry"], "another access")
        await browser.press("S")
        await browser.until(lambda: enter() == ["Try fix"], "the fix again")


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_comes_of_it_is_shown(browse: Browse, seed: int) -> None:
    world = FakeWorld(Random(seed), CALM)  # noqa: S311  no secret
    async with browse(connect=world.connect) as browser:
        await browser.until(lambda: "· 30,000 rows" in browser.title, "the rows")
        await browser.press("enter", "down", "u", "enter")
        await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")
        await browser.press("enter")
        await browser.until(lambda: browser.failure.explanation.trials, "the trial")
        (tried,) = browser.failure.explanation.trials.values()
        assert browser.failure.has_class("-fixed") is (tried.trial.outcome is TrialOutcome.HELPS)
        await browser.until(lambda: browser.inspector.snapshot is not None, "an instance, the same or another one")


# A panel that fills the screen.


PANELS = {"table": (), "inspector": ("tab",), "statements": ("shift+tab",)}


def shown(browser: Any) -> set[str]:
    """The panels that are shown."""
    panels = {
        "table": browser.table,
        "inspector": browser.inspector,
        "statements": browser.log,
        "failure": browser.failure,
    }
    return {name for name, panel in panels.items() if panel.region.area}


@pytest.mark.parametrize("panel", PANELS)
async def test_z_gives_a_panel_the_whole_screen_and_takes_it_back(browse: Browse, world: Path, panel: str) -> None:
    async with browse(world, size=(120, 36)) as browser:
        await browser.until(lambda: "PirateCrew 1" in browser.inspector.title_text.plain, "the instance")
        await browser.press(*PANELS[panel], "z")
        await browser.until(lambda: shown(browser) == {panel}, panel)
        await browser.press("z")
        await browser.until(lambda: shown(browser) == {*PANELS}, "all of them")
        await browser.press("z", "escape")
        await browser.until(lambda: shown(browser) == {*PANELS}, "all of them")


async def test_a_failure_fills_the_screen_and_esc_takes_that_back_first(browse: Browse, world: Path) -> None:
    async with browse(world, size=(120, 36)) as browser:
        await browser.press("z")
        await fail(browser)
        assert shown(browser) == {*PANELS, "failure"}, "a failure ends that the table is alone"
        await browser.press("z")
        await browser.until(lambda: shown(browser) == {"failure"}, "the failure")
        assert browser.failure.region.height == 34
        await browser.press("enter")
        await browser.until(lambda: browser.failure.has_class("-fixed"), "the trial")
        assert shown(browser) == {"failure"}
        await browser.press("slash")
        await browser.until(lambda: browser.screen.search_bar.display, "the prompt")
        assert shown(browser) == {"failure"}
        await browser.press("escape", "escape")
        await browser.until(lambda: shown(browser) == {*PANELS, "failure"}, "all of them")
        await browser.press("z", "escape", "escape")
        await browser.until(lambda: shown(browser) == {*PANELS}, "no failure")


@pytest.mark.thorough
async def test_a_panel_that_fills_the_screen_survives_every_size(browse: Browse, world: Path) -> None:
    async with browse(world, size=(120, 36)) as browser:
        await browser.until(lambda: "PirateCrew 1" in browser.inspector.title_text.plain, "the instance")
        await browser.press("tab", "z")
        for width, height in ((50, 12), (80, 24), (30, 8), (160, 45)):
            await browser.pilot.resize_terminal(width, height)
            await browser.pilot.pause()
        await browser.until(lambda: shown(browser) == {"inspector"}, "the inspector")
        await browser.press("escape")
        await browser.until(lambda: shown(browser) == {*PANELS}, "all of them")
