"""A cause -> the remedies that fit this attribute and this state, best first, typed as their user would write them.

Each loads all that the access needs: for code of the model, all that it reads. Where that is not known, since the code
asks the database itself or did not come to its end, only those are given that hold whatever it reads.
"""

import dataclasses
from collections.abc import Callable
from inspect import unwrap

from pirate_tui.domain.access import AttributeKind
from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.options import LoaderOption, joined, selecting
from pirate_tui.domain.remedy import Applies, Remedy
from pirate_tui.orm.explanation.access import Access, Target, awaited, dotted, is_taken_for_a_cycle
from pirate_tui.orm.explanation.options import options_for
from pirate_tui.orm.explanation.reasons import Why
from pirate_tui.orm.inspection.reading import Need
from pirate_tui.orm.loader_options import lazy_of


Remedies = tuple[Remedy, ...]

KEEPING = "async_sessionmaker(engine, expire_on_commit=False)"
"""What a commit expires nothing with."""

ROLLBACK = "await session.rollback()"
"""What a session waits for after a flush that failed."""

EAGER_DEFAULTS = '__mapper_args__ = {"eager_defaults": True}'
INLINE = '__mapper_args__ = {"polymorphic_load": "inline"}'
"""In the mapping of a class."""


def remedies_of(why: Why, access: Access) -> Remedies:
    """What helps against that cause; nothing where only the model's own code can be mended."""
    if access.wanted.is_query:
        return _query(access)
    found = FITTING[why](access) if why in FITTING else ()
    if access.attribute.name == "repr()" and access.read is not None:
        return (*found[:1], _another_repr(access), *found[1:])
    return found


def awaiting(access: Access) -> Remedies:
    """The same access, awaited; not where something refuses to be loaded so."""
    if any(map(_refuses, access.needs.reads)):
        return ()
    if access.attribute.kind.runs_code:
        return (_instead(awaited(access.target), "runs the code where everything it reads can be awaited"),)
    return (_instead(awaited(access.target), "awaits the load; one SELECT per instance: in a loop, an N+1"),)


def _refuses(need: Need) -> bool:
    """Does its mapping refuse to load it at an access?"""
    if need.relationship is not None:
        return lazy_of(need.relationship).startswith("raise")
    return bool(need.mapper.column_attrs[need.name].raiseload)


def refreshing(access: Access) -> Remedies:
    """Loading into an object that is there, by the names of all that is needed; what hangs on others has no name."""
    target, needs = access.target, access.needs
    is_by_name = bool(needs.reads) and all(map(_is_refreshed_by_name, needs.reads))
    if access.session is None or not needs.is_complete or not is_by_name:
        return ()
    if access.attribute.kind.runs_code and all(_comes_with_its_row(need, target) for need in needs.reads):
        return (Remedy(f"await session.refresh({target.variable})", "reloads its columns"),)
    return (Remedy(f"await {refresh_of(target, needs.reads)}", "loads it into the instance that you already have"),)


def refresh_of(target: Target, needs: "tuple[Need, ...]") -> str:
    """The call that loads them into their instance."""
    names = ", ".join(f'"{name}"' for name in dict.fromkeys(need.name for need in needs))
    return f"session.refresh({target.variable}, [{names}])"


def loading_with(access: Access) -> Remedies:
    """What loads all that is needed together with the instance: options of the SELECT."""
    target, needs = access.target, access.needs
    if not needs.is_complete or not needs.reads:
        return ()
    if target.column is not None and target.is_of_subclass:
        return _polymorphic(access)
    options = options_of(access)
    if not options and not _is_selected_again(access):
        return (
            _select(selecting(_selected(target)), "without load_only() or defer(), it is loaded with the instance"),
        )
    return (_select(selecting(_selected(target), options), _reason(access, options)),)


def options_of(access: Access) -> tuple[LoaderOption, ...]:
    """The options with which all that is needed is loaded with the instance."""
    target = access.target
    return options_for(access.needs.reads, target.way, target.way[0].parent if target.way else target.mapper)


def _selected(target: Target) -> str:
    """The class to select, so that the options reach the instance."""
    return str(target.way[0].parent.class_.__name__) if target.way else target.entity


def _is_selected_again(access: Access) -> bool:
    return access.target.is_expired


def _instead(code: str, reason: str) -> Remedy:
    return Remedy(code, reason, Applies.INSTEAD)


