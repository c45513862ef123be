"""Live instances -> frozen snapshots, read from what is loaded: no IO, whatever state they are in."""

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.ext.associationproxy import _AssociationCollection
from sqlalchemy.orm import InstanceState, Mapper

from pirate_tui.domain.access import (
    AttributeKind,
    AttributeSnapshot,
    AttributeState,
    InstanceSnapshot,
    Situation,
    Verdict,
)
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.rows import Cell, Row, RowKey
from pirate_tui.domain.text import clean
from pirate_tui.orm.attributes import Attribute, attributes_of
from pirate_tui.orm.catalog import NEVER_LOADED, table_attributes
from pirate_tui.orm.cells import NULL, attribute_cell, cell
from pirate_tui.orm.verdicts import dry_run


PLAIN = (str, int, float, bool, bytes, Decimal, date, time, timedelta, UUID, Enum)
"""Values whose text is known to need nothing; a `datetime` is a `date`."""

NOT_LOADED = Cell("·")
"""What stands in a row for a column that its instance has not loaded."""


def label_of(name: str, key: RowKey) -> str:
    """A class and a key as people say them: `PirateCrew 1`."""
    return clean(f"{name} {', '.join(map(str, key))}")


def snapshot(entity: Entity, instance: Any, situation: Situation = Situation.FRESH) -> InstanceSnapshot:
    """The instance as it is now, with all that can be read of it."""
    state: InstanceState[Any] = inspect(instance)
    key = state.identity or ()
    return InstanceSnapshot(
        entity=entity.name,
        key=key,
        label=label_of(entity.name, key),
        state=_object_state(state),
        attributes=tuple(_attribute(state, one) for one in attributes_of(state.mapper)),
        situation=situation,
    )


def child_rows(instance: Any, name: str) -> tuple[Row, ...]:
    """The rows of a loaded relationship: of its collection, of its one instance, or none."""
    held = inspect(instance).dict[name]
    return tuple(_row(inspect(child)) for child in children_of(held))


def children_of(held: Any) -> Iterable[Any]:
    if held is None:
        return ()
    if isinstance(held, Mapping):
        return held.values()
    return held if isinstance(held, Iterable) else (held,)


def _row(state: InstanceState[Any]) -> Row:
    mapper: Mapper[Any] = state.mapper
    cells = (
        attribute_cell(attribute.columns[0].type, state.dict[attribute.key])
        if attribute.key in state.dict
        else NOT_LOADED
        for attribute in table_attributes(mapper)
    )
    return Row(tuple(cells), state.identity)


def _attribute(state: InstanceState[Any], attribute: Attribute) -> AttributeSnapshot:
    """Its state first: asking what an access would do may store what can be known without IO, as the access would."""
    found, would = state_of(state, attribute), dry_run(state.obj(), attribute)
    is_known = would.verdict is Verdict.NONE
    return AttributeSnapshot(
        name=clean(attribute.name),
        kind=attribute.kind,
        state=found,
        value=_shown(state, attribute, would.value) if is_known else None,
        verdict=would.verdict,
        error=clean(would.error),
        note=_note(state, attribute, found, would.value) if is_known else "",
    )


def _shown(state: InstanceState[Any], attribute: Attribute, value: Any) -> Cell:
    """What is shown of a value, without calling anything of it that could do IO."""
    if attribute.kind in {AttributeKind.COLUMN, AttributeKind.DEFERRED}:
        return attribute_cell(state.mapper.column_attrs[attribute.name].columns[0].type, value)
    if value is None:
        return NULL
    if isinstance(value, PLAIN):
        return cell(value)
    relationship = state.mapper.relationships.get(attribute.name)
    if relationship is not None and relationship.uselist and not _is_query(state, attribute):
        return Cell(clean(f"{len(value)} {relationship.mapper.class_.__name__}"))
    described = inspect(value, raiseerr=False)
    if isinstance(described, InstanceState):
        return Cell(label_of(type(value).__name__, described.identity or ()))
    return Cell(clean(f"{len(value)} values" if _is_sized(value) else type(value).__name__))


def _is_sized(value: Any) -> bool:
    return isinstance(value, (list, tuple, set, frozenset, dict, _AssociationCollection))


def _note(state: InstanceState[Any], attribute: Attribute, found: AttributeState, value: Any) -> str:
    """What else should be known where an access does no IO."""
    relationship = state.mapper.relationships.get(attribute.name)
    if relationship is None:
        return ""
    if _is_query(state, attribute):
        return f"lazy='{relationship.lazy}': a query and no collection; iterating it is another matter"
    if found is AttributeState.LOADED or value is None or relationship.uselist:
        return ""
    label = label_of(type(value).__name__, inspect(value).identity or ())
    return f"loaded by chance: the identity map holds {label}"


def state_of(state: InstanceState[Any], attribute: Attribute) -> AttributeState:
    """What the instance holds of an attribute."""
    name, kind = attribute.name, attribute.kind
    if kind is AttributeKind.SYNONYM:
        name = state.mapper.synonyms[name].name
    if name in state.dict and not kind.runs_code:
        return AttributeState.LOADED
    if kind.runs_code or _is_query(state, attribute):
        return AttributeState.NONE
    is_expired = state.expired_attributes if kind is AttributeKind.COMPOSITE else name in state.expired_attributes
    if is_expired:
        return AttributeState.EXPIRED
    return AttributeState.DEFERRED if kind is AttributeKind.DEFERRED else AttributeState.UNLOADED


def _is_query(state: InstanceState[Any], attribute: Attribute) -> bool:
    """Is it a relationship that holds a query, and never instances?"""
    relationship = state.mapper.relationships.get(attribute.name)
    return relationship is not None and relationship.lazy in NEVER_LOADED


def _object_state(state: InstanceState[Any]) -> str:
    """SQLAlchemy's word for it (https://docs.sqlalchemy.org/en/21/orm/session_state_management.html)."""
    words = ("transient", "pending", "persistent", "deleted", "detached")
    return next(word for word in words if getattr(state, word))
