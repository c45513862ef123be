"""What the command was asked to do, and where things lie."""

from pathlib import Path
from typing import NamedTuple

from platformdirs import user_data_path


TIME_LIMIT = 30.0
"""Seconds that a statement may take unless --timeout says otherwise."""

COLLECTION_LIMIT = 1_000
"""Instances that opening a relationship loads without being asked again, unless --limit says otherwise."""


class Settings(NamedTuple):
    """One launch."""

    database: Path | None
    """The SQLite file to open; None for the pirates that ship."""
    reset: bool
    """Make the pirates anew."""
    time_limit: float
    """Seconds that a statement may take."""
    log: Path | None
    """The file that logs go to; nowhere without one."""
    collection_limit: int = COLLECTION_LIMIT
    """Instances that opening a relationship loads without being asked again."""


def world_path() -> Path:
    """Where the pirates' database lies: in the user's data folder."""
    return user_data_path("pirate-tui", appauthor=False) / "pirates.db"
