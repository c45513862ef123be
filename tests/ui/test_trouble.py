"""BrowserError with the database, and work that takes long: said in place, stopped by esc, never fatal."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from pirate_tui.domain.access import (
    AttributeKind,
    AttributeRequest,
    AttributeSnapshot,
    AttributeState,
    InstanceSnapshot,
    Prediction,
    Scenario,
    TrialRequest,
    Walk,
)
from pirate_tui.domain.comparing import MeasureRequest, Sample
from pirate_tui.domain.entity import Bound, Column, Entity, ModelInfo, Relationship, Size
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError, StartupError
from pirate_tui.domain.loading import (
    AccessResult,
    EagerRequest,
    EagerSelect,
    LiveTrial,
    Loadable,
    OpenAllRequest,
    OpenRequest,
    OpenResult,
)
from pirate_tui.domain.plan import StatementPlan
from pirate_tui.domain.ports import Database, Listener
from pirate_tui.domain.query import Position, Query
from pirate_tui.domain.remedy import Trial
from pirate_tui.domain.rows import Cell, Page, Rank, Row, RowKey, Seek, Value, WholeColumns
from pirate_tui.domain.search import Match, Span
from tests.ui.fake_world import OwnPorts


Browse = Callable[..., AbstractAsyncContextManager[Any]]

ISLAND = Entity("Island", "island", (Column("id", "INTEGER", is_key=True, is_numeric=True),), ())


class FakeDatabase(OwnPorts):
    """Rows that are computed, and the trouble that a test sets."""

    name = "islands.db"
    dialect = "fake"
    warning = ""
    is_file = True

    def __init__(self, rows: int = 3, key: RowKey | None = None) -> None:
        self.size = rows
        self.key = key
        self.guess: int | None = None
        self.trouble: BrowserError | None = None
        self.held: asyncio.Event | None = None
        self.cancelled = 0
        self.listener: Listener | None = None

    async def connect(self, listener: Listener) -> Database:
        """It is open at once, unless there is trouble."""
        self.listener = listener
        await self._meet()
        return self

    @property
    def choices(self) -> tuple[ModelInfo, ...]:
        """The one that there is."""
        return (ModelInfo("Island", "island"),)

    async def entity(self, name: str) -> Entity:
        """The one that there is."""
        assert name == ISLAND.name
        return ISLAND

    async def sizes(self) -> dict[str, Size]:
        """As it is."""
        return {ISLAND.name: Size(self.size, Bound.EXACT)}

    async def explain(self, request: MeasureRequest) -> tuple[StatementPlan, ...]:
        """Nothing is compared here."""
        raise AssertionError(request)

    async def measure(self, request: MeasureRequest) -> Sample:
        """Nothing is compared here."""
        raise AssertionError(request)

    async def page(self, query: Query, seek: Seek) -> Page:  # noqa: ARG002  the port's signature
        """Rows with their number."""
        await self._meet()
        if seek.backward:
            end = (self.size if seek.position is None else seek.position[0]) - seek.skip
            numbers = range(max(0, end - seek.limit), end)
        else:
            start = (0 if seek.position is None else seek.position[0] + 1) + seek.skip
            numbers = range(start, min(start + seek.limit, self.size))
        return Page(tuple(Row((Cell(str(n)),), self.key or (n,), (n,)) for n in numbers))

    async def count(self, query: Query) -> int:  # noqa: ARG002  the port's signature
        """How many there are."""
        await self._meet()
        return self.size

    async def estimate(self, query: Query) -> int | None:  # noqa: ARG002  the port's signature
        """A guess that a test may set."""
        return self.guess

    async def anchor(self, query: Query, seek: Seek) -> Position | None:
        """The position of a row."""
        page = await self.page(query, seek)
        return page.rows[0].position if page.rows else None

    async def next_anchors(self, query: Query, seek: Seek) -> list[Position]:
        """The position of a row."""
        anchor = await self.anchor(query, seek)
        return [] if anchor is None else [anchor]

    async def anchors(self, query: Query, interval: int) -> list[Position]:
        """Islands are never sorted."""
        raise AssertionError(query, interval)

    async def is_sorted(self, query: Query) -> bool:  # noqa: ARG002  the port's signature
        """They have but one column."""
        return True

    async def rank(self, query: Query, key: tuple[str, ...]) -> Rank | None:
        """A key is its row's number."""
        if not key[0].isdecimal():
            raise BrowserError(f"no such row: {query.entity.name} {key[0]}", "keys are numbers")
        return Rank(int(key[0]), (int(key[0]),)) if int(key[0]) < self.size else None

    async def nearest(self, query: Query, span: Span, match: Match, *, backward: bool = False) -> Position | None:
        """Islands are never searched."""
        raise AssertionError(query, span, match, backward)

    async def count_between(self, query: Query, span: Span, match: Match | None = None) -> int:
        """Islands are never searched."""
        raise AssertionError(query, span, match)

    async def whole(self, query: Query, row: Row) -> tuple[str, ...]:
        """Nothing of an island is ever cut."""
        raise AssertionError(query, row)

    async def whole_rows(self, query: Query, match: Match | None = None) -> AsyncGenerator[WholeColumns]:  # noqa: ARG002
        """The numbers of the islands, two at a time."""
        for start in range(0, self.size, 2):
            await self._meet()
            yield [tuple(range(start, min(start + 2, self.size)))]

    async def value(self, query: Query, row: Row, column: Column, start: int, size: int) -> Value:
        """The number of an island."""
        assert (query.entity, column, size > 0) == (ISLAND, ISLAND.columns[0], True)
        return Value((row.cells[0].text[start:],), len(row.cells[0].text))

    async def loadable(self, entity: Entity, relationship: Relationship, keys: tuple[RowKey, ...]) -> Loadable:
        """Islands have no relationships."""
        raise AssertionError(entity, relationship, keys)

    async def open_all(self, request: OpenAllRequest) -> tuple[OpenResult, ...]:
        """Islands have no relationships."""
        raise AssertionError(request)

    def end_walk(self, walk: Walk) -> None:
        """No island leads anywhere."""

    async def apply_scenario(
        self,
        entity: Entity,
        key: RowKey,
        scenario: Scenario,
        walk: Walk | None = None,  # noqa: ARG002
    ) -> InstanceSnapshot:
        """An island is as it was."""
        return (await self.load_instance(entity, key))._replace(scenario=scenario)

    async def access(self, request: AttributeRequest) -> AccessResult:
        """It costs nothing."""
        return AccessResult(request, 0, 0.0, await self.load_instance(request.entity, (0,)))

    async def eager_select(self, request: EagerRequest) -> EagerSelect:
        """No options are tried here."""
        raise AssertionError(request)

    async def try_out(self, request: TrialRequest) -> Trial:
        """No remedy is tried here."""
        raise AssertionError(request)

    async def try_fix(self, request: TrialRequest) -> LiveTrial:
        """Nor is any tried on the live instance."""
        raise AssertionError(request)

    async def predict(self, attribute: str) -> Prediction:
        """Nothing."""
        assert attribute == "id"
        return Prediction()

    async def renew(self) -> bool:
        """It is always the same."""
        await self._meet()
        return self.is_file

    async def load_instance(self, entity: Entity, key: RowKey, walk: Walk | None = None) -> InstanceSnapshot:  # noqa: ARG002
        """An instance with one attribute."""
        attribute = AttributeSnapshot("id", AttributeKind.COLUMN, AttributeState.LOADED, Cell(str(key[0])))
        return InstanceSnapshot(entity.name, key, f"{entity.name} {key[0]}", "persistent", (attribute,))

    async def open(self, request: OpenRequest) -> OpenResult:
        """Islands have no relationships."""
        raise AssertionError(request)

    async def close(self) -> None:
        """Nothing is held."""

    async def _meet(self) -> None:
        if self.listener is not None:
            self.listener.reachable(not isinstance(self.trouble, DatabaseUnreachableError))
        if self.trouble is not None:
            raise self.trouble
        if self.held is not None:
            try:
                await self.held.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise


