"""Keys and answers that come at the wrong moment: they do nothing, and nothing ends."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import Any

import pytest
from rich.style import Style
from textual import events
from textual.geometry import Offset, Size
from textual.widgets import Input, OptionList

from pirate_tui.domain.access import AccessMode, Prediction
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.loading import OpenRequest, OpenResult
from pirate_tui.domain.ports import Database, Listener
from pirate_tui.domain.query import Position, Query
from pirate_tui.domain.rows import Page, Seek
from pirate_tui.ui.app import PirateApp
from pirate_tui.ui.commands import COMMANDS
from pirate_tui.ui.screens.browse import BrowseScreen
from pirate_tui.ui.screens.choose import ChooseScreen
from pirate_tui.ui.screens.palette import Palette
from pirate_tui.ui.widgets.row_table import RowTable
from pirate_tui.ui.widgets.statement_log import StatementLog
from tests.ui.fake_world import CALM, FakeWorld
from tests.ui.typist import LEAVE, Typist


Browse = Callable[..., AbstractAsyncContextManager[Any]]

KEYS = tuple(sorted({key for command in COMMANDS for key in command.keys.split(",")} - LEAVE))
"""Every key of the browser's own, but those that leave it."""


class World(FakeWorld):
    """A world whose questions a test can hold up, or let fail."""

    def __init__(self) -> None:
        super().__init__(Random(0), CALM)  # noqa: S311  no secret
        self.trouble: BrowserError | None = None
        self.held: dict[str, asyncio.Event] = {}

    async def connect_all_the_same(self, listener: Listener) -> Database:
        """It is open, whatever else cannot be done."""
        self.listener = listener
        return self

    async def befall(self, what: str) -> None:
        """What the test wants."""
        if what in self.held:
            await self.held[what].wait()
        if self.trouble is not None:
            raise self.trouble
        await super().befall(what)


async def until_rows(browser: Any) -> None:
    """Wait until there are rows, and what is needed to ask about them."""
    await browser.until(lambda: "· 30,000 rows" in browser.title, "the rows")
    await browser.until(lambda: browser.screen.query("#search-table"), "the prompts")


async def hurry(browser: Any, *keys: str) -> None:
    """Press the keys without a pause between them, and wait until they are heard."""
    typist = fast(browser)
    typist.press(*keys)
    await typist.rest()


def fast(browser: Any) -> Typist:
    """Somebody who waits for nothing."""
    return Typist(browser.app, Random(0))  # noqa: S311  no secret


async def until_alone(browser: Any) -> None:
    """Wait until there is nothing but the browser, and it goes on."""
    await browser.until(lambda: browser.app.screen_stack == [browser.screen], "the browser alone")
    before = browser.screen.mode
    await browser.press("u")
    await browser.until(lambda: browser.screen.mode is before.other, "that a key is heard")


# A screen that is dismissed twice.


@pytest.mark.thorough
@pytest.mark.parametrize("keys", [("enter", "enter"), ("escape", "escape"), ("enter", "escape", "enter")])
async def test_a_model_is_chosen_once(browse: Browse, keys: tuple[str, ...]) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        await browser.press("m")
        await browser.until(lambda: browser.app.screen.query(OptionList), "the models")
        await hurry(browser, *keys)
        await until_alone(browser)


