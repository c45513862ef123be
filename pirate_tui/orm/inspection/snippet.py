"""Run a line of code as if its user had written it: its frame in a traceback reads `pirate_crew.members`."""

import ast
import linecache
import traceback
from types import TracebackType
from typing import Any

from pirate_tui.domain.text import redact


FILE_NAME = "<your code>"
"""The file name of the line's frame."""


def evaluate(source: str, names: dict[str, Any]) -> Any:
    """Evaluate the line in a frame of its own; return its value, or a coroutine if the line awaits.

    The source is put into `linecache`, so that the traceback shows it.
    """
    linecache.cache[FILE_NAME] = (len(source), None, [source + "\n"], FILE_NAME)
    code = compile(source, FILE_NAME, "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return eval(code, names)  # noqa: S307  the line is ours: a variable and the name of a mapped attribute


def format_raw(error: BaseException) -> tuple[str, str]:
    """Return the traceback as its user would see it, from the evaluated line on, and its last line.

    Secrets are redacted in both.
    """
    formatted = traceback.TracebackException(type(error), error, _from_snippet(error.__traceback__))
    return redact("".join(formatted.format())), redact("".join(formatted.format_exception_only()))


def _from_snippet(trace: TracebackType | None) -> TracebackType | None:
    """Return the part of the traceback from the evaluated line on; all of it if that is not in it."""
    at = trace
    while at is not None and at.tb_frame.f_code.co_filename != FILE_NAME:
        at = at.tb_next
    return at or trace
