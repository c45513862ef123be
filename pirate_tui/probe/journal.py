"""Remember, for each session, where its instances were loaded, added, flushed, expired and closed.

A record holds code and numbers; never a frame, an instance or a parameter. Nothing is done for each loaded instance:
SQLAlchemy numbers its loads, and every instance keeps the number of its own (`InstanceState.runid`). Records take their
numbers from the same counter, so that the order of numbers is the order of events.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakSet, ref

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import InstanceState, Session, loading

from pirate_tui.probe.places import Place


REMEMBERED = 256
"""The most records of one session, and the most sessions whose end is remembered."""


class Event(Enum):
    """What happened in a session; the value is the call that did it, as a sentence has it."""

    LOAD = "a load"
    RELOAD = "a reload"
    """A SELECT that refreshed one instance: refresh(), or a load of what had expired or was deferred."""
    LAZY_LOAD = "a lazy load"
    ADD = "add()"
    ADD_EXPIRED = "add() of what has expired"
    FLUSH = "a flush"
    FAILED_FLUSH = "a failed flush"
    COMMIT = "commit()"
    ROLLBACK = "rollback()"
    FLUSH_ROLLBACK = "the rollback of a failed flush"
    EXPIRE = "expire()"
    EXPIRE_ALL = "expire_all()"
    REFRESH = "refresh()"
    UPDATE = "update()"
    CLOSE = "close()"
    DELETE = "a flush that deleted it"
    EXPUNGE = "expunge()"
    EXPUNGE_ALL = "expunge_all()"


LOADS = {Event.LOAD, Event.RELOAD, Event.LAZY_LOAD}

OF_ALL = {Event.COMMIT, Event.ROLLBACK, Event.FLUSH_ROLLBACK, Event.EXPIRE_ALL}
"""What expires all instances of a session."""


class Record:
    """One event of a session."""

    __slots__ = ("event", "mark", "place")

    def __init__(self, event: Event, mark: int, place: Place | None) -> None:
        self.event = event
        self.mark = mark
        """Its number in SQLAlchemy's count of loads."""
        self.place = place


def same_line(one: Place | None, other: Place | None) -> bool:
    """Whether both are the same instruction of the same code, or both unknown."""
    if one is None or other is None:
        return one is other
    return one.code is other.code and one.instruction == other.instruction


class Journal:
    """What happened in one session."""

    __slots__ = ("_end", "flushes", "is_async", "records", "start", "unexpired")

    def __init__(self, session: Session) -> None:
        """Start a journal, which is dropped when the session no longer exists."""
        self._end = ref(session, partial(journals.pop, session.hash_key))
        self.start = next_mark()
        """The number from which on everything is known; what the session did before was not seen."""
        self.is_async = _is_async(session)
        """Whether its engine is an async one, as far as is known."""
        self.records: deque[Record] = deque(maxlen=REMEMBERED)
        self.flushes: deque[Record] = deque(maxlen=REMEMBERED)
        self.unexpired: WeakSet[InstanceState[Any]] | None = None
        """What has not expired yet, while a rollback to a savepoint runs."""

    def write(self, event: Event, place: Place | None) -> Record:
        """Add a record, and return it."""
        record = Record(event, next_mark(), place)
        self.records.append(record)
        return record

    def write_load(self, event: Event, place: Place | None) -> None:
        """Add a record of a load, unless the last one is of the same line: then that one holds for both."""
        records = self.records
        if not records or records[-1].event is not event or not same_line(records[-1].place, place):
            records.append(Record(event, next_mark(), place))

    def write_flush(self, place: Place | None) -> None:
        """Note a flush; of flushes at one line in a row, with nothing else between them, the last one holds for all."""
        last = self.flushes[-1] if self.flushes else None
        has_more = last is not None and bool(self.records) and self.records[-1].mark > last.mark
        if last is not None and not has_more and same_line(last.place, place):
            last.mark = next_mark()
        else:
            self.flushes.append(Record(Event.FLUSH, next_mark(), place))

    def flush_after(self, mark: int) -> Record | None:
        """Return the first flush after that; None without one, or if it may be one that is no longer remembered."""
        is_whole = len(self.flushes) < REMEMBERED or self.flushes[0].mark < mark
        return next((one for one in self.flushes if one.mark > mark), None) if is_whole else None


