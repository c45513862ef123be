"""Values -> `Cell`: what a person is shown of a column's raw value, or of an attribute's Python value."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Float, Integer, LargeBinary, Numeric, String
from sqlalchemy.types import TypeEngine

from pirate_tui.domain.rows import Cell
from pirate_tui.domain.text import CELL_LIMIT, clean
from pirate_tui.orm.foreign import FOREIGN_ERRORS, reraise_ours
from pirate_tui.orm.sql import Sql


NULL = Cell("NULL", is_null=True)
TRUE = Cell("true")
FALSE = Cell("false")

NATURAL: dict[type[TypeEngine[Any]], tuple[type, ...]] = {
    Integer: (int,),
    Float: (int, float),
    Numeric: (int, float, Decimal),
    String: (str,),
    LargeBinary: (bytes,),
}
"""What the driver gives for a healthy value of a type that converts nothing and would pass anything on."""


def cell(value: Any, length: int | None = None, *, is_misfit: bool = False) -> Cell:
    """A value of a kind that the standard library knows; `length` where `value` is cut already."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, bytes):
        text, whole = f"x'{value[:CELL_LIMIT].hex()}'", len(value)
    else:
        text = str(value)
        whole = len(text)
    if length is None and len(text) > CELL_LIMIT:
        length = whole
    return Cell(clean(text) + ("…" if length and len(text) <= CELL_LIMIT else ""), length, is_misfit=is_misfit)


def whole_text(value: Any) -> str:
    """A raw value as text, however long it is."""
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return "NULL" if value is None else str(value)


def attribute_cell(column_type: TypeEngine[Any], value: Any) -> Cell:
    """What is shown of an instance's value, marked when the column's type let pass what it should not."""
    natural = natural_types(column_type)
    return cell(value, is_misfit=value is not None and bool(natural) and not isinstance(value, natural))


def natural_types(column_type: TypeEngine[Any]) -> tuple[type, ...]:
    """The Python types of a healthy value, where they are known."""
    return next((types for known, types in NATURAL.items() if isinstance(column_type, known)), ())


class Reader:
    """Reads the raw values of one column, without ever failing."""

    def __init__(self, column_type: TypeEngine[Any], sql: Sql) -> None:
        self._is_boolean = isinstance(column_type, Boolean)
        self._natural = natural_types(column_type)
        implementation = column_type.dialect_impl(sql.dialect)
        self._process = implementation.result_processor(sql.dialect, sql.driver_code(column_type))
        self.converts = self._process is not None
        """Is the value of an instance another than the raw one?"""

    def cells(self, raws: Iterable[Any], lengths: Iterable[int | None]) -> list[Cell]:
        """What is shown of a column's raw values; most are short text or integers, and there are many."""
        text, integer, general = str in self._natural, int in self._natural, self.cell
        return [
            Cell(raw)
            if text
            and type(raw) is str
            and len(raw) <= CELL_LIMIT
            and raw.isascii()
            and raw.isprintable()
            and not length
            else Cell(str(raw))
            if integer and type(raw) is int
            else general(raw, length)
            for raw, length in zip(raws, lengths, strict=False)
        ]

    def cell(self, raw: Any, length: int | None) -> Cell:
        """What is shown of a raw value, marked when the column's type cannot read it."""
        if raw is None:
            return NULL
        if self._is_boolean and raw in {0, 1}:
            return TRUE if raw else FALSE
        return cell(raw, length, is_misfit=not self._fits(raw, length))

    def value(self, raw: Any) -> Any:
        """The Python value that an instance would have; raises whatever its type does."""
        return raw if self._process is None else self._process(raw)

    def _fits(self, raw: Any, length: int | None) -> bool:
        if self._is_boolean:
            return False
        if self._natural:
            return isinstance(raw, self._natural)
        try:
            if length is None:
                self.value(raw)
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
            return False
        return True
