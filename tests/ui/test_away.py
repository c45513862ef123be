"""A database that is not there for a while: what is on the screen stays, dimmed, and everything goes on."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, cast

import pytest

from pirate_tui.domain.failure import NO_DATABASE, Unreachable
from pirate_tui.domain.ports import Database, Listener
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.pirates.models import MODELS


Browse = Callable[..., AbstractAsyncContextManager[Any]]

LINE = "db:5432/shop: refused; start it, then press r"


HEEDLESS = 3.0
"""Seconds for which a connect may refuse to be cancelled."""

ANSWERS = 12
"""More questions than reading again takes."""


class Leaving:
    """A database that says, while it is away, that it cannot be reached."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: OrmDatabase | None = None
        self.name, self.dialect, self.warning = "shop", "fake", ""
        self.is_away = False
        self.asked = 0
        """How many questions have found it away."""
        self.answers_left: int | None = None
        """So many questions are answered before it goes away, where it is to do so by itself."""
        self.held: asyncio.Event | None = None
        """What a connect waits for, if it is to wait."""
        self.heeds_cancel = True
        self.closed = 0

    async def connect(self, listener: Listener) -> Database:
        """It is opened once, and is there or not."""
        self.listener = listener
        if self.held is not None:
            await (self.held.wait() if self.heeds_cancel else _through(self.held))
        self.meet()
        if self._database is None:
            self._database = await open_database(self._path, MODELS, Limits(30), listener)
        return cast("Database", self)

    async def renew(self) -> bool:
        """The same again."""
        self.meet()
        await self._opened.renew()
        return False

    async def close(self) -> None:
        """Count it."""
        self.closed += 1

    async def end(self) -> None:
        """Give everything back."""
        if self._database is not None:
            await self._database.close()

    @property
    def models(self) -> Any:
        """Those of the database, while it is there."""
        return Port(self, self._opened.models)

    @property
    def rows(self) -> Any:
        """Those of the database, while it is there."""
        return Port(self, self._opened.rows)

    @property
    def instances(self) -> Any:
        """Those of the database, while it is there."""
        return Port(self, self._opened.instances)

    @property
    def benchmarks(self) -> Any:
        """Those of the database, while it is there."""
        return Port(self, self._opened.benchmarks)

    def meet(self) -> None:
        """Raise `Unreachable` while it is away, and tell the listener."""
        if self.answers_left is not None:
            self.is_away, self.answers_left = self.answers_left <= 0, self.answers_left - 1
        self.listener.reachable(not self.is_away)
        if self.is_away:
            self.asked += 1
            raise Unreachable("db:5432/shop", "refused", "start it, then press r")

    @property
    def _opened(self) -> OrmDatabase:
        assert self._database is not None
        return self._database


class Port:
    """One port of a database that can go away."""

    def __init__(self, leaving: Leaving, port: object) -> None:
        self._leaving = leaving
        self._port = port

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def ask(*given: Any, **named: Any) -> Any:
            self._leaving.meet()
            return await found(*given, **named)

        return ask


async def _through(event: asyncio.Event) -> None:
    """Wait for the event, whoever cancels, for as long as a server may take to be left."""
    until = time.monotonic() + HEEDLESS
    while not event.is_set() and time.monotonic() < until:
        try:
            await asyncio.wait_for(event.wait(), HEEDLESS)
        except (asyncio.CancelledError, TimeoutError):
            continue


@pytest.fixture
async def leaving(fleet: Path) -> AsyncIterator[Leaving]:
    """3,000 crews that can go away."""
    made = Leaving(fleet)
    yield made
    await made.end()


async def until_read(browser: Any) -> None:
    """Wait until everything is there."""
    await browser.until(lambda: "3,000 rows" in browser.title, "the count")
    await browser.until(lambda: "PirateCrew 1 ·" in str(browser.inspector.border_title), "the instance")


async def until_away(browser: Any) -> None:
    """Wait for the line that says so."""
    await browser.until(lambda: browser.trouble == LINE, "the trouble")
    assert browser.table.has_class("-stale")
    assert browser.inspector.has_class("-stale")
    assert browser.subtitle.startswith("stale")
    assert "stale" in str(browser.inspector.border_title) or browser.inspector.snapshot is None