class Origin(NamedTuple):
    """Where an instance comes from, and what has become of it; None, and empty, is unknown."""

    load: Record | None = None
    """What has loaded it: a SELECT of its class, a lazy load, or the reload of another instance."""
    is_new: bool = False
    """Whether it was made by the program, and not loaded."""
    added: Place | None = None
    """Where it was added: when it was new, or after another session had loaded it."""
    flushed: Place | None = None
    expired: tuple[Record, ...] = ()
    """What has expired the attribute, or the whole instance: one of these."""
    closed: Record | None = None
    """What has detached it."""
    is_async: bool = True
    """Whether its session is that of an AsyncSession, as far as is known."""
    is_dropped: bool = False
    """Whether its session no longer exists, though nothing has closed it."""


COUNT = getattr(loading, "_new_runid", None)

next_mark: Callable[[], int] = COUNT or iter(int, 1).__next__
"""Draw the next number of SQLAlchemy's count of loads; always 0 where it has none, and nothing is known then."""

UNKNOWN: dict[str, tuple[str, ...]] = {
    "": ("load", "flushed", "expired"),
    "_loading": ("load", "expired"),
    "_committed": ("expired",),
    "_rolling_back": ("expired",),
    "_rolled_back": ("expired",),
    "_flushed": ("flushed", "expired"),
    "_added": ("load", "added", "flushed", "expired", "closed"),
    "_attached": ("load", "expired", "closed"),
    "_restored": ("closed", "is_dropped"),
    "_expire_all": ("expired",),
    "_expire_instance": ("expired",),
    "_expire_attributes": ("expired",),
    "_expunge_all": ("closed", "is_dropped"),
}
"""What of an origin is not known where a hook is missing, by its name: what it has not seen may have come between.

Without a count, "", the order of events is not known.
"""

lost: set[str] = set()
"""The hooks that are missing: they could not be installed, or have failed."""

journals: dict[int, Journal] = {}
"""The journals of sessions that exist, by `Session.hash_key`."""
births: WeakKeyDictionary[InstanceState[Any], Record] = WeakKeyDictionary()
"""Where a new instance was added."""
attachments: WeakKeyDictionary[InstanceState[Any], Record] = WeakKeyDictionary()
"""Where an instance was added that another session had loaded."""
first_runs: WeakKeyDictionary[InstanceState[Any], int] = WeakKeyDictionary()
"""The number of the load that an instance comes from, where a reload has given it another."""
expiries: WeakKeyDictionary[InstanceState[Any], dict[str | None, Record]] = WeakKeyDictionary()
"""What has expired attributes of one instance last; None is the whole of it, which had not expired before."""
expunged: WeakKeyDictionary[InstanceState[Any], tuple[Journal, Record]] = WeakKeyDictionary()
"""What has taken one instance out of its session."""
ended: deque[tuple[Any, Journal, Record | None]] = deque(maxlen=REMEMBERED)
"""The identity maps of sessions that began or ended last, by their own weak reference, which their instances keep."""


def journal_of(session: Session) -> Journal:
    """Return what has happened in the session."""
    found = journals.get(session.hash_key)
    if found is None:
        found = journals[session.hash_key] = Journal(session)
        ended.append((map_of(session), found, None))
    return found


def _is_async(session: Session) -> bool:
    """Whether the session's engine is an async one; also where it has none of its own, and that is not known."""
    bind: Any = vars(session).get("bind")
    is_known = issubclass(type(bind), (Engine, Connection))  # isinstance() may ask for its `__class__`
    return bool(bind.dialect.is_async) if is_known else True


def map_of(session: Session) -> Any:
    """Return the session's identity map, as its instances refer to it; something else where they do not."""
    return getattr(session.identity_map, "_wr", None) or object()


def forget_all() -> None:
    """Drop everything that is remembered."""
    for remembered in (journals, births, attachments, first_runs, expiries, expunged, ended, lost):
        remembered.clear()


