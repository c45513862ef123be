"""Find lines of the models: of a syntax error, of the author's last frame, of a wrong mapping."""

import ast
import linecache
import os
import sys
import sysconfig
import traceback
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy.orm import Mapper, MapperProperty

import pirate_tui
from pirate_tui.domain.text import clean, clean_lines
from pirate_tui.orm.errors import chain


HIDDEN = tuple(str(Path(str(package.__file__)).parent) + os.sep for package in (pirate_tui, sqlalchemy))
"""The folders of code that is not the models'."""

STANDARD = sysconfig.get_path("stdlib") + os.sep

INSTALLED = {"site-packages", "dist-packages"}


class SourceLine(NamedTuple):
    """A line of the models."""

    file: str
    line: int
    text: tuple[str, ...]
    """The line, and the caret that points into it."""

    def __str__(self) -> str:
        return f"{shown(self.file)}, line {self.line}"


def place_in(error: BaseException) -> SourceLine | None:
    """Return the line where an error came from; None where no line of the author's own is in it."""
    return _syntax_place(error) or _own_place(error) or _mapped_place(error)


def innermost_place(error: BaseException) -> SourceLine | None:
    """Return the author's own line where the first of the errors was raised that led to this one."""
    return next(filter(None, map(_own_place, reversed([*chain(error)]))), None)


def shown(file: str) -> str:
    """Return a file's path, relative to the current folder where it is below it."""
    try:
        return clean(str(Path(file).relative_to(Path.cwd())), len(file))
    except (OSError, ValueError):  # there is no current folder, or the file lies elsewhere
        return clean(file, len(file))


class ClassLines(NamedTuple):
    """Where a class and its attributes are defined in a file."""

    line: int
    attributes: dict[str, int]


def attribute_place(mapped: type, name: str) -> tuple[str, int] | None:
    """Return the file and the line of an attribute: of the class or base that defines it, else of the class itself.

    None where other code than the author's has made the class. For `repr()` it is the method that is called.
    """
    names = (f"__{name.removesuffix('()')}__", "__repr__") if name.endswith("()") else (name,)
    for wanted in names:
        for base in mapped.__mro__:
            known = _class_lines(base)
            if known is not None and wanted in known[1].attributes:
                return known[0], known[1].attributes[wanted]
    known = _class_lines(mapped)
    return None if known is None else (known[0], known[1].line)


def _place_of(mapped: type, attribute: str = "") -> SourceLine | None:
    """Return the line of a class, or of an attribute of it; None where it was made by other code."""
    if (known := _class_lines(mapped)) is None:
        return None
    file, lines = known
    number = lines.attributes.get(attribute, lines.line)
    return SourceLine(file, number, clean_lines(linecache.getlines(file)[number - 1].strip()))


def _class_lines(mapped: type) -> tuple[str, ClassLines] | None:
    """Return the file of a class of the author's own, and its lines; None where its code is not to be found."""
    file = getattr(sys.modules.get(mapped.__module__), "__file__", None)
    lines = _classes_in(str(file)).get(mapped.__name__) if file and _is_own(file) else None
    return None if lines is None else (str(file), lines)


@cache
def _classes_in(file: str) -> dict[str, ClassLines]:
    """Return the lines of the classes of a file; of namesakes the last. Empty where it is no Python any more."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return {}
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {
        node.name: ClassLines(node.lineno, {name: part.lineno for part in node.body for name in _assigned(part)})
        for node in classes
    }


def _syntax_place(error: BaseException) -> SourceLine | None:
    """Return the line of a SyntaxError, with the caret below it."""
    if not isinstance(error, SyntaxError) or not error.filename or not error.lineno or not _is_own(error.filename):
        return None
    pointed = "".join(line for line in traceback.format_exception_only(error)[1:] if line.startswith("    "))
    return SourceLine(
        error.filename, error.lineno, tuple(line[4:] for line in clean_lines(pointed.rstrip("\n")) if line)
    )


def _own_place(error: BaseException) -> SourceLine | None:
    """Return the last line of the author's own; of an installed package, where the models themselves are one."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own(frame.filename)]
    own = [frame for frame in frames if not INSTALLED.intersection(Path(frame.filename).parts)] or frames
    if not own:
        return None
    return SourceLine(own[-1].filename, own[-1].lineno or 0, clean_lines(own[-1].line or ""))


def _is_own(file: str) -> bool:
    """Whether the file is neither ours, SQLAlchemy's nor Python's, and exists."""
    if file.startswith(("<", *HIDDEN)):
        return False
    return not file.startswith(STANDARD) or bool(INSTALLED.intersection(Path(file).parts))


def _mapped_place(error: BaseException) -> SourceLine | None:
    """Return the line of what SQLAlchemy was mapping, from the property in its frames; its message names no line."""
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
    for held in reversed(frames):
        for value in (held.get("self"), held.get("prop"), held.get("mapper")):
            if isinstance(value, MapperProperty):
                mapped: Mapper[Any] = value.parent
                return _place_of(mapped.class_, value.key)
            if isinstance(value, Mapper):
                return _place_of(value.class_)
    return None


def _assigned(node: ast.stmt) -> set[str]:
    """Return the names that a statement assigns a value or a type to, or defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}
