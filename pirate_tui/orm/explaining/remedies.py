"""A cause -> the remedies that fit this attribute and this state, best first, typed as their user would write them."""

import dataclasses
from collections.abc import Callable, Sequence
from inspect import unwrap
from typing import Any

from sqlalchemy.orm import RelationshipProperty

from pirate_tui.domain.access import AttributeKind
from pirate_tui.domain.failure import Remedy
from pirate_tui.domain.loading import EAGER
from pirate_tui.orm.explaining.evidence import Access, Target, awaited, dotted, typed
from pirate_tui.orm.explaining.reasons import Why


Remedies = tuple[Remedy, ...]

KEEPING = "async_sessionmaker(engine, expire_on_commit=False)"
"""What a commit expires nothing with."""

ROLLBACK = "await session.rollback()"
"""What a session waits for after a flush that failed."""


def remedies_of(why: Why, access: Access) -> Remedies:
    """What helps against that cause; nothing where only the model's own code can be mended."""
    if access.wanted.is_query:
        return _query(access)
    found = FITTING[why](access) if why in FITTING else ()
    if access.attribute.name == "repr()" and access.read is not None:
        return (*found[:1], _another_repr(access), *found[1:])
    return found


def awaiting(access: Access) -> Remedy:
    """The same access, awaited."""
    if access.attribute.kind.runs_code:
        return Remedy(awaited(access.target), "runs the code where all that it reads can be awaited")
    return Remedy(awaited(access.target), "awaits the same load: one statement for each instance it is done on")


def refreshing(access: Access) -> Remedies:
    """Loading into an instance that is there; code of the model that comes to another one has no name for that."""
    target = access.wanted
    if not (access.is_at_hand and target.is_refreshed_by_name):
        return ()
    if access.read is not None and target.is_expired and target.column is not None:
        return (
            Remedy(
                f"await session.refresh({target.variable})",
                "loads its columns again; what else the code reads must be loaded too",
            ),
        )
    return (Remedy(f"await {refresh_of(target)}", "loads it into an instance that is already there, by its name"),)


def refresh_of(target: Target) -> str:
    """The call that loads it into its instance."""
    names = ", ".join(f'"{name}"' for name in target.columns)
    return f"session.refresh({target.variable}, [{names}])"


def loading_with(target: Target) -> Remedies:
    """What loads the attribute together with its instance: an option of the SELECT."""
    if target.relationship is not None:
        return _eager(target, target.relationship)
    if target.is_of_subclass:
        return _polymorphic(target)
    column = target.column
    if column is None:
        return ()
    if not column.deferred:
        return (Remedy(f"select({target.entity})", "without load_only() or defer() it is loaded with the instance"),)
    if column.group:
        code = f'select({target.entity}).options(undefer_group("{column.group}"))'
        return (Remedy(code, "loads it with the instance, and the rest of its group, in the same SELECT"),)
    code = f"select({target.entity}).options(undefer({typed(target.entity, column.key)}))"
    return (Remedy(code, "loads it with the instance, in the same SELECT"),)


def _eager(target: Target, relationship: RelationshipProperty[Any]) -> Remedies:
    way = (*target.way, relationship)
    if relationship in target.way:  # of its own class, and not on the first level
        again = f"selectinload({dotted(relationship)}, recursion_depth=-1)"
        option = _chain(way[: way.index(relationship)], again)
        reason = "loads it on every level down, one SELECT for each"
    elif target.way:
        option, reason = _chain(way), "loads it along with the rest, for all instances at once"
    else:
        option = _chain((relationship,), owner=target.entity)
        by = "a second SELECT, for all instances" if relationship.uselist else "a JOIN in the same SELECT"
        reason = f"loads it by {by}; the plain access then costs nothing"
    root = target.way[0].parent.class_.__name__ if target.way else target.entity
    return (Remedy(f"select({root}).options({option})", reason),)


def _chain(way: Sequence[RelationshipProperty[Any]], last: str = "", owner: str = "") -> str:
    """`selectinload(Ship.members).joinedload(Pirate.parrot)`."""
    loads = [
        f"{'selectinload' if one.uselist else 'joinedload'}({typed(owner, one.key) if owner else dotted(one)})"
        for one in way
    ]
    return ".".join([*loads, last] if last else loads)


def _polymorphic(target: Target) -> Remedies:
    base = target.entity if target.selected is None else target.selected.class_.__name__
    reason = f"loads the columns of every {target.entity} with a second SELECT"
    if target.way:
        option = _chain(target.way, f"selectin_polymorphic([{target.entity}])")
        return (Remedy(f"select({target.way[0].parent.class_.__name__}).options({option})", reason),)
    return (
        Remedy(f"select({base}).options(selectin_polymorphic({base}, [{target.entity}]))", reason),
        Remedy(f"select({target.entity})", f"selects no other {base}, and all columns of these"),
    )


# By cause.


def _unloaded(access: Access) -> Remedies:
    """Something that nothing has loaded: awaited, loaded with the instance, or into it."""
    before = loading_with(access.wanted)
    if access.attribute.kind.runs_code:
        return (*before, *refreshing(access), awaiting(access))
    return (awaiting(access), *before, *refreshing(access))


