"""Select some columns of a query's rows at a time, and make rows of what is fetched."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlalchemy.orm import ColumnProperty, Mapper

from pirate_tui.domain import rows
from pirate_tui.domain.entity import Column
from pirate_tui.domain.rows import BLOCK, Page, RowKey, Value, WholeColumns
from pirate_tui.domain.text import clean_lines
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.dialects.terms import Keyed, Term
from pirate_tui.orm.entities import table_attributes
from pirate_tui.orm.rows.cells import CellReader, whole_text
from pirate_tui.orm.rows.filters import column_of
from pirate_tui.orm.rows.keyset import Keys, Ordering
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, reraise_ours


WHOLE = -1
"""The number of the block that has all columns, uncut."""


class Block(NamedTuple):
    """Some columns of the rows, with the terms for their positions and keys."""

    selected: list[Term]
    cells: list[tuple[CellReader, int, int]]
    """For each column its reader, the place of its value, and that of its length; 0 for a whole value."""


class Selection:
    """Selects a query's rows.

    Values are read raw (`NullType`), so that one which its type cannot read spoils nothing but its cell, and long
    ones are cut by the database: 10 MB of text never cross. Columns are read `BLOCK` at a time: each may need two
    terms, and no database gives more than some 2,000 of them.
    """

    def __init__(self, mapper: Mapper[Any], sql: Sql, order: Term | None, ordering: Ordering, keys: Keys) -> None:
        self._mapper = mapper
        self._sql = sql
        self._order = order
        self._ordering = ordering
        self._keys = keys.parts[: len(mapper.primary_key)]
        self._key_readers = [CellReader(column.type, sql) for column in mapper.primary_key]
        self._always = list(ordering.selected)
        self._keys_at = [self._key_at(at, key) for at, key in enumerate(self._keys)]
        """The index of each part of an instance's key in what is selected."""
        converts = any(reader.converts for reader in self._key_readers)
        self._key_is_raw = not converts and all(key.value is None for key in self._keys)
        self._blocks: dict[int, Block] = {}

    def selected(self, block: int) -> list[Term]:
        """Return the terms to select for a block of columns, from which `page` makes rows."""
        return self._block(block).selected

    def page(self, fetched: Sequence[Row[Any]], block: int, *, has_key: bool) -> Page:
        """Convert fetched rows to a page of cells, keys (None without `has_key`) and positions."""
        columns = list(zip(*fetched, strict=True))
        if not columns:
            return Page((), block)
        cells = [
            reader.cells(columns[at], columns[cut_at] if cut_at else ())
            for reader, at, cut_at in self._block(block).cells
        ]
        width = len(self._ordering.selected)
        positions: Iterable[tuple[Any, ...]] = zip(*columns[:width], strict=True)
        if self._order is not None:
            positions = map(self._ordering.position, positions)
        keys = self._keys_of([columns[at] for at in self._keys_at]) if has_key else repeat(None)
        return Page(rows.rows_of(zip(*cells, strict=True), keys, positions), block)

    def values(self, fetched: Sequence[Row[Any]], block: int) -> tuple[WholeColumns, WholeColumns]:
        """Return the raw values of fetched rows, column by column, and the full lengths of those that are cut."""
        columns, parts = list(zip(*fetched, strict=True)), self._block(block).cells
        return [columns[at] for _, at, _ in parts], [columns[cut_at] for _, _, cut_at in parts if cut_at]

    @property
    def blocks(self) -> int:
        """The number of blocks that all columns make."""
        return -(-len(self._attributes) // BLOCK)

    @property
    def whole(self) -> list[Term]:
        """The terms for all values of a row, uncut."""
        return [self._sql.whole(attribute.columns[0]) for attribute in self._attributes]

    def named(self, fetched: Row[Any]) -> list[str | None]:
        """Return the text shown instead of each value of an uncut row; None where the value itself is shown."""
        pairs = zip(self._attributes, fetched, strict=True)
        return [self._reader(attribute.columns[0]).named(raw) for attribute, raw in pairs]

    def stretch(self, column: Column, start: int, size: int) -> list[Term]:
        """Return the terms for a part of a column's value, from which `value` makes a `Value`."""
        own = column_of(self._mapper, column.name)
        return [*self._sql.stretch(own, start, size), *self._sql.shown(own)]

    def value(self, column: Column, fetched: Row[Any]) -> Value:
        """Convert a fetched part of a value; one with a name, such as an Enum member, as its cell shows it."""
        part, length, raw, *cut = tuple(fetched)
        named = None if any(cut) else self._reader(column_of(self._mapper, column.name)).named(raw)
        return Value(clean_lines(whole_text(part)), length or 0) if named is None else Value((named,), len(named))

    @property
    def _attributes(self) -> list[ColumnProperty[Any]]:
        return table_attributes(self._mapper)

    def _reader(self, column: Term) -> CellReader:
        return CellReader(self._sql.shown_type(column.type), self._sql)

    def _block(self, number: int) -> Block:
        """Return a block of columns, cached after its first use."""
        if number not in self._blocks:
            block = Block(list(self._always), [])
            here = slice(None) if number == WHOLE else slice(number * BLOCK, (number + 1) * BLOCK)
            for attribute in self._attributes[here]:
                self._list(attribute.columns[0], block, is_whole=number == WHOLE)
            self._blocks[number] = block
        return self._blocks[number]

    def _list(self, column: Term, block: Block, *, is_whole: bool) -> None:
        """Add a column to a block, unless the order has it selected already."""
        own = list(self._mapper.primary_key)
        if column in own and self._keys[own.index(column)].value is None:
            at = own.index(column)
            block.cells.append((self._key_readers[at], self._ordering.keys_at + at, 0))
            return
        at, shown = 0, (self._sql.whole(column),) if is_whole else self._sql.shown(column)
        if is_whole or column is not self._order:
            at = len(block.selected)
            block.selected.extend(shown)
        block.cells.append((self._reader(column), at, at + 1 if shown[1:] else 0))

    def _key_at(self, at: int, key: Keyed) -> int:
        """Return the index of a part of the key, selected again where its position holds another form of it."""
        if key.value is None:
            return self._ordering.keys_at + at
        self._always.append(key.value)
        return len(self._always) - 1

    def _keys_of(self, columns: Sequence[tuple[Any, ...]]) -> Iterable[RowKey | None]:
        """Convert raw keys, column by column, to those of instances."""
        keys: Iterable[RowKey] = zip(*columns, strict=True)
        return keys if self._key_is_raw and not any(None in column for column in columns) else map(self._key, keys)

    def _key(self, key: RowKey) -> RowKey | None:
        """Convert a raw key to that of an instance; None where it has a NULL or cannot be read."""
        if None in key:
            return None
        if self._key_is_raw:
            return key
        try:
            read = tuple(reader.value(part) for reader, part in zip(self._key_readers, key, strict=True))
            hash(read)
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
            return None
        return read
