"""Bring instances into the states in which applications meet the error; nothing is ever written."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from pirate_tui.domain.access import AttributeKind, Scenario
from pirate_tui.orm.errors import DATABASE_ERRORS
from pirate_tui.orm.inspection.attributes import attributes_of
from pirate_tui.orm.inspection.generated import generated_at_insert, generated_at_update
from pirate_tui.orm.inspection.reading import KNOWN
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, reraise_ours


async def bring_into(session: AsyncSession, instance: Any, scenario: Scenario) -> Any:
    """Return the instance in that state: the one just selected in the session, or another one of the same row."""
    state: InstanceState[Any] = inspect(instance)
    if scenario in {Scenario.AFTER_COMMIT, Scenario.AFTER_ROLLBACK}:
        expire_all(session)
    elif scenario is Scenario.DETACHED:
        session.expunge_all()
    elif scenario is Scenario.UPDATED:
        _after_update(state)
    elif scenario is Scenario.MADE:
        return await _made(session, state)
    return instance


def expire_all(session: AsyncSession) -> None:
    """Expire all instances as commit and rollback do, without their events, which listeners of the models would handle.

    What the instances held is kept for the explanations.
    """
    session.sync_session.info[KNOWN] = {inspect(one): dict(vars(one)) for one in session}
    session.expire_all()


def bring_one_into(session: AsyncSession, instance: Any, scenario: Scenario) -> None:
    """Bring an instance that the session has selected only now to where the others are, which stay as they are."""
    if scenario in {Scenario.AFTER_COMMIT, Scenario.AFTER_ROLLBACK}:
        known = session.sync_session.info.setdefault(KNOWN, {})
        known[inspect(instance)] = dict(vars(instance))
        session.expire(instance)
    elif scenario is Scenario.DETACHED:
        session.expunge(instance)


async def _made(session: AsyncSession, state: InstanceState[Any]) -> Any:
    """Return an instance as it is after being added and flushed: with its columns, but never selected."""
    mapper = state.mapper
    columns = [
        attribute.name
        for attribute in attributes_of(mapper)
        if attribute.kind in {AttributeKind.COLUMN, AttributeKind.DEFERRED}
    ]
    await _load(session, state, [name for name in columns if name not in state.dict])
    values = {name: state.dict[name] for name in columns if state.dict.get(name) is not None}
    session.expunge_all()
    made = mapper.class_manager.new_instance()
    generated = generated_at_insert(mapper, session.sync_session.get_bind(mapper).dialect)
    for name, value in values.items():
        if name not in generated:
            set_committed_value(made, name, value)
    make_transient_to_detached(made)
    new: InstanceState[Any] = inspect(made)
    # That has expired whatever was not set, too: a flush leaves it as it is, and reading it then gives None.
    new.expired_attributes.clear()
    new._expire_attributes(new.dict, generated)  # noqa: SLF001  what a flush itself calls
    session.add(made)
    return made


async def _load(session: AsyncSession, state: InstanceState[Any], names: Sequence[str]) -> None:
    """Load columns that are deferred, or a subclass's; those that their types cannot read are left unset."""
    try:
        if names:
            await session.refresh(state.obj(), names)
    except DATABASE_ERRORS:
        raise
    except FOREIGN_ERRORS as error:
        reraise_ours(error)


def _after_update(state: InstanceState[Any]) -> None:
    """Expire what a flush expires that has written an UPDATE of each of its tables."""
    expired = generated_at_update(state.mapper) & state.dict.keys()
    state._expire_attributes(state.dict, expired)  # noqa: SLF001
