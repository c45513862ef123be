"""What a benchmark is given and what it gives: two series measured side by side in one run, and their ratio."""

import ast
import asyncio
import sqlite3
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from pirate_tui.domain.ports import Listener
from pirate_tui.domain.statements import Statement, StatementStatus
from pirate_tui.pirates.fleet import SampleSize, load
from pirate_tui.pirates.models import Base


MEMBERS = 10
"""Members of each crew in the worlds made here."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: what we need, beside what something simpler needs for the same."""

    what: str
    ours: Sequence[float]
    against: str = ""
    theirs: Sequence[float] = ()
    """Measured in turn with ours; empty for a figure that stands alone."""
    aim: float | None = None
    """The greatest ratio that is good enough; the greatest value where there is nothing to compare with."""
    unit: str = "ms"

    @property
    def value(self) -> float:
        """What the aim speaks of: the ratio of the medians, or our median."""
        ours = statistics.median(self.ours)
        return ours / statistics.median(self.theirs) if self.theirs else ours

    @property
    def name(self) -> str:
        """What tells it from all other figures, in every run."""
        return f"{self.what.strip()} / {self.against}" if self.theirs else self.what.strip()

    @property
    def noise(self) -> float:
        """Half of the middle half of all runs, relative to their median: what a difference must exceed."""
        pairs = zip(self.ours, self.theirs, strict=True) if self.theirs else ((one, 1.0) for one in self.ours)
        ratios = [ours / theirs for ours, theirs in pairs]
        if len(ratios) < 2:
            return 0.0  # of a single run nothing is known
        low, middle, high = statistics.quantiles(ratios, n=4)
        return (high - low) / 2 / middle

    @property
    def ratio(self) -> str:
        """The ratio of the medians, and the least and the greatest of the pairs'."""
        if not self.theirs:
            return ""
        pairs = [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]
        return f"{self.value:.2f} ({min(pairs):.2f}..{max(pairs):.2f})"

    @property
    def verdict(self) -> str:
        """Is the aim met?"""
        if self.aim is None:
            return ""
        return "met" if self.value <= self.aim else "missed"

    def compared_with(self, before: float | None) -> str:
        """How it was before, and whether the change is more than noise."""
        if before is None:
            return ""
        change = self.value / before - 1
        return f"{before:.3g} ({change:+.0%})" if abs(change) > self.noise else f"{before:.3g} (=)"

    def cells(self, before: float | None) -> tuple[str, ...]:
        """Return the line of the report, beside what the figure was before."""
        theirs = f"{_shown(self.theirs, self.unit)} {self.against}" if self.theirs else self.against
        aim = "" if self.aim is None else f"<= {self.aim:g}{' x' if self.theirs else f' {self.unit}'}"
        noise, earlier = f"±{self.noise:.0%}", self.compared_with(before)
        return self.what, _shown(self.ours, self.unit), theirs, self.ratio, noise, earlier, aim, self.verdict


@dataclass(frozen=True, slots=True)
class Setting:
    """How often to measure, and where files may be put."""

    runs: int
    folder: Path

    def world(self, crews: int) -> Path:
        """A database with that many crews of ten, made when it is first asked for; crew 1 is Straw Hats."""
        path = self.folder / f"{crews}.db"
        if not path.exists():
            _make(path, crews)
        return path

    def fleet(self, crews: int, *, is_indexed: bool = True) -> Path:
        """A large, varied database with that many crews, made when it is first asked for; names may have an index."""
        path = self.folder / f"fleet-{crews}{'' if is_indexed else '-plain'}.db"
        if not path.exists():
            asyncio.run(load(path, SampleSize(crews, crews // 10), lambda _rows: None))
            connection = sqlite3.connect(path)
            connection.execute("update pirate_crew set name = 'Straw Hats' where id = 1")
            if is_indexed:
                connection.execute("create index crew_name on pirate_crew (name)")
            connection.execute("update pirate_crew set ship_name = 'Oro Jackson' where id = ?", (crews - 10,))
            connection.commit()
            connection.close()
        return path


class Heard(Listener):
    """A listener that keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Statement] = []

    def statement(self, statement: Statement) -> None:
        """Keep what has been sent and is over."""
        if statement.outcome is StatementStatus.DONE:
            self.sent.append(statement)

    def retrying(self, attempt: int, reason: str) -> None:
        """Nobody else has the file."""
        raise AssertionError(attempt, reason)

    def take(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Text and parameters of everything since the last time."""
        taken, self.sent = self.sent, []
        return [(one.text, tuple(ast.literal_eval(f"[{one.parameters}]"))) for one in taken]


def report(figures: Sequence[Figure], before: Mapping[str, float]) -> str:
    """The figures as a table, beside what they were before, by their names."""
    heads = ("what", "ours", "against", "ratio (min..max)", "noise", "before", "aim", "")
    lines = [heads, *(figure.cells(before.get(figure.name)) for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _shown(series: Sequence[float], unit: str) -> str:
    median = statistics.median(series)
    return f"{median:,.0f} {unit}" if median >= 100 else f"{median:.3g} {unit}"


def _make(path: Path, crews: int) -> None:
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    numbers = range(1, crews + 1)
    names = ((n, f"Crew {n:07}" if n > 1 else "Straw Hats", f"Ship {n:07}" if n % 7 else None) for n in numbers)
    members = ((f"Pirate {n:07}.{m}", "Crew", m % 3 == 0, n) for n in numbers for m in range(MEMBERS))
    connection = sqlite3.connect(path)
    with connection:
        connection.executemany("insert into pirate_crew values (?, ?, ?)", names)
        connection.executemany(
            "insert into pirates (name, role, devil_fruit_user, pirate_crew_id) values (?, ?, ?, ?)", members
        )
    connection.close()
