"""What the command line may say, and what must hold before the screen is taken."""

import argparse
import logging
import os
import re
import stat
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn, TextIO

from pirate_tui import __version__
from pirate_tui.domain.entity import ONLY_SCHEMA
from pirate_tui.domain.failure import NO_DATABASE, WRONG_USE, CannotStart
from pirate_tui.domain.text import clean, clean_lines, reason_of, redact
from pirate_tui.own_files import open_for_appending
from pirate_tui.settings import BLOCKING_LIMIT, COLLECTION_LIMIT, TIME_LIMIT, Settings, TypedUrl


MAGIC = b"SQLite format 3\0"
"""How every SQLite file begins (https://www.sqlite.org/fileformat.html)."""

LONGEST_NUMBER = 16
"""Digits: more would count nothing that there is."""


def parse(arguments: Sequence[str]) -> Settings:
    """The settings of a command line; ends with exit code 2 where it is wrong."""
    parser = CleanParser(
        prog="pirate-tui",
        description="Browse the objects behind async SQLAlchemy models; see what raises MissingGreenlet, and the fix.",
        epilog="Press ? inside for all keys. `pirate-tui check --help`: run the checks non-interactively, for CI. "
        "`pirate-tui seed --help`: generate a large sample database.",
    )
    add_database(parser)
    parser.add_argument("--reset", action="store_true", help="recreate the sample database")
    parser.add_argument("--model", metavar="NAME", help="the mapped class to show first")
    most = f"do not load collections larger than this without asking (default: {COLLECTION_LIMIT:,})"
    parser.add_argument("--limit", metavar="ROWS", type=rows, default=COLLECTION_LIMIT, help=most)
    parser.add_argument("--version", action="version", version=f"pirate-tui {__version__}")
    given = parser.parse_args(arguments)
    if given.reset and given.database is not None:
        parser.error("--reset recreates the sample database; it cannot be used with a DATABASE")
    check_models(parser, given)
    return settings_of(given)._replace(reset=given.reset, collection_limit=given.limit, model=given.model)


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add what says which database is meant, and how it is to be opened."""
    which = (
        "a SQLite file, or a SQLAlchemy URL (postgresql://user@host/name, mysql://user@host/name), whose password is "
        "taken from PIRATE_TUI_PASSWORD, or prompted for; omit it to open the bundled sample database"
    )
    parser.add_argument("database", metavar="DATABASE", nargs="?", type=_database, help=which)
    models = "your mapped classes: a module or a file, which is imported; without it, tables are reflected"
    parser.add_argument("--models", metavar="MODULE_OR_FILE[:BASE]", help=models)
    schema = (
        "schema to reflect without --models: a PostgreSQL schema (default: the first of the search path), a MariaDB "
        "database (default: the URL's); a SQLite file has only main"
    )
    parser.add_argument("--schema", metavar="NAME", help=schema)
    limit = f"statement timeout (default: {TIME_LIMIT:g})"
    parser.add_argument("--timeout", metavar="SECONDS", type=_seconds, default=TIME_LIMIT, help=limit)
    blocking = f"timeout of model code that blocks the event loop (default: {BLOCKING_LIMIT:g})"
    parser.add_argument("--attribute-timeout", metavar="SECONDS", type=_seconds, default=BLOCKING_LIMIT, help=blocking)
    parser.add_argument("--log", metavar="FILE", type=Path, help="write logs and warnings to this file")


def check_models(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    """Models need a database of theirs; ends with exit code 2 where there is none."""
    if given.models is not None and given.database is None:
        parser.error("--models requires a DATABASE")
    if not isinstance(given.database, TypedUrl) and (problem := schema_problem(given.schema)):
        parser.error(problem)


def schema_problem(schema: str | None) -> str:
    """Why a SQLite file cannot have this schema; empty where it has."""
    return "" if schema in {None, ONLY_SCHEMA} else f"no such schema: {schema}; a SQLite file has only {ONLY_SCHEMA}"


def settings_of(given: argparse.Namespace) -> Settings:
    """The settings that every command with a DATABASE has."""
    return Settings(
        given.database,
        reset=False,
        time_limit=given.timeout,
        log=given.log,
        models=given.models,
        blocking_limit=given.attribute_timeout,
        schema=given.schema,
    )


class CleanParser(argparse.ArgumentParser):
    """A parser whose errors quote no secret, and nothing that a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2; the message may quote what was given."""
        super().error(clean(redact(message), len(message)))


def check_terminal() -> None:
    """Is there a terminal to draw on and to read keys from? Textual itself would wait for ever."""
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr)):
        if stream is None or not stream.isatty():
            raise CannotStart(WRONG_USE, f"{name} is not a terminal; run pirate-tui in a terminal, without redirection")
    if os.environ.get("TERM") == "dumb":
        raise CannotStart(WRONG_USE, "TERM=dumb cannot display the browser; set TERM to the name of your terminal")
    _check_textual()


COLOR_SYSTEMS = ("auto", "standard", "256", "truecolor", "windows")
"""What Textual's own variable TEXTUAL_COLOR_SYSTEM may be."""


