"""Represent rows and values as they cross from the database to the screen."""

from collections.abc import Hashable, Iterable
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

from pirate_tui.domain.text import clean


BLOCK = 200
"""How many columns of a row are read at once; more are never shown together."""

RowKey: TypeAlias = tuple[Hashable, ...]
"""The primary key of an instance: values in the order of the mapper's primary key."""


WholeColumns: TypeAlias = list[tuple[Any, ...]]
"""The values of some rows, column by column, whole, as the driver returns them: text, numbers, bytes, None, dates."""


def key_label(name: str, key: RowKey) -> str:
    """Return the label of a row, from the name of its entity and its key: `PirateCrew 1`."""
    return clean(f"{name} {', '.join(map(str, key))}".rstrip())


class Cell(NamedTuple):
    """One value, ready to be shown: cleaned, and cut with its true length."""

    text: str
    length: int | None = None
    """The length of the whole value where `text` holds only its beginning: characters, or bytes of a BLOB."""
    is_null: bool = False
    is_type_mismatch: bool = False
    """Whether the column's type cannot read the value, or would not write it."""


def cells_of(texts: Iterable[str]) -> list[Cell]:
    """Return the cells of values that are shown whole, of texts that are clean; made in one go, which takes half."""
    # A NamedTuple's own constructor is a Python function, for each of thousands of cells.
    return list(map(tuple.__new__, repeat(Cell), zip(texts, repeat(None), repeat(False), repeat(False))))


class Row(NamedTuple):
    """One row. Without a key it can be looked at, but no instance can be made of it."""

    cells: tuple[Cell, ...]
    """The cells of all columns, or of those of one block."""
    key: RowKey | None
    position: tuple[Any, ...] = ()
    """Where it stands in the order of its table: opaque, to be passed in a `Seek`."""


def rows_of(
    cells: Iterable[tuple[Cell, ...]], keys: Iterable[RowKey | None], positions: Iterable[tuple[Any, ...]]
) -> tuple[Row, ...]:
    """Return the rows of these cells, keys and positions; made in one go."""
    return tuple(map(tuple.__new__, repeat(Row), zip(cells, keys, positions, strict=False)))


class Rank(NamedTuple):
    """Where a row stands among the rows of a query."""

    number: int
    """How many rows come before it."""
    position: tuple[Any, ...]
    """Its `Row.position`."""


class Seek(NamedTuple):
    """Which rows to read: `limit` of them, beyond a known position or from an end of the table.

    `Seek()` is the first page, `Seek(backward=True)` the last; `Seek(position)` follows a row, and
    `Seek(position, backward=True)` comes before it. `skip` passes over rows first, and costs time for each.
    """

    position: tuple[Any, ...] | None = None
    backward: bool = False
    skip: int = 0
    limit: int = 200
    block: int = 0
    """Which columns to read: the first `BLOCK` of them, the next, ..."""


class Page(NamedTuple):
    """Rows that follow each other in the table's order, whichever way they were sought."""

    rows: tuple[Row, ...]
    block: int = 0
    """The number of the block of columns that the cells are of."""


class Value(NamedTuple):
    """A part of one value, in order and safe to show."""

    lines: tuple[str, ...]
    length: int
    """How long the whole value is: characters, or bytes of a BLOB."""
