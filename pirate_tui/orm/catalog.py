"""Mapped classes -> `Entity`."""

from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import Integer, Numeric, String, inspect
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import ColumnProperty, Mapper, RelationshipProperty

from pirate_tui.domain.entity import Column, Entity, Relationship
from pirate_tui.domain.text import clean


NEVER_LOADED = frozenset({"dynamic", "write_only"})
"""Relationships mapped so hold a query and no instances: there is nothing to open in place."""


class Catalog:
    """The mapped classes of one database, by the names that the screen knows them by."""

    def __init__(self, classes: Sequence[type]) -> None:
        mappers: list[Mapper[Any]] = [inspect(mapped) for mapped in classes]
        for mapper in mappers:
            mapper.registry.configure()
        names = _names(mappers)
        self._mappers = {name: mapper for mapper, name in names.items()}
        self._entities = {mapper: entity_of(mapper, names) for mapper in names}
        self.entities = tuple(self._entities.values())

    def mapper(self, entity: Entity) -> Mapper[Any]:
        """The mapper behind an entity."""
        return self._mappers[entity.name]

    def entity(self, mapper: Mapper[Any]) -> Entity:
        """The entity of a mapper; KeyError for a class that was not given."""
        return self._entities[mapper]

    def target(self, entity: Entity, relationship: Relationship) -> Entity:
        """The entity that a relationship leads to; KeyError for a class that was not given."""
        return self.entity(self.mapper(entity).relationships[relationship.name].mapper)


def table_attributes(mapper: Mapper[Any]) -> list[ColumnProperty[Any]]:
    """The attributes that a table's own columns stand behind, in the order of their definition."""
    tables = mapper.tables
    return [one for one in mapper.column_attrs if getattr(one.columns[0], "table", None) in tables]


def _names(mappers: Sequence[Mapper[Any]]) -> dict[Mapper[Any], str]:
    """What each class is called: where an earlier one has its name, with its module too, as in `shop.models.Order`."""
    names: dict[Mapper[Any], str] = {}
    for mapper in mappers:
        mapped = mapper.class_
        if mapper not in names:
            own = (mapped.__name__, f"{mapped.__module__}.{mapped.__qualname__}")
            made = (f"{own[1]}_{number}" for number in count(2))
            names[mapper] = next(name for name in chain(own, made) if name not in names.values())
    return names


def entity_of(mapper: Mapper[Any], names: Mapping[Mapper[Any], str]) -> Entity:
    """What a mapped class looks like, among others of these names."""
    return Entity(
        name=names[mapper],
        table=clean(str(mapper.local_table)),
        columns=tuple(_column(mapper, attribute) for attribute in table_attributes(mapper)),
        relationships=tuple(_relationship(one, names) for one in mapper.relationships),
        has_awaitable_attrs=issubclass(mapper.class_, AsyncAttrs),
    )


def _column(mapper: Mapper[Any], attribute: ColumnProperty[Any]) -> Column:
    column = attribute.columns[0]
    return Column(
        name=clean(attribute.key),
        type=clean(repr(column.type)),
        is_key=column in mapper.primary_key,
        is_numeric=isinstance(column.type, (Integer, Numeric)),
        is_text=isinstance(column.type, String),
    )


def _relationship(relationship: RelationshipProperty[Any], names: Mapping[Mapper[Any], str]) -> Relationship:
    target = relationship.mapper
    return Relationship(
        name=relationship.key,
        target=names.get(target, target.class_.__name__),
        uselist=bool(relationship.uselist),
        direction={"ONETOMANY": "one to many", "MANYTOONE": "many to one", "MANYTOMANY": "many to many"}[
            relationship.direction.name
        ],
        lazy=str(relationship.lazy),
        query=_query(relationship),
    )


def _query(relationship: RelationshipProperty[Any]) -> str:
    """How to select what it leads to without loading it, by a twin of its own where that is the one mapped so."""
    for twin in (relationship, *relationship.parent.relationships):
        if twin.lazy in NEVER_LOADED and str(twin.primaryjoin) == str(relationship.primaryjoin):
            return f"{twin.key}.{'statement' if twin.lazy == 'dynamic' else 'select()'}"
    return ""
