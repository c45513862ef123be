"""The inspector: what would happen is said beforehand, and every attribute can be accessed to prove it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest


Browse = Callable[..., AbstractAsyncContextManager[Any]]


async def go_to_members(browser: Any) -> None:
    """Give the inspector the focus, and its cursor the relationship."""
    await go_to(browser, "members")


async def go_to(browser: Any, attribute: str) -> None:
    """Give the inspector the focus, and its cursor that attribute."""
    await browser.until(lambda: browser.inspector.snapshot, "the instance")
    await browser.press("tab")
    await browser.until(lambda: browser.inspector.has_focus, "the focus")
    while browser.inspector.current.name != attribute:
        await browser.press("down")


async def test_every_attribute_and_what_prints_call_is_listed(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the instance")
        lines = browser.inspector.plain.splitlines()
        names = [line.split()[0] for line in lines[:-1] if not line.startswith(" ")]
        assert names == ["id", "name", "ship_name", "members", "repr()", "str()"]
        assert browser.attribute("repr()")[1:5] == ["ƒ", "computed", "no", "IO"]


@pytest.mark.thorough
async def test_what_a_plain_access_would_send_is_told_of_the_attribute_under_the_cursor(
    browse: Browse, world: Path
) -> None:
    async with browse(world) as browser:
        await go_to_members(browser)
        await browser.until(lambda: "would emit first:" in browser.inspector.plain, "the prediction")
        told = " ".join(browser.inspector.plain.split())
        assert "─ members · relationship · a plain access needs IO: MissingGreenlet" in told
        assert "FROM pirates WHERE ? = pirates.pirate_crew_id parameters: 1" in told
        await browser.press("up")
        expected = "ship_name · column · a plain access does no IO"
        await browser.until(lambda: expected in " ".join(browser.inspector.plain.split()), "none")
        assert "would send" not in browser.inspector.plain
        await browser.press("end", "home", "shift+tab")
        await browser.until(lambda: "─" not in browser.inspector.plain, "only the list, without the focus")


async def test_enter_awaits_the_attribute_as_the_instance_stands(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await go_to_members(browser)
        await browser.press("enter")
        await browser.until(lambda: browser.attribute("members")[1:2] == ["loaded"], "the members")
        assert "members: awaited · 1 statement" in browser.inspector.summary
        assert browser.inspector.has_focus
        await browser.press("enter")
        await browser.until(lambda: "0 statements" in browser.inspector.summary, "no statement more")


async def test_it_is_said_how_many_attributes_do_io_until_one_is_accessed(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:

        def foot() -> str:
            note: str = browser.inspector.note_text or browser.inspector.summary
            return note

        await browser.until(lambda: foot() == "1 of 6 attributes do IO", "the count")
        await browser.press("tab", "end", "up", "up", "enter")
        await browser.until(lambda: foot().startswith("members: awaited"), "the access")
        await browser.press("escape", "down")
        await browser.until(lambda: "PirateCrew 2" in browser.inspector.title_text.plain, "the next instance")
        assert foot() == "1 of 6 attributes do IO"


async def test_enter_in_unsafe_mode_proves_the_verdict_and_asks_again_after_u(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await go_to_members(browser)
        await browser.press("u", "enter")
        await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")
        assert "PirateCrew.members of PirateCrew 1 · plain access" in browser.failure.title_text.plain
        await browser.press("u", "enter")
        await browser.until(lambda: browser.attribute("members")[1:2] == ["loaded"], "the members, awaited")
        await browser.until(lambda: not browser.screen.has_class("-failed"), "no failure any more")
        await browser.until(lambda: browser.inspector.has_focus, "back where it was asked")


@pytest.mark.thorough
async def test_esc_from_a_failure_leads_back_to_the_inspector(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await go_to_members(browser)
        await browser.press("u", "enter")
        await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")
        await browser.press("escape")
        await browser.until(lambda: browser.inspector.has_focus, "the inspector")


async def test_x_puts_the_instance_through_the_states_that_applications_meet(browse: Browse, world: Path) -> None:
    expected = {
        "after commit": "IO",
        "after rollback": "IO",
        "detached": "no IO",
        "after INSERT": "no IO",
        "after UPDATE": "no IO",
        "persistent": "no IO",
    }
    async with browse(world) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the instance")
        for state, verdict in expected.items():
            await browser.press("x")
            await browser.until(lambda state=state: state in browser.inspector.title_text.plain, state)
            words = browser.attribute("id")
            assert " ".join(words[2:4]).startswith(verdict)
            detached = "detached" if state == "detached" else "IO"
            assert browser.attribute("members")[2] == detached


async def test_x_that_is_pressed_fast_goes_as_far_as_one_by_one(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the instance")
        for _ in range(4):
            browser.app.simulate_key("x")
        await browser.until(lambda: "after INSERT" in browser.inspector.title_text.plain, "the fourth state")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("presses", "attribute", "cause"),
    [(1, "name", "The commit expired"), (2, "name", "The rollback expired"), (3, "members", "is detached")],
)
async def test_a_failure_tells_the_state_that_it_came_of(
    browse: Browse, world: Path, presses: int, attribute: str, cause: str
) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the instance")
        for _ in range(presses):
            before = browser.inspector.title_text.plain
            await browser.press("x")
            await browser.until(lambda before=before: browser.inspector.title_text.plain != before, "the next state")
        await go_to(browser, attribute)
        await browser.press("u", "enter")
        await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")
        assert cause in browser.failure.failure.cause
        assert browser.failure.failure.remedies
