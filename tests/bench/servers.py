"""Windows over a million rows on real servers, beside the bare drivers; a server that is not named is left out."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from sqlalchemy import event

from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.pirates.models import MODELS
from tests.bench.figures import Figure, Heard, Setting
from tests.bench.queries import median_of
from tests.bench.scale import walked
from tests.bench.turns import turns_of
from tests.servers import DRIVERS, fresh_database, run


ROWS = 1_000_000

TABLES = (
    "CREATE TABLE pirate_crew (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, ship_name VARCHAR(40))",
    """CREATE TABLE pirates (id INTEGER PRIMARY KEY, name VARCHAR(40), role VARCHAR(40), devil_fruit_user BOOLEAN,
    pirate_crew_id INTEGER)""",
)

FILLING = {
    "postgresql": (
        """INSERT INTO pirate_crew SELECT n, 'Crew ' || n, CASE WHEN n % 7 > 0 THEN 'Ship ' || n END
        FROM generate_series(1, {rows}) AS n""",
        "ANALYZE pirate_crew",
    ),
    "mysql": (
        """INSERT INTO pirate_crew SELECT seq, concat('Crew ', seq), if(seq % 7 > 0, concat('Ship ', seq), NULL)
        FROM seq_1_to_{rows}""",
        "ANALYZE TABLE pirate_crew",
    ),
}

Fetch = Callable[[str, Any], Awaitable[object]]


def servers(setting: Setting) -> list[Figure]:
    """Round trips of each gesture on a link of 50 ms; first rows, the end and :73% beside the bare driver."""
    named = [driver for driver in BARE if os.environ.get(DRIVERS[driver].variable)]
    counted = [figure for driver in named for figure in asyncio.run(turns_of(driver))]
    return [*counted, *(figure for driver in named for figure in asyncio.run(_of(driver, setting.runs)))]


async def _of(driver: str, runs: int) -> list[Figure]:
    async for server in fresh_database(driver):
        filling = [one.format(rows=ROWS) for one in FILLING[server.url.get_backend_name()]]
        await run(server, *TABLES, *filling)
        database = await open_database(server, MODELS, Limits(60.0), Heard())
        fetch, close = await BARE[driver](server)
        try:
            return await _measured(driver, database, fetch, runs)
        finally:
            await close()
            await database.close()
    raise AssertionError("one database is made")


async def _measured(driver: str, database: OrmDatabase, fetch: Fetch, runs: int) -> list[Figure]:
    query = Query(await database.models.entity("PirateCrew"))
    (sent,) = await _sent(database, lambda: database.rows.page(query, Seek()))
    window = await walked(database, query)
    first, bare, end, far = (list[float]() for _ in range(4))
    last, there = (ROWS - 1) // window.page_size, ROWS * 73 // 100 // window.page_size
    for _ in range(runs):
        first.append(await median_of(lambda: database.rows.page(query, Seek())))
        bare.append(await median_of(partial(fetch, *sent)))
        end.append(await median_of(lambda: database.rows.page(query, window.seek(last))))
        far.append(await median_of(lambda: database.rows.page(query, window.seek(there))))
    return [
        Figure(f"{driver}: first rows of {ROWS:,}", first, "the same page, bare driver", bare, 2.5),
        Figure(f"{driver}: the end", end, "its first rows", first, 3),
        Figure(f"{driver}: :73%", far, "its first rows", first, 3),
    ]


async def _sent(database: OrmDatabase, work: Callable[[], Awaitable[object]]) -> list[tuple[str, Any]]:
    """The statements that the work sends, as the driver is given them."""
    taken: list[tuple[str, Any]] = []

    def take(*call: Any) -> None:
        taken.append((call[2], call[3]))

    engine = database._connections.engine.sync_engine  # noqa: SLF001  the driver is to be given the very same
    event.listen(engine, "before_cursor_execute", take)
    await work()
    event.remove(engine, "before_cursor_execute", take)
    return taken


Bare = tuple[Fetch, Callable[[], Awaitable[object]]]


async def _asyncpg(server: Server) -> Bare:
    import asyncpg

    url = server.url
    connection = await asyncpg.connect(
        user=url.username, password=url.password, host=url.host, port=url.port, database=url.database
    )

    async def fetch(statement: str, parameters: Any) -> object:
        return await connection.fetch(statement, *parameters)

    return fetch, connection.close


async def _psycopg(server: Server) -> Bare:
    from psycopg import AsyncConnection

    url = server.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await AsyncConnection.connect(url, autocommit=True)

    async def fetch(statement: str, parameters: Any) -> object:
        return await (await connection.execute(statement, parameters)).fetchall()

    return fetch, connection.close


async def _asyncmy(server: Server) -> Bare:
    import asyncmy

    url = server.url
    connection = await asyncmy.connect(
        user=url.username, password=url.password or "", host=url.host, port=url.port or 3306, db=url.database
    )

    async def fetch(statement: str, parameters: Any) -> object:
        async with connection.cursor() as cursor:
            await cursor.execute(statement, parameters)
            return await cursor.fetchall()

    return fetch, connection.ensure_closed


BARE: dict[str, Callable[[Server], Awaitable[Bare]]] = {
    "asyncpg": _asyncpg,
    "psycopg": _psycopg,
    "asyncmy": _asyncmy,
}
