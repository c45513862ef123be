"""What serves a window on the servers: an index, whatever the key, and however deep in the table."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, NullPool, String, Table, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import registry

from pirate_tui.domain.query import Query, SortOrder
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.search import Match, Span
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels
from tests.servers import run, series


ROWS = 20_000

TABLES = (
    """CREATE TABLE berths (deck varchar(20) NOT NULL, number integer NOT NULL, cost integer, name varchar(40),
       remark varchar(40), PRIMARY KEY (deck, number))""",
    "CREATE INDEX berth_cost ON berths (cost, deck, number)",
)

POSTGRESQL = (
    *TABLES,
    "CREATE INDEX berth_name ON berths (name text_pattern_ops)",
    f"""INSERT INTO berths SELECT 'deck' || n / 100, n, nullif(n % 5000, 0), 'name' || n, 'r' || n * 7919 % {ROWS}
        FROM generate_series(1, {ROWS}) AS n""",  # noqa: S608  our own
    "VACUUM ANALYZE berths",
)

MARIADB = (
    *TABLES,
    "CREATE INDEX berth_name ON berths (name)",
    f"""INSERT INTO berths SELECT concat('deck', seq DIV 100), seq, nullif(mod(seq, 5000), 0), concat('name', seq),
        concat('r', mod(seq * 7919, {ROWS})) FROM {series(ROWS)}""",  # noqa: S608  our own
    "ANALYZE TABLE berths",
)

Explained = list[tuple[str, Any]]
"""Statements as they were sent, with their parameters."""


@pytest.fixture
async def database(server: Server, open_models: OpenModels) -> OrmDatabase:
    """One table, with a key of two columns; an index on the cost and one on the name, none on the remark."""
    await run(server, *(POSTGRESQL if is_postgresql(server) else MARIADB))
    mapped = type("Berth", (), {})
    keys: list[Column[Any]] = [
        Column("deck", String(20), primary_key=True),
        Column("number", Integer, primary_key=True),
    ]
    others: list[Column[Any]] = [Column("cost", Integer), Column("name", String(40)), Column("remark", String(40))]
    registry().map_imperatively(mapped, Table("berths", MetaData(), *keys, *others))
    return await open_models(server, [mapped])


def is_postgresql(server: Server) -> bool:
    return bool(server.url.get_backend_name() == "postgresql")


@pytest.fixture
def plans(server: Server, database: OrmDatabase) -> Callable[[], Any]:
    """Explains every statement that was sent since, as it was sent."""
    browser = database._connections.engine.sync_engine  # noqa: SLF001  what was sent is seen nowhere else
    sent: Explained = []
    event.listen(browser, "before_cursor_execute", lambda *call: sent.append((call[2], call[3])))

    async def explained() -> list[Sequence[Any]]:
        steps: list[Sequence[Any]] = []
        engine = create_async_engine(server.url, poolclass=NullPool)
        async with engine.connect() as connection:
            for statement, parameters in sent.copy():
                if statement.startswith("SELECT"):
                    steps += (await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)).all()
        sent.clear()
        await engine.dispose()
        return steps

    return explained


def by_an_index(steps: Sequence[Sequence[Any]]) -> bool:
    """Does no step read a whole table, or sort more than the ties of an index?"""
    lines = [" ".join(map(str, step)) for step in steps]
    assert lines
    bad = ("Seq Scan", "filesort", " ALL ", "temporary")
    sorted_rows = [int(rows) for line in lines for rows in re.findall(r" Sort  \(.* rows=(\d+)", line)]
    return max(sorted_rows, default=0) < 10 and not any(word in line for line in lines for word in bad)


async def deep(database: OrmDatabase, query: Query) -> Any:
    """The position of a row in the midst of them."""
    return (await database.rows.page(query, Seek(skip=ROWS // 2, limit=1))).rows[0].position


@pytest.mark.parametrize("backward", [False, True])
async def test_pages_deep_in_a_table_are_read_by_an_index(
    database: OrmDatabase, plans: Callable[[], Any], *, backward: bool
) -> None:
    entity = await database.models.entity("Berth")
    cost = next(column for column in entity.columns if column.name == "cost")
    for query in (Query(entity), Query(entity, SortOrder(cost)), Query(entity, SortOrder(cost, descending=True))):
        position = await deep(database, query)
        await plans()
        assert len((await database.rows.page(query, Seek(position, backward=backward, limit=100))).rows) == 100
        steps = await plans()
        assert by_an_index(steps), steps


async def test_a_stretch_between_two_rows_is_counted_by_the_index_of_the_key(
    database: OrmDatabase, plans: Callable[[], Any]
) -> None:
    query = Query(await database.models.entity("Berth"))
    first, last = (
        await deep(database, query),
        (await database.rows.page(query, Seek(skip=ROWS // 2 + 300))).rows[0].position,
    )
    await plans()
    assert await database.rows.count_between(query, Span(first, last)) == 300
    steps = await plans()
    assert by_an_index(steps), steps


async def test_a_key_is_found_by_its_index_and_a_prefix_by_its_columns(
    database: OrmDatabase, plans: Callable[[], Any]
) -> None:
    entity = await database.models.entity("Berth")
    named = {column.name: column for column in entity.columns}
    assert await database.rows.rank(Query(entity), ("deck150", "15050")) is not None
    (found, *_) = await plans()
    assert by_an_index([found]), found
    match = Match("name1234", named["name"], is_prefix=True)
    assert await database.rows.count_between(Query(entity), Span(), match) == 11
    steps = await plans()
    assert by_an_index(steps), steps


async def test_whether_an_index_serves_an_order_is_known_beforehand(database: OrmDatabase) -> None:
    entity = await database.models.entity("Berth")
    named = {column.name: column for column in entity.columns}
    for name, is_sorted in (("deck", True), ("cost", True), ("remark", False)):
        for descending in (False, True):
            assert await database.rows.is_sorted(Query(entity, SortOrder(named[name], descending))) is is_sorted, name
