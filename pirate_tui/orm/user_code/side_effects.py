"""Undo what code of the models does to instances and session, where it is run only to see what it would do.

Undone are: attributes of the instances that the code touched, mapped or not; containers that it changed in place; what
it added to the session, deleted, expired or removed from it; the transaction that it began. What it does to classes,
modules or files is not undone.
"""

import copy
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import event, inspect
from sqlalchemy.orm import InstanceState, InstrumentedAttribute, Mapper, RelationshipProperty, Session
from sqlalchemy.orm.collections import collection_adapter

from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, reraise_ours


IMMUTABLE = (str, int, float, complex, bool, bytes, Decimal, date, time, timedelta, UUID, Enum, type, type(None))
"""Values that no code can change; a `datetime` is a `date`."""

CHILDREN = 1_000
"""Members of a collection that are watched when it is read: code may set attributes of theirs that are not mapped."""

COPIED = 10_000
"""Objects within one value that are copied at the most; a larger value is left to the code as it is."""


class _TooLargeError(Exception):
    """Raised for a value that holds more objects than may be copied."""


@dataclass
class _Held:
    """The attributes and the state of an instance before the code touched it."""

    instance: object
    attributes: dict[str, Any]
    """Its `__dict__`, with the values themselves: the code works with copies of mutable ones."""
    state: dict[str, Any]
    """The attributes of SQLAlchemy's state, its containers copied."""
    committed: dict[str, Any]
    expired: set[str]
    is_modified: bool
    collections: dict[str, list[Any]] = field(default_factory=dict)
    """The members of collections that the code has read or changed."""


class _Session:
    """Records what the code does to the session, and undoes it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._was_in_transaction = session.in_transaction()
        self._deleted = tuple(session.deleted)
        self._added: list[object] = []
        self._removed: list[object] = []

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Record what is added to the session and removed from it inside the block."""
        listeners = {
            "transient_to_pending": self._added,
            "detached_to_persistent": self._added,
            "persistent_to_detached": self._removed,
            "pending_to_transient": self._removed,
        }
        with ExitStack() as stack:
            for name, noticed in listeners.items():
                stack.enter_context(_listening(self._session, name, _noticing(noticed)))
            yield

    def expunge_added(self) -> None:
        """Expunge what was added, before the instances are restored."""
        for instance in self._added:
            if instance in self._session:
                self._session.expunge(instance)

    def restore(self) -> None:
        """Undo the rest, after the instances have been restored."""
        session = self._session
        for instance in self._removed:
            if instance not in session and not _is_among(instance, self._added):
                session.add(instance)
        for instance in tuple(session.deleted):
            if not _is_among(instance, self._deleted):
                session.add(instance)  # it is not to be deleted any more
        while not self._was_in_transaction and (transaction := session.get_transaction()) is not None:
            transaction.close()  # neither flushes nor expires anything


class _Instances:
    """Records what the code does to instances, and undoes it."""

    def __init__(self) -> None:
        self._held: dict[InstanceState[Any], _Held] = {}

    def touch(self, state: InstanceState[Any]) -> _Held | None:
        """Keep what an instance holds, before the code may change it; return None for a collected one."""
        instance = state.obj()
        if instance is None or state in self._held:
            return self._held.get(state)
        containers = {
            name: copy.copy(value) for name, value in vars(state).items() if isinstance(value, (dict, set, list))
        }
        held = self._held[state] = _Held(
            instance,
            dict(state.dict),
            {**vars(state), **containers},
            dict(state.committed_state),
            set(state.expired_attributes),
            state.modified,
        )
        mapped = state.manager
        for name, value in held.attributes.items():
            if name not in mapped and not isinstance(value, (*IMMUTABLE, InstanceState)):
                state.dict[name] = copy_of(value)
        return held

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Keep what instances hold when an attribute of theirs is read, and before they change or expire."""

        def get(attribute: InstrumentedAttribute[Any], instance: Any, owner: Any) -> Any:
            if instance is not None and (state := inspect(instance, raiseerr=False)) is not None:
                self.read(state, attribute)
            return read(attribute, instance, owner)

        def modified(state: InstanceState[Any], dict_: Any, attribute: Any, *more: Any, **named: Any) -> None:
            self.change(state, () if attribute is None else (attribute.key,))
            modify(state, dict_, attribute, *more, **named)

        def expire(state: InstanceState[Any], dict_: Any, *more: Any, **named: Any) -> None:
            self.change(state, tuple(dict_))
            expire_all(state, dict_, *more, **named)

        def expire_names(state: InstanceState[Any], dict_: Any, *more: Any, **named: Any) -> None:
            self.change(state, tuple(dict_))
            expire_named(state, dict_, *more, **named)

        with (
            replaced(InstrumentedAttribute, "__get__", get) as read,
            replaced(InstanceState, "_modified_event", modified) as modify,
            replaced(InstanceState, "_expire", expire) as expire_all,
            replaced(InstanceState, "_expire_attributes", expire_names) as expire_named,
        ):
            yield

    def read(self, state: InstanceState[Any], attribute: InstrumentedAttribute[Any]) -> None:
        """Copy the value of an attribute that is read, and keep the members of a collection."""
        held, name = self.touch(state), attribute.key
        if held is None or name not in state.dict or isinstance(value := state.dict[name], IMMUTABLE):
            return
        if not isinstance(attribute.property, RelationshipProperty):
            if value is held.attributes.get(name):
                state.dict[name] = copy_of(value)
        elif name not in held.collections:
            self._keep_members(held, name, value)
            for child in held.collections.get(name, [value])[:CHILDREN]:
                if isinstance(inspect(type(child), raiseerr=False), Mapper):
                    self.touch(inspect(child))

    def change(self, state: InstanceState[Any], names: Sequence[str]) -> None:
        """Keep the members of collections that are about to change."""
        held = self.touch(state)
        for name in names:
            if held is not None and name not in held.collections:
                self._keep_members(held, name, state.dict.get(name))

    def restore(self, session: Session | None) -> None:
        """Restore what the instances held."""
        for state, held in self._held.items():
            other = state.session
            if other is not None and other is not session:
                other.expunge(held.instance)  # the code has given it to a session of its own
            state.dict.clear()
            state.dict.update(held.attributes)
            is_attached = state.session_id is not None and state.session_id == held.state.get("session_id")
            vars(state).clear()
            vars(state).update(held.state)
            if not is_attached:
                state.session_id = None  # the session takes it back
            _refill(state.committed_state, held.committed)
            state.expired_attributes.clear()
            state.expired_attributes.update(held.expired)
            if session is not None and not held.is_modified:
                session.identity_map._modified.discard(state)  # noqa: SLF001  there is no public way
            for name, members in held.collections.items():
                _restore_collection(held.attributes[name], members)

    @staticmethod
    def _keep_members(held: _Held, name: str, value: Any) -> None:
        if value is held.attributes.get(name) and hasattr(value, "_sa_adapter"):
            held.collections[name] = _members(value)


@contextmanager
def undone(root: InstanceState[Any]) -> Iterator[None]:
    """Undo at the end of the block whatever code of the models did to instances and their session."""
    instances, session = _Instances(), root.session
    noticed = None if session is None else _Session(session)
    instances.touch(root)
    try:
        with instances.watched(), nullcontext() if noticed is None else noticed.watched():
            yield
    finally:
        if noticed is not None:
            noticed.expunge_added()
        instances.restore(session)
        if noticed is not None:
            noticed.restore()


@contextmanager
def replaced(owner: type, name: str, method: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Replace a method of SQLAlchemy's, since no event comes for a read or just before a change; yield the original."""
    original: Callable[..., Any] = getattr(owner, name)
    setattr(owner, name, method)
    try:
        yield original
    finally:
        setattr(owner, name, original)


