"""Where a program looks for what is its user's: for tests and tools that must see, and leave, nothing there."""

import os
from pathlib import Path


HOMES = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
"""The variables of the environment that say so (https://specifications.freedesktop.org/basedir-spec/latest/)."""


def homes_at(home: Path | str) -> dict[str, str]:
    """These variables, all for one folder."""
    return dict.fromkeys(HOMES, str(home))


def live_in(home: Path | str) -> None:
    """From now on this process, and what it starts, has that home."""
    os.environ.update(homes_at(home))
