"""What code of the models reads: all of it, found without the database.

The code is run on with made-up instances in the place of what is not loaded, until it ends. They come from the mapping:
one for a to-one relationship, one of every subclass in a collection; values by the type of their column.
"""

import datetime as dt
import decimal
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from enum import Enum
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Column, inspect
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

from pirate_tui.domain.access import Verdict
from pirate_tui.domain.entity import NEVER_LOADED, NOLOAD
from pirate_tui.orm.errors import constructed
from pirate_tui.orm.inspection.attributes import attribute_of
from pirate_tui.orm.inspection.verdicts import DryRun, no_database_access, probe_access
from pirate_tui.orm.loader_options import lazy_of
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, reraise_ours
from pirate_tui.orm.user_code.side_effects import copy_of, replaced, undone
from pirate_tui.orm.user_code.time_limit import end_copy, put_off_alarm


Way: TypeAlias = tuple[RelationshipProperty[Any], ...]
"""Relationships that lead from one instance to another."""

DEPTH = 3
"""So often the same relationship is followed; code that goes on is taken to go on to the end of the rows."""

SEVERAL = 20
"""Members of a loaded collection that the code meets: it reads of the others what it reads of these."""

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

KNOWN = "pirate-tui: before it expired"
"""In a session's `info`: that of its instances, where it is known."""


def needs_of(state: InstanceState[Any], read: Callable[[object], object], known: Known | None = None) -> Needs:
    """All that reading something of an instance would have to load.

    The code meets each subclass that a to-one relationship may hold, several instances of a class, and none at all.
    """
    first = _run(state, read, _Variant(known or {}, has_session=state.session is not None))
    others = [first.variant._replace(turn=turn) for turn in range(1, first.turns)]
    others += [first.variant._replace(is_empty=True), first.variant._replace(copies=2)]
    runs = [first, *(_run(state, read, one) for one in others)]
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
    has_session: bool = True
    """Does the identity map give what a child leads back to? Of a detached instance, it must be loaded too."""
    copies: int = 1
    """How many instances of each class a collection holds: code may ask whether there are several."""


def _run(state: InstanceState[Any], read: Callable[[object], object], variant: _Variant) -> "_Reader":
    put_off_alarm()
    reader = _Reader(variant)
    twin = reader.twin(state, ())
    with (
        warnings.catch_warnings(action="ignore"),  # of instances that belong to nothing
        no_database_access(state),
        constructed() as loads,
        reader.supplying(),
    ):
        try:
            read(twin)
            # Else it has caught the error of a query of its own.
            reader.has_ended = not reader.has_query and len(loads) == reader.foreseen
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
        finally:
            end_copy()
    return reader