async def test_trouble_at_the_start_stands_in_place_and_r_tries_again(browse: Browse) -> None:
    database = FakeDatabase()
    database.trouble = BrowserError("the database is locked", "press r")
    async with browse(connect=database.connect) as browser:
        await browser.until(lambda: browser.error == "the database is locked; press r", "the trouble")
        database.trouble = None
        await browser.press("r")
        await browser.until(lambda: len(browser.lines) == 3, "the rows")
        assert not browser.error


async def test_trouble_while_browsing_leaves_what_is_there(browse: Browse) -> None:
    database = FakeDatabase()
    async with browse(connect=database.connect) as browser:
        await browser.until(lambda: "· 3 rows" in browser.table.title_text.plain, "the count")
        database.trouble = BrowserError("the disk is gone", "put it back")
        await browser.press("r")
        await browser.until(lambda: browser.error == "the disk is gone; put it back", "the trouble")
        assert len(browser.lines) == 3
        await browser.press("escape")
        assert not browser.error


async def test_nothing_to_browse_ends_the_app_with_its_exit_code(browse: Browse) -> None:
    async def connect(listener: Listener) -> Database:  # noqa: ARG001  the port's signature
        raise StartupError(3, "no tables")

    async with browse(connect=connect) as browser:
        await browser.until(lambda: browser.app.return_code == 3, "the exit code")