def _expired(access: Access) -> Remedies:
    """Something that was there, and must be selected again."""
    target = access.wanted
    identity = (
        (Remedy(f"inspect({target.variable}).identity", "the primary key without any IO, expired or not"),)
        if _is_key(target)
        else ()
    )
    return (*refreshing(access), awaiting(access), *identity)


def _committed(access: Access) -> Remedies:
    if access.attribute.kind.runs_code:
        more = "; what else the code reads must have been loaded before"
        return (awaiting(access), _keeping(more), *refreshing(access))
    if access.wanted.relationship is not None and access.wanted.lazy not in EAGER:
        return (awaiting(access), *refreshing(access), _keeping("; it must have been loaded before"))
    return (_keeping(), *_expired(access))


def _keeping(more: str = "") -> Remedy:
    return Remedy(KEEPING, f"a commit then leaves what is loaded{more}; a rollback expires it still")


def _generated(access: Access) -> Remedies:
    fetching = Remedy(
        '__mapper_args__ = {"eager_defaults": True}',
        "in the class: a flush then fetches it; an update() of the class does not",
    )
    is_property = access.wanted.attribute.kind is AttributeKind.COLUMN_PROPERTY
    return (*refreshing(access), *(() if is_property else (fetching,)), awaiting(access))


def _query(access: Access) -> Remedies:
    target, is_dynamic = access.wanted, access.wanted.lazy == "dynamic"
    statement = f"{target.code}.{'statement' if is_dynamic else 'select()'}"
    run = Remedy(
        f"await session.scalars({statement})", "runs its query, and can be awaited; change the model's code so"
    )
    return (run, awaiting(access)) if is_dynamic else (run,)


def _flushed(access: Access) -> Remedies:
    """Awaited, flush and SELECT both run; what has failed already must be rolled back first."""
    return (
        *_unloaded(access),
        Remedy(ROLLBACK, "after the failure: the session works again, its new objects are gone"),
    )


def _inactive(access: Access) -> Remedies:
    loads = f"await {refresh_of(access.wanted)}" if refreshing(access) else awaited(access.target)
    return (Remedy(f"{ROLLBACK}; {loads}", "ends what has failed, and loads again what the rollback expired"),)


def _detached(access: Access) -> Remedies:
    target, before = access.wanted, loading_with(access.wanted)
    merged = [one.code.partition(".options(")[2].removesuffix(")") for one in before if ".options(" in one.code]
    options = f", options=[{merged[0]}]" if merged and not target.way else ""
    keep = (_keeping(),) if target.is_expired else ()
    return (
        *keep,
        *(() if target.is_expired and target.relationship is None else before),
        Remedy(
            f"session.add({target.variable}); {awaited(access.target)}", "gives it to an open session, and awaits it"
        ),
        Remedy(
            f"{target.variable} = await session.merge({target.variable}{options})",
            "a copy of it in an open session, selected anew",
        ),
    )


def _refused(access: Access) -> Remedies:
    return (*loading_with(access.wanted), *refreshing(access))


def _written(access: Access) -> Remedies:
    """An autoflush of something else has raised."""
    later = Remedy(
        f"with session.no_autoflush: {awaited(access.target)}",
        "loads without writing first; what cannot be written raises at the commit",
    )
    return (later, Remedy(ROLLBACK, "after the failure: the session works again, its new objects are gone"))


FITTING: dict[Why, Callable[[Access], Remedies]] = {
    Why.LAZY: _unloaded,
    Why.ASKED: lambda access: (awaiting(access),),
    Why.DEFERRED: _unloaded,
    Why.LEFT_OUT: _unloaded,
    Why.OF_SUBCLASS: _unloaded,
    Why.UNLOADED: _unloaded,
    Why.GENERATED: _generated,
    Why.EXPIRED_ALONE: _expired,
    Why.COMMITTED: _committed,
    Why.ROLLED_BACK: _expired,
    Why.EXPIRED: lambda access: (*_expired(access), _keeping()),
    Why.FLUSHED: _flushed,
    Why.INACTIVE: _inactive,
    Why.DETACHED: _detached,
    Why.REFUSED: _refused,
    Why.WRITTEN: _written,
}


def _is_key(target: Target) -> bool:
    return target.column is not None and target.column.columns[0] in target.mapper.primary_key


def _another_repr(access: Access) -> Remedy:
    """A repr() that reads what is there."""
    mapped = access.target.mapper.class_
    code = getattr(unwrap(mapped.__repr__), "__code__", None)
    is_generated = dataclasses.is_dataclass(mapped) and code is not None and code.co_filename == "<string>"
    if is_generated and access.wanted.relationship is not None:
        reason = f"in the mapping of {access.wanted.name}: the dataclass's repr() then leaves it out"
        return Remedy("relationship(repr=False)", reason)
    written = f'def __repr__(self) -> str: return f"{access.target.entity} {{inspect(self).identity}}"'
    return Remedy(written, "a repr() of what is always there; more of it is in self.__dict__, as far as it is loaded")
