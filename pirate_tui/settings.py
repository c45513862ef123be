"""What the command was asked to do, and where things lie."""

import json
import logging
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_data_path

from pirate_tui import own_files


TIME_LIMIT = 30.0
"""Seconds that a statement may take unless --timeout says otherwise."""

BLOCKING_LIMIT = 10.0
"""Seconds for which code of the models may hold up the event loop, unless --attribute-timeout says otherwise."""

COLLECTION_LIMIT = 1_000
"""Instances that opening a relationship loads without being asked again, unless --limit says otherwise."""


class TypedUrl(str):
    """A URL as it was typed. Its repr shows nothing, since it may hold a password."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<a URL>"


class Settings(NamedTuple):
    """One launch."""

    database: Path | TypedUrl | None
    """The SQLite file to open, or the URL of a database; None for the pirates that ship."""
    reset: bool
    """Make the pirates anew."""
    time_limit: float
    """Seconds that a statement may take."""
    log: Path | None
    """The file that logs go to; nowhere without one."""
    collection_limit: int = COLLECTION_LIMIT
    """Instances that opening a relationship loads without being asked again."""
    models: str | None = None
    """The module or file with the developer's own mapped classes, as it was typed."""
    model: str | None = None
    """The mapped class to begin with."""
    blocking_limit: float = BLOCKING_LIMIT
    """Seconds for which code of the models may hold up the event loop."""
    schema: str | None = None
    """Whose tables are read; None for those that the database begins with."""


def world_path() -> Path:
    """Where the pirates' database lies: in the user's data folder."""
    return user_data_path("pirate-tui", appauthor=False) / "pirates.db"


MOST_REMEMBERED = 100
"""Databases: of older ones it is forgotten which mapped class was chosen last."""


def remembered(database: Path | str) -> str | None:
    """The mapped class that was chosen last in this file, or in the database of this name, if any was."""
    return _choices().get(_key(database))


def remember(database: Path | str, model: str) -> None:
    """Keep which mapped class was chosen, for the next launch; a folder that cannot be written is logged.

    The file is put in the place of the one before, whole: of two launches at once one is forgotten, and none is cut.
    """
    name, path = _key(database), _choices_path()
    others = [(one, chosen) for one, chosen in _choices().items() if one != name]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        own_files.write_text(path, json.dumps(dict([*others, (name, model)][-MOST_REMEMBERED:]), indent=1))
    except OSError:
        logging.getLogger(__name__).warning("cannot save the last chosen model", exc_info=True)


def _key(database: Path | str) -> str:
    return str(database.resolve()) if isinstance(database, Path) else database


def _choices() -> dict[str, str]:
    """The mapped class by the path or the name of its database; nothing where the file is not as we write it."""
    try:
        found = json.loads(own_files.read_text(_choices_path()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):  # not as we write it
        logging.getLogger(__name__).warning("cannot read the last chosen model", exc_info=True)
        return {}
    return {str(one): str(chosen) for one, chosen in found.items()} if isinstance(found, dict) else {}


def _choices_path() -> Path:
    return user_data_path("pirate-tui", appauthor=False) / "choices.json"
