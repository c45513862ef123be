"""Keyset pages of a mapped class: Core statements, built once, that read rows and never instances."""

import re
from collections.abc import Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import Mapper
from sqlalchemy.types import NullType

from pirate_tui.domain import rows
from pirate_tui.domain.rows import Page, RowKey, Seek
from pirate_tui.domain.text import CELL_LIMIT, clean
from pirate_tui.orm.catalog import table_attributes
from pirate_tui.orm.cells import Reader
from pirate_tui.orm.troubles import READ_ERRORS


Term = ColumnElement[Any]

Shape = tuple[bool, tuple[bool, ...] | None]
"""What makes seeks differ in their statement: backward or not, and which parts of the position are NULL."""


class Pages:
    """How to read one mapped class page by page, in the order of its key.

    Values are read raw (`NullType`), so that one which its type cannot read spoils nothing but its cell,
    and long ones are cut by the database: 10 MB of text never cross.

    Where the database does not see to it that keys are unique and never NULL, `tie_break` names a column that
    is: it ends the order, which is total then too, and no row is lost between two pages.
    """

    def __init__(self, mapper: Mapper[Any], dialect: Dialect, tie_break: str | None = None) -> None:
        self._mapper = mapper
        keys = list(mapper.primary_key)
        self._key_readers = [Reader(column.type, dialect) for column in keys]
        self._converts_key = any(reader.converts for reader in self._key_readers)
        self._order: list[Term] = [_raw(column) for column in keys]
        self._is_strict = tie_break is None
        if tie_break is not None:
            self._order.append(literal_column(f"{mapper.local_table}.{tie_break}"))
        self._selected = list(self._order)
        self._cells: list[tuple[Reader, int, int]] = []
        """For each column shown: its reader, the place of its value, and that of its length; 0 for a whole value."""
        for attribute in table_attributes(mapper):
            column = attribute.columns[0]
            self._list(column, keys.index(column) if column in keys else None, Reader(column.type, dialect))
        self._pages: dict[Shape, Select[Any]] = {}
        self._anchors: dict[Shape, Select[Any]] = {}

    @property
    def count(self) -> Select[Any]:
        """The statement that counts the rows."""
        return select(func.count()).select_from(self._mapper.persist_selectable)

    def statement(self, seek: Seek) -> Select[Any]:
        """The statement that reads what is sought, with `parameters(seek)`; built at its first use."""
        return self._built(self._pages, self._selected, seek)

    @staticmethod
    def parameters(seek: Seek) -> dict[str, Any]:
        """The parameters of the statement for what is sought."""
        return {"limit": seek.limit, "skip": seek.skip, **_bounds(seek.position or ())}

    def anchor(self, seek: Seek) -> Select[Any]:
        """The statement that reads nothing but positions of what is sought, with `parameters(seek)`; built once too."""
        return self._built(self._anchors, self._order, seek)

    def find(self, typed: tuple[str, ...]) -> Select[Any]:
        """The statement that reads the position of the row whose key was typed; ValueError when it can be none."""
        keys = self._mapper.primary_key
        if len(typed) != len(keys):
            raise ValueError(f"a key here is {', '.join(column.name for column in keys)}")
        equal = [_typed(column, part) for column, part in zip(keys, typed, strict=True)]
        return select(*self._order).where(*equal).limit(1)

    def rank(self, position: tuple[Any, ...]) -> tuple[Select[Any], dict[str, Any]]:
        """The statement that counts the rows before a position, and its parameters."""
        return self.count.where(self._beyond(_nulls(position), backward=True)), _bounds(position)

    def page(self, seek: Seek, found: Sequence[Row[Any]]) -> Page:
        """The rows found by the statement, in the table's own order."""
        columns = list(zip(*(reversed(found) if seek.backward else found), strict=True))
        if not columns:
            return Page(())
        whole = repeat(None)
        cells = [reader.cells(columns[at], columns[cut] if cut else whole) for reader, at, cut in self._cells]
        positions = zip(*columns[: len(self._order)], strict=True)
        listed = zip(zip(*cells, strict=True), positions, strict=True)
        return Page(tuple(rows.Row(cells, self._key(position), position) for cells, position in listed))

    def _list(self, column: Term, key: int | None, reader: Reader) -> None:
        """Select a column to be shown, unless it is a key, which is selected already."""
        if key is not None:
            self._cells.append((reader, key, 0))
            return
        at = len(self._selected)
        self._selected += _cut(_raw(column))
        self._cells.append((reader, at, at + 1))

    def _built(self, built: dict[Shape, Select[Any]], selected: list[Term], seek: Seek) -> Select[Any]:
        """The statement of the seek's shape among those that are built already, or built now."""
        shape = (seek.backward, None if seek.position is None else _nulls(seek.position))
        if shape not in built:
            built[shape] = self._sought(selected, *shape)
        return built[shape]

    def _sought(self, selected: list[Term], backward: bool, nulls: tuple[bool, ...] | None) -> Select[Any]:  # noqa: FBT001
        statement = select(*selected).order_by(*[term.desc() for term in self._order] if backward else self._order)
        if nulls is not None:
            statement = statement.where(self._beyond(nulls, backward=backward))
        return statement.limit(bindparam("limit")).offset(bindparam("skip"))

    def _beyond(self, nulls: tuple[bool, ...], *, backward: bool) -> Term:
        """Beyond a position, of which these parts are NULL."""
        if self._is_strict:
            return _beyond_strictly(self._order, backward=backward)
        return _beyond_with_nulls(self._order, nulls, backward=backward)

    def _key(self, position: tuple[Any, ...]) -> RowKey | None:
        key = position[: len(self._key_readers)]
        if None in key:
            return None
        if not self._converts_key:
            return key
        try:
            return tuple(reader.value(raw) for reader, raw in zip(self._key_readers, key, strict=True))
        except READ_ERRORS:
            return None


