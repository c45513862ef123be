"""Define the arguments that several sub-commands share; variables and the settings file complete them."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from pirate_tui.bootstrap import schema_problem
from pirate_tui.cli.streams import tell_line
from pirate_tui.domain.entity import ALL_SCHEMAS
from pirate_tui.domain.text import clean, redact
from pirate_tui.settings import BLOCKING_LIMIT, TIME_LIMIT, Settings, TypedUrl
from pirate_tui.settings.choosing import InvalidVariableError, choose
from pirate_tui.settings.file import Connection, SettingsFile, read_settings_file
from pirate_tui.settings.values import SETTINGS, InvalidValueError


class ConnectionName(str):
    """The name of a connection in the settings file, without its @."""

    __slots__ = ()


class CleanParser(argparse.ArgumentParser):
    """A parser whose errors quote neither a secret nor a control sequence."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2 and the message, in which quoted arguments are cleaned."""
        super().error(clean(redact(message), len(message)))


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the database, and how it is opened."""
    which = (
        "a SQLite file, or a SQLAlchemy URL (postgresql://user@host/name, mysql://user@host/name), whose password is "
        "taken from PIRATE_TUI_PASSWORD, or prompted for; or @NAME, a connection of the settings file; omit it to open "
        "the bundled sample database"
    )
    parser.add_argument("database", metavar="DATABASE", nargs="?", type=_database, help=which)
    models = "your mapped classes: a module or a file, which is imported; without it, tables are reflected"
    parser.add_argument("--models", metavar="MODULE_OR_FILE[:BASE]", help=models)
    schema = (
        "schema in which your models' tables are found, unless they name another, or whose tables are reflected: a "
        "PostgreSQL schema (default: the search path), a MariaDB database (default: the URL's); a SQLite file has only "
        "main; to reflect several, repeat it, or give '*' for all"
    )
    parser.add_argument("--schema", metavar="NAME", action="append", type=_schema, help=schema)
    limit = f"statement timeout (default: {TIME_LIMIT:g})"
    parser.add_argument("--timeout", metavar="SECONDS", type=_typed("timeout"), help=limit)
    blocking = f"timeout of model code that blocks the event loop (default: {BLOCKING_LIMIT:g})"
    parser.add_argument("--attribute-timeout", metavar="SECONDS", type=_typed("attribute_timeout"), help=blocking)
    parser.add_argument("--log", metavar="FILE", type=Path, help="write logs and warnings to this file")


def add_limit(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the option for the most instances of a relationship, with its help."""
    parser.add_argument("--limit", metavar="ROWS", type=_typed("limit"), help=what)


def settings_of(
    parser: argparse.ArgumentParser, args: argparse.Namespace, file: SettingsFile | None = None
) -> Settings:
    """Return the settings that every command with a DATABASE has, by the settings file, which is read if not given.

    What the command line leaves out comes from the environment, else from the settings file, else it is the default.
    Entries of the file that are ignored are written to stderr. End with exit code 2 where an argument or a variable is
    invalid.
    """
    file = read_settings_file() if file is None else file
    for problem in file.problems:
        tell_line(problem)
    name, connection = "", Connection("")
    if isinstance(args.database, ConnectionName):
        name = args.database
        connection = _connection(parser, name, file)
        args.database = _database(connection.url)
    models, schemas = args.models or connection.models, tuple(dict.fromkeys(args.schema or connection.schema))
    if models is not None and args.database is None:
        parser.error("--models requires a DATABASE")
    if models is not None and (len(schemas) > 1 or ALL_SCHEMAS in schemas):
        parser.error("models are read in one --schema; several are reflected, without --models")
    if not isinstance(args.database, TypedUrl) and (problem := schema_problem(schemas)):
        parser.error(problem)
    try:
        chosen = choose(vars(args), file)
    except InvalidVariableError as error:
        parser.error(str(error))
    return Settings(
        args.database,
        reset=False,
        time_limit=chosen["timeout"].value,
        log=chosen["log"].value,
        collection_limit=chosen["limit"].value,
        models=models,
        are_models_typed=models == args.models,
        blocking_limit=chosen["attribute_timeout"].value,
        schemas=(ALL_SCHEMAS,) if ALL_SCHEMAS in schemas else schemas,
        connection=name,
        password_command=connection.password_command,
        theme=None if chosen["theme"].value is None else chosen["theme"],
        full_traceback=chosen["full_traceback"].value,
        keymap=file.keymap,
        ignored=file.problems,
    )


def _connection(parser: argparse.ArgumentParser, name: str, file: SettingsFile) -> Connection:
    """Return the connection of that name; end with exit code 2 where there is none."""
    if name in file.refused:
        parser.error(f"the connection @{name} in {file.path} is invalid")
    if name not in file.connections:
        names = ", ".join(f"@{known}" for known in file.connections)
        has = f"it has {names}" if names else f"give it one: [connections.{name or 'NAME'}], with a url"
        parser.error(f"no connection @{name} in {file.path}; {has}; a file of that name is ./@{name}")
    connection: Connection = file.connections[name].value
    return connection


def _database(text: str) -> Path | TypedUrl | ConnectionName:
    """Parse a DATABASE for argparse."""
    if text.startswith("@"):
        return ConnectionName(text[1:])
    return TypedUrl(text) if "://" in text else Path(text)


def _schema(text: str) -> str:
    """Parse a schema for argparse: without a name, it would be dropped."""
    if not text:
        raise argparse.ArgumentTypeError("a schema has a name; leave the option out for the default one")
    return text


def _typed(name: str) -> Callable[[str], Any]:
    """Return the type of an option for argparse: that of the setting of this name."""

    def parse(text: str) -> Any:
        try:
            return SETTINGS[name].of_text(text)
        except InvalidValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} {error}") from None

    return parse
