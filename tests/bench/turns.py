"""How many round trips each gesture costs on a link of 50 ms, for each driver.

A count does not depend on the machine. Each gesture is what the browser asks of the database for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from pirate_tui.bootstrap import Bootstrap
from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.settings import Settings, TypedUrl
from tests.bench.figures import Figure, Heard
from tests.bench.scale import walked
from tests.delay_line import DelayLine
from tests.servers import fresh_database, run


T = TypeVar("T")

DELAY = 0.025
"""Seconds each way: a round trip of 50 ms."""

ROWS = 200_000

TABLES = (
    "CREATE TABLE owner (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL)",
    "CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR(40), owner_id INTEGER REFERENCES owner (id))",
    "INSERT INTO owner VALUES (1, 'Ann')",
)

FILLING = {
    "postgresql": "INSERT INTO item SELECT n, 'Item ' || n, 1 FROM generate_series(1, {rows}) AS n",
    "mysql": "INSERT INTO item SELECT seq, concat('Item ', seq), 1 FROM seq_1_to_{rows}",
}


class Most(NamedTuple):
    """The most turns that are good enough, by gesture."""

    launch: int
    page: int
    rest: int
    enter: int
    end: int
    far: int
    anchors: int


MOST = {
    "psycopg": Most(30, 1, 1, 3, 2, 2, 10),
    "asyncpg": Most(45, 1, 2, 5, 3, 3, 10),
    "asyncmy": Most(35, 1, 2, 4, 2, 2, 10),
}


async def turns_of(driver: str, rows: int = ROWS, delay: float = DELAY) -> list[Figure]:
    """Round trips of launch, page, rest, Enter, end and anchors, on a link that takes `delay` seconds each way."""
    async for server in fresh_database(driver):
        await run(server, *TABLES, FILLING[server.url.get_backend_name()].format(rows=rows))
        line = DelayLine(server.url.host or "127.0.0.1", server.url.port or 0, delay)
        async with line.open() as port:
            return await _counted(driver, Server(server.url.set(host="127.0.0.1", port=port)), line, rows)
    raise AssertionError("one database is made")


async def _counted(driver: str, server: Server, line: DelayLine, rows: int) -> list[Figure]:
    url, most = server.url.render_as_string(hide_password=False), MOST[driver]
    composition = Bootstrap(Settings(TypedUrl(url), reset=False, time_limit=30.0, log=None, model="Item"))

    async def launch() -> tuple[OrmDatabase, Query]:
        await asyncio.to_thread(composition.before_screen)
        database = await composition.connect(Heard())
        query = Query(await database.models.entity("Item"))
        await database.rows.page(query, Seek())
        return database, query

    counted: list[Figure] = []

    async def count(gesture: str, at_most: int, work: Callable[[], Awaitable[T]]) -> T:
        before = line.turns
        made = await work()
        counted.append(Figure(f"{driver}: {gesture}", [line.turns - before], aim=at_most, unit="turns"))
        return made

    database, query = await count("launch to the first rows", most.launch, launch)
    owner = next(relationship for relationship in query.entity.relationships if relationship.name == "owner")
    window = await count(f"anchors of {rows:,} rows", most.anchors, lambda: walked(database, query))
    last, there = (rows - 1) // window.page_size, rows * 73 // 100 // window.page_size
    opening = OpenRequest(query.entity, (1,), owner, AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    await count("a page", most.page, lambda: database.rows.page(query, window.seek(1)))
    await count("rest on a row", most.rest, lambda: database.instances.load_instance(query.entity, (1,)))
    await count("Enter, the first of a class", most.enter, lambda: database.instances.open(opening))
    await count("the end", most.end, lambda: database.rows.page(query, window.seek(last)))
    await count(":73%", most.far, lambda: database.rows.page(query, window.seek(there)))
    await composition.close()
    return counted
