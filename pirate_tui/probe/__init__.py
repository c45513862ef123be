"""Explain errors of async SQLAlchemy where they are raised, in any program: `install()`, and the rest is as before.

A probe runs in the user's own process. It changes no outcome, only messages and notes of the errors that it explains:
MissingGreenlet and its kin. It is for development; docs/in-your-app.md tells the rest.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import RLock


SWITCH = "PIRATE_TUI_PROBE"
"""The environment variable that keeps the probe out (`0`), or out of the messages of errors (`no-message`)."""

ANNOUNCED = "PIRATE_TUI_PROBE_ANNOUNCED"
"""The environment variable by which `pirate-tui run` says that it has told what the probe is for."""

PURPOSE = "pirate-tui: the probe explains errors of async SQLAlchemy; it is for development, not for production"

_lock = RLock()

_taking_out: list[Callable[[], None]] = []
"""What takes the probe out again; empty where it is not installed."""

_said: list[str] = []
"""What this process itself has said on stderr."""


def install(*, announces: bool = True) -> None:
    """Explain errors from now on; does nothing where it is installed, or where PIRATE_TUI_PROBE is 0.

    Says once in a run, on stderr, that it is for development, unless whoever calls it says so himself.
    """
    if os.environ.get(SWITCH) == "0":
        return
    import sqlalchemy.ext.asyncio  # noqa: F401  under `pirate-tui run`, its import calls this function

    from pirate_tui.probe.installation import put_in

    with _lock:
        if is_installed():
            return
        _taking_out.append(put_in())
    if announces:
        _announce()


def uninstall() -> None:
    """Take the probe out again, and forget what it has recorded; does nothing where it is not installed."""
    with _lock:
        while _taking_out:
            _taking_out.pop()()
    if _said:
        os.environ.pop(ANNOUNCED, None)


def is_installed() -> bool:
    """Whether the probe explains errors of this process."""
    return bool(_taking_out)


def _announce() -> None:
    """Say on stderr what the probe is for: once in a process, and not in its children."""
    if ANNOUNCED in os.environ or sys.stderr is None:
        return
    os.environ[ANNOUNCED] = "1"
    if not _said:
        _said.append(PURPOSE)
        with suppress(Exception):  # it is closed, or no file at all
            sys.stderr.write(f"{PURPOSE}\n")
