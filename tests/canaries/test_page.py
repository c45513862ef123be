"""docs/internals.md lists every private name that the package uses, and each has a canary."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canaries.page import REPOSITORY, ROWS, Row, rows, sentence
from tests.canaries.scan import PRIVATE, Use, private_uses


def canaries() -> Iterator[tuple[str, str]]:
    """The names that each canary stands for, with its own name."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for one in node.decorator_list:
                    if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "canary":
                        yield from ((ast.literal_eval(name), node.name) for name in one.args)


def is_listed(use: Use) -> bool:
    return any(use.name in row.name.split(".") and used_in(row, use.file) for row in ROWS.values())


def used_in(row: Row, file: str) -> bool:
    return any(file == place or (place.endswith("/") and file.startswith(place)) for place in row.uses)


def text_of(place: str) -> str:
    path = REPOSITORY / place
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_every_private_name_is_listed() -> None:
    assert private_uses()
    assert sorted(use for use in private_uses() if not is_listed(use)) == [], "add them to docs/internals.md"


def test_a_private_name_that_is_listed_is_used() -> None:
    found = {use.name for use in private_uses()}
    listed = {row.last_name for row in ROWS.values() if PRIVATE.fullmatch(row.last_name)}
    assert listed <= found, "take them off docs/internals.md, with their canaries"


def test_no_name_is_listed_twice() -> None:
    assert len([*rows()]) == len(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_name_is_used_where_the_page_says(name: str) -> None:
    for place, functions in ROWS[name].uses.items():
        text = text_of(place)
        assert all(word in text for word in (ROWS[name].last_name, *functions)), place


def test_every_name_has_the_canary_that_the_page_says() -> None:
    assert sorted(canaries()) == sorted((row.name, row.canary) for row in ROWS.values())


def test_a_canary_says_what_broke() -> None:
    assert sentence("dialect.do_terminate") == (
        "dialect.do_terminate is no longer what `pirate_tui/orm/connection/engine.py` `_close_unready` takes it for "
        "(closes a connection that SQLAlchemy 2.0 loses): see docs/internals.md"
    )
