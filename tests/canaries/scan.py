"""Find the private names of other packages that the package uses, by its syntax and by the classes that it inherits."""

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pirate_tui
from tests.canaries.page import REPOSITORY


PACKAGE = Path(pirate_tui.__file__).parent

PRIVATE = re.compile(r"_[a-zA-Z]\w*")

TEXT = re.compile(r"_[a-z]\w*[a-z]")
"""A text that is a private name, as getattr() and comparisons with the names of frames have it."""

DOCUMENTED = {
    *("_replace", "_asdict", "_fields", "_field_defaults"),  # of named tuples
    "_exit",  # os._exit
}
"""Names of the standard library that are public in spite of their underscore."""

PYTHON = {
    name
    for one in (type, Exception, type(ast.parse), type(ast), type("", (), {}), type(ast.PyCF_ONLY_AST), dict)
    for name in (
        *dir(one),
        "__file__",
        "__code__",
        "__func__",
        "__next__",
        "__self__",
        "__path__",
        "__members__",
        "__version__",
        "__stdout__",
        "__stderr__",
        "__value__",  # of `type X = ...`
    )
}
"""The dunders that are Python's own; others are a library's."""

NO_NAMES = {"_value"}
"""Texts that look like private names: the end of a label in a statement."""


class Use(NamedTuple):
    """A private name, and the file that uses it."""

    name: str
    file: str


@cache
def private_uses() -> frozenset[Use]:
    """Every private name of another package that the package uses."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    own = DOCUMENTED | {name for tree in trees.values() for name in _defined(tree)}
    by_syntax = {
        Use(name, str(path.relative_to(REPOSITORY)))
        for path, tree in trees.items()
        for name in (*_imported(tree), *_accessed(tree, texts[path].splitlines(), own), *_texts(tree, own))
    }
    return frozenset(by_syntax | set(_inherited()))


def _defined(tree: ast.AST) -> Iterator[str]:
    """The names that the package itself defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value):
            yield node.attr


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


def _imported(tree: ast.AST) -> Iterator[str]:
    """The names that are imported from a private module, and private names that are imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            module = str(node.module)
            is_private = any(part.startswith("_") for part in module.split("."))
            yield from (name.name for name in node.names if is_private or PRIVATE.fullmatch(name.name))
        elif isinstance(node, ast.Import):
            parts = (part for name in node.names for part in name.name.split("."))
            yield from (part for part in parts if PRIVATE.fullmatch(part))


def _accessed(tree: ast.AST, lines: list[str], own: set[str]) -> Iterator[str]:
    """The private attributes, not of `self`, that ruff is told to let pass, or that the package never defines."""
    defined_here = set(_defined(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not _is_self(node.value):
            is_passed = "SLF001" in lines[node.lineno - 1] and node.attr not in defined_here
            is_private = PRIVATE.fullmatch(node.attr) and (is_passed or node.attr not in own)
            if is_private or (node.attr.startswith("__") and node.attr not in PYTHON):
                yield node.attr


def _texts(tree: ast.AST, own: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and TEXT.fullmatch(text) and text not in own | NO_NAMES:
            yield text


def _inherited() -> Iterator[Use]:
    """The private names that a class of the package shares with one of another package in its bases."""
    for module in pkgutil.walk_packages(pirate_tui.__path__, "pirate_tui."):
        if not module.name.endswith("__main__"):
            classes = inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
            yield from (use for _, one in classes if one.__module__ == module.name for use in _shared(one))


def _shared(mapped: type) -> Iterator[Use]:
    ours = [one for one in mapped.__mro__ if _is_ours(one)]
    theirs = {name for one in mapped.__mro__ if not _is_ours(one) for name in (*vars(one), *_names_of_self(one))}
    for our in ours:
        file = str(Path(inspect.getfile(our)).relative_to(REPOSITORY))
        for name in _names_of_self(our) & theirs:
            yield Use(name, file)


def _is_ours(one: type) -> bool:
    return one.__module__.partition(".")[0] == "pirate_tui"


@cache
def _names_of_self(one: type) -> frozenset[str]:
    """The private names that the code of a class defines, or asks `self` or `super()` for."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(one)))
    except (OSError, TypeError):  # it is compiled
        return frozenset()
    body = next((node.body for node in tree.body if isinstance(node, ast.ClassDef)), None)
    if body is None:  # Python 3.13 looks for a class where its module is said to be, and finds something else
        return frozenset()
    found = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    for child in ast.walk(tree):
        if isinstance(child, ast.Attribute) and (_is_self(child.value) or _is_super(child.value)):
            found.add(child.attr)
    return frozenset(name for name in found if PRIVATE.fullmatch(name))


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
