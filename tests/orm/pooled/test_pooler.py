"""Connection poolers: how they are recognized, and what is in force through them."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event, text

from pirate_tui.domain.answering import AnsweringServer
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.postgresql.session import settings_in
from pirate_tui.orm.dialects.registry import backend_of
from tests.orm.asking import scalar
from tests.orm.conftest import OpenModels
from tests.pooler import Pooling
from tests.servers import load, read, run


HELD = {
    "transaction_read_only": "on",
    "statement_timeout": "30s",
    "extra_float_digits": "3",
    "standard_conforming_strings": "on",
    "synchronize_seqscans": "off",
    "application_name": "pirate-tui",
}


async def shown(connections: Connections, *names: str) -> list[Any]:
    """The values of settings, each in a transaction of its own."""

    async def question() -> list[Any]:
        values = []
        async with connections.engine.connect() as connection:
            for name in names:
                values.append((await connection.execute(text(f"SHOW {name}"))).scalar_one())
                await connection.commit()
        return values

    return await connections.run(question)


async def test_every_setting_is_in_force_in_each_transaction(connections: Connections) -> None:
    assert await shown(connections, *HELD) == list(HELD.values())
    assert await shown(connections, *HELD) == list(HELD.values())


async def test_nothing_is_left_in_the_sessions_of_the_server(connections: Connections) -> None:
    await asyncio.gather(*(scalar(connections, "SELECT count(*) FROM pg_class") for _ in range(20)))
    assert await scalar(connections, "SELECT count(*) FROM pg_prepared_statements") == 0


async def test_many_queries_at_once_get_their_own_answers(connections: Connections) -> None:
    for _ in range(5):
        answers = await asyncio.gather(
            *(scalar(connections, f"SELECT {number}, pg_sleep(0.001)") for number in range(20))
        )
        assert answers == list(range(20))


async def test_the_rows_of_a_table_are_paged_through(
    server: Server, open_models: OpenModels, fleet: tuple[type, type]
) -> None:
    ship, _ = fleet
    await load(server, ship.metadata, {ship: [{"id": number, "name": f"{number:04}"} for number in range(300)]})  # type: ignore[attr-defined]
    database = await open_models(server, fleet)
    query, seek, seen = Query(await database.models.entity("Ship")), Seek(limit=50), list[str]()
    while rows := (await database.rows.page(query, seek)).rows:
        seen += [str(row.cells[1].text) for row in rows]
        seek = Seek(rows[-1].position, limit=50)
    assert seen == [f"{number:04}" for number in range(300)]
    assert await database.rows.count(query) == 300


async def in_autocommit(connections: Connections, statement: str) -> Any:
    """What is found with autocommit, where no transaction of SQLAlchemy's is begun."""

    async def question() -> Any:
        async with connections.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            return (await connection.execute(text(statement))).scalar()

    return await connections.run(question)


async def test_autocommit_does_not_write(server: Server, connections: Connections) -> None:
    await run(
        server,
        "CREATE TABLE ships (id INTEGER)",
        "CREATE FUNCTION sink() RETURNS INTEGER LANGUAGE sql AS 'INSERT INTO ships VALUES (9) RETURNING id'",
    )
    with pytest.raises(BrowserError, match="read-only"):
        await in_autocommit(connections, "SELECT sink()")
    assert await read(server, "SELECT * FROM ships") == []


def searching(connection: Any, _record: Any) -> None:
    """As SQLAlchemy's documentation sets a search path: with autocommit."""
    before, connection.autocommit = connection.autocommit, True
    cursor = connection.cursor()
    cursor.execute("SET SESSION search_path = elsewhere")
    cursor.close()
    connection.autocommit = before


@pytest.mark.parametrize("server", ["psycopg"], indirect=True)
@pytest.mark.parametrize("pooling", [Pooling("session")], indirect=True, ids=str)
async def test_a_listener_may_set_up_a_connection_with_autocommit(connections: Connections) -> None:
    event.listen(connections.engine.sync_engine, "connect", searching)
    assert await shown(connections, "search_path", "transaction_read_only") == ["elsewhere", "on"]


@pytest.mark.parametrize("server", ["psycopg"], indirect=True)
async def test_the_settings_of_the_url_are_in_force_in_each_transaction(
    server: Server, pooling: Pooling, listener: Listener
) -> None:
    options = "-c search_path=a,public --work-mem=5MB -c transaction_read_only=off -c statement_timeout=0"
    with_options = Server(server.url.update_query_dict({"options": options}))
    connections = Connections(backend_of(with_options), 30, listener)
    values = await shown(connections, "search_path", "work_mem", "transaction_read_only", "statement_timeout")
    assert values == ["a,public", "5MB", "on", "30s"], pooling
    await connections.dispose()


@pytest.mark.parametrize("pooling", [Pooling("statement"), Pooling("statement", ignores=True)], indirect=True, ids=str)
async def test_a_pool_of_statements_is_refused_with_a_way_out(connections: Connections) -> None:
    with pytest.raises(DatabaseUnreachableError, match="lends a session for one statement") as caught:
        await scalar(connections)
    assert "a pool in transaction or session mode" in caught.value.hint


def test_settings_in_libpqs_options_are_understood() -> None:
    assert settings_in(r"-c search_path=a\ b,c -ca.b=1 --work-mem=5MB -c x=it\'s") == {
        "search_path": "a b,c",
        "a.b": "1",
        "work_mem": "5MB",
        "x": "it's",
    }
    assert settings_in("") == {}


async def test_it_is_told_that_a_pooler_is_in_between(
    server: Server, open_models: OpenModels, fleet: tuple[type, type]
) -> None:
    ship, _ = fleet
    await load(server, ship.metadata)  # type: ignore[attr-defined]
    database = await open_models(server, fleet)
    assert database.server == AnsweringServer(is_pooled=True)
