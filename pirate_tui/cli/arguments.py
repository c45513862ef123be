"""The arguments that several sub-commands share."""

import argparse
from pathlib import Path
from typing import NoReturn

from pirate_tui.bootstrap import schema_problem
from pirate_tui.domain.text import clean, redact
from pirate_tui.settings import BLOCKING_LIMIT, TIME_LIMIT, Settings, TypedUrl


LONGEST_NUMBER = 16
"""Digits: more would count nothing that there is."""


class CleanParser(argparse.ArgumentParser):
    """A parser whose errors quote no secret, and nothing that a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2; the message may quote what was given."""
        super().error(clean(redact(message), len(message)))


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
