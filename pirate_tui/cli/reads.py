"""Report what schemas read: `check --reads`, as a text or as JSON Lines."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from pirate_tui.cli.checking import progress
from pirate_tui.domain.access import Verdict
from pirate_tui.domain.failure import FAILED_ON, WRONG_USE, StartupError, no_such_class
from pirate_tui.domain.reads import SchemaRead, SchemaReads
from pirate_tui.domain.text import clean, plural


if TYPE_CHECKING:
    from pirate_tui.orm.database import OrmDatabase


FORMS = "SCHEMA=CLASS, as in shop.schemas:OrderOut=Order"


class Wanted(NamedTuple):
    """One value of `--reads`, loaded."""

    name: str
    """Its schema, as it was typed: `shop.schemas:OrderOut`."""
    target: Any
    """The object of that name."""
    model: str
    """The mapped class, by its name."""


def load_wanted(typed: Sequence[str]) -> tuple[Wanted, ...]:
    """Import what `--reads` names, before there is an event loop. Raises `StartupError`."""
    from pirate_tui.orm.user_models.loader import load_object

    wanted = list[Wanted]()
    for one in typed:
        name, _, model = one.partition("=")
        if not model:
            raise StartupError(WRONG_USE, f"--reads {clean(one)}: give {FORMS}")
        wanted.append(Wanted(name, load_object(name), model))
    return tuple(wanted)


async def report_reads(wanted: Sequence[Wanted], database: "OrmDatabase", out: TextIO, *, is_json: bool) -> int:
    """Find what the schemas read, write it, and return the exit code."""
    from pirate_tui.orm.reads.schemas import schema_of

    code = 0
    names = [choice.name for choice in database.models.choices]
    for one in wanted:
        if one.model not in names:
            raise no_such_class(one.model, database.models.choices)
    for one in wanted:
        progress(one.name)
        entity = await database.models.entity(one.model)
        schema = schema_of(one.target, one.name, database.models.catalog.mapper(entity).class_)
        found = await database.reads.find(schema, entity)
        progress("")
        out.writelines(f"{line}\n" for line in (as_json(found) if is_json else as_text(found)))
        out.flush()
        code = FAILED_ON if found.fails else code
    return code


def as_json(found: SchemaReads) -> Iterator[str]:
    """Yield one object for each path, and one for the select."""
    whose = {"schema": found.schema, "model": found.model}
    for read in found.reads:
        yield _dumped({**whose, **_fields(read)})
    yield _dumped(
        {
            **whose,
            "select": found.select,
            "statements": found.statements,
            "rows": found.rows,
            "proved": found.is_proved,
            "note": "; ".join((*_failing(found), *found.notes)) or None,
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
    }


def _dumped(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False)


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
    yield "proved: nothing else is loaded" if found.is_proved else f"not proved: {found.note}"
    if found.is_proved and found.notes:
        yield f"note: {found.note}"
    yield ""


def _failing(found: SchemaReads) -> Iterator[str]:
    """Yield what no option loads."""
    for read in found.unloadable:
        yield f"no option loads {read.path}; write {read.instead}"
    for code in found.queries:
        yield f"no option spares the queries that {code} sends"


def _cells(read: SchemaRead) -> tuple[str, ...]:
    option = read.option or ("by the mapping" if read.verdict is Verdict.NONE else "no option")
    kind = read.kind.value
    return (str(read.path), kind, read.verdict.value, option, ", ".join(read.read_by))
