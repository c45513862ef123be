"""Live instances -> frozen snapshots, read from what is loaded: no IO, whatever state they are in."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import InstanceState, Mapper

from pirate_tui.domain.access import AttributeSnapshot, AttributeState, InstanceSnapshot
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.rows import Cell, Row, RowKey
from pirate_tui.domain.text import clean
from pirate_tui.orm.catalog import table_attributes
from pirate_tui.orm.cells import NULL, attribute_cell
from pirate_tui.orm.verdicts import verdict


NOT_LOADED = Cell("·")
"""What stands in a row for a column that its instance has not loaded."""


def label_of(name: str, key: RowKey) -> str:
    """A class and a key as people say them: `PirateCrew 1`."""
    return clean(f"{name} {', '.join(map(str, key))}")


def snapshot(entity: Entity, instance: Any) -> InstanceSnapshot:
    """The instance as it is now."""
    state: InstanceState[Any] = inspect(instance)
    key = state.identity or ()
    names = [column.name for column in entity.columns] + [one.name for one in entity.relationships]
    return InstanceSnapshot(
        entity=entity.name,
        key=key,
        label=label_of(entity.name, key),
        state=_object_state(state),
        attributes=tuple(_attribute(state, name) for name in names),
    )


def child_rows(instance: Any, name: str) -> tuple[Row, ...]:
    """The rows of a loaded relationship: of its collection, of its one instance, or none."""
    held = inspect(instance).dict[name]
    return tuple(_row(inspect(child)) for child in _children(held))


def _children(held: Any) -> Iterable[Any]:
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


def _attribute(state: InstanceState[Any], name: str) -> AttributeSnapshot:
    """Its state first: asking for the verdict may store what can be known without IO, as the access would."""
    found, would = _attribute_state(state, name), verdict(state.obj(), name)
    value = _held(state, name) if name in state.dict else None
    return AttributeSnapshot(name, name in state.mapper.relationships, found, value, would)


def _held(state: InstanceState[Any], name: str) -> Cell:
    held = state.dict[name]
    if name in state.mapper.column_attrs:
        return attribute_cell(state.mapper.column_attrs[name].columns[0].type, held)
    if held is None:
        return NULL
    relationship = state.mapper.relationships[name]
    target = relationship.mapper.class_.__name__
    if relationship.uselist:
        return Cell(clean(f"{len(held)} {target}"))
    return Cell(label_of(target, inspect(held).identity or ()))


def _attribute_state(state: InstanceState[Any], name: str) -> AttributeState:
    if name in state.dict:
        return AttributeState.LOADED
    if name in state.expired_attributes:
        return AttributeState.EXPIRED
    column = state.mapper.column_attrs.get(name)
    return AttributeState.DEFERRED if column is not None and column.deferred else AttributeState.UNLOADED


def _object_state(state: InstanceState[Any]) -> str:
    """SQLAlchemy's word for it (https://docs.sqlalchemy.org/en/21/orm/session_state_management.html)."""
    words = ("transient", "pending", "persistent", "deleted", "detached")
    return next(word for word in words if getattr(state, word))
