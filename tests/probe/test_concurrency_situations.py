"""Use one session in two tasks at once: the note names both lines, and the tasks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import InvalidRequestError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from tests.probe.models import Item, Order
from tests.probe.situations import Shop, situation


OWN_SESSIONS = [
    "async with sessionmaker() as session: ...   in each task, for a session of its own",
    "await one after the other, instead of asyncio.gather()",
]


async def with_own_sessions(engine: AsyncEngine) -> None:
    async def work(number: int) -> None:
        async with async_sessionmaker(engine)() as session:
            session.add(Item(id=number, name="new"))
            await session.flush()
            assert await session.get(Order, 1)
            await session.rollback()

    await work(50)
    for number in (51, 52):
        await asyncio.create_task(work(number))


async def with_own_sessions_at_once(engine: AsyncEngine) -> None:
    async def work(number: int) -> None:
        async with async_sessionmaker(engine)() as session:
            assert await session.get(Order, number)

    await asyncio.gather(work(1), work(2), work(3))


async def one_after_the_other(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        for number in (50, 51):
            assert await session.get(Order, 1)
            session.add(Item(id=number, name="new"))
            await session.flush()
        await session.commit()


MENDED: dict[str, Any] = {"fixes": OWN_SESSIONS, "mended": [with_own_sessions_at_once, one_after_the_other]}


@asynccontextmanager
async def left_open(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session that is closed when nobody uses it any more."""
    session = async_sessionmaker(engine)()
    try:
        yield session
    finally:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*(one for one in others if one.get_name() in {"reader", "writer"}), return_exceptions=True)
        await session.close()


@situation(
    "one session is used by two tasks at once", has={"here": "in reader", "meanwhile": "in get(), writer"}, **MENDED
)
async def test_two_statements_while_the_pool_connects(engine: AsyncEngine) -> None:
    async def write() -> None:
        await session.get(Order, 1)  # <meanwhile>

    async def read() -> None:
        await session.execute(select(Item))  # <here>

    async with left_open(engine) as session:
        writer = asyncio.create_task(write(), name="writer")
        await asyncio.create_task(read(), name="reader")
        await writer


@situation("one session is used by two tasks at once", **MENDED)
async def test_statements_that_gather_awaits(engine: AsyncEngine) -> None:
    """The coroutines are SQLAlchemy's own: the line that awaits them is named."""
    async with left_open(engine) as session:
        both = session.get(Order, 1), session.get(Order, 2)
        _, error = await asyncio.gather(*both, return_exceptions=True)  # <here> <meanwhile>
        assert isinstance(error, InvalidRequestError)
        raise error


@situation(
    "one session is used by two tasks at once",
    also={"meanwhile": "unknown   in get_one(), writer"},
    has={"here": "in reader"},
    **MENDED,
)
async def test_a_statement_that_nobody_awaits(engine: AsyncEngine) -> None:
    async def read() -> None:
        await session.execute(select(Item))  # <here>

    async with left_open(engine) as session:
        task = asyncio.create_task(session.get_one(Order, 1), name="writer")
        await asyncio.create_task(read(), name="reader")
        await task


@situation(
    "one session is used by two tasks at once", has={"here": "in reader", "meanwhile": "in get(), writer"}, **MENDED
)
async def test_a_close_meanwhile(engine: AsyncEngine) -> None:
    async def write() -> None:
        await session.get(Order, 1)  # <meanwhile>

    async def close() -> None:
        await session.close()  # <here>

    async with left_open(engine) as session:
        writer = asyncio.create_task(write(), name="writer")
        await asyncio.create_task(close(), name="reader")
        await writer


@situation(
    "one session is used by two tasks at once", has={"here": "in reader", "meanwhile": "in get(), writer"}, **MENDED
)
async def test_the_end_of_a_block_meanwhile(engine: AsyncEngine) -> None:
    """SQLAlchemy closes the session in a task of its own, which is not named."""

    async def write() -> None:
        await session.get(Order, 1)  # <meanwhile>

    async def read() -> None:
        async with session:  # <here>
            pass

    async with left_open(engine) as session:
        writer = asyncio.create_task(write(), name="writer")
        await asyncio.create_task(read(), name="reader")
        await writer


@situation(
    "one session is used by two tasks at once", has={"here": "in reader", "meanwhile": "in flush(), writer"}, **MENDED
)
async def test_two_flushes(engine: AsyncEngine) -> None:
    async def write() -> None:
        await session.flush()  # <meanwhile>

    async def read() -> None:
        await session.flush()  # <here>

    async with left_open(engine) as session:
        await session.connection()
        session.add(Item(id=50, name="new"))
        writer = asyncio.create_task(write(), name="writer")
        await asyncio.create_task(read(), name="reader")
        await writer


async def test_nothing_is_said_of_two_statements_that_wait_for_each_other(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    async with shop.open() as engine, async_sessionmaker(engine)() as session:
        await session.connection()
        await asyncio.gather(session.get(Order, 1), session.get(Order, 2))
    assert not caplog.records


SLEEPING = {"postgresql": "SELECT pg_sleep(2)", "mysql": "SELECT sleep(2)"}
RUNNING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE query = :query AND state = 'active'",
    "mysql": "SELECT count(*) FROM information_schema.processlist WHERE info = :query",
}


async def is_running(engine: AsyncEngine, statement: str) -> None:
    """Wait until the server runs the statement."""
    async with engine.connect() as connection, asyncio.timeout(5):
        while not await connection.scalar(text(RUNNING[engine.dialect.name]), {"query": statement}):
            await connection.rollback()


@situation(
    "one session is used by two tasks at once",
    drivers=["asyncpg", "asyncmy"],
    has={"here": "in reader", "meanwhile": "in execute(), writer"},
    **MENDED,
)
async def test_a_commit_during_a_statement(engine: AsyncEngine) -> None:
    async def write() -> None:
        await session.execute(text(statement))  # <meanwhile>

    async def commit() -> None:
        await session.commit()  # <here>

    statement = SLEEPING[engine.dialect.name]
    async with async_sessionmaker(engine)() as session:
        writer = asyncio.create_task(write(), name="writer")
        await is_running(engine, statement)
        try:
            await asyncio.create_task(commit(), name="reader")
        finally:
            writer.cancel()  # with asyncmy it would wait for ever
            with suppress(asyncio.CancelledError, SQLAlchemyError):
                await writer
            await session.invalidate()
