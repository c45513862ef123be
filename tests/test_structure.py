"""No class and no file grows too large, no name stands for two classes, and docstrings start with a verb."""

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import TypeAlias

import pirate_tui


PACKAGE = Path(pirate_tui.__file__).parent

# With "" for the modules of the package itself.
DOCUMENTED = ("", "cli", "domain", "pirates", "ui", "orm")

NO_VERB = re.compile(
    r"(The|A|An|What|How|Who|Where|Which|When|By|Of|As|It|Is|Are|Does|Has|Was|May|Can|Would|Those|Every|Nothing)\b"
)

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

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
    places = defaultdict(set)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].add(str(path.relative_to(PACKAGE)))
    assert not {name: where for name, where in places.items() if len(where) > 1}


def test_docstrings_of_functions_start_with_a_verb_or_whether() -> None:
    paths = [path for folder in DOCUMENTED for path in (PACKAGE / folder).glob("**/*.py" if folder else "*.py")]
    assert not [
        f"{path.relative_to(PACKAGE)}:{function.lineno}: {docstring}"
        for path in sorted(paths)
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, Function) and (docstring := ast.get_docstring(function))
        if is_question(docstring) or (NO_VERB.match(docstring) and not is_property(function))
    ]


def is_question(docstring: str) -> bool:
    return docstring.endswith("?") or docstring.splitlines()[0].endswith("?")


def is_property(function: Function) -> bool:
    return any("property" in ast.unparse(decorator) for decorator in function.decorator_list)
