"""Predict what a plain access would do by a dry run: no statement, no connection, whatever the state."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from inspect import iscoroutine
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import BindParameter, Connection, Dialect, Engine, NullPool, TextClause, UpdateBase, event, inspect
from sqlalchemy.exc import MissingGreenlet, UnboundExecutionError
from sqlalchemy.orm import InstanceState, Mapper, ORMExecuteState, Session
from sqlalchemy.orm.exc import DetachedInstanceError
from sqlalchemy.sql import ClauseElement, visitors

from pirate_tui.domain.access import AttributeKind, Verdict
from pirate_tui.orm.errors import chain, constructed, forget, is_missing_greenlet, without_warnings
from pirate_tui.orm.inspection.attributes import Attribute
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, class_name, reraise_ours
from pirate_tui.orm.user_code.side_effects import undone
from pirate_tui.orm.user_code.time_limit import Hanging, end_copy, note_stopped, put_off_alarm, was_stopped


FIRST_WORD = re.compile(r"\s*(insert|update|delete|replace|merge|truncate|create|alter|drop)\b", re.IGNORECASE)
"""The beginning of a text that writes."""


class WouldLoad(MissingGreenlet):
    """Raised in a dry run when the access requires a statement, or a connection.

    It is a MissingGreenlet, so that code of the model which catches that one catches this too.
    """

    def __init__(self, execution: ORMExecuteState | None = None, writes: str = "") -> None:
        super().__init__("this access would load")
        self.execution = execution
        """The statement for the instance's session; None where the model's code bypasses it."""
        self.writes = writes
        """The write that it would have sent: `a flush`, `INSERT`; empty where it would only have read."""


class WouldBlock(Exception):  # noqa: N818  nothing has failed
    """Raised in a dry run when the access uses a sync engine, so that no MissingGreenlet would be raised."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__("this access would block")
        self.name = f"{dialect.name}+{dialect.driver}"


class DryRun(NamedTuple):
    """The outcome of an access that was kept from executing anything."""

    verdict: Verdict
    value: Any = None
    """The value of the access, where it would do no IO."""
    error: str = ""
    """The name of the error that it raises by itself."""
    execution: ORMExecuteState | None = None
    """The first statement that it would send by the session."""
    blocks: str = ""
    """The dialect of the sync engine that it would use."""
    writes: str = ""
    """The write that its code attempted."""
    raised: BaseException | None = None
    """The error that stopped it, or that it raises by itself."""
    is_hidden: bool = False
    """Whether code of the models catches that error: the value was then not read from the database."""


def dry_run(instance: Any, attribute: Attribute) -> DryRun:
    """Return what a plain access to an attribute of the instance would do now, without IO."""
    state: InstanceState[Any] = inspect(instance)
    with no_database_access(state):
        return probe_access(state, attribute)


def probe_access(state: InstanceState[Any], attribute: Attribute) -> DryRun:
    """Return what a plain access would do, inside of `no_database_access`.

    The access is made. `inspect(instance).unloaded` alone is often wrong: a many-to-one whose target the identity map
    holds, or whose foreign key is NULL, needs no IO. What the access stores is taken back, and whatever code of the
    model does to instances and session is undone.
    """
    if not attribute.kind.runs_code:
        with _nothing_stored(state):
            return _accessed(state, attribute)
    if was_stopped(state.class_, attribute.name):
        return DryRun(Verdict.UNKNOWN)
    put_off_alarm()
    with undone(state):
        outcome = _accessed(state, attribute)
    if outcome.verdict is Verdict.UNKNOWN:
        note_stopped(state.class_, attribute.name)
    return outcome


def is_plain_column(state: InstanceState[Any], attribute: Attribute) -> bool:
    """Whether it is a column that no code of the model's is run for: expired ones are loaded by one statement."""
    is_column = attribute.kind is AttributeKind.COLUMN
    return is_column and not any("__getattribute__" in vars(base) for base in state.class_.__mro__[:-1])


@contextmanager
def _nothing_stored(state: InstanceState[Any]) -> Iterator[None]:
    """Take back what a read in the block has stored: once its session is closed, the instance would still have it."""
    before, is_expired, expired = set(state.dict), state.expired, set(state.expired_attributes)
    try:
        yield
    finally:
        if stored := state.dict.keys() - before:
            for name in stored:
                del state.dict[name]
            state.expired = is_expired
            state.expired_attributes.update(expired)


