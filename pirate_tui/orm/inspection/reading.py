"""Find everything that code of the models reads, without the database.

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
"""How often the same relationship is followed; code that goes on is assumed to recurse."""

SEVERAL = 20
"""Members of a loaded collection that are supplied; the code reads the same of the others."""

FOLLOWED = 2_000
"""Reads after which the code is assumed to be endless."""

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
    """The way from the instance whose code is run; empty for that one itself."""
    mapper: Mapper[Any]
    """The mapper of the instance that it is read of."""
    name: str
    recurs: bool = False
    """Whether it is a relationship that is followed recursively."""

    @property
    def relationship(self) -> RelationshipProperty[Any] | None:
        """The relationship of that name; None for any other attribute."""
        return self.mapper.relationships.get(self.name)


class Needs(NamedTuple):
    """Everything that an access would have to load."""

    reads: tuple[Need, ...] = ()
    is_complete: bool = True
    """Whether the code ended by itself; otherwise it may read more, or queries the database itself."""


class _Stopped(Exception):  # noqa: N818  it has not failed, it goes on and on
    """Raised in code that reads without end."""


Known: TypeAlias = dict[InstanceState[Any], dict[str, Any]]
"""The attributes that instances held before they expired, by their state."""

KNOWN = "pirate-tui: before it expired"
"""The key in a session's `info` of what its instances held."""


def needs_of(state: InstanceState[Any], read: Callable[[object], object], known: Known | None = None) -> Needs:
    """Return all that reading something of an instance would have to load.

    The code is run with each subclass that a to-one relationship may hold, several instances of a class, and none at
    all.
    """
    first = _run(state, read, _Variant(known or {}, has_session=state.session is not None))
    others = [first.variant._replace(turn=turn) for turn in range(1, first.turns)]
    others += [first.variant._replace(is_empty=True), first.variant._replace(copies=2)]
    runs = [first, *(_run(state, read, variant) for variant in others)]
    needs: dict[tuple[Way, str], Need] = {}
    for need in (need for run in runs for need in run.needs):
        needs.setdefault((need.way, need.name), need)
    endless = [need.relationship for need in needs.values() if need.recurs]
    can_recur = all(relationship is not None and is_self_referential(relationship) for relationship in endless)
    return Needs(tuple(sorted(needs.values(), key=lambda need: len(need.way))), first.has_ended and can_recur)


def is_self_referential(relationship: RelationshipProperty[Any]) -> bool:
    """Whether the relationship leads to instances that have it, too."""
    return relationship.mapper.isa(relationship.parent) or relationship.parent.isa(relationship.mapper)


class _Variant(NamedTuple):
    """Which made-up instances the code is run with."""

    known: Known
    turn: int = 0
    """The index of the subclass in a to-one relationship."""
    is_empty: bool = False
    """Whether every to-one relationship is None, and every collection empty."""
    has_session: bool = True
    """Whether the identity map has the owner that a child refers to; for a detached instance, it must be loaded."""
    copies: int = 1
    """How many instances of each class a collection holds: code may test whether there are several."""


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
    """Follows the code from instance to instance: twins of real ones, and others that are made up.

    The code never reads the real ones, nor their keys: whatever it keeps of a made-up value belongs to no row.
    """

    def __init__(self, variant: _Variant) -> None:
        self.variant = variant
        self.needs: list[Need] = []
        self.turns = 1
        """The most subclasses that a to-one relationship may hold."""
        self.has_ended = False
        self.has_query = False
        """Whether it has read a relationship that returns a query."""
        self.foreseen = 0
        """The number of errors of real instances' loads that were replaced by made-up values."""
        self._ways: dict[InstanceState[Any], Way] = {}
        """The way to each instance."""
        self._instances: list[object] = []
        """Keeps the made-up instances alive."""
        self._real: dict[InstanceState[Any], InstanceState[Any]] = {}
        """The real instances' states, by those of their twins."""
        self._twins: dict[InstanceState[Any], object] = {}
        self._reads = 0

    @contextmanager
    def supplying(self) -> Iterator[None]:
        """Supply made-up values for whatever is read of the reader's instances and not loaded."""

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
        """Return an instance with the values of the real one, except for its key and its relationships."""
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
        """Supply a value in the place of what is not loaded, and note that it is needed."""
        name, prop, real = attribute.key, attribute.property, self._real.get(state)
        if getattr(prop, "lazy", "") in NEVER_LOADED:
            self.has_query = True
            return attribute.impl.get(state, state.dict)
        held = None if real is None else self._held(real, name)
        if isinstance(prop, RelationshipProperty):
            value = self._related(state, prop) if held is None else self._twins_of(state, prop, held.value)
        elif held is None:
            self._note(state, name)
            value = self.variant.known.get(real, {}).get(name, _example(prop)) if real is not None else _example(prop)
        else:
            value = held.value
        set_committed_value(state.obj(), name, value)
        return state.dict[name]

    def _held(self, real: InstanceState[Any], name: str) -> DryRun | None:
        """Return the outcome of the access to the real instance; None where it must be loaded."""
        with undone(real):
            outcome = probe_access(real, attribute_of(real.mapper, name))
        self.foreseen += outcome.verdict is not Verdict.NONE
        return outcome if outcome.verdict is Verdict.NONE else None

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
        """Supply made-up instances of the relationship's target, of every class that there may be."""
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
        """Create an instance without a session; its constructor is not run."""
        instance: object = mapper.class_manager.new_instance()
        self._instances.append(instance)
        self._ways[inspect(instance)] = way
        return instance


def _another(value: Any) -> Any:
    """Return a key of the same type that no row has."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return -abs(value) - 2**31
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=value.int ^ 1 << 127)
    return f"{value}\N{NO-BREAK SPACE}" if type(value) is str else value


def _back(prop: RelationshipProperty[Any]) -> list[str]:
    """Return the many-to-ones that lead from the relationship's instances back to its owner."""
    pairs = {(remote, local) for local, remote in prop.local_remote_pairs or ()}
    candidates = [
        relationship
        for relationship in prop.mapper.relationships
        if relationship.direction is RelationshipDirection.MANYTOONE
    ]
    return [one.key for one in candidates if one is not prop and set(one.local_remote_pairs or ()) == pairs]


def _owner(way: Way, mapper: Mapper[Any], name: str) -> Mapper[Any]:
    """Return the class that an option names the attribute by: the first that has it below the relationship's target."""
    target = way[-1].mapper if way else mapper
    return [one for one in mapper.iterate_to_root() if one.isa(target) and name in one.attrs][-1]


def _is_of_interest(way: Way, mapper: Mapper[Any], name: str) -> bool:
    """Whether the attribute is not loaded along with its instance: a relationship, a deferred or subclass column."""
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
