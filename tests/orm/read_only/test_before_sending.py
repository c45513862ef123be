"""The gate before an engine: what SQLAlchemy has built is let through unparsed, and whatever else is sent is parsed."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import pytest
from sqlalchemy import Engine, event, insert, literal_column, select, table, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from pirate_tui.domain.failure import BrowserError
from pirate_tui.orm.read_only import OwnText, SqlText, block_writes


ODD = "1 AS [a b]"
"""SQLite takes it; the parser, which reads what MariaDB or PostgreSQL would, does not."""

Send: TypeAlias = Callable[[AsyncConnection], Any]


@pytest.fixture(params=SqlText)
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[AsyncEngine]:
    """An engine of SQLite behind the gate of a server."""
    made = create_async_engine("sqlite+aiosqlite://")
    block_writes(made, request.param)
    yield made
    await made.dispose()


@pytest.mark.parametrize(
    "send",
    [
        lambda connection: connection.execute(select(literal_column(ODD))),
        lambda connection: connection.execute(union_all(select(literal_column(ODD)), select(literal_column("2")))),
        lambda connection: connection.execute(OwnText(f"SELECT {ODD}")),
    ],
    ids=["select", "union", "our own text"],
)
async def test_what_is_built_is_sent(engine: AsyncEngine, send: Send) -> None:
    async with engine.connect() as connection:
        assert (await send(connection)).first() == (1,)


@pytest.mark.parametrize(
    "send",
    [
        lambda connection: connection.execute(text(f"SELECT {ODD}")),
        lambda connection: connection.exec_driver_sql(f"SELECT {ODD}"),
    ],
    ids=["text", "text for the driver"],
)
async def test_what_is_written_by_others_is_parsed(engine: AsyncEngine, send: Send) -> None:
    async with engine.connect() as connection:
        with pytest.raises(BrowserError, match="blocked: the statement cannot be parsed: SELECT 1 AS"):
            await send(connection)


async def test_a_query_is_parsed_when_a_listener_of_all_engines_has_changed_its_text(engine: AsyncEngine) -> None:
    def changed(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> tuple[str, Any]:
        return f"{statement} /* seen */", parameters

    event.listen(Engine, "before_cursor_execute", changed, retval=True)
    try:
        async with engine.connect() as connection:
            with pytest.raises(BrowserError, match="cannot be parsed"):
                await connection.execute(select(literal_column(ODD)))
    finally:
        event.remove(Engine, "before_cursor_execute", changed)


async def test_what_is_built_and_writes_is_refused(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(BrowserError, match="blocked: the statement may write") as refused:
            await connection.execute(insert(table("ships")))
    assert refused.value.hint == "the browser is read-only"