def origin_of(state: InstanceState[Any], name: str) -> Origin:
    """Return where the instance comes from, and what has happened to that attribute of it."""
    journal, closed = _journal_and_end(state)
    if journal is None:
        return Origin()
    records = [record for record in journal.records if closed is None or record.mark <= closed.mark]
    birth, attached = births.get(state), attachments.get(state)
    if birth and attached:  # another session made it, or this one after it was made transient
        birth, attached = (birth, None) if birth.mark > attached.mark else (None, attached)
    flush = None if birth is None else journal.flush_after(birth.mark)
    since = max(_run(state), flush.mark if flush else 0, attached.mark if attached else 0)
    oldest = journal.start if len(journal.records) < REMEMBERED else journal.records[0].mark
    if state.expired and attached and attached.event is Event.ADD_EXPIRED and since == attached.mark:
        since = 0  # another session has expired it, unless a SELECT has filled it since
    found = Origin(
        load=None if attached else _load(state, records),
        is_new=birth is not None,
        added=added.place if (added := attached or birth) else None,
        flushed=flush.place if flush else None,
        expired=_expired(state, name, records, since) if since > oldest else (),
        closed=closed,
        is_async=journal.is_async,
        is_dropped=state.session is None and closed is None,
    )
    missing = lost if COUNT is not None else {*lost, ""}
    fields = {field for hook in missing for field in UNKNOWN.get(hook, ())}
    return found._replace(**{field: Origin._field_defaults[field] for field in fields})


def failed_flush(session: Session) -> Record | None:
    """Return the session's last flush that failed; None where none is remembered."""
    records = () if "_rolled_back" in lost else journal_of(session).records
    return next((record for record in reversed(records) if record.event is Event.FAILED_FLUSH), None)


def _run(state: InstanceState[Any]) -> int:
    """Return the number of the load that has filled the instance last; 0 where it has none."""
    return getattr(state, "runid", None) or 0


def _journal_and_end(state: InstanceState[Any]) -> tuple[Journal | None, Record | None]:
    """Return the journal of the session that holds the instance, or held it last, and what has ended that."""
    if state.session is not None:
        return journals.get(state.session.hash_key), None
    if (one := expunged.get(state)) is not None:
        return one
    own = getattr(state, "_instance_dict", None)
    return next(((journal, end) for held, journal, end in reversed(ended) if held is own), (None, None))


def _load(state: InstanceState[Any], records: list[Record]) -> Record | None:
    """Return the load that the instance comes from: the last one before it got its number.

    A reload gives it another number, and a SELECT that fills it again after it has expired gives it none.
    """
    run = _run(state)
    if not run:
        return None
    loads = [record for record in records if record.event in LOADS]
    last = next((record for record in reversed(loads) if record.mark < run), None)
    first = first_runs.get(state)
    if first is not None and last is not None and last.event is Event.RELOAD:
        before = (record for record in reversed(loads) if record.mark < first)
        last = next((record for record in before if record.event is not Event.RELOAD), None)
    expiry = next((record.mark for record in _expiries_of_all(state, records) if record.mark > run), None)
    if expiry is not None and not state.expired:
        again = [record for record in loads if record.mark > expiry]
        was_filled = any(name in state.dict for name in state.mapper.column_attrs.keys())  # noqa: SIM118  no dict
        return again[0] if was_filled and _distinct(again) == 1 else None
    return last


def _expired(state: InstanceState[Any], name: str, records: list[Record], since: int) -> tuple[Record, ...]:
    """Return what may have expired the attribute, with the whole instance or alone: one, unless it may be several.

    A SELECT in between may have filled the instance again, and leaves no trace in it.
    """
    whole, own = _expiries_of_all(state, records), expiries.get(state, {}).get(name)
    if not state.expired:
        return (own,) if own is not None and all(record.mark < own.mark for record in whole) else ()
    certain = expiries.get(state, {}).get(None)
    since = max(since, certain.mark - 1 if certain else 0)  # it had not expired then
    after = [*whole, *(record for record in records if record.event in LOADS)]
    found, was_filled = list[Record](), True
    for record in sorted(after, key=lambda record: record.mark):
        if record.mark > since and record.event in LOADS:
            was_filled = True
        elif record.mark > since and was_filled:
            found.append(record)
            was_filled = False
    return tuple(found[:1] if _distinct(found) == 1 else found)


def _expiries_of_all(state: InstanceState[Any], records: list[Record]) -> list[Record]:
    """Return what has expired the whole instance, with all others of its session or alone, in order."""
    whole = expiries.get(state, {}).get(None)
    found = [record for record in records if record.event in OF_ALL]
    return sorted([*found, *(() if whole is None else (whole,))], key=lambda record: record.mark)


def _distinct(records: list[Record]) -> int:
    """Return at how many lines these happened, and by how many kinds of events."""
    return len({(record.event, record.place) for record in records})
