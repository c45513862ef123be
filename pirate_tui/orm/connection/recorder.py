"""Record statements by SQLAlchemy's events: what is sent, what it costs, and which access caused it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import ORMExecuteState, RelationshipProperty
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from pirate_tui.domain.ports import Listener
from pirate_tui.domain.statements import Statement, StatementOrigin, StatementStatus
from pirate_tui.domain.text import clean, clean_lines
from pirate_tui.orm.errors import is_missing_greenlet, was_interrupted
from pirate_tui.orm.loader_options import eager_option
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, repr_of, reraise_ours


PARAMETERS_LIMIT = 500
"""Characters of the parameters that the log keeps."""

OF_THE_MODELS = "a listener of the models"
"""The cause of a statement that no step of ours has sent, such as one of a `before_commit` listener."""


class OverBudget(Exception):  # noqa: N818  nothing has failed
    """A step has sent as many statements, or loaded as many instances, as it may."""


class UnsentStatement(NamedTuple):
    """A statement that an access would send, compiled but not sent."""

    text: str
    parameters: str
    path: str = ""
    """The relationship that it was to load, `PirateCrew.members`; empty for columns."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Its text line by line, the parameters last."""
        return (*self.text.split("\n"), f"parameters: {self.parameters}")


@dataclass
class StatementCounter:
    """One step of work and the statements that it sends."""

    cause: str
    plain: bool = False
    """Whether it is a plain access outside the greenlet, whose statements cannot be sent."""
    folded: bool = False
    """Whether its statements share one line with earlier ones of the same cause and text."""
    option: str = ""
    """The loader option that would save the folded statements."""
    parents: int = 0
    """The number of parents of which the steps of that cause read the same."""
    is_measured: bool = False
    """Whether it is measured: its statements are reported at its end, one line for each text."""
    limit: int | None = None
    """The most statements that it may send."""
    is_browsers: bool = False
    """Whether it serves the browser alone: nothing of the models is loaded."""
    origin: StatementOrigin | None = None
    """The row and the attribute that it is about."""
    sent: int = 0
    rows: int = 0
    has_asked: bool = False
    """Whether an access without await has required a statement."""
    unsent: UnsentStatement | None = None
    """The first statement that it required, if that can be compiled."""
    lines: dict[tuple[str, str], Statement] = field(default_factory=dict)
    """The statements folded within this step, by cause and text."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """Of a measured step, the parameters that a driver was given with each text, the first time."""


_tally: ContextVar[StatementCounter | None] = ContextVar("tally", default=None)
"""The running step of this task; greenlets share the context of the task that spawned them."""


class StatementRecorder:
    """Listens to one engine and its sessions, and reports each statement with its cause."""

    def __init__(self, engine: AsyncEngine, listener: Listener) -> None:
        self._dialect: Dialect = engine.dialect
        self._schemas = engine.get_execution_options().get("schema_translate_map")
        self._listener = listener
        self._numbers = count(1)
        self._folded: dict[tuple[str, str], Statement] = {}
        event.listen(engine.sync_engine, "before_cursor_execute", self._before)
        event.listen(engine.sync_engine, "after_cursor_execute", self._after)
        event.listen(engine.sync_engine, "handle_error", self._failed)

    @contextmanager
    def attribute_to(  # noqa: PLR0913  what a step is, by name
        self,
        cause: str,
        *,
        plain: bool = False,
        folded: bool = False,
        option: str = "",
        parents: int = 0,
        limit: int | None = None,
        origin: StatementOrigin | None = None,
    ) -> Iterator[StatementCounter]:
        """Attribute and count all statements sent inside the block; raises `OverBudget` beyond `limit`."""
        with self._under(StatementCounter(cause, plain, folded, option, parents, limit=limit, origin=origin)) as tally:
            yield tally

    @contextmanager
    def of_browser(self, cause: str, *, folded: bool = False) -> Iterator[None]:
        """Attribute all statements sent inside the block to the browser, which reads for its own ends."""
        with self._under(StatementCounter(cause, folded=folded, is_browsers=True)):
            yield

    @contextmanager
    def measured(self, cause: str, *, plain: bool = False) -> Iterator[StatementCounter]:
        """Do the same for a measured step, and report its statements at its end, since reporting takes time."""
        tally = StatementCounter(cause, plain, is_measured=True)
        try:
            with self._under(tally):
                yield tally
        finally:
            for statement in tally.lines.values():
                earlier = self._folded.get((cause, statement.text))
                whole = statement._replace(number=next(self._numbers)) if earlier is None else statement.after(earlier)
                self._folded[cause, statement.text] = whole
                self._listener.statement(whole)

    @contextmanager
    def _under(self, tally: StatementCounter) -> Iterator[StatementCounter]:
        token = _tally.set(tally)
        try:
            yield tally
        finally:
            _tally.reset(token)

    def unfold(self, cause: str) -> None:
        """Begin a new line in the log for the statements of this cause that are folded next."""
        self._folded = {key: statement for key, statement in self._folded.items() if key[0] != cause}

    def watch(self, session: AsyncSession) -> None:
        """Attribute the session's statements down to the relationship that they load."""
        event.listen(session.sync_session, "do_orm_execute", self._on_orm)

    def never_sent(self, tally: StatementCounter) -> None:
        """Report the statement that a plain access required and could not send."""
        if tally.unsent is not None:
            number, unsent = next(self._numbers), tally.unsent
            statement = Statement(number, unsent.text, unsent.parameters, tally.cause, StatementStatus.NEVER_SENT)
            self._listener.statement(statement._replace(origin=tally.origin))

    def _on_orm(self, context: ORMExecuteState) -> None:
        tally = _tally.get()
        if tally is None:  # outside any step nothing is sent: a dry run
            return
        if tally.plain and not tally.has_asked:
            unsent = self.unsent(context)  # a value of a query may have to be loaded first, which comes here before
            tally.has_asked, tally.unsent = True, unsent
        loaded = _relationships(context)
        if not loaded or tally.is_measured:
            return
        if not tally.cause.endswith(f".{loaded[-1].key}"):
            path = ".".join(one.key for one in loaded)
            context.update_execution_options(cause=f"{tally.cause}.{path}")
        if context.lazy_loaded_from is not None:  # for one parent: the same for another one makes an N+1
            context.update_execution_options(spared_by=clean(str(eager_option(loaded[-1]))))

    def unsent(self, context: ORMExecuteState) -> UnsentStatement | None:
        """Return the statement of an access, compiled as it would be sent; None where it cannot be compiled."""
        statement = context.statement
        if isinstance(statement, FunctionElement):
            statement = statement.select()  # what SQLAlchemy makes of `session.scalar(func.now())`
        if not isinstance(statement, ClauseElement):
            return None  # a Sequence, for one
        loaded = _relationships(context)
        name = _name(loaded[-1]) if loaded else ""
        try:
            schemas: dict[str, Any] = {"schema_translate_map": self._schemas, "render_schema_translate": True}
            compiled = statement.compile(dialect=self._dialect, **(schemas if self._schemas else {}))
            if not isinstance(compiled, SQLCompiler):
                return UnsentStatement(clean_sql(str(compiled)), "", name)
            bound = context.parameters
            state = compiled.construct_expanded_state(bound if isinstance(bound, dict) else None)
            values = state.parameters if state.positiontup is None else list(state.positional_parameters)
            return UnsentStatement(clean_sql(state.statement), _shown(values), name)
        except FOREIGN_ERRORS as error:  # constructs of the models' own compile themselves
            reraise_ours(error)
            if is_missing_greenlet(error):  # of a value that the statement takes from an expired instance
                raise
            return None

    def _before(self, *call: Any) -> None:
        connection, _cursor, text, parameters, context, _many = call
        tally = _tally.get() or StatementCounter(OF_THE_MODELS)
        if tally.plain:
            return
        tally.sent += 1
        if tally.limit is not None and tally.sent > tally.limit:
            raise OverBudget(f"it sends more than {tally.limit:,} statements: the rows may form a cycle")
        if tally.is_measured:
            connection.info["measured"] = (tally, text, parameters, time.perf_counter())
            return
        cause = context.execution_options.get("cause", tally.cause)
        option = tally.option or context.execution_options.get("spared_by", "")
        lines = self._folded if tally.folded else tally.lines
        statement = Statement(0, clean_sql(text), _shown(parameters), cause, StatementStatus.RUNNING, option=option)
        statement = statement._replace(parents=tally.parents, is_browsers=tally.is_browsers, origin=tally.origin)
        earlier = lines.get((cause, statement.text)) if tally.folded or option else None
        if earlier is None:
            statement = statement._replace(number=next(self._numbers))
        connection.info["statement"] = (statement, earlier, lines, time.perf_counter())
        self._listener.statement(statement if earlier is None else statement.after(earlier))

    def _after(self, *call: Any) -> None:
        connection, cursor, *_ = call
        # Every async adapter fetches at execute; the rows lie in the cursor, and `rowcount` is -1 on SQLite.
        rows = len(cursor._rows)  # noqa: SLF001  there is no public name for it on 2.0 or 2.1
        measured = connection.info.pop("measured", None)
        if measured is None:
            if (step := _tally.get()) is not None:
                step.rows += rows
            self._ended(connection, StatementStatus.DONE, rows)
        else:
            tally, text, parameters, began = measured
            _count(tally, text, parameters, began, rows)

    def _failed(self, context: ExceptionContext) -> None:
        if context.connection is not None and _is_of_pool(context.connection):
            context.connection.info.pop("measured", None)
            is_ours = was_interrupted(context.original_exception)
            self._ended(context.connection, StatementStatus.STOPPED if is_ours else StatementStatus.FAILED, None)

    def _ended(self, connection: Connection, outcome: StatementStatus, rows: int | None) -> None:
        statement, earlier, lines, began = connection.info.pop("statement", (None, None, {}, 0.0))
        if statement is None:
            return
        ended = statement._replace(outcome=outcome, seconds=time.perf_counter() - began, rows=rows)
        if earlier is not None:
            ended = ended.after(earlier)
        lines[ended.cause, ended.text] = ended
        self._listener.statement(ended)


