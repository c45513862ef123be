"""A cause that is added to the explanations is seen on the screen."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.orm.explanation.new_cause import lazy_collection
from tests.ui.seen import seen


__all__ = ["lazy_collection"]  # pytest finds it here

Browse = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.mark.usefixtures("lazy_collection")
async def test_a_new_cause_is_seen_on_the_screen(browse: Browse, world: Path) -> None:
    async with browse(world, size=(120, 36)) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.until(lambda: browser.failure.pane.size.height, "the explanation")
        await browser.pilot.pause()
        screen = " ".join(" ".join(piece.text for piece in seen(browser.app)).split())
    assert "PirateCrew.members is a collection that nothing has loaded." in screen
    assert "await session.scalar(select(func.count()).where(with_parent(pirate_crew, PirateCrew.members)))" in screen
