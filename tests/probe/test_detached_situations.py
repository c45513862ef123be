"""Read what no session holds any more: the note names what has detached it."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import selectinload

from tests.probe.models import Customer, Item, Order
from tests.probe.situations import ADD, ALL_DRIVERS, KEEP, situation


ALL = [
    "at <loaded>: options=[joinedload(Order.customer)]",
    ADD,
    "order = await session.merge(order, options=[joinedload(Order.customer)])",
]
"""The fixes of a relationship that an option loads."""


@situation(
    "Order.customer of Order 2",
    says="detached",
    drivers=ALL_DRIVERS,
    fixes=[
        "at <loaded>: .options(joinedload(Order.customer))",
        ADD,
        "order = await session.merge(order, options=[joinedload(Order.customer)])",
    ],
)
async def test_by_the_end_of_its_block(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:  # <closed>
        order = (await session.scalars(select(Order).where(Order.id == 2))).one()  # <loaded>
    assert order.customer  # <read>


@situation(
    "Order.note of Order 2",
    says="detached",
    drivers=ALL_DRIVERS,
    fixes=[KEEP, ADD, "order = await session.merge(order)"],
)
async def test_what_a_commit_has_expired_before(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:  # <closed>
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()  # <expired>
    assert order.note  # <read>


@situation("Order.customer of Order 2", says="detached", fixes=ALL)
async def test_by_close(engine: AsyncEngine) -> None:
    session = async_sessionmaker(engine)()
    order = await session.get_one(Order, 2)  # <loaded>
    await session.get_one(Item, 2)
    await session.close()  # <closed>
    await session.get_one(Item, 3)
    assert order.customer  # <read>


@situation("Order.note of Order 2", says="detached", fixes=[KEEP, ADD, "order = await session.merge(order)"])
async def test_by_the_end_of_begin_which_commits_too(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine).begin() as session:  # <closed> <expired>
        order = await session.get_one(Order, 2)  # <loaded>
    assert order.note  # <read>


@situation("Order.customer of Order 2", says="detached", fixes=ALL)
async def test_by_expunge(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        other = await session.get_one(Order, 1)
        order = await session.get_one(Order, 2)  # <loaded>
        session.expunge(other)
        session.expunge(order)  # <expunged>
        assert order.customer  # <read>


@situation("Order.customer of Order 2", says="detached", fixes=ALL)
async def test_by_expunge_all(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        session.expunge_all()  # <expunged>
        assert order.customer  # <read>


@situation("Order.customer of Order 2", says="detached", fixes=ALL)
async def test_by_reset(engine: AsyncEngine) -> None:
    session = async_sessionmaker(engine)()
    order = await session.get_one(Order, 2)  # <loaded>
    await session.reset()  # <closed>
    assert order.customer  # <read>


@situation("Order.customer of Order 2", says="detached", also={"closed": "never: its session was dropped"}, fixes=ALL)
async def test_by_a_session_that_is_dropped(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        session = AsyncSession(connection)
        order = await session.get_one(Order, 2)  # <loaded>
        sync_session, session = session.sync_session, AsyncSession(engine)
        del sync_session
        gc.collect()
        assert order.customer  # <read>
    await session.close()


async def given_session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A dependency as FastAPI has them."""
    async with async_sessionmaker(engine)() as session:  # <closed>
        yield session


@situation("Order.customer of Order 2", says="detached", within=[given_session], fixes=ALL)
async def test_by_the_end_of_a_dependency(engine: AsyncEngine) -> None:
    async with asynccontextmanager(given_session)(engine) as session:
        order = await session.get_one(Order, 2)  # <loaded>
    assert order.customer  # <read>


@situation("Order.customer of Order 2", says="detached", fixes=ALL)
async def test_by_a_close_in_a_task_of_its_own(engine: AsyncEngine) -> None:
    async def close() -> None:
        await session.close()  # <closed>

    session = async_sessionmaker(engine)()
    order = await session.get_one(Order, 2)  # <loaded>
    await asyncio.create_task(close())
    assert order.customer  # <read>


@situation("Order.customer of Order 2", says="detached", fixes=ALL)
async def test_by_a_block_in_a_task_of_its_own(engine: AsyncEngine) -> None:
    async def found() -> Order:
        async with async_sessionmaker(engine)() as session:  # <closed>
            return await session.get_one(Order, 2)  # <loaded>

    order = await asyncio.create_task(found())
    assert order.customer  # <read>


