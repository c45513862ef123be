"""Describe which rows of a mapped class are shown, and in which order. Pure."""

from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from pirate_tui.domain.entity import Column, Entity, Relationship
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.text import clean


Position: TypeAlias = tuple[Any, ...]
"""Where a row stands in the order of its query: opaque, the value of `Row.position`."""


class FilterOperator(Enum):
    """How a filter compares a column with what was typed."""

    EQUAL = "="
    LESS = "<"
    GREATER = ">"
    CONTAINS = "~"
    IS_NULL = "is NULL"


class Filter(NamedTuple):
    """A condition on one column."""

    column: Column
    comparison: FilterOperator
    value: str = ""
    """The value as typed; empty for `IS_NULL`."""

    def __str__(self) -> str:
        value = f" {self.value}" if self.comparison is not FilterOperator.IS_NULL else ""
        return f"{self.column.name} {self.comparison.value}{value}"


class SortOrder(NamedTuple):
    """The column to sort by, then by the key. NULLs stand where the database places them."""

    column: Column
    descending: bool = False

    def __str__(self) -> str:
        return f"by {self.column.name} {'↓' if self.descending else '↑'}"


class Within(NamedTuple):
    """A restriction to what a to-many relationship of one instance leads to."""

    entity: Entity
    key: RowKey
    relationship: Relationship


class Query(NamedTuple):
    """The rows of an entity to show: filtered, restricted and sorted."""

    entity: Entity
    order: SortOrder | None = None
    """None means by key."""
    filters: tuple[Filter, ...] = ()
    within: Within | None = None

    def ordered(self, column: Column) -> "Query":
        """Return the query sorted by the column; if it was already, descending; if that too, by key again."""
        if self.order is None or self.order.column != column:
            return self._replace(order=SortOrder(column))
        return self._replace(order=None if self.order.descending else SortOrder(column, descending=True))

    def filtered(self, added: Filter) -> "Query":
        """Return the query with one filter more."""
        return self._replace(filters=(*(old for old in self.filters if old != added), added))

    def without_filter(self, column: Column) -> "Query":
        """Return the query without its newest filter on the column, or its newest of all where there is none."""
        newest = [old for old in self.filters if old.column == column] or list(self.filters)
        return self._replace(filters=tuple(old for old in self.filters if old not in newest[-1:]))

    def __str__(self) -> str:
        """Return its filters and its order, for the title; empty for the whole table by key."""
        parts = [*map(str, self.filters), *([str(self.order)] if self.order else [])]
        return " · ".join(parts)


def parse_filter(typed: str, column: Column) -> Filter:
    """Return the filter typed for a column; raise ValueError with a message for the user.

    `=text`, `<5`, `>5`, `~part` and `null`; without any of these, `~` for text and `=` for anything else.
    """
    text = typed.strip()
    if text.lower() == "null":
        return Filter(column, FilterOperator.IS_NULL)
    for comparison in (FilterOperator.EQUAL, FilterOperator.LESS, FilterOperator.GREATER, FilterOperator.CONTAINS):
        if text.startswith(comparison.value):
            return Filter(column, comparison, _required(text[1:].strip()))
    return Filter(column, FilterOperator.CONTAINS if column.is_text else FilterOperator.EQUAL, _required(text))


def parse_condition(typed: str, columns: Sequence[Column]) -> Filter:
    """Return the filter that was typed behind a column's name: `status=paid`, `note null`.

    Raises ValueError, with a message for the user, as `parse_filter` does, and where no column is named.
    """
    text = typed.strip()
    named = [column for column in columns if text.startswith(column.name)]
    for column in sorted(named, key=lambda column: -len(column.name)):
        rest = text[len(column.name) :]
        if not rest or rest[0] in AFTER_NAME:
            return parse_filter(rest, column)
    names = ", ".join(column.name for column in columns)
    raise ValueError(f"{clean(text)}: expected a column and {HOW}; columns: {clean(names, MOST_LISTED)}")


AFTER_NAME = " \t=<>~"
"""What ends the name of a column."""

MOST_LISTED = 1_000
"""The most characters of names that an error lists."""


def _required(text: str) -> str:
    if not text:
        raise ValueError(f"expected {HOW}")
    return text


HOW = "=value, <value, >value, ~substring, or null"
"""What may be typed for a filter, in words."""
