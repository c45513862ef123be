"""Hook into sessions and loads, so that what happens in them is recorded in their journals."""

from collections.abc import Iterable
from inspect import currentframe
from types import FrameType
from typing import Any
from weakref import WeakSet

from sqlalchemy.orm import InstanceState, Session, SessionTransaction, SessionTransactionOrigin, loading

from pirate_tui.probe import journal
from pirate_tui.probe.evidence import SQLALCHEMY
from pirate_tui.probe.hooks import Hooks
from pirate_tui.probe.journal import Event, Record, expiries, journal_of
from pirate_tui.probe.owners import module_of
from pirate_tui.probe.places import place_of


CALLS = {
    "refresh": Event.REFRESH,
    "expire": Event.EXPIRE,
    "expunge": Event.EXPUNGE,
    "_finalize_insert_update_commands": Event.FLUSH,
    "_postfetch": Event.FLUSH,
    "_postfetch_post_update": Event.FLUSH,
    "_do_post_synchronize_evaluate": Event.UPDATE,
    "_do_post_synchronize_fetch": Event.UPDATE,
    "_apply_update_set_values_to_objects": Event.UPDATE,
}
"""The functions of SQLAlchemy that expire an instance, or attributes of it, or let it go; by name."""

DEPTH = 8
"""The most frames between such a function and the hook, hooks included."""


def install(hooks: Hooks) -> None:
    """Put hooks into all sessions."""
    hooks.before(loading, "instances", _loading)
    hooks.listen(Session, "after_commit", _committed)
    hooks.listen(Session, "after_rollback", _rolling_back)
    hooks.listen(Session, "after_soft_rollback", _rolled_back)
    hooks.listen(Session, "after_flush_postexec", _flushed)
    hooks.listen(Session, "transient_to_pending", _added, raw=True)
    hooks.listen(Session, "detached_to_persistent", _attached, raw=True)
    hooks.listen(Session, "persistent_to_deleted", _deleted, raw=True)
    hooks.listen(Session, "deleted_to_persistent", _restored, raw=True)
    hooks.before(Session, "expire_all", _expire_all)
    hooks.before(Session, "_conditional_expire", _expire_instance)
    hooks.before(Session, "_expunge_states", _expunge)
    hooks.before(Session, "expunge_all", _expunge_all)
    hooks.after(InstanceState, "_expire_attributes", _expire_attributes)


def _loading(_cursor: Any, context: Any) -> None:
    """Record that the rows of a statement become instances."""
    refreshed, event = context.refresh_state, Event.LOAD
    if refreshed is not None:
        event = Event.RELOAD
        journal.first_runs.setdefault(refreshed, refreshed.runid or 0)
    elif context.load_options._lazy_loaded_from is not None:  # noqa: SLF001
        event = Event.LAZY_LOAD
    journal_of(context.session).write_load(event, place_of(currentframe()))


def _committed(session: Session) -> None:
    """Record a commit that expires: not that of a savepoint."""
    if session.expire_on_commit and not session.in_nested_transaction():
        journal_of(session).write(Event.COMMIT, place_of(currentframe()))


def _rolling_back(session: Session) -> None:
    """Remember what a rollback to a savepoint may expire: what has not expired yet."""
    if session.in_nested_transaction():
        states = (state for state in session.identity_map.all_states() if not state.expired)
        journal_of(session).unexpired = WeakSet(states)


def _rolled_back(session: Session, transaction: SessionTransaction) -> None:
    """Record a rollback; that to a savepoint expires only what has changed since."""
    found, place = journal_of(session), place_of(currentframe())
    unexpired, found.unexpired = found.unexpired, None
    event = Event.ROLLBACK
    if transaction.origin is SessionTransactionOrigin.SUBTRANSACTION:
        found.write(Event.FAILED_FLUSH, place)
        event = Event.FLUSH_ROLLBACK
    if not _is_of_savepoint(transaction):
        found.write(event, place)
        return
    record = Record(event, journal.next_mark(), place)
    for state in unexpired or ():
        if state.expired:
            _note(state, None, record)


