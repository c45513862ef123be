"""Expressions of which all dialects make theirs."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Dialect, Float, bindparam, case, func, literal_column, null, type_coerce
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from pirate_tui.domain.text import CELL_LIMIT


Term = ColumnElement[Any]

LIMIT: ColumnElement[int] = literal_column(str(CELL_LIMIT))
"""Where values are cut."""


def as_it_is(name: str) -> Term:
    """A parameter as the driver takes it; where the server asks for a type, it is that of the other side."""
    return bindparam(name, type_=NullType())


def as_nothing(_name: str) -> Term:
    """What is compared with nothing."""
    return null()


class Ordered(NamedTuple):
    """How rows are ordered by a column, and how a place in that order is told and found again."""

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
        """By a term with which its own values can be compared as the driver gives them."""
        return cls(term, shown, term, is_exact)


class Keyed(NamedTuple):
    """How rows are ordered by a part of their key, and how its place in a position is compared again."""

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
        """By a term with which its own values can be compared as the driver gives them."""
        return cls(term, term)


def raw(column: Term) -> Term:
    """A column whose values come as the database has them: one that its type cannot read spoils nothing."""
    return type_coerce(column, NullType())


def cut(value: Term, length: Term) -> tuple[Term, Term]:
    """The value or its beginning, and its true length where it was cut."""
    start: ColumnElement[int] = literal_column("1")
    is_long = length > LIMIT
    return case((is_long, func.substr(value, start, LIMIT)), else_=value), case((is_long, length))


def kind_of(column_type: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """The dialect's own type behind that of a column, which may be one that an application has made."""
    implementation = column_type.dialect_impl(dialect)
    if isinstance(implementation, TypeDecorator):
        return kind_of(implementation.impl_instance, dialect)
    return implementation


def is_float(kind: TypeEngine[Any]) -> bool:
    """Is it a type of numbers that are not exact? Of SQLAlchemy 2.0, psycopg's own is no `Float`."""
    return isinstance(kind, Float) or kind.__visit_name__ == "float"


def python_type(column_type: TypeEngine[Any]) -> type | None:
    """Of its values; None where nothing is known of them."""
    try:
        found = column_type.python_type
    except NotImplementedError:  # SQLAlchemy 2.0; 2.1 says `object`
        return None
    return None if found is object else found
