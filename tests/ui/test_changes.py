"""The world changes under us: other programs insert, delete, move and replace while we look."""

# ruff: noqa: ASYNC240  other programs do not wait for us

import asyncio
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import pytest


Browse = Callable[..., AbstractAsyncContextManager[Any]]

pytestmark = pytest.mark.thorough


async def write(path: Path, *statements: str) -> None:
    """Another program writes to the file, and waits until it may; the browser goes on meanwhile."""
    await asyncio.to_thread(_write, path, statements)


def _write(path: Path, statements: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def crews(path: Path) -> list[str]:
    """The ids of all crews, in order."""
    with closing(sqlite3.connect(path)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT id FROM pirate_crew ORDER BY id")]


async def until_as(browser: Any, path: Path) -> None:
    """Go over the whole table: it shows every row once, in order."""
    expected = crews(path)
    await browser.until(lambda: f"· {len(expected):,} rows" in browser.title, f"{len(expected):,} rows")
    for number in range(0, len(expected), 180):
        browser.table.state.go_to(number)
        await browser.until(lambda number=number: browser.row(number)[:1] == [expected[number]], f"row {number}")
        held = [browser.row(n)[:1] for n in range(number, min(number + 20, len(expected)))]
        assert held == [[one] for one in expected[number : number + 20]]


@pytest.mark.parametrize("journal", ["delete", "wal"])
async def test_what_others_write_is_noticed_and_the_cursor_stays_on_its_row(
    browse: Browse, fleet: Path, journal: str
) -> None:
    await write(fleet, f"PRAGMA journal_mode = {journal}")
    async with browse(fleet) as browser:
        browser.table.state.go_to(1_000)
        await browser.until(lambda: browser.here[:1] == ["1001"], "crew 1001")
        await write(
            fleet,
            "DELETE FROM pirate_crew WHERE id BETWEEN 100 AND 150",
            "UPDATE pirate_crew SET name = 'New' WHERE id = 1001",
        )
        await browser.press("down")
        await browser.until(lambda: "· 2,949 rows" in browser.title, "the new count")
        await browser.until(lambda: browser.here[:1] == ["1002"], "crew 1002")
        assert browser.table.cursor == (950,)
        await browser.until(lambda: browser.row(949)[:2] == ["1001", "New"], "the new name")
        await until_as(browser, fleet)


@pytest.mark.parametrize("seed", range(3))
async def test_rows_come_and_go_between_pages(browse: Browse, fleet: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  nothing is secret here
    async with browse(fleet) as browser:
        for _ in range(5):
            browser.table.state.go_to(chance.randrange(len(crews(fleet))))
            await browser.until(lambda: browser.here, "a row")
            gone = ", ".join(chance.sample(crews(fleet), 40))
            new = ", ".join(f"({one}, 'New', NULL)" for one in chance.sample(range(4_000, 10**9), 25))
            delete = f"DELETE FROM pirate_crew WHERE id IN ({gone})"  # noqa: S608
            await write(fleet, delete, f"INSERT INTO pirate_crew VALUES {new}")  # noqa: S608
            await browser.press("pagedown")
        await browser.press("home")
        await until_as(browser, fleet)


async def test_what_is_open_stays_open_under_its_row(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        browser.table.state.go_to(200)
        await browser.until(lambda: browser.here[:1] == ["201"], "crew 201")
        await browser.press("enter")
        await browser.until(lambda: browser.table.text_at(201).strip().startswith("▾ members"), "the members")
        await write(fleet, "DELETE FROM pirate_crew WHERE id < 51")
        await browser.press("down", "up")
        browser.table.state.go_to(500)
        await browser.until(lambda: "· 2,950 rows" in browser.title, "the new count")
        assert browser.table.text_at(151).strip().startswith("▾ members")


async def test_a_row_that_is_gone_is_said(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        await browser.press("down")
        await browser.until(lambda: "PirateCrew 2 ·" in browser.inspector.title_text.plain, "crew 2")
        await write(fleet, "DELETE FROM pirate_crew WHERE id = 2")
        await browser.press("enter")
        await browser.until(lambda: "PirateCrew 2 is no longer in the database" in browser.error, "the reason")
        await browser.until(lambda: browser.here[:1] == ["3"], "the rows, read again")


async def test_r_reads_again_and_keeps_the_row(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        browser.table.state.go_to(100)
        await browser.until(lambda: browser.here[:1] == ["101"], "crew 101")
        await browser.press("enter")
        await browser.until(lambda: len(browser.lines) > 3_000, "what is open")
        await write(fleet, "DELETE FROM pirate_crew WHERE id = 7")
        await browser.press("r")
        await browser.until(lambda: "· 2,999 rows" in browser.title, "the new count")
        await browser.until(lambda: browser.here[:1] == ["101"], "crew 101")
        assert len(browser.lines) == 2_999


@pytest.mark.parametrize("how", ["removed", "replaced"])
async def test_a_file_that_is_another_one_is_noticed_and_said(
    browse: Browse, fleet: Path, world: Path, how: str
) -> None:
    async with browse(fleet) as browser:
        if how == "removed":
            fleet.rename(fleet.with_name("away.db"))
        else:
            os.replace(shutil.copy(world, fleet.with_name("new.db")), fleet)  # noqa: PTH105  str or Path
        await browser.press("end")
        await browser.until(lambda: f"the file was {how}" in browser.error, "the reason")
        if how == "removed":
            await browser.press("r")
            await browser.until(lambda: "restore it" in browser.error, "the way out")
            fleet.with_name("away.db").rename(fleet)
        await browser.press("r")
        rows = "3,000" if how == "removed" else "40"
        await browser.until(lambda: f"· {rows} rows" in browser.title and not browser.error, "the file that is there")
        await browser.press("home")
        await browser.until(lambda: browser.here[:1] == ["1"], "its rows")


async def test_a_file_of_other_tables_is_no_way_on(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        other = fleet.with_name("other.db")
        await write(other, "CREATE TABLE islands (id INTEGER PRIMARY KEY)")
        other.replace(fleet)
        await browser.press("r")
        await browser.until(lambda: "no table pirate" in browser.error, "the reason")
        assert browser.app.return_code is None
