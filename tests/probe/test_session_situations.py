"""Use a session, a connection or an engine where nothing can be awaited, or after it has failed."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import create_engine, make_url, select
from sqlalchemy.exc import IntegrityError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

from pirate_tui.orm.errors import forget
from tests.probe.models import Customer, Item, Order
from tests.probe.situations import AWAIT, REFRESH, Shop, note_of, raised, situation


PENDING = {
    "fixes": [
        "await session.rollback()   where the error of that flush is caught",
        "async with session.begin_nested(): ...   around what may fail",
    ]
}


async def rolled_back(engine: AsyncEngine) -> None:
    """Each statement after a flush that failed, and was rolled back."""
    async with async_sessionmaker(engine)() as session:
        session.add(Order(id=50, note="note 1"))
        try:
            await session.flush()
        except IntegrityError:
            await session.rollback()
        assert await session.get(Order, 2)
        await session.commit()


async def rolled_back_to_a_savepoint(engine: AsyncEngine) -> None:
    """Each statement after a flush that failed in a savepoint."""
    async with async_sessionmaker(engine)() as session:
        with suppress(IntegrityError):
            async with session.begin_nested():
                session.add(Order(id=50, note="note 1"))
        assert await session.get(Order, 2)
        await session.commit()


@situation("the session needs a rollback", **PENDING, mended=[rolled_back, rolled_back_to_a_savepoint])
async def test_a_statement_after_a_flush_that_failed(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        await session.get(Order, 1)
        session.add(Order(id=50, note="note 1"))
        with suppress(IntegrityError):
            await session.flush()  # <failed>
        await session.get(Order, 2)  # <here>


@situation("the session needs a rollback", **PENDING, mended=[rolled_back, rolled_back_to_a_savepoint])
async def test_a_commit_after_an_autoflush_that_failed_and_not_an_earlier_one(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        for note in ("note 1", "note 2"):
            session.add(Order(id=50, note=note))
            with suppress(IntegrityError):
                await session.flush()
            await session.rollback()
        session.add(Order(id=50, note="note 1"))
        with suppress(IntegrityError):
            await session.scalars(select(Item))  # <failed>
        await session.commit()  # <here>


@situation(
    "Order.note of Order 2",
    says="its session needs a rollback: an earlier flush failed",
    fixes=[f"await session.rollback(); {REFRESH}"],
)
async def test_a_read_after_a_flush_that_failed(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        session.add(Order(id=50, note="note 1"))
        with suppress(IntegrityError):
            await session.flush()  # <expired>
        assert order.note  # <read>


async def lost_its_connection(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        connection = await session.connection()
        await session.get(Order, 1)
        await connection.invalidate()
        await session.get(Order, 2)


async def test_no_flush_is_blamed_for_a_connection_that_was_lost(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    async with shop.open() as engine:
        error = await raised(lost_its_connection, engine)
        assert isinstance(error, PendingRollbackError)
        assert not note_of(error)
        assert not caplog.records
        forget(error)


SYNC_ENGINE = {
    "fixes": [
        'create_engine(make_url(url).set(drivername="sqlite"))',
        "create_async_engine(url), and   await connection.run_sync(function)   for synchronous code",
    ]
}


async def with_a_synchronous_driver(engine: AsyncEngine) -> None:
    other = create_engine(make_url(str(engine.url)).set(drivername="sqlite"))
    with Session(other) as session:
        assert session.get(Order, 2)
    other.dispose()


async def with_an_async_engine(engine: AsyncEngine) -> None:
    def work(session: Session) -> None:
        assert session.get(Order, 2)

    async with create_async_engine(engine.url).connect() as connection:
        await connection.run_sync(lambda sync: work(Session(sync)))
    await connection.engine.dispose()


@situation(
    "a synchronous engine has connected with aiosqlite, an async driver",
    **SYNC_ENGINE,
    mended=[with_a_synchronous_driver, with_an_async_engine],
)
async def test_a_synchronous_engine_with_an_async_driver(engine: AsyncEngine) -> None:
    other = create_engine(engine.url)  # <created>
    with Session(other) as session:
        session.get(Order, 2)  # <here>


@situation(
    "a synchronous engine has connected with aiosqlite, an async driver",
    **SYNC_ENGINE,
    mended=[with_a_synchronous_driver, with_an_async_engine],
)
async def test_a_synchronous_engine_in_a_thread(engine: AsyncEngine) -> None:
    def work() -> None:
        with other.connect():  # <here>
            pass

    other = create_engine(engine.url)  # <created>
    await asyncio.to_thread(work)


async def with_an_await(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        assert (await session.execute(select(Order))).all()
        assert await session.get(Order, 2)
        await session.flush()


async def with_run_sync(engine: AsyncEngine) -> None:
    def work(session: Session) -> None:
        assert session.execute(select(Order)).all()
        assert session.get(Order, 2)
        session.flush()

    async with async_sessionmaker(engine)() as session:
        await session.run_sync(work)


@situation(
    "Session.execute() was sent by a line that does not await it",
    fixes=[
        "await session.execute(...)   of the AsyncSession, not of its sync_session",
        "await session.run_sync(function)   for synchronous code, which gets the sync session",
    ],
    mended=[with_an_await, with_run_sync],
)
async def test_a_statement_of_the_sync_session(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        await session.get(Order, 2)
        session.sync_session.execute(select(Order))  # <here>


@situation(
    "Session.flush() was sent by a line that does not await it",
    fixes=[
        "await session.flush(...)   of the AsyncSession, not of its sync_session",
        "await session.run_sync(function)   for synchronous code, which gets the sync session",
    ],
    mended=[with_an_await, with_run_sync],
)
async def test_a_flush_of_the_sync_session(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        await session.get(Order, 2)
        session.add(Order(id=50, note="new"))
        session.sync_session.flush()  # <here>


@situation(
    "Session.get() was sent in the thread asyncio_0",
    fixes=[
        "await session.get(...)   of the AsyncSession, not of its sync_session",
        "await session.run_sync(function)   for synchronous code, which gets the sync session",
    ],
    mended=[with_an_await, with_run_sync],
)
async def test_a_session_in_a_thread(engine: AsyncEngine) -> None:
    def work() -> None:
        session.sync_session.get(Order, 2)  # <here>

    async with async_sessionmaker(engine)() as session:
        await session.get(Order, 1)
        await asyncio.to_thread(work)


async def with_an_awaited_connection(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert (await connection.execute(select(Order))).all()


async def with_run_sync_of_a_connection(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert (await connection.run_sync(lambda sync: sync.execute(select(Order)))).all()


@situation(
    "a statement was sent by a line that does not await it",
    fixes=[
        "await connection.execute(...)",
        "await connection.run_sync(function)   for synchronous code, which gets the sync connection",
    ],
    mended=[with_an_awaited_connection, with_run_sync_of_a_connection],
)
async def test_a_statement_of_the_sync_connection(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert connection.sync_connection
        connection.sync_connection.execute(select(Order))  # <here>


@situation(
    "Order.customer of Order 2",
    also={"thread": "asyncio_0, in which nothing can be awaited: load it before, in a task"},
    fixes=["at <loaded>: options=[joinedload(Order.customer)]", AWAIT, REFRESH],
)
async def test_a_read_in_a_thread(engine: AsyncEngine) -> None:
    def work() -> Customer | None:
        return order.customer  # <read>

    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await asyncio.to_thread(work)  # <accessed>


@situation(
    "Order.customer of Order 2",
    says="the session had to flush 1 Item first",
    fixes=["at <loaded>: options=[joinedload(Order.customer)]", AWAIT, REFRESH],
)
async def test_an_autoflush_before_the_load(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        session.add(Item(id=50, name="new"))
        assert order.customer  # <read>