async def test_long_work_is_said_and_esc_stops_it(browse: Browse) -> None:
    database = FakeDatabase()
    async with browse(connect=database.connect) as browser:
        await browser.until(lambda: "· 3 rows" in browser.table.title_text.plain, "the count")
        database.held = asyncio.Event()
        await browser.press("r")
        told = re.compile(r"reopening the database( · \d+ s)? … · esc cancels")
        await browser.until(lambda: told.fullmatch(browser.screen.busy), "what is under way")
        await browser.press("escape")
        await browser.until(lambda: database.cancelled, "the end of the work")
        assert not browser.screen.busy


async def test_esc_stops_the_opening_and_says_how_to_go_on(browse: Browse) -> None:
    database = FakeDatabase()
    database.held = asyncio.Event()
    async with browse(connect=database.connect) as browser:
        await browser.until(lambda: "opening the database" in browser.screen.busy, "what is under way")
        await browser.press("escape")
        await browser.until(lambda: browser.error == "not opened; press r to retry, q to quit", "the way out")


async def test_a_lock_is_told_while_it_is_waited_for(browse: Browse) -> None:
    database = FakeDatabase()
    database.held = asyncio.Event()
    async with browse(connect=database.connect) as browser:
        await browser.until(lambda: database.listener, "the start")
        assert database.listener is not None
        database.listener.retrying(2, "the database is locked by another program")
        await browser.until(lambda: "locked by another program; retrying (2)" in browser.screen.busy, "the notice")
        database.held.set()
        await browser.until(lambda: len(browser.lines) == 3, "the rows")


async def test_an_estimate_is_marked_as_one_until_the_rows_are_counted(browse: Browse) -> None:
    database = FakeDatabase(rows=5)
    database.guess = 1_234_567
    counting = asyncio.Event()
    count = database.rows.count

    async def slowly(query: Query) -> int:
        await counting.wait()
        return await count(query)

    database.rows.count = slowly  # type: ignore[method-assign]  # the one that takes long
    async with browse(connect=database.connect) as browser:
        await browser.until(lambda: browser.title == "Island · ~1,234,567 rows", "the estimate")
        counting.set()
        await browser.until(lambda: browser.title == "Island · 5 rows", "the count")


async def test_an_empty_table_says_so_and_no_key_does_harm(browse: Browse) -> None:
    async with browse(connect=FakeDatabase(rows=0).connect) as browser:
        await browser.until(lambda: "· 0 rows" in browser.table.title_text.plain, "the count")
        await browser.press("enter", "down", "up", "end", "home", "right", "left", "y", "pagedown", "r", "escape")
        assert browser.lines == []


