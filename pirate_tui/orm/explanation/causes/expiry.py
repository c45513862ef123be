"""Explain MissingGreenlets of what had been loaded, and has expired since."""

from pirate_tui.domain.access import AttributeKind, AttributeState, Expiry
from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.remedy import Remedy
from pirate_tui.orm.explanation.access import Target
from pirate_tui.orm.explanation.cause import Fixes
from pirate_tui.orm.explanation.causes.missing_greenlet import LoadCause
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.fixes import (
    awaiting,
    eager_defaults,
    expire_on_commit_off,
    keeping_if_it_helps,
    keeping_loaded,
    refreshing,
    reloading,
    were_loaded,
)
from pirate_tui.orm.explanation.ineffective import other_ways_to_read
from pirate_tui.orm.loader_options import lazy_of


class MaybeByCommit(LoadCause):
    """The whole instance has expired, perhaps by a commit."""

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        written = "if the commit flushed an UPDATE, the UPDATE itself expired it"
        return (
            *((expire_on_commit_off(written),) if evidence.wanted.is_generated_on_update else ()),
            *_refreshing_columns(evidence),
            *other_ways_to_read(evidence.access),
        )


class ExpiredByCommit(MaybeByCommit):
    """The commit before the access has expired the whole instance."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return evidence.wanted.has_expired_with_all and evidence.access.expiry is Expiry.COMMIT

    def state(self, evidence: Evidence) -> str:
        return "a commit has expired its value"

    def reason(self, evidence: Evidence) -> str:
        target = evidence.wanted
        by = f"The commit expired {target.label}: expire_on_commit is on, and expires even the primary key"
        return f"{by}; {_again(target)}"

    def fixes(self, evidence: Evidence) -> Fixes:
        access, were = evidence.access, were_loaded(evidence.access)
        if evidence.wanted.is_generated_on_update:
            return (*refreshing(access), *awaiting(access), eager_defaults())
        if were is None:
            keeping = keeping_loaded("; it must have been loaded before")
            return (*awaiting(access), *reloading(evidence)[:1], keeping)
        return (keeping_loaded(), *reloading(evidence)) if were else reloading(evidence)


class ExpiredByRollback(LoadCause):
    """A rollback, or expire(), has expired the whole instance."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        access = evidence.access
        is_by_commit = access.session is None or access.session.expires_on_commit
        is_by_rollback = access.expiry is Expiry.ROLLBACK or (access.expiry is None and not is_by_commit)
        return evidence.wanted.has_expired_with_all and is_by_rollback

    def state(self, evidence: Evidence) -> str:
        is_known = evidence.access.expiry is Expiry.ROLLBACK
        return "a rollback has expired its value" if is_known else "its value has expired"

    def reason(self, evidence: Evidence) -> str:
        target = evidence.wanted
        by = f"{target.label} was expired by a rollback or by expire(), and by no commit: expire_on_commit is off"
        if evidence.access.expiry is Expiry.ROLLBACK:
            by = f"The rollback expired {target.label}, as it always does, whatever expire_on_commit says"
        return f"{by}; {_again(target)}"

    def fixes(self, evidence: Evidence) -> Fixes:
        return reloading(evidence)

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        keeping = expire_on_commit_off("rollback and expire() expire it all the same")
        return (*_refreshing_columns(evidence), keeping, *other_ways_to_read(evidence.access))


class ExpiredByCall(LoadCause):
    """A call, such as expire(), has expired the whole instance."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return evidence.wanted.has_expired_with_all and evidence.access.expiry in CALLS

    def state(self, evidence: Evidence) -> str:
        return _expired(evidence)

    def reason(self, evidence: Evidence) -> str:
        by = f"{CALLS[evidence.access.expiry]} expired {evidence.wanted.label}, whatever expire_on_commit says"
        return f"{by}; {_again(evidence.wanted)}"

    def fixes(self, evidence: Evidence) -> Fixes:
        return reloading(evidence)

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        keeping = expire_on_commit_off(f"it was {CALLS[evidence.access.expiry]}, not a commit, that expired it")
        return (*_refreshing_columns(evidence), keeping, *other_ways_to_read(evidence.access))


class Expired(MaybeByCommit):
    """The whole instance has expired, by an unknown cause."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return evidence.wanted.has_expired_with_all

    def state(self, evidence: Evidence) -> str:
        return "its value has expired"

    def reason(self, evidence: Evidence) -> str:
        target = evidence.wanted
        commit = "a commit (expire_on_commit is on)" if evidence.access.session is not None else "a commit"
        return f"{target.label} was expired: by {commit}, a rollback, or expire(); {_again(target)}"

    def fixes(self, evidence: Evidence) -> Fixes:
        return (*reloading(evidence), *keeping_if_it_helps(evidence))