async def test_the_list_of_models_is_shown_once(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        await hurry(browser, "m", "m", "m")
        assert sum(isinstance(screen, ChooseScreen) for screen in browser.app.screen_stack) == 1
        await hurry(browser, "escape", "escape")
        await until_alone(browser)


@pytest.mark.thorough
async def test_a_command_of_the_palette_is_run_once(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        await browser.press("ctrl+p", *"Unsafe")
        await browser.until(lambda: palette_lists(browser) == 1, "the command")
        await hurry(browser, "enter", "enter")
        await browser.until(lambda: browser.screen.mode is AccessMode.UNSAFE, "what it does")
        await hurry(browser)
        assert browser.screen.mode is AccessMode.UNSAFE
        await until_alone(browser)


def palette_lists(browser: Any) -> int:
    """How many commands the palette lists, which are laid out."""
    listed = browser.app.screen.query(OptionList)
    return listed[0].option_count if listed and listed[0].scrollable_content_region else 0


@pytest.mark.thorough
async def test_a_click_beside_the_palette_closes_it_once(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        await browser.press("ctrl+p")
        await browser.until(lambda: palette_lists(browser), "the commands")
        typist = fast(browser)
        typist.click((60, 35), times=3)
        await typist.rest()
        await until_alone(browser)


@pytest.mark.thorough
@pytest.mark.parametrize("opens", ["v", "question_mark", "c"])
async def test_what_lies_over_the_browser_is_closed_once(browse: Browse, opens: str) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        await browser.press(opens)
        await browser.until(lambda: len(browser.app.screen_stack) == 2, "the screen")
        await hurry(browser, *["escape"] * 4)
        await until_alone(browser)


@pytest.mark.thorough
async def test_a_palette_comes_while_another_goes(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        for _ in range(3):
            browser.app.action_command_palette()
            await browser.until(lambda: palette_lists(browser), "the commands")
            browser.app.screen.dismiss()
        browser.app.action_command_palette()
        await browser.until(lambda: palette_lists(browser), "the commands")
        await browser.press("escape")
        await until_alone(browser)


async def test_no_page_is_turned_before_the_palette_is_laid_out(browse: Browse) -> None:
    async with browse(connect=World().connect, size=(120, 3)) as browser:
        await until_rows_without_focus(browser)
        palette = await opened_palette(browser)
        await browser.until(lambda: palette.query_one(OptionList).option_count, "the commands")
        await hurry(browser, "pagedown", "pageup")
        await browser.press("escape")
        await until_alone(browser)


async def until_rows_without_focus(browser: Any) -> None:
    """Wait until there are rows, in a terminal that is too small to show them."""
    await browser.until(lambda: browser.table.listing and browser.table.listing.window.count, "the rows")


# Work whose answer comes to a screen that goes.


@pytest.mark.thorough
async def test_sizes_that_come_while_the_list_of_models_goes_are_not_shown(browse: Browse) -> None:
    world = World()
    async with browse(connect=world.connect) as browser:
        await until_rows(browser)
        for turns in range(8, 18):
            world.held["sizes"] = asyncio.Event()
            await browser.press("m")
            await browser.until(lambda: browser.app.screen.query(OptionList), "the models")
            fast(browser).press("a", "escape", "b")
            for _ in range(turns):
                await asyncio.sleep(0)
            world.held["sizes"].set()
            await browser.until(lambda: browser.app.screen is browser.screen, "the browser")
        await until_alone(browser)


@pytest.mark.thorough
async def test_what_is_found_while_the_palette_goes_is_not_shown(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        for _ in range(10):
            await hurry(browser, "ctrl+p", "z", "a", "escape", "b", "enter")
            await browser.until(lambda: browser.app.screen is browser.screen, "the browser")
        await until_alone(browser)


@pytest.mark.thorough
async def test_an_opening_that_was_cancelled_is_not_shown_however_late_the_database_heeds_it(browse: Browse) -> None:
    class Slow(World):
        asked = asyncio.Event()

        async def open(self, request: OpenRequest) -> OpenResult:
            try:
                await asyncio.Event().wait()
            finally:
                self.asked.set()
                await super().open(request)
            raise AssertionError

    world = Slow()
    async with browse(connect=world.connect) as browser:
        await until_rows(browser)
        await browser.press("enter", "down", "enter")
        await browser.until(lambda: browser.screen.busy, "the work")
        await browser.press("escape")
        await browser.until(world.asked.is_set, "the end of the work")
        await browser.until_idle()
        assert browser.table.listing.opening_at((0, "members")) is None


# Clicks on what is not there any more.


@pytest.mark.thorough
async def test_a_click_on_a_model_that_is_listed_no_more(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        await browser.press("m", *"crew")
        await browser.until(lambda: palette_lists(browser) == 1, "one model")
        options = browser.app.screen.query_one(OptionList)
        options.post_message(click_at((1, 1), options, Style.from_meta({"option": 5})))
        await hurry(browser, "escape")
        await until_alone(browser)


@pytest.mark.thorough
async def test_a_click_beside_everything(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        await browser.press("ctrl+p")
        await browser.until(lambda: palette_lists(browser), "the commands")
        browser.app.screen.post_message(click_at((500, 500), browser.app.screen))
        await hurry(browser, "escape")
        await until_alone(browser)


async def test_a_click_on_what_is_drawn_still_and_gone(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        drawn = browser.screen._compositor  # noqa: SLF001  what it has drawn may be of before
        monkeypatch.setattr(drawn, "get_widget_and_offset_at", lambda _x, _y: (StatementLog(), Offset(1, 1)))
        typist = fast(browser)
        typist.click((60, 32), times=2)
        await typist.rest()
        await until_alone(browser)


def click_at(at: tuple[int, int], widget: Any, style: Style | None = None) -> events.Click:
    """A click, as the app tells a widget of it."""
    x, y = at
    return events.Click(widget, x, y, 0, 0, 1, shift=False, meta=False, ctrl=False, screen_x=x, screen_y=y, style=style)


# Commands before what they need is there.


@pytest.mark.thorough
@pytest.mark.parametrize("panel", [(), ("tab",), ("tab", "tab")], ids=["table", "inspector", "log"])
@pytest.mark.parametrize("key", ["slash", "colon", "f", "L"])
async def test_nothing_is_asked_for_before_it_can_be_typed(browse: Browse, panel: tuple[str, ...], key: str) -> None:
    world = World()
    world.held["connect"] = asyncio.Event()
    async with browse(connect=world.connect) as browser:
        await hurry(browser, *panel, key, "a", "enter")
        world.held.pop("connect").set()
        await browser.press("escape")
        await until_rows(browser)


@pytest.mark.parametrize(("key", "bar"), [("slash", "#search-table"), ("colon", "#go-to"), ("f", "#filter")])
async def test_what_is_typed_at_the_first_sight_of_the_rows_is_not_taken_for_commands(
    browse: Browse, monkeypatch: pytest.MonkeyPatch, key: str, bar: str
) -> None:
    furnish, go_on, going_on = BrowseScreen._furnish, asyncio.Event(), []  # noqa: SLF001  what it is that comes late

    async def then(screen: BrowseScreen) -> None:
        await go_on.wait()
        await furnish(screen)

    monkeypatch.setattr(BrowseScreen, "_furnish", lambda screen: going_on.append(asyncio.ensure_future(then(screen))))
    async with browse(connect=World().connect) as browser:
        await browser.until(lambda: browser.table.listing is not None and going_on, "the rows")
        for typed in (key, "u", "m", "s"):
            browser.app.simulate_key(typed)
        for _ in range(20):
            await asyncio.sleep(0)
        go_on.set()
        await browser.until(lambda: browser.screen.query(bar), "the prompt")
        await browser.until(lambda: browser.screen.query_one(bar).query_one(Input).value == "ums", "what was typed")
        assert browser.screen.mode is AccessMode.SAFE
        await browser.press("escape")
    await asyncio.gather(*going_on)


@pytest.mark.thorough
async def test_no_key_does_harm_while_the_database_is_opened(browse: Browse) -> None:
    world = World()
    world.held["connect"] = asyncio.Event()
    async with browse(connect=world.connect) as browser:
        await press_all(browser)
        world.held.pop("connect").set()
        await come_through(browser)


async def press_all(browser: Any) -> None:
    """Press every key, with what may be typed behind it, and with esc, which stops what goes on; as fast as can be."""
    for key in KEYS:
        await hurry(browser, key, "a", "enter", "escape", key, "escape", "escape")
    await hurry(browser, *KEYS)


async def test_no_key_does_harm_while_a_table_cannot_be_read(browse: Browse) -> None:
    class Unreadable(World):
        async def page(self, query: Query, seek: Seek) -> Page:
            if self.trouble is None:
                raise BrowserError("this table cannot be read", "press r")
            return await super().page(query, seek)

    world = Unreadable()
    async with browse(connect=world.connect) as browser:
        await browser.until(lambda: browser.error, "the trouble")
        await press_all(browser)
        world.rows.page = super(Unreadable, world).page  # type: ignore[method-assign]  # it can be read now
        await come_through(browser)


@pytest.mark.thorough
async def test_no_key_does_harm_when_it_was_not_opened(browse: Browse) -> None:
    world = World()
    world.trouble = DatabaseUnreachableError("the sea", "nobody answers", "press r")
    async with browse(connect=world.connect) as browser:
        await browser.until(lambda: browser.error, "the trouble")
        await press_all(browser)
        world.trouble = None
        await come_through(browser)


async def come_through(browser: Any) -> None:
    """Whatever was pressed: esc and r lead to the rows."""
    for _ in range(8):
        await browser.press("escape")
    await browser.press("r")
    await browser.until(lambda: browser.app.screen_stack == [browser.screen], "the browser alone")
    await browser.until(lambda: " rows" in browser.title and browser.table.row_at((0,)), "the rows")


async def test_the_palette_lists_what_can_be_done(browse: Browse) -> None:
    world = World()
    world.held["connect"] = asyncio.Event()

    def listed(browser: Any) -> set[str]:
        return {command.title for command in browser.app.palette_commands(browser.screen)}

    async with browse(connect=world.connect) as browser:
        assert not {"Search", "Sort", "Models", "Compare", "Raw"} & listed(browser)
        world.held.pop("connect").set()
        await until_rows(browser)
        await browser.until(lambda: {"Search", "Sort", "Models", "Compare"} <= listed(browser), "the commands")
        assert "Raw" not in listed(browser)


async def test_nothing_is_mounted_when_somebody_has_left(browse: Browse) -> None:
    world = World()
    world.held["connect"] = asyncio.Event()
    async with browse(connect=world.connect) as browser:
        browser.app.exit(return_code=3)
        await browser.screen._furnish()  # noqa: SLF001  as it is called when the database cannot be opened
        assert browser.app.return_code == 3


@pytest.mark.thorough
async def test_what_is_mounted_later_is_mounted_once(browse: Browse) -> None:
    world = World()
    world.held["connect"] = asyncio.Event()
    async with browse(connect=world.connect) as browser:
        await asyncio.gather(*(browser.screen._furnish() for _ in range(3)))  # noqa: SLF001  r is pressed again and again
        world.held.pop("connect").set()
        await until_rows(browser)
        assert len(browser.screen.query("Footer")) == 1


# Late pages, and anchors that cannot be read.


@pytest.mark.thorough
async def test_a_late_page_finds_the_cursor_elsewhere(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        await browser.press("enter", "down", "enter")
        await browser.until(lambda: browser.table.cursor == (0, "members"), "the cursor on the relationship")
        await browser.until(lambda: browser.table.row_at((0, "members", 449)) is not None or True, "its pages")
        await browser.press("down", "end", "home")
        await browser.until(lambda: browser.table.cursor == (0,), "the first row")
        await until_alone(browser)


@pytest.mark.thorough
async def test_hits_are_counted_as_far_as_the_anchors_can_be_read(browse: Browse) -> None:
    class Unanchored(World):
        async def anchor(self, query: Query, seek: Seek) -> Position | None:
            raise BrowserError(f"no anchors of {query.entity.name} for {seek.limit}", "press r")

    async with browse(connect=Unanchored().connect) as browser:
        await until_rows(browser)
        await browser.press("slash", "a", "enter")
        await browser.until(lambda: "“a”" in browser.subtitle, "the search")
        await browser.until_idle()
        await until_alone(browser)


@pytest.mark.thorough
async def test_what_is_closed_is_not_counted(browse: Browse) -> None:
    world = World()
    async with browse(connect=world.connect) as browser:
        await until_rows(browser)
        world.held["count"] = asyncio.Event()
        for row in (0, 5):
            browser.table.cursor = (row,)
            await browser.press("enter", "down", "enter")
            await browser.until(lambda row=row: (row, "members") in browser.table.listing.windows, "the members")
        await browser.press("left")
        await browser.until(lambda: (5, "members") not in browser.table.listing.windows, "the end of the last")
        world.held.pop("count").set()
        await browser.until(lambda: browser.table.listing.windows[0, "members"].count == 450, "the count of the first")
        await until_alone(browser)


@pytest.mark.thorough
async def test_another_writes_while_the_table_cannot_be_read(browse: Browse) -> None:
    world = World()
    world.trouble = BrowserError("this table cannot be read", "press r")
    async with browse(connect=world.connect_all_the_same) as browser:
        await browser.until(lambda: browser.error, "the trouble")
        world.listener.changed()
        await browser.until(lambda: browser.screen.workers, "the reading")
        await browser.until_idle()
        world.trouble = None
        await come_through(browser)


@pytest.mark.thorough
async def test_a_model_that_is_chosen_while_the_first_is_read_stays(browse: Browse) -> None:
    world = World()
    world.held["rows of Crew"] = asyncio.Event()
    async with browse(connect=world.connect) as browser:
        await browser.until(lambda: browser.screen.check_action("choose", ()), "the models")
        await browser.press("m", *"island", "enter")
        await browser.until(lambda: "Island" in browser.title, "the islands")
        world.held.pop("rows of Crew").set()
        await browser.until_idle()
        assert "Island" in browser.title


async def test_a_question_before_there_is_a_database_is_met_by_trouble(browse: Browse) -> None:
    world = World()
    world.held["connect"] = asyncio.Event()
    told: list[BrowserError] = []

    async def ask() -> None:
        try:
            await browser.screen.connection.models.sizes()
        except BrowserError as error:
            told.append(error)

    async with browse(connect=world.connect) as browser:
        browser.screen.run_worker(ask)
        await browser.until(lambda: told, "the trouble")
        assert str(told[0]) == "the database is not open: press r to open it"
        await browser.press("escape")


async def test_what_an_access_would_send_may_not_be_found_out(browse: Browse) -> None:
    class Silent(World):
        async def predict(self, attribute: str) -> Prediction:
            raise BrowserError(f"{attribute} cannot be told", "go on")

    async with browse(connect=Silent().connect) as browser:
        await until_rows(browser)
        await browser.until(lambda: browser.inspector.snapshot, "the instance")
        await browser.press("tab")
        await browser.until(lambda: browser.error == "id cannot be told; go on", "the trouble")


# Sizes.


async def test_two_sizes_that_come_fast_end_in_the_second(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[Size | None] = []

    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        typist = fast(browser)
        typist.resize(45, 12)
        await typist.rest()
        lay_out = browser.screen._refresh_layout  # noqa: SLF001  what a screen does with a size

        def count(size: Size | None = None, **given: Any) -> None:
            laid_out.append(size)
            assert len(laid_out) < 20, "nothing else is heard any more"
            lay_out(size, **given)

        monkeypatch.setattr(browser.screen, "_refresh_layout", count)
        browser.screen.post_message(events.Resize(Size(160, 45), Size(160, 45)))  # of before, and late
        browser.screen.call_later(lambda: None)
        browser.screen.post_message(events.Resize(Size(45, 12), Size(45, 12)))
        await typist.rest()
        assert Size(160, 45) not in laid_out
        await until_alone(browser)


async def test_esc_before_the_opening_has_begun_does_not_lose_it(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        await browser.until(lambda: not browser.screen.workers, "rest")
        browser.screen.connector.begin(browser.screen.post_message)
        browser.screen.action_cancel()  # no turn of the event loop between them
        assert not browser.error
        await browser.until(lambda: not browser.screen.workers, "the end of it")
        assert "· 30,000 rows" in browser.title


async def test_esc_focuses_the_table_before_that_has_learnt_of_its_loss(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        await browser.until(lambda: not browser.screen.workers, "rest")
        browser.screen.tasks.show_error(None)
        browser.screen.set_focus(None)
        browser.screen.action_cancel()  # no turn of the event loop between them
        await browser.until(lambda: browser.screen.focused is browser.screen.table, "the focus")


async def opened_palette(browser: Any) -> Palette:
    """The palette, as a key opens it."""
    await browser.press("ctrl+p")
    await browser.until(lambda: isinstance(browser.app.screen, Palette), "the palette")
    palette: Palette = browser.app.screen
    return palette


async def test_what_waits_for_a_refresh_is_not_lost_with_a_screen_that_goes(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that is mounted after the first paint waits so, and keys wait for it."""
    called = asyncio.Event()

    async def not_yet(_screen: Palette) -> None:
        """No refresh has come."""

    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        palette = await opened_palette(browser)
        monkeypatch.setattr(Palette, "_invoke_and_clear_callbacks", not_yet)
        browser.screen.call_after_refresh(called.set)
        await browser.until(lambda: palette._callbacks, "what is left with it")  # noqa: SLF001  nothing else tells
        palette.dismiss()
        await asyncio.wait_for(called.wait(), 5)


async def test_a_key_that_was_no_command_is_none_of_a_prompt_that_has_opened_since(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled = asyncio.Event()

    async def late(_table: RowTable, _key: events.Key) -> None:
        await handled.wait()

    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        monkeypatch.setattr(RowTable, "on_key", late, raising=False)
        typist = Typist(browser.app, Random(0))  # noqa: S311  no secret
        typist.press("ctrl+w", ":", "7")  # the first deletes a word, where one is typed
        typed = browser.screen.query_one("#go-to Input", Input)
        await browser.until(lambda: typed.value == "7", "the prompt")
        handled.set()
        await typist.rest()
        typist.press("3")
        await browser.until(lambda: typed.value.endswith("3"), "the next key")
        assert typed.value == "73"


LATE = {
    "key": events.Key("x", "x"),
    "click": events.MouseDown(None, 1, 1, 0, 0, 1, shift=False, meta=False, ctrl=False),
    "paste": events.Paste("x"),
    "focus": events.AppFocus(),
    "blur": events.AppBlur(),
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
async def test_what_comes_when_the_last_screen_is_gone_is_dropped(late: events.Event) -> None:
    app = PirateApp(World().connect, "a database")
    assert not app.screen_stack
    await app.on_event(late)


@pytest.mark.parametrize("ticks", [0, 1, 2, 4, 6, 14])
async def test_a_screen_that_is_opened_as_the_app_exits_looks_for_no_widgets(browse: Browse, ticks: int) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        Typist(browser.app, Random(0)).press("?")  # noqa: S311  no secret
        for _ in range(ticks):
            await asyncio.sleep(0)
        browser.app.exit()


@pytest.mark.parametrize("ticks", range(3))
@pytest.mark.parametrize("key", ["?", "m"])
async def test_a_screen_that_is_dismissed_as_it_is_opened_looks_for_no_widgets(
    browse: Browse, key: str, ticks: int
) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        Typist(browser.app, Random(0)).press(key)  # noqa: S311  no secret
        for _ in range(ticks):
            await asyncio.sleep(0)
        if browser.app.screen is not browser.screen:
            browser.app.screen.dismiss()
        await browser.pilot.pause()


async def test_work_that_begins_while_the_app_exits_does_not_look_for_widgets(browse: Browse) -> None:
    async with browse(connect=World().connect) as browser:
        await until_rows(browser)
        palette = await opened_palette(browser)

        async def nothing() -> None:
            """Do nothing."""

        assert not palette.run_worker(nothing).is_cancelled
        browser.app.exit()
        for screen in (palette, browser.screen):
            assert screen.run_worker(nothing).is_cancelled


async def test_a_key_that_waits_for_its_prompt_lets_the_app_go(browse: Browse) -> None:
    """The app handles no message while a command that it runs waits; without an end, it would wait for ever."""
    world = World()
    world.held["connect"] = asyncio.Event()
    async with browse(connect=world.connect) as browser:
        waiting = [asyncio.ensure_future(getattr(browser.screen, f"action_{name}")()) for name in ("filter", "go_to")]
        await browser.pilot.pause()
        assert not any(one.done() for one in waiting)
        browser.app.exit()
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)
