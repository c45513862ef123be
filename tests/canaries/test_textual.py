"""What the package knows of Textual that is not public."""

import asyncio
import signal
from collections.abc import Iterable
from types import CodeType
from typing import Any, ClassVar

import pytest
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.command import CommandInput, CommandList, CommandPalette
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.geometry import Offset
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Input, OptionList
from textual.widgets._footer import FooterKey

from tests.canaries.page import canary


class Noting(App[None]):
    """An app that notes how it is ended."""

    def __init__(self) -> None:
        super().__init__()
        self.fatal: list[Exception | None] = []
        self.handled: list[Exception] = []
        self.is_closed = False

    def _handle_exception(self, error: Exception) -> None:
        self.handled.append(error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self.fatal.append(self._exception)
        self._close_messages_no_wait()

    def _close_messages_no_wait(self) -> None:
        self.is_closed = True
        super()._close_messages_no_wait()


class NotingDriver(LinuxDriver):
    """A driver that notes what it writes."""

    def __init__(self, app: App[None]) -> None:
        super().__init__(app)
        self.written: list[str] = []
        self.has_read = False

    def write(self, data: str) -> None:
        """Note it."""
        self.written.append(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def run_input_thread(self) -> None:
        """Note that it runs."""
        self.has_read = not self.exit_event.is_set()


@pytest.fixture
async def driver(monkeypatch: pytest.MonkeyPatch) -> NotingDriver:
    """A driver, which leaves signals alone."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return NotingDriver(App())


def names_of(code: CodeType) -> set[str]:
    """The attributes and globals that the code of a function, and of those within it, asks for."""
    inner = (co_const for co_const in code.co_consts if isinstance(co_const, CodeType))
    return {*code.co_names}.union(*map(names_of, inner))


# The app.


@canary("App._fatal_error", "App._handle_exception", "App._exception")
async def test_an_error_ends_the_app() -> None:
    app, error = Noting(), ZeroDivisionError()

    def fail() -> None:
        raise error

    async def run() -> None:
        async with app.run_test() as pilot:
            app.call_later(fail)
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await run()
    assert app.handled == [error]
    assert app.fatal == [error]


@canary("App._check_bindings")
async def test_a_key_is_looked_up_with_priority_first() -> None:
    looked_up: list[tuple[str, bool]] = []

    class Looking(App[None]):
        async def _check_bindings(self, key: str, priority: bool = False) -> bool:  # noqa: FBT001, FBT002  its own
            looked_up.append((key, priority))
            return key == "b" or await super()._check_bindings(key, priority)

    async with Looking().run_test() as pilot:
        await pilot.press("a", "b")
        assert looked_up == [("a", True), ("a", False), ("b", True)]  # and what has been run is not sent on


@canary("App._exit", "App._return_code")
async def test_the_app_knows_that_it_exits() -> None:
    app = Noting()
    async with app.run_test():
        assert app._exit is False
        app.exit(return_code=3)
        assert app._exit
    app._return_code = 4
    assert app.return_code == 4


@canary("App._exit_renderables", "App._close_messages_no_wait")
async def test_panic_prints_and_closes(capsys: pytest.CaptureFixture[str]) -> None:
    app = Noting()
    async with app.run_test():
        app.panic("broken")
    assert app.is_closed
    app = Noting()
    async with app.run_test():
        app._exit_renderables[:] = ["told"]
        app._close_messages_no_wait()
    app._print_error_renderables()
    assert "told" in capsys.readouterr().err


# The driver.


@canary("Driver._app", "Driver._loop", "LinuxDriver._file")
async def test_the_driver_holds_app_loop_and_file(driver: NotingDriver) -> None:
    assert isinstance(driver._app, App)
    assert driver._loop is asyncio.get_running_loop()
    assert hasattr(driver._file, "write")
    assert "_file" in names_of(LinuxDriver.start_application_mode.__code__)


@canary("Driver._size")
async def test_the_app_takes_the_size_of_the_driver(driver: NotingDriver) -> None:
    app = driver._app
    app._driver = driver
    driver._size = (33, 7)
    assert app.size == (33, 7)


@canary("LinuxDriver._get_terminal_size")
async def test_the_driver_asks_for_the_size(driver: NotingDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "33")
    monkeypatch.setenv("LINES", "7")
    assert driver._get_terminal_size() == (33, 7)
    assert "_get_terminal_size" in names_of(LinuxDriver.start_application_mode.__code__)


@canary("LinuxDriver._run_input_thread", "LinuxDriver.run_input_thread", "LinuxDriver.exit_event")
async def test_the_input_thread_reads_until_the_exit_event(driver: NotingDriver) -> None:
    assert "_run_input_thread" in names_of(LinuxDriver.start_application_mode.__code__)
    driver._run_input_thread()
    assert driver.has_read
    assert "exit_event" in names_of(LinuxDriver.disable_input.__code__)


@canary("LinuxDriver._disable_mouse_support", "LinuxDriver.stop_application_mode")
async def test_the_driver_gives_the_mouse_back(driver: NotingDriver) -> None:
    driver._disable_mouse_support()
    assert "\x1b[?1000l" in driver.written
    driver.stop_application_mode()
    assert any("\x1b[?1049l" in one for one in driver.written)


# Input.


@canary("textual._xterm_parser.XTermParser", "XTermParser._sequence_to_key_events")
def test_the_parser_makes_keys() -> None:
    class Parser(XTermParser):
        """Notes the sequences that it is asked for."""

        asked: tuple[str, ...] = ()

        def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:  # noqa: FBT001, FBT002
            self.asked = (*self.asked, sequence)
            return super()._sequence_to_key_events(sequence, alt)

    parser = Parser()
    keys = [one.key for one in (*parser.feed("a\x1b[A"), *parser.tick()) if isinstance(one, Key)]
    assert keys == ["a", "up"]
    assert {"a", "\x1b[A"} <= {*parser.asked}


@canary("XTermParser.parse_mouse_code")
def test_the_parser_asks_for_the_mouse() -> None:
    class Parser(XTermParser):
        """Notes the codes that it is asked for."""

        asked: tuple[str, ...] = ()

        def parse_mouse_code(self, code: str) -> Message | None:
            """Note it; None is no event."""
            self.asked = (*self.asked, code)
            return None

    parser = Parser()
    assert [*parser.feed("\x1b[<0;5;6M")] == []
    assert parser.asked == ("\x1b[<0;5;6M",)


# Widgets.


@canary("textual._styles_cache.StylesCache")
def test_the_cache_of_styles_can_be_cleared() -> None:
    StylesCache.get_inner_outer.cache_clear()
    assert StylesCache.get_inner_outer.cache_info().currsize == 0


@canary("textual.widgets._footer.FooterKey")
def test_a_key_of_the_footer_can_be_made() -> None:
    key = FooterKey("q", "Q", "Quit", "quit", disabled=True, tooltip="Leaves")
    key.set_reactive(FooterKey.compact, False)
    assert (key.key, key.key_display, key.description, key.action) == ("q", "Q", "Quit", "quit")
    assert key.compact is False


@canary("Footer.bindings_changed")
async def test_the_footer_hears_of_bindings() -> None:
    heard = list[Screen[object]]()

    class Hearing(Footer):
        """A footer that notes what it hears."""

        def bindings_changed(self, screen: Screen[object]) -> None:
            """Note it."""
            heard.append(screen)

    class Footed(App[None]):
        """An app with a footer."""

        def compose(self) -> ComposeResult:
            """The footer, and something that has bindings of its own when it is focused."""
            yield Input()
            yield Hearing()

    app = Footed()
    async with app.run_test() as pilot:
        app.screen.set_focus(None)
        await pilot.pause()
        assert app.screen in heard


@canary("CommandPalette.compose")
async def test_the_palette_is_composed_of_an_input_and_a_list() -> None:
    app = App[None]()
    async with app.run_test() as pilot:
        await app.push_screen(CommandPalette())
        await pilot.pause()
        assert isinstance(app.screen.query_one(CommandInput), Input)
        assert isinstance(app.screen.query_one(CommandList), OptionList)

    class Watching(CommandPalette):
        """Notes what it is composed of."""

        parts: tuple[type, ...] = ()

        def compose(self) -> ComposeResult:
            """What it is composed of by itself."""
            for widget in super().compose():
                self.parts = (*self.parts, type(widget))
                yield widget

    app = App[None]()
    async with app.run_test():
        palette = Watching()
        await app.push_screen(palette)
        assert {CommandInput, CommandList} <= {*palette.parts}


@canary("Screen.get_widget_and_offset_at")
async def test_a_selection_asks_for_the_widget_at_a_place() -> None:
    asked = list[tuple[int, int]]()

    class Asking(Screen[None]):
        """Notes what it is asked for."""

        def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
            """Note it; there is nothing."""
            asked.append((x, y))
            return None, None

    app = App[None]()
    async with app.run_test() as pilot:
        await app.push_screen(Asking())
        await pilot.mouse_down(offset=(3, 4))
        assert asked == [(3, 4)]


@canary("Screen._callbacks", "Screen._invoke_later")
async def test_what_is_called_after_a_refresh_is_left_with_the_screen_on_top() -> None:
    held = list[object]()

    class Holding(Screen[None]):
        """Looks at what is left with it."""

        def _invoke_later(self, callback: Any, sender: Any) -> None:
            super()._invoke_later(callback, sender)
            held.extend(called for called, _ in self._callbacks)

    app = App[None]()
    async with app.run_test() as pilot:
        below, called = app.screen, asyncio.Event()
        await app.push_screen(Holding())
        below.call_after_refresh(called.set)
        await pilot.pause()
        assert held
        assert called.is_set()


@canary("OptionList.option")
async def test_an_option_says_its_number() -> None:
    class Choosing(App[None]):
        """An app with options."""

        def compose(self) -> ComposeResult:
            """Three of them."""
            yield OptionList("one", "two", "three")

    app = Choosing()
    async with app.run_test() as pilot:
        await pilot.pause()
        options = app.query_one(OptionList)
        found = [
            segment.style.meta.get("option")
            for y in range(options.size.height)
            for segment in options.render_line(y)
            if segment.style is not None
        ]
        assert {0, 1, 2} <= {*found}


@canary("Widget.DEFAULT_CSS")
async def test_a_mixin_that_is_no_widget_keeps_the_styles() -> None:
    class Mixin:
        """No widget."""

    class Mixed(Mixin, Input):
        """An input all the same."""

    class Twice(App[None]):
        """An app with both."""

        AUTO_FOCUS: ClassVar[str | None] = None

        def compose(self) -> ComposeResult:
            """Both."""
            yield Input()
            yield Mixed()

    app = Twice()
    async with app.run_test() as pilot:
        await pilot.pause()
        plain, mixed = app.query(Input)
        assert (plain.styles.height, plain.styles.border) == (mixed.styles.height, mixed.styles.border)
        assert mixed.styles.border.top != Widget().styles.border.top
