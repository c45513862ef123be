"""Define the settings of the settings file: what their values may be, in TOML and as a text."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pirate_tui.settings import BLOCKING_LIMIT, COLLECTION_LIMIT, TIME_LIMIT


LONGEST_NUMBER = 15
"""The most digits of a number of rows."""

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
"""How a truth value is written in a variable."""


class InvalidValueError(Exception):
    """A value that a setting cannot have; the reason goes on from its name."""


class Setting(NamedTuple):
    """A setting. Its parsers raise `InvalidValueError`."""

    of_text: Callable[[str], Any]
    """Parse the value of an option or a variable."""
    of_toml: Callable[[Any], Any]
    """Parse the value of the settings file."""
    default: Any
    shown_default: str = ""
    """The default in words, where it is none of the values."""


def rows(text: str) -> int:
    """Parse a number of rows: 1 or more."""
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and int(text) > 0:
        return int(text)
    raise InvalidValueError("is not a positive number of rows")


def seconds(text: str) -> float:
    """Parse a time in seconds: a number above zero."""
    try:
        return _seconds_of(float(text) if text.isascii() and "_" not in text else 0.0)
    except (ValueError, InvalidValueError):
        raise InvalidValueError("is not a positive number of seconds") from None


def expanded(path: str) -> Path:
    """Return the path with the home folder that ~ stands for, if there is one."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _rows_of(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**LONGEST_NUMBER:
        raise InvalidValueError("must be a positive number of rows")
    return value


def _seconds_of(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise InvalidValueError("must be a positive number of seconds")
    try:
        return float(value)
    except OverflowError:  # an integer that no float can hold
        raise InvalidValueError("must be a smaller number of seconds") from None


def _truth(text: str) -> bool:
    if text.lower() not in (*YES, *NO):
        raise InvalidValueError("is neither true nor false")
    return text.lower() in YES


def _truth_of(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidValueError("must be true or false")
    return value


def _name(text: str) -> str:
    if not text:
        raise InvalidValueError("is empty")
    return text


def _name_of(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidValueError("must be a name")
    return value


def _log_of(value: object) -> Path:
    if isinstance(value, str) and "\0" not in value and (path := expanded(value)).is_absolute():
        return path
    raise InvalidValueError("must be a file with an absolute path, or one that begins with ~")


SETTINGS = {
    "theme": Setting(_name, _name_of, None, "the one chosen last, else pirate"),
    "timeout": Setting(seconds, _seconds_of, TIME_LIMIT),
    "attribute_timeout": Setting(seconds, _seconds_of, BLOCKING_LIMIT),
    "limit": Setting(rows, _rows_of, COLLECTION_LIMIT),
    "log": Setting(Path, _log_of, None, "none"),
    "full_traceback": Setting(_truth, _truth_of, default=False),
}
"""The settings by name. Each may come from the environment, too: PIRATE_TUI_TIMEOUT; those that have an option, such as
--timeout, from the command line."""
