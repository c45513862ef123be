"""Find and read the settings file, `config.toml` in the user's configuration folder. It is never written.

Nothing is read from the current folder, and nothing in the file is relative to it: whoever starts the browser in a
folder that others have filled has not chosen what is in there.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_config_path

from pirate_tui import own_files
from pirate_tui.settings import Entry


class Connection(NamedTuple):
    """A database with a name, opened as `pirate-tui @name`."""

    url: str
    """A URL without a password, or the path of a SQLite file."""
    models: str | None = None
    """The file with the mapped classes, with an absolute path, as for `--models`."""
    schema: tuple[str, ...] = ()
    """The schemas, as for `--schema`."""
    password_command: tuple[str, ...] = ()
    """The program that prints the password, and its arguments."""


class SettingsFile(NamedTuple):
    """The valid entries of the file, and what is wrong with the others."""

    path: Path
    values: Mapping[str, Entry] = {}
    """The settings by name."""
    keymap: Mapping[str, Entry] = {}
    """The keys of commands, separated by commas, by the command's id; whether there is such a command is not known."""
    connections: Mapping[str, Entry] = {}
    """The `Connection`s by name."""
    refused: frozenset[str] = frozenset()
    """The names of connections that are there, and invalid."""
    problems: tuple[str, ...] = ()
    """What was ignored, where, and why."""


def settings_path() -> Path:
    """Return the path of the settings file."""
    return user_config_path("pirate-tui", appauthor=False) / "config.toml"


def read_settings_file() -> SettingsFile:
    """Return what the settings file holds; without one, nothing."""
    path = settings_path()
    try:
        text = own_files.read_linked_text(path)
    except (FileNotFoundError, NotADirectoryError):
        return SettingsFile(path)
    except UnicodeDecodeError:
        return SettingsFile(path, problems=(f"{path}: not UTF-8, and ignored",))
    except OSError as error:
        return SettingsFile(path, problems=(f"{path}: ignored: {error.strerror}",))
    from pirate_tui.settings.entries import read_entries  # takes a TOML parser, which most launches need not import

    return read_entries(path, text)
