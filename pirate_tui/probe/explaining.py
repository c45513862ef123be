"""Explain an error with what the stack and the journal show, in the words of the explanation engine.

Imported at the first failure, since the engine takes longer to import than the whole probe.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import InstanceState
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.access import AttributeState, Expiry
from pirate_tui.domain.remedy import Applies, Remedy
from pirate_tui.orm.class_names import name_of
from pirate_tui.orm.explanation import remedies_of, summary_of
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.explanation.causes import cause_of
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.rows.cells import label_of
from pirate_tui.probe import situations
from pirate_tui.probe.evidence import AccessedAttribute, Operation, StackEvidence
from pirate_tui.probe.journal import Event, Origin, Record, origin_of
from pirate_tui.probe.places import Place
from pirate_tui.probe.report import UNKNOWN, Line, Report, line_of


EXPIRIES = {
    Event.COMMIT: Expiry.COMMIT,
    Event.ROLLBACK: Expiry.ROLLBACK,
    Event.FLUSH_ROLLBACK: Expiry.ROLLBACK,
    Event.EXPIRE: Expiry.EXPIRE,
    Event.EXPIRE_ALL: Expiry.EXPIRE,
    Event.REFRESH: Expiry.REFRESH,
    Event.FLUSH: Expiry.FLUSH,
    Event.UPDATE: Expiry.UPDATE,
}

LABELS = {Event.CLOSE: "closed", Event.DELETE: "deleted", Event.EXPUNGE: "expunged", Event.EXPUNGE_ALL: "expunged"}
"""The labels of the lines that say what has detached an instance."""

ACCESSED = {
    Operation.READ: "accessed without await",
    Operation.WRITE: "set without await, which loads its old value first",
    Operation.DELETE: "deleted without await, which loads its old value first",
}
"""What was done with an attribute, in a sentence."""

MOST_FIXES = 3
"""The most fixes of one report."""

GETTING = re.compile(r"\.(get|get_one|merge)\(")
"""A call that takes loader options as an argument."""

OPTIONS = ".options("

ATTACHING = re.compile(r"(session\.add\(\w+\)); await .*")
"""The fix that attaches a detached instance to a session, and awaits the load."""


def report_of(error: BaseException, evidence: StackEvidence) -> Report | None:
    """Return the report of an error that is being constructed; None where nothing can be said."""
    attribute = evidence.attribute
    if attribute is None or attribute.state.obj() is None:
        return situations.report_of(error, evidence)
    origin = origin_of(evidence.refreshed or attribute.state, attribute.name)
    expiries = {EXPIRIES[record.event] for record in origin.expired}
    expiry = expiries.pop() if len(expiries) == 1 else None
    access = Access.of(attribute.state, attribute.name, expiry=expiry, flushes=evidence.flushes)
    if origin.expired and evidence.refreshed is None and not access.target.is_expired:
        access = replace(access, target=replace(access.target, held=AttributeState.EXPIRED))
    return _AccessReport(Evidence.of(error, access, evidence.frames), evidence, attribute, origin).report


class _AccessReport:
    """The parts of a report about an attribute."""

    def __init__(self, found: Evidence, stack: StackEvidence, attribute: AccessedAttribute, origin: Origin) -> None:
        self._found = found
        self._stack = stack
        self._attribute = attribute
        self._origin = origin
        self._cause = cause_of(found)

    @property
    def report(self) -> Report:
        """The whole report."""
        is_async = self._origin.is_async
        how = ACCESSED[self._attribute.operation]
        headline = summary_of(self._cause, self._found, how if is_async else how.replace(" without await", ""))
        context = situations.context(self._stack) if is_async else ()
        lines = (*self._where(), *self._history(), *context, *self._fixes())
        subject = (self._found.access.name, self._stack.line or self._stack.endpoint)
        return Report(headline, self._short(), lines, self._found.access.name, self._found.access.label, subject)

    def _where(self) -> Iterator[Line]:
        """Yield by which line of whose code the attribute was accessed."""
        operation, stack = self._attribute.operation.value, self._stack
        if stack.endpoint:
            yield f"{operation} by", f"{stack.reader}, for what {stack.endpoint}"
        else:
            yield operation, line_of(stack.line, f"   by {stack.reader}" if stack.reader else "")

    def _history(self) -> Iterator[Line]:
        """Yield what has happened to the instance, as far as that is known: the latest first."""
        origin, target, refreshed = self._origin, self._found.access.target, self._stack.refreshed
        if refreshed is not None:
            yield "refreshes", f"{_label(refreshed)}, which is in the session, but has expired"
        if self._is_detached:
            yield self._end()
        if target.is_expired or refreshed is not None or target.held is AttributeState.EXPIRED:
            yield "expired", " or ".join(map(_line_of, origin.expired)) or UNKNOWN
        if origin.load is not None:
            whose = "" if refreshed is None else f"   {_label(refreshed)}"
            is_select = origin.load.event is Event.LOAD
            yield "loaded", (line_of(origin.load.place) if is_select else _line_of(origin.load)) + whose
        else:
            if origin.added is not None:
                yield "added", line_of(origin.added)
            yield ("flushed", line_of(origin.flushed)) if origin.is_new else ("loaded", UNKNOWN)

    @property
    def _is_detached(self) -> bool:
        return isinstance(self._found.error, DetachedInstanceError)

    def _end(self) -> Line:
        """Return how the instance has lost its session."""
        if self._origin.closed is not None:
            return LABELS[self._origin.closed.event], line_of(self._origin.closed.place)
        return "closed", "never: its session was dropped" if self._origin.is_dropped else line_of(None)

    def _fixes(self) -> Iterator[Line]:
        """Yield what helps: at the line of the load first, since it is known where that is."""
        fixes = [fix for fix in remedies_of(self._cause, self._found) if self._is_of_use(fix)]
        fixes.sort(key=lambda fix: not self._belongs_to_load(fix))
        for number, fix in enumerate(fixes[:MOST_FIXES]):
            yield "or" if number else "fix", self._code(fix)

    def _is_of_use(self, fix: Remedy) -> bool:
        """Whether what the journal knows leaves the fix of use."""
        if self._attribute.state.was_deleted:
            return self._belongs_to_load(fix)  # its row is gone: nothing can load it any more
        if fix.applies is Applies.IN_SESSION and any(one.event is not Event.COMMIT for one in self._origin.expired):
            return False
        return self._origin.is_async or not fix.code.startswith("await ") or "session.refresh" in fix.code

    @property
    def _selected_at(self) -> Place | None:
        """The line of the SELECT whose options decide what is loaded; None where it is unknown, or past mending."""
        load, has_expired = self._origin.load, self._found.access.target.is_expired or self._origin.expired
        is_select = load is not None and load.event is Event.LOAD
        return load.place if load and is_select and not has_expired and self._stack.refreshed is None else None

    def _belongs_to_load(self, fix: Remedy) -> bool:
        """Whether it is an option of the SELECT that has loaded the instance, at a line that is known."""
        return fix.applies is Applies.IN_SELECT and OPTIONS in fix.code and self._selected_at is not None

    def _code(self, fix: Remedy) -> str:
        """Return the code of a fix, with the line that it belongs to, or with what it does."""
        line = self._selected_at
        if line is not None and self._belongs_to_load(fix):
            options = fix.code.partition(OPTIONS)[2].removesuffix(")")
            takes_options = GETTING.search(line.source) is not None
            return f"at {line}: " + (f"options=[{options}]" if takes_options else f"{OPTIONS}{options})")
        is_others = bool(self._stack.reader) or self._attribute.operation is not Operation.READ
        is_first = is_others and fix.applies is Applies.INSTEAD
        told = f"{fix.code}   # {'before it: ' if is_first else ''}{fix.reason}"
        return told if self._origin.is_async else synchronous(told)

    def _short(self) -> str:
        """Return in a few words what was wrong."""
        target, origin = self._found.access.target, self._origin
        name = f"{target.name} of {target.label}"
        if self._is_detached:
            closed = origin.closed
            by = "is detached" if closed is None else f"was detached by {closed.event.value}{_at(closed.place)}"
            return f"{name}: {target.label} {by}"
        whose = name if self._stack.refreshed is None else f"{name}: {_label(self._stack.refreshed)}"
        if len(origin.expired) == 1:
            return f"{whose} was expired by {origin.expired[0].event.value}{_at(origin.expired[0].place)}"
        if target.is_expired or self._stack.refreshed is not None:
            return f"{whose} has expired"
        loaded = _at(None if origin.load is None else origin.load.place)
        return f"{name} is not loaded" + (f"; {target.label} was loaded{loaded}" if loaded else "")


def synchronous(fix: str) -> str:
    """Return a fix as a synchronous program has it."""
    attaching = ATTACHING.sub(r"\1   # attaches it to an open session, which loads it", fix)
    return attaching.replace("await ", "").replace("async_sessionmaker", "sessionmaker")


def _line_of(record: Record) -> str:
    """Return the line of an event, and what it was, where its source does not say so."""
    is_said = record.place is not None and record.event.value.removesuffix(")") in record.place.source
    return line_of(record.place, "" if is_said else f"   by {record.event.value}")


def _at(place: Place | None) -> str:
    return "" if place is None else f" at {place}"


def _label(state: InstanceState[Any]) -> str:
    return label_of(name_of(state.mapper), state.identity or ())
