"""Event hooks -> `Statement`: what is sent, what it costs, and whose access caused it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import ORMExecuteState, RelationshipProperty
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from pirate_tui.domain.ports import Listener
from pirate_tui.domain.statements import Outcome, Statement
from pirate_tui.domain.text import clean, clean_lines
from pirate_tui.orm.troubles import was_interrupted


PARAMETERS_LIMIT = 500
"""Characters of the parameters that the log keeps."""


class Unsent(NamedTuple):
    """A statement that an access asked for, compiled as it would be sent."""

    text: str
    parameters: str
    path: str = ""
    """The relationship that it was to load, `PirateCrew.members`; empty for columns."""

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, line by line, the parameters last."""
        return (*self.text.split("\n"), f"parameters: {self.parameters}")


@dataclass
class Tally:
    """One step of work and the statements that it sends."""

    cause: str
    plain: bool = False
    """Is it a plain access outside the greenlet, whose statements cannot be sent?"""
    folded: bool = False
    """Is it told in one line with all that had the same cause, and the same text, before?"""
    option: str = ""
    """The loader option that would spare what is folded."""
    sent: int = 0
    unsent: Unsent | None = None
    """What a plain access asked for first."""


_tally: ContextVar[Tally | None] = ContextVar("tally", default=None)
"""The step that is under way in this task; greenlets share the context of the task that spawned them."""


class Recorder:
    """Listens to one engine and its sessions, and tells the listener each statement with its cause."""

    def __init__(self, engine: AsyncEngine, listener: Listener) -> None:
        self._dialect: Dialect = engine.dialect
        self._listener = listener
        self._numbers = count(1)
        self._folded: dict[tuple[str, str], Statement] = {}
        event.listen(engine.sync_engine, "before_cursor_execute", self._before)
        event.listen(engine.sync_engine, "after_cursor_execute", self._after)
        event.listen(engine.sync_engine, "handle_error", self._failed)

    @contextmanager
    def step(self, cause: str, *, plain: bool = False, folded: bool = False, option: str = "") -> Iterator[Tally]:
        """Everything sent inside the block is caused by `cause`, and counted."""
        tally = Tally(cause, plain, folded, option)
        token = _tally.set(tally)
        try:
            yield tally
        finally:
            _tally.reset(token)

    def unfold(self, cause: str) -> None:
        """What is folded next by that cause stands in a line of its own."""
        self._folded = {key: told for key, told in self._folded.items() if key[0] != cause}

    def watch(self, session: AsyncSession) -> None:
        """Attribute the session's statements down to the relationship that they load."""
        event.listen(session.sync_session, "do_orm_execute", self._on_orm)

    def never_sent(self, tally: Tally) -> None:
        """Tell of the statement that a plain access asked for and could not send."""
        if tally.unsent is not None:
            number, unsent = next(self._numbers), tally.unsent
            told = Statement(number, unsent.text, unsent.parameters, tally.cause, Outcome.NEVER_SENT)
            self._listener.statement(told)

    def _on_orm(self, context: ORMExecuteState) -> None:
        tally = _tally.get()
        if tally is None:  # outside any step nothing is sent: somebody asks what would be
            return
        if tally.plain and tally.unsent is None:
            tally.unsent = self.unsent(context)
        path = context.loader_strategy_path if context.is_relationship_load else None
        names = [part.key for part in path.path if isinstance(part, RelationshipProperty)] if path else []
        if names and not tally.cause.endswith(f".{names[-1]}"):
            context.update_execution_options(cause=f"{tally.cause}.{'.'.join(names)}")

    def unsent(self, context: ORMExecuteState) -> Unsent:
        """What an access asks for, compiled as it would be sent."""
        statement = context.statement
        assert isinstance(statement, ClauseElement)  # noqa: S101  every load by the ORM is one
        compiled = statement.compile(dialect=self._dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101  of every load
        given = context.parameters
        state = compiled.construct_expanded_state(given if isinstance(given, dict) else None)
        values = list(state.parameters.values()) if state.positiontup is None else list(state.positional_parameters)
        path = context.loader_strategy_path if context.is_relationship_load else None
        loaded = [part for part in path.path if isinstance(part, RelationshipProperty)] if path else []
        name = f"{loaded[-1].parent.class_.__name__}.{loaded[-1].key}" if loaded else ""
        return Unsent(clean_sql(state.statement), _shown(values), clean(name))

    def _before(self, *call: Any) -> None:
        connection, _cursor, text, parameters, context, _many = call
        tally = _tally.get()
        assert tally is not None, "every statement belongs to a step"  # noqa: S101
        if tally.plain:
            return
        tally.sent += 1
        cause = context.execution_options.get("cause", tally.cause)
        told = Statement(0, clean_sql(text), _shown(parameters), cause, Outcome.RUNNING, option=tally.option)
        earlier = self._folded.get((cause, told.text)) if tally.folded else None
        if earlier is None:
            told = told._replace(number=next(self._numbers))
        connection.info["told"] = (told, earlier, tally.folded, time.perf_counter())
        self._listener.statement(told if earlier is None else told.after(earlier))

    def _after(self, *call: Any) -> None:
        connection, cursor, *_ = call
        # Every async adapter fetches at execute; the rows lie in the cursor, and `rowcount` is -1 on SQLite.
        rows = len(cursor._rows)  # noqa: SLF001  there is no public name for it on 2.0 or 2.1
        self._ended(connection, Outcome.DONE, rows)

    def _failed(self, context: ExceptionContext) -> None:
        if context.connection is not None:
            is_ours = was_interrupted(context.original_exception)
            self._ended(context.connection, Outcome.STOPPED if is_ours else Outcome.FAILED, None)

    def _ended(self, connection: Connection, outcome: Outcome, rows: int | None) -> None:
        told, earlier, is_folded, began = connection.info.pop("told", (None, None, False, 0.0))
        if told is None:
            return
        ended = told._replace(outcome=outcome, seconds=time.perf_counter() - began, rows=rows)
        if earlier is not None:
            ended = ended.after(earlier)
        if is_folded:
            self._folded[ended.cause, ended.text] = ended
        self._listener.statement(ended)


def clean_sql(text: str) -> str:
    """A statement's text, safe to show; its line breaks stay."""
    return "\n".join(clean_lines(text))


def _shown(parameters: Any) -> str:
    values = parameters if isinstance(parameters, (list, tuple)) else (parameters,)
    return clean(", ".join(map(repr, values)), PARAMETERS_LIMIT)
