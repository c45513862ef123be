"""Find rows that reach what a schema reads: by EXISTS along the way to it."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Mapper

from pirate_tui.orm.inspection.needs import Need, Way
from pirate_tui.orm.reads.paths import way_of


def witness(selected: Mapper[Any], need: Need) -> Select[Any]:
    """Return a statement for the key of one instance from which the way leads to a row that has what is needed."""
    way = way_of(need)
    first = way[0].parent if way else need.mapper
    root = first if first.isa(selected) else selected
    keys = [getattr(root.class_, root.get_property_by_column(column).key) for column in selected.primary_key]
    found = select(*keys).limit(1)
    return found if not way else found.where(_reaches(root, way, need.mapper))


def _reaches(owner: Mapper[Any], way: Way, last: Mapper[Any]) -> ColumnElement[bool]:
    """Return `Order.items.any(Item.product.has())`; a step to a subclass only counts its instances."""
    relationship, *rest = way
    target = relationship.mapper
    after = rest[0].parent if rest else last
    attribute = getattr(owner.class_, relationship.key)
    if after is not target and after.isa(target):
        attribute, target = attribute.of_type(after.class_), after
    inner = (_reaches(target, tuple(rest), last),) if rest else ()
    reached: ColumnElement[bool] = attribute.any(*inner) if relationship.uselist else attribute.has(*inner)
    return reached
