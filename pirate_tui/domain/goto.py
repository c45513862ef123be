"""Parse what is typed to go to a row: a number, a percentage, or a key. Pure."""

import re
from typing import NamedTuple


HOW = "a row number, a percentage (73%) or a key (=42)"
"""What may be typed, in words."""


class Location(NamedTuple):
    """Where to go: to the row of that number (counted from 0), or of that key."""

    row: int | None = None
    key: tuple[str, ...] | None = None
    """The parts of the key as they were typed."""


def parse_location(typed: str, count: int) -> Location:
    """Return the location that was typed, in a table of `count` rows; raise ValueError with a message for the user.

    A number is a row's (from 1), clamped to the table; `=` before it makes it a key; other text is a key.
    The parts of a composite key stand apart by commas.
    """
    text = typed.strip()
    if not text:
        raise ValueError(f"expected {HOW}")
    if re.fullmatch(r"\d+(\.\d+)?\s*%", text):
        share = min(1.0, float(text[:-1]) / 100)
        return Location(row=max(0, min(round(count * share), count - 1)))
    if text.isdecimal():
        return Location(row=max(0, min(int(text) - 1, count - 1)))
    key = text.removeprefix("=")
    return Location(key=tuple(part.strip() for part in key.split(",")))
