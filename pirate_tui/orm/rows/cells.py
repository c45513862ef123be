"""Convert values to `Cell`s: what is shown of a column's raw value, or of an attribute's Python value."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import repeat
from types import NoneType
from typing import Any

from sqlalchemy import Enum as EnumType
from sqlalchemy.types import TypeEngine

from pirate_tui.domain.rows import Cell, RowKey, cells_of
from pirate_tui.domain.text import CELL_LIMIT, clean
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.dialects.terms import kind_of, python_type
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, reraise_ours, text_of


NULL = Cell("NULL", is_null=True)
TRUE = Cell("true")
FALSE = Cell("false")

NATURAL: dict[type | None, tuple[type, ...]] = {
    int: (int,),
    float: (int, float),
    Decimal: (int, float, Decimal),
    str: (str,),
    bytes: (bytes,),
}
"""The types in which a driver returns values that need no conversion, by the Python type of the column."""

NUMBERS = frozenset({int, float, Decimal})

TEXT_OR_NULL = frozenset({str, NoneType})

MEMBER_OR_TRUTH = (Enum, bool)
"""Types of values that are shown in place of the raw one."""

SHORT = (str, int, float, Decimal, date, time, timedelta)
"""Values of an Enum's member that are shown behind its name; others may be anything. A `datetime` is a `date`."""


