"""Convert live instances to frozen snapshots of what is loaded: no IO, whatever state they are in."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, inspect
from sqlalchemy.ext.associationproxy import _AssociationCollection
from sqlalchemy.orm import InstanceState, Mapper, RelationshipProperty
from sqlalchemy.orm.collections import collection_adapter

from pirate_tui.domain.access import (
    BLOCKING,
    AttributeKind,
    AttributeSnapshot,
    AttributeState,
    InstanceSnapshot,
    Scenario,
    Verdict,
)
from pirate_tui.domain.entity import NEVER_LOADED, NOLOAD, Entity
from pirate_tui.domain.rows import Cell, Row
from pirate_tui.domain.text import clean
from pirate_tui.orm.class_names import name_of
from pirate_tui.orm.dialects.registry import sql_of
from pirate_tui.orm.entities import table_attributes
from pirate_tui.orm.inspection.attributes import Attribute, attributes_of
from pirate_tui.orm.inspection.verdicts import DryRun, is_plain_column, no_database_access, probe_access
from pirate_tui.orm.loader_options import lazy_of
from pirate_tui.orm.rows.cells import CellReader, cell, label_of
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, error_name, reraise_ours


PLAIN = (str, int, float, bool, bytes, Decimal, date, time, timedelta, UUID, Enum)
"""Values whose text is known to need nothing; a `datetime` is a `date`."""

SIZED = (list, tuple, set, frozenset, dict, _AssociationCollection)
"""Types whose length is shown."""

NOT_LOADED = Cell("·")
"""The cell of a column that its instance has not loaded."""


def snapshot(entity: Entity, instance: Any, scenario: Scenario = Scenario.FRESH) -> InstanceSnapshot:
    """Return the instance as it is now, with all attributes that can be read of it."""
    return snapshot_with_outcomes(entity, instance, scenario)[0]


def snapshot_with_outcomes(
    entity: Entity, instance: Any, scenario: Scenario = Scenario.FRESH
) -> tuple[InstanceSnapshot, tuple[DryRun, ...]]:
    """Return the instance as it is now, and the outcome of the dry run of each attribute; some share one."""
    state: InstanceState[Any] = inspect(instance)
    key = state.identity or ()
    outcomes = list[DryRun]()
    with no_database_access(state):
        attributes = tuple(_attributes(state, outcomes))
    found = InstanceSnapshot(
        entity=entity.name,
        key=key,
        label=label_of(name_of(state.mapper), key),
        state=_object_state(state),
        attributes=attributes,
        scenario=scenario,
    )
    return found, tuple(outcomes)


def child_rows(instance: Any, name: str, dialect: Dialect) -> tuple[Row, ...]:
    """Return the rows of a loaded relationship: of its collection, of its one instance, or none.

    One that is never loaded (`lazy="noload"`) is not held either once its instance has expired.
    """
    state: InstanceState[Any] = inspect(instance)
    sql, target = sql_of(dialect), state.mapper.relationships[name].mapper
    readers = {
        table_attribute.key: CellReader(table_attribute.columns[0].type, sql)
        for table_attribute in table_attributes(target)
    }
    return tuple(_row(inspect(child), readers) for child in children_of(state.dict.get(name)))


def children_of(held: Any) -> tuple[Any, ...]:
    """Return the instances that a loaded relationship holds: a collection of any class, or one instance."""
    if held is None:
        return ()
    return (held,) if _is_instance(held) else tuple(collection_adapter(held))


def _elsewhere(would: DryRun) -> str:
    """Return a note on an access that does IO, raises or does not end."""
    if would.verdict is Verdict.UNKNOWN:
        return "its code did not finish and was interrupted: it blocks the event loop"
    if would.writes:
        return f"its code writes ({would.writes}), which is blocked here"
    if would.is_hidden and would.raised is not None:
        if would.blocks:
            return clean(f"it uses {would.blocks}, {BLOCKING}; the value is from an interrupted attempt")
        name = "MissingGreenlet" if would.verdict is Verdict.IO else error_name(would.raised)
        return clean(f"its code catches a {name}: the value was not read from the database")
    return clean(f"it uses {would.blocks}, {BLOCKING}: no MissingGreenlet is raised") if would.blocks else ""


def _is_instance(value: Any) -> bool:
    """Whether it is an instance of a mapped class; `inspect(value)` itself would connect an engine."""
    return isinstance(inspect(type(value), raiseerr=False), Mapper)


def _row(state: InstanceState[Any], readers: Mapping[str, CellReader]) -> Row:
    """Return the row under the columns of the readers' mapper; an instance of a subclass has more."""
    return Row(tuple(_column_cell(state.dict, key, reader) for key, reader in readers.items()), state.identity)


def _column_cell(held: Mapping[str, Any], key: str, reader: CellReader) -> Cell:
    return _cell_or_class(held[key], lambda: reader.cell_of(held[key])) if key in held else NOT_LOADED


