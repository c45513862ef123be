"""docs/internals.md, and the decorator of the tests that stand for its rows."""

import re
from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec

import pytest


REPOSITORY = Path(__file__).parents[2]

PAGE = REPOSITORY / "docs" / "internals.md"

CODE = re.compile(r"`([^`]+)`")

P = ParamSpec("P")


class Row(NamedTuple):
    """One name that the package leans on."""

    name: str
    where: str
    purpose: str
    instead: str
    canary: str

    @property
    def last_name(self) -> str:
        """The name without what it belongs to: `_rows` of `cursor._rows`."""
        return self.name.rpartition(".")[2]

    @property
    def uses(self) -> dict[str, tuple[str, ...]]:
        """The names of the functions that use it, by their file, or by a folder of which any file may use it."""
        parts = [CODE.findall(part) for part in self.where.split(";")]
        return {file: tuple(functions) for file, *functions in parts}


def rows() -> Iterator[Row]:
    """The rows of all tables of the page."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split(" | ")]
        if line.startswith("| `"):
            first, where, purpose, instead, test = cells
            yield Row(CODE.findall(first)[0], where, purpose, instead, test.strip("`"))


ROWS = {row.name: row for row in rows()}


def canary(*names: str) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Mark the test of these names of the page: where it fails, it says what broke and where that is used."""

    def decorate(test: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(test)
        def run(*given: P.args, **named: P.kwargs) -> Any:
            with _explained(names):
                return test(*given, **named)

        @wraps(test)
        async def run_async(*given: P.args, **named: P.kwargs) -> Any:
            with _explained(names):
                return await _awaitable(test(*given, **named))

        return run_async if iscoroutinefunction(test) else run

    return decorate


class _explained:  # noqa: N801  it is called like the function that it would be, but must see pytest's own errors
    """Whatever is raised inside the block fails the test with a sentence for each name."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception):
            told = "\n".join(map(sentence, self._names))
            raise pytest.fail.Exception(f"{told}\n{type(error).__name__}: {error}") from error


def sentence(name: str) -> str:
    """What broke, and where it is used."""
    row = ROWS[name]
    return f"{name} is no longer what {row.where} takes it for ({row.purpose}): see docs/internals.md"


async def _awaitable(coroutine: Awaitable[Any]) -> Any:
    return await coroutine
