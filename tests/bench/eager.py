"""Many crews with their members, loaded eagerly, beside the same queries by plain `sqlite3`."""

import asyncio
import sqlite3
import time

from pirate_tui.domain.comparing import LoadMethod, MeasureRequest
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.database import Limits, open_database
from pirate_tui.pirates.models import MODELS
from tests.bench.figures import Figure, Heard, Setting


CREWS, PARENTS = 5_000, 200

TIME_LIMIT = 30.0

MEMBERS = "select pirate_crew_id, id, name, role, devil_fruit_user from pirates where pirate_crew_id in ({})"
CREW = "select id, name, ship_name from pirate_crew where id in ({})"


def eager(setting: Setting) -> list[Figure]:
    """200 crews with all their members, by `selectinload`."""
    ours, theirs = asyncio.run(_eager(setting))
    what = f"{PARENTS} crews with their members, eager"
    return [Figure(what, ours, "the same queries, sqlite3", theirs, 8)]


async def _eager(setting: Setting) -> tuple[list[float], list[float]]:
    path = setting.world(CREWS)
    database, plain = await open_database(path, MODELS, Limits(TIME_LIMIT), Heard()), sqlite3.connect(path)
    crew = database.models.catalog.entities[0]
    keys = tuple(row.key for row in (await database.rows.page(Query(crew), Seek(limit=PARENTS))).rows if row.key)
    request = MeasureRequest(crew, keys, crew.relationship("members"), LoadMethod.SELECTINLOAD)
    ours, theirs = [], []
    rows = (await database.benchmarks.measure(request)).rows  # which compiles it
    for _ in range(setting.runs):
        ours.append((await database.benchmarks.measure(request)).seconds * 1000)
        began = time.perf_counter()
        numbers = [key[0] for key in keys]
        marks = ", ".join("?" * len(numbers))
        fetched = [plain.execute(text.format(marks), numbers).fetchall() for text in (CREW, MEMBERS)]
        theirs.append((time.perf_counter() - began) * 1000)
        assert sum(map(len, fetched)) == rows
    await database.close()
    plain.close()
    return ours, theirs
