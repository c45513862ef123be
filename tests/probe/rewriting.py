"""Do what a note advises to the source of a function, as its reader would, and compile that again."""

import ast
import inspect
import re
import sys
import textwrap
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import sqlalchemy.ext.asyncio
import sqlalchemy.orm

from tests.probe import models


OTHER_MODELS = "tests.probe.other_models"
"""The name of the module that has the models as a fix maps them."""

MAPPED = re.compile(r"in the mapping of (\w+)\.(\w+):")
"""The attribute whose mapping a fix changes, as its reason names it."""

EXECUTING = {"execute", "scalars", "scalar", "stream", "stream_scalars"}
GETTING = {"get", "get_one", "merge"}


class Fix:
    """A fix as a note has it: code, perhaps the line that it belongs to, and a reason."""

    AT = re.compile(r"at (?P<file>.+?):(?P<line>\d+): (?P<code>.+)")

    def __init__(self, text: str) -> None:
        at = self.AT.fullmatch(text)
        self.place = None if at is None else (str(Path(at["file"]).resolve()), int(at["line"]))
        """The file and the line of the statement that it changes; None where it is a line by itself."""
        parts: tuple[str, str, str] = (text if at is None else at["code"]).partition("   # ")
        self.code, _, self.reason = parts

    @property
    def is_mapping(self) -> bool:
        """Does it change the models?"""
        return self.code.startswith(("__mapper_args__", "relationship(", "def __repr__"))


def fixed(function: FunctionType, fix: Fix, accessed: int, entity: str) -> FunctionType:
    """The function with the fix in place: at its line, at the maker of its sessions, or before the accessed line.

    It returns its variables, so that nothing of them is collected before its sessions are closed.
    """
    tree = _parsed(function)
    given = {"inspect": sqlalchemy.inspect, "select": sqlalchemy.select}
    names: dict[str, Any] = {**vars(sqlalchemy.orm), **vars(sqlalchemy.ext.asyncio), **given, **function.__globals__}
    before = ast.dump(tree)
    if fix.is_mapping:
        names |= vars(_mapped_anew(fix, entity))
    elif fix.place is not None:
        _Options(fix.code, fix.place[1]).visit(tree)
    elif fix.code.startswith("async_sessionmaker("):
        _Maker(fix.code).visit(tree)
    elif fix.code.startswith("select("):
        _insert(tree, f"(await session.scalars({fix.code})).unique().all()", accessed)
    elif fix.code.endswith(".identity"):
        _insert(tree, fix.code, accessed, instead=True)
    else:
        _insert(tree, fix.code, accessed)
    assert fix.is_mapping or ast.dump(tree) != before, f"nowhere to apply {fix.code}"
    assert isinstance(tree.body[0], ast.AsyncFunctionDef)
    tree.body[0].body += ast.parse("return locals()").body
    return _compiled(tree, function, names)


def _parsed(function: FunctionType) -> ast.Module:
    """The source of a function without its decorators, with the numbers of its lines."""
    lines, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    ast.increment_lineno(tree, first - 1)
    (definition,) = tree.body
    assert isinstance(definition, ast.AsyncFunctionDef)
    definition.decorator_list = []
    return tree


def _compiled(tree: ast.Module, function: FunctionType, names: dict[str, Any]) -> FunctionType:
    exec(compile(ast.fix_missing_locations(tree), function.__code__.co_filename, "exec"), names)  # noqa: S102
    made = names[function.__name__]
    assert isinstance(made, FunctionType)
    return made


def _expression(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body


class _Options(ast.NodeTransformer):
    """Gives options to the statement of a line: `.options(...)` to what is executed, `options=[...]` to a get()."""

    def __init__(self, code: str, line: int) -> None:
        self.code = code
        self.line = line

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if not node.lineno <= self.line <= (node.end_lineno or node.lineno):
            return node
        if self.code.startswith(".options(") and method in EXECUTING:
            statement = ast.unparse(node.args[0])
            node.args[0] = ast.copy_location(_expression(f"{statement}{self.code}"), node)
        elif self.code.startswith("options=") and method in GETTING:
            more = _elements(_expression(self.code.removeprefix("options=")))
            told = {_first_path(one) for one in more}
            given = [
                option
                for one in node.keywords
                if one.arg == "options"
                for option in _elements(one.value)
                if _first_path(option) not in told  # else it replaces that one
            ]
            node.keywords = [one for one in node.keywords if one.arg != "options"]
            node.keywords.append(ast.keyword("options", ast.List([*given, *more], ast.Load())))
        return node


def _elements(node: ast.expr) -> list[ast.expr]:
    assert isinstance(node, ast.List)
    return node.elts


def _first_path(option: ast.expr) -> str:
    """The attribute that a loader option begins with: `Order.customer` of `joinedload(Order.customer).undefer(...)`."""
    calls = [one for one in ast.walk(option) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)]
    return ast.unparse(calls[0].args[0])


class _Maker(ast.NodeTransformer):
    """Makes sessions as the fix does."""

    def __init__(self, code: str) -> None:
        self.code = code

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        is_maker = isinstance(node.func, ast.Name) and node.func.id == "async_sessionmaker"
        return ast.copy_location(_expression(self.code), node) if is_maker else node


def _insert(tree: ast.Module, code: str, line: int, *, instead: bool = False) -> None:
    """Put a line before, or in the place of, the statement of that line."""
    block, at = _statement_at(tree, line)
    new = ast.parse(f"async def f():\n {code}").body[0]
    assert isinstance(new, ast.AsyncFunctionDef)
    for one in new.body:
        ast.copy_location(one, block[at])
    block[at : at + instead] = new.body


def _statement_at(tree: ast.AST, line: int) -> tuple[list[ast.stmt], int]:
    """The innermost statement that includes a line: its block, and its number there."""
    found: tuple[list[ast.stmt], int] | None = None
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                for number, one in enumerate(block):
                    if isinstance(one, ast.stmt) and one.lineno <= line <= (one.end_lineno or one.lineno):
                        found = block, number  # ast.walk comes to what is further in later
    assert found is not None, f"no statement at line {line}"
    return found


def _mapped_anew(fix: Fix, entity: str) -> ModuleType:
    """The models as the fix maps them, in a module of their own."""
    tree = ast.parse(inspect.getsource(models))
    about = MAPPED.search(fix.reason)
    name, attribute = (entity, "") if about is None else about.groups()
    (mapped,) = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == name]
    if fix.code.startswith("relationship("):
        (line,) = [one for one in mapped.body if isinstance(one, ast.AnnAssign) and _name(one.target) == attribute]
        given = _expression(fix.code)
        assert isinstance(given, ast.Call)
        assert isinstance(line.value, ast.Call)
        line.value.keywords += given.keywords
    else:
        mapped.body += ast.parse(fix.code).body
    module = sys.modules[OTHER_MODELS] = ModuleType(OTHER_MODELS)  # annotations are looked up there
    vars(module)["inspect"] = sqlalchemy.inspect
    exec(compile(ast.fix_missing_locations(tree), OTHER_MODELS, "exec"), vars(module))  # noqa: S102
    return module


def _name(target: ast.expr) -> str:
    return target.id if isinstance(target, ast.Name) else ""
