"""The layers hold at run time too: what an import loads, and who may know that crews exist."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pirate_tui


PACKAGE = Path(pirate_tui.__file__).parent

DOMAIN = [f"pirate_tui.domain.{path.stem}" for path in sorted((PACKAGE / "domain").glob("*.py"))]

ORM = [
    ".".join(["pirate_tui", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
    for path in sorted((PACKAGE / "orm").rglob("*.py"))
]

UI = ["pirate_tui.ui.app", "pirate_tui.ui.screens.browse"]

SCREEN = {"textual", "rich"}
DATABASE = {"sqlalchemy", "aiosqlite", "greenlet", "sqlite3"}


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        (DOMAIN, SCREEN | DATABASE | {"asyncio", "platformdirs", "pirate_tui.orm", "pirate_tui.ui"}),
        (ORM, SCREEN | {"platformdirs", "pirate_tui.ui", "pirate_tui.pirates", "pirate_tui.settings"}),
        (UI, DATABASE | {"pirate_tui.orm", "pirate_tui.pirates", "pirate_tui.settings"}),
        (["pirate_tui.__main__"], SCREEN | DATABASE | {"pirate_tui.orm", "pirate_tui.ui", "pirate_tui.pirates"}),
        (
            ["pirate_tui.pirates.seed", "pirate_tui.pirates.fleet"],
            SCREEN | {"pirate_tui.domain", "pirate_tui.orm", "pirate_tui.ui"},
        ),
    ],
    ids=["domain", "orm", "ui", "command", "pirates"],
)
def test_an_import_loads_nothing_of_another_layer(modules: list[str], unwanted: set[str]) -> None:
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(modules) <= {*loaded, *(f"{module.rpartition('.')[0]}.__init__" for module in modules)}
    assert not unwanted & set(loaded)


CREWS = re.compile(
    r"pirate_?crew|(?<![a-z])pirates(?![a-z])|(?<![a-z])crews?(?![a-z])|straw_?\s?hat|devil_?\s?fruit", re.IGNORECASE
)

ALLOWED = {
    "bootstrap.py": {"pirates"},  # the composition's imports
    "cli/seed.py": {"crew", "crews", "pirates"},  # the words of the sub-command
    "settings/__init__.py": {"pirates"},  # the name of the file that ships
}


def words(tree: ast.Module) -> Iterator[str]:
    """Every name and every string of the code; docstrings, which stand alone, are no code."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value
        for field in ("id", "attr", "name", "arg", "module", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                yield value


@pytest.mark.parametrize(
    "file",
    [path for path in sorted(PACKAGE.rglob("*.py")) if "pirates" not in path.relative_to(PACKAGE).parts],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_only_the_pirates_know_that_crews_exist(file: Path) -> None:
    found = {
        match[0].lower()
        for word in words(ast.parse(file.read_text(encoding="utf-8")))
        for match in CREWS.finditer(word)
    }
    assert found == ALLOWED.get(str(file.relative_to(PACKAGE)), set())


def test_the_search_for_crews_can_find_them() -> None:
    code = (
        'from pirate_tui.pirates import x\ndef crew(): "crew"\na.pirate_crew = PirateCrew("Straw Hats", f"{b} crews")'
    )
    found = {match[0] for word in words(ast.parse(code)) for match in CREWS.finditer(word)}
    assert found == {"pirates", "crew", "pirate_crew", "PirateCrew", "Straw Hat", "crews"}