def _attributes(state: InstanceState[Any], outcomes: list[DryRun]) -> Iterator[AttributeSnapshot]:
    """Yield all attributes, and add the outcome of each. Expired columns are probed once: loading one loads all.

    The state of each is read before the probe, which may store what is known without IO, as the access would.
    """
    expired: DryRun | None = None
    for attribute in attributes_of(state.mapper):
        attribute_state = state_of(state, attribute)
        is_alike = attribute_state is AttributeState.EXPIRED and is_plain_column(state, attribute)
        would = probe_access(state, attribute) if expired is None or not is_alike else expired
        expired = would if is_alike else expired
        outcomes.append(would)
        yield _attribute(state, attribute, attribute_state, would)


def _attribute(
    state: InstanceState[Any], attribute: Attribute, attribute_state: AttributeState, would: DryRun
) -> AttributeSnapshot:
    is_known = would.verdict is Verdict.NONE
    return AttributeSnapshot(
        name=clean(attribute.name),
        kind=attribute.kind,
        state=attribute_state,
        value=_shown(state, attribute, would.value) if is_known or would.is_hidden else None,
        verdict=would.verdict,
        error=clean(would.error),
        note=_note(state, attribute, attribute_state, would.value) if is_known else _elsewhere(would),
    )


def _shown(state: InstanceState[Any], attribute: Attribute, value: Any) -> Cell:
    """Return the cell of a value, without IO; a proxy made before may lead to what has expired since."""
    if attribute.kind in {AttributeKind.COLUMN, AttributeKind.DEFERRED}:
        return _cell_or_class(value, lambda: cell(value))
    if value is None or isinstance(value, PLAIN):
        return _cell_or_class(value, lambda: cell(value))
    relationship = _relationship(state, attribute)
    if relationship is not None and relationship.uselist and relationship.lazy not in NEVER_LOADED:
        return Cell(clean(f"{len(collection_adapter(value))} {name_of(relationship.mapper)}"))
    if _is_instance(value):
        return Cell(label_of(name_of(inspect(value).mapper), inspect(value).identity or ()))
    if not isinstance(value, SIZED):
        return Cell(_class_name(value))
    return _cell_or_class(value, lambda: Cell(f"{len(value)} values"))


def _cell_or_class(value: Any, show: Callable[[], Cell]) -> Cell:
    """Return the cell made by `show`, or the class's name where the value's own code raises."""
    try:
        return show()
    except FOREIGN_ERRORS as error:
        reraise_ours(error)
        return Cell(_class_name(value))


def _class_name(value: Any) -> str:
    return clean(type(value).__name__.lstrip("_"))


def _note(state: InstanceState[Any], attribute: Attribute, attribute_state: AttributeState, value: Any) -> str:
    """Return a note on an access that does no IO."""
    relationship = _relationship(state, attribute)
    if relationship is None:
        return ""
    if relationship.lazy in NEVER_LOADED:
        return f"lazy='{relationship.lazy}': a query, not a collection; iterating over it is a separate access"
    if attribute_state is AttributeState.NEVER:
        return "lazy='noload' never loads it, and is deprecated; selectinload() does"
    if attribute_state is AttributeState.LOADED or value is None or relationship.uselist:
        return ""
    label = label_of(name_of(inspect(value).mapper), inspect(value).identity or ())
    return f"no IO only because the identity map already holds {label}"


def state_of(state: InstanceState[Any], attribute: Attribute) -> AttributeState:
    """Return whether the instance holds an attribute, and why not."""
    name, kind = _name_behind(state, attribute), attribute.kind
    relationship = _relationship(state, attribute)
    if relationship is not None and lazy_of(relationship) == NOLOAD and not children_of(state.dict.get(name)):
        return AttributeState.NEVER
    if name in state.dict and not kind.runs_code:
        return AttributeState.LOADED
    if kind.runs_code or (relationship is not None and relationship.lazy in NEVER_LOADED):
        return AttributeState.NONE
    composite = state.mapper.composites.get(name)
    behind = [name] if composite is None else [prop.key for prop in composite.props]
    if not state.expired_attributes.isdisjoint(behind):
        return AttributeState.EXPIRED
    column = state.mapper.column_attrs.get(name)
    return AttributeState.DEFERRED if column is not None and column.deferred else AttributeState.UNLOADED


def _name_behind(state: InstanceState[Any], attribute: Attribute) -> str:
    """Return the name under which the instance holds the value; for a synonym, that of its target."""
    name = attribute.name
    while name in state.mapper.synonyms:
        name = state.mapper.synonyms[name].name
    return name


def _relationship(state: InstanceState[Any], attribute: Attribute) -> RelationshipProperty[Any] | None:
    """Return the relationship that the attribute is, or is a synonym of; None for any other."""
    return state.mapper.relationships.get(_name_behind(state, attribute))


def _object_state(state: InstanceState[Any]) -> str:
    """Return SQLAlchemy's name of the state (https://docs.sqlalchemy.org/en/21/orm/session_state_management.html)."""
    words = ("transient", "pending", "persistent", "deleted", "detached")
    return next(word for word in words if getattr(state, word))
