"""A million rows written to a file, beside the same statements by plain `sqlite3` and the module `csv`."""

import asyncio
import csv
import os
import sqlite3
import time
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

from pirate_tui.bootstrap import pause_garbage_collection, resume_garbage_collection
from pirate_tui.domain.query import Query
from pirate_tui.domain.row_formats import RowFormat, formatter
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.own_files import NewFile
from pirate_tui.pirates.models import MODELS
from tests.bench.figures import MEMBERS, Figure, Heard, Setting
from tests.bench.queries import TIME_LIMIT


CREWS = 100_000


def exporting(setting: Setting) -> list[Figure]:
    """A million rows, as CSV and as JSON Lines."""
    return asyncio.run(_exporting(setting))


async def _exporting(setting: Setting) -> list[Figure]:
    path, heard = setting.world(CREWS), Heard()
    pause_garbage_collection()
    database = await open_database(path, MODELS, Limits(TIME_LIMIT), heard)
    resume_garbage_collection()  # as the command does
    ours: dict[RowFormat, list[float]] = {RowFormat.CSV: [], RowFormat.JSON_LINES: []}
    theirs = []
    for _ in range(setting.runs):
        for row_format, series in ours.items():
            heard.take()
            series.append(await _ours(database, setting.folder / "ours", row_format))
        theirs.append(_theirs(path, setting.folder / "theirs", heard.take()))
    await database.close()
    against, rows = "the same statements, sqlite3 and csv", CREWS * MEMBERS
    return [Figure(f"{rows:,} rows as {one.value}", series, against, theirs, 2) for one, series in ours.items()]


async def _ours(database: OrmDatabase, path: Path, row_format: RowFormat) -> float:
    """What the command does, in ms."""
    entity = await database.models.entity("Pirate")
    began, lines = time.perf_counter(), formatter(row_format, entity.columns)
    with NewFile(path) as file:
        file.write(lines.header())
        async with aclosing(database.rows.whole_rows(Query(entity))) as pages:
            async for values in pages:
                file.write(lines.text(values))
        file.finish()
    taken = (time.perf_counter() - began) * 1000
    path.unlink()  # noqa: ASYNC240  nothing else runs
    return taken


def _theirs(database: Path, path: Path, statements: list[tuple[str, tuple[Any, ...]]]) -> float:
    """The same rows by the driver, in ms; behind each value but the key is its length, where it was cut."""
    began = time.perf_counter()
    with closing(sqlite3.connect(database)) as connection, path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        for text, parameters in statements:
            table.writerows([(row[0], *row[1::2]) for row in connection.execute(text, parameters).fetchall()])
        file.flush()
        os.fsync(file.fileno())
    taken = (time.perf_counter() - began) * 1000
    path.unlink()
    return taken
