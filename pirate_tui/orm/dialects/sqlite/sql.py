"""Order, cut and compare values on SQLite, where any column may hold any value, however long."""

import math
import re
from collections.abc import Iterable, Mapping
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
from pirate_tui.orm.dialects.sql import ExplainedStep, Operator
from pirate_tui.orm.dialects.terms import Keyed, Ordered, Term, cut, python_type, raw


GREATEST_INTEGER = 2**63 - 1
"""https://www.sqlite.org/datatype3.html"""

GREATEST = chr(0x10FFFF)
"""The last character."""

SCAN = re.compile(r"SCAN (?:TABLE )?(?!\(|SUBQUERY|\d+ CONSTANT|CONSTANT)(?P<table>.+)")
"""A step that reads all rows of a table (https://www.sqlite.org/eqp.html); `TABLE` is said before SQLite 3.36."""

AUTOMATIC = re.compile(r"SEARCH (?:TABLE )?(?P<table>.+) USING AUTOMATIC [A-Z ]*INDEX \((?P<terms>.+)\)")
"""A step before which all rows of a table are read, for an index that is dropped after the statement."""

TERM = re.compile(r"(?:^| AND )(?P<column>.+?)[=<>]+\?")
"""A column of an index in a plan."""


class SQLiteSql:
    """The `Sql` of SQLite."""

    nulls_first = True
    ranges_row_values = True
    explain = "EXPLAIN QUERY PLAN"
    """https://www.sqlite.org/eqp.html"""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def ordered(self, column: Term) -> Ordered:
        """Order by the stored value."""
        return Ordered.by(raw(column), self.shown(column))

    def keyed(self, column: Term) -> Keyed:
        """Order by the stored value."""
        return Keyed.by(raw(column))

    def shown(self, column: Term) -> tuple[Term, ...]:
        """Select the value of any type, cut."""
        return cut(raw(column), func.length(raw(column)))

    def shown_type(self, column_type: TypeEngine[Any]) -> TypeEngine[Any]:
        """Return the column's own type."""
        return column_type

    def driver_code(self, column_type: TypeEngine[Any]) -> None:
        """Return None: aiosqlite has no type codes."""

    def whole(self, column: Term) -> Term:
        """Select the stored value."""
        return raw(column)

    def stretch(self, column: Term, start: int, size: int) -> tuple[Term, Term]:
        """Select `size` characters, or bytes of a BLOB, from `start`, and the whole length."""
        return func.substr(raw(column), start + 1, size), func.length(raw(column))

    def compared(self, column: Term, operator: Operator, value: Any) -> Term:
        """Compare the column with a value of its type; text is compared with whatever is stored."""
        if isinstance(value, str):
            compared: Term = operator(raw(column), literal(value))
        else:
            compared = operator(column, literal(_bindable(value), column.type))
        return compared

    def key_equals(self, column: Term, typed: str) -> Term:
        """Compare a key's column with typed text as a number, bytes or text; raise ValueError for an invalid BLOB."""
        if isinstance(column.type, Integer):
            return raw(column) == literal(_bindable(int(typed)), column.type)
        if python_type(column.type) is bytes:
            return raw(column) == literal(typed_value(column.type, typed), LargeBinary())
        return raw(column) == typed if isinstance(column.type, String) else cast(column, String) == typed

    def contains(self, column: Term, text: str) -> Term:
        """Return the condition that the column contains the text, regardless of the case of ASCII letters."""
        return _text(column).contains(text, autoescape=True)

    def begins(self, column: Term, text: str) -> Term:
        """Return the condition that the column begins with exactly this text: an index cannot serve SQLite's LIKE.

        An index may ignore case; then the range has other values in it, which the last comparison excludes.
        """
        value = raw(_text(column))
        start = func.substr(value, literal_column("1"), literal_column(str(len(text))))
        return and_(
            value >= literal(text), value < literal(text[:-1] + _next(text[-1])), start == literal(text, NullType())
        )

    def sorts(self, plan: Iterable[Any]) -> bool:
        """Whether the plan has a temporary B-tree."""
        return any("USE TEMP B-TREE FOR" in step[-1] for step in plan)

    def steps(self, plan: Iterable[Mapping[Any, Any]]) -> list[ExplainedStep]:
        """Return the steps, nested as their numbers say."""
        depths = {0: -1}
        steps = []
        for row in plan:
            text = row["detail"]
            depths[row["id"]] = depth = depths.get(row["parent"], -1) + 1
            scan, automatic = SCAN.match(text), AUTOMATIC.match(text)
            found = scan or automatic
            missing = TERM.findall(automatic["terms"]) if automatic else ()
            steps.append(ExplainedStep("  " * depth + text, found["table"] if found else "", tuple(missing)))
        return steps


def _bindable(value: Any) -> Any:
    """Return the value; for an integer that SQLite cannot store, infinity of its sign."""
    if isinstance(value, int) and abs(value) > GREATEST_INTEGER:
        return math.inf if value > 0 else -math.inf
    return value


def _text(column: Term) -> ColumnElement[str]:
    return type_coerce(column, String()) if isinstance(column.type, String) else cast(column, String)


def _next(char: str) -> str:
    """Return the next character: texts that begin with the one come before it, also by NOCASE, where Z is z."""
    if char == "Z":
        return "{"
    following = chr(min(ord(char) + 1, ord(GREATEST)))
    return "\ue000" if "\ud800" <= following <= "\udfff" else following
