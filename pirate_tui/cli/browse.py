"""Run the command without a sub-command: the browser."""

import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from pirate_tui import __version__
from pirate_tui.bootstrap import Bootstrap, pause_garbage_collection
from pirate_tui.cli.arguments import CleanParser, add_database, add_limit, settings_of
from pirate_tui.cli.streams import tell_line
from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean, reason_of
from pirate_tui.logs import report_bug
from pirate_tui.settings import COLLECTION_LIMIT, Settings
from pirate_tui.settings.remembered import remember_theme
from pirate_tui.shutdown import run_with_exit_deadline


WARNING_LENGTH = 300
"""The most characters of a warning about the settings on the screen."""


def main(arguments: Sequence[str]) -> NoReturn:
    """Run the browser; never returns, ends with its exit code."""
    settings = parse(arguments)
    sys.excepthook = report_bug
    try:
        check_terminal()
        bootstrap = Bootstrap(settings)
        bootstrap.before_screen()
        pause_garbage_collection()  # until the database is open: see `Bootstrap.connect`
        sys.exit(run_with_exit_deadline(lambda: browse(settings, bootstrap), bootstrap.close, bootstrap.ends_within))
    except StartupError as reason:
        sys.stderr.write(f"pirate-tui: {reason.message}\n")
        sys.exit(reason.exit_code)
    except KeyboardInterrupt:  # before the screen is there; from then on the app handles signals itself
        sys.exit(128 + signal.SIGINT)


async def browse(settings: Settings, bootstrap: Bootstrap) -> int:
    """Run the browser, and return its exit code."""
    from pirate_tui.cli.preferences import preferences_of
    from pirate_tui.ui.app import PirateApp, Start

    preferences = preferences_of(settings)
    for problem in preferences.ignored:
        tell_line(problem)
    start = Start(
        bootstrap.printed,
        bootstrap.remember,
        remember_theme,
        preferences.theme,
        settings.full_traceback,
        preferences.keymap,
        _warning((*settings.ignored, *preferences.ignored)),
    )
    app = PirateApp(bootstrap.connect, bootstrap.label, start)
    await app.run_async()
    return app.return_code or 0


def _warning(problems: Sequence[str]) -> str:
    """Return the first of some problems for the screen, and where the others are; empty without any."""
    if not problems:
        return ""
    more = f" (and {len(problems) - 1} more: pirate-tui config lists all)" if len(problems) > 1 else ""
    return f"{clean(problems[0], WARNING_LENGTH)}{more}"


def parse(arguments: Sequence[str]) -> Settings:
    """Return the settings of a command line; end with exit code 2 where it is invalid."""
    parser = CleanParser(
        prog="pirate-tui",
        description="Browse the objects behind async SQLAlchemy models; see what raises MissingGreenlet, and the fix.",
        epilog="Press ? inside for all keys. `pirate-tui check --help`: run the checks non-interactively, for CI. "
        "`pirate-tui export --help`: write rows to a file. "
        "`pirate-tui run --help`: start a program of yours, with its errors explained. "
        "`pirate-tui seed --help`: generate a large sample database. "
        "`pirate-tui config`: print the settings, and where they are.",
    )
    add_database(parser)
    parser.add_argument("--reset", action="store_true", help="recreate the sample database")
    parser.add_argument("--model", metavar="NAME", help="the mapped class to show first")
    most = f"do not load collections larger than this without asking (default: {COLLECTION_LIMIT:,})"
    add_limit(parser, most)
    parser.add_argument("--version", action="version", version=f"pirate-tui {__version__}")
    args = parser.parse_args(arguments)
    if args.reset and args.database is not None:
        parser.error("--reset recreates the sample database; it cannot be used with a DATABASE")
    return settings_of(parser, args)._replace(reset=args.reset, model=args.model)


def check_terminal() -> None:
    """Raise `StartupError` where there is no terminal to draw on and to read keys from: Textual would wait for ever."""
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr)):
        if stream is None or not stream.isatty():
            raise StartupError(
                WRONG_USE,
                f"{name} is not a terminal; run pirate-tui in a terminal, without redirection",
            )
    if os.environ.get("TERM") == "dumb":
        raise StartupError(WRONG_USE, "TERM=dumb cannot display the browser; set TERM to the name of your terminal")
    _check_textual()


COLOR_SYSTEMS = ("auto", "standard", "256", "truecolor", "windows")
"""The values of Textual's own variable TEXTUAL_COLOR_SYSTEM."""


def _check_textual() -> None:
    """Raise `StartupError` for Textual's own variables that would end it with a traceback."""
    colors, log = (os.environ.get(name, "") for name in ("TEXTUAL_COLOR_SYSTEM", "TEXTUAL_LOG"))
    if "TEXTUAL_COLOR_SYSTEM" in os.environ and colors not in COLOR_SYSTEMS:
        ways = ", ".join(COLOR_SYSTEMS)
        raise StartupError(WRONG_USE, f"TEXTUAL_COLOR_SYSTEM={clean(colors)} is not one of {ways}; unset it")
    folder = os.environ.get("TEXTUAL_SCREENSHOT_LOCATION", "")
    if "TEXTUAL_SCREENSHOT" in os.environ and folder and not os.access(folder, os.W_OK | os.X_OK):
        raise StartupError(WRONG_USE, f"TEXTUAL_SCREENSHOT_LOCATION={clean(folder)} is not writable; unset it")
    if log:
        try:
            descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o666)  # also of a fifo
            with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                file.write("\n")  # a disk that is full says so only then
        except (OSError, ValueError) as error:
            message = f"TEXTUAL_LOG={clean(log)} cannot be written: {reason_of(error)}; unset it"
            raise StartupError(WRONG_USE, message) from error
