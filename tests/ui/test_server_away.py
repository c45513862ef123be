"""A server that goes away under the browser and comes back, by each driver: `r` leads back to where one was."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from pirate_tui.domain.access import Scenario
from pirate_tui.domain.ports import Connect, Database, Listener
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.pirates.models import MODELS
from tests.crews import TABLES
from tests.faults import Fault, Proxy
from tests.servers import run


pytestmark = pytest.mark.thorough

Browse = Callable[..., AbstractAsyncContextManager[Any]]

SEEN = 20
"""Lines of the table that are seen, also above a line of trouble."""


class Link:
    """A server with crews, and the way to it, which can fail."""

    def __init__(self, proxy: Proxy, server: Server) -> None:
        self.proxy = proxy
        self.direct = server
        self.server = proxy.server(server)
        self._opened: list[OrmDatabase] = []

    def connect(self, classes: tuple[type, ...] | None = MODELS) -> Connect:
        """Opens it with these classes, or with those of its own tables."""

        async def opened(listener: Listener) -> Database:
            database = await open_database(self.server, classes, Limits(30), listener)
            self._opened.append(database)
            database.models.set_initial_model("PirateCrew", None)
            return database

        return opened

    async def close(self) -> None:
        """Close what was opened."""
        for database in self._opened:
            await database.close()


@pytest.fixture
async def link(server: Server) -> AsyncIterator[Link]:
    """Each kind of server, by each driver."""
    await run(server, *TABLES)
    async with Proxy(server) as proxy:
        made = Link(proxy, server)
        yield made
        await made.close()


async def until_read(browser: Any) -> None:
    """Wait for the crews, their number and the instance."""
    await browser.until(lambda: "· 500 rows" in browser.title, "the count")
    await browser.until(lambda: " 1 ·" in browser.inspector.title_text.plain, "the instance")


async def go_to_an_open_row(browser: Any) -> None:
    """Go to crew 251 and open it; the cursor rests on its first member."""
    await until_read(browser)
    browser.table.state.go_to(250)
    await browser.until(lambda: browser.here[:1] == ["251"], "crew 251")
    await browser.press("enter")
    await browser.until_line("Pirate 501")
    await browser.press("down", "down")
    await browser.until(lambda: " 501 ·" in browser.inspector.title_text.plain, "the member's instance")


def place(browser: Any) -> tuple[Any, ...]:
    """Where one is, and what is seen there."""
    table, top = browser.table, round(browser.table.scroll_y)
    seen = [table.text_at(y) for y in range(top, top + SEEN)]
    return table.cursor, top, table.column, str(table.listing.query), seen, browser.inspector.plain


def scenario(browser: Any) -> Scenario:
    """What has been done with the instance that is shown."""
    found: Scenario = browser.inspector.snapshot.scenario
    return found


async def until_away(browser: Any, link: Link) -> None:
    """Wait for the line that says so, which names the server."""
    await browser.until(lambda: browser.error.startswith(f"{link.server.name}: "), "the trouble")
    await browser.until(lambda: browser.table.has_class("-stale"), "its mark")
    assert browser.inspector.has_class("-stale")
    assert browser.subtitle.startswith("stale")


async def until_back(browser: Any) -> None:
    """Wait until all that was said is said no more."""
    await browser.until(lambda: not browser.error and not browser.table.has_class("-stale"), "the end of the trouble")
    assert "stale" not in browser.subtitle


@pytest.mark.parametrize("classes", [MODELS, None], ids=["models", "reflected"])
async def test_r_leads_back_to_where_one_was(browse: Browse, link: Link, classes: tuple[type, ...] | None) -> None:
    async with browse(connect=link.connect(classes)) as browser:
        await go_to_an_open_row(browser)
        before = place(browser)
        await link.proxy.go_away()
        await browser.press("A")
        await until_away(browser, link)
        assert place(browser) == before
        link.proxy.fault = Fault.RESET
        await link.proxy.listen()
        accepted = link.proxy.accepted
        await browser.press("r")
        await browser.until(lambda: link.proxy.accepted > accepted and not browser.screen.busy, "another try")
        await until_away(browser, link)
        assert place(browser) == before
        link.proxy.fault = Fault.NONE
        await browser.press("r")
        await until_back(browser)
        await browser.until(lambda: place(browser) == before, "where one was")
        await browser.press("down", "enter")
        await browser.until_line("pirate_crew · ")


async def test_a_server_that_is_back_before_anybody_noticed_leaves_all_as_it_was(browse: Browse, link: Link) -> None:
    async with browse(connect=link.connect()) as browser:
        await go_to_an_open_row(browser)
        before = place(browser)
        await link.proxy.go_away()
        await link.proxy.listen()
        sent = len(browser.statements)
        await browser.press("r")
        await browser.until(lambda: len(browser.statements) > sent and place(browser) == before, "where one was")
        assert not browser.error


async def test_a_connection_that_was_cut_while_one_thought_is_not_noticed(browse: Browse, link: Link) -> None:
    async with browse(connect=link.connect()) as browser:
        await go_to_an_open_row(browser)
        link.proxy.cut()
        browser.table.cursor = (251,)
        await browser.until(lambda: " 252 ·" in browser.inspector.title_text.plain, "the next crew")
        assert not browser.error


async def test_any_question_that_is_answered_ends_the_trouble_and_reads_again(browse: Browse, link: Link) -> None:
    async with browse(connect=link.connect()) as browser:
        await go_to_an_open_row(browser)
        await link.proxy.go_away()
        browser.table.cursor = (251,)
        await until_away(browser, link)
        await run(link.direct, "DELETE FROM pirates WHERE id > 600", "DELETE FROM pirate_crew WHERE id > 300")
        await link.proxy.listen()
        browser.table.cursor = (252,)
        await until_back(browser)
        await browser.until(lambda: "· 300 rows" in browser.title, "the rows as they are now")
        assert browser.table.cursor == (252,)


async def test_order_filter_and_the_table_that_was_left_are_as_they_were(browse: Browse, link: Link) -> None:
    async with browse(connect=link.connect()) as browser:
        await go_to_an_open_row(browser)
        crews = browser.table.cursor
        await browser.press("M")
        await browser.until(lambda: "Pirate · 1,000 rows" in browser.title, "the members' own table")
        await browser.press("right_square_bracket", "f", *"=Pirate 501", "enter")
        await browser.until(lambda: "Pirate · 1 row" in browser.title, "the filter")
        await browser.press("o")
        await browser.until(lambda: "name" in str(browser.table.listing.query.order), "the order")
        await browser.until(lambda: " 501 ·" in browser.inspector.title_text.plain, "the instance")
        before = browser.title, browser.lines, browser.table.column
        await link.proxy.go_away()
        await browser.press("A")
        await until_away(browser, link)
        await link.proxy.listen()
        await browser.press("r")
        await until_back(browser)
        await browser.until(lambda: (browser.title, browser.lines, browser.table.column) == before, "the same rows")
        await browser.until_idle()
        await browser.press("escape")
        await browser.until(lambda: browser.table.listing.entity.name == "PirateCrew", "the table before")
        assert browser.table.cursor == crews
        await browser.until(lambda: " 501 ·" in browser.inspector.title_text.plain, "the member's instance")


async def test_a_server_that_is_not_there_at_the_start_is_named_and_r_opens_it(browse: Browse, link: Link) -> None:
    await link.proxy.go_away()
    async with browse(connect=link.connect()) as browser:
        await browser.until(lambda: browser.error.startswith(f"{link.server.name}: "), "the trouble")
        await link.proxy.listen()
        await browser.press("r")
        await until_read(browser)
        assert not browser.error


async def test_esc_ends_a_connect_that_nobody_answers(browse: Browse, link: Link) -> None:
    link.proxy.fault = Fault.BLACKHOLE
    async with browse(connect=link.connect()) as browser:
        await browser.until(lambda: "opening the database" in browser.screen.busy, "what is under way")
        await browser.press("escape")
        await browser.until(lambda: browser.error == "not opened; press r to retry, q to quit", "the way out")
        link.proxy.fault = Fault.NONE
        await browser.press("r")
        await until_read(browser)


async def test_a_link_that_stalls_is_stopped_by_esc_and_goes_on(browse: Browse, link: Link) -> None:
    async with browse(connect=link.connect()) as browser:
        await go_to_an_open_row(browser)
        before = place(browser)
        link.proxy.fault = Fault.STALL
        await browser.press("r")
        await browser.until(lambda: "reopening the database" in browser.screen.busy, "what is under way")
        await browser.press("escape")
        await browser.until(lambda: browser.error.startswith("cancelled; press r"), "the way out")
        assert place(browser) == before
        link.proxy.fault = Fault.NONE
        await browser.press("r")
        await until_back(browser)
        await browser.until(lambda: place(browser) == before, "where one was")


async def test_the_instance_is_selected_anew_when_the_server_is_back(browse: Browse, link: Link) -> None:
    async with browse(connect=link.connect()) as browser:
        await until_read(browser)
        await browser.press("x")
        await browser.until(lambda: scenario(browser) is Scenario.AFTER_COMMIT, "the commit")
        await link.proxy.go_away()
        await browser.press("r")
        await until_away(browser, link)
        assert scenario(browser) is Scenario.AFTER_COMMIT
        await link.proxy.listen()
        await browser.press("r")
        await until_back(browser)
        await browser.until(lambda: scenario(browser) is Scenario.FRESH, "a fresh instance")
