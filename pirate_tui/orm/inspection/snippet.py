"""A line of code run as if its user had written it: its frame in a traceback reads `pirate_crew.members`."""

import ast
import linecache
import traceback
from types import TracebackType
from typing import Any

from pirate_tui.domain.text import redact


FILE_NAME = "<your code>"
"""The file that the line's frame names."""


def evaluate(source: str, names: dict[str, Any]) -> Any:
    """The value of the line, in a frame of its own; a coroutine to await if the line awaits.

    `linecache` is told the source, so that the traceback shows it.
    """
    linecache.cache[FILE_NAME] = (len(source), None, [source + "\n"], FILE_NAME)
    code = compile(source, FILE_NAME, "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return eval(code, names)  # noqa: S307  the line is ours: a variable and the name of a mapped attribute


def format_raw(error: BaseException) -> tuple[str, str]:
    """The traceback as its user would see it, whole and verbatim from the evaluated line on; and its last line.

    Secrets are hidden in both.
    """
    told = traceback.TracebackException(type(error), error, _from_snippet(error.__traceback__))
    return redact("".join(told.format())), redact("".join(told.format_exception_only()))


def _from_snippet(trace: TracebackType | None) -> TracebackType | None:
    """The part of the traceback that begins at the evaluated line; all of it when that is not in it."""
    at = trace
    while at is not None and at.tb_frame.f_code.co_filename != FILE_NAME:
        at = at.tb_next
    return at or trace