def cell(value: Any, length: int | None = None, *, is_type_mismatch: bool = False) -> Cell:
    """Return the cell of a value of a standard type; `length` is the full length of a value that is cut already."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, bytes):
        text, whole = f"x'{value[:CELL_LIMIT].hex()}'", len(value)
    else:
        text = value if type(value) is str else member_text(value) if isinstance(value, Enum) else str(value)
        whole = len(text)
    if length is None and len(text) > CELL_LIMIT:
        length = whole
    return Cell(
        clean(text) + ("…" if length and len(text) <= CELL_LIMIT else ""), length, is_type_mismatch=is_type_mismatch
    )


def member_text(member: Enum) -> str:
    """Return the text shown for an Enum member: its name, and its value in brackets unless they are equal."""
    name, value = member._name_, member._value_
    if name is None:  # a Flag with bits that have no name
        return text_of(value)
    return f"{name} ({value})" if isinstance(value, SHORT) and value != name else name


def whole_text(value: Any) -> str:
    """Return a raw value as text of any length; bytes as `x'00ff'`."""
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return "NULL" if value is None else str(value)


class CellReader:
    """Makes cells of one column's values, raw ones and those of instances, without ever failing."""

    def __init__(self, column_type: TypeEngine[Any], sql: Sql) -> None:
        kind, promised = column_type.dialect_impl(sql.dialect), python_type(column_type)
        self._process = kind.result_processor(sql.dialect, sql.driver_code(column_type))
        self.converts = self._process is not None
        """Whether the value of an instance differs from the raw one."""
        self._natural = () if self.converts and not _is_number(kind) else _natural(column_type, sql)
        self._numbers = NUMBERS.intersection(self._natural)
        self._is_boolean = promised is bool
        self._members = promised if isinstance(promised, type) and issubclass(promised, Enum) else None
        self._labels = frozenset(kind.enums) if isinstance(kind, EnumType) and self._members is None else None
        self._is_strict = self._is_boolean or self._members is not None or self._labels is not None
        """Whether the type reads values that it would never write."""
        self._has_few = self._is_boolean or isinstance(kind, EnumType)
        self._known: dict[Any, Cell] = {}
        """The cells of a column that has few different values, by the raw ones."""

    def cells(self, raws: Sequence[Any], lengths: Sequence[int | None] = ()) -> list[Cell]:
        """Return the cells of a column's raw values, whose full lengths are given where some may be cut.

        Optimized for many short texts and numbers: a column of nothing else is converted as a whole.
        """
        each = zip(raws, lengths or repeat(None), strict=False)
        if self._has_few:
            known, general = self._known, self._remembered
            return [known.get(raw) or general(raw, length) for raw, length in each]
        kinds, text = set(map(type, raws)), str in self._natural
        if kinds <= self._numbers:
            return cells_of(map(str, raws))
        if text and kinds <= TEXT_OR_NULL and not any(lengths):
            texts = [raw for raw in raws if raw is not None] if NoneType in kinds else raws
            if _is_shown_as_it_is("".join(texts), max(map(len, texts), default=0)):
                cells = cells_of(texts)
                return cells if texts is raws else _with_nulls(raws, iter(cells))
        general = self.cell
        return [
            NULL
            if raw is None
            else Cell(raw)
            if text and type(raw) is str and not length and _is_shown_as_it_is(raw, len(raw))
            else general(raw, length)
            for raw, length in each
        ]

    def cell(self, raw: Any, length: int | None = None) -> Cell:
        """Return the cell of a raw value, marked when the column's type cannot read it."""
        if raw is None:
            return NULL
        if length is not None or self._natural:  # what is cut could be read by no type
            return cell(raw, length, is_type_mismatch=not self._is_natural(raw))
        shown, is_healthy = self._shown(raw)
        return cell(shown, is_type_mismatch=not is_healthy)

    def cell_of(self, value: Any) -> Cell:
        """Return the cell of an instance's value, marked when it is not one of the column's type."""
        return cell(value, is_type_mismatch=value is not None and not self._is_healthy(value, value))

    def named(self, raw: Any) -> str | None:
        """Return the text shown for a raw value that stands for an Enum member or a boolean; None for any other."""
        if raw is None or (isinstance(raw, (str, bytes)) and len(raw) > CELL_LIMIT):
            return None
        shown, _ = self._shown(raw)
        return cell(shown).text if isinstance(shown, MEMBER_OR_TRUTH) else None

    def value(self, raw: Any) -> Any:
        """Convert a raw value to the Python value of an instance; raises whatever the column's type raises."""
        return raw if self._process is None else self._process(raw)

    def _shown(self, raw: Any) -> tuple[Any, bool]:
        """Return the value to show for a raw one, and whether the column's type can read it."""
        try:
            value = self.value(raw)
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
            return raw, False
        if not isinstance(value, MEMBER_OR_TRUTH):
            return raw, not self._is_strict or self._is_healthy(value, raw)
        return (value if isinstance(value, Enum) or value == raw else raw), self._is_healthy(value, raw)

    def _is_healthy(self, value: Any, raw: Any) -> bool:
        """Whether the type would write this value; `raw` is the stored one, or the value again."""
        if self._is_boolean:
            return bool(value == raw)
        if self._members is not None:
            return isinstance(value, self._members)
        if self._labels is not None:  # MySQL stores an empty text for what is none of them
            return value in self._labels
        return self._is_natural(value)

    def _is_natural(self, value: Any) -> bool:
        return not self._natural or isinstance(value, self._natural)

    def _remembered(self, raw: Any, length: int | None) -> Cell:
        """Return the cell of a column with few values, and cache it unless it is a type mismatch."""
        made = self.cell(raw, length)
        if not made.is_type_mismatch:
            self._known[raw] = made
        return made


def _is_shown_as_it_is(text: str, longest: int) -> bool:
    """Whether `clean` would change nothing of the text, or of the texts that it is joined of."""
    return longest <= CELL_LIMIT and text.isprintable()


def _with_nulls(raws: Iterable[Any], cells: Iterator[Cell]) -> list[Cell]:
    """Return the cells of a column, given those of its values that are not NULL."""
    return [NULL if raw is None else next(cells) for raw in raws]


def _natural(column_type: TypeEngine[Any], sql: Sql) -> tuple[type, ...]:
    """Return the Python types of values that match the column's type; empty where they are not known."""
    return NATURAL.get(python_type(kind_of(column_type, sql.dialect)), ())


def _is_number(kind: TypeEngine[Any]) -> bool:
    """Whether it is one of SQLAlchemy's own number types, which read any number and nothing else."""
    return type(kind).__module__.startswith("sqlalchemy.") and python_type(kind) in NUMBERS


def label_of(name: str, key: RowKey) -> str:
    """Return the label of an instance, from class name and key: `PirateCrew 1`."""
    return clean(f"{name} {', '.join(member_text(part) if isinstance(part, Enum) else text_of(part) for part in key)}")
