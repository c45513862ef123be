"""SQLite: any column may hold anything, and every value may be long."""

import math
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Integer,
    LargeBinary,
    String,
    and_,
    cast,
    func,
    literal,
    literal_column,
    type_coerce,
)
from sqlalchemy.types import NullType, TypeEngine

from pirate_tui.orm.dialects.parse_value import typed as typed_value
from pirate_tui.orm.dialects.sql import Operator
from pirate_tui.orm.dialects.terms import Keyed, Ordered, Term, cut, python_type, raw


GREATEST_INTEGER = 2**63 - 1
"""https://www.sqlite.org/datatype3.html"""

GREATEST = chr(0x10FFFF)
"""No character comes after it."""


class SQLiteSql:
    """SQLite's ways."""

    nulls_first = True
    ranges_row_values = True
    explain = "EXPLAIN QUERY PLAN"
    """https://www.sqlite.org/eqp.html"""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def ordered(self, column: Term) -> Ordered:
        """By the value as it is stored."""
        return Ordered.by(raw(column), self.shown(column))

    def keyed(self, column: Term) -> Keyed:
        """By the value as it is stored."""
        return Keyed.by(raw(column))

    def shown(self, column: Term) -> tuple[Term, ...]:
        """Of any type."""
        return cut(raw(column), func.length(raw(column)))

    def shown_type(self, column_type: TypeEngine[Any]) -> TypeEngine[Any]:
        """The column's own."""
        return column_type

    def driver_code(self, column_type: TypeEngine[Any]) -> None:
        """Nothing is asked for."""

    def whole(self, column: Term) -> Term:
        """As it is stored."""
        return raw(column)

    def stretch(self, column: Term, start: int, size: int) -> tuple[Term, Term]:
        """Of characters, or of the bytes of a BLOB."""
        return func.substr(raw(column), start + 1, size), func.length(raw(column))

    def compared(self, column: Term, operator: Operator, value: Any) -> Term:
        """Text with whatever is stored."""
        if isinstance(value, str):
            compared: Term = operator(raw(column), literal(value))
        else:
            compared = operator(column, literal(_bindable(value), column.type))
        return compared

    def key_equals(self, column: Term, typed: str) -> Term:
        """As a number, bytes or text: nothing else is known of what a key holds."""
        if isinstance(column.type, Integer):
            return raw(column) == literal(_bindable(int(typed)), column.type)
        if python_type(column.type) is bytes:
            return raw(column) == literal(typed_value(column.type, typed), LargeBinary())
        return raw(column) == typed if isinstance(column.type, String) else cast(column, String) == typed

    def contains(self, column: Term, text: str) -> Term:
        """Whether its letters are great or small, as far as ASCII goes."""
        return _text(column).contains(text, autoescape=True)

    def begins(self, column: Term, text: str) -> Term:
        """Exactly as it is written: an index cannot serve SQLite's LIKE.

        The index may be one that takes small and great letters for the same; then the range has others in it too.
        """
        value = raw(_text(column))
        start = func.substr(value, literal_column("1"), literal_column(str(len(text))))
        return and_(
            value >= literal(text), value < literal(text[:-1] + _next(text[-1])), start == literal(text, NullType())
        )

    def sorts(self, plan: Iterable[Any]) -> bool:
        """In a B-tree made for it."""
        return any("USE TEMP B-TREE FOR" in step[-1] for step in plan)


def _bindable(value: Any) -> Any:
    """The value; for an integer that SQLite cannot hold, one beyond all that it can."""
    if isinstance(value, int) and abs(value) > GREATEST_INTEGER:
        return math.inf if value > 0 else -math.inf
    return value


def _text(column: Term) -> ColumnElement[str]:
    return type_coerce(column, String()) if isinstance(column.type, String) else cast(column, String)


def _next(char: str) -> str:
    """The character behind: what begins with the one is before the other, by NOCASE too, where Z is z."""
    if char == "Z":
        return "{"
    following = chr(min(ord(char) + 1, ord(GREATEST)))
    return "\ue000" if "\ud800" <= following <= "\udfff" else following
