"""Order, cut and compare values on MariaDB and MySQL.

Text is compared by collations, and long text is sorted by its beginning alone. A comparison of row values reads the
whole table, so a key of several columns is compared column by column.
"""

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    LargeBinary,
    String,
    Time,
    and_,
    case,
    cast,
    collate,
    func,
    literal,
    literal_column,
)
from sqlalchemy.dialects.mysql import BIT, SET, YEAR
from sqlalchemy.types import Double, NullType, TypeEngine

from pirate_tui.orm.dialects.server_sql import ServerSql, is_binary
from pirate_tui.orm.dialects.sql import ExplainedStep
from pirate_tui.orm.dialects.terms import LIMIT, Keyed, Ordered, Term, as_nothing, cut, is_float, raw


SORTED_CHARACTERS, SORTED_BYTES = 255, 1024
"""The lengths up to which text and bytes are sorted whole, in the 1,024 bytes of `max_sort_length`
(https://mariadb.com/kb/en/server-system-variables/#max_sort_length)."""

NUMBERED = (BIT, YEAR)
"""Types shown as numbers of which SQLAlchemy knows no Python type; a year of `0` is none of `'0'`."""

WHOLE = {"ALL", "index"}
"""Types of access that read all rows of a table, or all of an index (https://mariadb.com/kb/en/explain/)."""

DETAILS = {"type": "{}", "key": "key {}", "ref": "({})", "rows": "~{} rows", "Extra": "{}"}
"""The columns of a plan that are shown, and how; the others say the same in other words."""


