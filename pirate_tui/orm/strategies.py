"""Loader strategies -> SQLAlchemy's loader options."""

from typing import Any

from sqlalchemy.orm import (
    InstrumentedAttribute,
    Mapper,
    joinedload,
    raiseload,
    selectinload,
    subqueryload,
)
from sqlalchemy.sql.base import ExecutableOption

from pirate_tui.domain.loading import LoaderStrategy


OPTIONS = {
    LoaderStrategy.SELECTINLOAD: selectinload,
    LoaderStrategy.JOINEDLOAD: joinedload,
    LoaderStrategy.SUBQUERYLOAD: subqueryload,
    LoaderStrategy.RAISELOAD: raiseload,
}


def loader_options(mapper: Mapper[Any], name: str, strategy: LoaderStrategy) -> tuple[ExecutableOption, ...]:
    """The options for a select that is to load the relationship `name` by the strategy; none for as mapped."""
    if strategy is LoaderStrategy.AS_MAPPED:
        return ()
    attribute: InstrumentedAttribute[Any] = getattr(mapper.class_, name)
    return (OPTIONS[strategy](attribute),)
