"""Run the sub-command `config`: print where the settings are, which hold, and why."""

import argparse
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from pirate_tui.cli.arguments import CleanParser, settings_of
from pirate_tui.cli.preferences import Preferences, preferences_of
from pirate_tui.cli.streams import escape_unencodable, open_streams, tell, tell_line
from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean
from pirate_tui.logs import report_bug
from pirate_tui.settings import Entry, Settings
from pirate_tui.settings.choosing import choose
from pirate_tui.settings.file import Connection, SettingsFile, read_settings_file
from pirate_tui.settings.remembered import choices_path
from pirate_tui.settings.values import SETTINGS
from pirate_tui.ui.commands import COMMANDS


EPILOG = (
    "Options of the command line go before the variables PIRATE_TUI_TIMEOUT etc., these before the settings file, and "
    "the file before what is remembered. Exit codes: 0 success, 2 usage error, or an entry of the file is ignored."
)

Line = tuple[str, str, str]
"""A name, a value, and where it comes from."""


def main(arguments: Sequence[str]) -> NoReturn:
    """Run `pirate-tui config`; never returns, ends with its exit code."""
    open_streams()
    sys.excepthook = report_bug
    escape_unencodable()
    parser = CleanParser(
        prog="pirate-tui config",
        description="Print where the settings file is, which settings hold, and why.",
        epilog=EPILOG,
    )
    parser.add_argument("--keys", action="store_true", help="list the ids of all commands instead, with their keys")
    args = parser.parse_args(arguments)
    try:
        sys.exit(report_keys(parser, args) if args.keys else report(parser, args))
    except BrokenPipeError:  # the reader has closed the pipe
        sys.stderr.close()
        sys.exit(128 + signal.SIGPIPE)
    except OSError as error:
        tell(f"cannot write the report: {error.strerror}")
        sys.exit(WRONG_USE)


def report(parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    """Write the settings to stdout, and what is ignored to stderr; return the exit code."""
    file = read_settings_file()
    settings, preferences = _checked(parser, args, file)
    is_there = "" if file.path.exists() else " (does not exist)"
    head = [("settings file", f"{file.path}{is_there}", ""), ("remembered in", str(choices_path()), "")]
    theme = {"theme": Entry(preferences.theme, preferences.theme_from)}
    sys.stdout.writelines(_aligned(head))
    sys.stdout.write("\n")
    sys.stdout.writelines(_aligned(_lines({**choose(vars(args), file), **theme}, preferences.keys, file)))
    sys.stdout.flush()
    return WRONG_USE if settings.ignored or preferences.ignored else 0


def report_keys(parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    """Write the ids of all commands with their keys; return the exit code."""
    settings, preferences = _checked(parser, args, read_settings_file())
    lines = [(command.id, preferences.keymap.all_shown(command), command.title) for command in COMMANDS]
    sys.stdout.writelines(_aligned(lines))
    sys.stdout.flush()
    return WRONG_USE if settings.ignored or preferences.ignored else 0


def _checked(
    parser: argparse.ArgumentParser, args: argparse.Namespace, file: SettingsFile
) -> tuple[Settings, Preferences]:
    """Return the settings, those of the screen checked, and write to stderr which are ignored."""
    args.database, args.models, args.schema = None, None, None
    settings = settings_of(parser, args, file)
    try:
        preferences = preferences_of(settings)
    except StartupError as reason:
        parser.error(reason.message)
    for problem in preferences.ignored:
        tell_line(problem)
    return settings, preferences


def _lines(chosen: Mapping[str, Entry], keys: Mapping[str, Entry], file: SettingsFile) -> Iterator[Line]:
    for name, entry in chosen.items():
        yield name, _shown(name, entry.value), entry.where
    for name, entry in keys.items():
        yield name, entry.value, entry.where
    for name, entry in file.connections.items():
        connection: Connection = entry.value
        yield f"@{name}", connection.url, entry.where
        for field, value in (("models", connection.models), ("schema", ", ".join(connection.schema))):
            if value:
                yield f"  {field}", value, ""
        if connection.password_command:  # its arguments may be nobody's business
            yield "  password_command", f"{connection.password_command[0]} …", ""


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return SETTINGS[name].shown_default
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _aligned(lines: Iterable[Line]) -> Iterator[str]:
    cleaned = [tuple(map(clean, line)) for line in lines]
    widths = [max((len(line[place]) for line in cleaned), default=0) for place in range(3)]
    for line in cleaned:
        yield "  ".join(map(str.ljust, line, widths)).rstrip() + "\n"
