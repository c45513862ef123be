"""Build the relationships of foreign keys: both ways, and through association tables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_
from sqlalchemy.orm import RelationshipProperty, foreign, relationship, remote

from pirate_tui.orm.reflection.foreign_keys import Link
from pirate_tui.orm.reflection.names import many_to_many, many_to_one, one_to_many, unique


class Relation(NamedTuple):
    """A relationship along foreign keys: one of its own, one that refers to it, or both by an association."""

    near: Link | None
    """The foreign key that leads to the table: one to many, or the first step to a many to many."""
    far: Link | None
    """The foreign key that leads away from it, or from the association."""

    @property
    def target(self) -> str:
        """The table that it leads to."""
        if self.far is not None:
            return self.far.parent
        assert self.near is not None  # noqa: S101  a relation has one end at least
        return self.near.child

    @property
    def reverse(self) -> "Relation":
        """The relation from the target back."""
        return Relation(self.far, self.near)


def named(relations: Sequence[Relation], taken: set[str]) -> dict[Relation, str]:
    """Return the attribute name of each of a table's relations, and add it to `taken`."""
    ways = Counter((relation.target, relation.far is None) for relation in relations if relation.near is not None)
    return {
        relation: unique(_candidates(relation, is_only=ways[relation.target, relation.far is None] == 1), taken)
        for relation in relations
    }


def made(
    relation: Relation, classes: Mapping[str, type], tables: Mapping[str, Table], reverse: str | None
) -> RelationshipProperty[Any]:
    """Return the relationship of a relation; `reverse` is the name of the other side where that is mapped already.

    View only, since nothing is ever written here: foreign keys may overlap, and an association table has a class too.
    """
    near = None if relation.near is None else _ends(relation.near, tables)
    far = None if relation.far is None else _ends(relation.far, tables)
    joins: dict[str, Any]
    if near and far and relation.near:
        joins = {
            "secondary": tables[relation.near.child],
            "primaryjoin": and_(*(foreign(child) == parent for child, parent in near)),
            "secondaryjoin": and_(*(foreign(child) == parent for child, parent in far)),
        }
    elif far:
        joins = {"primaryjoin": and_(*(foreign(child) == remote(parent) for child, parent in far))}
    else:
        joins = {"primaryjoin": and_(*(remote(foreign(child)) == parent for child, parent in near or ()))}
    is_list = relation.near is not None
    return relationship(
        classes[relation.target], lazy="select", viewonly=True, uselist=is_list, back_populates=reverse, **joins
    )


def _candidates(relation: Relation, *, is_only: bool) -> list[str]:
    near, far = relation
    if near is not None and far is not None:
        return many_to_many(far.columns, far.parent, far.child, is_only=is_only)
    if near is not None:
        return one_to_many(near.columns, near.child, is_only=is_only)
    assert far is not None  # noqa: S101  a relation has one end at least
    return many_to_one(far.columns, far.parent)


def _ends(link: Link, tables: Mapping[str, Table]) -> list[tuple[ColumnElement[Any], ColumnElement[Any]]]:
    """Return the pairs of columns of a foreign key, the child's first."""
    child = {column.name: column for column in tables[link.child].columns}
    parent = {column.name: column for column in tables[link.parent].columns}
    return [(child[here], parent[there]) for here, there in zip(link.columns, link.targets, strict=True)]
