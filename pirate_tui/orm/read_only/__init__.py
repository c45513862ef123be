"""Block statements that may write before they are sent to a server.

The server refuses to write as well; this is a second check, since its own does not stop everything. What SQLAlchemy has
built, and what we have written, is a query already: only its words are checked. Of any other statement the prefixes
(EXPLAIN, DESCRIBE) are removed, and a parser must accept the rest as a query. Functions that have side effects are
refused in both.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Select, TextClause, event
from sqlalchemy.ext.asyncio import AsyncEngine

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.text import clean
from pirate_tui.orm.read_only.functions import acting, may_set, settings_by_parameter
from pirate_tui.orm.read_only.parsed import NOT_KNOWN
from pirate_tui.orm.read_only.statements import SEVERAL, is_plain, is_several, more_than_reading
from pirate_tui.orm.read_only.tokens import Reading, SqlText, TokenKind, percents, readings


WORD = re.compile(r"\w+")

__all__ = ["Own", "OwnText", "SqlText", "block_writes", "refusal"]


class Own:
    """Marks a statement of the browser's own."""


class OwnText(Own, TextClause):
    """A statement of the browser's own, written as text.

    https://docs.sqlalchemy.org/en/21/core/sqlelement.html#sqlalchemy.sql.expression.text
    """

    inherit_cache = True


class Judgement(NamedTuple):
    """The result of checking a statement's text."""

    reason: str
    """Why it is refused; empty where it is not."""
    settings: tuple[str, ...] = ()
    """The parameters that name what it sets for its transaction."""
    hides_parameters: bool = False
    """Whether a driver that puts them into the text finds more than we do: within a string, or a comment."""


HIDES = "a parameter is inside a string, a name or a comment"


def block_writes(engine: AsyncEngine, sql: SqlText) -> None:
    """Check every statement of an engine before it is sent; one that may write raises `BrowserError`."""

    def judge(_connection: Any, _cursor: Any, statement: str, parameters: Any, context: Any, _many: bool) -> None:  # noqa: FBT001  an event's signature
        if reason := refusal(statement, sql, parameters, is_foreign=not _is_ours(statement, context)):
            raise BrowserError(f"blocked: {reason}: {clean(statement)}", "the browser is read-only")

    event.listen(engine.sync_engine, "before_cursor_execute", judge)


def refusal(statement: str, sql: SqlText, parameters: Any = (), *, is_foreign: bool = True) -> str:
    """Return why the statement, as it is sent, is refused; empty where it only reads."""
    judged = _judged(statement, sql, is_foreign=is_foreign)
    if judged.settings and not all(may_set(_value(parameters, name)) for name in judged.settings):
        return "the statement calls set_config()"
    return HIDES if judged.hides_parameters and _are_put_in(parameters, sql) else judged.reason


def _is_ours(statement: str, context: Any) -> bool:
    """Whether SQLAlchemy or we have built the query, and no listener of the models has changed its text."""
    compiled = context.compiled
    return (
        statement is context.statement
        and compiled is not None
        and isinstance(compiled.statement, (Select, CompoundSelect, Own))
    )


@lru_cache(maxsize=1_000)
def _judged(statement: str, sql: SqlText, *, is_foreign: bool) -> Judgement:
    if not is_foreign and is_plain(statement, sql):
        return Judgement("")
    read = readings(statement, sql)
    if not any(reading.is_whole for reading in read):
        return Judgement(NOT_KNOWN)
    settings: tuple[str, ...] = ()
    for tokens, is_whole in read:
        if not is_whole:  # a server that reads it so refuses it, but for what stands before a semicolon
            reason = SEVERAL if is_several(tokens) else ""
        elif name := acting(tokens, sql):
            reason = f"the statement calls {clean(name)}()"
        else:
            reason = more_than_reading(tokens, sql, is_foreign=is_foreign)
            settings += settings_by_parameter(tokens)
        if reason:
            return Judgement(reason)
    return Judgement("", settings, any(_hides_parameters(statement, reading) for reading in read))


def _hides_parameters(statement: str, reading: Reading) -> bool:
    known = [token for token in reading.tokens if token.kind is TokenKind.PARAMETER and token.text.startswith("%")]
    return percents(statement) != len(known)


def _are_put_in(parameters: Any, sql: SqlText) -> bool:
    """Whether the driver puts the parameters into the text: asyncmy does, with its quotes; psycopg does for names.

    asyncpg does not: a percent sign is itself.
    """
    first = next(iter(parameters), None) if isinstance(parameters, Sequence) else None
    return bool(parameters) if sql is SqlText.MYSQL else isinstance(parameters, Mapping) or isinstance(first, Mapping)


def _value(parameters: Any, placeholder: str) -> object:
    """Return the value of a parameter, `%(name)s` or `$1`; None where that is not known."""
    name = WORD.findall(placeholder)[0]
    if isinstance(parameters, Mapping):
        return parameters.get(name)
    is_number = isinstance(parameters, Sequence) and name.isdecimal() and int(name) <= len(parameters)
    return parameters[int(name) - 1] if is_number else None
