"""Find what a schema reads of a mapped class, and the SELECT that loads it all; prove that on rows."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Select
from sqlalchemy.orm import Mapper

from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.options import LoaderOption, selecting, selecting_in_lines
from pirate_tui.domain.reads import FoundBy, SchemaRead, SchemaReads
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.text import clean
from pirate_tui.orm.class_names import UNPACKAGED
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.explanation.options import options_for
from pirate_tui.orm.inspection.reading import needs_of_class
from pirate_tui.orm.live.fix_applier import FixApplier
from pirate_tui.orm.reads.given import GivenQuery, compared
from pirate_tui.orm.reads.paths import Needed, is_never_loaded
from pirate_tui.orm.reads.proof import Conversion, Prover
from pirate_tui.orm.reads.readers import reader_now
from pirate_tui.orm.reads.schemas import Schema
from pirate_tui.orm.reads.witnesses import Witnesses, WitnessFinder
from pirate_tui.orm.reflection.reflect import Reflection


MOST_ROUNDS = 8
"""How often rows may add to what is selected."""

MOST_PATHS = 200
"""The most paths that are written out."""

REFLECTED = Reflection.__module__
"""The module of classes that are mapped from tables: they cannot be imported."""

LONGEST_SELECT = 10_000
"""The most characters of a select that are shown."""

CYCLE = "recursion_depth=-1 does not end where rows refer to each other in a cycle"


class Proof(NamedTuple):
    """The options for a schema, and what came of them."""

    schema: Schema
    options: tuple[LoaderOption, ...]
    witnesses: Witnesses
    converted: Conversion | None = None
    """None without any row."""

    @property
    def is_clean(self) -> bool:
        """Whether rows were converted, and nothing was loaded."""
        converted = self.converted
        return bool(converted and converted.is_complete and not converted.missed and not converted.queries)


class ReadsFinder:
    """Finds what schemas read, with the rows of a database as proof."""

    def __init__(
        self, connections: Connections, recorder: StatementRecorder, applier: FixApplier, catalog: Catalog
    ) -> None:
        self._connections = connections
        self._applier = applier
        self._catalog = catalog
        self._prover = Prover(recorder, applier, connections.sessions)
        self._witnesses = WitnessFinder(connections, recorder)

    async def find(self, schema: Schema, entity: Entity, given: GivenQuery | None = None) -> SchemaReads:
        """Return all that the schema reads of the class, and what a given query loads of it.

        Raises `BrowserError` where the database is unreachable.
        """
        mapper = self._catalog.mapper(entity)
        needed = Needed(mapper)
        await self._connections.run(partial(self._trace, schema, needed))
        proof = await self._proved(schema, needed)
        found = _summary(entity, needed, proof)
        return found if given is None else await self._compared(found, needed, proof, given)

    async def _compared(self, found: SchemaReads, needed: Needed, proof: Proof, given: GivenQuery) -> SchemaReads:
        """Return what was found with what the given query loads, by its options and on the same rows."""
        converted = Conversion(0, 0, 0)
        if keys := proof.witnesses.keys:
            converted = await self._convert(proof.schema, lambda: given.statement, given.entity, keys)
        return compared(found, needed, given, converted)

    async def _trace(self, schema: Schema, needed: Needed) -> None:
        """Add what is read of made-up instances; it sends nothing, and the code of the schema may not take forever."""
        for read, by in ((schema.fields, FoundBy.ANNOTATIONS), (schema.read, FoundBy.TRACE)):
            if read is not None and not (by is FoundBy.TRACE and read is schema.fields):
                fields = schema.fields if by is FoundBy.ANNOTATIONS else None
                found = needs_of_class(needed.selected, read, schema.depth, reader_now(fields))
                needed.add((*found.reads, *found.queries), by)
                needed.is_endless |= found.is_endless
        needed.cut(MOST_PATHS)

    async def _proved(self, schema: Schema, needed: Needed) -> "Proof":
        """Return the options, with what the rows have added to them, and how the last conversion went."""
        by_itself, witnesses = True, Witnesses({}) if needed.is_endless else await self._witnesses.find(needed)
        proof, is_reduced = Proof(schema, self._options(needed, by_itself=by_itself), witnesses), False
        for _ in range(MOST_ROUNDS if witnesses.keys else 0):
            build = partial(self._statement, needed.selected, proof.options)
            converted = await self._convert(schema, build, needed.selected.class_, proof.witnesses.keys)
            proof = proof._replace(converted=converted)
            if converted.is_too_much and not is_reduced:
                is_reduced, fitting = True, await self._fitting(build, needed, proof)
                proof = proof._replace(witnesses=proof.witnesses.only(fitting) if fitting else proof.witnesses)
            elif needed.add(converted.missed, FoundBy.ROWS):
                proof, is_reduced = proof._replace(witnesses=await self._witnesses.find(needed)), False
            elif converted.missed and by_itself:
                by_itself = False  # along a cycle the mapping stops loading: then everything is named
            else:
                break
            proof = proof._replace(options=self._options(needed, by_itself=by_itself))
        return proof

    async def _fitting(self, build: Callable[[], Select[Any]], needed: Needed, proof: Proof) -> set[RowKey]:
        """Return the keys of the rows that do not load too much, each by itself."""
        fitting, until = set[RowKey](), time.monotonic() + self._connections.time_limit
        for key in proof.witnesses.all_keys:
            alone = await self._convert(proof.schema, build, needed.selected.class_, [key])
            if not alone.is_too_much:
                fitting.add(key)
            if time.monotonic() > until:
                break
        return fitting

    def _options(self, needed: Needed, *, by_itself: bool) -> tuple[LoaderOption, ...]:
        return options_for(needed.needs, (), needed.selected, beyond_mapping=by_itself)

    def _statement(self, mapper: Mapper[Any], options: Sequence[LoaderOption]) -> Select[Any]:
        return self._applier.statement(selecting(mapper.class_.__name__, options), mapper)

    async def _convert(
        self, schema: Schema, build: Callable[[], Select[Any]], entity: Any, keys: Sequence[RowKey]
    ) -> Conversion:
        """Convert the rows of these keys, selected by the statement that `build` returns."""
        try:
            return await self._connections.run(partial(self._prover.convert, schema, build, entity, keys))
        except DatabaseUnreachableError:
            raise
        except BrowserError as error:  # a statement that takes too long
            return Conversion(0, 0, 0, problems=(error.message,), is_complete=False)


def _summary(entity: Entity, needed: Needed, proof: Proof) -> SchemaReads:
    schema, options, witnesses, converted = proof
    cost = converted if converted is not None and converted.instances else None
    reads = tuple(
        read._replace(is_proved=proof.is_clean and witnesses.reaches(read.path) and not read.is_unloadable)
        for read in needed.reads()
    )
    name, is_unloadable = needed.selected.class_.__name__, any(read.is_unloadable for read in reads)
    return SchemaReads(
        clean(schema.name),
        entity.name,
        reads,
        clean(selecting(name, options), LONGEST_SELECT),
        tuple(_lines(name, needed, options)),
        None if cost is None else cost.statements,
        None if cost is None else cost.rows,
        0 if cost is None else cost.instances,
        proof.is_clean and all(read.is_proved for read in reads),
        tuple(dict.fromkeys(_notes(entity, needed, reads, proof))),
        queries=() if converted is None or is_unloadable else converted.queries,
    )


def _notes(entity: Entity, needed: Needed, reads: Sequence[SchemaRead], proof: Proof) -> Iterator[str]:
    _, options, witnesses, converted = proof
    if needed.is_endless:
        yield "it does not end, and was stopped: what else it reads is not known"
    elif converted is None:
        yield f"{entity.name} has no rows"
    else:
        yield from witnesses.notes
        yield from converted.problems
        unreached = [read.path for read in reads if not witnesses.reaches(read.path)]
        first = (path for path in unreached if not any(one != path and one.leads_to(path) for one in unreached))
        yield from map(witnesses.why_not, first)
        yield from (
            f"{need.mapper.class_.__name__}.{need.name} is not loaded by its option" for need in converted.missed
        )
    if any(option.is_recursive for option in options):
        yield CYCLE
    if needed.cut_off:
        followed = ", ".join(sorted(needed.cut_off))
        yield clean(f"a circle of classes, by {followed}: only a few levels are written out")
    never = {str(path) for path, found in needed.paths().items() if is_never_loaded(found[0].need)}
    yield from (f"{path}: lazy='noload' is empty whatever the database holds" for path in sorted(never))


def _lines(name: str, needed: Needed, options: Sequence[LoaderOption]) -> Iterator[str]:
    """Yield the select as it is written in a program, its imports first."""
    text = selecting(name, options)
    classes = {mapper.class_ for need in needed.needs for way in need.way for mapper in (way.parent, way.mapper)}
    classes |= {need.mapper.class_ for need in needed.needs} | {needed.selected.class_}
    modules: dict[str, list[str]] = {}
    for mapped in classes:
        if re.search(rf"\b{re.escape(mapped.__name__)}\b", text) and mapped.__module__ != REFLECTED:
            modules.setdefault(mapped.__module__.removeprefix(f"{UNPACKAGED}."), []).append(mapped.__name__)
    yield "from sqlalchemy import select"
    if functions := sorted({function for option in options for function in option.functions}):
        yield f"from sqlalchemy.orm import {', '.join(functions)}"
    for module, names in sorted(modules.items()):
        yield clean(f"from {module} import {', '.join(sorted(names))}")
    yield ""
    yield from (clean(line, LONGEST_SELECT) for line in selecting_in_lines(name, options))
