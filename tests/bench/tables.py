"""A database with very many tables and no models, beside one with a single table."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.bench.figures import Figure, Setting
from tests.bench.programs import open_ours
from tests.bench.terminal import Terminal


MANY = 2_000

COLUMNS = ", ".join(f"column_{n} TEXT" for n in range(10))


def tables(setting: Setting) -> list[Figure]:
    """Launch to the first table's rows, and memory then; each of 2,000 tables refers to the next."""
    many, one = _made(setting.folder, MANY), _made(setting.folder, 1)
    more, theirs, memory = list[float](), list[float](), list[float]()
    for run in range(setting.runs + 1):
        with open_ours(setting, one) as terminal:
            alone = terminal.until("T0 · 1 row")
        with open_ours(setting, many) as terminal:
            shown = terminal.until("T0 · 1 row")
            _choose_the_last(terminal)
            peak = terminal.peak_memory()
        (setting.folder / "pirate-tui" / "choices.json").unlink()  # the next launch begins with the first table again
        if run:  # the first launch warms the caches
            more.append(shown - alone)
            theirs.append(alone)
            memory.append(peak)
    return [
        Figure(f"launch to rows, {MANY:,} tables: more than one table takes", more, aim=1_000),
        Figure("  one table alone", theirs),
        Figure(f"peak memory, {MANY:,} tables: chosen from, another opened", memory, aim=150, unit="MiB"),
    ]


def _choose_the_last(terminal: Terminal) -> None:
    terminal.settle()
    terminal.press("m")
    terminal.until("Models · 2,000")
    terminal.settle()  # for less than the cursor of an input takes to blink
    terminal.press(f"t{MANY - 1}\r")
    terminal.until(f"T{MANY - 1} · 1 row")
    terminal.settle()


def _made(folder: Path, count: int) -> Path:
    path = folder / f"{count}-tables.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        for n in range(count):
            parent = f"t{(n + 1) % count}"
            connection.execute(f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, {COLUMNS}, parent REFERENCES {parent})")
            connection.execute(f"INSERT INTO t{n} (id) VALUES (1)")  # noqa: S608  a number of ours
    return path
