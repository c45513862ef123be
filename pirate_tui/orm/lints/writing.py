"""Lint what hurts after a write: cascades, values of the database's own, two sides of a relationship."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column
from sqlalchemy.orm import Mapper, RelationshipDirection, RelationshipProperty
from sqlalchemy.orm.exc import UnmappedColumnError

from pirate_tui.domain.entity import NOLOAD
from pirate_tui.domain.lints import CASCADE_OF_NOTHING, CASCADE_THAT_LOADS, ONE_WAY, STALE_AFTER_UPDATE, Lint
from pirate_tui.domain.text import clean
from pirate_tui.orm.inspection.generated import generated_at_update, is_generated_at_update
from pirate_tui.orm.lints.relationships import own_relationships, relationship_with
from pirate_tui.orm.loader_options import lazy_of


LONGEST_FIX = 1_000
"""The most characters of a constraint."""

CASCADE = "CASCADE"
"""The action of a foreign key that deletes what refers to a row."""


def cascades(mapper: Mapper[Any]) -> Iterator[Lint]:
    """Yield the relationships to rows of others that a delete cascades to by loading them, or not at all."""
    for relationship in own_relationships(mapper):
        if not relationship.cascade.delete or relationship.direction is not RelationshipDirection.ONETOMANY:
            continue
        can_database = _database_can_delete(relationship)
        if lazy_of(relationship) == NOLOAD:
            reason = (
                'a delete cascades to what it holds, which is nothing with lazy="noload": the rows stay, '
                "or the delete fails"
            )
            arguments = 'lazy="raise", passive_deletes=True' if can_database else 'lazy="select"'
            rule = CASCADE_OF_NOTHING
        elif relationship.passive_deletes is False and can_database:
            reason = "a delete loads all that it cascades to, and sends a DELETE for each row"
            rule, arguments = CASCADE_THAT_LOADS, "passive_deletes=True"
        else:
            continue
        keys = _foreign_keys(relationship) if can_database else ()
        lines = (relationship_with(relationship, arguments), *keys)
        yield Lint(rule, "", relationship.key, reason, "\n".join(lines))


def _database_can_delete(relationship: RelationshipProperty[Any]) -> bool:
    """Whether foreign keys could delete all that a delete reaches through the relationship.

    They cannot where it has none, and would need more than its own where rows are of several tables, or have others
    that depend on them.
    """
    targets = list(relationship.mapper.self_and_descendants)
    depends = any(other.secondary is not None or other.cascade.delete for one in targets for other in one.relationships)
    return bool(_constraints(relationship)) and all(len(one.tables) == 1 for one in targets) and not depends


def _constraints(relationship: RelationshipProperty[Any]) -> dict[Any, Any]:
    """Return the foreign keys of the other class that make the relationship, each with a column."""
    return {
        key.constraint: column
        for column in relationship.remote_side
        for key in column.foreign_keys
        if key.constraint is not None and key.column in relationship.local_columns
    }


def _foreign_keys(relationship: RelationshipProperty[Any]) -> Iterator[str]:
    """Yield the foreign keys of the other class that do not let the database delete its rows."""
    constraints = _constraints(relationship)
    name = relationship.mapper.class_.__name__
    for constraint, column in constraints.items():
        if (constraint.ondelete or "").upper() == CASCADE:
            continue
        targets = [f'"{key.target_fullname}"' for key in constraint.elements]
        if len(targets) == 1:
            cascading = f'ForeignKey({targets[0]}, ondelete="{CASCADE}")'
            yield clean(f"{name}.{_attribute(relationship.mapper, column)} = mapped_column({cascading})")
        else:
            columns = ", ".join(f'"{name}"' for name in constraint.column_keys)
            cascading = f'ForeignKeyConstraint([{columns}], [{", ".join(targets)}], ondelete="{CASCADE}")'
            yield clean(f"{name}.__table_args__ = ({cascading},)", LONGEST_FIX)


def _attribute(mapper: Mapper[Any], column: Any) -> str:
    """Return the name of a column's attribute."""
    try:
        return mapper.get_property_by_column(column).key
    except UnmappedColumnError:
        return str(column.key)


def stale_after_update(mapper: Mapper[Any]) -> Iterator[Lint]:
    """Yield the columns that the database generates at each UPDATE, and that are then read by another statement."""
    expired = generated_at_update(mapper)
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if attribute.key not in expired or not isinstance(column, Column) or not is_generated_at_update(column):
            continue
        if attribute.parent is not mapper:
            continue  # it is the base's
        name = "server_onupdate" if column.server_onupdate is not None else "onupdate"
        reason = f"{name} and no eager_defaults: after each UPDATE it is expired, and the next access does IO"
        others = "..., " if "__mapper_args__" in vars(mapper.class_) else ""
        yield Lint(
            STALE_AFTER_UPDATE, "", attribute.key, reason, f'__mapper_args__ = {{{others}"eager_defaults": True}}'
        )


def one_way(mapper: Mapper[Any]) -> Iterator[Lint]:
    """Yield the relationships that have another as their other side, and do not name it."""
    for relationship in own_relationships(mapper):
        if relationship.viewonly or relationship.back_populates:
            continue
        others = [other for other in relationship.mapper.relationships if _is_other_side(relationship, other)]
        if len(others) == 1:
            other = f"{relationship.mapper.class_.__name__}.{others[0].key}"
            reason = clean(f"it is the other side of {other}, and a change of one does not show on the other")
            fix = relationship_with(relationship, f'back_populates="{others[0].key}"')
            yield Lint(ONE_WAY, "", relationship.key, reason, fix)


def _is_other_side(relationship: RelationshipProperty[Any], other: RelationshipProperty[Any]) -> bool:
    """Whether two relationships are about the same rows, each seen from the other's end."""
    if other is relationship or other.viewonly or not _leads_to(other, relationship.parent):
        return False
    if other.back_populates not in {None, relationship.key}:
        return False  # it is that of another one
    if relationship.secondary is not None:
        same_pairs = _pairs(relationship.secondary_synchronize_pairs) == _pairs(other.synchronize_pairs)
        return other.secondary is relationship.secondary and same_pairs
    if other.secondary is not None or other.direction is relationship.direction:
        return False
    return _pairs(relationship.synchronize_pairs) == _pairs(other.synchronize_pairs)


def _leads_to(relationship: RelationshipProperty[Any], mapper: Mapper[Any]) -> bool:
    return relationship.mapper.isa(mapper) or mapper.isa(relationship.mapper)


def _pairs(pairs: Any) -> frozenset[tuple[Any, Any]]:
    return frozenset((left, right) for left, right in pairs)
