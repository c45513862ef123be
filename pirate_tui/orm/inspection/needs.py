"""Represent what code reads of instances and must be loaded for it."""

from typing import Any, NamedTuple, TypeAlias

from sqlalchemy.orm import Mapper, RelationshipProperty


Way: TypeAlias = tuple[RelationshipProperty[Any], ...]
"""Relationships that lead from one instance to another."""


class Need(NamedTuple):
    """An attribute that is read and not loaded."""

    way: Way
    """The way from the instance whose code is run; empty for that one itself."""
    mapper: Mapper[Any]
    """The mapper of the instance that it is read of."""
    name: str
    recurs: bool = False
    """Whether it is a relationship that is followed recursively."""
    read_by: str = ""
    """The code that reads it, where that is asked for: `Order.total`."""

    @property
    def relationship(self) -> RelationshipProperty[Any] | None:
        """The relationship of that name; None for any other attribute."""
        return self.mapper.relationships.get(self.name)


class Needs(NamedTuple):
    """Everything that an access would have to load."""

    reads: tuple[Need, ...] = ()
    is_complete: bool = True
    """Whether the code ended by itself; otherwise it may read more, or queries the database itself."""
    queries: tuple[Need, ...] = ()
    """The relationships that are read and return a query, which no option loads."""
    is_endless: bool = False
    """Whether the code did not end, and was stopped: what it would have read is not known."""


def is_self_referential(relationship: RelationshipProperty[Any]) -> bool:
    """Whether the relationship leads to instances that have it, too."""
    return relationship.mapper.isa(relationship.parent) or relationship.parent.isa(relationship.mapper)
