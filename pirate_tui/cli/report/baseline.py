"""Read and write the baseline of `check`: the accesses that go wrong and are accepted until somebody mends them.

The file is TOML: a table for each class, a line for each attribute, sorted, so that two branches merge, and a change is
read as what it is.
"""

import json
import os
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pirate_tui.cli.report.results import DETACHED, IO, RAISES
from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean, reason_of


VERSION = 1
"""The version of the file's format."""

VERSION_KEY = "baseline-version"
"""No class has a name with a hyphen."""

NAME_PART = 100
"""How many characters of the file's name are part of that of the unfinished one."""

RECORDED = (IO, RAISES, DETACHED)
"""The verdicts that are recorded; one that is unknown today may be another tomorrow."""

LARGEST = 10_000_000
"""The most bytes that are read."""

HEADER = """\
# Accesses that go wrong and are accepted; pirate-tui check --baseline fails on any other.
# Written by pirate-tui check --update-baseline: run that again when some are mended.
"""

BARE = re.compile(r"[A-Za-z0-9_-]+")
"""A key that TOML takes without quotes."""


class BaselineEntry(NamedTuple):
    """An access that is accepted."""

    model: str
    attribute: str
    state: str
    verdict: str

    def __str__(self) -> str:
        return f"{self.model}.{self.attribute} ({self.state}: {self.verdict})"


def read_baseline(path: Path) -> frozenset[BaselineEntry]:
    """Return the entries of a file. Raises `StartupError`, which names it, where it is wrong."""
    content = read_toml(path, "--update-baseline FILE writes one")
    version = content.pop(VERSION_KEY, None)
    if version is None:
        raise file_error(path, f"is not a baseline: it has no {VERSION_KEY}")
    if version != VERSION or not isinstance(version, int) or isinstance(version, bool):
        found = clean(json.dumps(version, default=str))
        raise file_error(path, f"is a baseline of version {found}; this pirate-tui reads version {VERSION}")
    return frozenset(
        BaselineEntry(model, attribute, state, verdict)
        for model, attributes in content.items()
        for attribute, states in _table(path, attributes, f"[{model}]").items()
        for state, verdicts in _table(path, states, f"{model}.{attribute}").items()
        for verdict in _verdicts(path, verdicts, f"{model}.{attribute}, {state}")
    )


def write_baseline(path: Path, entries: Iterable[BaselineEntry]) -> None:
    """Replace the file, or create it, wholly or not at all. Raises `StartupError` where it cannot be written."""
    try:
        target = path.resolve()  # a link stays one
        if target.is_symlink():  # Python 3.13 does not say that links lead to each other
            raise StartupError(WRONG_USE, f"cannot write {clean(str(path))}: its links lead to each other")
        unfinished = target.with_name(f".{target.name[:NAME_PART]}.{os.getpid()}")
        with unfinished.open("x", encoding="utf-8", newline="\n") as file:
            try:
                file.write(as_toml(entries))
                file.close()
                if target.exists():
                    unfinished.chmod(target.stat().st_mode & 0o777)
                unfinished.replace(target)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
    except (OSError, ValueError, RuntimeError) as error:  # a RuntimeError: links that lead to each other
        reason = "its links lead to each other" if isinstance(error, RuntimeError) else reason_of(error)
        raise StartupError(WRONG_USE, f"cannot write {clean(str(path))}: {reason}") from error


def as_toml(entries: Iterable[BaselineEntry]) -> str:
    """Return the text of a file with these entries."""
    models = defaultdict[str, dict[str, dict[str, list[str]]]](lambda: defaultdict(lambda: defaultdict(list)))
    for entry in sorted(entries):
        models[entry.model][entry.attribute][entry.state].append(entry.verdict)
    lines = [HEADER, f"{VERSION_KEY} = {VERSION}\n"]
    for model, attributes in models.items():
        lines.append(f"\n[{_key(model)}]\n")
        lines += (f"{_key(attribute)} = {{ {_states(states)} }}\n" for attribute, states in attributes.items())
    return "".join(lines)


def read_toml(path: Path, hint: str) -> dict[str, Any]:
    """Return the content of a TOML file. Raises `StartupError`; the hint is for a file that is not there."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        behind = f"; {hint}" if isinstance(error, FileNotFoundError) else ""
        raise StartupError(WRONG_USE, f"{clean(str(path))}: {reason_of(error)}{behind}") from error
    if len(content) > LARGEST:
        raise file_error(path, f"is larger than {LARGEST:,} bytes")
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise file_error(path, "is not TOML: it is not UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = clean(str(error)) if isinstance(error, tomllib.TOMLDecodeError) else "it is nested too deeply"
        raise file_error(path, f"is not TOML: {reason}") from error


def file_error(path: Path, what: str) -> StartupError:
    """Return the error for a file that is not as it must be."""
    return StartupError(WRONG_USE, f"{clean(str(path))} {what}")


def _table(path: Path, value: Any, where: str) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    example = '{ fresh = "io" }'
    raise file_error(path, f"is not a baseline: {clean(where)} must be a table, such as {example}")


def _verdicts(path: Path, value: Any, where: str) -> list[str]:
    verdicts = value if isinstance(value, list) else [value]
    if verdicts and all(isinstance(verdict, str) for verdict in verdicts):
        return verdicts
    raise file_error(path, f'is not a baseline: {clean(where)} must be a verdict, such as "{IO}", or an array of some')


def _states(states: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{_key(state)} = {_texts(verdicts)}" for state, verdicts in states.items())


def _texts(verdicts: list[str]) -> str:
    texts = ", ".join(map(_text, verdicts))
    return texts if len(verdicts) == 1 else f"[{texts}]"


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    """Return a string of TOML, whose escapes are those of JSON but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
