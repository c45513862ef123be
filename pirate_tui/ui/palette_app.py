"""Offer the commands in Textual's command palette, with the keys that the user has given them."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode
from textual.driver import Driver
from textual.screen import Screen
from textual.theme import ThemeProvider

from pirate_tui.ui.colors import ReadableApp
from pirate_tui.ui.commands import COMMANDS, BindingScope
from pirate_tui.ui.keymap import Keymap
from pirate_tui.ui.screens.browse import BrowseScreen
from pirate_tui.ui.screens.palette import Palette


KEY_WIDTH = 6
"""Columns for the key of a command."""


class PaletteCommand(NamedTuple):
    """A command of the palette."""

    title: str
    help: str
    run: Callable[[], Any]
    key: str = ""
    """Its first key, as it is shown; empty without one."""


class CommandProvider(Provider):
    """Provides the app's commands, with their keys, in the order of their use."""

    async def discover(self) -> Hits:
        """Yield all commands."""
        for command in _commands_of(self):
            title = Content.assemble(_key(command), command.title)
            yield DiscoveryHit(title, command.run, command.title, command.help)

    async def search(self, query: str) -> Hits:
        """Yield the commands whose title is like what was typed."""
        matcher = self.matcher(query)
        for command in _commands_of(self):
            if (score := matcher.match(command.title)) > 0:
                title = Content.assemble(_key(command), matcher.highlight(command.title))
                yield Hit(score, title, command.run, command.title, command.help)


def _key(command: PaletteCommand) -> tuple[str, str]:
    return f"{command.key:<{KEY_WIDTH}} ", "bold"


def _commands_of(provider: Provider) -> Iterable[PaletteCommand]:
    app = provider.app
    return app.palette_commands(provider.screen) if isinstance(app, PaletteApp) else ()


class PaletteApp(ReadableApp):
    """An application with a keymap, and a palette of what can be done."""

    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandProvider}

    def __init__(self, driver_class: type[Driver], keymap: Keymap, printed: tuple[str, ...]) -> None:
        super().__init__(driver_class)
        self.keymap = keymap
        """The keys of the commands."""
        self._printed = printed
        """What the user's models printed when they were imported."""
        self.set_keymap(keymap.for_textual)

    def palette_commands(self, screen: Screen[object]) -> Iterable[PaletteCommand]:
        """Yield the commands that are available now, the most used first, then Textual's own."""
        if isinstance(screen, BrowseScreen):
            for command in COMMANDS:
                bound_to = screen.bound_to.get(command.scope)
                if bound_to is not None and "." not in command.action and bound_to.check_action(command.action, ()):
                    act = partial(self._act, command.action, bound_to)
                    yield PaletteCommand(command.title, command.tooltip, act, self.keymap.shown(command.id))
            description = "Paste the text of a MissingGreenlet: which line and attribute it was, and what fixes it"
            yield PaletteCommand("Explain a traceback", description, self._explain_pasted)
        yield PaletteCommand("Concepts", "What the browser teaches: lazy loading, await, MissingGreenlet", self._teach)
        if self._printed:
            description = "What importing the models printed"
            yield PaletteCommand("Output of the model import", description, self._show_printed)
        for title, description, run, _ in self.get_system_commands(screen):
            yield PaletteCommand(title, description, run)

    def action_command_palette(self) -> None:
        """Show the palette, unless it is shown; without Textual's id, which the one before has while it goes."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def search_themes(self) -> None:
        """Choose a theme in the palette."""
        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    def _show_printed(self) -> None:
        from pirate_tui.ui.screens.value import ValueScreen

        self.push_screen(ValueScreen.of_lines("Output of the model import", self._printed))

    def _teach(self) -> None:
        from pirate_tui.ui.screens.help import CONCEPTS, HelpScreen

        self.push_screen(HelpScreen(BindingScope.SCREEN, CONCEPTS))

    def _explain_pasted(self) -> None:
        from pirate_tui.ui.screens.paste import PasteScreen

        self.push_screen(PasteScreen())

    async def _act(self, action: str, namespace: DOMNode) -> None:
        await self.run_action(action, namespace)
