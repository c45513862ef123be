"""Check the settings of the screen, which name what only the screen knows: themes, commands and keys."""

from collections.abc import Mapping
from typing import NamedTuple

from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean
from pirate_tui.settings import Entry, Settings
from pirate_tui.settings.choosing import variable_of
from pirate_tui.settings.file import settings_path
from pirate_tui.settings.remembered import read_choices
from pirate_tui.ui.keymap import Keymap, checked_keymap
from pirate_tui.ui.themes import DEFAULT_THEME, theme_names


THEME_LIMIT = 1_000
"""The most characters of an error that lists the themes."""


class Preferences(NamedTuple):
    """What the screen is shown with."""

    theme: str
    theme_from: str
    """Where the theme comes from: a variable, the settings file, `remembered` or `default`."""
    keymap: Keymap
    keys: Mapping[str, Entry]
    """The entries that the keymap was made of."""
    ignored: tuple[str, ...]
    """The settings that are ignored, and why."""


def preferences_of(settings: Settings) -> Preferences:
    """Return the theme and the keymap of the settings; else the theme that was chosen last, and the default keys.

    Raises `StartupError` for a theme that is not there where the environment names it.
    """
    keymap, problems = checked_keymap({name: entry.value for name, entry in settings.keymap.items()})
    folder = settings_path().parent
    ignored = [f"{folder / settings.keymap[name].where}: {problem}; ignored" for name, problem in problems.items()]
    names, theme, remembered = theme_names(), settings.theme, read_choices().theme
    if theme is not None and theme.value not in names:
        problem = f"there is no theme {theme.value}; there are {', '.join(sorted(names))}"
        if theme.where == variable_of("theme"):
            raise StartupError(WRONG_USE, clean(f"{theme.where}: {problem}", THEME_LIMIT))
        ignored.append(f"{folder / theme.where}: {problem}; ignored")
    if theme is not None and theme.value in names:
        theme_name, source = theme.value, theme.where
    elif remembered in names:
        theme_name, source = remembered, "remembered"
    else:
        theme_name, source = DEFAULT_THEME, "default"
    keys = {name: entry for name, entry in settings.keymap.items() if name not in problems}
    return Preferences(theme_name, source, keymap, keys, tuple(ignored))
