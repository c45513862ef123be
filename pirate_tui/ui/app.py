"""Run the application: themes, palette, signals, and an exit that always restores the terminal."""

import asyncio
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar, NamedTuple

from rich.console import RenderableType
from rich.segment import Segments
from rich.text import Text
from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.events import Event, Key
from textual.screen import Screen
from textual.theme import Theme, ThemeProvider
from textual.widgets import Input

from pirate_tui.domain.failure import BUG, NO_DATABASE
from pirate_tui.domain.ports import Connect
from pirate_tui.domain.text import clean_lines, redact
from pirate_tui.ui.colors import ReadableApp
from pirate_tui.ui.commands import COMMANDS
from pirate_tui.ui.copying import copy
from pirate_tui.ui.driver import HungUp, TerminalDriver
from pirate_tui.ui.screens.browse import BrowseScreen
from pirate_tui.ui.screens.palette import Palette


PIRATE = Theme(
    name="pirate",
    dark=True,
    primary="#e8b04a",
    secondary="#4fb3bf",
    accent="#6fc3df",
    success="#8fbf6f",
    warning="#e0a458",
    error="#f2665e",
    foreground="#d8dee9",
    background="#0b1420",
    surface="#101c2b",
    panel="#16263a",
    variables={
        "border": "#e8b04a",
        "border-blurred": "#2c4560",
        "block-cursor-background": "#e8b04a",
        "block-cursor-foreground": "#0b1420",
        "footer-key-foreground": "#e8b04a",
        "footer-background": "#16263a",
    },
)
"""Lamp light on deep water."""

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
"""Signals that end a program and would leave the terminal raw; Textual handles none of them."""

REPORT = "This is a bug in pirate-tui. Please report it in its issue tracker, with the lines above and these versions: "
VERSIONS_OF = ("pirate-tui", "textual", "sqlalchemy", "aiosqlite", "greenlet")
"""The packages whose versions a bug report names."""


class Start(NamedTuple):
    """Optional details of a start."""

    printed: tuple[str, ...] = ()
    """What the user's models printed when they were imported."""
    remember: Callable[[str], None] = lambda _name: None
    """Called with the name of the mapped class that was chosen."""


NOTHING_SPECIAL = Start()


class PirateApp(ReadableApp):
    """The browser as a Textual application."""

    TITLE = "pirate-tui"
    CSS_PATH = "screens/browse.tcss"
    """Here and not on the screen: Textual 8.2 does not read the CSS_PATH of a default screen."""
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "screen.cancel", show=False, system=True)]

    def __init__(self, connect: Connect, label: str, start: Start = NOTHING_SPECIAL) -> None:
        super().__init__(driver_class=TerminalDriver)
        self._connect = connect
        self._label = label
        self._start = start
        self._is_reported = False
        self.register_theme(PIRATE)
        # No watcher, which would restyle everything: nothing is there yet but the stylesheet.
        self.set_reactive(App.theme, PIRATE.name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Screen[None]:
        """Return the browser, which is the first screen."""
        return BrowseScreen(self._connect, self._label, self._start.remember)

    def on_load(self) -> None:
        """Handle signals like `q`, but with an exit code of their own, before the screen is taken.

        They are Python's own again when the loop is closed.
        """
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._signalled, number)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield Textual's own commands for the palette, and ours that are available now."""
        yield from super().get_system_commands(screen)
        if self._start.printed:
            description = "What importing the models printed"
            yield SystemCommand("Output of the model import", description, self._show_printed)
        if isinstance(screen, BrowseScreen):
            description = "Paste the text of a MissingGreenlet: which line and attribute it was, and what fixes it"
            yield SystemCommand("Explain a traceback", description, self._explain_pasted)
            for command in COMMANDS:
                bound_to = screen.bound_to.get(command.scope)
                if bound_to is not None and "." not in command.action and bound_to.check_action(command.action, ()):
                    act = partial(self._act, command.action, bound_to)
                    yield SystemCommand(command.title, command.tooltip, act)

    async def on_event(self, event: Event) -> None:
        """Drop a key that comes back from its widget when the last screen is gone, for which Textual raises."""
        if self.screen_stack or not isinstance(event, Key):
            await super().on_event(event)

    def action_command_palette(self) -> None:
        """Show the palette, unless it is shown; without Textual's id, which the one before has while it goes."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def search_themes(self) -> None:
        """Choose a theme in the palette."""
        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what is selected, with the mouse or in an input: called by Textual."""
        copy(self, "the selection", text)

    def _show_printed(self) -> None:
        from pirate_tui.ui.screens.value import ValueScreen

        self.push_screen(ValueScreen.of_lines("Output of the model import", self._start.printed))

    def _explain_pasted(self) -> None:
        from pirate_tui.ui.screens.paste import PasteScreen

        self.push_screen(PasteScreen())

    async def _act(self, action: str, namespace: DOMNode) -> None:
        await self.run_action(action, namespace)

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
        return bool(screens) and (key == "ctrl+q" or (key == "q" and len(screens) == 1 and not is_text))

    def _signalled(self, number: signal.Signals) -> None:
        self.exit(return_code=128 + number)

    @on(HungUp)
    def _hung_up(self) -> None:
        """Exit when the terminal is gone: the signal for that goes to the leader of the session, maybe another one."""
        self._signalled(signal.SIGHUP)

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
