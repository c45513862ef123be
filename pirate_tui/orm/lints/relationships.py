"""List the relationships of a mapper, and write them as code."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Mapper, RelationshipProperty


def own_relationships(mapper: Mapper[Any]) -> Iterator[RelationshipProperty[Any]]:
    """Yield the relationships that the class defines itself, and not a base that is mapped."""
    return (relationship for relationship in mapper.relationships if relationship.parent is mapper)


def relationship_with(
    relationship: RelationshipProperty[Any], arguments: str, mapper: Mapper[Any] | None = None
) -> str:
    """Return the line that defines the relationship with these arguments, beside those that it has.

    Where it is not of the class of the mapper, it is named with its own.
    """
    is_foreign = mapper is not None and relationship.parent is not mapper
    owner = f"{relationship.parent.class_.__name__}." if is_foreign else ""
    return f"{owner}{relationship.key} = relationship(..., {arguments})"
