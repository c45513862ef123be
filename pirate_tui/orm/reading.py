"""What code of the models reads: all of it, found without the database.

The code is run on with made-up instances in the place of what is not loaded, until it ends. They come from the mapping:
one for a to-one relationship, one of every subclass in a collection; values by the type of their column.
"""

import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Column, inspect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import (
    ColumnProperty,
    InstanceState,
    InstrumentedAttribute,
    Mapper,
    RelationshipDirection,
    RelationshipProperty,
)
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.collections import collection_adapter
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.entity import NEVER_LOADED
from pirate_tui.orm.foreign import FOREIGN_ERRORS, message_of, reraise_ours
from pirate_tui.orm.side_effects import replaced, undone
from pirate_tui.orm.snippet import REFUSED, chain, constructed
from pirate_tui.orm.verdicts import WouldLoad, kept_from_executing


Way: TypeAlias = tuple[RelationshipProperty[Any], ...]
"""Relationships that lead from one instance to another."""

DEPTH = 3
"""So often the same relationship is followed; code that goes on is taken to go on to the end of the rows."""

FOLLOWED = 2_000
"""Reads after which the code is taken to go on for ever."""

EXAMPLES: dict[type, Any] = {
    bool: True,
    int: 1,
    float: 1.0,
    str: "x",
    bytes: b"x",
    decimal.Decimal: decimal.Decimal(1),
    dt.datetime: dt.datetime(2000, 1, 1),  # noqa: DTZ001  as most columns have it
    dt.date: dt.date(2000, 1, 1),
    dt.time: dt.time(1),
    dt.timedelta: dt.timedelta(1),
    uuid.UUID: uuid.UUID(int=1),
    list: [],
    dict: {},
}
"""A value for a column of which none is loaded, by the Python type of the column's."""


class Need(NamedTuple):
    """An attribute that is read and not loaded."""

    way: Way
    """From the instance whose code is run; empty for that one itself."""
    mapper: Mapper[Any]
    """Of the instance that it is read of."""
    name: str
    recurs: bool = False
    """Is it a relationship that is followed on and on?"""

    @property
    def relationship(self) -> RelationshipProperty[Any] | None:
        """The relationship, where it is one."""
        return self.mapper.relationships.get(self.name)


class Needs(NamedTuple):
    """All that an access would have to load."""

    reads: tuple[Need, ...] = ()
    is_complete: bool = True
    """Did the code come to its end? Else it may read more, or asks the database itself."""


class _Stopped(Exception):  # noqa: N818  it has not failed, it goes on and on
    """The code reads without end."""


Known: TypeAlias = dict[InstanceState[Any], dict[str, Any]]
"""What instances held before they expired, by their state."""


def needs_of(state: InstanceState[Any], read: Callable[[object], object], known: Known | None = None) -> Needs:
    """All that reading something of an instance would have to load.

    The code meets each subclass that a to-one relationship may hold, and no instances at all.
    """
    first = _run(state, read, _Variant(known or {}))
    others = [first.variant._replace(turn=turn) for turn in range(1, first.turns)]
    runs = [first, *(_run(state, read, one) for one in (*others, first.variant._replace(is_empty=True)))]
    needs: dict[tuple[Way, str], Need] = {}
    for need in (need for run in runs for need in run.needs):
        needs.setdefault((need.way, need.name), need)
    endless = [need.relationship for need in needs.values() if need.recurs]
    can_recur = all(one is not None and is_self_referential(one) for one in endless)
    return Needs(tuple(sorted(needs.values(), key=lambda need: len(need.way))), first.has_ended and can_recur)


def is_self_referential(relationship: RelationshipProperty[Any]) -> bool:
    """Does it lead to instances that have it, too?"""
    return relationship.mapper.isa(relationship.parent) or relationship.parent.isa(relationship.mapper)


class _Variant(NamedTuple):
    """Which made-up instances the code meets."""

    known: Known
    turn: int = 0
    """Which subclass stands in a to-one relationship."""
    is_empty: bool = False
    """Is every to-one relationship None, and every collection empty?"""


def _run(state: InstanceState[Any], read: Callable[[object], object], variant: _Variant) -> "_Reader":
    reader = _Reader(state, variant)
    with kept_from_executing(state), undone(state), constructed() as loads, reader.supplying():
        try:
            read(state.obj())
            reader.has_ended = len(loads) == reader.supplied  # else it has caught the error of a query of its own
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
    return reader


