"""Find everything that code of the models reads, without the database.

The code is run on with made-up instances in the place of what is not loaded, until it ends. They come from the mapping:
one for a to-one relationship, one of every subclass in a collection; values by the type of their column.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple, NoReturn, TypeAlias

from sqlalchemy import Column, inspect
from sqlalchemy.orm import (
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
from pirate_tui.orm.inspection.examples import another_key, example_of
from pirate_tui.orm.inspection.needs import Need, Needs, Way, is_self_referential
from pirate_tui.orm.inspection.verdicts import DryRun, is_plain_column, no_database_access, probe_access
from pirate_tui.orm.loader_options import lazy_of
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, reraise_ours
from pirate_tui.orm.user_code.side_effects import copy_of, replaced, undone
from pirate_tui.orm.user_code.time_limit import Hanging, end_copy, put_off_alarm


DEPTH = 3
"""How often the same relationship is followed; code that goes on is assumed to recurse."""

SEVERAL = 20
"""Members of a loaded collection that are supplied; the code reads the same of the others."""

FOLLOWED = 2_000
"""Reads after which the code is assumed to be endless."""

FOLLOWED_FOR_SELECT = 50_000
"""The same of a schema, which may read every column of many classes."""


MOST_NEEDS = 1_000
"""Needs after which the same is assumed: classes that refer to each other have any number of ways between them."""


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
    first = _run(state, read, _Variant(known or {}, has_session=state.session is not None, unloaded=set()))
    return _merged([first, *(_run(state, read, variant) for variant in first.other_variants())])


def needs_of_row(
    state: InstanceState[Any], read: Callable[[object], object], depth: int, read_by: Callable[[], str]
) -> Needs:
    """Return all that the SELECT of an instance did not load and reading it needs, whatever the identity map holds.

    `depth` is how often the same relationship is followed, `read_by` returns what is reading just now.
    """
    variant = _Variant({}, depth=depth, most=FOLLOWED_FOR_SELECT, read_by=read_by)
    return _merged([_run(state, read, variant)])


def needs_of_class(
    mapper: Mapper[Any], read: Callable[[object], object], depth: int, read_by: Callable[[], str]
) -> Needs:
    """Return all that reading instances of a class needs beside their own columns, each subclass read as well."""
    runs = list[_Reader]()
    for root in mapper.self_and_descendants:
        variant = _Variant({}, depth=depth, most=FOLLOWED_FOR_SELECT, read_by=read_by, selected=mapper)
        first = _run(root, read, variant)
        others = () if first.is_endless else first.other_variants()
        runs += [first, *(_run(root, read, other) for other in others)]
        if first.is_endless:
            break
    return _merged(runs)


def _merged(runs: "list[_Reader]") -> Needs:
    needs = sorted(dict.fromkeys(need for run in runs for need in run.needs), key=lambda need: len(need.way))
    endless = [need.relationship for need in needs if need.recurs]
    can_recur = all(relationship is not None and is_self_referential(relationship) for relationship in endless)
    queries = dict.fromkeys(need for run in runs for need in run.queries)
    is_endless = any(run.is_endless for run in runs)
    return Needs(tuple(needs), runs[0].has_ended and can_recur, tuple(queries), is_endless)


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
    depth: int = DEPTH
    most: int = FOLLOWED
    read_by: Callable[[], str] | None = None
    """Returns what is reading; given where a SELECT is to load everything, whatever the identity map holds."""
    unloaded: set[InstanceState[Any]] | None = None
    """Real instances of which one expired column must be loaded, and so all must; None: each is asked for."""
    selected: Mapper[Any] | None = None
    """The class that is selected, where the code reads an instance of it or of a subclass that is made up, too."""


def _run(real: InstanceState[Any] | Mapper[Any], read: Callable[[object], object], variant: _Variant) -> "_Reader":
    """Run the code with a twin of a real instance, or with an instance of a class that is made up."""
    put_off_alarm()
    reader = _Reader(variant)
    twin = reader.made(real, ()) if isinstance(real, Mapper) else reader.twin(real, ())
    with (
        warnings.catch_warnings(action="ignore"),  # of instances that belong to nothing
        no_database_access(inspect(twin) if isinstance(real, Mapper) else real),
        constructed() as loads,
        reader.supplying(),
    ):
        try:
            read(twin)
            # Else it has caught the error of a query of its own.
            reader.has_ended = not reader.queries and len(loads) == reader.foreseen
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
            reader.is_endless |= isinstance(error, Hanging)
        finally:
            end_copy()
    return reader


class _Reader:
    """Follows the code from instance to instance: twins of real ones, and others that are made up.

    The code never reads the real ones, nor their keys: whatever it keeps of a made-up value belongs to no row.
    """

    def __init__(self, variant: _Variant) -> None:
        self.variant = variant
        self.needs: dict[Need, None] = {}
        self.turns = 1
        """The most subclasses that a to-one relationship may hold."""
        self.has_ended = False
        self.is_endless = False
        """Whether it was stopped."""
        self.queries: list[Need] = []
        """The relationships it has read that return a query."""
        self.foreseen = 0
        """The number of errors of real instances' loads that were replaced by made-up values."""
        self._ways: dict[InstanceState[Any], Way] = {}
        """The way to each instance."""
        self._instances: list[object] = []
        """Keeps the made-up instances alive."""
        self._noted: dict[tuple[InstanceState[Any], str], Need] = {}
        """What was needed of an instance, which may be read again by other code."""
        self._real: dict[InstanceState[Any], InstanceState[Any]] = {}
        """The real instances' states, by those of their twins."""
        self._twins: dict[InstanceState[Any], object] = {}
        self._reads = 0
        self._has_related = False
        """Whether instances were made up for a relationship."""

    def other_variants(self) -> Iterator[_Variant]:
        """Yield the variants in which the code may read something else: none without instances made up for it."""
        if self._has_related:
            yield from (self.variant._replace(turn=turn) for turn in range(1, self.turns))
            yield self.variant._replace(is_empty=True)
            yield self.variant._replace(copies=2)

    @contextmanager
    def supplying(self) -> Iterator[None]:
        """Supply made-up values for whatever is read of the reader's instances and not loaded."""

        def get(attribute: InstrumentedAttribute[Any], instance: Any, owner: Any) -> Any:
            state = None if instance is None else inspect(instance, raiseerr=False)
            if state is None or state not in self._ways or attribute.key in state.dict:
                self._note_again(state, attribute.key)
                return original(attribute, instance, owner)
            self._reads += 1
            if self._reads > self.variant.most:
                self._stop()
            return self._supplied(state, attribute)

        with replaced(InstrumentedAttribute, "__get__", get) as original:
            yield

    def _stop(self) -> NoReturn:
        self.is_endless = True
        raise _Stopped

    def twin(self, real: InstanceState[Any], way: Way) -> object:
        """Return an instance with the values of the real one, except for its key and its relationships."""
        if real not in self._twins:
            twin = self._twins[real] = self._new(real.mapper, way)
            state: InstanceState[Any] = inspect(twin)
            self._real[state] = real
            keys = {real.mapper.get_property_by_column(column).key for column in real.mapper.primary_key}
            for name, value in real.dict.items():
                if name in real.mapper.column_attrs:
                    set_committed_value(twin, name, another_key(value) if name in keys else copy_of(value))
                elif name not in real.mapper.attrs and name != "_sa_instance_state":
                    state.dict[name] = copy_of(value)
        return self._twins[real]

    def _supplied(self, state: InstanceState[Any], attribute: InstrumentedAttribute[Any]) -> Any:
        """Supply a value in the place of what is not loaded, and note that it is needed."""
        name, prop, real = attribute.key, attribute.property, self._real.get(state)
        if getattr(prop, "lazy", "") in NEVER_LOADED:
            self.queries.append(self._need(state, name))
            return attribute.impl.get(state, state.dict)
        held = None if real is None else self._held(real, name, self._ways[state])
        if isinstance(prop, RelationshipProperty):
            value = self._related(state, prop) if held is None else self._twins_of(state, prop, held.value)
        elif held is None:
            self._note(state, name)
            known = {} if real is None else self.variant.known.get(real, {})
            value = known.get(name, example_of(prop))
        else:
            value = held.value
        set_committed_value(state.obj(), name, value)
        return state.dict[name]

    def _held(self, real: InstanceState[Any], name: str, way: Way) -> DryRun | None:
        """Return the outcome of the access to the real instance; None where it must be loaded."""
        is_strict = self.variant.read_by is not None and name in real.mapper.relationships
        if is_strict and name not in real.dict and not (way and name in _back(way[-1])):
            return None
        attribute, unloaded = attribute_of(real.mapper, name), self.variant.unloaded
        is_alike = unloaded is not None and name in real.expired_attributes and is_plain_column(real, attribute)
        if is_alike and unloaded is not None and real in unloaded:
            return None
        with undone(real):
            outcome = probe_access(real, attribute)
        if outcome.verdict is Verdict.NONE:
            return outcome
        self.foreseen += 1
        if is_alike and unloaded is not None:
            unloaded.add(real)
        return None

    def _note(self, state: InstanceState[Any], name: str, *, recurs: bool = False) -> None:
        if state in self._real or _is_of_interest(self._target(state), state.mapper, name):
            need = self._noted[state, name] = self._need(state, name, recurs=recurs)
            self.needs[need] = None
            if len(self.needs) > MOST_NEEDS:
                self._stop()

    def _note_again(self, state: InstanceState[Any] | None, name: str) -> None:
        """Note what else reads an attribute that was supplied before."""
        need = None if state is None or self.variant.read_by is None else self._noted.get((state, name))
        if need is not None and self.variant.read_by is not None:
            self.needs[need._replace(read_by=self.variant.read_by())] = None

    def _need(self, state: InstanceState[Any], name: str, *, recurs: bool = False) -> Need:
        read_by = "" if self.variant.read_by is None else self.variant.read_by()
        return Need(self._ways[state], _owner(self._target(state), state.mapper, name), name, recurs, read_by)

    def _target(self, state: InstanceState[Any]) -> Mapper[Any]:
        """Return the class that the relationship leads to, or that is selected; the instance may be of a subclass."""
        way = self._ways[state]
        return way[-1].mapper if way else self.variant.selected or state.mapper

    def _twins_of(self, state: InstanceState[Any], prop: RelationshipProperty[Any], held: Any) -> Any:
        way = (*self._ways[state], prop)
        if not prop.uselist:
            return None if held is None else self.twin(inspect(held), way)
        return [self.twin(inspect(one), way) for one in islice(collection_adapter(held), SEVERAL)]

    def _related(self, state: InstanceState[Any], prop: RelationshipProperty[Any]) -> Any:
        """Supply made-up instances of the relationship's target, of every class that there may be."""
        self._has_related = True
        way = self._ways[state]
        is_end = way.count(prop) >= self.variant.depth
        is_ignored = lazy_of(prop) == NOLOAD and self.variant.read_by is None
        if not is_ignored:
            self._note(state, prop.key, recurs=is_end)
        mappers = list(prop.mapper.self_and_descendants)
        if prop.uselist:
            mappers *= self.variant.copies
        else:
            self.turns = max(self.turns, len(mappers))
            mappers = [mappers[self.variant.turn % len(mappers)]]
        is_empty = is_end or self.variant.is_empty or is_ignored
        made = [] if is_empty else [self.made(mapper, (*way, prop)) for mapper in mappers]
        for child in made:
            for back in _back(prop) if self.variant.has_session else ():
                set_committed_value(child, back, state.obj())
        return made if prop.uselist else (made[0] if made else None)

    def made(self, mapper: Mapper[Any], way: Way) -> object:
        """Return an instance of the class that holds nothing but what tells its class."""
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


def _back(prop: RelationshipProperty[Any]) -> list[str]:
    """Return the many-to-ones that lead from the relationship's instances back to its owner, in the identity map."""
    pairs = {(remote, local) for local, remote in prop.local_remote_pairs or ()}
    candidates = [
        relationship
        for relationship in prop.mapper.relationships
        if relationship.direction is RelationshipDirection.MANYTOONE and lazy_of(relationship) != "raise"
    ]
    return [one.key for one in candidates if one is not prop and set(one.local_remote_pairs or ()) == pairs]


def _owner(target: Mapper[Any], mapper: Mapper[Any], name: str) -> Mapper[Any]:
    """Return the class that an option names the attribute by: the first that has it below the relationship's target."""
    return [one for one in mapper.iterate_to_root() if one.isa(target) and name in one.attrs][-1]


def _is_of_interest(target: Mapper[Any], mapper: Mapper[Any], name: str) -> bool:
    """Whether the attribute is not loaded along with its instance: a relationship, a deferred or subclass column."""
    if name in mapper.relationships:
        return True
    return mapper.column_attrs[name].deferred or name not in target.column_attrs
