"""Hold the settings of a launch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from platformdirs import user_data_path


TIME_LIMIT = 30.0
"""Seconds that a statement may take by default: --timeout."""

BLOCKING_LIMIT = 10.0
"""Seconds that code of the models may block the event loop by default: --attribute-timeout."""

COLLECTION_LIMIT = 1_000
"""Instances that opening a relationship loads without confirmation by default: --limit."""


class TypedUrl(str):
    """A URL as it was typed. Its repr shows nothing, since it may hold a password."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<a URL>"


class Entry(NamedTuple):
    """A value of a setting, and where it comes from."""

    value: Any
    where: str
    """An option, a variable of the environment, the file and line (`config.toml:3`), or `default`."""


class Settings(NamedTuple):
    """The settings of one launch."""

    database: Path | TypedUrl | None
    """The SQLite file to open, or the URL of a database; None for the bundled sample database."""
    reset: bool
    """Whether to recreate the sample database."""
    time_limit: float
    """Seconds that a statement may take."""
    log: Path | None
    """The file that logs go to; nowhere without one."""
    collection_limit: int = COLLECTION_LIMIT
    """Instances that opening a relationship loads without confirmation."""
    models: str | None = None
    """The module or file with the user's mapped classes, as typed."""
    model: str | None = None
    """The mapped class to show first."""
    blocking_limit: float = BLOCKING_LIMIT
    """Seconds that code of the models may block the event loop."""
    schemas: tuple[str, ...] = ()
    """The schemas whose tables are read, or the one of the models; empty for the database's default."""
    connection: str = ""
    """The name of the connection in the settings file that was asked for; empty where none was."""
    are_models_typed: bool = True
    """Whether the models were named on the command line; those of the settings file import nothing from here."""
    password_command: tuple[str, ...] = ()
    """The program that prints the password, and its arguments; empty without one."""
    theme: Entry | None = None
    """The name of the theme; None for the one that was chosen last, or the default."""
    full_traceback: bool = False
    """Whether a failure shows its traceback alone at first, without the explanation beside it."""
    keymap: Mapping[str, Entry] = {}
    """The keys of commands, separated by commas, by the command's id; those of the others stay."""
    ignored: tuple[str, ...] = ()
    """The entries of the settings file that are ignored, and why."""


def world_path() -> Path:
    """Return the path of the sample database, in the user's data folder."""
    return user_data_path("pirate-tui", appauthor=False) / "pirates.db"
