"""Run the application: themes, palette, signals, and an exit that always restores the terminal."""

import asyncio
import logging
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import ClassVar, NamedTuple
from weakref import WeakSet

from rich.console import RenderableType
from rich.segment import Segments
from rich.text import Text
from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.events import AppBlur, AppFocus, Event, InputEvent, Key, Paste
from textual.screen import Screen
from textual.widget import MountError
from textual.widgets import Input

from pirate_tui.domain.failure import BUG, NO_DATABASE
from pirate_tui.domain.ports import Connect
from pirate_tui.domain.text import clean_lines, redact
from pirate_tui.ui.copying import copy
from pirate_tui.ui.driver import HungUp, TerminalDriver
from pirate_tui.ui.keymap import DEFAULT, Keymap
from pirate_tui.ui.palette_app import PaletteApp
from pirate_tui.ui.screens.browse import BrowseScreen
from pirate_tui.ui.themes import DEFAULT_THEME, PIRATE


SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
"""Signals that end a program and would leave the terminal raw; Textual handles none of them."""

FROM_TERMINAL = (InputEvent, Paste, AppFocus, AppBlur)
"""Events of whoever sits at the terminal, which come at any time."""

REPORT = "This is a bug in pirate-tui. Please report it in its issue tracker, with the lines above and these versions: "
VERSIONS_OF = ("pirate-tui", "textual", "sqlalchemy", "aiosqlite", "greenlet")
"""The packages whose versions a bug report names."""


class Start(NamedTuple):
    """Optional details of a start."""

    printed: tuple[str, ...] = ()
    """What the user's models printed when they were imported."""
    remember: Callable[[str], None] = lambda _name: None
    """Called with the name of the mapped class that was chosen."""
    remember_theme: Callable[[str], None] = lambda _name: None
    """Called with the name of a theme that was chosen."""
    theme: str = DEFAULT_THEME
    """The theme; the default one where there is none of that name, as without colours there may be."""
    full_traceback: bool = False
    """Whether a failure shows its traceback alone at first."""
    keymap: Keymap = DEFAULT
    """The keys of the commands."""
    warning: str = ""
    """Shown for some seconds: settings that are ignored."""


WARNING_SECONDS = 10
"""How long a warning about the settings is shown."""

NOTHING_SPECIAL = Start()


class PirateApp(PaletteApp):
    """The browser as a Textual application."""

    TITLE = "pirate-tui"
    CSS_PATH = "screens/browse.tcss"
    """Here and not on the screen: Textual 8.2 does not read the CSS_PATH of a default screen."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "screen.cancel", show=False, system=True)]

    def __init__(self, connect: Connect, label: str, start: Start = NOTHING_SPECIAL) -> None:
        super().__init__(TerminalDriver, start.keymap, start.printed)
        self._connect = connect
        self._label = label
        self._start = start
        self._is_reported = False
        self._tried: WeakSet[Key] = WeakSet()
        """Keys that were no command when they came."""
        self.register_theme(PIRATE)
        # No watcher, which would restyle everything: nothing is there yet but the stylesheet.
        self.set_reactive(App.theme, start.theme if start.theme in self.available_themes else DEFAULT_THEME)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Screen[None]:
        """Return the browser, which is the first screen."""
        start = self._start
        return BrowseScreen(self._connect, self._label, start.remember, full_traceback=start.full_traceback)

    def on_mount(self) -> None:
        """Show what is wrong with the settings, and remember each theme that is chosen from now on."""
        if warning := self._start.warning:
            self.notify(warning, title="Settings", severity="warning", timeout=WARNING_SECONDS, markup=False)
        self.theme_changed_signal.subscribe(self, lambda theme: self._start.remember_theme(theme.name))

    def on_load(self) -> None:
        """Handle signals like `q`, but with an exit code of their own, before the screen is taken.

        They are Python's own again when the loop is closed.
        """
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._signalled, number)

    async def on_event(self, event: Event) -> None:
        """Drop what is typed, clicked or pasted when the last screen is gone, for which Textual raises."""
        if not self.screen_stack and isinstance(event, FROM_TERMINAL):
            return
        if isinstance(event, Key) and not event.is_forwarded and not self._is_typing:
            self._tried.add(event)
        await super().on_event(event)

    def on_key(self, event: Key) -> None:
        """Ignore a key that no widget has taken and that is no command: by now, it may be one of what has the focus."""
        if event in self._tried:
            event.prevent_default()

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:  # noqa: FBT001, FBT002  Textual's own
        """Run the command of a key, if there is one, as soon as the key comes, except where text is typed.

        Textual 8.2 sends a key through the focused widget and all around it before its command is run. A key that has
        priority, and opens a prompt, would overtake it.
        """
        if not self.screen_stack or await super()._check_bindings(key, priority) or not self.screen_stack:
            return True  # also where the last screen has gone meanwhile: nothing is there that could take the key
        return priority and not self._is_typing and await super()._check_bindings(key)

    @property
    def _is_typing(self) -> bool:
        return self.focused is not None and self.focused.check_consume_key("a", "a")

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what is selected, with the mouse or in an input: called by Textual."""
        copy(self, "the selection", text)

    async def action_quit(self) -> None:
        """Quit; where the database was never reached, with an exit code and a message."""
        first = self.screen_stack[0]
        error = first.connection.startup_error if isinstance(first, BrowseScreen) else None
        if error is None:
            self.exit()
        else:
            self.exit(return_code=NO_DATABASE, message=Text(f"pirate-tui: {error.message}"))

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Exit once: a second `q`, or a signal that comes meanwhile, changes nothing any more."""
        if not self._exit:
            super().exit(result, return_code, message)

    def quits_at(self, key: str) -> bool:
        """Whether the key quits the app now. Called by the thread that reads keys, at any time."""
        screens = [*self.screen_stack]  # none before the first is shown, and after the last
        is_text = any(isinstance(screen.focused, Input) for screen in screens)
        is_browsing = len(screens) == 1 and not is_text
        return bool(screens) and (key == "ctrl+q" or (is_browsing and key in self.keymap.keys("screen.app.quit")))

    def _signalled(self, number: signal.Signals) -> None:
        self.exit(return_code=128 + number)

    @on(HungUp)
    def _hung_up(self) -> None:
        """Exit when the terminal is gone: the signal for that goes to the leader of the session, maybe another one."""
        self._signalled(signal.SIGHUP)

    def _handle_exception(self, error: Exception) -> None:
        """Note, and no more, what a screen misses that was opened as the app exits: its widgets are taken away."""
        if self._exit and isinstance(error, (NoMatches, MountError)):
            logging.getLogger(__name__).info("while exiting: %r", error)
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Exit on a bug with its traceback. Textual's own report shows locals, which can hold a password."""
        self._report(traceback.format_exception(sys.exception() or self._exception))

    def panic(self, *renderables: RenderableType) -> None:
        """Report an error that draws itself, for which Textual would exit with code 0."""
        self._return_code = BUG
        error = sys.exception() or self._exception
        report = [str(renderable) for renderable in renderables] if error is None else traceback.format_exception(error)
        self._report(report)

    def _report(self, report: Iterable[str]) -> None:
        """Exit with the report of a bug; of several, with the first."""
        from importlib.metadata import version

        self._close_messages_no_wait()
        if self._is_reported:
            return
        self._is_reported = True
        self.bell()
        versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS_OF)
        lines = (*clean_lines(redact("".join(report))), REPORT + versions)
        segments = self.console.render(Text("\n".join(lines), overflow="fold"))
        self._exit_renderables[:] = [Segments(segments)]
