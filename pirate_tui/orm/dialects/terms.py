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
    """The order of rows by a column, with the terms that read and compare a position in it."""

    term: Term
    """The ORDER BY term."""
    shown: tuple[Term, ...]
    """The terms selected for the value, those of `Sql.shown`."""
    of_row: Term
    """The term selected of a row for a comparison with the `term` of others."""
    is_exact: bool = True
    """Whether the shown value, if not cut, equals the term; otherwise the term is selected again by its row."""
    parameter: Callable[[str], Term] = as_it_is
    """Makes a parameter of the shown value, to be compared once its row is deleted; NULL where it cannot be."""

    @classmethod
    def by(cls, term: Term, shown: tuple[Term, ...], *, is_exact: bool = True) -> "Ordered":
        """Return the order by a term whose values, as the driver returns them, can be compared with it."""
        return cls(term, shown, term, is_exact)


class Keyed(NamedTuple):
    """The order of rows by a part of their key, with the terms that read and compare its place in a position."""

    term: Term
    """The ORDER BY term; never NULL where the key is not."""
    place: Term
    """The term selected for a position."""
    parameter: Callable[[str], Term] = as_it_is
    """Makes a parameter of the place, to be compared with the `term`."""
    value: Term | None = None
    """The term selected for an instance's value, NULL where it can have none; None if it is the place itself, raw."""

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