async def until_there(browser: Any) -> None:
    """Wait until it is there again, and nothing is said of it."""
    await browser.until(lambda: not browser.trouble and not browser.screen.is_away, "the end of the trouble")
    assert not browser.table.has_class("-stale")
    assert "stale" not in browser.subtitle


@pytest.mark.thorough
async def test_the_rows_and_the_instance_stay_and_the_cursor_goes_on(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        before, attributes = browser.lines[:200], browser.inspector.plain
        leaving.is_away = True
        await browser.press("enter")
        await until_away(browser)
        assert (browser.lines[:200], browser.inspector.plain) == (before, attributes)
        await browser.press("down", "down", "right_square_bracket", "u")
        assert browser.table.cursor == (2,)
        assert browser.table.column == 1
        await browser.press("colon", "3", "enter")  # where it is: nothing is asked
        await browser.until(lambda: browser.table.has_focus, "the table")
        assert browser.trouble == LINE
        await browser.press("escape")
        assert not browser.trouble
        assert browser.table.has_class("-stale")
        leaving.is_away = False
        await browser.press("up")
        await until_there(browser)
        await browser.until(lambda: "PirateCrew 2 ·" in str(browser.inspector.border_title), "the instance")


@pytest.mark.thorough
async def test_rows_that_are_not_held_are_asked_for_once_and_come_when_it_is_back(
    browse: Browse, leaving: Leaving
) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        leaving.is_away = True
        await browser.press("end")
        await until_away(browser)
        await browser.pilot.pause(0.5)  # a table that asks again and again asks some hundred times
        assert leaving.asked < 10
        assert browser.lines[-1].strip() == "…"
        leaving.is_away = False
        await browser.press("r")
        await until_there(browser)
        await browser.until(lambda: browser.here[:1] == ["3000"], "the last row")


@pytest.mark.thorough
async def test_wherever_in_reading_again_it_goes_away_one_stays_where_one_was(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        browser.table.go_to(2_500)
        await browser.until(lambda: browser.here[:1] == ["2501"], "crew 2501")
        await browser.press("enter")
        await browser.until(lambda: browser.table.text_at(2_501).strip().startswith("▾ members"), "the members")
        await browser.press("down", "down")
        await browser.until(lambda: "Pirate " in str(browser.inspector.border_title), "the member's instance")
        before, troubles = _place(browser), 0
        for answers in range(ANSWERS):
            leaving.answers_left = answers
            await browser.press("r")
            await browser.until(lambda: not any(one.is_running for one in browser.screen.workers), "rest")
            assert _place(browser) == before
            troubles += browser.screen.is_away
            leaving.answers_left, leaving.is_away = None, False
            await browser.press("r")
            await until_there(browser)
            await browser.until(lambda: not any(one.is_running for one in browser.screen.workers), "rest")
            assert _place(browser) == before
        assert 0 < troubles < ANSWERS


def _place(browser: Any) -> tuple[Any, ...]:
    """Where one is, and what is seen there."""
    top = round(browser.table.scroll_y)
    return browser.table.cursor, top, [browser.table.text_at(y) for y in range(top, top + 20)], browser.inspector.plain


@pytest.mark.thorough
async def test_a_table_that_cannot_be_opened_leaves_the_one_that_is_shown(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        leaving.is_away = True
        await browser.press("m", *"pirates", "enter")
        await until_away(browser)
        assert browser.title == "PirateCrew · 3,000 rows"
        for keys in (["o"], ["f", *"x", "enter"], ["slash", *"x", "enter"], ["colon", *"=7", "enter"], ["A"], ["x"]):
            await browser.press(*keys)
            await until_away(browser)
        assert browser.title == "PirateCrew · 3,000 rows"
        leaving.is_away = False
        await browser.press("m", *"pirates", "enter")
        await browser.until(lambda: browser.title == "Pirate · 6,000 rows", "the other table")
        await until_there(browser)


@pytest.mark.thorough
async def test_the_comparison_says_it_and_r_measures_again(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        leaving.is_away = True
        await browser.press("c")
        await browser.until(lambda: browser.app.screen.query("StrategyChart"), "the comparison")
        screen = browser.app.screen
        line = screen.query_one("#trouble")
        await browser.until(lambda: line.display and str(line.render()) == LINE, "the trouble")
        leaving.is_away = False
        await browser.press("r")
        await browser.until(lambda: screen.advice is not None, "what to take")
        assert not line.display
        await browser.press("escape", "escape")
        await until_there(browser)


@pytest.mark.thorough
async def test_the_list_of_models_says_it_and_can_be_chosen_from(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        leaving.is_away = True
        await browser.press("m")
        await browser.until(lambda: _foot(browser) == LINE, "the trouble")
        await browser.press("escape")
        leaving.is_away = False
        await browser.press("m")
        await browser.until(lambda: _foot(browser) == "", "no trouble")
        await browser.press("escape")


def _foot(browser: Any) -> str | None:
    """What stands at the foot of the list of models; None before there is one."""
    return next((str(box.border_subtitle or "") for box in browser.app.screen.query("ChooseScreen > Vertical")), None)


@pytest.mark.thorough
async def test_a_value_that_cannot_be_read_says_it_and_r_reads_it(browse: Browse, leaving: Leaving) -> None:
    async with browse(connect=leaving.connect) as browser:
        await until_read(browser)
        leaving.is_away = True
        await browser.press("v")
        await browser.until(lambda: browser.app.screen.query("TextPane"), "the pane")
        pane = browser.app.screen.query_one("TextPane")
        await browser.until(lambda: pane.plain == LINE.replace("; start", ": start"), "the trouble")
        leaving.is_away = False
        await browser.press("r")
        await browser.until(lambda: pane.plain == "1", "the value")
        await browser.press("escape")
        await until_there(browser)


# At the start.


async def test_never_there_is_an_exit_code_and_a_word_about_it(browse: Browse, leaving: Leaving) -> None:
    leaving.is_away = True
    async with browse(connect=leaving.connect) as browser:
        await browser.until(lambda: browser.trouble == LINE, "the trouble")
        await browser.press("r", "escape", "q")
        await browser.until(lambda: browser.app.return_code == NO_DATABASE, "the exit code")


async def test_once_there_it_ends_well_also_while_it_is_away(browse: Browse, leaving: Leaving) -> None:
    leaving.is_away = True
    async with browse(connect=leaving.connect) as browser:
        await browser.until(lambda: browser.trouble == LINE, "the trouble")
        leaving.is_away = False
        await browser.press("r")
        await until_read(browser)
        leaving.is_away = True
        await browser.press("down")
        await until_away(browser)
        await browser.press("q")
        await browser.until(lambda: browser.app.return_code == 0, "the exit code")


@pytest.mark.thorough
async def test_esc_frees_the_screen_also_of_a_connect_that_does_not_heed_it(browse: Browse, leaving: Leaving) -> None:
    late, leaving.heeds_cancel = asyncio.Event(), False
    leaving.held = late
    async with browse(connect=leaving.connect) as browser:
        await browser.until(lambda: "opening the database … · esc cancels" in browser.screen.busy, "what is under way")
        await browser.press("escape")
        await browser.until(lambda: browser.trouble == "not opened; press r to retry, q to quit", "the way out")
        await browser.pilot.pause(0.5)
        assert not browser.screen.busy
        leaving.held = None
        await browser.press("r")
        await until_read(browser)
        late.set()
        await browser.until(lambda: leaving.closed == 1, "the end of the one that came too late")
        await browser.press("down")
        await browser.until(lambda: "PirateCrew 2 ·" in str(browser.inspector.border_title), "the instance")


# The title.


@pytest.mark.thorough
@pytest.mark.parametrize("width", [80, 100, 160])
async def test_a_warning_stands_in_the_title_at_all_times(browse: Browse, leaving: Leaving, width: int) -> None:
    leaving.name, leaving.dialect, leaving.warning = "db:5432/shop", "postgresql+asyncpg", "superuser"
    async with browse(connect=leaving.connect, size=(width, 30)) as browser:
        await until_read(browser)
        await browser.until(lambda: not browser.screen.busy, "rest")
        title = browser.screen.query_one("TitleBar").render()
        assert title.cell_len == width
        assert " · superuser " in f"{title} "
        assert " SAFE   loader: as mapped" in str(title)
        assert "db:5432/shop · read-only" in str(title)
        if width >= 100:
            assert "db:5432/shop · read-only · postgresql+asyncpg · superuser" in str(title)
