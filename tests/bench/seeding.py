"""Large worlds made by `seed`, beside the same rows put into the same tables by plain `sqlite3`."""

import asyncio
import sqlite3
import time
from pathlib import Path

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from pirate_tui.pirates.fleet import INDEXES, CrewRow, MemberRow, SampleSize, crew_batches, load, member_batches
from pirate_tui.pirates.models import Base
from pirate_tui.pirates.seed import atomic_database
from tests.bench.figures import Figure, Setting


FLEET = SampleSize(crews=20_000, members=200_000)


def seeding(setting: Setting) -> list[Figure]:
    """A world of 220,000 rows, from the first name drawn to the file on the disk."""
    crews = [row for batch in crew_batches(FLEET) for row in batch]
    members = [row for batch in member_batches(FLEET) for row in batch]
    ours, making, theirs = [], [], []
    for _ in range(setting.runs):
        ours.append(_ours(setting.folder / "seeded.db"))
        making.append(_making())
        theirs.append(_theirs(setting.folder / "plain.db", crews, members))
    against = "the same executemany, sqlite3"
    return [
        Figure(f"seed, {FLEET.crews:,} crews, {FLEET.members:,} members", ours, against, theirs, 3),
        Figure("  of it: the rows made", making, against, theirs),
    ]


def _ours(path: Path) -> float:
    """What the command does, in ms."""
    began = time.perf_counter()
    with atomic_database(path) as unfinished:
        asyncio.run(load(unfinished, FLEET, lambda _rows: None))
    return (time.perf_counter() - began) * 1000


def _making() -> float:
    """The part of it that is neither SQLAlchemy's nor SQLite's, in ms."""
    began = time.perf_counter()
    for batches in (crew_batches(FLEET), member_batches(FLEET)):
        for _ in batches:
            pass
    return (time.perf_counter() - began) * 1000


def _theirs(path: Path, crews: list[CrewRow], members: list[MemberRow]) -> float:
    """Rows that are there already, the index after them as with ours, in ms."""
    dialect = sqlite.dialect()
    tables = [str(CreateTable(table).compile(dialect=dialect)) for table in Base.metadata.sorted_tables]
    indexes = [str(CreateIndex(index).compile(dialect=dialect)) for index in INDEXES]
    path.unlink(missing_ok=True)
    began = time.perf_counter()
    connection = sqlite3.connect(path)
    for statement in tables:
        connection.execute(statement)
    connection.executemany("insert into pirate_crew values (?, ?, ?)", crews)
    connection.executemany("insert into pirates values (?, ?, ?, ?, ?)", members)
    for statement in indexes:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return (time.perf_counter() - began) * 1000
