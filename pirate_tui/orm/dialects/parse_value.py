"""What a person types -> a value of a column's type."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.types import TypeEngine

from pirate_tui.domain.text import clean
from pirate_tui.orm.dialects.terms import python_type


TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _decimal(text: str) -> Decimal:
    """The number; a NaN that raises where it is used is none."""
    found = Decimal(text)
    if found.is_snan():
        raise ValueError
    return found


READERS: dict[type, Callable[[str], Any]] = {
    int: int,
    float: float,
    Decimal: _decimal,
    uuid.UUID: uuid.UUID,
    dt.date: dt.date.fromisoformat,
    dt.datetime: dt.datetime.fromisoformat,
    dt.time: dt.time.fromisoformat,
}
"""How values are typed, by the Python type of a column."""


def typed(column_type: TypeEngine[Any], text: str) -> Any:
    """What was typed, as a value of the column's type; ValueError, in words for people, where it is none.

    A type that nothing is known of is compared as it is stored, with the text itself.
    """
    if isinstance(column_type, Boolean):
        if text.lower() not in TRUTHS:
            raise ValueError(f"{clean(text)} is not true or false")
        return TRUTHS[text.lower()]
    known = python_type(column_type)
    if known is None:
        return text
    if known is bytes:
        return _bytes(text)
    try:
        return READERS.get(known, str)(text)
    except (ValueError, ArithmeticError) as error:
        raise ValueError(f"{clean(text)} is not a valid {known.__name__}") from error


def _bytes(text: str) -> bytes:
    found = re.fullmatch(r"x'((?:[0-9a-fA-F]{2})*)'", text)
    if found is None:
        raise ValueError(f"{clean(text)} is not a BLOB; write it in hex: x'00ff'")
    return bytes.fromhex(found[1])
