"""What PostgreSQL and MariaDB have in common: their columns hold what their types say, and compare by collation."""

import re
from operator import eq
from typing import Any

from sqlalchemy import Date, DateTime, Dialect, Time, cast, literal, or_
from sqlalchemy.types import Double, NullType, TypeEngine

from pirate_tui.orm.dialects.parse_value import typed as typed_value
from pirate_tui.orm.dialects.sql import Operator
from pirate_tui.orm.dialects.terms import Term, is_float, kind_of, python_type, raw


ESCAPE = "/"
"""What makes `%` and `_` in a pattern mean themselves; a backslash would be read differently from server to server."""


class ServerSql:
    """The ways of a server; `text` is its dialect's own."""

    single: TypeEngine[Any]
    """What a number of few digits is cast to."""
    strange: re.Pattern[str]
    """What is shown of times that Python does not know."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def text(self, column: Term) -> Term:
        """The column as text."""
        raise NotImplementedError

    def compared_term(self, column: Term) -> Term:
        """The column as it can be compared."""
        raise NotImplementedError

    def value(self, kind: TypeEngine[Any], column: Term, value: Any) -> Term:
        """A value of the column's type, to be compared with it."""
        raise NotImplementedError

    def key_equals(self, column: Term, typed: str) -> Term:
        """By a value of its own type: so the key's index serves. Times strange to Python are the server's."""
        is_strange = isinstance(self.kind(column), (Date, DateTime, Time)) and self.strange.fullmatch(typed)
        return self.compared(column, eq, typed if is_strange else typed_value(column.type, typed))

    def compared(self, column: Term, operator: Operator, value: Any) -> Term:
        """At the server, by its collations; a number also as it is where it has few digits."""
        kind = self.kind(column)
        compared: Term = operator(self.compared_term(column), self.value(kind, column, value))
        if operator is eq and is_float(kind) and not isinstance(column.type, Double):
            return or_(compared, raw(column) == cast(literal(value, Double()), self.single))
        return compared

    def contains(self, column: Term, text: str) -> Term:
        """By the server's own LIKE."""
        return self._like(column, f"%{_escaped(text)}%")

    def begins(self, column: Term, text: str) -> Term:
        """By the server's own LIKE, which an index serves where its collation lets it."""
        return self._like(column, f"{_escaped(text)}%")

    def kind(self, column: Term) -> TypeEngine[Any]:
        """The dialect's own type of the column."""
        return self.kind_of(column.type)

    def kind_of(self, column_type: TypeEngine[Any]) -> TypeEngine[Any]:
        """The dialect's own type of columns mapped so."""
        return kind_of(column_type, self.dialect)

    def _like(self, column: Term, pattern: str) -> Term:
        return self.text(column).like(literal(pattern, NullType()), escape=ESCAPE)


def is_binary(kind: TypeEngine[Any]) -> bool:
    """Are its values bytes?"""
    return python_type(kind) is bytes


def _escaped(text: str) -> str:
    """With what LIKE would take for more than itself marked."""
    return "".join(f"{ESCAPE}{char}" if char in {ESCAPE, "%", "_"} else char for char in text)