def _accessed(state: InstanceState[Any], attribute: Attribute) -> DryRun:
    if attribute.kind.is_loaded_by_itself and attribute.name in state.dict:
        return DryRun(Verdict.NONE, state.dict[attribute.name])
    with constructed(WouldBlock) as hidden:
        try:
            value = _closed(attribute.read(state.obj()))
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
            return _raised(error)
        finally:
            end_copy()
    return _raised(hidden[0])._replace(value=value, is_hidden=True) if hidden else DryRun(Verdict.NONE, value)


def _closed(value: Any) -> Any:
    """Return the value, and close it if it is a coroutine, so that Python does not warn about it."""
    if iscoroutine(value):
        value.close()
    return value


def _raised(error: BaseException) -> DryRun:
    """Return the outcome of an error: the model's own, a strategy's refusal, or a load that was prevented."""
    if isinstance(error, Hanging):
        return DryRun(Verdict.UNKNOWN)
    if isinstance(error, DetachedInstanceError):
        return DryRun(Verdict.DETACHED, raised=error)
    for link in chain(error):
        if isinstance(link, WouldLoad):
            return DryRun(Verdict.IO, execution=link.execution, raised=error, writes=link.writes)
        if isinstance(link, WouldBlock):
            return DryRun(Verdict.IO, blocks=link.name, raised=error)
    if is_missing_greenlet(error):  # of code that awaits by itself
        forget(error)
        return DryRun(Verdict.IO, raised=error)
    return DryRun(Verdict.RAISES, error=class_name(type(error)), raised=error)


@contextmanager
def no_database_access(state: InstanceState[Any]) -> Iterator[None]:
    """Prevent all statements and connections inside the block, whatever is read of the instance.

    Its session executes nothing: `do_orm_execute` fires before autoflush and before a connection is checked out, and
    `before_flush` before a flush begins the transaction that its failure would end. Its engine returns no connection,
    and no engine executes or connects: code of the model may use the session's connection, a session of its own, or an
    engine of its own. Code that bypasses SQLAlchemy is not prevented.
    """
    session = state.session
    engine = None if session is None else _engine_of(session, state.mapper)
    with without_warnings(), _no_engine_executes(), nullcontext() if engine is None else _without_pool(engine):
        if session is None:
            yield
            return
        event.listen(session, "do_orm_execute", _would_load)
        event.listen(session, "before_flush", _would_flush)
        try:
            yield
        finally:
            event.remove(session, "before_flush", _would_flush)
            event.remove(session, "do_orm_execute", _would_load)


def _engine_of(session: Session, mapper: Mapper[Any]) -> Engine | None:
    """Return the engine that the session would use; None where code of the models has made a session without one."""
    try:
        return session.get_bind(mapper).engine
    except UnboundExecutionError:
        return None


@contextmanager
def _no_engine_executes() -> Iterator[None]:
    event.listen(Engine, "before_execute", _would_execute)
    event.listen(Engine, "do_connect", _would_connect)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", _would_connect)
        event.remove(Engine, "before_execute", _would_execute)


@contextmanager
def _without_pool(engine: Engine) -> Iterator[None]:
    """Replace the engine's pool, so that it returns no connection; no event comes before that."""
    pool = engine.pool
    engine.pool = NullPool(_no_connection)
    try:
        yield
    finally:
        engine.pool = pool


def _would_load(execution: ORMExecuteState) -> NoReturn:
    if not (execution.is_relationship_load or execution.is_column_load) and isinstance(
        execution.statement, ClauseElement
    ):
        for element in visitors.iterate(execution.statement):
            if isinstance(element, BindParameter) and element.callable is not None:
                element.effective_value  # noqa: B018  of a query of the model's own: this may load something first
    raise WouldLoad(execution, _written_by(execution.statement))


def _would_flush(*_: Any) -> NoReturn:
    raise WouldLoad(writes="a flush")


def _would_execute(connection: Connection, statement: object, *_: Any) -> None:
    _stop(connection.dialect, _written_by(statement))


def _written_by(statement: object) -> str:
    """Return `INSERT`, `UPDATE` or `DELETE`, of a text also `DROP` etc.; empty for what reads or is not known."""
    if isinstance(statement, UpdateBase):
        return statement.__visit_name__.upper()
    found = FIRST_WORD.match(statement.text) if isinstance(statement, TextClause) else None
    return found[1].upper() if found is not None else ""


def _would_connect(dialect: Dialect, *_: Any) -> None:
    _stop(dialect)


def _no_connection() -> NoReturn:
    raise WouldLoad


def _stop(dialect: Dialect, writes: str = "") -> NoReturn:
    raise WouldLoad(writes=writes) if dialect.is_async else WouldBlock(dialect)