def _check_textual() -> None:
    """Textual reads variables of its own, and ends with a traceback where it cannot use one."""
    colors, log = (os.environ.get(name, "") for name in ("TEXTUAL_COLOR_SYSTEM", "TEXTUAL_LOG"))
    if "TEXTUAL_COLOR_SYSTEM" in os.environ and colors not in COLOR_SYSTEMS:
        ways = ", ".join(COLOR_SYSTEMS)
        raise CannotStart(WRONG_USE, f"TEXTUAL_COLOR_SYSTEM={clean(colors)} is not one of {ways}; unset it")
    folder = os.environ.get("TEXTUAL_SCREENSHOT_LOCATION", "")
    if "TEXTUAL_SCREENSHOT" in os.environ and folder and not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(WRONG_USE, f"TEXTUAL_SCREENSHOT_LOCATION={clean(folder)} is not writable; unset it")
    if log:
        try:
            descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o666)  # also of a fifo
            with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                file.write("\n")  # a disk that is full says so only then
        except (OSError, ValueError) as error:
            told = f"TEXTUAL_LOG={clean(log)} cannot be written: {reason_of(error)}; unset it"
            raise CannotStart(WRONG_USE, told) from error


PASSWORD = re.compile(r":[^:@]*@")
"""What looks like one, in a path that was meant to be a URL."""


def check_file(path: Path) -> None:
    """Is it a file, may it be read, and does it begin as SQLite does? Never blocks, not even on a fifo."""
    shown = clean(PASSWORD.sub(":***@", str(path)))
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise CannotStart(WRONG_USE, f"{shown} is {kind}; give a SQLite file")
        with path.open("rb") as file:
            beginning = file.read(len(MAGIC))
    except (OSError, ValueError) as error:
        raise CannotStart(WRONG_USE, f"{shown}: {reason_of(error)}") from error
    if not beginning:
        raise CannotStart(
            NO_DATABASE, f"{shown} is empty; give a database with tables, or omit it for the sample database"
        )
    if beginning != MAGIC:
        raise CannotStart(NO_DATABASE, f"{shown} is not a SQLite database, or is encrypted")


def start_logging(file: Path | None) -> None:
    """Logs and warnings go to the file or nowhere: never onto the screen."""
    handler: logging.Handler = logging.NullHandler()
    level = logging.WARNING  # at INFO, SQLAlchemy words each statement, even for nobody
    if file is not None:
        level = logging.INFO
        try:
            handler = OwnFileHandler(file)
        except (OSError, ValueError) as error:  # a name with a NUL is no name
            way_out = "choose a file that you own, or a new one"
            told = f"cannot log to {clean(str(file))}: {reason_of(error)}; {way_out}"
            raise CannotStart(WRONG_USE, told) from error
        handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)


class OwnFileHandler(logging.FileHandler):
    """Appends to a file that nobody but its owner may read, and never to one of somebody else."""

    def _open(self) -> TextIO:  # type: ignore[override]  # what is opened is text
        """Open the file, as FileHandler asks for it."""
        return open_for_appending(Path(self.baseFilename))


class DiscreetFormatter(logging.Formatter):
    """Words a record, its traceback included, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """The words."""
        return redact(super().format(record))


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A `sys.excepthook`: the traceback without secrets."""
    told = redact("".join(traceback.format_exception(kind, error, trace)))
    sys.stderr.write("\n".join(clean_lines(told)))


def _database(text: str) -> Path | TypedUrl:
    """A DATABASE for argparse."""
    return TypedUrl(text) if "://" in text else Path(text)


def rows(text: str) -> int:
    """A number of rows for argparse: 1 or more."""
    if text.isascii() and text.isdigit() and int(text[:LONGEST_NUMBER]) > 0 and len(text) < LONGEST_NUMBER:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of rows")


def _seconds(text: str) -> float:
    """A time for argparse: a number above zero."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of seconds")
    return seconds