class _Reader:
    """Follows the code from instance to instance: twins of those that are there, and others that are made up.

    The code meets none of the real ones, nor their keys: whatever it keeps of a made-up value is of nobody.
    """

    def __init__(self, variant: _Variant) -> None:
        self.variant = variant
        self.needs: list[Need] = []
        self.turns = 1
        """How many subclasses there are to be met in a to-one relationship, at the most."""
        self.has_ended = False
        self.has_query = False
        """Has it come to a relationship that gives a query?"""
        self.foreseen = 0
        """Errors of loads of real instances, in whose place something was made up."""
        self._ways: dict[InstanceState[Any], Way] = {}
        """How each instance was come to."""
        self._instances: list[object] = []
        """Nobody else holds them."""
        self._real: dict[InstanceState[Any], InstanceState[Any]] = {}
        """Of a twin: whose."""
        self._twins: dict[InstanceState[Any], object] = {}
        self._reads = 0

    @contextmanager
    def supplying(self) -> Iterator[None]:
        """Whatever is read of its instances and not loaded is made up."""

        def get(attribute: InstrumentedAttribute[Any], instance: Any, owner: Any) -> Any:
            state = None if instance is None else inspect(instance, raiseerr=False)
            if state is None or state not in self._ways or attribute.key in state.dict:
                return original(attribute, instance, owner)
            self._reads += 1
            if self._reads > FOLLOWED:
                raise _Stopped
            return self._supplied(state, attribute)

        with replaced(InstrumentedAttribute, "__get__", get) as original:
            yield

    def twin(self, real: InstanceState[Any], way: Way) -> object:
        """An instance that holds what the real one does, but for its key and for what its relationships hold."""
        if real not in self._twins:
            twin = self._twins[real] = self._new(real.mapper, way)
            state: InstanceState[Any] = inspect(twin)
            self._real[state] = real
            keys = {real.mapper.get_property_by_column(column).key for column in real.mapper.primary_key}
            for name, value in real.dict.items():
                if name in real.mapper.column_attrs:
                    set_committed_value(twin, name, _another(value) if name in keys else copy_of(value))
                elif name not in real.mapper.attrs and name != "_sa_instance_state":
                    state.dict[name] = copy_of(value)
        return self._twins[real]

    def _supplied(self, state: InstanceState[Any], attribute: InstrumentedAttribute[Any]) -> Any:
        """Put something in the place of what is not loaded, and note that it is needed."""
        name, prop, real = attribute.key, attribute.property, self._real.get(state)
        if getattr(prop, "lazy", "") in NEVER_LOADED:
            self.has_query = True
            return attribute.impl.get(state, state.dict)
        found = None if real is None else self._held(real, name)
        if isinstance(prop, RelationshipProperty):
            value = self._related(state, prop) if found is None else self._twins_of(state, prop, found.value)
        elif found is None:
            self._note(state, name)
            value = self.variant.known.get(real, {}).get(name, _example(prop)) if real is not None else _example(prop)
        else:
            value = found.value
        set_committed_value(state.obj(), name, value)
        return state.dict[name]

    def _held(self, real: InstanceState[Any], name: str) -> DryRun | None:
        """What the real instance gives without IO; None where it must be loaded."""
        with undone(real):
            found = probe_access(real, attribute_of(real.mapper, name))
        self.foreseen += found.verdict is not Verdict.NONE
        return found if found.verdict is Verdict.NONE else None

    def _note(self, state: InstanceState[Any], name: str, *, recurs: bool = False) -> None:
        way = self._ways[state]
        if state in self._real or _is_of_interest(way, state.mapper, name):
            self.needs.append(Need(way, _owner(way, state.mapper, name), name, recurs))

    def _twins_of(self, state: InstanceState[Any], prop: RelationshipProperty[Any], held: Any) -> Any:
        way = (*self._ways[state], prop)
        if not prop.uselist:
            return None if held is None else self.twin(inspect(held), way)
        return [self.twin(inspect(one), way) for one in islice(collection_adapter(held), SEVERAL)]

    def _related(self, state: InstanceState[Any], prop: RelationshipProperty[Any]) -> Any:
        """Made-up instances, of every class that there may be."""
        way = self._ways[state]
        is_end = way.count(prop) >= DEPTH
        if lazy_of(prop) != NOLOAD:
            self._note(state, prop.key, recurs=is_end)
        mappers = list(prop.mapper.self_and_descendants)
        if prop.uselist:
            mappers *= self.variant.copies
        else:
            self.turns = max(self.turns, len(mappers))
            mappers = [mappers[self.variant.turn % len(mappers)]]
        is_empty = is_end or self.variant.is_empty or lazy_of(prop) == NOLOAD
        made = [] if is_empty else [self._made(mapper, (*way, prop)) for mapper in mappers]
        for child in made:
            for back in _back(prop) if self.variant.has_session else ():
                set_committed_value(child, back, state.obj())
        return made if prop.uselist else (made[0] if made else None)

    def _made(self, mapper: Mapper[Any], way: Way) -> object:
        instance = self._new(mapper, way)
        if isinstance(mapper.polymorphic_on, Column) and mapper.polymorphic_identity is not None:
            name = mapper.get_property_by_column(mapper.polymorphic_on).key
            set_committed_value(instance, name, mapper.polymorphic_identity)
        return instance

    def _new(self, mapper: Mapper[Any], way: Way) -> object:
        """An instance that belongs to nothing; its constructor is not run."""
        instance: object = mapper.class_manager.new_instance()
        self._instances.append(instance)
        self._ways[inspect(instance)] = way
        return instance


def _another(value: Any) -> Any:
    """A key that no row has, of the same kind: what code keeps by it, it keeps of nobody."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return -abs(value) - 2**31
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=value.int ^ 1 << 127)
    return f"{value}\N{NO-BREAK SPACE}" if type(value) is str else value


def _back(prop: RelationshipProperty[Any]) -> list[str]:
    """The many-to-ones that lead from its instances back to the one that has it."""
    pairs = {(remote, local) for local, remote in prop.local_remote_pairs or ()}
    found = [
        relationship
        for relationship in prop.mapper.relationships
        if relationship.direction is RelationshipDirection.MANYTOONE
    ]
    return [one.key for one in found if one is not prop and set(one.local_remote_pairs or ()) == pairs]


def _owner(way: Way, mapper: Mapper[Any], name: str) -> Mapper[Any]:
    """The class that an option names the attribute by: the first that has it below what the relationship leads to."""
    target = way[-1].mapper if way else mapper
    return [one for one in mapper.iterate_to_root() if one.isa(target) and name in one.attrs][-1]


def _is_of_interest(way: Way, mapper: Mapper[Any], name: str) -> bool:
    """Of an instance that would be loaded, columns come with it, unless they are deferred or of a subclass."""
    if name in mapper.relationships:
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