def _is_of_savepoint(transaction: SessionTransaction) -> bool:
    """Whether a transaction, or the one within which a flush has begun it, is a savepoint."""
    outer: SessionTransaction | None = transaction
    while outer is not None and not outer.nested:
        outer = outer.parent
    return outer is not None


def _flushed(session: Session, _context: Any) -> None:
    journal_of(session).write_flush(place_of(currentframe()))


def _added(session: Session, state: InstanceState[Any]) -> None:
    """Record where a new instance was added."""
    journal_of(session)
    journal.expunged.pop(state, None)
    journal.births[state] = Record(Event.ADD, journal.next_mark(), place_of(currentframe()))


def _attached(session: Session, state: InstanceState[Any]) -> None:
    """Record that what this session did before has not expired the instance."""
    journal_of(session)
    journal.expunged.pop(state, None)
    event = Event.ADD_EXPIRED if state.expired else Event.ADD
    journal.attachments[state] = Record(event, journal.next_mark(), place_of(currentframe()))


def _deleted(session: Session, state: InstanceState[Any]) -> None:
    """Record which flush has deleted the row of an instance."""
    record = Record(Event.DELETE, journal.next_mark(), place_of(currentframe()))
    journal.expunged[state] = (journal_of(session), record)


def _restored(_session: Session, state: InstanceState[Any]) -> None:
    """Record that a rollback has brought its row back."""
    journal.expunged.pop(state, None)


def _expire_all(session: Session) -> None:
    journal_of(session).write(Event.EXPIRE_ALL, place_of(currentframe()))


def _expire_instance(_session: Session, state: InstanceState[Any], *_: Any, **__: Any) -> None:
    """Record that expire() or refresh() expires a whole instance, and what it cascades to."""
    if not state.expired:
        frame = currentframe()
        _note(state, None, Record(_call(frame) or Event.EXPIRE, journal.next_mark(), place_of(frame)))


def _expire_attributes(state: InstanceState[Any], _held: Any, names: Any, *_: Any, **__: Any) -> None:
    """Record what has expired attributes of an instance, and not the whole of it.

    Those too that it did not hold: if they had been loaded before, they would have expired.
    """
    frame = currentframe()
    event = _call(frame)
    if event is not None:
        record = Record(event, journal.next_mark(), place_of(frame))
        for name in names:
            _note(state, name, record)


def _note(state: InstanceState[Any], name: str | None, record: Record) -> None:
    held = expiries.get(state)
    if held is None:
        held = expiries[state] = {}
    held[name] = record


def _call(frame: FrameType | None) -> Event | None:
    """Return which of SQLAlchemy's functions has called the hook; None where it is an unknown one."""
    for _ in range(DEPTH):
        if frame is None:
            return None
        event = CALLS.get(frame.f_code.co_name)
        if event is not None and frame.f_code.co_filename.startswith(SQLALCHEMY):
            return event
        frame = frame.f_back
    return None


def _expunge(session: Session, states: Iterable[InstanceState[Any]], *_: Any, **__: Any) -> None:
    """Record that instances leave their session by expunge()."""
    frame = currentframe()
    if _call(frame) is Event.EXPUNGE:
        found, record = journal_of(session), Record(Event.EXPUNGE, journal.next_mark(), place_of(frame))
        for state in states:
            journal.expunged[state] = (found, record)


def _expunge_all(session: Session) -> None:
    """Record that a session lets go of its instances: every close() does so."""
    frame = outer = currentframe()
    is_close = False
    while outer is not None and not is_close and module_of(outer).startswith(("pirate_tui.", "sqlalchemy.")):
        is_close = outer.f_code.co_name == "_close_impl"
        outer = outer.f_back
    found = journal_of(session)
    record = Record(Event.CLOSE if is_close else Event.EXPUNGE_ALL, journal.next_mark(), place_of(frame))
    journal.ended.append((journal.map_of(session), found, record))
