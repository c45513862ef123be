"""Write to what is not loaded: the note says that it was set, or changed, and what the write had to load."""

from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from tests.probe.models import Customer, Order
from tests.probe.situations import ADD, ALL_DRIVERS, AWAIT, KEEP, REFRESH, situation


@situation(
    "Customer.orders of Customer 1",
    says="set without await, which loads its old value first",
    fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH],
)
async def test_a_collection_that_is_replaced(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        customer.orders = []  # <written>


@situation(
    "Customer.orders of Customer 1",
    drivers=ALL_DRIVERS,
    fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH],
)
async def test_a_collection_that_is_appended_to(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        customer.orders.append(Order(id=50, note="new"))  # <read>


@situation(
    "Customer.orders of Customer 1", fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH]
)
async def test_a_collection_that_is_added_to(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        customer.orders += [Order(id=50, note="new")]  # <read>


@situation(
    "Customer.orders of Customer 1", fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH]
)
async def test_a_proxy_that_is_appended_to(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        customer.notes.append("new")  # <read>


@situation("Order.blob of Order 2", fixes=["at <loaded>: options=[undefer(Order.blob)]", AWAIT, REFRESH])
async def test_a_column_that_is_added_to(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        order.blob += "more"  # type: ignore[operator]  # <read>


@situation("Order.code of Order 2", fixes=[KEEP, REFRESH, AWAIT])
async def test_a_column_with_active_history_after_a_commit(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()  # <expired>
        order.code = "new"  # <written>


@situation("Order.code of Order 2", fixes=[KEEP, REFRESH, AWAIT])
async def test_a_column_with_active_history_that_is_deleted(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()  # <expired>
        del order.code  # <deleted>


@situation(
    "Customer.orders of Customer 1",
    says="set without await",
    fixes=[
        "at <loaded>: options=[selectinload(Customer.orders)]",
        ADD,
        "customer = await session.merge(customer, options=[selectinload(Customer.orders)])",
    ],
)
async def test_a_collection_of_a_detached_instance(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:  # <closed>
        customer = await session.get_one(Customer, 1)  # <loaded>
    customer.orders = []  # <written>


@situation(
    "Customer.orders of Customer 1",
    says="set without await",
    fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH],
)
async def test_a_setattr(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        for name in ("orders",):
            setattr(customer, name, [])  # <written>
