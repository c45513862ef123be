"""The help: the keys of the focused panel first, a search in them, the concepts, and where it can be opened."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from pirate_tui.ui.commands import COMMANDS, BindingScope
from pirate_tui.ui.keymap import DEFAULT
from pirate_tui.ui.screens.compare import CompareScreen
from pirate_tui.ui.screens.help import CONCEPTS, KEYS, HelpScreen, HelpText, keys_text
from pirate_tui.ui.screens.value import ValueScreen
from tests.ui.test_hurried import palette_lists


Browse = Callable[..., AbstractAsyncContextManager[Any]]


async def open_help(browser: Any) -> list[str]:
    """Open the help, and return the lines of its keys."""
    await browser.press("question_mark")
    await browser.until(lambda: isinstance(browser.app.screen, HelpScreen), "the help")
    await browser.until(lambda: lines(browser), "its lines")
    return lines(browser)


def lines(browser: Any) -> list[str]:
    return str(browser.app.screen.query(HelpText).first().render()).splitlines()


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        ((), "Here: in the table"),
        (("2",), "Here: in the inspector"),
        (("3",), "Here: in the statement log"),
        (("u", "enter"), "Here: in a traceback, an explanation, the statement log"),
        (("v",), "Here: in a full value"),
        (("c",), "Here: in the comparison"),
    ],
)
async def test_the_keys_of_the_focused_panel_come_first(
    browse: Browse, world: Path, keys: tuple[str, ...], title: str
) -> None:
    async with browse(world, size=(120, 45)) as browser:
        await browser.press(*keys)
        if "u" in keys:
            await browser.until(lambda: browser.screen.failure.has_focus_within, "the failure")
        if keys[:1] in {("v",), ("c",)}:
            await browser.until(lambda: isinstance(browser.app.screen, ValueScreen | CompareScreen), "the other screen")
        assert (await open_help(browser))[0] == title
        await browser.press("escape")
        await browser.until(lambda: not isinstance(browser.app.screen, HelpScreen), "what was below")
        for _ in range(3):
            await browser.press("escape")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")


@pytest.mark.parametrize("scope", BindingScope)
def test_every_command_is_listed_once_wherever_the_focus_is(scope: BindingScope) -> None:
    text = " ".join(keys_text(90, scope, DEFAULT).plain.split())
    for command in COMMANDS:
        assert text.count(f"{command.tooltip} ") + text.endswith(command.tooltip) >= 1
    listed = [line for line in keys_text(2_000, scope, DEFAULT).plain.splitlines() if line.startswith(" ")]
    assert len(listed) == len(COMMANDS)


async def test_a_search_leaves_what_has_the_words_or_the_key(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        every = await open_help(browser)
        await browser.press("slash", *"loader next")
        await browser.until(lambda: len(lines(browser)) < len(every), "fewer lines")
        assert [line.split() for line in lines(browser) if line.startswith(" ")] == [
            ["s", "Use", "the", "next", "loader", "strategy"]
        ]
        await browser.press("enter", "slash")
        field = browser.app.screen.query_one(Input)
        field.value = "x"
        await browser.until(lambda: any("Cycle the session" in line for line in lines(browser)), "the command of x")
        field.value = "no such word"
        await browser.until(lambda: lines(browser) == ["no key or command with no such word: esc shows all"], "nothing")
        await browser.press("escape")
        await browser.until(lambda: lines(browser) == every, "all again")
        assert isinstance(browser.app.screen, HelpScreen)
        await browser.press("escape")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")


async def test_the_text_keeps_its_width_when_few_lines_are_left(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        every = await open_help(browser)
        text = browser.app.screen.query(HelpText).first()
        before = text.size
        await browser.press("slash", *"loader next")
        await browser.until(lambda: len(lines(browser)) < len(every), "fewer lines")
        await browser.until(lambda: text.size.height < before.height, "the layout")
        assert text.size.width == before.width


async def test_the_search_shows_what_is_typed_and_a_key_finds_its_commands_alone(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await open_help(browser)
        await browser.press("slash", "c")
        field = browser.app.screen.query_one(Input)
        await browser.until(lambda: field.size.height == 1 and "c" in field.render_line(0).text, "the letter")
        found = [line.split()[0] for line in lines(browser) if line.startswith(" ") and not line.startswith(" " * 16)]
        await browser.until(lambda: {"c"} <= {*found} and len(lines(browser)) < 12, "the commands of c")


async def test_keys_that_come_with_the_help_are_the_helps(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        for keys, then in (("?jjj", ""), ("?/plan", "plan"), ("??", None), ("?q", None)):
            for key in keys:
                browser.app.simulate_key({"?": "question_mark", "/": "slash"}.get(key, key))
            await browser.pilot.pause()
            if then is None:
                await browser.until(lambda: browser.app.screen is browser.screen, f"the table after {keys}")
                continue
            await browser.until(lambda: isinstance(browser.app.screen, HelpScreen), f"the help after {keys}")
            found = browser.app.screen
            await browser.until(lambda found=found, then=then: found.query_one(Input).value == then, keys)
            await browser.press(*(["escape"] if then else []), "escape")
            await browser.until(lambda: browser.app.screen is browser.screen, "the table")


async def test_letters_that_are_typed_into_the_search_are_no_commands(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await open_help(browser)
        await browser.press("slash", *"qjkhl")
        assert isinstance(browser.app.screen, HelpScreen)
        assert browser.app.screen.query_one(Input).value == "qjkhl"


async def test_the_concepts_are_a_tab_and_a_command_of_the_palette(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await open_help(browser)
        help_screen = browser.app.screen
        assert help_screen.tab == KEYS
        for key in ("tab", "h", "l", "right"):
            before = help_screen.tab
            await browser.press(key)
            assert {before, help_screen.tab} == {KEYS, CONCEPTS}
            assert [help_screen.query_one(f"#{tab}").display for tab in (KEYS, CONCEPTS)] == [
                help_screen.tab == KEYS,
                help_screen.tab == CONCEPTS,
            ]
        await browser.pilot.click("HelpScreen > Vertical", offset=(18, 0))
        assert help_screen.tab == CONCEPTS
        await browser.press("q")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")
        await browser.press("ctrl+p", *"concepts")
        await browser.until(lambda: palette_lists(browser) == 1, "one command")
        await browser.press("enter")
        await browser.until(lambda: isinstance(browser.app.screen, HelpScreen), "the help")
        concepts = browser.app.screen.query(HelpText).last()
        await browser.until(lambda: "A lazy relationship is loaded" in str(concepts.render()), "the concepts")
        assert browser.app.screen.tab == CONCEPTS


async def test_the_palette_shows_keys_and_begins_with_what_is_used_most(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("ctrl+p")
        await browser.until(lambda: palette_lists(browser) > 10, "the commands")
        options = browser.app.screen.query_one("CommandList").options
        first = [str(option.prompt).splitlines()[0].split() for option in options]
        assert first[:4] == [["⏎", "Open"], ["⏎", "Access"], ["u", "Unsafe"], ["?", "Help"]]
        ours = [title for _, *title in first if title]
        order = [command.title.split() for command in COMMANDS if "." not in command.action]
        assert ours[:10] == [title for title in order if title in ours][:10]
