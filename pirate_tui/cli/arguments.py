"""Define the arguments that several sub-commands share."""

import argparse
from pathlib import Path
from typing import NoReturn

from pirate_tui.bootstrap import schema_problem
from pirate_tui.domain.text import clean, redact
from pirate_tui.settings import BLOCKING_LIMIT, TIME_LIMIT, Settings, TypedUrl


LONGEST_NUMBER = 16
"""The most digits of a number of rows."""


class CleanParser(argparse.ArgumentParser):
    """A parser whose errors quote neither a secret nor a control sequence."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2 and the message, in which quoted arguments are cleaned."""
        super().error(clean(redact(message), len(message)))


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the database, and how it is opened."""
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


def check_models(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """End with exit code 2 where models are given without a database, or a schema that a file cannot have."""
    if args.models is not None and args.database is None:
        parser.error("--models requires a DATABASE")
    if not isinstance(args.database, TypedUrl) and (problem := schema_problem(args.schema)):
        parser.error(problem)


def settings_of(args: argparse.Namespace) -> Settings:
    """Return the settings that every command with a DATABASE has."""
    return Settings(
        args.database,
        reset=False,
        time_limit=args.timeout,
        log=args.log,
        models=args.models,
        blocking_limit=args.attribute_timeout,
        schema=args.schema,
    )


def _database(text: str) -> Path | TypedUrl:
    """Parse a DATABASE for argparse."""
    return TypedUrl(text) if "://" in text else Path(text)


def rows(text: str) -> int:
    """Parse a number of rows for argparse: 1 or more."""
    if text.isascii() and text.isdigit() and int(text[:LONGEST_NUMBER]) > 0 and len(text) < LONGEST_NUMBER:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of rows")


def _seconds(text: str) -> float:
    """Parse a time in seconds for argparse: a number above zero."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of seconds")
    return seconds
