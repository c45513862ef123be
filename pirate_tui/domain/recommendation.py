"""Recommend a way of loading from what was measured, with the reason. Pure."""

from typing import NamedTuple

from pirate_tui.domain.comparing import Comparison, LoadMethod, Measurement, code_of
from pirate_tui.domain.text import plural


MUCH_SLOWER = 2.0
"""The factor of time from which a way is not recommended for its other merits."""

LARGE = 1_000
"""Instances for each parent, from which a query by parts is better than loading them all."""


MAPPED = {
    "selectin": LoadMethod.SELECTINLOAD,
    "joined": LoadMethod.JOINEDLOAD,
    "subquery": LoadMethod.SUBQUERYLOAD,
    "immediate": LoadMethod.IMMEDIATELOAD,
}
"""The way of loading for each eager `lazy` of a mapping."""


class Recommendation(NamedTuple):
    """The way to take, with its line of code and the reason."""

    way: LoadMethod
    code: str
    reason: str


def recommendation(comparison: Comparison) -> Recommendation | None:
    """Return what to take; None until something that helps has been measured.

    Not merely what was fastest here: a join multiplies rows, and does so once more with each further collection
    (https://docs.sqlalchemy.org/en/21/orm/queryguide/relationships.html#what-kind-of-loading-to-use).
    """
    chosen = _large(comparison) or (_collection(comparison) if comparison.relationship.uselist else _to_one(comparison))
    if chosen is None:
        return None
    way, reason = chosen
    if way is LoadMethod.AS_MAPPED:
        reason = f"nothing to change: lazy='{comparison.relationship.lazy}' already does that. {reason}"
    return Recommendation(way, code_of(comparison.entity, comparison.relationship, way), reason)


def why(comparison: Comparison, measured: Measurement) -> str:
    """Return what speaks for a way or against it, in a few words: what it did here, or what it does."""
    if measured.way is LoadMethod.JOINEDLOAD and measured.works and comparison.relationship.uselist:
        return _of_join(comparison, measured)
    return measured.remark or measured.way.lesson


def _measured(comparison: Comparison, way: LoadMethod) -> Measurement | None:
    """Return the measurement of a way; of the relationship as it is mapped, where the mapping takes that way."""
    mapped = comparison.result(LoadMethod.AS_MAPPED)
    is_mapped = MAPPED.get(comparison.relationship.lazy) is way and mapped is not None and mapped.works
    return mapped if is_mapped else comparison.result(way)


def _large(comparison: Comparison) -> tuple[LoadMethod, str] | None:
    """Recommend a query for collections too large to load, where the model has one."""
    query = comparison.result(LoadMethod.QUERY)
    if query is None or not query.works:
        return None
    each = query.last.instances // max(1, query.last.parents)
    if not comparison.relationship.is_query and each < LARGE:
        return None
    return LoadMethod.QUERY, (
        f"{query.last.instances:,} {comparison.relationship.target} for {_parents(query)}: a separate query can be "
        "filtered, sorted and limited, without loading them all"
    )


def _collection(comparison: Comparison) -> tuple[LoadMethod, str] | None:
    selectin = _measured(comparison, LoadMethod.SELECTINLOAD)
    if selectin is None or not selectin.works:
        return None
    reason = f"{_statements(selectin)} for {_parents(selectin)}, {_saved(comparison, selectin)}"
    return selectin.way, f"{reason}{_about_join(comparison, selectin)}"


def _about_join(comparison: Comparison, selectin: Measurement) -> str:
    """Describe what the JOIN did, and why it is not recommended even where it was faster."""
    joined = _measured(comparison, LoadMethod.JOINEDLOAD)
    if joined is None or not joined.works:
        return ""
    faster = f"; it was faster here, {joined.seconds * 1000:.1f} ms" if joined.seconds < selectin.seconds else ""
    return f". joinedload {_of_join(comparison, joined)}{faster}; a second collection would multiply them"


def _of_join(comparison: Comparison, joined: Measurement) -> str:
    """Describe the rows that a JOIN returned."""
    run, target = joined.last, comparison.relationship.target
    if run.selected > run.instances + run.parents:
        return f"produced a cross product, {run.selected:,} rows for {run.instances:,} {target}"
    if run.selected > run.parents:
        return f"repeats each {comparison.entity.name} with each {target}, {run.selected:,} rows"
    return f"returned {run.selected:,} rows, repeating none of these {comparison.entity.name}"


def _to_one(comparison: Comparison) -> tuple[LoadMethod, str] | None:
    """Recommend for a to-one relationship, where a join repeats nothing but the target."""
    joined, selectin = _measured(comparison, LoadMethod.JOINEDLOAD), _measured(comparison, LoadMethod.SELECTINLOAD)
    working = [measured for measured in (joined, selectin) if measured is not None and measured.works]
    if not working:
        return None
    if joined in working and selectin in working and joined.seconds > MUCH_SLOWER * selectin.seconds:
        shared = f"{selectin.last.parents:,} rows share a few {comparison.relationship.target}, which a JOIN repeats"
        return selectin.way, f"{_statements(selectin)}, {_saved(comparison, selectin)}; {shared}"
    best = working[0]
    return best.way, f"{_statements(best)} for {_parents(best)}, {_saved(comparison, best)}; no row is repeated"


def _saved(comparison: Comparison, best: Measurement) -> str:
    """Describe the time, beside what the naive way costs."""
    naive = comparison.result(LoadMethod.AWAITED) or comparison.result(LoadMethod.RUN_SYNC)
    if naive is None or not naive.works or naive.last.statements <= best.last.statements:
        return f"{best.seconds * 1000:.1f} ms"
    return (
        f"{best.seconds * 1000:.1f} ms; {naive.way.title}: {naive.last.statements:,} statements, "
        f"{naive.seconds * 1000:.1f} ms"
    )


def _statements(measured: Measurement) -> str:
    return plural(measured.last.statements, "statement")


def _parents(measured: Measurement) -> str:
    return plural(measured.last.parents, "row")
