"""Validate the entries of the settings file; those that are wrong are ignored, and reported with their lines."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pirate_tui.settings import Entry
from pirate_tui.settings.file import Connection, SettingsFile
from pirate_tui.settings.toml_lines import EntryPath, lines_of
from pirate_tui.settings.values import SETTINGS, InvalidValueError, expanded


TABLES = ("keymap", "connections")
"""The tables of the file; all else in it are settings."""


SECRETS = {"password", "passwd", "pwd", "sslpassword", "oauth_client_secret"}
"""Options of a URL that hold secrets."""


class InvalidEntryError(Exception):
    """An entry that is ignored, and why; it quotes no value, which might be a password."""

    def __init__(self, reason: str, *inside: str) -> None:
        super().__init__(reason)
        self.inside = inside
        """The names of the entry inside the table that was parsed; empty for the table."""


def read_entries(path: Path, text: str) -> SettingsFile:
    """Return the valid entries of the file's text, and what is wrong with the others."""
    try:
        return _Entries(path, lines_of(text)).read(tomllib.loads(text))
    except RecursionError:
        return SettingsFile(path, problems=(f"{path}: nested too deeply, and ignored",))
    except ValueError as error:  # also of an integer that is too large
        return SettingsFile(path, problems=(f"{path}: not valid TOML, and ignored: {error}",))


class _Entries:
    """The entries of one file, in which wrong ones are found."""

    def __init__(self, path: Path, lines: Mapping[EntryPath, int]) -> None:
        self._path = path
        self._lines = lines
        self._problems: list[tuple[int, str]] = []

    def read(self, found: Mapping[str, Any]) -> SettingsFile:
        """Return the valid entries, and the problems in the order of their lines."""
        settings: dict[EntryPath, Any] = {(name,): value for name, value in found.items() if name not in TABLES}
        keys = dict(_flat(self._table(found, "keymap")))
        databases: dict[EntryPath, Any] = {
            ("connections", name): value for name, value in self._table(found, "connections").items()
        }
        values = dict(self._valid(settings, _setting))
        keymap = dict(self._valid(keys, _keys))
        connections = dict(self._valid(databases, _connection))
        refused = frozenset(name for _, name in databases if name not in connections)
        problems = tuple(problem for _, problem in sorted(self._problems))
        return SettingsFile(self._path, values, keymap, connections, refused, problems)

    def _table(self, found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        table = found.get(name, {})
        if isinstance(table, dict):
            return table
        self._report((name,), f"{name} must be a table: [{name}]")
        return {}

    def _valid(self, entries: Mapping[EntryPath, Any], parse: Callable[[str, Any], Any]) -> Iterator[tuple[str, Entry]]:
        """Yield each valid entry by its name, and report the others."""
        known: set[str] = set()
        for path, value in entries.items():
            name = ".".join(path[1:] or path)
            if name in known:
                self._report(path, f"{name} is there twice")
                continue
            known.add(name)
            try:
                parsed = parse(name, value)
            except InvalidEntryError as error:
                self._report((*path, *error.inside), str(error))
            else:
                yield name, Entry(parsed, f"{self._path.name}:{self._lines.get(path, 0)}")

    def _report(self, path: EntryPath, reason: str) -> None:
        line = self._lines.get(path, 0)
        self._problems.append((line, f"{self._path}:{line}: {reason}; ignored"))


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[EntryPath, Any]]:
    """Yield the keys of the keymap: an id such as `screen.unsafe` without quotation marks is a table in a table."""
    waiting: list[tuple[EntryPath, Any]] = [(("keymap",), table)]
    while waiting:
        path, value = waiting.pop(0)
        if isinstance(value, dict):
            waiting += [((*path, name), inner) for name, inner in value.items()]
        else:
            yield path, value


def _setting(name: str, value: Any) -> Any:
    """Return the value of a setting. Raise `InvalidEntryError`."""
    if name not in SETTINGS:
        close = get_close_matches(name.lower(), [*SETTINGS, *TABLES], n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join([*SETTINGS, *TABLES])}"
        raise InvalidEntryError(f"unknown setting {name}; {hint}")
    try:
        return SETTINGS[name].of_toml(value)
    except InvalidValueError as error:
        raise InvalidEntryError(f"{name} {error}") from None


