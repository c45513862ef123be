"""Tell which field or code is reading an attribute just now."""

import inspect
from collections.abc import Callable
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from pirate_tui.domain.reads import READ_THROUGH
from pirate_tui.domain.text import clean
from pirate_tui.orm.inspection.attributes import is_library
from pirate_tui.orm.reads.schemas import FieldReader
from pirate_tui.orm.user_code.foreign import OUR_FOLDERS


if TYPE_CHECKING:
    from types import FrameType


CONVERTING = {("pirate_tui.orm.inspection.reading", "_run"), ("pirate_tui.orm.reads.proof", "_read")}
"""The functions, with their modules, that convert an instance."""


def reader_now(fields: FieldReader | None) -> Callable[[], str]:
    """Return what names who is reading: the field, the innermost code of the user's, or both."""

    def name() -> str:
        code, field = code_reading(), "" if fields is None else fields.field
        return f"{field}{READ_THROUGH}{code}" if field and code else field or code

    return name


def code_reading() -> str:
    """Return the innermost function on the stack that is neither ours nor a library's: `Order.total`."""
    frame: FrameType | None = inspect.currentframe()
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if (module, frame.f_code.co_name) in CONVERTING:
            return ""  # what stands above has only asked for the conversion
        if _is_of_user(module, frame.f_code.co_filename):
            return clean(_name_of(frame.f_code.co_qualname))
        frame = frame.f_back
    return ""


@cache
def _is_of_user(module: str, file: str) -> bool:
    is_ours = any(PurePath(file).is_relative_to(folder) for folder in OUR_FOLDERS)
    return not (is_ours or file.startswith("<") or is_library(module))


def _name_of(qualified: str) -> str:
    """Return the name of a function by its class, without comprehensions and the functions around it."""
    outer = qualified.partition(".<locals>.<")[0]
    return outer.rpartition("<locals>.")[2]
