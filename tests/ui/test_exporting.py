"""The keys e and E: the rows of the table, and a failure, in a file that is whole or not there."""

# ruff: noqa: ASYNC240  small files of a test

import asyncio
import csv
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from textual.widgets import Input

from pirate_tui.domain.failure import BrowserError
from pirate_tui.ui.commands import COMMANDS
from tests.ui.conftest import Browse, Browser
from tests.ui.test_copying import Sent, told
from tests.ui.test_trouble import FakeDatabase


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the browser was started in."""
    path = tmp_path / "here"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


async def typed(browser: Browser, key: str, text: str) -> None:
    """Press the key, type into its prompt, and confirm."""
    await browser.press(key)
    await browser.until(lambda: isinstance(browser.screen.focused, Input), "the prompt")
    browser.screen.query_one("Input:focus", Input).value = text
    await browser.press("enter")


def crews(world: Path, sql: str) -> list[str]:
    with closing(sqlite3.connect(world)) as connection:
        return [name for (name,) in connection.execute(sql)]


async def test_all_rows_are_written_in_their_order_and_with_their_filters(
    browse: Browse, world: Path, folder: Path
) -> None:
    async with browse(world) as browser:
        await typed(browser, "e", "all.csv")
        assert await told(browser) == ["exported 40 rows of PirateCrew to all.csv"]
        await browser.press("right_square_bracket", "o", "o")
        await browser.until(lambda: "by name ↓" in browser.title, "the order")
        await typed(browser, "f", "~pirates")
        await browser.until(lambda: "name ~ pirates" in browser.title, "the filter")
        await typed(browser, "e", "some.jsonl")
        await told(browser, 2)
    with (folder / "all.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["id", "name", "ship_name"]
    assert [name for _, name, _ in rows] == crews(world, "SELECT name FROM pirate_crew ORDER BY id")
    lines = (folder / "some.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = "SELECT name FROM pirate_crew WHERE name LIKE '%pirates%' ORDER BY name DESC, id DESC"
    assert [json.loads(line)["name"] for line in lines] == crews(world, wanted)


async def test_while_a_search_is_shown_its_matches_are_written(browse: Browse, world: Path, folder: Path) -> None:
    async with browse(world) as browser:
        await typed(browser, "slash", "polar")
        await browser.until(lambda: "1 match" in browser.subtitle, "the match")
        await browser.press("e")
        await browser.until(lambda: isinstance(browser.screen.focused, Input), "the prompt")
        label = browser.screen.query_one("#export .label").render()
        assert str(label) == " e PirateCrew, matches of “polar”: "
        browser.screen.query_one("Input:focus", Input).value = "polar.md"
        await browser.press("enter")
        assert await told(browser) == ["exported 1 row of PirateCrew to polar.md"]
    assert (folder / "polar.md").read_text(encoding="utf-8") == (
        "| id | name | ship\\_name |\n| ---: | --- | --- |\n| 2 | Heart Pirates | Polar Tang |\n"
    )


@pytest.mark.parametrize(
    ("file", "error"),
    [
        ("there.csv", "there.csv: it already exists; press e to choose another file"),
        ("no/folder.csv", "no/folder.csv: No such file or directory; press e to choose another file"),
        ("rows.xlsx", "invalid input; the file's name must end in .csv, .jsonl or .md"),
        ("", "invalid input; the file's name must end in .csv, .jsonl or .md"),
    ],
)
async def test_a_file_that_cannot_be_made_is_told(
    browse: Browse, world: Path, folder: Path, file: str, error: str
) -> None:
    (folder / "there.csv").write_text("precious")
    async with browse(world) as browser:
        await typed(browser, "e", file)
        await browser.until(lambda: browser.error == error, error)
        assert browser.table.has_focus
    assert [path.name for path in folder.iterdir()] == ["there.csv"]
    assert (folder / "there.csv").read_text() == "precious"


async def test_esc_cancels_and_leaves_nothing(browse: Browse, folder: Path) -> None:
    database = FakeDatabase(rows=9)
    async with browse(connect=database.connect) as browser:
        await browser.until_line("8")
        database.held = asyncio.Event()
        await typed(browser, "e", "islands.csv")
        await browser.until(lambda: "exporting Island" in browser.screen.busy, "the progress")
        await browser.press("e")
        await browser.until(lambda: browser.subtitle == "an export is running: esc cancels it", "the hint")
        assert len(list(folder.iterdir())) == 1
        await browser.press("escape")
        await browser.until(lambda: browser.error.startswith("cancelled"), "the end")
        await browser.until(lambda: not list(folder.iterdir()), "nothing in the folder")
        database.held = None
        await typed(browser, "e", "islands.csv")
        await told(browser)
    assert (folder / "islands.csv").read_text().split() == ['"id"', *map(str, range(9))]


async def test_an_error_leaves_nothing(browse: Browse, folder: Path) -> None:
    database = FakeDatabase(rows=9)
    async with browse(connect=database.connect) as browser:
        await browser.until_line("8")
        database.trouble = BrowserError("the disk is gone", "put it back")
        await typed(browser, "e", "islands.csv")
        await browser.until(lambda: browser.error == "the disk is gone; put it back", "the error")
        await browser.until(lambda: not list(folder.iterdir()), "nothing in the folder")


async def test_a_finding_is_copied_or_written(
    browse: Browse, world: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browse(world) as browser:
        sent = Sent(browser, monkeypatch)
        await browser.press("u", "enter")
        await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")
        await typed(browser, "E", "")
        assert (await told(browser))[0].endswith("lines: the finding")
        assert browser.failure.has_focus_within
        await typed(browser, "E", "finding.md")
        assert (await told(browser, 2))[1] == "the finding is in finding.md"
        await typed(browser, "E", "finding.csv")
        await browser.until(lambda: "must end in .md" in browser.error, "the error")
        await browser.press("E")
        await browser.until(lambda: isinstance(browser.screen.focused, Input), "the prompt")
        await browser.press("E", "e", "escape")
        await browser.until(lambda: browser.failure.has_focus_within, "the failure's focus")
    (text,) = sent.texts
    assert (folder / "finding.md").read_text(encoding="utf-8") == text
    assert re.match(r"### (StatementError\()?MissingGreenlet\)? at `pirate_crew.members`\n", text)
    for part in (
        "`PirateCrew 1`",
        "greenlet_spawn has not been called",
        "awaitable_attrs",
        "SQLAlchemy 2.",
        "aiosqlite",
    ):
        assert part in text


async def test_neither_key_is_taken_while_something_is_typed(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")
        await browser.press("slash", "e", "E")
        assert browser.screen.query_one("Input:focus", Input).value == "eE"
        await browser.press("escape", "escape")
        await browser.until(lambda: browser.table.has_focus, "the table")
        for key in ("slash", "f", "colon", "e"):
            await browser.press(key, "e", "E")
            assert browser.screen.query_one("Input:focus", Input).value == "eE"
            await browser.press("escape")
        await browser.press("E")
        assert browser.table.has_focus  # nothing has failed that is shown


def test_both_are_in_the_help() -> None:
    assert {command.keys for command in COMMANDS} >= {"e", "E"}
