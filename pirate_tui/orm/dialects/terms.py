"""Define the expressions that all dialects share."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Dialect, Float, bindparam, case, func, literal_column, null, type_coerce
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from pirate_tui.domain.text import CELL_LIMIT


Term = ColumnElement[Any]

LIMIT: ColumnElement[int] = literal_column(str(CELL_LIMIT))
"""The length at which values are cut."""


def as_it_is(name: str) -> Term:
    """Return a parameter without a type of its own: a server infers that of the other side."""
    return bindparam(name, type_=NullType())


def as_nothing(_name: str) -> Term:
    """Return NULL, in place of a parameter that cannot be compared."""
    return null()


class Ordered(NamedTuple):
    """How rows are ordered by a column, and how a position in that order is read and compared."""

    term: Term
    """What the rows are ordered by."""
    shown: tuple[Term, ...]
    """What is selected of the value, as `Sql.shown` has it."""
    found: Term
    """What is selected of a row to be compared with the `term` of others."""
    is_exact: bool = True
    """Is the shown value, where it was not cut, equal to the term? Else it is sought by its row."""
    given: Callable[[str], Term] = as_it_is
    """The shown value, the parameter of that name, to be compared once its row is gone; NULL where it cannot be."""

    @classmethod
    def by(cls, term: Term, shown: tuple[Term, ...], *, is_exact: bool = True) -> "Ordered":
        """Return the order by a term whose values, as the driver returns them, can be compared with it."""
        return cls(term, shown, term, is_exact)


class Keyed(NamedTuple):
    """How rows are ordered by a part of their key, and how its place in a position is read and compared."""

    term: Term
    """What the rows are ordered by; never NULL where the key is not."""
    place: Term
    """What is selected for a position."""
    given: Callable[[str], Term] = as_it_is
    """The place, the parameter of that name, to be compared with the `term`."""
    value: Term | None = None
    """What is selected of the value that an instance has, NULL where none can have it. None: the place is it, raw."""

    @classmethod
    def by(cls, term: Term) -> "Keyed":
        """Return the order by a term whose values, as the driver returns them, can be compared with it."""
        return cls(term, term)


def raw(column: Term) -> Term:
    """Return the column with its values as the driver returns them: one that its type cannot read fails no page."""
    return type_coerce(column, NullType())


def cut(value: Term, length: Term) -> tuple[Term, Term]:
    """Return terms for the value or its beginning, and for its true length where it was cut, else NULL."""
    start: ColumnElement[int] = literal_column("1")
    is_long = length > LIMIT
    return case((is_long, func.substr(value, start, LIMIT)), else_=value), case((is_long, length))


def kind_of(column_type: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """Return the dialect's own type behind a column's type, which may be a `TypeDecorator`."""
    implementation = column_type.dialect_impl(dialect)
    if isinstance(implementation, TypeDecorator):
        return kind_of(implementation.impl_instance, dialect)
    return implementation


def is_float(kind: TypeEngine[Any]) -> bool:
    """Whether it is a type of inexact numbers; in SQLAlchemy 2.0, psycopg's own is not a `Float`."""
    return isinstance(kind, Float) or kind.__visit_name__ == "float"


def python_type(column_type: TypeEngine[Any]) -> type | None:
    """Return the Python type of a column's values; None where it is not known."""
    try:
        known = column_type.python_type
    except NotImplementedError:  # SQLAlchemy 2.0; 2.1 says `object`
        return None
    return None if known is object else known
