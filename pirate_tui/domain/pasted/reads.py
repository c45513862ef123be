"""Find which attributes a line of source reads, in the order in which it reads them. Standard library only."""

import ast
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple


SOURCE_LIMIT = 1_000
"""The most characters of source that are parsed."""

BY_NAME = {
    "attrgetter",
    "format",
    "getattr",
    "hasattr",
    "setattr",
    "delattr",
    "vars",
    "map",
    "filter",
    "sorted",
    "min",
    "max",
}
"""Functions that may read attributes which the line does not show, by names or by functions that they are given."""

PYTHONS = {
    "len",
    "list",
    "tuple",
    "set",
    "dict",
    "bool",
    "print",
    "str",
    "repr",
    "isinstance",
    "id",
    "type",
    "enumerate",
}
"""Functions of Python's own that read no attributes by themselves: if they call code that does, it has a frame."""

CLAUSE = re.compile(r"(?:async )?(?:if|elif|while|for|with|return|assert|yield|case|else|except|try)\b")
CUT = "…"
"""The end of a line that a box has cut, perhaps within a name."""

CUT_END = re.compile(r"[\w.]{0,200}…$")
VARIABLE = re.compile(r"[^\W\d]\w{0,40}(?:\.\w{1,40}|\[-?\w{1,40}\]){0,3}$")
ELSE_IF = re.compile(r"elif\b")


class SourceRead(NamedTuple):
    """An attribute that a line reads."""

    owner: str
    """What it is read of, as code: `orders[0]`; empty where that is not known."""
    name: str
    code: str
    """The whole expression: `orders[0].items`; the name alone where the rest is not known."""

    @classmethod
    def of(cls, owner: ast.expr, node: ast.expr, name: str) -> "SourceRead":
        """Return that attribute of an expression, read by another."""
        return cls(_written(owner), name, _written(node))

    @classmethod
    def named(cls, name: str) -> "SourceRead":
        """Return an attribute of something that is not known."""
        return cls("", name, name)

    @property
    def variable(self) -> str:
        """What stands for the instance in a line of code; "instance" where that is no name, or code of its class."""
        return self.owner if VARIABLE.match(self.owner) and self.owner != "self" else "instance"


class Reads(NamedTuple):
    """What a line, or the marked part of it, reads."""

    found: tuple[SourceRead, ...]
    is_exact: bool = False
    """Whether the marks stand below a single attribute, so that nothing else can have been read."""
    is_shown: bool = False
    """Whether the text shows the attribute's name as a value."""
    is_complete: bool = True
    """Whether nothing on the line reads attributes that it does not show."""
    is_plain: bool = True
    """Whether the line calls no methods."""


@lru_cache(maxsize=256)
def reads_of(code: str, marked: str, *, writes: bool, has_marks: bool) -> Reads:
    """Return what a line of source reads.

    `marked` is the part of it that the traceback marks, `writes` says that an attribute was set or deleted, `has_marks`
    that the traceback has marks at other lines: where one has none, all of it was marked.
    """
    if marked and (exact := _exact(marked)) is not None:
        return Reads((exact,), is_exact=True)
    if marked:  # a call: a function that is written in C has read the attribute
        return Reads((), is_complete=False)
    if has_marks and not writes and (exact := _exact(code)) is not None:
        return Reads((exact,), is_exact=True)
    is_cut = code.endswith(CUT)
    tree = _parsed(CUT_END.sub("", code) if is_cut else code)
    if tree is None:
        return Reads((), is_complete=False)
    collector = _Collector(writes=writes)
    try:
        collector.visit(tree)
    except RecursionError:
        return Reads((), is_complete=False)
    found = tuple(dict.fromkeys(collector.found))
    return Reads(found, is_complete=collector.is_complete and not is_cut, is_plain=not collector.calls_methods)


