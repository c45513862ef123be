"""Run the sub-command `run`: start a program of the user's with the probe inside, and become that program."""

import errno
import os
import shutil
import signal
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from pirate_tui.cli.arguments import CleanParser
from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean, reason_of
from pirate_tui.probe import ANNOUNCED, PURPOSE, SWITCH


NOT_EXECUTABLE = 126
"""The exit code for a command that is there, but cannot be started.

It and the next are those of shells, env, nohup and timeout: below 126 every exit code is the command's own.
"""

NOT_FOUND = 127
"""The exit code for a command that is not there."""

IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFSZ")
"""Signals that Python ignores from its start; what becomes of the process would inherit that."""

HINTS = {
    errno.ENOENT: "the interpreter that its first line names does not exist",
    errno.ENOEXEC: "not a program; the first line of a script has to be like #!/bin/sh",
}
"""What the system's own message does not say."""

STARTUP = Path(os.path.abspath(__file__)).parents[1] / "probe" / "startup"  # noqa: PTH100  links stay as they are
"""The folder whose sitecustomize.py lets the probe into every Python that has it on PYTHONPATH."""

DESCRIPTION = """\
Start COMMAND with the probe inside. Where the program then raises MissingGreenlet, DetachedInstanceError or a
relative of theirs, the error says which attribute was read, where it was loaded and expired, and what fixes it.
"""

EPILOG = """\
examples:
  pirate-tui run python -m shop
  pirate-tui run uvicorn shop.app:app --reload
  pirate-tui run pytest tests/test_orders.py

The probe gets in by PYTHONPATH, so every Python that the command starts has it too (reloaders, workers, child
processes). pirate-tui need not be installed in the environment of the program, which needs Python 3.11 and
SQLAlchemy 2.0 or newer. `python -I`, `-E` and `-S` keep the probe out. For POSIX systems.

environment:
  PIRATE_TUI_PROBE=0           keep the probe out
  PIRATE_TUI_PROBE=no-message  leave the messages of exceptions as they are

Exit code, signals, stdin, stdout and stderr are those of the command, which takes the place of pirate-tui.
Exit codes of pirate-tui itself: 2 usage error, 126 the command cannot be started, 127 it is not found.
"""


def main(arguments: Sequence[str]) -> NoReturn:
    """Run `pirate-tui run`; never returns, becomes the command, or ends with its own exit code."""
    command = parse(arguments)
    try:
        environment = with_probe(os.environ)
        announce(environment)
        execute(command, environment)
    except StartupError as reason:
        if sys.stderr is not None:
            sys.stderr.write(f"pirate-tui: {reason.message}\n")
        sys.exit(reason.exit_code)


def parse(arguments: Sequence[str]) -> list[str]:
    """Return the command of a command line; end with exit code 2 where there is none.

    From its first word on everything is the command's, so `--help` there is the command's too.
    """
    parser = CleanParser(
        prog="pirate-tui run",
        usage="%(prog)s [--help] [--] COMMAND ...",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    first = next((place for place, word in enumerate(arguments) if word == "--" or word[:1] != "-"), len(arguments))
    parser.parse_args(arguments[:first])
    if sys.platform == "win32":
        parser.error("works on POSIX systems only; on Windows, call pirate_tui.probe.install() in the program")
    command = list(arguments[first + (arguments[first : first + 1] == ["--"]) :])
    if not command or not command[0]:
        parser.error("no COMMAND is given; for example: pirate-tui run python -m shop")
    return command


def with_probe(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the probe's folder first on PYTHONPATH, and what was there before behind it."""
    if os.pathsep in str(STARTUP):
        raise StartupError(WRONG_USE, f"PYTHONPATH cannot hold {clean(str(STARTUP))}: there is a {os.pathsep!r} in it")
    folders = environment.get("PYTHONPATH", "").split(os.pathsep)
    others = [] if folders == [""] else [folder for folder in folders if folder != str(STARTUP)]
    return {**environment, "PYTHONPATH": os.pathsep.join([str(STARTUP), *others])}


def announce(environment: dict[str, str]) -> None:
    """Say on stderr what the probe is for, instead of each process that will have it."""
    if environment.get(SWITCH) != "0" and ANNOUNCED not in environment and sys.stderr is not None:
        environment[ANNOUNCED] = "1"
        sys.stderr.write(f"{PURPOSE}\n")
        sys.stderr.flush()


def execute(command: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Become the command: the same process and descriptors, and the signals as they were before Python changed them."""
    for name in IGNORED_BY_PYTHON:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvpe(command[0], list(command), environment)  # noqa: S606  no shell is wanted
    except OSError as error:
        shown = clean(command[0])
        if not _is_there(command[0], environment):
            raise StartupError(NOT_FOUND, f"command not found: {shown}") from error
        reason = HINTS.get(error.errno or 0, reason_of(error))
        raise StartupError(NOT_EXECUTABLE, f"cannot start {shown}: {reason}") from error


def _is_there(command: str, environment: Mapping[str, str]) -> bool:
    """Whether there is a file that the command names, by its path or on PATH, executable or not."""
    if os.path.dirname(command):  # noqa: PTH120  Path("./shop") is no longer a path, but a name
        return Path(command).exists()
    return shutil.which(command, os.F_OK, environment.get("PATH")) is not None
