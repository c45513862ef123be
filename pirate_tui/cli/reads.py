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
    from pirate_tui.orm.reads.given import GivenQuery


FORMS = (
    "SCHEMA=CLASS, as in shop.schemas:OrderOut=Order, or SCHEMA=QUERY, as in shop.schemas:OrderOut=shop.queries:orders"
)


class Wanted(NamedTuple):
    """One value of `--reads`, loaded."""

    name: str
    """Its schema, as it was typed: `shop.schemas:OrderOut`."""
    target: Any
    """The object of that name."""
    model: str
    """The mapped class, by its name; empty with a query."""
    given: "GivenQuery | None" = None


def load_wanted(typed: Sequence[str]) -> tuple[Wanted, ...]:
    """Import what `--reads` names, before there is an event loop. Raises `StartupError`."""
    from pirate_tui.orm.reads.given import given_query
    from pirate_tui.orm.user_models.loader import load_object

    wanted = list[Wanted]()
    for one in typed:
        name, _, model = one.partition("=")
        if not model:
            raise StartupError(WRONG_USE, f"--reads {clean(one)}: give {FORMS}")
        if ":" in model:
            wanted.append(Wanted(name, load_object(name), "", given_query(load_object(model), model)))
        else:
            wanted.append(Wanted(name, load_object(name), model))
    return tuple(wanted)


async def report_reads(wanted: Sequence[Wanted], database: "OrmDatabase", out: TextIO, *, is_json: bool) -> int:
    """Find what the schemas read, write it, and return the exit code."""
    from pirate_tui.orm.reads.schemas import schema_of

    code = 0
    models = [_model(one, database) for one in wanted]
    for one, model in zip(wanted, models, strict=True):
        progress(one.name)
        entity = await database.models.entity(model)
        schema = schema_of(one.target, one.name, database.models.catalog.mapper(entity).class_)
        found = await database.reads.find(schema, entity, one.given)
        progress("")
        out.writelines(f"{line}\n" for line in (as_json(found) if is_json else as_text(found)))
        out.flush()
        code = FAILED_ON if found.fails else code
    return code


def _model(wanted: Wanted, database: "OrmDatabase") -> str:
    """Return the name of the mapped class; raise `StartupError` where there is none of that name."""
    catalog, choices = database.models.catalog, database.models.choices
    if wanted.given is None:
        name = wanted.model
    elif wanted.given.mapper in catalog.mappers:
        name = catalog.name(wanted.given.mapper)
    else:
        name = wanted.given.mapper.class_.__name__
    if name not in [choice.name for choice in choices]:
        raise no_such_class(name, choices)
    return name


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
    yield from _unread(found)
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
