"""Order, cut and compare values on PostgreSQL: NULLs come last, and some types have no order or no Python value.

Values other than numbers and bytes are read as text: an infinite date makes psycopg raise, JSON comes as a dict, an
interval loses its months. The server infers a parameter's type from the other side of a comparison, and asyncpg then
requires a Python value of just that type; as text it is passed by way of a cast.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    REAL,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    String,
    Text,
    Time,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal,
    literal_column,
)
from sqlalchemy.dialects.postgresql import CITEXT, INTERVAL, JSONB
from sqlalchemy.types import Double, NullType, TypeEngine, UserDefinedType

from pirate_tui.orm.dialects.server_sql import ServerSql, is_binary
from pirate_tui.orm.dialects.sql import ExplainedStep
from pirate_tui.orm.dialects.terms import Keyed, Ordered, Term, as_nothing, cut, is_float, raw


NUMBERS = (Integer, Numeric, Float)

AS_THEY_ARE = (*NUMBERS, Boolean, Uuid)
"""Types whose values every driver returns unchanged, and that are short."""

TEMPORAL = (Date, DateTime, Time, INTERVAL)
"""Types whose text is short, and can be cast back."""

NUMERIC_CODE, FLOAT_CODE = 1700, 701
"""The type codes of `numeric` and `float8` (https://www.postgresql.org/docs/current/catalog-pg-type.html)."""

DATES = "DATE '0001-01-01'", "DATE '9999-12-31'"
MOMENTS = "TIMESTAMP '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59.999999'"
"""The first and last moment of Python's types."""

GREATEST_INTEGER = 2**63 - 1
"""The greatest `bigint`."""

STEP = re.compile(r"\S.*  \(cost=[\d.]+ rows=\d+ width=\d+\)$")
"""The first step of a plan (https://www.postgresql.org/docs/current/using-explain.html)."""

SORT = re.compile(r"\s*(?:->\s*)?Sort  \(")
"""A step of a plan that sorts all its rows (https://www.postgresql.org/docs/current/using-explain.html).

An `Incremental Sort` is none: it sorts rows of one value after those of another, as an index returns them.
"""

SCAN = re.compile(
    r"""\s*(?:->\s*)?(?:Parallel )?Seq Scan on (?P<table>"(?:[^"]|"")+"|\S+)(?: (?P<alias>"(?:[^"]|"")+"|\S+))?  \("""
)
"""A step that reads all rows of a table."""

ARRAY = re.compile(r"'\{([^',{}]*),[^'{}]*\}'")
"""Of the values of an IN in a plan, all that come after the first."""


class PostgreSQLSql(ServerSql):
    """The `Sql` of PostgreSQL."""

    nulls_first = False
    ranges_row_values = True
    explain = "EXPLAIN"
    single = REAL()
    strange = re.compile(
        r"-?infinity|24:00:00(?:[+-][\d:]+)?|\d{4,}-[\d-]+(?: [\d:.+-]+)? BC|\d{5,}-[\d-]+(?: [\d:.+-]+)?"
    )
    """https://www.postgresql.org/docs/current/datatype-datetime.html"""

    def ordered(self, column: Term) -> Ordered:
        """Order by the column; by its text where its type has no order, or may have none."""
        kind, shown, term = self.kind(column), self.shown(column), self.compared_term(column)
        if isinstance(kind, (String, *AS_THEY_ARE)) or is_binary(kind) or _has_no_order(kind):
            return Ordered.by(term, shown, is_exact=not is_float(kind))
        if isinstance(kind, TEMPORAL):
            return Ordered(term, shown, term, is_exact=False, parameter=_through_text(column))
        return Ordered(term, shown, term, is_exact=False, parameter=as_nothing)

    def keyed(self, column: Term) -> Keyed:
        """Order by the column, with text as its place where Python may have no value for it, or none to send back."""
        kind, term = self.kind(column), raw(column)
        by_asyncpg = self.dialect.driver == "asyncpg"
        if is_float(kind) and not by_asyncpg:  # read as text: of a `real`, a few digits
            is_all = term == cast(_text(column), Double())
            return Keyed(term, cast(term, Double()), value=case((is_all, term)))
        if isinstance(kind, (String, *AS_THEY_ARE)) or is_binary(kind):
            return Keyed.by(term)
        if _has_no_order(kind):
            return Keyed(_text(column), _text(column), value=term)
        value = case((_is_known(kind, term, by_asyncpg=by_asyncpg), term)) if isinstance(kind, TEMPORAL) else term
        return Keyed(term, _text(column), _through_text(column), value)

    def shown(self, column: Term) -> tuple[Term, ...]:
        """Select numbers, booleans and UUIDs raw, bytes cut, everything else as text, cut."""
        kind, value = self.kind(column), raw(column)
        if isinstance(kind, AS_THEY_ARE):
            return (value,)
        if not is_binary(kind):
            value = _text(column)
        return cut(value, func.length(value))

    def shown_type(self, column_type: TypeEngine[Any]) -> TypeEngine[Any]:
        """Return text for all that is cast to it, else the column's own type."""
        kind = self.kind_of(column_type)
        is_itself = isinstance(kind, (String, *AS_THEY_ARE)) or is_binary(kind)
        return column_type if is_itself else String()

    def driver_code(self, column_type: TypeEngine[Any]) -> int | None:
        """Return the driver's type code of a number that is not an integer; None for any other type."""
        kind = self.kind_of(column_type)
        if is_float(kind):
            return FLOAT_CODE
        return NUMERIC_CODE if isinstance(kind, Numeric) else None

    def whole(self, column: Term) -> Term:
        """Select bytes as they are, everything else as `shown` does, uncut."""
        kind = self.kind(column)
        return raw(column) if isinstance(kind, AS_THEY_ARE) or is_binary(kind) else _text(column)

    def stretch(self, column: Term, start: int, size: int) -> tuple[Term, Term]:
        """Select `size` bytes of binary values, or characters of any others, from `start`, and the whole length."""
        value = raw(column) if is_binary(self.kind(column)) else _text(column)
        return func.substr(value, start + 1, size), func.length(value)

    def sorts(self, plan: Iterable[Any]) -> bool:
        """Whether the plan has a step that sorts all its rows; a plan in words of another server's may have one."""
        lines = [str(step[0]) for step in plan]
        return any(map(SORT.match, lines)) or not any(map(STEP.match, lines[:1]))

    def text(self, column: Term) -> Term:
        """Cast to text, even text itself, whose column may be of an enum; `citext` loses its collation by that."""
        return raw(column) if isinstance(self.kind(column), CITEXT) else _text(column)

    def compared_term(self, column: Term) -> Term:
        """Return the column, or its text where its type has no order."""
        return _text(column) if _has_no_order(self.kind(column)) else raw(column)

    def value(self, kind: TypeEngine[Any], column: Term, value: Any) -> Term:
        """Bind a value with the column's type; text without one, so that the server infers it."""
        if isinstance(kind, NUMBERS):
            return literal(value, _number(kind, value))
        if isinstance(kind, AS_THEY_ARE) or is_binary(kind):
            return literal(value, column.type)
        if isinstance(kind, String) or _has_no_order(kind):
            return literal(str(value), NullType())
        return cast(cast(literal(str(value), String()), Text()), column.type)

    def steps(self, plan: Iterable[Mapping[Any, Any]]) -> list[ExplainedStep]:
        """Return the lines of the plan, indented as the server does, with one of many values in a condition."""
        lines = [ARRAY.sub(r"'{\1,…}'", str(next(iter(line.values())))) for line in plan]
        scans = [SCAN.match(line) for line in lines]
        return [
            ExplainedStep(line, _unquoted(scan["alias"] or scan["table"]) if scan else "")
            for line, scan in zip(lines, scans, strict=True)
        ]


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _has_no_order(kind: TypeEngine[Any]) -> bool:
    """Whether it is `json`, or a type unknown to SQLAlchemy, such as `xml`, `point` or an extension's."""
    is_json = isinstance(kind, JSON) and not isinstance(kind, JSONB)
    return is_json or isinstance(kind, (NullType, UserDefinedType))


def _number(kind: TypeEngine[Any], value: Any) -> TypeEngine[Any]:
    """Return a type that holds the number, and lets the column's index serve where the column can hold it too."""
    if is_float(kind):
        return Double()
    if isinstance(kind, Integer) and abs(value) <= GREATEST_INTEGER:
        return BigInteger()
    return Numeric()


def _text(column: Term) -> Term:
    return cast(raw(column), Text())


def _through_text(column: Term) -> Callable[[str], Term]:
    """Return a function that casts a text parameter to the column's type."""
    return lambda name: cast(cast(bindparam(name, type_=String()), Text()), column.type)


def _is_known(kind: TypeEngine[Any], term: Term, *, by_asyncpg: bool) -> Term:
    """Whether it is a time that the driver has a value for, and that the value finds again.

    Python has no infinite ones, no 24:00, and none before the year 1 or behind 9999; asyncpg takes its first and its
    last for infinite (https://github.com/MagicStack/py-pgproto/blob/master/codecs/datetime.pyx).
    An interval of a year is 365 days to the drivers, and 360 to the server where it compares.
    """
    if isinstance(kind, INTERVAL):
        return extract("year", term) == literal_column("0")
    if isinstance(kind, Time):
        return extract("hour", term) < literal_column("24")
    here = [term, func.timezone(literal_column("'UTC'"), term)] if getattr(kind, "timezone", False) else [term]
    ends = DATES if isinstance(kind, Date) else MOMENTS
    first, last = (literal_column(end, NullType()) for end in ends)
    return and_(*(and_(one > first, one < last) if by_asyncpg else one.between(first, last) for one in here))
