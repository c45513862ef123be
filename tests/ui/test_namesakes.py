"""Two mapped classes of one name: told apart alike wherever they are named, and typed as their user types them."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, relationship

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.loading import LoaderStrategy, OpenAllRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.ui.screens.choose import ChooseScreen
from tests.orm.conftest import Remembering


Browse = Callable[..., AbstractAsyncContextManager[Any]]
Connect = Callable[[Listener], Any]


class Base(AsyncAttrs, DeclarativeBase):
    """Of both modules."""


def _item(module: str, **members: Any) -> type:
    """A class called Item, as if it were written in that module."""
    table = {"__module__": module, "__tablename__": f"{module.rpartition('.')[2]}_item"}
    return type("Item", (Base,), table | {"id": Column(Integer, primary_key=True), **members})


SHOP = _item("namesakes.shop", stocked=relationship("namesakes.stock.Item", back_populates="sold"))
STOCK = _item(
    "namesakes.stock",
    shop_id=Column(ForeignKey("shop_item.id")),
    sold=relationship("namesakes.shop.Item", back_populates="stocked"),
)


@pytest.fixture
async def connect(tmp_path: Path) -> AsyncIterator[Connect]:
    """Opens a database with two items in the shop and one in stock."""
    path = tmp_path / "namesakes.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE shop_item (id INTEGER PRIMARY KEY);
            CREATE TABLE stock_item (id INTEGER PRIMARY KEY, shop_id INTEGER);
            INSERT INTO shop_item VALUES (1), (2);
            INSERT INTO stock_item VALUES (7, 1);
        """)

    opened: list[OrmDatabase] = []

    async def open_one(listener: Listener) -> OrmDatabase:
        opened.append(await open_database(path, [SHOP, STOCK], Limits(30), listener))
        return opened[-1]

    yield open_one
    for database in opened:
        await database.close()


@pytest.mark.thorough
async def test_namesakes_are_told_apart_alike_in_titles_nested_rows_labels_and_the_list(
    browse: Browse, connect: Connect
) -> None:
    async with browse(connect=connect) as browser:
        await browser.until(lambda: "shop.Item · 2 rows" in browser.title, "the title")
        await browser.until(lambda: browser.inspector.snapshot is not None, "the instance")
        assert browser.inspector.snapshot.label == "shop.Item 1"
        await browser.press("enter")
        await browser.until_line("stocked · 1 stock.Item")
        await browser.press("down", "down")
        await browser.until(
            lambda: getattr(browser.inspector.snapshot, "label", "") == "stock.Item 7", "the nested one"
        )
        await browser.press("m")
        await browser.until(lambda: isinstance(browser.app.screen, ChooseScreen), "the list")
        options = browser.app.screen.query_one("OptionList").options
        assert [option.id for option in options] == ["shop.Item", "stock.Item"]
        await browser.press("escape")
        await browser.until(lambda: browser.app.screen is browser.screen, "the table")


async def test_the_code_of_a_namesake_reads_as_its_user_types_it(browse: Browse, connect: Connect) -> None:
    async with browse(connect=connect) as browser:
        await browser.until(lambda: "shop.Item" in browser.title, "the table")
        await browser.until(lambda: browser.inspector.snapshot is not None, "the instance")
        await browser.press("u", "enter")
        await browser.until(lambda: browser.failure.failure is not None, "the failure")
        failure = browser.failure.failure
        assert (failure.code, failure.instance) == ("item.stocked", "shop.Item 1")
        codes = [remedy.code for remedy in failure.remedies]
        assert "await item.awaitable_attrs.stocked" in codes
        assert "select(Item).options(selectinload(Item.stocked))" in codes


async def test_the_option_against_an_n_plus_1_is_code_too(connect: Connect) -> None:
    listener = Remembering([], [])
    database = await connect(listener)
    shop = await database.models.entity("shop.Item")
    request = OpenAllRequest(shop, ((1,), (2,)), shop.relationships[0], AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    await database.instances.open_all(request)
    assert {statement.option for statement in listener.statements if statement.option} == {"selectinload(Item.stocked)"}


async def test_each_can_be_asked_for_and_remembered_and_of_the_bare_name_none_is_guessed(connect: Connect) -> None:
    database = await connect(Remembering([], []))
    for asked, remembered in (("stock.Item", None), (None, "stock.Item")):
        database.models.set_initial_model(asked, remembered)
        assert database.models.choices[0].name == "stock.Item"
    with pytest.raises(StartupError, match=r"^Item is ambiguous; give one of: shop\.Item, stock\.Item$") as caught:
        database.models.set_initial_model("Item", None)
    assert caught.value.exit_code == 2
