"""Convert mapped classes to `Entity`s."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import Float, Integer, Numeric, String, inspect
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import ColumnProperty, Mapper, RelationshipProperty

from pirate_tui.domain.entity import NEVER_LOADED, Column, Entity, Relationship
from pirate_tui.domain.text import clean
from pirate_tui.orm.class_names import give_names, name_of
from pirate_tui.orm.loader_options import lazy_of


class Catalog:
    """The mapped classes of one database, by their names on the screen."""

    def __init__(self, classes: Sequence[type]) -> None:
        mappers: list[Mapper[Any]] = [inspect(mapped) for mapped in classes]
        for mapper in mappers:
            mapper.registry.configure()
        self._names = give_names(mappers)
        self._mappers = {name: mapper for mapper, name in self._names.items()}
        self._entities: dict[Mapper[Any], Entity] = {}
        self.leave_out(())

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The entities that can be browsed."""
        return tuple(self._entities.values())

    @property
    def mappers(self) -> tuple[Mapper[Any], ...]:
        """All mappers, also those that were left out."""
        return tuple(self._names)

    def add(self, mapped: type, *, has_key: bool) -> None:
        """Add a class, with the relationships that it has by now."""
        mapper: Mapper[Any] = inspect(mapped)
        mapper.registry.configure()
        self._names[mapper], self._mappers[mapped.__name__] = mapped.__name__, mapper
        self._entities[mapper] = entity_of(mapper, self._names)._replace(has_key=has_key)

    def clear(self) -> None:
        """Remove all classes."""
        for held in (self._names, self._mappers, self._entities):
            held.clear()

    def leave_out(self, names: Collection[str]) -> None:
        """Leave out these classes, and all relationships to them or to classes that are not in the catalog."""
        usable = {mapper: name for mapper, name in self._names.items() if name not in names}
        self._entities = {mapper: _known_ways(mapper, entity_of(mapper, self._names), usable) for mapper in usable}

    def has(self, name: str) -> bool:
        """Whether a class of that name can be browsed."""
        return self._mappers.get(name) in self._entities

    def named(self, name: str) -> Entity:
        """Return the entity of that name; raise KeyError when it cannot be browsed."""
        return self._entities[self._mappers[name]]

    def name(self, mapper: Mapper[Any]) -> str:
        """Return the name of a class on the screen."""
        return self._names[mapper]

    def base(self, mapper: Mapper[Any]) -> str:
        """Return the name of the class that it is mapped as a subclass of; empty without one."""
        return "" if mapper.inherits is None else name_of(mapper.inherits)

    def mapper(self, entity: Entity) -> Mapper[Any]:
        """Return the mapper of an entity."""
        return self._mappers[entity.name]

    def entity(self, mapper: Mapper[Any]) -> Entity:
        """Return the entity of a mapper; raise KeyError for a class that is not in the catalog."""
        return self._entities[mapper]

    def target(self, entity: Entity, relationship: Relationship) -> Entity:
        """Return the entity that a relationship leads to; raise KeyError for a class that is not in the catalog."""
        return self.entity(self.mapper(entity).relationships[relationship.name].mapper)

    def related(self) -> dict[str, tuple[str, ...]]:
        """Return the classes that the relationships of each class lead to, and those that lead to it, once each."""
        to: dict[str, list[str]] = {name: [] for name in self._names.values()}
        back: dict[str, list[str]] = {name: [] for name in self._names.values()}
        for mapper, name in self._names.items():
            for target in (
                relationship.mapper for relationship in mapper.relationships if relationship.mapper in self._names
            ):
                to[name].append(self._names[target])
                back[self._names[target]].append(name)
        return {name: tuple(dict.fromkeys((*to[name], *back[name]))) for name in to}


def table_name(mapper: Mapper[Any]) -> str:
    """Return the name of the table that a class is mapped to; for a subquery, its alias."""
    return str(getattr(mapper.local_table, "name", mapper.local_table))


def _known_ways(mapper: Mapper[Any], entity: Entity, known: Collection[Mapper[Any]]) -> Entity:
    """Return the entity with only those relationships that lead to a known class."""
    kept = [
        relationship for relationship in entity.relationships if mapper.relationships[relationship.name].mapper in known
    ]
    return entity._replace(relationships=tuple(kept))


def table_attributes(mapper: Mapper[Any]) -> list[ColumnProperty[Any]]:
    """Return the attributes of a table's own columns, in the order of their definition."""
    return [attribute for attribute in mapper.column_attrs if isinstance(attribute.columns[0], TableColumn)]


def entity_of(mapper: Mapper[Any], names: Mapping[Mapper[Any], str]) -> Entity:
    """Return the entity of a mapped class; its targets are named by `names`."""
    return Entity(
        name=names[mapper],
        table=clean(table_name(mapper)),
        columns=tuple(_column(mapper, attribute) for attribute in table_attributes(mapper)),
        relationships=tuple(_relationship(relationship, names) for relationship in mapper.relationships),
        has_awaitable_attrs=issubclass(mapper.class_, AsyncAttrs),
    )


def _column(mapper: Mapper[Any], attribute: ColumnProperty[Any]) -> Column:
    column = attribute.columns[0]
    return Column(
        name=clean(attribute.key),
        type=clean(repr(column.type)),
        is_key=column in mapper.primary_key,
        is_numeric=isinstance(column.type, (Integer, Numeric, Float)),
        is_text=isinstance(column.type, String),
    )


def _relationship(relationship: RelationshipProperty[Any], names: Mapping[Mapper[Any], str]) -> Relationship:
    target = relationship.mapper
    return Relationship(
        name=relationship.key,
        target=names.get(target) or name_of(target),
        uselist=bool(relationship.uselist),
        direction={"ONETOMANY": "one to many", "MANYTOONE": "many to one", "MANYTOMANY": "many to many"}[
            relationship.direction.name
        ],
        lazy=lazy_of(relationship),
        query=_query(relationship),
    )


def _query(relationship: RelationshipProperty[Any]) -> str:
    """Return the code that selects a relationship's target without loading it, by a query relationship like it."""
    for twin in (relationship, *relationship.parent.relationships):
        if twin.lazy in NEVER_LOADED and str(twin.primaryjoin) == str(relationship.primaryjoin):
            return f"{twin.key}.{'statement' if twin.lazy == 'dynamic' else 'select()'}"
    return ""
