"""`check` of many classes: what each of them costs in each state, beside the import."""

import random
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.bench.figures import Figure, Setting


CLASSES = 183

STATES = ("fresh", "after_commit", "after_rollback", "detached")

HEAD = """
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(AsyncAttrs, DeclarativeBase):
    pass
"""


def checking(setting: Setting) -> list[Figure]:
    """183 classes of 5 to 20 columns, up to 4 relationships and two properties, in four states: processor time."""
    models = setting.folder / "many.py"
    database = _make(models, setting.folder / "many.db")
    whole = ["--state", ",".join(STATES)]
    figures = []
    for name, options in (("for people", whole), ("as JSON", [*whole, "--json"])):
        taken = []
        for _ in range(setting.runs):
            alone = _processor_time(database, models, ["--model", "C0", "--state", "fresh"])
            taken.append((_processor_time(database, models, options) - alone) / (CLASSES * len(STATES)) * 1000)
        figures.append(Figure(f"check of {CLASSES} classes, {name}: a class and state", taken, aim=10))
    return figures


def _processor_time(database: Path, models: Path, options: Sequence[str]) -> float:
    """The seconds of the processor that one run takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pirate_tui", "check", str(database), "--models", str(models), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _make(models: Path, database: Path) -> Path:
    """Write the models, and make a database with a row of each class."""
    chance = random.Random(1)  # noqa: S311  the same ones each time
    source, statements = [HEAD], list[str]()
    for number in range(CLASSES):
        columns = [f"c{column}" for column in range(chance.randint(5, 20))]
        targets = [chance.randrange(number) for _ in range(chance.randint(0, 4))] if number else []
        source.append(_class(number, columns, targets))
        names = ["id INTEGER PRIMARY KEY", *columns, *(f"r{one}_id INTEGER" for one in range(len(targets)))]
        statements.append(f"CREATE TABLE t{number} ({', '.join(names)})")
        statements.append(f"INSERT INTO t{number} VALUES ({', '.join('1' * len(names))})")  # noqa: S608  ones
    models.write_text("".join(source), encoding="utf-8")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(";\n".join(statements))
    return database


def _class(number: int, columns: Sequence[str], targets: Sequence[int]) -> str:
    lines = [f"class C{number}(Base):", f'__tablename__ = "t{number}"']
    lines.append("id: Mapped[int] = mapped_column(primary_key=True)")
    lines += [f"{column}: Mapped[int | None]" for column in columns]
    for one, target in enumerate(targets):
        lines.append(f'r{one}_id: Mapped[int | None] = mapped_column(ForeignKey("t{target}.id"))')
        options = f'foreign_keys="C{number}.r{one}_id", backref="b{number}_{one}"'
        lines.append(f'r{one}: Mapped["C{target} | None"] = relationship({options})')
    for name in ("first", "second"):
        lines += ["@property", f"def {name}(self):", "    return (self.c0, self.c1)"]
    return "\n" + "\n    ".join(lines) + "\n"
