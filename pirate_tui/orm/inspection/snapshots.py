"""Live instances -> frozen snapshots, read from what is loaded: no IO, whatever state they are in."""

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
from pirate_tui.orm.inspection.verdicts import DryRun, no_database_access, probe_access
from pirate_tui.orm.loader_options import lazy_of
from pirate_tui.orm.rows.cells import CellReader, cell, label_of
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, error_name, reraise_ours


PLAIN = (str, int, float, bool, bytes, Decimal, date, time, timedelta, UUID, Enum)
"""Values whose text is known to need nothing; a `datetime` is a `date`."""

SIZED = (list, tuple, set, frozenset, dict, _AssociationCollection)
"""Values of which it is shown how many they hold."""

NOT_LOADED = Cell("·")
"""What stands in a row for a column that its instance has not loaded."""


def snapshot(entity: Entity, instance: Any, scenario: Scenario = Scenario.FRESH) -> InstanceSnapshot:
    """The instance as it is now, with all that can be read of it."""
    state: InstanceState[Any] = inspect(instance)
    key = state.identity or ()
    with no_database_access(state):
        attributes = tuple(_attributes(state))
    return InstanceSnapshot(
        entity=entity.name,
        key=key,
        label=label_of(name_of(state.mapper), key),
        state=_object_state(state),
        attributes=attributes,
        scenario=scenario,
    )


def child_rows(instance: Any, name: str, dialect: Dialect) -> tuple[Row, ...]:
    """The rows of a loaded relationship: of its collection, of its one instance, or none."""
    state: InstanceState[Any] = inspect(instance)
    sql, target = sql_of(dialect), state.mapper.relationships[name].mapper
    readers = {
        table_attribute.key: CellReader(table_attribute.columns[0].type, sql)
        for table_attribute in table_attributes(target)
    }
    return tuple(_row(inspect(child), readers) for child in children_of(state.dict[name]))


def children_of(held: Any) -> tuple[Any, ...]:
    """The instances that a loaded relationship holds; a collection is of any class, and an instance may be iterable."""
    if held is None:
        return ()
    return (held,) if _is_instance(held) else tuple(collection_adapter(held))


def _elsewhere(would: DryRun) -> str:
    """What else should be known where an access does IO, or raises, or does not end."""
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
    """Is it an instance of a mapped class? `inspect(value)` itself would connect, if it were an engine."""
    return isinstance(inspect(type(value), raiseerr=False), Mapper)


def _row(state: InstanceState[Any], readers: Mapping[str, CellReader]) -> Row:
    """The row under the heads of the readers' mapper; an instance of its subclass has columns more."""
    return Row(tuple(_column_cell(state.dict, key, reader) for key, reader in readers.items()), state.identity)


def _column_cell(held: Mapping[str, Any], key: str, reader: CellReader) -> Cell:
    return _told(held[key], lambda: reader.cell_of(held[key])) if key in held else NOT_LOADED


def _attributes(state: InstanceState[Any]) -> Iterator[AttributeSnapshot]:
    """All of them. Expired columns come together: one that is accessed loads the others too, so one is asked for all.

    The state of each first: asking what an access would do may store what can be known without IO, as the access would.
    """
    is_plain = not any("__getattribute__" in vars(one) for one in state.class_.__mro__[:-1])
    expired: DryRun | None = None
    for attribute in attributes_of(state.mapper):
        found = state_of(state, attribute)
        is_alike = is_plain and attribute.kind is AttributeKind.COLUMN and found is AttributeState.EXPIRED
        would = probe_access(state, attribute) if expired is None or not is_alike else expired
        expired = would if is_alike else expired
        yield _attribute(state, attribute, found, would)


def _attribute(
    state: InstanceState[Any], attribute: Attribute, found: AttributeState, would: DryRun
) -> AttributeSnapshot:
    is_known = would.verdict is Verdict.NONE
    return AttributeSnapshot(
        name=clean(attribute.name),
        kind=attribute.kind,
        state=found,
        value=_shown(state, attribute, would.value) if is_known or would.is_hidden else None,
        verdict=would.verdict,
        error=clean(would.error),
        note=_note(state, attribute, found, would.value) if is_known else _elsewhere(would),
    )


def _shown(state: InstanceState[Any], attribute: Attribute, value: Any) -> Cell:
    """What is shown of a value; a proxy that was made before may lead to what has expired since, and load it."""
    if attribute.kind in {AttributeKind.COLUMN, AttributeKind.DEFERRED}:
        return _told(value, lambda: cell(value))
    if value is None or isinstance(value, PLAIN):
        return _told(value, lambda: cell(value))
    relationship = _relationship(state, attribute)
    if relationship is not None and relationship.uselist and relationship.lazy not in NEVER_LOADED:
        return Cell(clean(f"{len(collection_adapter(value))} {name_of(relationship.mapper)}"))
    if _is_instance(value):
        return Cell(label_of(name_of(inspect(value).mapper), inspect(value).identity or ()))
    if not isinstance(value, SIZED):
        return Cell(_class_name(value))
    return _told(value, lambda: Cell(f"{len(value)} values"))


def _told(value: Any, tell: Callable[[], Cell]) -> Cell:
    """What the value's own code tells of it, or else its class: it may be anything that a type gives."""
    try:
        return tell()
    except FOREIGN_ERRORS as error:
        reraise_ours(error)
        return Cell(_class_name(value))


def _class_name(value: Any) -> str:
    return clean(type(value).__name__.lstrip("_"))


def _note(state: InstanceState[Any], attribute: Attribute, found: AttributeState, value: Any) -> str:
    """What else should be known where an access does no IO."""
    relationship = _relationship(state, attribute)
    if relationship is None:
        return ""
    if relationship.lazy in NEVER_LOADED:
        return f"lazy='{relationship.lazy}': a query, not a collection; iterating over it is a separate access"
    if found is AttributeState.NEVER:
        return "lazy='noload' never loads it, and is deprecated; selectinload() does"
    if found is AttributeState.LOADED or value is None or relationship.uselist:
        return ""
    label = label_of(name_of(inspect(value).mapper), inspect(value).identity or ())
    return f"no IO only because the identity map already holds {label}"


def state_of(state: InstanceState[Any], attribute: Attribute) -> AttributeState:
    """What the instance holds of an attribute."""
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
    """The name under which the instance would hold its value: a synonym's is that of what it stands for."""
    name = attribute.name
    while name in state.mapper.synonyms:
        name = state.mapper.synonyms[name].name
    return name


def _relationship(state: InstanceState[Any], attribute: Attribute) -> RelationshipProperty[Any] | None:
    """The relationship that it is, or that it is a synonym of."""
    return state.mapper.relationships.get(_name_behind(state, attribute))


def _object_state(state: InstanceState[Any]) -> str:
    """SQLAlchemy's word for it (https://docs.sqlalchemy.org/en/21/orm/session_state_management.html)."""
    words = ("transient", "pending", "persistent", "deleted", "detached")
    return next(word for word in words if getattr(state, word))
