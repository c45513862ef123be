"""Know what a report is written on: a terminal, with its width and colours, or a file."""

import os
import shutil
import textwrap
from enum import Enum
from typing import NamedTuple, TextIO


WIDTH, NARROWEST, WIDEST = 80, 40, 100
"""Columns of what is written to a file, and of a terminal."""


class Style(Enum):
    """How a part of the text is written on a terminal: the codes of ECMA-48."""

    HEADING = "1"
    IO = "31"
    OTHER = "33"
    FIX = "36"
    ASIDE = "2"


class Paper(NamedTuple):
    """What is written on: its columns, and whether it has colours."""

    width: int = WIDTH
    has_colors: bool = False

    @classmethod
    def of(cls, out: TextIO) -> "Paper":
        """Return what is known of a stream."""
        if not out.isatty():
            return cls()
        columns = shutil.get_terminal_size((WIDTH, 24)).columns
        has_colors = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(min(max(columns, NARROWEST), WIDEST), has_colors)

    def styled(self, text: str, style: Style) -> str:
        """Return the text with the codes of a style around it, where there are colours."""
        return f"\x1b[{style.value}m{text}\x1b[0m" if self.has_colors and text else text

    def wrapped(self, text: str, indent: str, hanging: str) -> list[str]:
        """Return the text in lines that fit."""
        return textwrap.wrap(
            text,
            self.width,
            initial_indent=indent,
            subsequent_indent=hanging,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