class ValueExpired(LoadCause):
    """One value has expired, and the rest of its instance has not."""

    def state(self, evidence: Evidence) -> str:
        return _expired(evidence)

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        keeping = expire_on_commit_off("it was not a commit that expired it: that would expire everything")
        return (keeping, *other_ways_to_read(evidence.access))


class GeneratedValue(ValueExpired):
    """A column whose value the database generates, so that a flush expires it."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return evidence.wanted.held is AttributeState.EXPIRED and _is_generated(evidence.wanted)

    def reason(self, evidence: Evidence) -> str:
        target, again = evidence.wanted, "so the first access emits a new SELECT"
        if target.attribute.kind is AttributeKind.COLUMN_PROPERTY:
            by = f"{target.name} is a column_property: a flush of {target.label} expires it"
        else:
            flush = f"a flush of {target.label} (or an update()) expires it"
            by = f"The database generates the value of {target.name}: {flush}"
        return f"{by} (not a commit), {again}"

    def fixes(self, evidence: Evidence) -> Fixes:
        is_property = evidence.wanted.attribute.kind is AttributeKind.COLUMN_PROPERTY
        is_by_update = evidence.access.expiry is Expiry.UPDATE
        fetching = () if is_property or is_by_update else (eager_defaults(),)
        return (*refreshing(evidence.access), *fetching, *awaiting(evidence.access))


class ExpiredAlone(ValueExpired):
    """A column was expired by name, by an update() of its class, or by an UPDATE with an SQL expression."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return evidence.wanted.held is AttributeState.EXPIRED

    def reason(self, evidence: Evidence) -> str:
        target = evidence.wanted
        unknown = "an UPDATE with an SQL expression, a bulk update(), or expire() with its name"
        expiry = evidence.access.expiry
        by = f"by {unknown if expiry is None else CALLS[expiry]}"
        was = f"{target.name} was expired, but not the rest of {target.label}"
        return f"{was}, {by}; the first access emits a new SELECT"

    def fixes(self, evidence: Evidence) -> Fixes:
        return reloading(evidence)


CALLS: dict[Expiry | None, str] = {
    Expiry.COMMIT: "a commit",
    Expiry.ROLLBACK: "a rollback",
    Expiry.EXPIRE: "expire()",
    Expiry.REFRESH: "refresh()",
    Expiry.FLUSH: "a flush",
    Expiry.UPDATE: "an update()",
}
"""What has expired a value, in a sentence."""


def _expired(evidence: Evidence) -> str:
    """Return that the value has expired, and by what, where that is known."""
    expiry = evidence.access.expiry
    return "its value has expired" if expiry is None else f"{CALLS[expiry]} has expired its value"


def _again(target: Target) -> str:
    lazy = "" if target.relationship is None or target.lazy in EAGER else " (loaded before or not)"
    return f"so the first access to {target.name}{lazy} emits a new SELECT"


def _is_generated(target: Target) -> bool:
    """Whether the database generates its value, so that a flush leaves it to be read."""
    if target.attribute.kind is AttributeKind.COLUMN_PROPERTY:
        return True
    column = None if target.column is None else target.mapper.columns.get(target.column.key)
    if column is None:
        return False
    onupdate = column.onupdate is not None and column.onupdate.is_clause_element
    return onupdate or bool(column.server_default or column.server_onupdate or column.computed)


def _refreshing_columns(evidence: Evidence) -> Fixes:
    """Return a refresh without names, where code reads relationships that it does not load."""
    access = evidence.access
    read = [need.relationship for need in access.needs.reads if need.relationship is not None]
    lacking = [relationship.key for relationship in read if lazy_of(relationship) not in EAGER]
    if not evidence.runs_code or access.target.has_options or not lacking:
        return ()
    return (
        Remedy(
            f"await session.refresh({access.variable})", f"refreshes columns only; {lacking[0]} must be loaded, too"
        ),
    )
