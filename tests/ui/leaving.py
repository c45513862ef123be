"""A database that can go away, and come back."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from pirate_tui.domain.answering import AnsweringServer
from pirate_tui.domain.failure import DatabaseUnreachableError
from pirate_tui.domain.ports import Database, Listener
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.pirates.models import MODELS


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
        self.server = AnsweringServer()
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
        """Raise `DatabaseUnreachableError` while it is away, and tell the listener."""
        if self.answers_left is not None:
            self.is_away, self.answers_left = self.answers_left <= 0, self.answers_left - 1
        self.listener.reachable(not self.is_away)
        if self.is_away:
            self.asked += 1
            raise DatabaseUnreachableError("db:5432/shop", "refused", "start it, then press r")

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
    await browser.until(lambda: "· 3,000 rows" in browser.title, "the count")
    await browser.until(lambda: "PirateCrew 1 ·" in browser.inspector.title_text.plain, "the instance")


async def until_away(browser: Any) -> None:
    """Wait for the line that says so."""
    await browser.until(lambda: browser.error == LINE, "the trouble")
    await browser.until(lambda: browser.table.has_class("-stale"), "its mark")
    assert browser.inspector.has_class("-stale")
    assert browser.subtitle.startswith("stale")
    assert "stale" in browser.inspector.title_text.plain or browser.inspector.snapshot is None
