"""The line in which something is typed: it says for what, and what may be typed, as far as there is room."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App, ComposeResult

from pirate_tui.domain.entity import Column
from pirate_tui.ui.colors import ReadableApp
from pirate_tui.ui.widgets.prompts import PromptBar, PromptKind, SearchBar


Browse = Callable[..., AbstractAsyncContextManager[Any]]

COLUMN = Column("ship_name", "VARCHAR", is_key=False, is_numeric=False, is_text=True)

LINES = {
    PromptKind.GO_TO: [" : go to a row number, a percentage (73%) or a key (=42)"] * 4
    + [" : a row number, 73%, or =key"],
    PromptKind.FILTER: [
        *[" f ship_name: filter: =value, <value, >value, ~substring, or null"] * 3,
        " f ship_name: =value, <value, >value, ~substring, or null",
        " f ship_name: = < > ~ null",
    ],
    PromptKind.SEARCH_TABLE: [
        *[" / all text: search the whole table; ^ matches a prefix; tab switches between one column and all text"] * 2,
        " / all text: search the table; ^ for a prefix; tab: one column or all",
        " / all text: ^ for a prefix; tab: one column or all",
        " / all text: tab: where to search",
    ],
    PromptKind.SEARCH_TEXT: [
        *[" / search this text; enter keeps it, then n and N; esc clears it"] * 3,
        " / search; enter keeps, esc clears",
        " / search; enter keeps, esc clears",
    ],
}
"""What stands in the line at these widths of the terminal."""

WIDTHS = (160, 120, 80, 60, 40)


class Viewer(ReadableApp):
    """A prompt alone."""

    def __init__(self, bar: PromptBar) -> None:
        super().__init__()
        self._bar = bar

    def compose(self) -> ComposeResult:
        """All there is."""
        yield self._bar


def line(app: App[Any]) -> str:
    """The prompt, as it is seen."""
    (prompt,) = [one for one in app.screen.query(PromptBar) if one.display]
    strips = app.screen._compositor.render_strips()  # noqa: SLF001  what is written, nobody else has
    return strips[prompt.region.y].text.rstrip()


@pytest.mark.thorough
@pytest.mark.parametrize("kind", LINES)
async def test_what_is_said_is_never_cut(kind: PromptKind) -> None:
    bar = SearchBar() if kind is PromptKind.SEARCH_TEXT else PromptBar(kind)
    app = Viewer(bar)
    async with app.run_test() as pilot:
        bar.begin_typing()
        if kind in {PromptKind.FILTER, PromptKind.SEARCH_TABLE}:
            bar.choose(COLUMN)
        for width, expected in zip((*WIDTHS, *WIDTHS[::-1]), (*LINES[kind], *LINES[kind][::-1]), strict=True):
            await pilot.resize_terminal(width, 10)
            await pilot.pause()
            assert line(app) == expected


async def test_a_long_name_leaves_room_to_type() -> None:
    bar = PromptBar(PromptKind.FILTER)
    app = Viewer(bar)
    async with app.run_test(size=(60, 10)) as pilot:
        bar.begin_typing()
        bar.choose(COLUMN._replace(name="a_very_long_name_of_a_column_that_somebody_has_reflected"))
        await pilot.pause()
        assert line(app) == " f a_very_long_name_of…: =value <value >value ~part null"


@pytest.mark.thorough
async def test_the_search_names_the_column_that_it_is_in(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: browser.screen.check_action("search", ()), "the prompt")
        await browser.press("]", "slash", "tab", *"Luffy")
        await browser.until(lambda: line(browser.app) == " / name: Luffy", "the column")
        await browser.press("tab")
        await browser.until(lambda: line(browser.app) == " / all text: Luffy", "all text")


@pytest.mark.thorough
async def test_what_was_found_before_is_not_said_of_another_search(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: browser.screen.check_action("search", ()), "the prompt")
        browser.log.focus()
        await browser.press("slash", *"zzz")
        await browser.until(lambda: line(browser.app).endswith("no matches"), "nothing")
        await browser.press("escape", "slash")
        await browser.until(lambda: line(browser.app).startswith(" / search this text"), "another search")
        assert "no matches" not in line(browser.app)