@contextmanager
def _listening(session: Session, name: str, listener: Callable[..., None]) -> Iterator[None]:
    event.listen(session, name, listener)
    try:
        yield
    finally:
        event.remove(session, name, listener)


def _noticing(noticed: list[object]) -> Callable[[Session, object], None]:
    def notice(_session: Session, instance: object) -> None:
        noticed.append(instance)

    return notice


def _is_among(instance: object, listed: "list[object] | tuple[object, ...]") -> bool:
    """Whether the instance is in the list, by identity: a class may define equality arbitrarily."""
    return any(one is instance for one in listed)


def _refill(container: dict[str, Any], content: dict[str, Any]) -> None:
    container.clear()
    container.update(content)


def _members(collection: Any) -> list[Any]:
    """Return the members of a relationship's collection; those of a dictionary with their keys."""
    return list(dict.items(collection)) if isinstance(collection, dict) else list(collection_adapter(collection))


def _restore_collection(collection: Any, members: list[Any]) -> None:
    """Restore a collection's members without an event: to SQLAlchemy it is unchanged."""
    adapter = collection_adapter(collection)
    if adapter is None:
        return
    adapter.invalidated = False
    now = _members(collection)
    if len(now) == len(members) and all(map(_is_same, now, members)):
        return
    if isinstance(collection, list):
        list.__setitem__(collection, slice(None), members)
    elif isinstance(collection, set):
        set.clear(collection)
        set.update(collection, members)
    elif isinstance(collection, dict):
        dict.clear(collection)
        dict.update(collection, members)
    else:
        adapter.clear_without_event()
        adapter.append_multiple_without_event(members)


def _is_same(member: Any, other: Any) -> bool:
    if isinstance(member, tuple) and isinstance(other, tuple):  # of a dictionary
        return bool(member[0] == other[0] and member[1] is other[1])
    return member is other


def copy_of(value: Any) -> Any:
    """Return a copy that the code may change; the value itself where it cannot be copied."""
    try:
        return _copied(value, {})
    except FOREIGN_ERRORS as error:  # of a lock, a file, a class that refuses
        reraise_ours(error)
        return value


def _copied(value: Any, seen: dict[int, Any]) -> Any:
    """Return the value with copies of all mutable objects in it; mapped instances and SQLAlchemy's own stay."""
    if isinstance(value, IMMUTABLE) or not _is_copied(value):
        return value
    if id(value) not in seen:
        if len(seen) >= COPIED:
            raise _TooLargeError
        seen[id(value)] = made = copy.copy(value)
        _copy_content(made, seen)
        if type(value) is tuple:
            seen[id(value)] = tuple(_copied(one, seen) for one in value)
    return seen[id(value)]


def _copy_content(made: Any, seen: dict[int, Any]) -> None:
    if isinstance(made, (list, deque)):
        for at, item in enumerate(made):
            made[at] = _copied(item, seen)
    elif isinstance(made, dict):
        for key, item in made.items():
            dict.__setitem__(made, key, _copied(item, seen))
    for name, item in getattr(made, "__dict__", {}).items():
        vars(made)[name] = _copied(item, seen)


def _is_copied(value: Any) -> bool:
    if callable(value) or hasattr(value, "_sa_instance_state"):
        return False
    return type(value).__module__.partition(".")[0] not in {"sqlalchemy", "weakref", "asyncio", "logging"}