def _is_of_pool(connection: Connection) -> bool:
    """Whether the connection has `info`, unlike the one by which SQLAlchemy inspects a server first."""
    try:
        return connection.info is not None
    except NotImplementedError:
        return False


def _count(tally: StatementCounter, text: str, parameters: Any, began: float, rows: int) -> None:
    """Add a measured statement to those of its text; only the first is cleaned to be shown."""
    seconds = time.perf_counter() - began
    tally.rows += rows
    tally.parameters.setdefault(text, parameters)
    earlier = tally.lines.get((tally.cause, text))
    if earlier is None:
        statement = Statement(0, clean_sql(text), _shown(parameters), tally.cause, StatementStatus.DONE, seconds, rows)
    else:
        statement = earlier._replace(seconds=seconds, rows=rows, times=1).after(earlier)
    tally.lines[tally.cause, text] = statement


def _relationships(context: ORMExecuteState) -> list[RelationshipProperty[Any]]:
    """Return the relationships along which a statement loads; empty where it loads columns."""
    path = context.loader_strategy_path if context.is_relationship_load else None
    return [part for part in path.path if isinstance(part, RelationshipProperty)] if path else []


def _name(relationship: RelationshipProperty[Any]) -> str:
    return clean(f"{relationship.parent.class_.__name__}.{relationship.key}")


def clean_sql(text: str) -> str:
    """Return a statement's text with its line breaks, safe to show."""
    return "\n".join(clean_lines(text))


def _value(value: Any) -> str:
    return repr_of(bytes(value) if isinstance(value, memoryview) else value)  # in which SQLAlchemy wraps bytes


def _shown(parameters: Any) -> str:
    """Return the parameters as text, in their order or by name, as the driver takes them."""
    if isinstance(parameters, Mapping):
        texts = [f"{name}={_value(value)}" for name, value in parameters.items()]
    else:
        texts = [_value(value) for value in parameters]
    return clean(", ".join(texts), PARAMETERS_LIMIT)
