"""Mapped classes -> `Entity`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import Integer, Numeric, String, inspect
from sqlalchemy.orm import ColumnProperty, Mapper, RelationshipProperty

from pirate_tui.domain.entity import Column, Entity, Relationship
from pirate_tui.domain.text import clean


NEVER_LOADED = frozenset({"dynamic", "write_only"})
"""Relationships mapped so hold a query and no instances: there is nothing to open in place."""


class Catalog:
    """The mapped classes of one database, by the names that the screen knows them by."""

    def __init__(self, classes: Sequence[type]) -> None:
        self._mappers: dict[str, Mapper[Any]] = {}
        self._entities: dict[str, Entity] = {}
        for mapped in classes:
            mapper: Mapper[Any] = inspect(mapped)
            mapper.registry.configure()
            self._mappers[mapper.class_.__name__] = mapper
            self._entities[mapper.class_.__name__] = entity_of(mapper)
        self.entities = tuple(self._entities.values())

    def mapper(self, entity: Entity) -> Mapper[Any]:
        """The mapper behind an entity."""
        return self._mappers[entity.name]

    def entity(self, mapper: Mapper[Any]) -> Entity:
        """The entity of a mapper; KeyError for a class that was not given."""
        return self._entities[mapper.class_.__name__]

    def target(self, entity: Entity, relationship: Relationship) -> Entity:
        """The entity that a relationship leads to; KeyError for a class that was not given."""
        return self.entity(self.mapper(entity).relationships[relationship.name].mapper)


def table_attributes(mapper: Mapper[Any]) -> list[ColumnProperty[Any]]:
    """The attributes that a table's own columns stand behind, in the order of their definition."""
    return [attribute for attribute in mapper.column_attrs if isinstance(attribute.columns[0], TableColumn)]


def entity_of(mapper: Mapper[Any]) -> Entity:
    """What a mapped class looks like."""
    return Entity(
        name=mapper.class_.__name__,
        table=clean(str(mapper.local_table)),
        columns=tuple(_column(mapper, attribute) for attribute in table_attributes(mapper)),
        relationships=tuple(
            _relationship(relationship)
            for relationship in mapper.relationships
            if relationship.lazy not in NEVER_LOADED
        ),
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


def _relationship(relationship: RelationshipProperty[Any]) -> Relationship:
    return Relationship(
        name=relationship.key,
        target=relationship.mapper.class_.__name__,
        uselist=bool(relationship.uselist),
        direction={"ONETOMANY": "one to many", "MANYTOONE": "many to one", "MANYTOMANY": "many to many"}[
            relationship.direction.name
        ],
        lazy=str(relationship.lazy),
    )