def _select(code: str, reason: str) -> Remedy:
    return Remedy(code, reason, Applies.IN_SELECT)


def _reason(access: Access, options: tuple[LoaderOption, ...]) -> str:
    """What the options do."""
    again = "select it again: " if _is_selected_again(access) else ""
    if any("recursion_depth=-1" in str(option) for option in options):
        return f"{again}one SELECT per level; if the rows form a cycle, it never ends"
    if access.attribute.kind.runs_code:
        return f"{again}loads everything that {access.name} reads"
    relationship = access.target.relationship
    if relationship is None:
        return f"{again}loads it with the instance, in the same SELECT"
    if access.target.way:
        return f"{again}loads it with the rest, for all instances at once"
    by = "one extra SELECT for all parents" if relationship.uselist else "a JOIN in the same SELECT"
    return f"{again}{by}"


def _polymorphic(access: Access) -> Remedies:
    target = access.target
    reason = f"loads the columns of every {target.entity} with a second SELECT"
    reason_of_mapping = f"in the mapping of {target.entity}: every SELECT of its base class loads them"
    inline = Remedy(INLINE, reason_of_mapping, Applies.IN_MAPPING)
    if target.way or target.selected is None:
        return (_select(selecting(_selected(target), options_of(access)), reason), inline)
    base = target.selected.class_.__name__
    options = options_for(access.needs.reads, (), target.selected)
    return (
        _select(selecting(base, options), reason),
        _select(selecting(target.entity, options_of(access)), f"selects no other {base}, with all columns"),
        inline,
    )


def _is_refreshed_by_name(need: Need) -> bool:
    """Is it the instance's own, and loaded once it is named?"""
    one = need.relationship
    return not need.way and not need.recurs and (one is None or not is_taken_for_a_cycle(one, need.mapper))


def _comes_with_its_row(need: Need, target: Target) -> bool:
    """Is it a column that every SELECT of the instance loads?"""
    if need.relationship is not None:
        return False
    column = need.mapper.column_attrs[need.name]
    return not column.deferred and not (target.selected is not None and need.name not in target.selected.attrs)


# By cause.


def _unloaded(access: Access) -> Remedies:
    """Something that nothing has loaded: awaited, loaded with the instance, or into it."""
    before = loading_with(access)
    if access.attribute.kind.runs_code:
        return (*before, *refreshing(access), *awaiting(access), *_in_mapping(access))
    return (*awaiting(access), *before, *refreshing(access))


def _expired(access: Access) -> Remedies:
    """Something that was there, and must be selected again."""
    target = access.wanted
    identity = (
        (_instead(f"inspect({target.variable}).identity", "the primary key without any IO, expired or not"),)
        if _is_key(target) and not access.attribute.kind.runs_code
        else ()
    )
    refresh = refreshing(access)
    again = () if refresh else loading_with(access)
    return (*refresh, *again, *awaiting(access), *identity)


def _committed(access: Access) -> Remedies:
    loaded = _were_loaded(access)
    if access.wanted.is_generated_on_update:
        return (*refreshing(access), *awaiting(access), _fetching())
    if loaded is None:
        return (*awaiting(access), *_expired(access)[:1], _keeping("; it must have been loaded before"))
    return (_keeping(), *_expired(access)) if loaded else _expired(access)


def _were_loaded(access: Access) -> bool | None:
    """Was all that is needed loaded before the commit? None where that is not known."""
    if not access.attribute.kind.runs_code:
        return access.target.was_loaded
    needs = access.needs
    if not needs.is_complete:
        return False
    known = [_was_loaded(access, need) for need in needs.reads]
    return False if False in known else None if None in known else True


def _was_loaded(access: Access, need: Need) -> bool | None:
    if not need.way:
        return access.loaded_before.get(need.name)
    relationship = need.relationship
    return relationship is None or lazy_of(relationship) in EAGER


def _keeping(more: str = "") -> Remedy:
    reason = f"commit no longer expires loaded attributes{more}; rollback still does"
    return Remedy(KEEPING, reason, Applies.IN_SESSION)


def _keeping_if_it_helps(access: Access) -> Remedies:
    """Where a commit may have expired what was loaded; not where an UPDATE expires it before."""
    return (_keeping(),) if _were_loaded(access) and not access.wanted.is_generated_on_update else ()