def _keys(name: str, value: Any) -> str:
    """Return the keys of a command, separated by commas. Raise `InvalidEntryError`."""
    if name in SETTINGS:
        raise InvalidEntryError(f"{name} is a setting, and stands above the first [table]")
    keys = [value] if isinstance(value, str) else value
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) and key.strip() for key in keys):
        raise InvalidEntryError(f'{name} must be a key, such as "w" or "ctrl+k", or an array of keys')
    return ",".join(keys)


def _connection(name: str, value: Any) -> Connection:
    """Return a connection. Raise `InvalidEntryError`."""
    if not isinstance(value, dict):
        raise InvalidEntryError(f"{name} is a table: [connections.{name}]")
    for field in value:
        if field == "password":
            raise InvalidEntryError("a password does not belong here; use password_command", field)
        if field not in Connection._fields:
            raise InvalidEntryError(f"@{name}: unknown {field}; there are {', '.join(Connection._fields)}", field)
    if "url" not in value:
        raise InvalidEntryError(f"@{name} has no url")
    url, models = (_text(name, field, value.get(field)) for field in ("url", "models"))
    schemas = _schemas(name, value.get("schema", ()))
    command = _command(name, value.get("password_command", []))
    if command and "://" not in (url or ""):
        raise InvalidEntryError(f"@{name}: a SQLite file has no password", "password_command")
    return Connection(_url(name, url or ""), _models(name, models), schemas, command)


def _command(name: str, words: Any) -> tuple[str, ...]:
    """Return a program, which is looked for in PATH alone, and its arguments; empty where there is none."""
    if not isinstance(words, list) or not all(isinstance(word, str) and "\0" not in word for word in words):
        raise InvalidEntryError(
            f'@{name}: password_command must be a program and its arguments: ["pass", "show", "shop"]',
            "password_command",
        )
    if not words:
        return ()
    if not words[0]:
        raise InvalidEntryError(f"@{name}: the program of password_command has no name", "password_command")
    program = expanded(words[0])
    if "/" in words[0] and not program.is_absolute():
        raise InvalidEntryError(
            f"@{name}: the program of password_command must be found in PATH, or have an absolute path",
            "password_command",
        )
    return (str(program), *words[1:])


def _text(name: str, field: str, value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or not value or "\0" in value):
        raise InvalidEntryError(f"@{name}: {field} must be a text", field)
    return value


def _schemas(name: str, value: Any) -> tuple[str, ...]:
    """Return one schema or several; empty where there is none."""
    schemas = [value] if isinstance(value, str) else value
    if not isinstance(schemas, list | tuple) or not all(isinstance(one, str) and one for one in schemas):
        raise InvalidEntryError(f"@{name}: schema must be a text, or an array of texts", "schema")
    return tuple(_text(name, "schema", one) or "" for one in schemas)


def _url(name: str, url: str) -> str:
    """Return a URL without a password, or a file with an absolute path."""
    if "://" not in url:
        path = expanded(url)
        if not path.is_absolute():
            raise InvalidEntryError(f"@{name}: the path of a file must be absolute, or begin with ~", "url")
        return str(path)
    if url.lower().startswith("sqlite"):
        raise InvalidEntryError(f"@{name}: give the path of a SQLite file, and no URL", "url")
    try:
        options = {option.lower() for option, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
        has_password = urlsplit(url).password is not None or bool(options & SECRETS)
    except ValueError:  # which the command reports as it does on the command line
        has_password = ":" in url.partition("://")[2].rpartition("@")[0] or any(one in url for one in SECRETS)
    if has_password:
        raise InvalidEntryError(
            f"@{name}: a password does not belong here; use password_command, PIRATE_TUI_PASSWORD, or the prompt", "url"
        )
    return url


def _models(name: str, models: str | None) -> str | None:
    """Return the file of the mapped classes: a module's name would be looked up in the current folder."""
    if models is None:
        return None
    path = expanded(models)
    if not path.is_absolute():
        raise InvalidEntryError(
            f"@{name}: models must be a file with an absolute path, or one that begins with ~; "
            "a module's name would be looked up in the current folder",
            "models",
        )
    return str(path)
