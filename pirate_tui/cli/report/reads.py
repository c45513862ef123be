"""Write what schemas read, as a text or as JSON Lines."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pirate_tui.cli.report.results import JSON_VERSION
from pirate_tui.domain.access import Verdict
from pirate_tui.domain.reads import SchemaRead, SchemaReads
from pirate_tui.domain.text import plural


class AppSummary(NamedTuple):
    """What was found of an app."""

    name: str
    """As it was typed: `shop.main:app`."""
    routes: int
    reading: int
    """How many of them read what is not loaded."""
    unknown: tuple[str, ...]
    """The schemas that no mapped class has the fields of."""

    def as_json(self) -> str:
        """Return it as one line of JSON."""
        return dumped(
            {"app": self.name, "routes": self.routes, "reading": self.reading, "no_class_fits": list(self.unknown)}
        )

    def as_text(self) -> str:
        """Return it as a sentence."""
        unknown = f"; no mapped class fits {', '.join(self.unknown)}" if self.unknown else ""
        return (
            f"{self.name}: {plural(self.routes, 'route')}, {self.reading:,} of them read what must be loaded{unknown}"
        )


def routes_in_words(routes: Sequence[str], *, is_guessed: bool) -> str:
    """Return the heading of what routes read."""
    guess = " (the class is guessed; --reads SCHEMA=CLASS overrules it)" if is_guessed else ""
    return f"{'; '.join(routes)}{guess}"


def as_json(found: SchemaReads, routes: Sequence[str] | None = None) -> Iterator[str]:
    """Yield one object for each path, and one for the select; with the routes of an app that read so."""
    whose: dict[str, Any] = {"schema": found.schema, "model": found.model}
    if routes is not None:
        whose["routes"] = list(routes)
    for read in found.reads:
        yield dumped({**whose, **_fields(read)})
    yield dumped(
        {
            **whose,
            "select": found.select,
            "statements": found.statements,
            "rows": found.rows,
            "proved": found.is_proved,
            "note": "; ".join((*_failing(found), *_unread(found), *found.notes)) or None,
        }
    )


def _fields(read: SchemaRead) -> dict[str, Any]:
    return {
        "path": str(read.path),
        "kind": read.kind.name.lower(),
        "verdict": read.verdict.name.lower(),
        "option": read.option or None,
        "found_by": [by.value for by in read.found_by],
        "read_by": list(read.read_by),
        "proved": read.is_proved,
        "instead": read.instead or None,
        **({} if read.is_loaded is None else {"yours": "loaded" if read.is_loaded else "missing"}),
    }


def dumped(fields: dict[str, Any]) -> str:
    """Return one line of JSON, with its version."""
    return json.dumps({"version": JSON_VERSION, **fields}, ensure_ascii=False)


def as_text(found: SchemaReads) -> Iterator[str]:
    """Yield the paths as a table, then the select, then how it was proved."""
    loads = plural(len(found.reads), "load")
    yield f"{found.schema} reads {found.model}: {loads}"
    rows = [_cells(read) for read in found.reads]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(map(str.ljust, row, widths)).rstrip()
    yield ""
    yield from found.lines
    yield ""
    if found.statements is not None:
        sent = f"{plural(found.statements, 'statement')}, {plural(found.rows or 0, 'row')}"
        yield f"with these options: {sent} for {plural(found.instances, 'instance')}"
    yield from _failing(found)
    yield from _unread(found)
    yield "proved: nothing else is loaded" if found.is_proved else "not proved:"
    yield from (f"  {note}" for note in found.notes)
    yield ""


def _failing(found: SchemaReads) -> Iterator[str]:
    """Yield what no option loads."""
    for read in found.unloadable:
        yield f"no option loads {read.path}; write {read.instead}"
    for code in found.queries:
        yield f"no option spares the queries that {code} sends"
    for read in found.missing:
        yield f"{found.given} does not load {read.path}: add {read.option or 'it by name, which the mapping loads'}"


def _unread(found: SchemaReads) -> Iterator[str]:
    """Yield what the given query loads for nothing."""
    if found.unread:
        yield f"loaded, never read: {', '.join(map(str, found.unread))}"


def _cells(read: SchemaRead) -> tuple[str, ...]:
    option = read.option or ("by the mapping" if read.verdict is Verdict.NONE else "no option")
    yours = () if read.is_loaded is None else ("loaded" if read.is_loaded else "MISSING",)
    return (str(read.path), read.kind.value, read.verdict.value, *yours, option, ", ".join(read.read_by))
