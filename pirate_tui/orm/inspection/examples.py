"""Make up values for columns of which none is loaded."""

import datetime as dt
import decimal
import uuid
from copy import copy
from enum import Enum
from typing import Any

from sqlalchemy.orm import ColumnProperty

from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, reraise_ours


EXAMPLES: dict[type, Any] = {
    bool: True,
    int: 1,
    float: 1.0,
    str: "x",
    bytes: b"x",
    decimal.Decimal: decimal.Decimal(1),
    dt.datetime: dt.datetime(2000, 1, 1),  # noqa: DTZ001  as most columns have it
    dt.date: dt.date(2000, 1, 1),
    dt.time: dt.time(1),
    dt.timedelta: dt.timedelta(1),
    uuid.UUID: uuid.UUID(int=1),
    list: [],
    dict: {},
}
"""A value for a column of which none is loaded, by the Python type of the column's."""


def example_of(prop: ColumnProperty[Any] | Any) -> Any:
    """Return a value of the column's type; None where that does not tell its Python type."""
    column_type = prop.columns[0].type
    try:
        kind: type = column_type.python_type
    except FOREIGN_ERRORS as error:  # not every type knows
        reraise_ours(error)
        return None
    if issubclass(kind, Enum):
        return next(iter(kind.__members__.values()), None)
    labels = getattr(column_type, "enums", None)
    found = next((value for known, value in EXAMPLES.items() if issubclass(kind, known)), None)
    return labels[0] if labels else copy(found)


def another_key(value: Any) -> Any:
    """Return a key of the same type that no row has."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return -abs(value) - 2**31
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=value.int ^ 1 << 127)
    return f"{value}\N{NO-BREAK SPACE}" if type(value) is str else value
