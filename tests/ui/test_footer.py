"""The footer: a key is greyed while it does nothing, and only then."""

import gc
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest

from pirate_tui.domain.failure import BrowserError
from tests.ui.test_trouble import FakeDatabase


Browse = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def port(tmp_path: Path) -> Path:
    """Two ships, of which one has a crew, and a log without a key."""
    path = tmp_path / "port.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE ships (id INTEGER PRIMARY KEY);
            CREATE TABLE sailors (id INTEGER PRIMARY KEY, ship_id INTEGER REFERENCES ships);
            CREATE TABLE entries (what TEXT);
            INSERT INTO ships VALUES (1), (2);
            INSERT INTO sailors VALUES (1, 1);
            INSERT INTO entries VALUES ('nothing');
        """)
    return path


def greyed(browser: Any) -> dict[str, bool]:
    """The keys of the footer: does it show them as doing nothing?"""
    return {key.key: key.has_class("-disabled") for key in browser.screen.query("FooterKey")}


async def until_x(browser: Any, where: str, *, is_greyed: bool = False) -> None:
    """Wait until all is done, and see what becomes of `x`."""
    await browser.until_idle()
    await browser.pilot.pause()
    await browser.until(lambda: greyed(browser).get("x") is is_greyed, f"x, {'greyed ' * is_greyed}{where}")


@pytest.mark.thorough
async def test_x_is_greyed_only_where_there_is_no_instance(browse: Browse, port: Path) -> None:
    async with browse(port) as browser:
        await browser.press("m", *"ships", "enter")
        await browser.until(lambda: browser.title.startswith("Ships · 2 rows"), "the ships")
        await until_x(browser, "at the start")
        await browser.press("enter")
        await browser.until_line("1 Sailors")
        await until_x(browser, "after a relationship was opened")
        await browser.press("home", "A")
        await browser.until_line("0 Sailors")
        await until_x(browser, "after all were opened")
        await browser.press("m", *"entries", "enter")
        await browser.until(lambda: browser.title.startswith("Entries"), "the entries")
        await until_x(browser, "among rows without a key", is_greyed=True)
        await browser.press("escape")
        await browser.until(lambda: browser.title.startswith("Ships"), "the ships")
        await until_x(browser, "back among rows with a key")
        await browser.press("f", *"9", "enter")
        await browser.until(lambda: "· 0 rows" in browser.title, "no rows")
        await until_x(browser, "where there is no row", is_greyed=True)


@pytest.mark.thorough
async def test_x_works_before_the_instance_has_been_selected(browse: Browse, port: Path) -> None:
    async with browse(port) as browser:
        await browser.press("m", *"ships", "enter")
        await browser.until(lambda: browser.title.startswith("Ships · 2 rows"), "the ships")
        browser.table.cursor = (1,)
        browser.screen.workspace.instance.forget()
        browser.screen.action_situation()
        await browser.until(lambda: "Ships 2 · after commit" in browser.inspector.title_text.plain, "the commit")


async def test_what_needs_a_database_is_not_greyed_once_it_is_open(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: greyed(browser), "the footer")
        await until_x(browser, "at the start")
        assert [key for key, is_greyed in greyed(browser).items() if is_greyed] == ["t"]


async def test_what_needs_a_database_is_not_greyed_once_it_is_there_after_trouble(browse: Browse) -> None:
    database = FakeDatabase()
    database.trouble = BrowserError("the database is locked", "press r")
    async with browse(connect=database.connect) as browser:
        await browser.until(lambda: greyed(browser), "the footer")
        assert {"u", "x", "s", "c", "m"} < {key for key, is_greyed in greyed(browser).items() if is_greyed}
        database.trouble = None
        await browser.press("r")
        await browser.until(lambda: "· 3 rows" in browser.title, "the rows")
        await browser.until(
            lambda: [key for key, is_greyed in greyed(browser).items() if is_greyed] == ["t"], "all keys"
        )


async def test_a_footer_that_was_composed_anew_keeps_none_of_its_keys_of_before(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: browser.screen.query("FooterKey"), "the footer")
        before = WeakSet(browser.screen.query("FooterKey"))
        drawn = WeakSet(key._styles_cache for key in before)  # noqa: SLF001  what Textual keeps of what it has drawn
        for _ in range(3):
            first = browser.screen.query("FooterKey").first()
            await browser.press("tab")
            await browser.until(lambda first=first: not first.is_attached, "other keys")
        await browser.until(lambda: gc.collect() is not None and not before, "the keys of before to be gone")
        assert not drawn


async def test_the_keys_stand_apart_from_each_other(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: len(browser.screen.query("FooterKey")) > 3, "the footer")
        await browser.pilot.pause()
        keys = browser.screen.query("FooterKey").results()
        shown = "".join("".join(segment.text for segment in key.render_line(0)) for key in keys)
        assert " ⏎ Open  u Unsafe  t Raw  ? Help " in shown


@pytest.mark.parametrize("width", [40, 60, 61, 80, 81, 100])
async def test_no_key_of_the_footer_is_cut(browse: Browse, world: Path, width: int) -> None:
    async with browse(world, size=(width, 24)) as browser:
        footer = browser.screen.query_one("KeyFooter")
        await browser.until(lambda: footer.children and footer.children[-1].region.right, "the footer")
        assert all(key.region.right <= width + 1 for key in footer.children)  # the last may lack the blank behind it
        assert footer.max_scroll_x <= 1
        shown = [key.description for key in footer.children]
        assert shown[:2] == ["Open", "Unsafe"]
        # And as many as fit are shown: of the next, nothing would.
        await browser.pilot.resize_terminal(200, 24)
        await browser.until(lambda: len(footer.children) > len(shown), "all keys")
        await browser.until(lambda: footer.children[-1].region.right, "their places")
        assert [key.description for key in footer.children[: len(shown)]] == shown
        assert footer.children[len(shown)].region.right > width + 1