class _Reader:
    """Follows the code from instance to instance."""

    def __init__(self, root: InstanceState[Any], variant: _Variant) -> None:
        self.variant = variant
        self.needs: list[Need] = []
        self.turns = 1
        """How many subclasses there are to be met in a to-one relationship, at the most."""
        self.has_ended = False
        self._ways: dict[InstanceState[Any], list[Way]] = {root: [()]}
        self._made: dict[InstanceState[Any], object] = {}
        """Made-up instances; nobody else holds them."""
        self._reads = 0
        self.supplied = 0
        """Loads of real instances in whose place something was made up."""

    @contextmanager
    def supplying(self) -> Iterator[None]:
        """Whatever is read and not loaded is made up."""

        def get(attribute: InstrumentedAttribute[Any], instance: Any, owner: Any) -> Any:
            state = None if instance is None else inspect(instance, raiseerr=False)
            if state is None or attribute.key in state.dict:
                value = original(attribute, instance, owner)
            elif state in self._made:
                value = self._supplied(state, attribute)
            else:
                try:
                    value = original(attribute, instance, owner)
                except (WouldLoad, DetachedInstanceError, InvalidRequestError) as error:
                    if not _is_load(error):
                        raise
                    self.supplied += 1
                    value = self._supplied(state, attribute)
            if state is not None:
                self._follow(state, attribute, value)
            return value

        with replaced(InstrumentedAttribute, "__get__", get) as original:
            yield

    def _supplied(self, state: InstanceState[Any], attribute: InstrumentedAttribute[Any]) -> Any:
        """Note that it is needed, and put something in its place."""
        self._reads += 1
        if self._reads > FOLLOWED:
            raise _Stopped
        name, prop, ways = attribute.key, attribute.property, self._ways.get(state, [])
        if isinstance(prop, RelationshipProperty):
            if prop.lazy in NEVER_LOADED:
                return attribute.impl.get(state, state.dict)
            depth = max((way.count(prop) for way in ways), default=0)
            self._note(state, name, ways, recurs=depth >= DEPTH)
            value = self._related(state, prop, is_end=depth >= DEPTH)
        else:
            self._note(state, name, ways)
            value = self.variant.known.get(state, {}).get(name, _example(prop))
        set_committed_value(state.obj(), name, value)
        return state.dict[name]

    def _note(self, state: InstanceState[Any], name: str, ways: Sequence[Way], *, recurs: bool = False) -> None:
        for way in ways:
            if _is_of_interest(way, state.mapper, name, is_made=state in self._made):
                self.needs.append(Need(way, state.mapper, name, recurs))

    def _related(self, state: InstanceState[Any], prop: RelationshipProperty[Any], *, is_end: bool) -> Any:
        mappers = list(prop.mapper.self_and_descendants)
        if not prop.uselist:
            self.turns = max(self.turns, len(mappers))
            mappers = [mappers[self.variant.turn % len(mappers)]]
        made = [] if is_end or self.variant.is_empty else [self._make(mapper) for mapper in mappers]
        for child in made:
            for back in _back(prop):
                set_committed_value(child, back, state.obj())  # as the identity map would
        return made if prop.uselist else (made[0] if made else None)

    def _make(self, mapper: Mapper[Any]) -> object:
        """An instance that nobody has added to anything; its constructor is not run."""
        instance: object = mapper.class_manager.new_instance()
        self._made[inspect(instance)] = instance
        if isinstance(mapper.polymorphic_on, Column) and mapper.polymorphic_identity is not None:
            name = mapper.get_property_by_column(mapper.polymorphic_on).key
            set_committed_value(instance, name, mapper.polymorphic_identity)
        return instance

    def _follow(self, state: InstanceState[Any], attribute: InstrumentedAttribute[Any], value: Any) -> None:
        """Know how the instances were come to that a relationship holds."""
        prop = attribute.property
        if not isinstance(prop, RelationshipProperty) or prop.lazy in NEVER_LOADED or value is None:
            return
        for child in collection_adapter(value) if prop.uselist else (value,):
            if inspect(child) not in self._ways:  # where it is come to first: it is the same instance everywhere
                self._ways[inspect(child)] = [(*way, prop) for way in self._ways.get(state, [])]


def _back(prop: RelationshipProperty[Any]) -> list[str]:
    """The many-to-ones that lead from its instances back to the one that has it."""
    pairs = {(remote, local) for local, remote in prop.local_remote_pairs or ()}
    found = [one for one in prop.mapper.relationships if one.direction is RelationshipDirection.MANYTOONE]
    return [one.key for one in found if one is not prop and set(one.local_remote_pairs or ()) == pairs]


def _is_load(error: Exception) -> bool:
    """Is it of a load that could not be made?"""
    if isinstance(error, InvalidRequestError):
        return any(isinstance(link, WouldLoad) for link in chain(error)) or REFUSED in message_of(error)
    return True


def _is_of_interest(way: Way, mapper: Mapper[Any], name: str, *, is_made: bool) -> bool:
    """Of an instance that would be loaded, columns come with it, unless they are deferred or of a subclass."""
    if not is_made or name in mapper.relationships:
        return True
    column = mapper.column_attrs[name]
    target = way[-1].mapper if way else mapper
    return column.deferred or name not in target.column_attrs


def _example(prop: ColumnProperty[Any] | Any) -> Any:
    column_type = prop.columns[0].type
    try:
        kind: type = column_type.python_type
    except FOREIGN_ERRORS as error:  # not every type knows
        reraise_ours(error)
        return None
    if issubclass(kind, Enum):
        return next(iter(kind.__members__.values()), None)
    labels = getattr(column_type, "enums", None)
    found = next((value for known, value in EXAMPLES.items() if issubclass(kind, known)), None)
    return labels[0] if labels else copy(found)
