"""Choosing another mapped class, and coming back to the very row."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing, suppress
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList

from pirate_tui.bootstrap import Bootstrap
from pirate_tui.domain.entity import Bound, ModelInfo, Size
from pirate_tui.settings import Settings
from pirate_tui.settings.remembered import remember, remembered
from pirate_tui.ui.screens.choose import ChooseScreen


Browse = Callable[..., AbstractAsyncContextManager[Any]]

SHOP = """
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers);
    CREATE TABLE heap (what TEXT);
    CREATE VIEW broken AS SELECT x FROM gone;
    INSERT INTO customers VALUES (1, 'Nami'), (2, 'Vivi'), (3, 'Robin');
    INSERT INTO orders VALUES (1, 1), (2, 3), (3, 3);
    INSERT INTO heap VALUES ('a'), ('a');
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Three customers with three orders, a heap without a key, and a view that is broken."""
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SHOP)
    return path


async def choose(browser: Any, typed: str) -> None:
    """Choose the class that the typed part finds first."""
    await browser.press("m")
    await browser.until(lambda: isinstance(browser.app.screen, ChooseScreen), "the choice")
    await browser.press(*typed)
    await browser.press("enter")
    await browser.until(lambda: browser.app.screen is browser.screen, "the table")


async def test_every_class_is_listed_with_its_size_and_what_it_relates_to(browse: Browse, shop: Path) -> None:
    async with browse(shop) as browser:
        await browser.press("m")
        await browser.until(lambda: isinstance(browser.app.screen, ChooseScreen), "the choice")
        options = browser.app.screen.query_one("OptionList")
        await browser.until(lambda: "3 rows" in str(options.get_option_at_index(0).prompt), "the sizes")
        listed = [" ".join(str(option.prompt).split()) for option in options.options]
        assert listed == [
            "Customers 3 rows customers → Orders",
            "Heap 2 rows heap",
            "Orders 3 rows orders → Customers",
            "Broken broken",
        ]
        await browser.press("escape")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")
        assert "Customers" in browser.title


async def test_a_part_of_a_name_finds_a_class_and_esc_leads_back_to_the_row(browse: Browse, shop: Path) -> None:
    async with browse(shop) as browser:
        await browser.press("down", "down", "enter")
        await browser.until_line("orders · 2 Orders")
        await browser.press("down", "down")
        here = browser.table.cursor
        await choose(browser, "hea")
        await browser.until(lambda: "Heap · 2 rows" in browser.title, "the other table")
        assert browser.lines == ["!     1  a", "!     2  a"]
        await browser.until(lambda: browser.inspector.snapshot is None, "no instance of a row without a key")
        await browser.press("escape")
        await browser.until(lambda: "Customers" in browser.title, "the table before")
        assert browser.table.cursor == here
        await browser.until_line("orders · 2 Orders")
        await browser.until(lambda: browser.inspector.snapshot is not None, "the instance")
        assert browser.inspector.snapshot.label == "Orders 2"


@pytest.mark.thorough
async def test_a_nested_row_can_be_shown_in_the_table_of_its_class(browse: Browse, shop: Path) -> None:
    async with browse(shop) as browser:
        await browser.press("end", "enter")
        await browser.until_line("orders · 2 Orders")
        await browser.press("down", "down", "down", "M")
        await browser.until(lambda: "Orders · 3 rows" in browser.title, "the orders")
        assert browser.here == ["3", "3"]
        await browser.press("escape")
        await browser.until(lambda: "Customers" in browser.title, "the customers")
        assert browser.here == ["3", "3"]
        assert browser.table.cursor == (2, "orders", 1)
        await browser.press("home", "M")
        assert "select a nested row first" in browser.subtitle


@pytest.mark.thorough
async def test_what_cannot_be_opened_is_said_and_the_table_stays(browse: Browse, shop: Path) -> None:
    async with browse(shop) as browser:
        await choose(browser, "brok")
        await browser.until(lambda: "gone" in browser.error, "the trouble")
        assert "Customers" in browser.title
        await browser.press("escape", "m")
        await browser.until(lambda: isinstance(browser.app.screen, ChooseScreen), "the choice")
        options = browser.app.screen.query_one("OptionList")
        assert [option.id for option in options.options if option.disabled] == ["Broken"]
        await browser.press("escape")


@pytest.mark.thorough
async def test_the_last_choice_is_where_the_next_launch_begins(browse: Browse, shop: Path) -> None:
    assert remembered(shop) is None
    async with browse(shop) as browser:
        await choose(browser, "order")
        await browser.until(lambda: "Orders · 3 rows" in browser.title, "the orders")
    assert remembered(shop) == "Orders"
    async with browse(shop) as browser:
        assert "Orders · 3 rows" in browser.title


@pytest.mark.thorough
async def test_what_is_broken_is_not_remembered_and_the_next_class_is_begun_with(browse: Browse, shop: Path) -> None:
    remember(shop, "Broken")
    async with browse(shop) as browser:
        assert "Customers · 3 rows" in browser.title
        assert "Broken: no such table: main.gone" in browser.error
        await choose(browser, "heap")
        await browser.until(lambda: "Heap · 2 rows" in browser.title, "the heap")
    assert remembered(shop) == "Heap"


async def test_sizes_that_come_when_the_list_is_gone_do_no_harm(browse: Browse, shop: Path) -> None:
    read, come = asyncio.Event(), asyncio.Event()

    async def sizes() -> dict[str, Size]:
        read.set()
        with suppress(asyncio.CancelledError):
            await come.wait()
        return {"Heap": Size(2, Bound.EXACT)}

    async with browse(shop) as browser:
        screen = ChooseScreen([ModelInfo("Heap", "heap")], "", sizes)
        browser.app.push_screen(screen)
        await asyncio.wait_for(read.wait(), 5)
        await browser.press("escape")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")
        come.set()
        await browser.until_idle()
        assert browser.app.return_code is None


IN_SCHEMAS = (
    ModelInfo("Ship", "fleet.ships", schema="fleet"),
    ModelInfo("Note", "notes"),
    ModelInfo("Whaler", "yard.whalers", base="Ship", schema="yard"),
    ModelInfo("Harbor", "fleet.harbors", schema="fleet"),
    ModelInfo("Yard", "yard.yards", schema="yard"),
)


async def no_sizes() -> dict[str, Size]:
    return {}


async def test_classes_of_several_schemas_are_grouped_and_headings_are_skipped(browse: Browse, shop: Path) -> None:
    async with browse(shop) as browser:
        chosen: list[str | None] = []
        screen = ChooseScreen(IN_SCHEMAS, "Note", no_sizes)
        await browser.app.push_screen(screen, chosen.append)
        options = screen.query_one(OptionList)
        listed = [str(option.prompt).split()[0] if option.id else str(option.prompt) for option in options.options]
        assert listed == ["fleet", "Ship", "Whaler", "Harbor", "default schema", "Note", "yard", "Yard"]

        def here() -> str:
            return str(options.get_option_at_index(options.highlighted or 0).id)

        assert here() == "Note"
        for key, name in (("down", "Yard"), ("down", "Yard"), ("up", "Note"), ("up", "Harbor"), ("pageup", "Ship")):
            await browser.press(key)
            assert here() == name, key
        for key, name in (("up", "Ship"), ("pagedown", "Yard")):
            await browser.press(key)
            assert here() == name, key
        await browser.press(*"har")
        await browser.until(lambda: options.option_count < len(IN_SCHEMAS), "what matches")
        assert (here(), options.get_option_at_index(0).id) == ("Harbor", "Harbor")
        await browser.press("backspace", "backspace", "backspace")
        await browser.until(lambda: options.option_count > len(IN_SCHEMAS), "all of them")
        assert here() == "Ship"
        await browser.press("enter")
        await browser.until(lambda: chosen == ["Ship"], "the choice")


async def test_classes_of_one_schema_have_no_heading(browse: Browse, shop: Path) -> None:
    async with browse(shop) as browser:
        screen = ChooseScreen(IN_SCHEMAS[::3], "Harbor", no_sizes)
        await browser.app.push_screen(screen)
        options = screen.query_one(OptionList)
        assert [option.id for option in options.options] == ["Ship", "Harbor"]
        assert options.highlighted == 1
        await browser.press("escape")


async def test_where_nothing_can_be_opened_r_tries_again(browse: Browse, tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE VIEW broken AS SELECT x FROM gone")
    composition = Bootstrap(Settings(path, reset=False, time_limit=30, log=None))
    async with browse(connect=composition.connect) as browser:
        await browser.until(lambda: "gone" in browser.error, "the trouble")
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE gone (x)")
        await browser.press("r")
        await browser.until(lambda: "Broken" in browser.title or "gone" in browser.error, "another try")
        assert browser.app.return_code is None
    await composition.close()


@pytest.mark.thorough
async def test_what_matches_nothing_is_said_and_cannot_be_chosen(browse: Browse, shop: Path) -> None:
    async with browse(shop) as browser:
        await browser.press("m")
        await browser.until(lambda: isinstance(browser.app.screen, ChooseScreen), "the choice")
        await browser.press(*"cxz")
        options = browser.app.screen.query_one(OptionList)
        assert [str(option.prompt) for option in options.options] == ["no model or table matches “cxz”"]
        await browser.press("down", "enter", "up", "enter")
        assert isinstance(browser.app.screen, ChooseScreen)
        await browser.press("backspace", "backspace")
        await browser.until(lambda: "Customers" in str(options.get_option_at_index(0).prompt), "what matches")
        await browser.press("enter")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")
