"""Which rows of a mapped class are shown, and in which order. Pure."""

from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from pirate_tui.domain.entity import Column, Entity, Relationship
from pirate_tui.domain.rows import RowKey


Position: TypeAlias = tuple[Any, ...]
"""Where a row stands in the order of its query: opaque, as `Row.position` has it."""


class FilterOperator(Enum):
    """How a filter compares a column with what was typed."""

    EQUAL = "="
    LESS = "<"
    GREATER = ">"
    CONTAINS = "~"
    IS_NULL = "is NULL"


class Filter(NamedTuple):
    """Only rows whose column compares so."""

    column: Column
    comparison: FilterOperator
    value: str = ""
    """As it was typed; empty for `IS_NULL`."""

    def __str__(self) -> str:
        value = f" {self.value}" if self.comparison is not FilterOperator.IS_NULL else ""
        return f"{self.column.name} {self.comparison.value}{value}"


class SortOrder(NamedTuple):
    """By this column, and by the key where it is the same. NULLs stand where the database places them."""

    column: Column
    descending: bool = False

    def __str__(self) -> str:
        return f"by {self.column.name} {'↓' if self.descending else '↑'}"


class Within(NamedTuple):
    """Only what a to-many relationship of one instance leads to."""

    entity: Entity
    key: RowKey
    relationship: Relationship


class Query(NamedTuple):
    """Rows of an entity."""

    entity: Entity
    order: SortOrder | None = None
    """None: by key."""
    filters: tuple[Filter, ...] = ()
    within: Within | None = None

    def ordered(self, column: Column) -> "Query":
        """Ordered by the column; once more: descending; a third time: by key again."""
        if self.order is None or self.order.column != column:
            return self._replace(order=SortOrder(column))
        return self._replace(order=None if self.order.descending else SortOrder(column, descending=True))

    def filtered(self, added: Filter) -> "Query":
        """With one filter more."""
        return self._replace(filters=(*(one for one in self.filters if one != added), added))

    def without_filter(self, column: Column) -> "Query":
        """Without the newest filter: that of the column, if there is one, else of any other."""
        newest = [one for one in self.filters if one.column == column] or list(self.filters)
        return self._replace(filters=tuple(one for one in self.filters if one not in newest[-1:]))

    def __str__(self) -> str:
        """Its filters and its order in a few words; nothing for the whole table by key."""
        told = [*map(str, self.filters), *([str(self.order)] if self.order else [])]
        return " · ".join(told)


def read_filter(typed: str, column: Column) -> Filter:
    """The filter that was typed for a column; ValueError, in words for people, when it is none.

    `=text`, `<5`, `>5`, `~part` and `null`; without one of these, `~` for text and `=` for anything else.
    """
    text = typed.strip()
    if text.lower() == "null":
        return Filter(column, FilterOperator.IS_NULL)
    for comparison in (FilterOperator.EQUAL, FilterOperator.LESS, FilterOperator.GREATER, FilterOperator.CONTAINS):
        if text.startswith(comparison.value):
            return Filter(column, comparison, _something(text[1:].strip()))
    return Filter(column, FilterOperator.CONTAINS if column.is_text else FilterOperator.EQUAL, _something(text))


def _something(text: str) -> str:
    if not text:
        raise ValueError(f"expected {HOW}")
    return text


HOW = "=value, <value, >value, ~substring, or null"
"""What may be typed for a filter, in words."""
