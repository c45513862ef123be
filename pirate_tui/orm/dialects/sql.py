"""Define how a dialect orders rows, cuts values and compares columns."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Dialect
from sqlalchemy.types import TypeEngine

from pirate_tui.orm.dialects.terms import Keyed, Ordered, Term


Operator = Callable[[Any, Any], Any]
"""A function of the module `operator`: `eq`, `lt` or `gt`."""


class ExplainedStep(NamedTuple):
    """A step of a plan, and the table that it reads whole."""

    text: str
    """The database's own words, indented as it nests the steps; not cleaned."""
    scanned: str = ""
    """The name of the table that is read whole: its alias, perhaps with more words behind it. Empty for other steps."""
    missing: tuple[str, ...] = ()
    """The columns for which the database makes an index for this statement alone."""


class Sql(Protocol):
    """Builds the expressions in which a dialect differs; its columns are passed as they are mapped."""

    dialect: Dialect
    nulls_first: bool
    """Whether NULLs come before all values in ascending order, and after them in descending order."""
    ranges_row_values: bool
    """Whether an index serves a comparison of row values."""
    explain: str
    """The keywords before a statement to explain."""

    def ordered(self, column: Term) -> Ordered:
        """Return how rows are ordered by the column."""

    def keyed(self, column: Term) -> Keyed:
        """Return how rows are ordered by a column of their key."""

    def shown(self, column: Term) -> tuple[Term, ...]:
        """Return terms for the value or its beginning and, for types that can be long, its length if it was cut."""

    def shown_type(self, column_type: TypeEngine[Any]) -> TypeEngine[Any]:
        """Return the type of the value that `shown` selects."""

    def driver_code(self, column_type: TypeEngine[Any]) -> int | None:
        """Return the driver's type code of the column's values, where SQLAlchemy's result processors need it."""

    def whole(self, column: Term) -> Term:
        """Return the term for the whole value, raw or as text."""

    def stretch(self, column: Term, start: int, size: int) -> tuple[Term, Term]:
        """Return terms for `size` characters or bytes of the value from `start`, and for its whole length."""

    def compared(self, column: Term, operator: Operator, value: Any) -> Term:
        """Return the comparison of the column with a value of its type; text is compared as it is stored."""

    def key_equals(self, column: Term, typed: str) -> Term:
        """Return the comparison of a key's column with typed text; raise ValueError for text that it cannot equal."""

    def contains(self, column: Term, text: str) -> Term:
        """Return the condition that the column, as text, contains this text."""

    def begins(self, column: Term, text: str) -> Term:
        """Return the condition that the column, as text, begins with this text; an index can serve it."""

    def sorts(self, plan: Iterable[Any]) -> bool:
        """Whether all rows are sorted before the first is returned, by the rows of an explained statement."""

    def steps(self, plan: Iterable[Mapping[Any, Any]]) -> list[ExplainedStep]:
        """Return the steps of a plan, by the rows of an explained statement: values by the names of their columns."""
