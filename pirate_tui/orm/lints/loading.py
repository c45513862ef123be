"""Lint how relationships are loaded: never, by code that cannot wait, or in JOINs that multiply rows."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy.orm import Mapper, RelationshipProperty

from pirate_tui.domain.access import AttributeKind
from pirate_tui.domain.entity import NOLOAD
from pirate_tui.domain.lints import MULTIPLIED, NEVER_LOADED, READ_BY_CODE, Lint
from pirate_tui.domain.text import clean
from pirate_tui.orm.inspection.attributes import METHODS, attributes_of
from pirate_tui.orm.inspection.needs import Need
from pirate_tui.orm.inspection.reading import needs_of_class
from pirate_tui.orm.lints.relationships import own_relationships, relationship_with
from pirate_tui.orm.loader_options import lazy_of


Relationship: TypeAlias = RelationshipProperty[Any]

EQUALITY = "=="
"""The comparison that a dataclass generates, which reads all of its fields."""

FOLLOWED = 3
"""How deep code is followed from instance to instance."""

LONGEST_REASON = 1_000
"""The most characters of the names of all code that reads a relationship."""

RUN = (AttributeKind.METHOD, AttributeKind.PROPERTY, AttributeKind.HYBRID)
"""Kinds of attributes that are code of the class."""


def never_loaded(mapper: Mapper[Any]) -> Iterator[Lint]:
    """Yield the relationships that are mapped with `lazy="noload"`."""
    for relationship in own_relationships(mapper):
        if lazy_of(relationship) == NOLOAD:
            reason = 'lazy="noload" is deprecated: it is empty whatever the database holds, and nothing says so'
            yield Lint(NEVER_LOADED, "", relationship.key, reason, relationship_with(relationship, 'lazy="raise"'))


def joined_collections(mapper: Mapper[Any]) -> Iterator[Lint]:
    """Yield the collections that are joined beside another one, when instances of the class are selected."""
    first, *others = list(_joined(mapper, ())) or [()]
    for way in others:
        if way[: len(first)] == first:
            continue  # what hangs on the same rows does not multiply them
        product = f"{_named(first)} x {_named(way)}"
        reason = f"one JOIN returns {product} rows for each {mapper.class_.__name__}"
        yield Lint(MULTIPLIED, "", way[0].key, clean(reason), relationship_with(way[-1], 'lazy="selectin"', mapper))


def _joined(mapper: Mapper[Any], way: tuple[Relationship, ...]) -> Iterator[tuple[Relationship, ...]]:
    """Yield the ways to collections along relationships that are joined without an option, from the class on."""
    for relationship in way[-1].mapper.relationships if way else mapper.relationships:
        if lazy_of(relationship) == "joined" and _is_followed(mapper, way, relationship):
            if relationship.uselist:
                yield (*way, relationship)
            yield from _joined(mapper, (*way, relationship))


def _is_followed(mapper: Mapper[Any], way: tuple[Relationship, ...], relationship: Relationship) -> bool:
    """Whether SQLAlchemy joins on: not to a class that it has come by, unless there is a `join_depth`."""
    if len(way) == FOLLOWED:
        return False
    if relationship.join_depth is not None:
        return len(way) < relationship.join_depth
    return relationship.mapper not in {mapper, *(step.mapper for step in way)}


def _named(way: tuple[Relationship, ...]) -> str:
    return ".".join(relationship.key for relationship in way)


def read_by_code(mappers: Sequence[Mapper[Any]]) -> Iterator[tuple[Mapper[Any], Lint]]:
    """Yield the lazy relationships that repr, properties or a dataclass's fields read, with the mappers they are of.

    The code of each class runs with made-up instances, which send nothing. It may read relationships of others.
    """
    readers = defaultdict[tuple[Mapper[Any], str], list[Code]](list)
    depths = defaultdict[tuple[Mapper[Any], str], int](int)
    endless = set[tuple[Mapper[Any], str]]()
    for mapper in mappers:
        for code in _codes(mapper):
            for need in needs_of_class(mapper, code.read, FOLLOWED, lambda: "").reads:
                relationship = need.relationship
                if relationship is None or lazy_of(relationship) != "select":
                    continue
                key = relationship.parent, need.name
                if need.recurs:
                    endless.add(key)
                readers[key].append(code)
                depths[key] = max(depths[key], _depth(code.mapper, need))
    for (owner, name), codes in readers.items():
        if (owner, name) in endless:
            continue  # no mapping loads it to any depth
        relationship = owner.relationships[name]
        by = ", ".join(dict.fromkeys(map(str, codes)))
        reason = clean(f'lazy="select", and read by {by}: calling that does IO', LONGEST_REASON)
        is_generated = all(code.is_generated(owner, name) for code in codes)
        arguments = ", ".join(_unread(codes)) if is_generated else _eagerly(relationship, depths[owner, name])
        yield owner, Lint(READ_BY_CODE, "", name, reason, relationship_with(relationship, arguments))


class Code(NamedTuple):
    """What reads instances of a class: one of its methods or properties."""

    mapper: Mapper[Any]
    name: str
    """As attributes are named: `repr()`."""
    read: Callable[[object], object]

    def __str__(self) -> str:
        return f"{self.mapper.class_.__name__}.{self.name}"

    def is_generated(self, owner: Mapper[Any], name: str) -> bool:
        """Whether `dataclasses` has written it, so that a field can be left out of it."""
        if self.mapper is not owner or not dataclasses.is_dataclass(owner.class_):
            return False
        is_field = any(field.name == name for field in dataclasses.fields(owner.class_))
        return is_field and self.name in {*METHODS, EQUALITY}


def _codes(mapper: Mapper[Any]) -> Iterator[Code]:
    """Yield what runs code of the class."""
    for attribute in attributes_of(mapper):
        if attribute.kind in RUN:
            yield Code(mapper, attribute.name, attribute.read)
    if dataclasses.is_dataclass(mapper.class_) and "__eq__" in vars(mapper.class_):
        compared = [field.name for field in dataclasses.fields(mapper.class_) if field.compare]
        # Not by comparing it with itself, which Python 3.13 answers without looking.
        yield Code(mapper, EQUALITY, lambda instance: [getattr(instance, name) for name in compared])


def _unread(codes: Sequence[Code]) -> Iterator[str]:
    """Yield the arguments that keep what a dataclass generates from reading a field."""
    names = {code.name for code in codes}
    if not names.isdisjoint(METHODS):
        yield "repr=False"
    if EQUALITY in names:
        yield "compare=False"


def _depth(mapper: Mapper[Any], need: Need) -> int:
    """Return how far the mapping must load along a circle of classes, where it stops by itself; 0 where it does not."""
    target, passed = need.mapper.relationships[need.name].mapper, [mapper, *(step.mapper for step in need.way)]
    is_circle = any(target.isa(one) or one.isa(target) for one in passed)
    return len(need.way) + 1 if is_circle else 0


def _eagerly(relationship: Relationship, depth: int) -> str:
    """Return the arguments that load it with its owner, along a circle of classes to that depth."""
    loader = "selectin" if relationship.uselist or depth else "joined"
    return f'lazy="{loader}"' + (f", join_depth={depth}" if depth else "")
