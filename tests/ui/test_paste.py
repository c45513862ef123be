"""The palette's "Explain a traceback": what is pasted is explained below, whatever it is."""

import asyncio
import traceback

import pytest
from sqlalchemy.exc import MissingGreenlet
from textual.events import Paste
from textual.widgets import TextArea

from pirate_tui.ui.screens.browse import BrowseScreen
from pirate_tui.ui.screens.paste import HOW, NOTHING, PasteScreen
from pirate_tui.ui.widgets.text_pane import TextPane
from tests.ui.conftest import Browse, Browser
from tests.ui.test_hurried import palette_lists


def pasted() -> str:
    """The text of an error that is really raised, by a line that reads one attribute."""

    class Order:
        @property
        def items(self) -> list[int]:
            raise MissingGreenlet("greenlet_spawn has not been called; can't call await_only() here.")

    order = Order()
    try:
        len(order.items)
    except MissingGreenlet:
        return traceback.format_exc()
    raise AssertionError


async def open_screen(browser: Browser) -> PasteScreen:
    """The screen, opened by the palette."""
    await browser.until(lambda: "· 40 rows" in browser.title, "the rows")
    await browser.press("ctrl+p", *"Explain a trace")
    await browser.until(lambda: palette_lists(browser) == 1, "the command")
    await browser.press("enter")
    await browser.until(lambda: isinstance(browser.app.screen, PasteScreen), "the screen")
    screen = browser.app.screen
    assert isinstance(screen, PasteScreen)
    await browser.until(lambda: screen.focused is not None, "the text")
    return screen


def explained(screen: PasteScreen) -> str:
    pane = screen.query_one(TextPane)
    return "\n".join(pane.searchable_text(y) for y in range(pane.line_count()))


async def paste(browser: Browser, screen: PasteScreen, text: str) -> None:
    screen.query_one(TextArea).post_message(Paste(text))
    await browser.until(lambda: screen.query_one(TextArea).text != "", "the text")


async def test_a_pasted_traceback_is_explained_and_copied(browse: Browse) -> None:
    async with browse() as browser:
        screen = await open_screen(browser)
        assert HOW in explained(screen)
        await paste(browser, screen, pasted())
        await browser.until(lambda: "pirate-tui run" in explained(screen), "the explanation")
        assert "test_paste.py" in explained(screen)
        assert "MissingGreenlet" in explained(screen) or "without await" in explained(screen)
        await browser.press("ctrl+y")
        await browser.until(lambda: "pirate-tui: " in browser.app.clipboard, "the copy")
        await browser.press("escape")
        await browser.until(lambda: isinstance(browser.app.screen, BrowseScreen), "the browser")


async def test_letters_are_typed_and_do_nothing_else(browse: Browse) -> None:
    async with browse() as browser:
        screen = await open_screen(browser)
        await browser.press(*"quxs", "ctrl+y")
        await browser.until(lambda: NOTHING[0][:20] in explained(screen), "that there is nothing")
        assert screen.query_one(TextArea).text == "quxs"
        assert browser.app.is_running


@pytest.mark.parametrize(
    "text", ["\x1b[31m\x00 MissingGreenlet: \x9b", "[bold]MissingGreenlet[/]: x" * 99, "\u202e" * 50]
)
async def test_hostile_text_is_shown_as_text(browse: Browse, text: str) -> None:
    async with browse() as browser:
        screen = await open_screen(browser)
        await paste(browser, screen, text)
        await browser.until(lambda: HOW not in explained(screen), "an answer")
        assert not {"\x1b", "\x00", "\x9b", "\u202e"} & set(explained(screen))


async def test_it_closes_while_a_text_is_explained(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def held(_function: object, _text: str) -> tuple[()]:
        begun.set()
        await go_on.wait()
        return ()

    async with browse() as browser:
        screen = await open_screen(browser)
        monkeypatch.setattr("pirate_tui.ui.screens.paste.asyncio.to_thread", held)
        await paste(browser, screen, "x")
        await browser.until(begun.is_set, "the question")
        await browser.press("escape")
        go_on.set()
        await browser.until(lambda: isinstance(browser.app.screen, BrowseScreen), "the browser")
