"""Order, cut and compare values on servers, where columns hold what their types declare and collations compare."""

import re
from operator import eq
from typing import Any

from sqlalchemy import Date, DateTime, Dialect, Time, cast, literal, or_
from sqlalchemy.types import Double, NullType, TypeEngine

from pirate_tui.orm.dialects.parse_value import typed as typed_value
from pirate_tui.orm.dialects.sql import Operator
from pirate_tui.orm.dialects.terms import Term, is_float, kind_of, python_type, raw


ESCAPE = "/"
"""The escape character of LIKE patterns; servers differ in how they read a backslash."""


class ServerSql:
    """The part of `Sql` that PostgreSQL and MariaDB share; `text` is its dialect's own."""

    single: TypeEngine[Any]
    """The type of floats in single precision."""
    strange: re.Pattern[str]
    """The text of dates and times that Python's types cannot hold."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def text(self, column: Term) -> Term:
        """Return the column as text."""
        raise NotImplementedError

    def compared_term(self, column: Term) -> Term:
        """Return the column, or its text, as it can be compared."""
        raise NotImplementedError

    def value(self, kind: TypeEngine[Any], column: Term, value: Any) -> Term:
        """Bind a value of the column's type, for a comparison with it."""
        raise NotImplementedError

    def key_equals(self, column: Term, typed: str) -> Term:
        """Compare with a value of the column's type, so that an index serves; times unknown to Python as text."""
        is_strange = isinstance(self.kind(column), (Date, DateTime, Time)) and self.strange.fullmatch(typed)
        return self.compared(column, eq, typed if is_strange else typed_value(column.type, typed))

    def compared(self, column: Term, operator: Operator, value: Any) -> Term:
        """Compare on the server, by its collations; a float also by its value in single precision."""
        kind = self.kind(column)
        compared: Term = operator(self.compared_term(column), self.value(kind, column, value))
        if operator is eq and is_float(kind) and not isinstance(column.type, Double):
            return or_(compared, raw(column) == cast(literal(value, Double()), self.single))
        return compared

    def contains(self, column: Term, text: str) -> Term:
        """Return the condition that the column's text contains this one, by the server's LIKE."""
        return self._like(column, f"%{_escaped(text)}%")

    def begins(self, column: Term, text: str) -> Term:
        """Return the condition that the column's text begins with this one, by LIKE, which an index may serve."""
        return self._like(column, f"{_escaped(text)}%")

    def kind(self, column: Term) -> TypeEngine[Any]:
        """Return the dialect's own type of the column."""
        return self.kind_of(column.type)

    def kind_of(self, column_type: TypeEngine[Any]) -> TypeEngine[Any]:
        """Return the dialect's own type for a mapped type."""
        return kind_of(column_type, self.dialect)

    def _like(self, column: Term, pattern: str) -> Term:
        return self.text(column).like(literal(pattern, NullType()), escape=ESCAPE)


def is_binary(kind: TypeEngine[Any]) -> bool:
    """Whether the type's values are bytes."""
    return python_type(kind) is bytes


def _escaped(text: str) -> str:
    """Return the text with the wildcards of LIKE escaped."""
    return "".join(f"{ESCAPE}{char}" if char in {ESCAPE, "%", "_"} else char for char in text)
