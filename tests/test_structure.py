"""No class and no file grows beyond what can be read in one go, and no name stands for two classes."""

import ast
from collections import defaultdict
from pathlib import Path

import pirate_tui


PACKAGE = Path(pirate_tui.__file__).parent

MOST_LINES_OF_A_CLASS, MOST_METHODS, MOST_LINES_OF_A_FILE = 250, 20, 350


def test_no_class_and_no_file_is_too_large() -> None:
    too_large = []
    for path in sorted(PACKAGE.rglob("*.py")):
        code, name = path.read_text(encoding="utf-8"), path.relative_to(PACKAGE)
        if (lines := len(code.splitlines())) > MOST_LINES_OF_A_FILE:
            too_large.append(f"{name}: {lines} lines")
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ClassDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                methods = sum(isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) for one in node.body)
                if lines > MOST_LINES_OF_A_CLASS or methods > MOST_METHODS:
                    too_large.append(f"{name}: {node.name} has {lines} lines and {methods} methods")
    assert not too_large


def test_no_name_stands_for_two_classes() -> None:
    places = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(PACKAGE)))
    assert not {name: where for name, where in places.items() if len(where) > 1}
