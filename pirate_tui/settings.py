"""Hold the settings of a launch, and remember choices between launches."""

import json
import logging
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_data_path

from pirate_tui import own_files


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
    schema: str | None = None
    """The schema whose tables are read; None for the database's default."""


def world_path() -> Path:
    """Return the path of the sample database, in the user's data folder."""
    return user_data_path("pirate-tui", appauthor=False) / "pirates.db"


MOST_REMEMBERED = 100
"""How many databases the last chosen mapped class is remembered of."""


def remembered(database: Path | str) -> str | None:
    """Return the mapped class that was chosen last in this file or database; None where none was."""
    return _choices().get(_key(database))


def remember(database: Path | str, model: str) -> None:
    """Remember the chosen mapped class for the next launch; a folder that cannot be written is logged.

    The file is replaced as a whole: of two launches at once one is lost, and the file stays valid.
    """
    name, path = _key(database), _choices_path()
    others = [(other, chosen) for other, chosen in _choices().items() if other != name]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        own_files.write_text(path, json.dumps(dict([*others, (name, model)][-MOST_REMEMBERED:]), indent=1))
    except OSError:
        logging.getLogger(__name__).warning("cannot save the last chosen model", exc_info=True)


def _key(database: Path | str) -> str:
    return str(database.resolve()) if isinstance(database, Path) else database


def _choices() -> dict[str, str]:
    """Return the chosen mapped class by path or name of its database; empty where the file is invalid."""
    try:
        choices = json.loads(own_files.read_text(_choices_path()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):  # not as we write it
        logging.getLogger(__name__).warning("cannot read the last chosen model", exc_info=True)
        return {}
    return {str(name): str(chosen) for name, chosen in choices.items()} if isinstance(choices, dict) else {}


def _choices_path() -> Path:
    return user_data_path("pirate-tui", appauthor=False) / "choices.json"