@situation("Order.customer of Order 2", says="detached", fixes=ALL)
async def test_by_a_block_that_gather_has_run(engine: AsyncEngine) -> None:
    async def found(number: int) -> Order:
        async with async_sessionmaker(engine)() as session:  # <closed>
            return await session.get_one(Order, number)  # <loaded>

    order, *_ = await asyncio.gather(found(2), found(1), found(3))
    assert order.customer  # <read>


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in Python 3.12")
@situation("Order.customer of Order 2", says="detached", fixes=ALL)
async def test_by_a_block_under_the_eager_task_factory(engine: AsyncEngine) -> None:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined]
    try:
        async with async_sessionmaker(engine)() as session:  # <closed>
            order = await session.get_one(Order, 2)  # <loaded>
    finally:
        loop.set_task_factory(None)
    assert order.customer  # <read>


@situation("Order.customer of Order 2", says="detached", fixes=ALL)
async def test_in_a_finally_after_an_error(engine: AsyncEngine) -> None:
    session = async_sessionmaker(engine)()
    try:
        order = await session.get_one(Order, 2)  # <loaded>
    finally:
        await session.close()  # <closed>
    assert order.customer  # <read>


@situation(
    "Customer.orders of Customer 1",
    says="detached",
    fixes=["at <loaded>: options=[joinedload(Order.customer).selectinload(Customer.orders)]", ADD],
)
async def test_what_an_eager_load_has_brought(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:  # <closed>
        order = await session.get_one(Order, 2, options=[selectinload(Order.customer)])  # <loaded>
    customer = order.customer
    assert customer
    assert customer.orders  # <read>


@situation(
    "Order.items of Order 50",
    says="detached",
    fixes=[
        "select(Order).options(selectinload(Order.items))",
        ADD,
        "order = await session.merge(order, options=[selectinload(Order.items)])",
    ],
)
async def test_a_new_object(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:  # <closed>
        order = Order(id=50, note="new")
        session.add(order)  # <added>
        await session.commit()  # <flushed>
        assert order.id  # <selecting>
    assert order.items == []  # <read>


@situation(
    "Customer.orders of Customer 1",
    says="detached",
    fixes=[
        "at <loaded>: options=[selectinload(Customer.orders)]",
        ADD,
        "customer = await session.merge(customer, options=[selectinload(Customer.orders)])",
    ],
)
async def test_what_a_callback_reads(engine: AsyncEngine) -> None:
    done = list[Customer]()

    async def work() -> None:
        async with async_sessionmaker(engine)() as session:  # <closed>
            done.append(await session.get_one(Customer, 1))  # <loaded>

    await work()
    (customer,) = done
    assert len(customer.orders) == 3  # <read>


@situation("Order.note of Order 2", says="detached", fixes=[ADD, "order = await session.merge(order)"])
async def test_what_a_rollback_has_expired_before(engine: AsyncEngine) -> None:
    """No fix is told that would keep what a commit expires."""
    async with async_sessionmaker(engine)() as session:  # <closed>
        order = await session.get_one(Order, 2)  # <loaded>
        await session.rollback()  # <expired>
    assert order.note  # <read>


@situation(
    "Order.customer of Order 2",
    says="detached",
    also={"loaded": "unknown"},
    fixes=[
        "select(Order).options(joinedload(Order.customer))",
        ADD,
        "order = await session.merge(order, options=[joinedload(Order.customer)])",
    ],
)
async def test_by_a_session_that_has_done_much_more_since(engine: AsyncEngine) -> None:
    session = async_sessionmaker(engine)()
    order = await session.get_one(Order, 2)
    assert order.id  # <selecting>
    await session.close()  # <closed>
    for _ in range(150):
        await session.get(Item, 100)
        await session.get(Customer, 100)
    assert order.customer  # <read>


@situation("Order.customer of Order 2", says="detached", fixes=["at <loaded>: options=[joinedload(Order.customer)]"])
async def test_what_was_deleted(engine: AsyncEngine) -> None:
    """No session can load it any more: that it is attached, or merged, to one is no fix."""
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.delete(order)
        await session.commit()  # <deleted>
        assert order.customer  # <read>


@situation("Order.customer of Order 2", says="detached", also={"expired": "unknown"}, fixes=ALL)
async def test_what_was_deleted_and_rolled_back(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:  # <closed>
        order = await session.get_one(Order, 2)  # <loaded>
        savepoint = await session.begin_nested()
        await session.delete(order)
        await session.flush()
        await savepoint.rollback()
        await session.refresh(order)
    assert order.customer  # <read>
