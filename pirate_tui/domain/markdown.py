"""Write foreign text as Markdown in which it reads as it is. Pure."""

import re
from collections.abc import Iterable


ESCAPES = str.maketrans({**{char: f"\\{char}" for char in r"\`*_[]<>~&|$"}, "\n": "<br>", "\r": "<br>"})
"""What is written for characters that mean something (https://github.github.com/gfm/#backslash-escapes)."""

TICKS = re.compile(r"`+")


def escaped(text: str) -> str:
    """Return the text for one line, also in a table: special characters escaped, line breaks as `<br>`."""
    return text.replace("\r\n", "\n").translate(ESCAPES)


def code_span(text: str) -> str:
    """Return the text as code within a line."""
    ticks = "`" * (_longest_ticks(text) + 1)
    room = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{room}{text}{room}{ticks}"


def code_block(text: str, language: str) -> str:
    """Return the text as a block of code."""
    fence = "`" * max(3, _longest_ticks(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def table_row(cells: Iterable[str]) -> str:
    """Return a line of a table, of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |"


def _longest_ticks(text: str) -> int:
    return max(map(len, TICKS.findall(text)), default=0)