def _exact(marked: str) -> SourceRead | None:
    """Return the attribute that an expression is, by a dot or by getattr() with a name; None for any other."""
    tree = _tree(f"({marked}\n)")
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return None
    node = tree.body[0].value
    if isinstance(node, ast.Attribute):
        return SourceRead.of(node.value, node, node.attr)
    return _named(node) if isinstance(node, ast.Call) else None


def _parsed(code: str) -> ast.Module | None:
    """Return the tree of a line, which may be the beginning of a statement or a part of one."""
    line = code.strip()
    without = line.rstrip(",:([{ ")
    for attempt in _attempts(line, without):
        tree = _tree(attempt)
        if tree is not None:
            return tree
    return None


def _attempts(line: str, without: str) -> Iterator[str]:
    """Yield programs that a line may be part of."""
    yield line
    if CLAUSE.match(line):
        clause = ELSE_IF.sub("if", line, count=1)
        clause = f"match 0:\n {clause}" if line.startswith("case") else clause
        indent = "  " if line.startswith("case") else " "
        yield f"{clause}\n{indent}pass"
        yield f"{clause}:\n{indent}pass"
        yield CLAUSE.sub("", without, count=1)
    yield f"f({line}"
    yield f"f({without})"
    yield f"f({without.rstrip(')]}')})"
    yield f"{{{without}}}"
    yield f"[x {without}]"
    yield f"{without})"
    yield f"{without}])"
    yield f"({without}"
    yield f"x {line.lstrip(')]}, ')}"


def _tree(code: str) -> ast.Module | None:
    if len(code) > SOURCE_LIMIT:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about the user's code
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _written(node: ast.expr) -> str:
    try:
        return ast.unparse(node)
    except RecursionError:
        return "…"


def _named(node: ast.Call) -> SourceRead | None:
    """Return what `getattr(order, "note")` reads; None for any other call, and where the name is not there."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=str(name)), *_]) if name:
            return SourceRead.of(owner, node, name)
    return None


def _may_be_instance(argument: ast.expr) -> bool:
    """Whether a function that is written in C may read attributes of this argument which the line does not show."""
    return isinstance(argument, (ast.Name, ast.Subscript, ast.Starred))


class _Collector(ast.NodeVisitor):
    """Collects the attributes that are read, or written, in the order of evaluation."""

    def __init__(self, *, writes: bool) -> None:
        self.found: list[SourceRead] = []
        self.is_complete = True
        self.calls_methods = False
        self._contexts = (ast.Store, ast.Del) if writes else (ast.Load,)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Take the attribute after what it is read of."""
        self.visit(node.value)
        if isinstance(node.ctx, self._contexts):
            self.found.append(SourceRead.of(node.value, node, node.attr))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Take the attribute that `+=` reads before it writes it."""
        if isinstance(node.target, ast.Attribute) and ast.Load in self._contexts:
            self.visit(node.target.value)
            self.found.append(SourceRead.of(node.target.value, node.target, node.target.attr))
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Take the value before the targets."""
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_Call(self, node: ast.Call) -> None:
        """Take what the arguments read; the name of a method is no attribute that could be loaded."""
        function = node.func
        self.calls_methods = self.calls_methods or isinstance(function, ast.Attribute)
        self.visit(function.value if isinstance(function, ast.Attribute) else function)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self.visit(argument)
        named = _named(node)
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if named is not None:
            self.found.append(named)
        elif name in BY_NAME or (name not in PYTHONS and any(map(_may_be_instance, node.args))):
            self.is_complete = False

    def visit_ListComp(self, node: ast.ListComp) -> None:
        """Take the loops of a comprehension before its element."""
        self._comprehension(node.generators, node.elt)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        """Take them in the same order."""
        self._comprehension(node.generators, node.elt)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        """Take them in the same order."""
        self._comprehension(node.generators, node.elt)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        """Know that a pattern reads attributes by its keywords, of something that it does not name."""
        self.is_complete = False
        self.generic_visit(node)

    def _comprehension(self, generators: list[ast.comprehension], element: ast.expr) -> None:
        for generator in generators:
            self.visit(generator)
        self.visit(element)
