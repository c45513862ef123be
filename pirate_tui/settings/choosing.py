"""Choose the value of each setting: the command line's, else the environment's, else the file's, else the default."""

import os
from collections.abc import Mapping
from typing import Any

from pirate_tui.settings import Entry
from pirate_tui.settings.file import SettingsFile
from pirate_tui.settings.values import SETTINGS, InvalidValueError


class InvalidVariableError(Exception):
    """The value of a variable of the environment is invalid."""


def choose(given: Mapping[str, Any], file: SettingsFile) -> dict[str, Entry]:
    """Return the settings by name, with where each value comes from: an option, a variable, the file, `default`.

    `given` has those of the command line, and None for the others.

    Raise `InvalidVariableError` for a variable whose value is needed and invalid.
    """
    return {name: _chosen(name, given.get(name), file) for name in SETTINGS}


def variable_of(name: str) -> str:
    """Return the variable of the environment for a setting."""
    return f"PIRATE_TUI_{name.upper()}"


def _chosen(name: str, given: Any, file: SettingsFile) -> Entry:
    if given is not None:
        return Entry(given, f"--{name.replace('_', '-')}")
    variable = variable_of(name)
    if text := os.environ.get(variable, ""):
        try:
            return Entry(SETTINGS[name].of_text(text), variable)
        except InvalidValueError as error:
            raise InvalidVariableError(f"{variable} {error}; change or unset it") from None
    if name in file.values:
        return file.values[name]
    return Entry(SETTINGS[name].default, "default")
