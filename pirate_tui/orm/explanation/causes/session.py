"""Explain errors of the session: it must flush first, needs a rollback, or does not hold the instance."""

from collections.abc import Sequence

from sqlalchemy.exc import PendingRollbackError
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.options import LoaderOption, joined
from pirate_tui.domain.remedy import Remedy
from pirate_tui.orm.explanation.access import Access, awaited
from pirate_tui.orm.explanation.cause import ERROR_PAGES, Cause, Fixes
from pirate_tui.orm.explanation.causes.database import OtherCause
from pirate_tui.orm.explanation.causes.missing_greenlet import GREENLET, MissingGreenletCause
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.fixes import (
    ROLLBACK,
    awaiting,
    expire_on_commit_off,
    instead,
    keeping_if_it_helps,
    loading,
    loading_with,
    options_of,
    refreshing,
    rolling_back,
)
from pirate_tui.orm.explanation.ineffective import (
    awaiting_raises,
    other_ways_to_read,
    refreshing_raises,
    with_default,
)


class Autoflush(MissingGreenletCause):
    """An autoflush before the access's own SELECT, which could not be awaited."""

    def matches(self, evidence: Evidence) -> bool:
        return evidence.innermost is not None and evidence.innermost.flushes

    def headline(self, evidence: Evidence) -> str:
        waiting = _waiting(evidence.access)
        return (
            f"the session had to flush {waiting} first: both need the database, and only awaited code can wait for that"
        )

    def text(self, evidence: Evidence) -> str:
        return (
            f"Before the SELECT of {evidence.wanted.name} the session flushes its pending changes "
            f"({_waiting(evidence.access)}): an autoflush, {GREENLET} "
            "The flush has failed: the changes are lost, and the session needs `await session.rollback()`."
        )

    def fixes(self, evidence: Evidence) -> Fixes:
        """Return the awaited load, in which flush and SELECT both run; a failed flush is rolled back first."""
        return (*loading(evidence.access), rolling_back())

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        without = f"with session.no_autoflush: {evidence.access.target.code}"
        spared = Remedy(without, "skips the autoflush; the SELECT still runs, and raises")
        keeping = expire_on_commit_off("nothing was expired by a commit")
        return (spared, keeping, *other_ways_to_read(evidence.access))


class AutoflushFailed(OtherCause):
    """An autoflush that could be awaited, and that the database refused."""

    def matches(self, evidence: Evidence) -> bool:
        return "autoflush" in evidence.message

    def origin(self, evidence: Evidence) -> str:
        return "It came from an autoflush: the session flushes its pending changes before it loads anything."

    def fixes(self, evidence: Evidence) -> Fixes:
        later = instead(
            f"with session.no_autoflush: {awaited(evidence.access.target)}",
            "loads without flushing first; what cannot be written raises at commit",
        )
        return (later, rolling_back())


class PendingRollback(Cause):
    """A session that needs a rollback, since a flush has failed."""

    def matches(self, evidence: Evidence) -> bool:
        return evidence.came_of(PendingRollbackError)

    def headline(self, evidence: Evidence) -> str:
        return "its session needs a rollback: an earlier flush failed"

    def text(self, evidence: Evidence) -> str:
        return (
            f"A flush in the session of {evidence.access.label} failed earlier and was rolled back. Until "
            "`await session.rollback()` is called, the session loads nothing: "
            f"no {evidence.wanted.name}, awaited or not."
        )

    def kind(self, evidence: Evidence) -> str:
        return (
            "PendingRollbackError, raised before any IO is attempted. "
            "The error to fix is the earlier one, of the flush."
        )

    def link(self, evidence: Evidence) -> str:
        return f"{ERROR_PAGES}7s2a"

    def fixes(self, evidence: Evidence) -> Fixes:
        refresh = refreshing(evidence.access)
        loads = refresh[0].code if refresh else awaited(evidence.access.target)
        return (instead(f"{ROLLBACK}; {loads}", "ends the failed transaction, and reloads what the rollback expired"),)

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        return (
            awaiting_raises(evidence.access),
            refreshing_raises(evidence.wanted, "raises the same error: roll back first"),
            expire_on_commit_off("the rollback of a flush expires everything anyway"),
        )


class Detached(Cause):
    """An instance that no session holds, of which something is to be loaded."""

    def matches(self, evidence: Evidence) -> bool:
        return evidence.came_of(DetachedInstanceError)

    def headline(self, evidence: Evidence) -> str:
        label = evidence.wanted.label
        return f"it {_lack(evidence)}, and {label} is detached: no session can load it"

    def text(self, evidence: Evidence) -> str:
        target = evidence.wanted
        return (
            f"{target.label} is detached: its session was closed, expunged it, or no longer exists. {target.name} "
            f"{_lack(evidence)}, and without a session nothing can load it. Awaiting the access raises the same error."
        )

    def kind(self, evidence: Evidence) -> str:
        return (
            "DetachedInstanceError, raised before any IO is attempted. "
            "Unlike a MissingGreenlet, it names the attribute."
        )

    def link(self, evidence: Evidence) -> str:
        return f"{ERROR_PAGES}bhk3"

    def fixes(self, evidence: Evidence) -> Fixes:
        access, target = evidence.access, evidence.access.target
        before = loading_with(access)
        options = options_of(access) if before else ()
        reattached = "attaches it to an open session, and awaits the load"
        return (
            *(keeping_if_it_helps(evidence) if target.is_expired else ()),
            *(() if target.is_expired and not options else before),
            *(instead(f"session.add({target.variable}); {one.code}", reattached) for one in awaiting(access)),
            *_merging(access, () if target.way else options),
        )

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        wanted = evidence.wanted
        never = () if wanted.is_expired else (expire_on_commit_off(f"{wanted.name} was never loaded"),)
        return (
            awaiting_raises(evidence.access),
            refreshing_raises(wanted, "raises: the instance is in no session"),
            *never,
            *with_default(evidence.access),
        )


def _waiting(access: Access) -> str:
    """Return what an autoflush had to write: `1 Pirate, 2 Ship`."""
    unflushed = () if access.session is None else access.session.unflushed
    counted = (f"{unflushed.count(name)} {name}" for name in sorted(set(unflushed)))
    return ", ".join(counted) or "pending changes"


def _lack(evidence: Evidence) -> str:
    return "has expired" if evidence.wanted.is_expired else "is not loaded"


def _merging(access: Access, options: Sequence[LoaderOption]) -> Fixes:
    """Return a merge of a detached instance into an open session, where that loads all that is needed."""
    target, needs = access.target, access.needs
    needs_columns_alone = needs.is_complete and all(need.relationship is None and not need.way for need in needs.reads)
    if not options and not needs_columns_alone:
        return ()
    merged = f", options=[{joined(options)}]" if options else ""
    code = f"{target.variable} = await session.merge({target.variable}{merged})"
    return (Remedy(code, "a copy of it in an open session, freshly selected"),)