async def test_a_class_without_relationships_leads_to_the_inspector(browse: Browse) -> None:
    async with browse(connect=FakeDatabase().connect) as browser:
        await browser.until(lambda: len(browser.lines) == 3, "the rows")
        await browser.press("enter")
        await browser.until(lambda: browser.inspector.has_focus, "the inspector")


async def test_going_somewhere_by_number_percentage_and_key(browse: Browse) -> None:
    database = FakeDatabase(rows=100_000)
    async with browse(connect=database.connect) as browser:
        await browser.until(lambda: "· 100,000 rows" in browser.table.title_text.plain, "the count")
        await browser.until(lambda: browser.screen.check_action("go_to", ()), "the prompt")
        for typed, row in (("1000", 999), ("73%", 73_000), ("=4711", 4_711), ("999999", 99_999), ("0", 0)):
            await browser.press("colon", *typed, "enter")
            await browser.until(lambda row=row: browser.table.cursor == (row,), f"row {row}")
            await browser.until(lambda row=row: browser.table.text_at(row).strip() == str(row), "its page")
            assert browser.table.has_focus


@pytest.mark.thorough
async def test_what_is_no_place_is_said_and_esc_stays(browse: Browse) -> None:
    async with browse(connect=FakeDatabase().connect) as browser:
        await browser.until(lambda: "· 3 rows" in browser.table.title_text.plain, "the count")
        await browser.until(lambda: browser.screen.check_action("go_to", ()), "the prompt")
        await browser.press("colon", *"rum", "enter")
        await browser.until(lambda: browser.error == "no such row: Island rum; keys are numbers", "the trouble")
        await browser.press("colon", "enter")
        await browser.until(lambda: browser.error.startswith("invalid input; expected a row number"), "the trouble")
        await browser.press("colon", "2", "escape")
        await browser.until(lambda: browser.table.has_focus, "the table")
        assert browser.table.cursor == (0,)


async def test_many_rows_are_read_page_by_page_wherever_one_goes(browse: Browse) -> None:
    database = FakeDatabase(rows=100_000)
    async with browse(connect=database.connect) as browser:
        await browser.until(lambda: "· 100,000 rows" in browser.table.title_text.plain, "the count")
        await browser.press("pagedown", "pagedown")
        assert browser.table.text_at(browser.table.cursor[0]).strip() == str(browser.table.cursor[0])
        browser.table.cursor = (54_321,)
        await browser.until(lambda: browser.table.text_at(54_321).strip() == "54321", "the row")


async def read_a_page_that_takes_long(browser: Any, database: FakeDatabase) -> None:
    """Go where no page is held, in a database that does not answer until its event is set."""
    await browser.until(lambda: "· 1,000 rows" in browser.table.title_text.plain, "the count")
    await browser.until(lambda: browser.table.listing.window.row(300), "the page ahead")
    database.held = asyncio.Event()
    browser.table.cursor = (900,)
    await browser.until(lambda: browser.screen.busy, "what is under way")


async def test_a_page_read_before_r_does_not_come_after_it(browse: Browse) -> None:
    database = FakeDatabase(rows=1_000)
    async with browse(connect=database.connect) as browser:
        await read_a_page_that_takes_long(browser, database)
        held, database.held = database.held, None
        assert held is not None
        await browser.press("r")
        await browser.until(lambda: database.cancelled, "the end of the old page")
        held.set()
        await browser.until(lambda: browser.table.text_at(900).strip() == "900", "the page, read anew")


async def test_esc_while_pages_are_read_says_how_to_go_on(browse: Browse) -> None:
    database = FakeDatabase(rows=1_000)
    async with browse(connect=database.connect) as browser:
        await read_a_page_that_takes_long(browser, database)
        await browser.press("escape")
        await browser.until(lambda: browser.error.startswith("cancelled; press r"), "the way out")
        database.held = None
        await browser.press("r")
        await browser.until(lambda: browser.table.text_at(900).strip() == "900", "the page")
        assert not browser.error
