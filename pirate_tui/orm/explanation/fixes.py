"""Build the fixes of the causes: lines for this attribute and this state, as their user would write them.

Each loads all that the access needs: for code of the model, all that it reads. Where that is not known, since the code
queries the database itself or did not end, only those fixes are returned that hold whatever it reads.
"""

import dataclasses
from inspect import unwrap

from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.options import LoaderOption, selecting
from pirate_tui.domain.remedy import Applies, Remedy
from pirate_tui.orm.explanation.access import Access, Target, awaited, dotted, is_taken_for_a_cycle
from pirate_tui.orm.explanation.cause import Fixes
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.options import options_for
from pirate_tui.orm.inspection.needs import Need
from pirate_tui.orm.loader_options import lazy_of


EXPIRE_ON_COMMIT_OFF = "async_sessionmaker(engine, expire_on_commit=False)"
"""A session maker whose commit expires nothing."""

ROLLBACK = "await session.rollback()"
"""The call that a session requires after a flush that failed."""

EAGER_DEFAULTS = '__mapper_args__ = {"eager_defaults": True}'
INLINE = '__mapper_args__ = {"polymorphic_load": "inline"}'
"""A line in the mapping of a class."""


def awaiting(access: Access) -> Fixes:
    """Return the same access, awaited; nothing where a mapping refuses to load what it needs."""
    if any(map(_refuses, access.needs.reads)):
        return ()
    if access.attribute.kind.runs_code:
        return (instead(awaited(access.target), "runs the code where everything it reads can be awaited"),)
    return (instead(awaited(access.target), "awaits the load; one SELECT per instance: in a loop, an N+1"),)


def _refuses(need: Need) -> bool:
    """Whether the mapping refuses to load it at an access."""
    if need.relationship is not None:
        return lazy_of(need.relationship).startswith("raise")
    return bool(need.mapper.column_attrs[need.name].raiseload)


def refreshing(access: Access) -> Fixes:
    """Return a refresh that loads all that is needed by name; nothing where other instances need it."""
    target, needs = access.target, access.needs
    is_by_name = bool(needs.reads) and all(map(_is_refreshed_by_name, needs.reads))
    if access.session is None or not needs.is_complete or not is_by_name:
        return ()
    if access.attribute.kind.runs_code and all(_comes_with_its_row(need, target) for need in needs.reads):
        return (Remedy(f"await session.refresh({target.variable})", "reloads its columns"),)
    return (Remedy(f"await {refresh_of(target, needs.reads)}", "loads it into the instance that you already have"),)


def refresh_of(target: Target, needs: "tuple[Need, ...]") -> str:
    """Return the call that loads these attributes into their instance."""
    names = ", ".join(f'"{name}"' for name in dict.fromkeys(need.name for need in needs))
    return f"session.refresh({target.variable}, [{names}])"


def loading_with(access: Access) -> Fixes:
    """Return options of the SELECT that load all that is needed together with the instance."""
    target, needs = access.target, access.needs
    if not needs.is_complete or not needs.reads:
        return ()
    if target.column is not None and target.is_of_subclass:
        return _polymorphic(access)
    options = options_of(access)
    if not options and not access.target.is_expired:
        return (
            _select(selecting(_selected(target)), "without load_only() or defer(), it is loaded with the instance"),
        )
    return (_select(selecting(_selected(target), options), _reason(access, options)),)


def options_of(access: Access) -> tuple[LoaderOption, ...]:
    """Return the options with which all that is needed is loaded with the instance."""
    target = access.target
    return options_for(access.needs.reads, target.way, target.way[0].parent if target.way else target.mapper)


def _selected(target: Target) -> str:
    """Return the name of the class to select, so that the options reach the instance."""
    return str(target.way[0].parent.class_.__name__) if target.way else target.entity


def instead(code: str, reason: str) -> Remedy:
    """Return a line that replaces the access."""
    return Remedy(code, reason, Applies.INSTEAD)


def _select(code: str, reason: str) -> Remedy:
    return Remedy(code, reason, Applies.IN_SELECT)


def _reason(access: Access, options: tuple[LoaderOption, ...]) -> str:
    """Return what the options do."""
    again = "select it again: " if access.target.is_expired else ""
    if any(option.is_recursive for option in options):
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


def _polymorphic(access: Access) -> Fixes:
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
    """Whether it is the instance's own, and refresh() loads it by name."""
    one = need.relationship
    return not need.way and not need.recurs and (one is None or not is_taken_for_a_cycle(one, need.mapper))


