"""Find the lines of the entries of a TOML file, which `tomllib` does not tell."""

import tomllib
from collections.abc import Iterator
from typing import Any, TypeAlias


EntryPath: TypeAlias = tuple[str, ...]
"""The names that lead to an entry: of its table, and of itself."""

QUOTES = ('"""', "'''")
"""What begins and ends a text of several lines."""


def lines_of(text: str) -> dict[EntryPath, int]:
    """Return the numbers of the lines, from 1, on which the statements begin that define the entries.

    The text must be valid TOML. The entries of an inline table are on the line of the table.
    """
    lines: dict[EntryPath, int] = {}
    header = ""
    for number, statement in _statements(text):
        is_header = statement.lstrip().startswith("[")
        header = statement if is_header else header
        for path in _paths(tomllib.loads(statement if is_header else header + statement)):
            lines.setdefault(path, number)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with the number of its first line: headers, and keys with their values, of several lines."""
    begun, parts = 1, list[str]()
    for number, line in enumerate(text.split("\n"), start=1):  # other characters that end lines do not in TOML
        parts.append(f"{line}\n")
        if _may_end(parts):
            statement = "".join(parts)
            try:
                tomllib.loads(statement)
            except tomllib.TOMLDecodeError:
                continue  # an array or a text goes on
            yield begun, statement
            begun, parts = number + 1, []


def _may_end(parts: list[str]) -> bool:
    """Whether a statement may end with its last line: parsing it after each would take too long for a long one."""
    first, last = parts[0], parts[-1]
    if len(parts) > 1 and any(quote in first for quote in QUOTES):
        return any(quote in last for quote in QUOTES)
    return len(parts) == 1 or "]" in last or "}" in last


def _paths(found: Any) -> Iterator[EntryPath]:
    """Yield the path of each entry in a table, and in those in it; deep ones without recursion."""
    waiting: list[tuple[EntryPath, Any]] = [((), found)]
    while waiting:
        path, table = waiting.pop()
        for name, value in table.items():
            yield (*path, name)
            if isinstance(value, dict):
                waiting.append(((*path, name), value))
