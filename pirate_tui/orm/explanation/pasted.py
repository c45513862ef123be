"""Look up in mapped classes what the text of a traceback shows, and explain it with the causes of this package."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Table, inspect
from sqlalchemy.exc import InvalidRequestError, MissingGreenlet
from sqlalchemy.orm import Mapper, RelationshipDirection
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.access import AccessMode, AttributeKind, AttributeState
from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.domain.pasted import TextExplanation
from pirate_tui.domain.pasted.errors import TextCause
from pirate_tui.domain.pasted.evidence import Accessed, Certainty, PastedError
from pirate_tui.domain.pasted.reads import SourceRead
from pirate_tui.domain.pasted.words import MOST_READS, REASONS, Line, headline_of, is_one_of, lines_of
from pirate_tui.domain.remedy import Applies, Remedy
from pirate_tui.orm.class_names import names_of
from pirate_tui.orm.errors import REFUSED
from pirate_tui.orm.explanation import remedies_of, summary_of
from pirate_tui.orm.explanation.access import Access, SessionState, Target
from pirate_tui.orm.explanation.causes import cause_of
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.frames import Innermost
from pirate_tui.orm.inspection.attributes import attributes_of
from pirate_tui.orm.rows.cells import label_of


RELATIONSHIPS = {TextCause.LAZY, TextCause.EXPIRED_TARGET, TextCause.QUERY, TextCause.DETACHED_LAZY}
COLUMNS = {TextCause.DEFERRED, TextCause.DETACHED_DEFERRED}
"""Causes that only attributes of one kind can have."""

DETACHED = {TextCause.DETACHED_LAZY, TextCause.DETACHED_DEFERRED, TextCause.DETACHED_EXPIRED}

KNOWN = DETACHED | {
    TextCause.LAZY,
    TextCause.DEFERRED,
    TextCause.EXPIRED,
    TextCause.AUTOFLUSH,
    TextCause.QUERY,
    TextCause.RAISELOAD,
}
"""Causes of which a text shows all that their fixes depend on."""

DONE = {
    Accessed.READ: "accessed without await",
    Accessed.SET: "set without await, which loads its old value first",
    Accessed.DELETE: "deleted without await, which loads its old value first",
}

Match = tuple[Mapper[Any], str]
"""A class, and the name of an attribute that it has."""


def resolved(explanation: TextExplanation, classes: Sequence[type]) -> TextExplanation:
    """Return the explanation with what these mapped classes show: which of them it was about, and its fixes."""
    error = explanation.error
    if error is None or error.cause not in REASONS or error.cause is TextCause.OUTSIDE:
        return explanation
    mappers: list[Mapper[Any]] = [inspect(mapped) for mapped in classes]
    matches = tuple(dict.fromkeys(_matches(error, mappers)))
    names = names_of(mappers)
    listed = [f"{names[mapper]}.{name}" for mapper, name in matches]
    if not error.reads or len(matches) != 1:
        return explanation._replace(lines=(*_with_line(explanation.lines, _told(error, listed)),))
    (mapper, name) = matches[0]
    is_only = is_one_of(error)
    if not (error.certainty.is_sure or is_only):
        return explanation._replace(lines=(*_with_line(explanation.lines, _told(error, listed)),))
    read = next(read for read in error.reads if read.name == name)
    known = error._replace(entity=mapper.class_.__name__, reads=(read,))
    if error.cause is TextCause.UNLOADED and _is_lazy(error, mapper, name):
        known = known._replace(cause=TextCause.LAZY)
    if is_only:
        known = known._replace(certainty=Certainty.ONLY)
    how = "the only read on that line that the models have" if is_only else "no other class has it"
    return _explained(known, SourceRead(read.owner, name, read.code), mapper, ("models", f"{listed[0]}: {how}"))


def _told(error: PastedError, listed: Sequence[str]) -> Line:
    """Return which attributes come into question."""
    if not listed:
        what = ", ".join(read.name for read in error.reads[:MOST_READS]) or "such an attribute"
        return "models", f"no mapped class has {what}, which could be loaded so"
    shown = ", ".join(listed[:MOST_READS]) + (" …" if len(listed) > MOST_READS else "")
    return "models", f"one of: {shown}" if len(listed) > 1 else f"perhaps {shown}"


def _with_line(lines: Sequence[Line], line: Line) -> Iterator[Line]:
    """Yield the lines with another one below that which names the attribute."""
    for one in lines:
        yield one
        if one[0] == "attribute":
            yield line


def _matches(error: PastedError, mappers: Sequence[Mapper[Any]]) -> Iterator[Match]:
    """Yield the attributes of mapped classes that it can have been."""
    for mapper in mappers:
        if error.entity and mapper.class_.__name__ != error.entity:
            continue
        names = [attribute.name for attribute in attributes_of(mapper) if attribute.kind is not AttributeKind.METHOD]
        wanted = {read.name for read in error.reads}
        for name in names:
            is_wanted = name in wanted if wanted else bool(error.table)
            is_own = bool(error.entity) or not _is_inherited(mapper, name)
            if is_wanted and is_own and _can_be(error, mapper, name):
                yield mapper, name


def _is_inherited(mapper: Mapper[Any], name: str) -> bool:
    return mapper.inherits is not None and name in mapper.inherits.all_orm_descriptors


def _can_be(error: PastedError, mapper: Mapper[Any], name: str) -> bool:
    """Whether an attribute is of the kind that can fail so, and of the table that was to be selected from."""
    relationship, column = mapper.relationships.get(name), mapper.column_attrs.get(name)
    if error.is_proxy:
        kinds = {attribute.name: attribute.kind for attribute in attributes_of(mapper)}
        return kinds[name] is AttributeKind.ASSOCIATION_PROXY
    if (error.cause in RELATIONSHIPS and relationship is None) or (error.cause in COLUMNS and column is None):
        return False
    if error.is_to_one and relationship is not None and relationship.direction is not RelationshipDirection.MANYTOONE:
        return False
    if not error.table or error.cause in {TextCause.UNLOADED, TextCause.AUTOFLUSH}:
        return True
    is_of_target = error.cause in RELATIONSHIPS and relationship is not None
    tables = [relationship.mapper, relationship.secondary] if is_of_target and relationship is not None else [mapper]
    return error.table in {table for one in tables for table in _tables(one)}


def _is_lazy(error: PastedError, mapper: Mapper[Any], name: str) -> bool:
    """Whether a relationship was to be loaded: the rows that were to be selected are the target's, not the owner's."""
    relationship = mapper.relationships.get(name)
    if relationship is None or error.table in set(_tables(mapper)):
        return False
    return error.table in {*_tables(relationship.mapper), *_tables(relationship.secondary)}


def _tables(one: Any) -> Iterator[str]:
    """Yield the names of the tables of a class, those of its subclasses included; the name of a table itself."""
    if isinstance(one, Mapper):
        yield from (table.name for mapper in one.self_and_descendants for table in mapper.tables if _is_table(table))
    elif _is_table(one):
        yield one.name


def _is_table(one: object) -> bool:
    return isinstance(one, Table)


def _explained(error: PastedError, read: SourceRead, mapper: Mapper[Any], line: Line) -> TextExplanation:
    """Return the explanation of an error whose attribute is known."""
    attribute = next(one for one in attributes_of(mapper) if one.name == read.name)
    if error.cause not in KNOWN or attribute.kind.runs_code:
        return TextExplanation(headline_of(error), (*_with_line(lines_of(error), line),), error)
    evidence = _evidence(error, mapper, read.name)
    cause = cause_of(evidence)
    is_others = bool(error.reader) or error.access is not Accessed.READ
    fixes = tuple(_told_fix(fix, is_others=is_others) for fix in remedies_of(cause, evidence))
    headline = summary_of(cause, evidence, DONE[error.access])
    return TextExplanation(headline, (*_with_line(lines_of(error, fixes), line),), error)


def _told_fix(fix: Remedy, *, is_others: bool) -> str:
    """Return a fix with what it does; instead of an access that a library makes, or a write, it is done before that."""
    before = "before it: " if is_others and fix.applies is Applies.INSTEAD else ""
    return f"{fix.code}   # {before}{fix.reason}"


def _evidence(error: PastedError, mapper: Mapper[Any], name: str) -> Evidence:
    """Return the evidence of an access as the text shows it: to an instance of that class, loaded by a SELECT of it."""
    state = inspect(mapper.class_manager.new_instance())
    is_expired = error.cause in {TextCause.EXPIRED, TextCause.DETACHED_EXPIRED}
    target = Target.of(state, name)
    column = target.column
    is_deferred = column is not None and column.deferred
    target = dataclasses.replace(
        target,
        label=f"the {label_of(mapper.class_.__name__, ())}".rstrip(),
        held=AttributeState.EXPIRED if is_expired else target.held,
        is_expired=is_expired,
        selected=mapper,
        has_options=error.cause in COLUMNS and not is_deferred,
        was_loaded=None if target.relationship is not None else not is_deferred,
    )
    session = None if error.cause in DETACHED else SessionState(True, True, ())
    access = Access(target, session, AccessMode.UNSAFE, LoaderStrategy.AS_MAPPED, None, target.needs, {})
    raised = _raised(error, target.name)
    flushes = error.cause is TextCause.AUTOFLUSH
    innermost = Innermost(False, False, flushes, "") if isinstance(raised, MissingGreenlet) else None
    return Evidence(raised, access, (raised,), innermost, None)


def _raised(error: PastedError, name: str) -> Exception:
    """Return an error as the one in the text."""
    if error.cause in DETACHED:
        return DetachedInstanceError()
    if error.cause is TextCause.RAISELOAD:
        return InvalidRequestError(f"'{name}' {REFUSED} lazy='raise'")
    return MissingGreenlet()