class MySQLSql(ServerSql):
    """The `Sql` of MariaDB and MySQL."""

    nulls_first = True
    ranges_row_values = False
    explain = "EXPLAIN FORMAT=TRADITIONAL"
    """A row for each table (https://mariadb.com/kb/en/explain/): MySQL 9 shows a tree unless it is asked for rows."""
    single = Float()
    strange = re.compile(r"\d{4}-(?:00-\d\d|\d\d-00)(?: [\d:.]+)?|-\d{2,3}:[\d:.]+|(?:2[4-9]|[3-9]\d|\d{3}):[\d:.]+")
    """Zeros in dates, and times of more than a day or of less than nothing (https://mariadb.com/kb/en/time/)."""

    def ordered(self, column: Term) -> Ordered:
        """Order by the column; by its beginning where the server sorts by no more than that, but compares the whole."""
        kind, shown, term = self.kind(column), self.shown(column), raw(column)
        if _is_numbered(kind):  # sorted by its number, compared as text, but with a number as one
            return Ordered(term, shown, _number(column), is_exact=False, parameter=as_nothing)
        if isinstance(kind, NullType):
            if not self._is_mariadb:
                # MySQL sorts geometries and vectors by their bytes, but compares none.
                term = func.left(cast(term, LargeBinary()), LIMIT)
            return Ordered(term, shown, term, is_exact=False, parameter=as_nothing)
        if _is_sorted_whole(kind):
            return Ordered.by(term, shown, is_exact=not is_float(kind))
        return Ordered.by(func.left(term, LIMIT), shown)

    def keyed(self, column: Term) -> Keyed:
        """Order by the column, with a number as its place where it is sorted by one or read without all its digits.

        A float is found again by its value only where these are all it has, a time only where it is within a day.
        """
        kind, term = self.kind(column), raw(column)
        if isinstance(kind, Time):
            is_within_day = and_(term >= literal_column("'00:00:00'"), term < literal_column("'24:00:00'"))
            return Keyed(term, self.whole(column), value=case((is_within_day, term)))
        if is_float(kind):
            is_all = term == _number(cast(term, String()))
            return Keyed(term, _number(column), value=case((is_all, term)))
        if _is_numbered(kind) or isinstance(kind, (BIT, Boolean)):
            return Keyed(term, _number(column), value=term)
        return Keyed.by(term)

    def shown(self, column: Term) -> tuple[Term, ...]:
        """Select dates as text, since they may have zeros; booleans and bits as numbers; text and bytes cut."""
        kind, value = self.kind(column), raw(column)
        if isinstance(kind, (String, JSON)):
            return cut(value, func.char_length(value))
        if is_binary(kind):
            return cut(value, func.length(value))
        return (self.whole(column),)

    def shown_type(self, column_type: TypeEngine[Any]) -> TypeEngine[Any]:
        """Return text for dates, an integer for bits, else the column's own type."""
        kind = self.kind_of(column_type)
        if isinstance(kind, (Date, DateTime, Time)):
            return String()
        return Integer() if isinstance(kind, BIT) else column_type

    def driver_code(self, column_type: TypeEngine[Any]) -> None:
        """Return None: asyncmy's result processors need no type code."""

    def whole(self, column: Term) -> Term:
        """Select the value as `shown` does, uncut."""
        kind = self.kind(column)
        if isinstance(kind, (Date, DateTime, Time)):
            return cast(raw(column), String())
        return _number(column) if isinstance(kind, (BIT, Boolean)) else raw(column)

    def stretch(self, column: Term, start: int, size: int) -> tuple[Term, Term]:
        """Select `size` bytes of binary values, or characters of any others, from `start`, and the whole length."""
        kind = self.kind(column)
        value = raw(column) if is_binary(kind) or isinstance(kind, NullType) else self.text(column)
        length = func.length(value) if is_binary(kind) else func.char_length(value)
        return func.substr(value, start + 1, size), length

    def sorts(self, plan: Iterable[Any]) -> bool:
        """Whether a step's remark has a filesort or a temporary table; one without a remark may sort."""
        remarks = [getattr(step, "Extra", "Using filesort") for step in plan]
        return any("Using filesort" in str(remark) or "Using temporary" in str(remark) for remark in remarks)

    def steps(self, plan: Iterable[Mapping[Any, Any]]) -> list[ExplainedStep]:
        """Return a step for each table, with the details that EXPLAIN has of it."""
        steps = []
        for row in plan:
            told = {name: value for name, value in row.items() if value not in {None, ""}}
            ways = DETAILS if "Extra" in row else dict.fromkeys(row, "{}")  # of another server: as it says it
            details = (how.format(told[name]) for name, how in ways.items() if name in told)
            table = str(told.get("table", ""))
            is_scan = told.get("type") in WHOLE and not table.startswith("<")
            steps.append(ExplainedStep(", ".join(filter(None, [table, *details])), table if is_scan else ""))
        return steps

    def text(self, column: Term) -> Term:
        """Return text, and JSON, with its own collation; any other value is cast to text."""
        return raw(column) if isinstance(self.kind(column), (String, JSON)) else cast(self.whole(column), String())

    def compared_term(self, column: Term) -> Term:
        """Return the column without its type's processing; JSON as text, which MySQL takes for no JSON.

        MariaDB's JSON is text, with this collation: https://mariadb.com/kb/en/json-data-type/.
        """
        if isinstance(self.kind(column), JSON) and not self._is_mariadb:
            return collate(cast(raw(column), String()), "utf8mb4_bin")
        return raw(column)

    def value(self, kind: TypeEngine[Any], column: Term, value: Any) -> Term:
        """Bind a value with the column's type, text as text; raise ValueError for an infinite number."""
        if isinstance(value, (float, Decimal)) and not math.isfinite(value):
            raise ValueError(f"{value} is not a finite number")
        if is_float(kind):
            return literal(value, Double())
        if isinstance(kind, NUMBERED) and value.isdecimal():
            return literal(int(value), Integer())
        return literal(value, String() if isinstance(value, str) else column.type)

    @property
    def _is_mariadb(self) -> bool:
        """Whether the server is MariaDB, as the dialect has noted at its first connection; else it is MySQL."""
        return bool(getattr(self.dialect, "is_mariadb", False))


def _is_numbered(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, SET) or (isinstance(kind, Enum) and kind.native_enum)


def _is_sorted_whole(kind: TypeEngine[Any]) -> bool:
    length = getattr(kind, "length", None)
    if isinstance(kind, (String, JSON)):
        return length is not None and length <= SORTED_CHARACTERS
    return not is_binary(kind) or (length is not None and length <= SORTED_BYTES)


def _number(column: Term) -> Term:
    number: Term = raw(column).op("+")(literal_column("0"))
    return number
