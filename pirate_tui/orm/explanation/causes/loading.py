"""Explain MissingGreenlets of what had not been loaded with its instance."""

from pirate_tui.domain.access import AttributeState
from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.options import LoaderOption, selecting
from pirate_tui.domain.remedy import Applies, Remedy
from pirate_tui.orm.explanation.access import Target, dotted
from pirate_tui.orm.explanation.cause import Fixes
from pirate_tui.orm.explanation.causes.missing_greenlet import LoadCause
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.fixes import expire_on_commit_off, loading, running_query
from pirate_tui.orm.explanation.ineffective import (
    getting_again,
    in_thread,
    nothing_to_keep,
    other_ways_to_read,
    refreshing_all,
)


class LazyRelationship(LoadCause):
    """A relationship that nothing has loaded."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return evidence.wanted.relationship is not None

    def state(self, evidence: Evidence) -> str:
        return "its value has expired" if _has_expired_alone(evidence.wanted) else "it is not loaded"

    def reason(self, evidence: Evidence) -> str:
        target, due = evidence.wanted, "so its first access emits a SELECT"
        if _has_expired_alone(target):
            by = "by refresh() without its name, or by expire()"
            return f"{target.name} of {target.label} was expired, {by}; {due}"
        name = target.attribute.name
        if target.selected is None:
            by = f"{target.label} was added or merged, not selected, and nothing has loaded its {name}"
        elif target.lazy in EAGER:
            mapped = f"{target.name} is mapped with lazy='{target.lazy}'"
            by = f"{mapped}, but eager loading stops at a class seen before"
        elif target.way:
            by = f"{target.label} was loaded via {dotted(target.way[-1])}, which does not load its {name}"
        else:
            by = f"{target.name} is mapped with lazy='{target.lazy}': it was not loaded with {target.label}"
        return f"{by}, {due}"

    def fixes(self, evidence: Evidence) -> Fixes:
        return loading(evidence.access)

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        wanted, has_expired = evidence.wanted, _has_expired_alone(evidence.wanted)
        keeping = (
            expire_on_commit_off("it was not a commit that expired it") if has_expired else nothing_to_keep(wanted)
        )
        is_left = has_expired or not wanted.is_refreshed_by_name
        again = () if is_left else getting_again(evidence.access)
        thread, *others = other_ways_to_read(evidence.access)
        return (keeping, thread, *(again or refreshing_all(evidence)), *others)


class DynamicQuery(LoadCause):
    """A dynamic relationship, whose query code of the model has run."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return evidence.wanted.is_query

    def state(self, evidence: Evidence) -> str:
        return "that is a query"

    def reason(self, evidence: Evidence) -> str:
        target = evidence.wanted
        return f"{target.name} is mapped with lazy='{target.lazy}': a query, which emits a SELECT when it is executed"

    def fixes(self, evidence: Evidence) -> Fixes:
        return running_query(evidence)

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        return other_ways_to_read(evidence.access)


class DeferredColumn(LoadCause):
    """A column that is mapped to be left out."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        column = evidence.wanted.column
        return column is not None and column.deferred

    def state(self, evidence: Evidence) -> str:
        return "it is deferred, and not loaded"

    def reason(self, evidence: Evidence) -> str:
        target = evidence.wanted
        return (
            f"{target.name} is deferred: it was left out of the SELECT of {target.label}, so its first access emits one"
        )

    def fixes(self, evidence: Evidence) -> Fixes:
        return loading(evidence.access)

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        raiseload = selecting(evidence.wanted.entity, (LoaderOption("raiseload", ('"*"',)),))
        return (
            *refreshing_all(evidence),
            nothing_to_keep(evidence.wanted),
            Remedy(raiseload, "applies to relationships only, not to this attribute", Applies.IN_SELECT),
            in_thread(evidence.access),
        )


class ColumnCause(LoadCause):
    """A column that its SELECT did not load."""

    def fixes(self, evidence: Evidence) -> Fixes:
        return loading(evidence.access)

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        return (nothing_to_keep(evidence.wanted), *other_ways_to_read(evidence.access))


class SubclassColumn(ColumnCause):
    """A column that the SELECT of a base class does not load."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return evidence.wanted.is_of_subclass

    def state(self, evidence: Evidence) -> str:
        return "it was not loaded with its base class"

    def reason(self, evidence: Evidence) -> str:
        target = evidence.wanted
        base = "its base class" if target.selected is None else target.selected.class_.__name__
        by = f"{target.label} was selected as a {base}, which does not load it"
        return f"{target.name} belongs to the subclass, and {by}: the first access emits a SELECT"


class ColumnLeftOut(ColumnCause):
    """A column that load_only() or defer() left out."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return evidence.wanted.has_options

    def state(self, evidence: Evidence) -> str:
        return "its SELECT left it out"

    def reason(self, evidence: Evidence) -> str:
        target = evidence.wanted
        by = f"{target.label} was selected with an option (load_only() or defer()) that left out {target.name}"
        return f"{by}, so its first access emits a SELECT"


class UnloadedColumn(ColumnCause):
    """A column that is not loaded, for an unknown reason."""

    def is_why_not_loaded(self, evidence: Evidence) -> bool:
        return True

    def state(self, evidence: Evidence) -> str:
        return "it is not loaded"

    def reason(self, evidence: Evidence) -> str:
        target = evidence.wanted
        return f"{target.name} was not loaded with {target.label}, so its first access emits a SELECT"


def _has_expired_alone(target: Target) -> bool:
    """Whether it was loaded and has expired, but its instance has not."""
    return target.held is AttributeState.EXPIRED and not target.is_expired
