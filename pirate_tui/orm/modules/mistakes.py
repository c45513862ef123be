"""What is wrong with a module of models, told by its author's own lines -> `CannotStart`."""

import ast
import linecache
import os
import sys
import sysconfig
import traceback
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy.orm import Mapper, MapperProperty

import pirate_tui
from pirate_tui.domain.failure import MODELS_UNUSABLE, CannotStart
from pirate_tui.domain.text import clean, clean_lines
from pirate_tui.orm.naming import UNPACKAGED


MEND = "mend it"
LEAVE_OUT = "or leave --models out to read the tables from the database"

LONGEST_REASON = 400
"""How many characters of an error's first line are told."""

HIDDEN = tuple(str(Path(str(package.__file__)).parent) + os.sep for package in (pirate_tui, sqlalchemy))
"""Where the lines are that nobody who wrote models has to look at."""

STANDARD = sysconfig.get_path("stdlib") + os.sep

INSTALLED = {"site-packages", "dist-packages"}

ASKS = {"", "EOF when reading a line"}
"""What an EOFError says that comes of `input()` or `getpass()`; pickle says other things."""


class Place(NamedTuple):
    """A line of somebody's models."""

    file: str
    line: int
    text: tuple[str, ...]
    """The line, and whatever points into it."""

    def __str__(self) -> str:
        return f"{shown(self.file)}, line {self.line}"


def cannot(what: str, remedy: str = MEND, place: Place | None = None) -> CannotStart:
    """The models cannot be used: what is wrong, the line, and the way out."""
    lines = () if place is None else tuple(f"    {line}" for line in place.text)
    return CannotStart(MODELS_UNUSABLE, "\n".join((clean(what, len(what)), *lines, f"{remedy}, {LEAVE_OUT}")))


def told(error: BaseException, name: str) -> CannotStart:
    """Whatever came out of importing the module `name`, or of configuring its mappers."""
    place = _syntax_place(error) or _own_place(error) or _mapped_place(error)
    what, remedy = _explained(error, name, is_inside=place is not None)
    return cannot(f"{place or name}: {clean(what, LONGEST_REASON)}", remedy, place)


def place_of(mapped: type, attribute: str = "") -> Place | None:
    """Where a class, or an attribute of it, is written; None where it was made by code that is not its own."""
    file = getattr(sys.modules.get(mapped.__module__), "__file__", None)
    lines = linecache.getlines(file) if file and _is_own(file) else []
    tree = ast.parse("".join(lines))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == mapped.__name__]
    if not found:
        return None
    number = next((node.lineno for node in found[-1].body if attribute in _assigned(node)), found[-1].lineno)
    return Place(str(file), number, clean_lines(lines[number - 1].strip()))


def shown(file: str) -> str:
    """A file as one would type it here."""
    try:
        return clean(str(Path(file).relative_to(Path.cwd())), len(file))
    except (OSError, ValueError):  # there is no current folder, or the file lies elsewhere
        return clean(file, len(file))


def _explained(error: BaseException, name: str, *, is_inside: bool) -> tuple[str, str]:
    """What is wrong, and what helps."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _missing(error, error.name, name, is_inside=is_inside)
    if not is_inside and isinstance(error, (SyntaxError, OSError)):
        return (
            f"it cannot be read as Python: {getattr(error, 'strerror', None) or _reason(error)}",
            "give a Python file",
        )
    if isinstance(error, SystemExit):
        return f"it ends the program, with exit code {error.code!r}", 'put that under `if __name__ == "__main__":`'
    if isinstance(error, KeyboardInterrupt):
        return "interrupted while it was imported", "wait longer, or mend what takes its time"
    if isinstance(error, EOFError) and _reason(error) in ASKS:
        return "it asks for input, and nobody can answer while it is imported", MEND
    return ": ".join(filter(None, (type(error).__name__, _reason(error)))), MEND


def _missing(error: ModuleNotFoundError, missing: str, name: str, *, is_inside: bool) -> tuple[str, str]:
    top = missing.partition(".")[0]
    if top == UNPACKAGED:
        return "a relative import, in a file that lies in no package", "give it as a module, with dots"
    if not is_inside and f"{name}.".startswith(f"{missing}."):
        return (
            f"there is no module {missing}, neither in the current folder nor installed beside pirate-tui",
            "give another name, or the file",
        )
    if top in sys.modules or top == name.partition(".")[0]:
        return _reason(error), MEND
    return f"there is no module {missing}", f"is it installed beside pirate-tui? pip install {top}"


def _reason(error: BaseException) -> str:
    """The first line of what it says; `traceback` survives a __str__ that raises."""
    words = next(line for line in traceback.format_exception_only(error) if not line.startswith(" "))
    return words.partition("\n")[0].partition(": ")[2].strip().replace(f"{UNPACKAGED}.", "")


# Places: of the syntax error, of the last frame that is the author's own, of what was to be mapped.


def _syntax_place(error: BaseException) -> Place | None:
    """The line that is no Python, and the caret below it."""
    if not isinstance(error, SyntaxError) or not error.filename or not error.lineno or not _is_own(error.filename):
        return None
    pointed = "".join(line for line in traceback.format_exception_only(error)[1:] if line.startswith("    "))
    return Place(error.filename, error.lineno, tuple(line[4:] for line in clean_lines(pointed.rstrip("\n")) if line))


def _own_place(error: BaseException) -> Place | None:
    """The last line of the author's own; of an installed package, where the models themselves are one."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own(frame.filename)]
    own = [frame for frame in frames if not INSTALLED.intersection(Path(frame.filename).parts)] or frames
    if not own:
        return None
    return Place(own[-1].filename, own[-1].lineno or 0, clean_lines(own[-1].line or ""))


def _is_own(file: str) -> bool:
    """Is it neither ours, SQLAlchemy's or Python's, nor code without a file?"""
    if file.startswith(("<", *HIDDEN)):
        return False
    return not file.startswith(STANDARD) or bool(INSTALLED.intersection(Path(file).parts))


def _mapped_place(error: BaseException) -> Place | None:
    """What SQLAlchemy was at: its message does not name the line, its frames hold the property."""
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
    for held in reversed(frames):
        for value in (held.get("self"), held.get("prop"), held.get("mapper")):
            if isinstance(value, MapperProperty):
                mapped: Mapper[Any] = value.parent
                return place_of(mapped.class_, value.key)
            if isinstance(value, Mapper):
                return place_of(value.class_)
    return None


def _assigned(node: ast.stmt) -> set[str]:
    """The names that a statement gives a value, or a type."""
    targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}
