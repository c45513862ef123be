"""Exception -> `Failure`: which attribute, which cause, which remedies; derived from mapper and exception."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy
from sqlalchemy.exc import InvalidRequestError, MissingGreenlet, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import Mapper

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.entity import Relationship
from pirate_tui.domain.failure import Failure, Remedy
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.text import clean_lines
from pirate_tui.orm.snippet import chain, format_raw


MISSING_GREENLET = "xd2s"
"""SQLAlchemy's code of the error, the same on every version and driver; its class and text are not."""

VERSION = sqlalchemy.__version__.split(".")
DOCUMENTATION = f"https://docs.sqlalchemy.org/en/{VERSION[0]}{VERSION[1]}/"
ERRORS = f"https://sqlalche.me/e/{VERSION[0]}{VERSION[1]}/"


Explained = tuple[str, str, str, tuple[Remedy, ...]]
"""Cause, kind of error, link, remedies."""


@dataclass(frozen=True, slots=True)
class Access:
    """One access to a relationship, as it was made."""

    mapper: Mapper[Any]
    request: OpenRequest
    label: str
    """The instance: `PirateCrew 1`."""
    unsent: tuple[str, str] | None = None
    """Text and parameters of the statement that the access asked for, if it came so far."""

    def with_unsent(self, unsent: tuple[str, str] | None) -> "Access":
        """The access with the statement that it could not send."""
        return replace(self, unsent=unsent)

    @property
    def relationship(self) -> Relationship:
        """The relationship that is accessed."""
        return self.request.relationship

    @property
    def variable(self) -> str:
        """What its user would call the instance."""
        return self.request.entity.variable

    @property
    def attribute(self) -> str:
        """`PirateCrew.members`."""
        return f"{self.request.entity.name}.{self.relationship.name}"

    @property
    def code(self) -> str:
        """The access as its user would write it."""
        if self.request.mode is AccessMode.UNSAFE:
            return f"{self.variable}.{self.relationship.name}"
        return awaited(self)


Explain = Callable[[SQLAlchemyError, Access], Explained]


def is_missing_greenlet(error: BaseException) -> bool:
    """Does the error, or anything it came from, carry the code of a MissingGreenlet?"""
    return any(isinstance(link, SQLAlchemyError) and link.code == MISSING_GREENLET for link in chain(error))


def failure(error: SQLAlchemyError, access: Access) -> Failure:
    """The raw traceback of an access that raised, and its explanation."""
    cause, kind, link, remedies = _explanation(error)(error, access)
    raw, last = format_raw(error)
    return Failure(
        name=_name(error),
        headline=clean_lines(last.rstrip("\n")),
        raw=clean_lines(raw.rstrip("\n")),
        code=access.code,
        attribute=access.attribute,
        instance=access.label,
        cause=cause,
        kind=kind,
        statement=_statement(access),
        link=link,
        remedies=remedies,
    )


def _explanation(error: SQLAlchemyError) -> Explain:
    if is_missing_greenlet(error):
        return _missing_greenlet
    return _refused if isinstance(error, InvalidRequestError) and "is not available due to" in str(error) else _other


def _name(error: SQLAlchemyError) -> str:
    inner = getattr(error, "orig", None)
    return type(error).__name__ + (f"({type(inner).__name__})" if inner is not None else "")


def awaited(access: Access) -> str:
    """The line that awaits the attribute: by `AsyncAttrs` where the class has it, else by `run_sync`."""
    variable, name = access.variable, access.relationship.name
    if issubclass(access.mapper.class_, AsyncAttrs):
        return f"await {variable}.awaitable_attrs.{name}"
    return f"await session.run_sync(lambda _: {variable}.{name})"


def _missing_greenlet(error: SQLAlchemyError, access: Access) -> Explained:
    lazy = access.relationship.lazy
    cause = (
        f"{access.attribute} is mapped with lazy='{lazy}': it was not loaded with {access.label}, so its first "
        "access sends a SELECT, and with an async driver somebody must await that. Inside `await session...` "
        "SQLAlchemy runs in a greenlet, which can wait for the driver; your plain line ran outside of one."
    )
    remedy = Remedy(awaited(access), "awaits the same lazy load: one statement for each instance it is done on")
    kind = _kind_of_missing_greenlet(error)
    return cause, kind, ERRORS + MISSING_GREENLET, (remedy, *_eager(access), _refresh(access))


def _kind_of_missing_greenlet(error: SQLAlchemyError) -> str:
    if isinstance(error, MissingGreenlet):
        return "A bare MissingGreenlet, as SQLAlchemy raises it where this driver is asked for IO outside a greenlet."
    return (
        f"A {type(error).__name__} around a MissingGreenlet: the engine wraps what a driver raises before a statement "
        "has begun, so `except MissingGreenlet` does not catch it. Test error.code == "
        f"'{MISSING_GREENLET}', which both carry."
    )


def _other(error: SQLAlchemyError, access: Access) -> Explained:
    cause = f"The access to {access.attribute} raised {_name(error)}; the traceback says where."
    link = ERRORS + error.code if error.code else DOCUMENTATION
    return cause, "It is neither a MissingGreenlet nor a loader strategy that refuses.", link, ()


def _refused(error: SQLAlchemyError, access: Access) -> Explained:
    by_option = access.request.strategy is LoaderStrategy.RAISELOAD
    origin = "the option raiseload()" if by_option else f"its mapping, lazy='{access.relationship.lazy}',"
    cause = (
        f"{access.attribute} is not loaded, and {origin} refuses to load it at an access. "
        "No IO was tried, and awaiting the access raises the same: load it before instead."
    )
    kind = (
        f"{type(error).__name__}, raised by the loader strategy itself. It is not a MissingGreenlet; "
        "unlike one, it names the attribute, which makes raiseload a good net for lazy loads in tests."
    )
    link = DOCUMENTATION + "orm/queryguide/relationships.html#preventing-unwanted-lazy-loads-using-raiseload"
    return cause, kind, link, (*_eager(access), _refresh(access))


def _eager(access: Access) -> tuple[Remedy, ...]:
    option = "selectinload" if access.relationship.uselist else "joinedload"
    reason = "a second SELECT for all instances at once" if access.relationship.uselist else "a JOIN in the same SELECT"
    code = f"select({access.request.entity.name}).options({option}({access.attribute}))"
    return (Remedy(code, f"loads it with the instance, by {reason}; the plain access then costs nothing"),)


def _refresh(access: Access) -> Remedy:
    code = f'await session.refresh({access.variable}, ["{access.relationship.name}"])'
    return Remedy(code, "loads it into an instance that is already there; the name must be given")


def _statement(access: Access) -> tuple[str, ...]:
    if access.unsent is None:
        return ()
    text, parameters = access.unsent
    return (*text.split("\n"), f"parameters: {parameters}")
