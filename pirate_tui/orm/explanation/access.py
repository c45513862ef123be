"""Describe an attribute before it is accessed, from instance, mapper and session, without IO."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, inspect
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import ColumnProperty, InstanceState, Mapper, RelationshipDirection, RelationshipProperty, Session
from sqlalchemy.orm.util import AliasedInsp

from pirate_tui.domain.access import AccessMode, AttributeKind, AttributeState, Expiry
from pirate_tui.domain.entity import NEVER_LOADED, snake_case
from pirate_tui.domain.loading import EAGER, LoaderStrategy
from pirate_tui.domain.options import attribute as typed
from pirate_tui.domain.text import clean
from pirate_tui.orm.class_names import name_of
from pirate_tui.orm.connection.recorder import UnsentStatement
from pirate_tui.orm.inspection.attributes import Attribute, attribute_of
from pirate_tui.orm.inspection.generated import is_generated_at_update
from pirate_tui.orm.inspection.needs import Need, Needs
from pirate_tui.orm.inspection.reading import KNOWN, Known, needs_of
from pirate_tui.orm.inspection.snapshots import state_of
from pirate_tui.orm.loader_options import lazy_of
from pirate_tui.orm.rows.cells import label_of
from pirate_tui.orm.user_code.time_limit import was_stopped


@dataclass(frozen=True, slots=True)
class Target:
    """One attribute of one instance, and what the instance holds of it."""

    mapper: Mapper[Any]
    """The mapper of the instance's own class, which may be a subclass of what was selected."""
    attribute: Attribute
    label: str
    """The instance: `PirateCrew 1`."""
    identity: tuple[Any, ...]
    """Its primary key, which no commit expires; empty before it has one."""
    held: AttributeState
    is_expired: bool
    """Whether the whole instance is expired, as by a commit, a rollback or expire()."""
    way: tuple[RelationshipProperty[Any], ...]
    """The relationships along which it was loaded, from the class that was selected; empty for that one itself."""
    selected: Mapper[Any] | None
    """The class that its SELECT named; None where it was not selected but made, or merged."""
    has_options: bool
    """Whether it was loaded with loader options."""
    was_loaded: bool | None
    """Whether the attribute was loaded before the instance expired; None where that is not known."""

    @classmethod
    def of(cls, state: InstanceState[Any], name: str) -> "Target":
        """Return that attribute of an instance, in its present state."""
        attribute, identity = attribute_of(state.mapper, name), tuple(state.identity or ())
        target = cls(
            state.mapper,
            attribute,
            label_of(name_of(state.mapper), identity) if identity else f"a new {name_of(state.mapper)}",
            identity,
            state_of(state, attribute),
            state.expired,
            tuple(one for one in state.load_path.path if isinstance(one, RelationshipProperty)),
            _selected(state),
            bool(state.load_options),
            None,
        )
        return replace(target, was_loaded=_was_loaded(state, target.columns))

    @property
    def entity(self) -> str:
        """The name of the class."""
        return str(self.mapper.class_.__name__)

    @property
    def variable(self) -> str:
        """The name of a variable for the instance, as its user would write it."""
        return snake_case(self.entity)

    @property
    def name(self) -> str:
        """The class and the attribute: `PirateCrew.members`."""
        return f"{self.entity}.{self.attribute.name}"

    @property
    def code(self) -> str:
        """The plain access as its user would write it."""
        return self.attribute.code(self.variable)

    @property
    def relationship(self) -> RelationshipProperty[Any] | None:
        """The relationship; None for any other attribute."""
        return self.mapper.relationships.get(self._key)

    @property
    def lazy(self) -> str:
        """The relationship's `lazy`: `select`, `selectin`, `raise`, ...; empty for a column."""
        return "" if self.relationship is None else lazy_of(self.relationship)

    @property
    def is_query(self) -> bool:
        """Whether it is a relationship that holds a query, and never instances."""
        return self.lazy in NEVER_LOADED

    @property
    def column(self) -> ColumnProperty[Any] | None:
        """The column attribute; None for any other attribute."""
        return self.mapper.column_attrs.get(self._key)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names with which `refresh` loads it; for a composite, those of its columns."""
        composite = self.mapper.composites.get(self._key)
        return (self._key,) if composite is None else tuple(prop.key for prop in composite.props)

    @property
    def is_refreshed_by_name(self) -> bool:
        """Whether refresh() loads it by name."""
        return self.relationship is None or not is_taken_for_a_cycle(self.relationship, self.mapper)

    @property
    def needs(self) -> Needs:
        """What must be loaded for it, where it runs no code of the model."""
        return Needs(tuple(Need((), self.mapper, name) for name in self.columns))

    @property
    def is_generated_on_update(self) -> bool:
        """Whether the database generates its value at each UPDATE, so that the flush of one expires it."""
        column = None if self.column is None else self.column.columns[0]
        return isinstance(column, Column) and is_generated_at_update(column)

    @property
    def has_expired_with_all(self) -> bool:
        """Whether it was loaded, as far as is known, and then expired with the whole instance."""
        return self.is_expired and self.was_loaded is not False

    @property
    def is_key(self) -> bool:
        """Whether it is a column of the primary key."""
        return self.column is not None and self.column.columns[0] in self.mapper.primary_key

    @property
    def is_of_subclass(self) -> bool:
        """Whether it is an attribute that the selected class does not have."""
        selected = self.selected
        return selected is not None and selected is not self.mapper and self._key not in selected.attrs

    @property
    def _key(self) -> str:
        """The name of the attribute, or of the one that it is a synonym of."""
        name = self.attribute.name
        while name in self.mapper.synonyms:
            name = self.mapper.synonyms[name].name
        return name


@dataclass(frozen=True, slots=True)
class SessionState:
    """The session of an instance before an access."""

    expires_on_commit: bool
    is_active: bool
    """False after a flush has failed, until a rollback."""
    unflushed: tuple[str, ...]
    """The classes of the instances that an autoflush would write first, one for each instance."""

    @classmethod
    def of(cls, state: InstanceState[Any], *, flushes: bool = True) -> "SessionState | None":
        """Return the state of the instance's session; None where it has none.

        `flushes` tells whether an autoflush may come into it: what that writes is found by comparing values.
        """
        session = state.session
        if session is None:
            return None
        return cls(session.expire_on_commit, session.is_active, _unflushed(session) if flushes else ())


@dataclass(frozen=True, slots=True)
class Access:
    """One access to an attribute, and what was known before it was made."""

    target: Target
    session: SessionState | None
    mode: AccessMode
    strategy: LoaderStrategy
    """The strategy by which the instance was loaded."""
    expiry: Expiry | None
    """What has expired its value, or the whole instance; None where that is not known."""
    needs: Needs
    """All that the access would have to load."""
    loaded_before: Mapping[str, bool | None]
    """Whether what the instance itself lacks was loaded before it expired, by name; None where that is not known."""
    unsent: UnsentStatement | None = None
    """The statement that the access could not send, if any."""

    @classmethod
    def of(
        cls,
        instance: object,
        name: str,
        mode: AccessMode = AccessMode.UNSAFE,
        *,
        strategy: LoaderStrategy = LoaderStrategy.AS_MAPPED,
        expiry: Expiry | None = None,
        flushes: bool = True,
    ) -> "Access":
        """Describe an access that is about to be made, to an instance of any session, which may be given by its state.

        With a state, and without `flushes`, no code of the model is called for an attribute that runs none itself.
        """
        state: InstanceState[Any] = inspect(instance)
        target = Target.of(state, name)
        needs = target.needs
        if was_stopped(state.class_, name):
            needs = Needs(is_complete=False)
        elif target.attribute.kind.runs_code:
            needs = needs_of(state, target.attribute.read, known_of(state))
        before = {need.name: _was_loaded(state, (need.name,)) for need in needs.reads if not need.way}
        return cls(target, SessionState.of(state, flushes=flushes), mode, strategy, expiry, needs, before)

    def with_unsent(self, unsent: UnsentStatement | None) -> "Access":
        """Return the access with the statement that it could not send."""
        return replace(self, unsent=unsent)

    @property
    def attribute(self) -> Attribute:
        """The attribute that is accessed."""
        return self.target.attribute

    @property
    def label(self) -> str:
        """The instance: `PirateCrew 1`."""
        return self.target.label

    @property
    def variable(self) -> str:
        """The name of a variable for the instance, as its user would write it."""
        return self.target.variable

    @property
    def name(self) -> str:
        """The class and the attribute: `PirateCrew.members`."""
        return self.target.name

    @property
    def code(self) -> str:
        """The access as its user would write it."""
        return awaited(self.target) if self.mode.awaits else self.target.code


def is_taken_for_a_cycle(relationship: RelationshipProperty[Any], mapper: Mapper[Any]) -> bool:
    """Whether it is a many-to-one of the class itself, which refresh() ignores even by name."""
    return relationship.direction is RelationshipDirection.MANYTOONE and relationship.mapper is mapper


def known_of(state: InstanceState[Any]) -> Known:
    """Return what instances of the same session held before they expired."""
    info = {} if state.session is None else vars(state.session).get("info", {})  # the property would make one
    known: Known = info.get(KNOWN, {})
    return known


def _was_loaded(state: InstanceState[Any], names: Iterable[str]) -> bool | None:
    """Whether these were loaded before the instance expired; None where that is not known."""
    held = known_of(state).get(state)
    loaded = [_comes_by_itself(state, name) if held is None else name in held for name in names]
    return False if False in loaded else None if None in loaded else True


def _comes_by_itself(state: InstanceState[Any], name: str) -> bool | None:
    """Whether a SELECT loads it by its mapping; None where an option may have loaded it, or an access."""
    relationship, column = state.mapper.relationships.get(name), state.mapper.column_attrs.get(name)
    if relationship is not None:
        return True if lazy_of(relationship) in EAGER else None
    selected = _selected(state)
    is_of_subclass = selected is not None and name not in selected.attrs
    is_left_out = is_of_subclass or (column is not None and column.deferred)
    return True if not is_left_out else None if state.load_options else False


def _selected(state: InstanceState[Any]) -> Mapper[Any] | None:
    """Return the class that the instance's SELECT named; None where it was made or merged instead."""
    mappers = [one.mapper for one in state.load_path.path if isinstance(one, (Mapper, AliasedInsp))]
    return mappers[-1] if mappers else None


def awaited(target: Target) -> str:
    """Return the line that awaits the attribute: by `AsyncAttrs` where the class has it, else by `run_sync`."""
    if issubclass(target.mapper.class_, AsyncAttrs) and target.attribute.kind is not AttributeKind.METHOD:
        return f"await {typed(f'{target.variable}.awaitable_attrs', target.attribute.name)}"
    return f"await session.run_sync(lambda _: {target.code})"


def _unflushed(session: Session) -> tuple[str, ...]:
    if not session.autoflush:
        return ()
    waiting = (*session.new, *(one for one in session.dirty if session.is_modified(one)), *session.deleted)
    return tuple(clean(type(one).__name__) for one in waiting)


def dotted(relationship: RelationshipProperty[Any]) -> str:
    """Return the class and the relationship: `PirateCrew.members`."""
    return typed(relationship.parent.class_.__name__, relationship.key)
