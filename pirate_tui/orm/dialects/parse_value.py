"""Parse what a user types into a value of a column's type."""

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
    """Return the number; raise ValueError for a signaling NaN, which raises wherever it is used."""
    number = Decimal(text)
    if number.is_snan():
        raise ValueError
    return number


READERS: dict[type, Callable[[str], Any]] = {
    int: int,
    float: float,
    Decimal: _decimal,
    uuid.UUID: uuid.UUID,
    dt.date: dt.date.fromisoformat,
    dt.datetime: dt.datetime.fromisoformat,
    dt.time: dt.time.fromisoformat,
}
"""Functions that parse typed values, by the Python type of a column."""


def typed(column_type: TypeEngine[Any], text: str) -> Any:
    """Parse typed text as a value of the column's type; raise ValueError, with a message for the user, if it is none.

    For a type without a known Python type, the text itself is returned and compared with what is stored.
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
    match = re.fullmatch(r"x'((?:[0-9a-fA-F]{2})*)'", text)
    if match is None:
        raise ValueError(f"{clean(text)} is not a BLOB; write it in hex: x'00ff'")
    return bytes.fromhex(match[1])
