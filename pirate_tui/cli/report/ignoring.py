"""Read which results of `check` a project ignores, and why: `[tool.pirate-tui.check]` of a pyproject.toml."""

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from pirate_tui.cli.report.baseline import file_error, read_toml
from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.text import clean


TABLE = "tool.pirate-tui.check"

EXAMPLE = '{ pattern = "Order.*_cached", reason = "filled by the importer" }'


class Ignorable(NamedTuple):
    """What the keys of an entry may hold."""

    states: Collection[str]
    verdicts: Collection[str]


class Ignore(NamedTuple):
    """An entry: which results are ignored, and why."""

    pattern: str
    """Of class and attribute, as a shell writes it: `Order.*`."""
    reason: str
    states: tuple[str, ...] = ()
    """In these states; empty: in all."""
    verdicts: tuple[str, ...] = ()
    """With these verdicts; empty: with all."""

    def matches(self, model: str, attribute: str, state: str, verdict: str) -> bool:
        """Whether it is about a result."""
        return (
            fnmatchcase(f"{model}.{attribute}", self.pattern)
            and state in (self.states or (state,))
            and verdict in (self.verdicts or (verdict,))
        )

    def __str__(self) -> str:
        return " ".join((self.pattern, *(f"({', '.join(some)})" for some in (self.states, self.verdicts) if some)))


def read_ignores(path: Path, known: Ignorable) -> tuple[Ignore, ...]:
    """Return the entries of a file. Raises `StartupError`, which names file and entry, where one is wrong."""
    tool = read_toml(path, "give the pyproject.toml of your project").get("tool", {})
    ours = tool.get("pirate-tui", {}) if isinstance(tool, dict) else {}
    check = ours.get("check") if isinstance(ours, dict) else None
    if not isinstance(check, dict):
        raise file_error(path, f"has no [{TABLE}]")
    if unknown := sorted(check.keys() - {"ignore"}):
        raise file_error(path, f"[{TABLE}] has no key {clean(unknown[0])}; it has: ignore")
    entries = check.get("ignore", [])
    if not isinstance(entries, list):
        raise file_error(path, f"[{TABLE}] ignore must be an array of tables, such as [{EXAMPLE}]")
    return tuple(EntryReader(path, number, known).read(entry) for number, entry in enumerate(entries, start=1))


class EntryReader:
    """Reads one entry of a file."""

    def __init__(self, path: Path, number: int, known: Ignorable) -> None:
        self._path = path
        self._number = number
        self._known = known

    def read(self, entry: Any) -> Ignore:
        """Return the entry. Raises `StartupError` where it is wrong."""
        if not isinstance(entry, dict):
            raise self._error(f"must be a table, such as {EXAMPLE}")
        if unknown := sorted(entry.keys() - {"pattern", "reason", "state", "verdict"}):
            raise self._error(f"has no key {clean(unknown[0])}; it has: pattern, reason, state, verdict")
        pattern = self._text(entry, "pattern", "Class.attribute")
        if "." not in pattern and "*" not in pattern:
            raise self._error(f"pattern {clean(pattern)} must be of Class.attribute, such as {clean(pattern)}.*")
        return Ignore(
            pattern,
            self._text(entry, "reason", "why it does no harm"),
            self._names(entry, "state", self._known.states),
            self._names(entry, "verdict", self._known.verdicts),
        )

    def _text(self, entry: dict[str, Any], key: str, what: str) -> str:
        value = entry.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        raise self._error(f"{'needs' if value is None else 'has no text as'} {key}: {what}")

    def _names(self, entry: dict[str, Any], key: str, known: Collection[str]) -> tuple[str, ...]:
        value = entry.get(key, [])
        names: Sequence[Any] = value if isinstance(value, list) else [value]
        for name in names:
            if name not in known:
                raise self._error(f"{key} {clean(str(name))} is not one of {', '.join(known)}")
        return tuple(names)

    def _error(self, what: str) -> StartupError:
        return file_error(self._path, f"[{TABLE}] ignore {self._number} {what}")