def _beyond_strictly(order: list[Term], *, backward: bool) -> Term:
    """Beyond a position of which no part is NULL: a comparison of row values, which an index serves."""
    here: Term = order[0] if len(order) == 1 else tuple_(*order)
    values = [_value(at) for at in range(len(order))]
    there: Term = values[0] if len(order) == 1 else tuple_(*values)
    return here < there if backward else here > there


def _beyond_with_nulls(order: list[Term], nulls: tuple[bool, ...], *, backward: bool) -> Term:
    """Beyond a position that may have NULLs, which SQLite places before all values: term by term."""
    ways = []
    for at, term in enumerate(order):
        equal = [order[n].is_(None) if nulls[n] else order[n] == _value(n) for n in range(at)]
        if backward:
            further = false() if nulls[at] else or_(term < _value(at), term.is_(None))
        else:
            further = term.is_not(None) if nulls[at] else term > _value(at)
        ways.append(and_(*equal, further))
    return or_(*ways)


def _typed(column: ColumnElement[Any], part: str) -> Term:
    """Is the column what was typed? ValueError when it can never be."""
    if isinstance(column.type, Integer):
        if not re.fullmatch(r"[+-]?\d+", part):
            raise ValueError(f"{clean(part)} is no key here; keys are numbers")
        return _raw(column) == int(part)
    return _raw(column) == part if isinstance(column.type, String) else cast(column, String) == part


def _nulls(position: tuple[Any, ...]) -> tuple[bool, ...]:
    """Which parts of a position are NULL."""
    return tuple(value is None for value in position)


def _bounds(position: tuple[Any, ...]) -> dict[str, Any]:
    """A position as parameters; its NULLs are part of the statement."""
    return {_bound(at): value for at, value in enumerate(position) if value is not None}


def _value(at: int) -> Term:
    return bindparam(_bound(at), type_=NullType())


def _bound(at: int) -> str:
    return f"key_{at}"


def _raw(column: Term) -> Term:
    return type_coerce(column, NullType())


def _cut(raw: Term) -> tuple[Term, Term]:
    """The value or its beginning, and its true length where it was cut."""
    start: ColumnElement[int] = literal_column("1")
    limit: ColumnElement[int] = literal_column(str(CELL_LIMIT))
    length = func.length(raw)
    is_long = length > limit
    return case((is_long, func.substr(raw, start, limit)), else_=raw), case((is_long, length))
