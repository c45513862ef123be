"""Prepare the standard streams of a sub-command that writes a report, and write its errors."""

import os
import sys
from io import TextIOWrapper
from pathlib import Path

from pirate_tui.domain.failure import WRONG_USE
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.text import clean, clean_lines


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


def escape_unencodable() -> None:
    """Write as escapes from now on what stdout or stderr cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def tell(message: str) -> None:
    """Write a message to stderr, if there is one."""
    if sys.stderr is not None:
        sys.stderr.write("\n".join(clean_lines(f"pirate-tui: {message}")) + "\n")


def tell_line(message: str) -> None:
    """Write a message to stderr on one line, whatever is in the names that it quotes."""
    tell(clean(message, len(message)))


def progress(name: str) -> None:
    """Show on a terminal which class is being checked; nothing where stderr is redirected."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2Kchecking {clean(name)} …" if name else "\r\x1b[2K")
        sys.stderr.flush()
