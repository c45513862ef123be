"""What parts of the screen were redrawn for shows what it would show if all of it were drawn anew."""

import asyncio
from random import Random
from typing import Any

import pytest
from textual.widgets import Input

from pirate_tui.ui.app import PirateApp
from tests.ui.fake_world import FakeWorld
from tests.ui.typist import Typist


AT_REST = 5
"""So many looks, one after another, find the same: nothing changes any more."""

BETWEEN_LOOKS = 0.05


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(300, 306))
async def test_all_that_is_shown_is_what_is_drawn_anew(seed: int) -> None:
    random = Random(seed)  # noqa: S311  no secret
    world = FakeWorld(random)
    world.be_calm()
    app = PirateApp(world.connect, "a database")
    compared = 0
    async with app.run_test(size=(120, 36)):
        typist, first = Typist(app, random), app.screen
        for _ in range(10):
            await typist.work(6)
            shown = await _at_rest(app)
            if app.screen is first and not isinstance(app.focused, Input):  # whose cursor blinks
                for widget in app.screen.walk_children():
                    widget.notify_style_update()  # nothing is kept
                    widget.refresh()
                assert await _at_rest(app) == shown, typist.typed
                compared += 1
    assert compared


async def _at_rest(app: PirateApp) -> list[list[tuple[str, str]]]:
    """What is shown, text by text with its style, as soon as it stays."""
    seen, same = list[list[tuple[str, str]]](), 0
    while same < AT_REST:
        await asyncio.sleep(BETWEEN_LOOKS)
        before, seen = seen, _drawn(app)
        same = same + 1 if seen == before else 0
    return seen


def _drawn(app: PirateApp) -> list[list[tuple[str, str]]]:
    strips: Any = app.screen._compositor.render_strips()  # noqa: SLF001  what is written, nobody else has
    return [[(text, str(style)) for text, style, _ in strip] for strip in strips]
