"""Exception -> `Failure`: which attribute, which cause, which remedies; derived from mapper and exception."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy
from sqlalchemy.exc import InvalidRequestError, MissingGreenlet, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.access import AccessMode, AttributeKind, AttributeState, Situation
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import Failure, Remedy
from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.domain.text import clean_lines
from pirate_tui.orm.attributes import Attribute
from pirate_tui.orm.snippet import MISSING_GREENLET, format_raw, is_missing_greenlet
from pirate_tui.orm.statements import Unsent


VERSION = sqlalchemy.__version__.split(".")
DOCUMENTATION = f"https://docs.sqlalchemy.org/en/{VERSION[0]}{VERSION[1]}/"
ERRORS = f"https://sqlalche.me/e/{VERSION[0]}{VERSION[1]}/"


Explained = tuple[str, str, str, tuple[Remedy, ...]]
"""Cause, kind of error, link, remedies."""


@dataclass(frozen=True, slots=True)
class Access:
    """One access to an attribute, as it was made."""

    mapper: Mapper[Any]
    entity: Entity
    attribute: Attribute
    mode: AccessMode
    label: str
    """The instance: `PirateCrew 1`."""
    strategy: LoaderStrategy = LoaderStrategy.AS_MAPPED
    """How the attribute was asked to be loaded with its instance."""
    state: AttributeState = AttributeState.UNLOADED
    """What the instance held of it before."""
    situation: Situation = Situation.FRESH
    """What had been done with the instance before."""
    unsent: Unsent | None = None
    """What the access asked for, if it came so far."""

    def with_unsent(self, unsent: Unsent | None) -> "Access":
        """The access with the statement that it could not send."""
        return replace(self, unsent=unsent)

    @property
    def relationship(self) -> RelationshipProperty[Any] | None:
        """The relationship that is accessed; None where it is something else."""
        return self.mapper.relationships.get(self.attribute.name)

    @property
    def variable(self) -> str:
        """What its user would call the instance."""
        return self.entity.variable

    @property
    def name(self) -> str:
        """`PirateCrew.members`."""
        return f"{self.entity.name}.{self.attribute.name}"

    @property
    def code(self) -> str:
        """The access as its user would write it."""
        return awaited(self) if self.mode.awaits else self.attribute.code(self.variable)


Explain = Callable[[Exception, Access], Explained]


def failure(error: Exception, access: Access) -> Failure:
    """The raw traceback of an access that raised, and its explanation."""
    cause, kind, link, remedies = _explanation(error)(error, access)
    raw, last = format_raw(error)
    return Failure(
        name=_name(error),
        headline=clean_lines(last.rstrip("\n")),
        raw=clean_lines(raw.rstrip("\n")),
        code=access.code,
        attribute=access.name,
        instance=access.label,
        cause=cause,
        kind=kind,
        statement=() if access.unsent is None else access.unsent.lines,
        link=link,
        remedies=remedies,
    )


def _explanation(error: Exception) -> Explain:
    if is_missing_greenlet(error):
        return _missing_greenlet
    if isinstance(error, DetachedInstanceError):
        return _detached
    if isinstance(error, InvalidRequestError) and "is not available due to" in str(error):
        return _refused
    return _other


def _name(error: Exception) -> str:
    inner = getattr(error, "orig", None)
    return type(error).__name__ + (f"({type(inner).__name__})" if inner is not None else "")


def awaited(access: Access) -> str:
    """The line that awaits the attribute: by `AsyncAttrs` where the class has it, else by `run_sync`."""
    if issubclass(access.mapper.class_, AsyncAttrs) and access.attribute.kind is not AttributeKind.METHOD:
        return f"await {access.variable}.awaitable_attrs.{access.attribute.name}"
    return f"await session.run_sync(lambda _: {access.attribute.code(access.variable)})"


# A MissingGreenlet: why there was something to be loaded.

GREENLET = (
    "and with an async driver somebody must await that. Inside `await session...` SQLAlchemy runs in a greenlet, "
    "which can wait for the driver; your plain line ran outside of one."
)


def _missing_greenlet(error: Exception, access: Access) -> Explained:
    why, remedies = _why_loading(access)
    return f"{why}, {GREENLET}", _kind_of_missing_greenlet(error), ERRORS + MISSING_GREENLET, remedies


def _why_loading(access: Access) -> tuple[str, tuple[Remedy, ...]]:
    """What was to be loaded, and the remedies that fit, best first."""
    if access.attribute.kind.runs_code:
        return _computed(access)
    if access.state is AttributeState.EXPIRED or access.situation in EXPIRING:
        return _expired(access)
    if access.relationship is not None:
        why = (
            f"{access.name} is mapped with lazy='{access.relationship.lazy}': it was not loaded with {access.label}, "
            "so its first access sends a SELECT"
        )
        return why, (_awaiting(access), *_eager(access), _refresh(access))
    if access.state is AttributeState.DEFERRED:
        why = (
            f"{access.name} is deferred: it was left out of the SELECT of {access.label}, so its first access sends one"
        )
        return why, (_awaiting(access), _undefer(access), _refresh(access))
    why = f"{access.name} was not loaded with {access.label}, so its first access sends a SELECT"
    return why, (_awaiting(access), _refresh(access))


EXPIRING = {Situation.AFTER_COMMIT, Situation.AFTER_ROLLBACK}


def _expired(access: Access) -> tuple[str, tuple[Remedy, ...]]:
    """Everything of the instance is gone; it would be selected again at the first access."""
    again = f"so the first access to {access.name} selects it again"
    if access.situation is Situation.AFTER_ROLLBACK:
        why = f"The rollback expired {access.label}, as it always does, whatever expire_on_commit says; {again}"
        return why, (_refresh(access), _awaiting(access))
    settings = "async_sessionmaker(engine, expire_on_commit=False)"
    keep = Remedy(
        settings, "a commit then leaves what is loaded; a rollback, and what was never loaded, it does not help"
    )
    why = f"The commit expired {access.label}: expire_on_commit is on, and takes even the primary key; {again}"
    identity = Remedy(f"inspect({access.variable}).identity", "the primary key without any IO, expired or not")
    return why, (keep, _refresh(access), _awaiting(access), *((identity,) if _is_key(access) else ()))


def _is_key(access: Access) -> bool:
    column = access.mapper.column_attrs.get(access.attribute.name)
    return column is not None and column.columns[0] in access.mapper.primary_key


def _computed(access: Access) -> tuple[str, tuple[Remedy, ...]]:
    """Code of the model has read something that was to be loaded."""
    path = None if access.unsent is None else access.unsent.path
    read = f"reads {path}, which is not loaded" if path else "reads something that is not loaded, or is expired"
    why = f"{access.name} runs code of the model ({access.attribute.kind.value}) that {read}: a SELECT is due"
    return why, (*_load_before(access), _awaiting(access))


def _load_before(access: Access) -> tuple[Remedy, ...]:
    """What the code reads, loaded with the instance, or into it."""
    path = "" if access.unsent is None else access.unsent.path
    owner, _, name = path.partition(".")
    if owner == access.entity.name:
        option = f"select({owner}).options(selectinload({path}))"
        refresh = f'await session.refresh({access.variable}, ["{name}"])'
        return (
            Remedy(option, f"loads {path} with the instance; the code then finds it there"),
            Remedy(refresh, "loads it into an instance that is there"),
        )
    if not path and access.situation is not Situation.FRESH:
        refresh = f"await session.refresh({access.variable})"
        return (Remedy(refresh, "loads all its columns again, which is what the code reads"),)
    return ()


def _kind_of_missing_greenlet(error: Exception) -> str:
    if isinstance(error, MissingGreenlet):
        return "A bare MissingGreenlet, as SQLAlchemy raises it where this driver is asked for IO outside a greenlet."
    if not isinstance(error, SQLAlchemyError):
        return f"A {type(error).__name__} of other code, which had met a MissingGreenlet."
    return (
        f"A {type(error).__name__} around a MissingGreenlet: the engine wraps what a driver raises before a statement "
        "has begun, so `except MissingGreenlet` does not catch it. Test error.code == "
        f"'{MISSING_GREENLET}', which both carry."
    )


# Other errors.


def _detached(_error: Exception, access: Access) -> Explained:
    cause = (
        f"{access.label} is detached: its session was closed, or has let go of it. {access.name} is not loaded, and "
        "without a session there is nobody to load it. Awaiting the access raises the same."
    )
    add = Remedy(f"session.add({access.variable})", "gives it to an open session; then await the access")
    merge = Remedy(f"await session.merge({access.variable})", "a copy of it in an open session, selected anew")
    kind = "DetachedInstanceError, raised before any IO is tried. Unlike a MissingGreenlet, it names the attribute."
    before = _eager(access) if access.relationship is not None else ()
    return cause, kind, f"{ERRORS}bhk3", (*before, add, merge)


def _other(error: Exception, access: Access) -> Explained:
    code = getattr(error, "code", None)
    link = f"{ERRORS}{code}" if isinstance(error, SQLAlchemyError) and code else DOCUMENTATION
    if access.attribute.kind.runs_code and not isinstance(error, SQLAlchemyError):
        cause = f"{access.name} runs code of the model ({access.attribute.kind.value}), and that raised {_name(error)}."
        return cause, "An error of the model's own code: no IO was due, and no loader strategy helps.", link, ()
    cause = f"The access to {access.name} raised {_name(error)}; the traceback says where."
    return cause, "It is neither a MissingGreenlet nor a loader strategy that refuses.", link, ()


def _refused(error: Exception, access: Access) -> Explained:
    by_option = access.strategy is LoaderStrategy.RAISELOAD
    mapped = "deferred_raiseload" if access.relationship is None else f"lazy='{access.relationship.lazy}'"
    origin = "the option raiseload()" if by_option else f"its mapping, {mapped},"
    cause = (
        f"{access.name} is not loaded, and {origin} refuses to load it at an access. "
        "No IO was tried, and awaiting the access raises the same: load it before instead."
    )
    kind = (
        f"{type(error).__name__}, raised by the loader strategy itself. It is not a MissingGreenlet; "
        "unlike one, it names the attribute, which makes raiseload a good net for lazy loads in tests."
    )
    link = DOCUMENTATION + "orm/queryguide/relationships.html#preventing-unwanted-lazy-loads-using-raiseload"
    before = (_undefer(access),) if access.relationship is None else _eager(access)
    return cause, kind, link, (*before, _refresh(access))


# Remedies.


def _awaiting(access: Access) -> Remedy:
    return Remedy(awaited(access), "awaits the same load: one statement for each instance it is done on")


def _eager(access: Access) -> tuple[Remedy, ...]:
    uselist = access.relationship is not None and access.relationship.uselist
    option = "selectinload" if uselist else "joinedload"
    reason = "a second SELECT for all instances at once" if uselist else "a JOIN in the same SELECT"
    code = f"select({access.entity.name}).options({option}({access.name}))"
    return (Remedy(code, f"loads it with the instance, by {reason}; the plain access then costs nothing"),)


def _undefer(access: Access) -> Remedy:
    code = f"select({access.entity.name}).options(undefer({access.name}))"
    return Remedy(code, "loads it with the instance, in the same SELECT")


def _refresh(access: Access) -> Remedy:
    code = f'await session.refresh({access.variable}, ["{access.attribute.name}"])'
    return Remedy(code, "loads it into an instance that is already there; the name must be given")
