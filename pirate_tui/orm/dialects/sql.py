"""What differs from dialect to dialect in how rows are ordered, values cut, and columns compared."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from sqlalchemy import Dialect
from sqlalchemy.types import TypeEngine

from pirate_tui.orm.dialects.terms import Keyed, Ordered, Term


Operator = Callable[[Any, Any], Any]
"""Of the module `operator`: `eq`, `lt` or `gt`."""


class Sql(Protocol):
    """One dialect's own ways; its columns come as they are mapped."""

    dialect: Dialect
    nulls_first: bool
    """Do NULLs come before all values? Descending they come after them, or the other way round."""
    ranges_row_values: bool
    """Does an index serve a comparison of row values?"""
    explain: str
    """What stands before a statement that is to be explained."""

    def ordered(self, column: Term) -> Ordered:
        """How rows are ordered by the column."""

    def keyed(self, column: Term) -> Keyed:
        """How rows are ordered by the column where it is part of their key."""

    def shown(self, column: Term) -> tuple[Term, ...]:
        """The value or its beginning; behind it, where it can be cut at all, its true length if it was."""

    def shown_type(self, column_type: TypeEngine[Any]) -> TypeEngine[Any]:
        """The type of what `shown` selects."""

    def driver_code(self, column_type: TypeEngine[Any]) -> int | None:
        """What the driver would call the type of such a column's values, where SQLAlchemy asks for it."""

    def whole(self, column: Term) -> Term:
        """The whole value, raw or as text."""

    def stretch(self, column: Term, start: int, size: int) -> tuple[Term, Term]:
        """A stretch of the value, and its whole length."""

    def compared(self, column: Term, operator: Operator, value: Any) -> Term:
        """Does the column compare so with a value of its type? Text is compared as it is stored."""

    def key_equals(self, column: Term, typed: str) -> Term:
        """Is the key's column what was typed? ValueError, in words for people, when it can never be."""

    def contains(self, column: Term, text: str) -> Term:
        """Does the column, as text, contain this?"""

    def begins(self, column: Term, text: str) -> Term:
        """Does the column, as text, begin with this? An index on it can serve."""

    def sorts(self, plan: Iterable[Any]) -> bool:
        """Are all rows to be sorted before the first is given, by the rows of an explained statement?"""
