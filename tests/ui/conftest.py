"""The browser under Textual's Pilot, on a real database or on a fake one."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from pirate_tui.bootstrap import Bootstrap
from pirate_tui.domain.ports import Connect
from pirate_tui.pirates.fleet import SampleSize, load
from pirate_tui.settings import COLLECTION_LIMIT, TIME_LIMIT, Settings
from pirate_tui.ui.app import NOTHING_SPECIAL, PirateApp, Start
from pirate_tui.ui.screens.browse import BrowseScreen
from pirate_tui.ui.widgets.failure_view import FailureView
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.row_table import RowTable
from pirate_tui.ui.widgets.statement_log import LogContent, StatementLog
from tests.ui.leaving import leaving


__all__ = ["leaving"]  # pytest finds it here

PATIENCE = 500
"""How many turns of the event loop's idle a condition may take; a server may have others to serve."""

SEEN = 30
"""How many lines of the table a failed wait tells."""


class Browser:
    """A running browser: press keys, wait for what a person would see."""

    def __init__(self, pilot: Pilot[Any], notes: Sequence[str]) -> None:
        self.pilot = pilot
        self.app = pilot.app
        self.notes = notes
        """The messages of all notifications so far, also of those that have been shown long enough."""

    @property
    def screen(self) -> BrowseScreen:
        """The first screen."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, BrowseScreen)
        return screen

    @property
    def table(self) -> RowTable:
        """The table."""
        return self.screen.query_one(RowTable)

    @property
    def inspector(self) -> Inspector:
        """The inspector."""
        return self.screen.query_one(Inspector)

    @property
    def failure(self) -> FailureView:
        """The failure view."""
        return self.screen.query_one(FailureView)

    @property
    def log(self) -> StatementLog:
        """The statement log."""
        return self.screen.query_one(StatementLog)

    @property
    def lines(self) -> list[str]:
        """The table's lines."""
        return [self.table.text_at(y) for y in range(self.table.line_count())]

    @property
    def statements(self) -> list[str]:
        """The log's lines, those of the browser's own statements too."""
        self.log.content = LogContent.ALL
        return [self.log.text_at(y) for y in range(self.log.line_count())]

    @property
    def title(self) -> str:
        """The table's title."""
        return self.table.title_text.plain

    @property
    def subtitle(self) -> str:
        """What stands at the table's foot."""
        return self.table.note_text

    def attribute(self, name: str) -> list[str]:
        """The words of an attribute's line in the inspector."""
        lines = self.inspector.plain.splitlines()
        return next((line.split() for line in lines if line.split()[:1] == [name]), [])

    def row(self, number: int) -> list[str]:
        """The cells of the row of that number, as they are held."""
        found = self.table.row_at((number,))
        return [] if found is None else [cell.text for cell in found[1].cells]

    @property
    def here(self) -> list[str]:
        """The cells of the row that the cursor is on."""
        found = self.table.row_at(self.table.cursor)
        return [] if found is None else [cell.text for cell in found[1].cells]

    @property
    def error(self) -> str:
        """What stands in the line of trouble; nothing while there is none."""
        shown = self.screen.query_one("#error-line")
        return str(shown.render()) if shown.display else ""

    async def until(self, condition: Callable[[], Any], what: str) -> None:
        """Wait until the condition holds."""
        for _ in range(PATIENCE):
            if condition():
                return
            await self.pilot.pause(0.02)
        seen = (self.title, self.subtitle, self.error, *self.lines[:SEEN])
        raise AssertionError(f"never came: {what}\n" + "\n".join(seen))

    async def until_line(self, text: str) -> None:
        """Wait until a line of the table has the text."""
        await self.until(lambda: any(text in line for line in self.lines), f"{text!r} in the table")

    async def until_idle(self) -> None:
        """Wait until no worker runs."""
        await self.until(lambda: not any(worker.is_running for worker in self.app.workers), "the end of all work")

    async def press(self, *keys: str) -> None:
        """Press the keys."""
        await self.pilot.press(*keys)


Browse = Callable[..., AbstractAsyncContextManager[Browser]]


@asynccontextmanager
async def _browse(
    database: Path | None = None,
    *,
    connect: Connect | None = None,
    size: tuple[int, int] = (120, 36),
    limit: int = COLLECTION_LIMIT,
    start: Start = NOTHING_SPECIAL,
) -> AsyncIterator[Browser]:
    settings = Settings(database, reset=False, time_limit=TIME_LIMIT, log=None, collection_limit=limit)
    composition = Bootstrap(settings)
    app = PirateApp(connect or composition.connect, "a database", start._replace(remember=composition.remember))
    notes, notify = list[str](), app.notify

    def noting(message: str, **options: Any) -> None:
        notes.append(message)
        notify(message, **options)

    app.notify = noting  # type: ignore[method-assign]
    try:
        async with app.run_test(size=size) as pilot:
            browser = Browser(pilot, notes)
            if connect is None:
                await browser.until(lambda: "row" in browser.table.title_text.plain, "the count in the title")
                await browser.until_idle()
            yield browser
            await browser.until_idle()
    finally:
        await composition.close()


@pytest.fixture(scope="session")
def made_fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of 3,000 crews and 6,000 members, with an index on the crews' names; tests get copies."""
    path = tmp_path_factory.mktemp("fleet") / "fleet.db"
    asyncio.run(load(path, SampleSize(3_000, 6_000), lambda _done: None))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE INDEX crew_name ON pirate_crew (name)")
    return path


@pytest.fixture
def fleet(made_fleet: Path, tmp_path: Path) -> Path:
    """A copy of that world, for this test alone."""
    return Path(shutil.copy(made_fleet, tmp_path / "fleet.db"))


@pytest.fixture
def browse() -> Browse:
    """What opens the browser on a file or a fake: an async context manager."""
    return _browse
