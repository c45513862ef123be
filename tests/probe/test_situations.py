"""Read what was never loaded: the note names the attribute, the read and the load, and its fixes help."""

import asyncio

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import joinedload, load_only, raiseload, selectinload

from tests.probe.models import Customer, Item, Order
from tests.probe.situations import ALL_DRIVERS, AWAIT, REFRESH, situation


@situation(
    "Order.customer of Order 2",
    says="it is not loaded",
    drivers=ALL_DRIVERS,
    fixes=["at <loaded>: .options(joinedload(Order.customer))", AWAIT, REFRESH],
)
async def test_a_lazy_many_to_one(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = (await session.scalars(select(Order).where(Order.id == 2))).one()  # <loaded>
        assert order.customer  # <read>


@situation(
    "Customer.orders of Customer 1",
    says="it is not loaded",
    drivers=ALL_DRIVERS,
    fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH],
)
async def test_a_lazy_collection_of_what_get_has_loaded(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        assert customer.orders  # <read>


@situation("Item.name of Item 1", fixes=[AWAIT, "select(Item)", 'await session.refresh(item, ["name"])'])
async def test_one_of_two_loads_of_the_same_session(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        await session.scalars(select(Item).where(Item.id == 2))
        item = (await session.scalars(select(Item).where(Item.id == 1).options(load_only(Item.id)))).one()  # <loaded>
        await session.scalars(select(Item).where(Item.id == 3))
        assert item.name  # <read>


@situation(
    "Order.items of Order 2",
    fixes=["at <loaded>: .options(selectinload(Customer.orders).selectinload(Order.items))", AWAIT, REFRESH],
)
async def test_what_an_eager_load_has_brought(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        statement = select(Customer).options(selectinload(Customer.orders))
        customers = (await session.scalars(statement)).all()  # <loaded>
        order = customers[0].orders[0]
        assert order.items  # <read>


@situation(
    "Customer.orders of Customer 1",
    fixes=["at <loaded>: .options(joinedload(Order.customer).selectinload(Customer.orders))", AWAIT, REFRESH],
)
async def test_what_an_eager_join_has_brought(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        statement = select(Order).where(Order.id == 2).options(joinedload(Order.customer))
        order = (await session.execute(statement)).scalar_one()  # <loaded>
        customer = order.customer
        assert customer
        assert customer.orders  # <read>


@situation(
    "Order.blob of Order 2", says="deferred", fixes=["at <loaded>: .options(undefer(Order.blob))", AWAIT, REFRESH]
)
async def test_a_deferred_column(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = (await session.execute(select(Order).where(Order.id == 2))).scalar_one()  # <loaded>
        assert order.blob  # <read>


@situation(
    "Order.note of Order 2",
    says="left it out",
    fixes=[AWAIT, "select(Order)", 'await session.refresh(order, ["note"])'],
)
async def test_a_column_that_load_only_leaves_out(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2, options=[load_only(Order.id)])  # <loaded>
        assert order.note  # <read>


@situation("Order.customer of Order 2", fixes=["at <loaded>: options=[joinedload(Order.customer)]", AWAIT, REFRESH])
async def test_a_reload_of_one_column_is_not_the_load(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await order.awaitable_attrs.blob
        assert order.customer  # <read>


@situation(
    "Customer.orders of Customer 1",
    fixes=[AWAIT, "select(Order).options(joinedload(Order.customer).selectinload(Customer.orders))", REFRESH],
)
async def test_what_a_lazy_load_has_brought_has_no_statement_to_change(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)
        customer = await order.awaitable_attrs.customer  # <loaded>
        assert customer
        assert customer.orders  # <read>


@situation("Order.items of Order 50", fixes=[AWAIT, "select(Order).options(selectinload(Order.items))", REFRESH])
async def test_a_new_object_after_its_flush(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        await session.commit()
        order = Order(id=50, note="new")
        session.add(order)  # <added>
        await session.flush()  # <flushed>
        assert order.items == []  # <read>


@situation("Order.items of Order 50", fixes=["at <loaded>: .options(selectinload(Order.items))", AWAIT, REFRESH])
async def test_an_object_that_an_insert_returns(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        statement = insert(Order).values(id=50, note="new").returning(Order)
        order = (await session.scalars(statement)).one()  # <loaded>
        assert order.items == []  # <read>


@situation(
    "Order.guarded of Order 2",
    says="forbids",
    fixes=["at <loaded>: .options(selectinload(Order.guarded))", 'await session.refresh(order, ["guarded"])'],
)
async def test_a_relationship_that_refuses_to_load_lazily(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = (await session.scalars(select(Order).where(Order.id == 2))).one()  # <loaded>
        assert order.guarded  # <read>


@situation("Order.items of Order 2", fixes=["at <loaded>: options=[selectinload(Order.items)]", AWAIT, REFRESH])
async def test_a_load_in_a_function_of_another_line(engine: AsyncEngine) -> None:
    async def found(number: int) -> Order:
        return await session.get_one(Order, number)  # <loaded>

    async with async_sessionmaker(engine)() as session:
        await found(1)
        order = await found(2)
        assert order.items  # <read>


@situation("Order.items of Order 2", fixes=["at <loaded>: .options(selectinload(Order.items))", AWAIT, REFRESH])
async def test_a_stream(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        statement = select(Order).where(Order.id == 2)
        result = await session.stream_scalars(statement)  # <loaded>
        async for order in result:
            assert order.items  # <read>


@situation(
    "Order.items of Order 2",
    says="forbids",
    fixes=["at <loaded>: options=[selectinload(Order.items)]", REFRESH],
)
async def test_a_relationship_that_an_option_forbids_to_load_lazily(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2, options=[raiseload(Order.items)])  # <loaded>
        assert order.items  # <read>


OTHER_TASK = ["at <loaded>: options=[selectinload(Order.items)]", AWAIT, REFRESH]
"""The fixes of a load in a task that has no line of the user's."""


@situation("Order.items of Order 2", fixes=OTHER_TASK)
async def test_a_load_that_wait_for_awaits(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await asyncio.wait_for(session.get_one(Order, 2), 60)  # <loaded>
        assert order.items  # <read>


@situation("Order.items of Order 2", fixes=OTHER_TASK)
async def test_a_load_that_shield_awaits(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await asyncio.shield(session.get_one(Order, 2))  # <loaded>
        assert order.items  # <read>


@situation("Order.items of Order 2", fixes=OTHER_TASK)
async def test_a_load_that_gather_awaits(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        (order,) = await asyncio.gather(session.get_one(Order, 2))  # <loaded>
        assert order.items  # <read>


@situation(
    "Order.items of Order 2",
    also={"loaded": "unknown"},
    fixes=[AWAIT, "select(Order).options(selectinload(Order.items))", REFRESH],
)
async def test_a_load_in_a_task_group(engine: AsyncEngine) -> None:
    """Its own line is over, and the group may be at any other."""
    async with async_sessionmaker(engine)() as session:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(session.get_one(Order, 2))
        order = task.result()
        assert order.items  # <read>
