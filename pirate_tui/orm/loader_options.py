"""Convert loader strategies to SQLAlchemy's loader options."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import (
    Mapper,
    RelationshipProperty,
    immediateload,
    joinedload,
    raiseload,
    selectinload,
    subqueryload,
)
from sqlalchemy.sql.base import ExecutableOption

from pirate_tui.domain.options import Loader, LoaderOption, attribute


OPTIONS: dict[Loader, Callable[[Any], ExecutableOption]] = {
    Loader.SELECTINLOAD: selectinload,
    Loader.JOINEDLOAD: joinedload,
    Loader.SUBQUERYLOAD: subqueryload,
    Loader.IMMEDIATELOAD: immediateload,
    Loader.RAISELOAD: raiseload,
}


def lazy_of(relationship: RelationshipProperty[Any]) -> str:
    """Return the relationship's `lazy` as a name: `select`, `selectin`, `raise`; older values by their new names."""
    return OLDER_NAMES.get(relationship.lazy, str(relationship.lazy))


OLDER_NAMES: dict[object, str] = {True: "select", False: "joined", None: "noload"}
"""Older values of a relationship's `lazy`
(https://docs.sqlalchemy.org/en/21/orm/relationship_api.html#sqlalchemy.orm.relationship.params.lazy)."""


def loader_of(relationship: RelationshipProperty[Any]) -> str:
    """Return the name of the eager loader: a second SELECT for collections, for which a JOIN would repeat rows."""
    return selectinload.__name__ if relationship.uselist else joinedload.__name__


def loads_subclass(mapper: Mapper[Any], subclass: Mapper[Any]) -> bool:
    """Whether the mapping loads the columns of a subclass together with instances of the class."""
    return subclass in mapper.with_polymorphic_mappers or subclass.polymorphic_load == "selectin"


def eager_option(relationship: RelationshipProperty[Any]) -> LoaderOption:
    """Return the option that loads the relationship eagerly: `selectinload(PirateCrew.members)`."""
    typed = attribute(relationship.parent.class_.__name__, relationship.key)
    return LoaderOption(loader_of(relationship), (typed,))


def loader_options(mapper: Mapper[Any], name: str, loader: Loader | None) -> tuple[ExecutableOption, ...]:
    """Return the options that load the relationship `name` by that loader; none for None."""
    return () if loader is None else (OPTIONS[loader](getattr(mapper.class_, name)),)
