"""The README's tour, followed to the letter: each step's keys are pressed, and what it promises is seen."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

README = Path(__file__).parents[2] / "README.md"

STEP = re.compile(r"^\| (\d+) \| (.*?) \| (.*) \|$", re.MULTILINE)

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

CODE = re.compile(r"`([^`]+)`")

TYPED = {"⏎": "<enter>"}
"""What is sent for a key that is not a character."""

SHORTEST = 5
"""Steps: a table that was not found has none."""


class Step(NamedTuple):
    """One row of the tour's table."""

    keys: list[str]
    seen: list[str]


def section(heading: str) -> str:
    return README.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]


def tour() -> list[Step]:
    rows = STEP.findall(section("A tour of 60 seconds"))
    assert [int(number) for number, _, _ in rows] == [*range(1, len(rows) + 1)]
    return [Step(CODE.findall(keys), CODE.findall(seen)) for _, keys, seen in rows]


def follow(terminal: "Terminal", steps: list[Step]) -> None:
    for step in steps:
        assert step.keys
        assert step.seen
        terminal.send("".join(TYPED.get(key, key) for key in step.keys))
        terminal.wait_for(*step.seen)


@pytest.fixture
def touring(start: "Launcher") -> "Terminal":
    """The installed command, opened as the README says, before the first step."""
    terminal = start()
    terminal.wait_for("PirateCrew 1 ·")
    return terminal


def test_the_tour_shows_what_it_promises(touring: "Terminal") -> None:
    steps = tour()
    assert len(steps) >= SHORTEST
    follow(touring, steps)


def test_the_explanation_is_the_one_that_the_readme_quotes(touring: "Terminal") -> None:
    steps = tour()
    explained = next(
        number for number, step in enumerate(steps, start=1) if any("await " in seen for seen in step.seen)
    )
    follow(touring, steps[:explained])
    *_, (_, fixes) = BLOCK.findall(section("The error"))
    (named,) = re.findall(r"`(\S+ of \S+ \d+)`", section("The error"))
    touring.wait_for(named, *fixes.splitlines())