def _comes_with_its_row(need: Need, target: Target) -> bool:
    """Whether it is a column that every SELECT of the instance loads."""
    if need.relationship is not None:
        return False
    column = need.mapper.column_attrs[need.name]
    return not column.deferred and not (target.selected is not None and need.name not in target.selected.attrs)


def loading(access: Access) -> Fixes:
    """Return fixes for what was never loaded: awaited, with the instance, or into it."""
    before = loading_with(access)
    if access.attribute.kind.runs_code:
        return (*before, *refreshing(access), *awaiting(access), *_in_mapping(access))
    return (*awaiting(access), *before, *refreshing(access))


def reloading(evidence: Evidence) -> Fixes:
    """Return fixes that load again what has expired."""
    target, access = evidence.wanted, evidence.access
    identity = (
        (instead(f"inspect({target.variable}).identity", "the primary key without any IO, expired or not"),)
        if target.is_key and not evidence.runs_code
        else ()
    )
    refresh = refreshing(access)
    again = () if refresh else loading_with(access)
    return (*refresh, *again, *awaiting(access), *identity)


def expire_on_commit_off(reason: str) -> Remedy:
    """Return a session maker whose commit expires nothing, with the reason why it helps or does not."""
    return Remedy(EXPIRE_ON_COMMIT_OFF, reason, Applies.IN_SESSION)


def keeping_loaded(more: str = "") -> Remedy:
    """Return the fix that keeps what is loaded when its session commits; `more` is a condition."""
    return expire_on_commit_off(f"commit no longer expires loaded attributes{more}; rollback still does")


def keeping_if_it_helps(evidence: Evidence) -> Fixes:
    """Return the same fix if a commit may have expired what was loaded, and no UPDATE expires it before."""
    helps = were_loaded(evidence.access) and not evidence.wanted.is_generated_on_update
    return (keeping_loaded(),) if helps else ()


def were_loaded(access: Access) -> bool | None:
    """Whether all that is needed was loaded before the commit; None where that is not known."""
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


def eager_defaults() -> Remedy:
    """Return a mapping with which a flush fetches what the database generates."""
    reason = "in the class: a flush then fetches it; a bulk update() does not"
    return Remedy(EAGER_DEFAULTS, reason, Applies.IN_MAPPING)


def rolling_back() -> Remedy:
    """Return the rollback that a session requires after an autoflush has failed."""
    return Remedy(ROLLBACK, "after the failure: the session works again, but its new objects are lost")


def running_query(evidence: Evidence) -> Fixes:
    """Return fixes that run the query of a dynamic or write_only relationship so that it can be awaited."""
    target, is_dynamic = evidence.wanted, evidence.wanted.lazy == "dynamic"
    statement = f"{target.code}.{'statement' if is_dynamic else 'select()'}"
    run = instead(
        f"await session.scalars({statement})", "runs its query, and can be awaited; change the model's code accordingly"
    )
    return (run, *awaiting(evidence.access)) if is_dynamic else (run,)


def _in_mapping(access: Access) -> Fixes:
    """Return eager loading by the mapping, for the only relationship that code reads of every instance."""
    relationships = [need.relationship for need in access.needs.reads if not need.way]
    if not access.needs.is_complete or len(access.needs.reads) != 1 or access.target.way:
        return ()
    code = 'relationship(lazy="selectin")'
    return tuple(
        Remedy(code, f"in the mapping of {dotted(relationship)}: every SELECT loads it", Applies.IN_MAPPING)
        for relationship in relationships
        if relationship is not None
    )


def another_repr(evidence: Evidence) -> Remedy:
    """Return a repr() that reads only what is always available."""
    mapped, wanted = evidence.access.target.mapper.class_, evidence.wanted
    code = getattr(unwrap(mapped.__repr__), "__code__", None)
    is_generated = dataclasses.is_dataclass(mapped) and code is not None and code.co_filename == "<string>"
    if is_generated and wanted.relationship is not None:
        reason = f"in the mapping of {wanted.name}: the dataclass's repr() then omits it"
        return Remedy("relationship(repr=False)", reason, Applies.IN_MAPPING)
    entity = evidence.access.target.entity
    written = f'def __repr__(self) -> str: return f"{entity} {{inspect(self).identity}}"'
    reason = "a repr() of what is always available; what is loaded is in self.__dict__"
    return Remedy(written, reason, Applies.IN_MAPPING)
