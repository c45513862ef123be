"""Which way of loading to take, by what was measured, and why. Pure."""

from typing import NamedTuple

from pirate_tui.domain.comparing import Comparison, LoadMethod, Measurement, code_of
from pirate_tui.domain.text import plural


MUCH_SLOWER = 2.0
"""A way that takes so many times as long as another is not recommended for its other merits."""

LARGE = 1_000
"""Instances for each parent: so many are better read in parts than loaded."""


MAPPED = {
    "selectin": LoadMethod.SELECTINLOAD,
    "joined": LoadMethod.JOINEDLOAD,
    "subquery": LoadMethod.SUBQUERYLOAD,
    "immediate": LoadMethod.IMMEDIATELOAD,
}
"""The ways in which mappings load by themselves, by their `lazy`."""


class Recommendation(NamedTuple):
    """The way to take, with its line of code and the reason."""

    way: LoadMethod
    code: str
    reason: str


def recommendation(contest: Comparison) -> Recommendation | None:
    """What to take; None until something that helps has been measured.

    Not merely what was fastest here: a join multiplies rows, and does so once more with each further collection
    (https://docs.sqlalchemy.org/en/21/orm/queryguide/relationships.html#what-kind-of-loading-to-use).
    """
    chosen = _large(contest) or (_collection(contest) if contest.relationship.uselist else _one(contest))
    if chosen is None:
        return None
    way, reason = chosen
    if way is LoadMethod.AS_MAPPED:
        reason = f"nothing to change: lazy='{contest.relationship.lazy}' already does that. {reason}"
    return Recommendation(way, code_of(contest.entity, contest.relationship, way), reason)


def _measured(contest: Comparison, way: LoadMethod) -> Measurement | None:
    """The measurement of a way; of the relationship as it is mapped, where the mapping takes that way."""
    mapped = contest.result(LoadMethod.AS_MAPPED)
    is_mapped = MAPPED.get(contest.relationship.lazy) is way and mapped is not None and mapped.works
    return mapped if is_mapped else contest.result(way)


def _large(contest: Comparison) -> tuple[LoadMethod, str] | None:
    """Collections that are better not loaded at all, where the model has a way for it."""
    query = contest.result(LoadMethod.QUERY)
    if query is None or not query.works:
        return None
    each = query.last.instances // max(1, query.last.parents)
    if not contest.relationship.is_query and each < LARGE:
        return None
    return LoadMethod.QUERY, (
        f"{query.last.instances:,} {contest.relationship.target} for {_parents(query)}: a separate query can be "
        "filtered, sorted and limited, without loading them all"
    )


def _collection(contest: Comparison) -> tuple[LoadMethod, str] | None:
    selectin = _measured(contest, LoadMethod.SELECTINLOAD)
    if selectin is None or not selectin.works:
        return None
    reason = f"{_statements(selectin)} for {_parents(selectin)}, {_saved(contest, selectin)}"
    return selectin.way, f"{reason}{_about_join(contest, selectin)}"


def _about_join(contest: Comparison, selectin: Measurement) -> str:
    """What the JOIN did beside it, and why it is not taken even where it was faster."""
    joined = _measured(contest, LoadMethod.JOINEDLOAD)
    if joined is None or not joined.works:
        return ""
    run, target = joined.last, contest.relationship.target
    if run.selected > run.instances + run.parents:
        did = f"produced a cross product, {run.selected:,} rows for {run.instances:,} {target}"
    elif run.selected > run.parents:
        did = f"repeats each {contest.entity.name} with each {target}, {run.selected:,} rows"
    else:
        did = f"returned {run.selected:,} rows, repeating none of these {contest.entity.name}"
    faster = f"; it was faster here, {joined.seconds * 1000:.1f} ms" if joined.seconds < selectin.seconds else ""
    return f". joinedload {did}{faster}; a second collection would multiply them"


def _one(contest: Comparison) -> tuple[LoadMethod, str] | None:
    """A to-one relationship: a join repeats nothing but the target."""
    joined, selectin = _measured(contest, LoadMethod.JOINEDLOAD), _measured(contest, LoadMethod.SELECTINLOAD)
    working = [one for one in (joined, selectin) if one is not None and one.works]
    if not working:
        return None
    if joined in working and selectin in working and joined.seconds > MUCH_SLOWER * selectin.seconds:
        shared = f"{selectin.last.parents:,} rows share a few {contest.relationship.target}, which a JOIN repeats"
        return selectin.way, f"{_statements(selectin)}, {_saved(contest, selectin)}; {shared}"
    best = working[0]
    return best.way, f"{_statements(best)} for {_parents(best)}, {_saved(contest, best)}; no row is repeated"


def _saved(contest: Comparison, best: Measurement) -> str:
    """What the naive way costs beside it."""
    naive = contest.result(LoadMethod.AWAITED) or contest.result(LoadMethod.RUN_SYNC)
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
