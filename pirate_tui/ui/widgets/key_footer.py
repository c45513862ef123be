"""Show the footer: Textual's own, which is recomposed only when its keys have changed."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from rich.cells import cell_len
from textual._styles_cache import StylesCache
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from pirate_tui.ui.commands import COMMANDS


PLACES = {command.id: place for place, command in enumerate(COMMANDS)}
"""The place of each command among all, by its id; a prompt's own keys come before them."""


BLANKS = 3
"""The columns of a key that are neither its name nor its description."""


class _Key(NamedTuple):
    key: str
    shown: str
    description: str
    action: str
    is_disabled: bool
    tooltip: str


def _fitting(keys: Iterable[_Key], width: int) -> Iterator[_Key]:
    """Yield the first keys, as many as fit whole into the width; the blank after the last need not."""
    width += 1
    for key in keys:
        width -= cell_len(key.shown) + cell_len(key.description) + BLANKS
        if width < 0:
            return
        yield key


class KeyFooter(Footer):
    """The keys that do something here, as many as fit whole.

    Textual's footer binds each of its keys to `Footer.compact`, and keeps the keys alive when it is recomposed:
    some 15 widgets at each change of the focus. Nothing here changes `compact`.

    Textual 8.2 also keeps what it has drawn of the last 1,024 widgets, gone or not: `StylesCache.get_inner_outer` is
    meant to be a class method and is none, so that its `lru_cache` holds each instance. It is emptied here.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._composed: list[_Key] | None = None

    def compose(self) -> ComposeResult:
        """Compose a key for each command that is to be shown."""
        StylesCache.get_inner_outer.cache_clear()
        self._composed = self._keys()
        for item in self._composed:
            shown = (item.key, item.shown, item.description, item.action)
            key = FooterKey(*shown, disabled=item.is_disabled, tooltip=item.tooltip)
            key.set_reactive(FooterKey.compact, self.compact)
            yield key

    def bindings_changed(self, screen: Screen[Any]) -> None:
        """Recompose if the keys are others now; called by Textual at every change of the bindings."""
        if self._composed != self._keys():
            super().bindings_changed(screen)

    def on_resize(self) -> None:
        """Show more keys, or fewer."""
        self.bindings_changed(self.screen)

    def _keys(self) -> list[_Key]:
        """Return the first key of each command, in the order of the table of commands, as far as there is room."""
        keys: dict[str, _Key] = {}
        active = sorted(
            self.screen.active_bindings.values(), key=lambda active: PLACES.get(active.binding.id or "", -1)
        )
        for _, binding, is_enabled, tooltip in active:
            if binding.show and binding.action not in keys:
                shown, is_disabled = self.app.get_key_display(binding), not is_enabled
                keys[binding.action] = _Key(
                    binding.key, shown, binding.description, binding.action, is_disabled, tooltip
                )
        return list(_fitting(keys.values(), self.size.width))
