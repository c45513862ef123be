"""Prepare the standard streams of a sub-command that writes a report, and write its errors."""

import os
import sys
from pathlib import Path

from pirate_tui.domain.failure import WRONG_USE
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.text import clean_lines


class Silent(Listener):
    """Ignores every event."""


def open_streams() -> None:
    """End with exit code 2 without stdout; without stderr, drop what is written to it.

    A closed stream's number is taken by /dev/null, so that no other file gets it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  for as long as the process lives
    if sys.stdout is None:
        tell("stdout is closed; redirect it to a file or a pipe")
        sys.exit(WRONG_USE)


def tell(message: str) -> None:
    """Write a message to stderr."""
    sys.stderr.write("\n".join(clean_lines(f"pirate-tui: {message}")) + "\n")
