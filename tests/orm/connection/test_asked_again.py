"""What a server refuses by chance, as a deadlock or a conflict, is asked once more, before anything was answered."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event, text

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.registry import backend_of
from tests.orm.asking import scalar, session_scalar
from tests.servers import run, run_as_is


POSTGRESQL = """\
CREATE FUNCTION refuse(code TEXT) RETURNS INT LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'by chance' USING ERRCODE = code; END $$"""

MARIADB = """\
CREATE FUNCTION refuse(code INT) RETURNS INT DETERMINISTIC
BEGIN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = code, MESSAGE_TEXT = 'by chance'; RETURN 1; END"""

MOMENTARY = {"postgresql": ("40001", "40P01"), "mysql": ("1213",)}

OTHERS = {"postgresql": ("42000", "23505"), "mysql": ("1644", "1062")}


@pytest.fixture
async def connections(server: Server, listener: Listener) -> AsyncIterator[Connections]:
    """On a server with a function that raises what it is told to."""
    if server.url.get_backend_name() == "postgresql":
        await run(server, POSTGRESQL)
    else:
        await run_as_is(server, MARIADB)
    opened = Connections(backend_of(server), 30, listener)
    yield opened
    assert await opened.dispose()


@pytest.fixture
def sent(connections: Connections) -> list[str]:
    """Each statement that is sent."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(connections.engine.sync_engine, "before_cursor_execute", note)
    return statements


async def test_it_is_asked_once_more(server: Server, connections: Connections, sent: list[str]) -> None:
    for ask in (scalar, session_scalar):
        for code in MOMENTARY[server.url.get_backend_name()]:
            sent.clear()
            with pytest.raises(BrowserError, match="by chance: press r to retry"):
                await ask(connections, f"SELECT refuse('{code}')")
            assert sent == [f"SELECT refuse('{code}')"] * 2


async def test_nothing_else_is(server: Server, connections: Connections, sent: list[str]) -> None:
    for code in OTHERS[server.url.get_backend_name()]:
        sent.clear()
        with pytest.raises(BrowserError, match="by chance"):
            await scalar(connections, f"SELECT refuse('{code}')")
        assert sent == [f"SELECT refuse('{code}')"]


async def test_after_an_answer_nothing_is(server: Server, connections: Connections, sent: list[str]) -> None:
    refused = f"SELECT refuse('{MOMENTARY[server.url.get_backend_name()][0]}')"

    async def question() -> None:
        async with connections.engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 7")
            await connection.exec_driver_sql(refused)

    with pytest.raises(BrowserError, match="by chance"):
        await connections.run(question)
    assert sent == ["SELECT 7", refused]


async def test_in_a_session_that_goes_on_the_first_error_is_shown(server: Server, connections: Connections) -> None:
    """PostgreSQL refuses everything in a transaction that has failed."""
    refused = text(f"SELECT refuse('{MOMENTARY[server.url.get_backend_name()][0]}')")
    async with connections.sessions() as session:

        async def question() -> None:
            await session.execute(refused)

        with pytest.raises(BrowserError, match="by chance"):
            await connections.run(question)