def _fetching() -> Remedy:
    reason = "in the class: a flush then fetches it; a bulk update() does not"
    return Remedy(EAGER_DEFAULTS, reason, Applies.IN_MAPPING)


def _generated(access: Access) -> Remedies:
    is_property = access.wanted.attribute.kind is AttributeKind.COLUMN_PROPERTY
    return (*refreshing(access), *(() if is_property else (_fetching(),)), *awaiting(access))


def _query(access: Access) -> Remedies:
    target, is_dynamic = access.wanted, access.wanted.lazy == "dynamic"
    statement = f"{target.code}.{'statement' if is_dynamic else 'select()'}"
    run = _instead(
        f"await session.scalars({statement})", "runs its query, and can be awaited; change the model's code accordingly"
    )
    return (run, *awaiting(access)) if is_dynamic else (run,)


def _flushed(access: Access) -> Remedies:
    """Awaited, flush and SELECT both run; what has failed already must be rolled back first."""
    return (
        *_unloaded(access),
        Remedy(ROLLBACK, "after the failure: the session works again, but its new objects are lost"),
    )


def _inactive(access: Access) -> Remedies:
    refresh = refreshing(access)
    loads = refresh[0].code if refresh else awaited(access.target)
    return (_instead(f"{ROLLBACK}; {loads}", "ends the failed transaction, and reloads what the rollback expired"),)


def _detached(access: Access) -> Remedies:
    target, before = access.target, loading_with(access)
    options = options_of(access) if before else ()
    merged = f", options=[{joined(options)}]" if options and not target.way else ""
    keep = _keeping_if_it_helps(access) if target.is_expired else ()
    reattached = "attaches it to an open session, and awaits the load"
    merge = f"{target.variable} = await session.merge({target.variable}{merged})"
    is_merged = bool(merged) or _needs_columns_alone(access)
    return (
        *keep,
        *(() if target.is_expired and not options else before),
        *(_instead(f"session.add({target.variable}); {one.code}", reattached) for one in awaiting(access)),
        *((Remedy(merge, "a copy of it in an open session, freshly selected"),) if is_merged else ()),
    )


def _needs_columns_alone(access: Access) -> bool:
    return access.needs.is_complete and all(need.relationship is None and not need.way for need in access.needs.reads)


def _refused(access: Access) -> Remedies:
    return (*loading_with(access), *refreshing(access))


def _written(access: Access) -> Remedies:
    """An autoflush of something else has raised."""
    later = _instead(
        f"with session.no_autoflush: {awaited(access.target)}",
        "loads without flushing first; what cannot be written raises at commit",
    )
    return (later, Remedy(ROLLBACK, "after the failure: the session works again, but its new objects are lost"))


def _in_mapping(access: Access) -> Remedies:
    """Eager loading by the mapping, for a relationship that code reads of every instance."""
    relationships = [need.relationship for need in access.needs.reads if not need.way]
    if not access.needs.is_complete or len(access.needs.reads) != 1 or access.target.way:
        return ()
    code = 'relationship(lazy="selectin")'
    return tuple(
        Remedy(code, f"in the mapping of {dotted(one)}: every SELECT loads it", Applies.IN_MAPPING)
        for one in relationships
        if one is not None
    )


FITTING: dict[Why, Callable[[Access], Remedies]] = {
    Why.LAZY: _unloaded,
    Why.ASKED: awaiting,
    Why.DEFERRED: _unloaded,
    Why.LEFT_OUT: _unloaded,
    Why.OF_SUBCLASS: _unloaded,
    Why.UNLOADED: _unloaded,
    Why.GENERATED: _generated,
    Why.EXPIRED_ALONE: _expired,
    Why.COMMITTED: _committed,
    Why.ROLLED_BACK: _expired,
    Why.EXPIRED: lambda access: (*_expired(access), *_keeping_if_it_helps(access)),
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
        reason = f"in the mapping of {access.wanted.name}: the dataclass's repr() then omits it"
        return Remedy("relationship(repr=False)", reason, Applies.IN_MAPPING)
    written = f'def __repr__(self) -> str: return f"{access.target.entity} {{inspect(self).identity}}"'
    reason = "a repr() of what is always available; what is loaded is in self.__dict__"
    return Remedy(written, reason, Applies.IN_MAPPING)
