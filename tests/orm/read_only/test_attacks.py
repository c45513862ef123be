"""Attacks on real servers: whatever is tried, the database is afterwards as it was before."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import pytest
from sqlalchemy import func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.registry import backend_of
from tests.orm.read_only import attacks
from tests.orm.schemas import is_postgresql
from tests.servers import run_as_is


Way: TypeAlias = Callable[[AsyncConnection, Any], Awaitable[Any]]
"""How a statement is sent."""

REFUSED, STOPPED = "blocked: ", "read-only|READ ONLY|read-write mode"
"""By the gate, and by the servers."""


@pytest.fixture
async def attacked(server: Server) -> Server:
    """Two ships, and code of the database's own that writes when it is read."""
    await run_as_is(server, *attacks.making(server))
    return server


@pytest.fixture
async def connections(attacked: Server, listener: Listener) -> AsyncIterator[Connections]:
    opened = Connections(backend_of(attacked), 30, listener)
    yield opened
    assert await opened.dispose()


async def as_text(connection: AsyncConnection, statement: str) -> Any:
    """As a text of SQLAlchemy's: a colon begins a parameter there."""
    return await connection.execute(text(statement.replace(":", r"\:")))


async def as_it_is(connection: AsyncConnection, statement: str) -> Any:
    """As the driver takes it: a percent sign begins a parameter for two of them."""
    doubled = connection.dialect.paramstyle in {"pyformat", "format"}
    return await connection.exec_driver_sql(statement.replace("%", "%%") if doubled else statement)


async def as_built(connection: AsyncConnection, statement: Any) -> Any:
    """Something that SQLAlchemy compiles."""
    return await connection.execute(statement)


async def refused(connections: Connections, way: Way, statement: Any, words: str) -> None:
    """Send it, in a transaction that commits, and without one: it is refused in these words."""

    async def question() -> Any:
        async with connections.engine.connect() as connection:
            found = await way(connection, statement)
            await connection.commit()
            return found

    for is_alone in (False, True):
        with pytest.raises(BrowserError, match=words):
            print(statement, await connections.run(question, may_autocommit=is_alone))  # noqa: T201  what got through


@pytest.mark.parametrize("way", [as_text, as_it_is])
async def test_no_statement_gets_through(attacked: Server, connections: Connections, way: Way) -> None:
    before = await attacks.held(attacked)
    for statement in attacks.statements(attacked):
        await refused(connections, way, statement, REFUSED)
    assert await attacks.held(attacked) == before


async def test_no_query_that_sqlalchemy_has_built_does_more(attacked: Server, connections: Connections) -> None:
    before = await attacks.held(attacked)
    ships, columns = text("ships"), select(text("id")).select_from(text("ships"))
    known = attacks.CALLS_ON_POSTGRESQL if is_postgresql(attacked) else attacks.CALLS_ON_MYSQL
    calls: list[Any] = [literal_column(attacks.marked(call, attacked)) for call in known]
    built = [
        *map(select, calls),
        *(columns.where(call.is_not(None)) for call in calls),
        select(func.get_lock("x", 0), func.lo_create(0)),
        select(func.set_config("transaction_read_only", "off", False)),
        select(text("id INTO copied")).select_from(ships),
        select(text("id")).select_from(text("ships; DELETE FROM ships")),
        columns.with_for_update(),
        columns.with_for_update(read=True),
        columns.suffix_with(text("FOR UPDATE")),
        columns.add_cte(select(text("1")).cte("a").prefix_with(text("DELETE FROM ships;"))),
    ]
    for statement in built:
        await refused(connections, as_built, statement, REFUSED)
    assert await attacks.held(attacked) == before


async def test_what_functions_of_the_database_write_is_refused_by_the_server(
    attacked: Server, connections: Connections
) -> None:
    """Of what they do otherwise nothing is promised to a superuser; see docs/safety.md."""
    before = await attacks.held(attacked)
    stopped = attacks.STOPPED_BY_POSTGRESQL if is_postgresql(attacked) else attacks.STOPPED_BY_MYSQL
    for name in attacks.possible(attacked, stopped):
        for statement in (f"SELECT f_{name}()", f"SELECT x FROM v_{name}"):  # noqa: S608  names of ours
            await refused(connections, as_text, statement, STOPPED)
    assert await attacks.held(attacked) == before
