"""Keys that the user has changed: in footer, palette, help and hints, where two are swapped, and what is refused."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from pirate_tui.ui.app import Start
from pirate_tui.ui.commands import COMMANDS
from pirate_tui.ui.keymap import DEFAULT, Keymap, checked_keymap
from pirate_tui.ui.screens.compare import CompareScreen
from pirate_tui.ui.screens.help import HelpScreen, HelpText
from pirate_tui.ui.widgets.title_bar import TitleBar
from tests.ui.test_hurried import palette_lists


Browse = Callable[..., AbstractAsyncContextManager[Any]]

SWAPPED = {"screen.unsafe": "c", "screen.compare": "u"}


def start(changed: Mapping[str, str]) -> Start:
    keymap, problems = checked_keymap(changed)
    assert not problems
    return Start(keymap=keymap)


def title(browser: Any) -> str:
    return str(browser.screen.query_one(TitleBar).render())


async def test_two_keys_that_are_swapped_do_what_the_other_did(browse: Browse, world: Path) -> None:
    async with browse(world, start=start(SWAPPED)) as browser:
        await browser.press("c")
        assert " UNSAFE " in title(browser)
        await browser.press("u")
        await browser.until(lambda: isinstance(browser.app.screen, CompareScreen), "the comparison")
        await browser.press("escape", "escape")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")
        assert " UNSAFE " in title(browser)


async def test_footer_palette_and_help_show_the_keys_that_hold(browse: Browse, world: Path) -> None:
    async with browse(world, start=start(SWAPPED)) as browser:

        def footer() -> dict[str, str]:
            return {key.description: key.key for key in browser.screen.query("FooterKey")}

        await browser.until(lambda: {"Unsafe", "Compare"} <= footer().keys(), "the footer")
        assert (footer()["Unsafe"], footer()["Compare"]) == ("c", "u")
        await browser.press("question_mark")
        await browser.until(lambda: isinstance(browser.app.screen, HelpScreen), "the help")
        lines = str(browser.app.screen.query(HelpText).first().render()).splitlines()
        assert [line.split()[0] for line in lines if "Toggle unsafe mode" in line] == ["c"]
        assert [line.split()[0] for line in lines if "Compare loader strategies for" in line] == ["u"]
        await browser.press("escape", "ctrl+p", *"unsafe")
        await browser.until(lambda: palette_lists(browser) == 1, "one command")
        shown = str(browser.app.screen.query_one("CommandList").get_option_at_index(0).prompt)
        assert shown.split()[:2] == ["c", "Unsafe"]


async def test_hints_name_the_keys_that_hold(browse: Browse, world: Path) -> None:
    changed = {**SWAPPED, "screen.read_again": "f5", "screen.traceback": "T", "screen.cancel": "f4"}
    async with browse(world, start=start(changed)) as browser:
        assert browser.subtitle == "⏎ opens a row · c ⏎ without await"
        await browser.press("c", "enter")
        await browser.until_line("raised")
        await browser.until(lambda: browser.screen.failure.note_text, "the failure")
        assert browser.screen.failure.note_text == "⏎ try the fix · T traceback · f4 close"


async def test_a_key_that_quits_is_the_chosen_one(browse: Browse, world: Path) -> None:
    async with browse(world, start=start({"screen.app.quit": "Q"})) as browser:
        assert browser.app.quits_at("Q")
        assert not browser.app.quits_at("q")
        assert browser.app.quits_at("ctrl+q")
        await browser.press("q")
        assert browser.app.return_code is None
        await browser.press("Q")
        assert browser.app.return_code == 0


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.keys == "enter"], ids=lambda command: command.id)
async def test_what_shares_a_key_keeps_it_when_another_loses_it(command: Any, browse: Browse, world: Path) -> None:
    """Textual's own keymap takes a key away from all that have it."""
    async with browse(world, start=start({command.id: "f9"})) as browser:
        await browser.pilot.pause()
        for other in (one for one in COMMANDS if one.keys == "enter" and one is not command):
            node = browser.screen.bound_to.get(other.scope)
            if node is not None:
                maps = dict(browser.screen._binding_chain)  # noqa: SLF001  no other way
                bound = [one.id for one in maps[node].key_to_bindings["enter"]] if node in maps else [other.id]
                assert other.id in bound


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        (SWAPPED, {}),
        ({"screen.unsafe": "?"}, {"screen.unsafe": "? is already a key of screen.help; change that one, too"}),
        ({"screen.unsafe": "c"}, {"screen.unsafe": "c is already a key of screen.compare; change that one, too"}),
        ({"screen.unsafe": "j"}, {"screen.unsafe": "j is already a key of table.cursor_down; change that one, too"}),
        ({"table.first": "u"}, {"table.first": "u is already a key of screen.unsafe; change that one, too"}),
        ({"text.next_hit": "v"}, {"text.next_hit": "v is already a key of log.unfold; change that one, too"}),
        ({"compare.again": "u"}, {}),  # which is another screen's
        ({"value.copy": "u"}, {}),
        ({"screen.unsafe": "w", "screen.compare": "w"},
         {"screen.compare": "w is already a key of screen.unsafe; change that one, too"}),
        # Where one of two that are swapped cannot be, the other cannot, either.
        ({"screen.unsafe": "c", "screen.compare": "nope"},
         {"screen.compare": "there is no key 'nope'",
          "screen.unsafe": "c is already a key of screen.compare; change that one, too"}),
        ({"screen.unsave": "w"}, {"screen.unsave": "there is no command screen.unsafe"}),
        ({"screen.unsafe": "ctrl+c"}, {"screen.unsafe": "ctrl+c always copies and cancels"}),
        ({"screen.unsafe": "ctrl+q"}, {"screen.unsafe": "ctrl+q always quits"}),
        ({"screen.unsafe": "w,,"}, {"screen.unsafe": "'w,,' is not a key, or a list of keys separated by commas"}),
        ({"screen.unsafe": "ctlr+w"}, {"screen.unsafe": "there is no key 'ctlr+w'"}),
        ({"screen.unsafe": "F6"}, {"screen.unsafe": "there is no key 'F6'; did you mean f6?"}),
        ({"screen.unsafe": "shift+a"}, {"screen.unsafe": "there is no key 'shift+a'"}),
        ({"screen.unsafe": "ctrl+ctrl+k"}, {"screen.unsafe": "there is no key 'ctrl+ctrl+k'"}),
        ({"screen.unsafe": "<any>"}, {"screen.unsafe": "there is no key '<any>'"}),
        ({"screen.unsafe": "\0"}, {"screen.unsafe": "there is no key '\\x00'"}),
        ({"screen.unsafe": "ctrl+i"}, {"screen.unsafe": "ctrl+i is sent as tab by terminals"}),
        ({"compare.again": "down"}, {"compare.again": "↓ moves in the panel, or to another"}),
        ({"screen.unsafe": "alt+c,comma,€"}, {}),
        ({"screen.unsafe": "ctrl+w, f5, @"}, {}),
    ],
)  # fmt: skip
def test_what_can_be_changed(changed: dict[str, str], problems: dict[str, str]) -> None:
    keymap, found = checked_keymap(changed)
    if "screen.unsave" in problems:
        assert found == {"screen.unsave": "there is no command screen.unsave; did you mean screen.unsafe?"}
    else:
        assert found == problems
    for command in COMMANDS:
        is_changed = command.id in changed and command.id not in found
        assert (keymap.keys(command.id) != DEFAULT.keys(command.id)) is is_changed


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_keys_can_be_written_as_they_are_shown(command: Any) -> None:
    keymap, problems = checked_keymap({command.id: ",".join(DEFAULT.all_shown(command).split())})
    if set(DEFAULT.keys(command.id)) & {"down", "ctrl+q"}:
        assert problems or keymap.keys(command.id) == DEFAULT.keys(command.id)
    else:
        assert not problems
        assert keymap.keys(command.id) == DEFAULT.keys(command.id)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_can_have_a_key_that_nobody_has(command: Any) -> None:
    keymap, problems = checked_keymap({command.id: "f9"})
    assert not problems
    assert keymap.shown(command.id) == "f9"


@pytest.mark.parametrize(
    ("hint", "shown"),
    [
        ("press r to retry", "press f5 to retry"),
        ("wait, then press r", "wait, then press f5"),
        ("press : to try another", "press : to try another"),
        ("press refresh", "press refresh"),
        ("{r} reloads {x} {zz}", "f5 reloads x {zz}"),
        ("{⏎} opens", "⏎ opens"),
        ("stale · {F} takes it away", "stale · alt+f takes it away"),
    ],
)
def test_the_keys_of_a_hint(hint: str, shown: str) -> None:
    assert Keymap({"screen.read_again": "f5", "screen.unfilter": "alt+f"}).in_hint(hint) == shown


def test_a_hint_in_the_comparison_names_its_own_keys() -> None:
    keymap = Keymap({"compare.again": "f6", "screen.read_again": "f5"})
    assert keymap.in_hint("press r to retry", is_in_comparison=True) == "press f6 to retry"
    assert keymap.in_hint("press r to retry") == "press f5 to retry"
