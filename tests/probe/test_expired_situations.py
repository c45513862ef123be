"""Read what has expired: the note names what has expired it, and never what has not."""

from contextlib import suppress

from sqlalchemy import select, text, update
from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import selectinload

from tests.probe.models import Customer, Item, Order
from tests.probe.situations import ALL_DRIVERS, AWAIT, KEEP, REFRESH, situation


@situation(
    "Order.note of Order 2", says="a commit has expired its value", drivers=ALL_DRIVERS, fixes=[KEEP, REFRESH, AWAIT]
)
async def test_by_a_commit(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = (await session.scalars(select(Order).where(Order.id == 2))).one()  # <loaded>
        await session.commit()  # <expired>
        await session.scalars(select(Item))
        assert order.note  # <read>


@situation("Order.id of Order 2", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_a_primary_key_by_a_commit(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()  # <expired>
        assert order.id  # <read>


@situation("Order.customer of Order 2", says="a commit has expired its value", fixes=[AWAIT, REFRESH, KEEP])
async def test_a_relationship_by_a_commit(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2, options=[selectinload(Order.customer)])  # <loaded>
        await session.commit()  # <expired>
        assert order.customer  # <read>


@situation("Order.note of Order 2", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_by_the_commit_of_a_block(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        async with session.begin():  # <expired>
            order = await session.get_one(Order, 2)  # <loaded>
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="a rollback has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_by_a_rollback(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.rollback()  # <expired>
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="a rollback has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_by_a_rollback_though_commits_expire_nothing(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()
        await session.get_one(Customer, 1)
        await session.rollback()  # <expired>
        await session.commit()
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="expire() has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_by_expire(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        session.expire(order)  # <expired>
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="expire() has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_by_expire_with_its_name(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        session.expire(order, ["updated"])
        session.expire(order, ["note"])  # <expired>
        session.expire(order, ["customer_id"])
        assert order.note  # <read>


@situation(
    "Order.items of Order 2",
    says="its value has expired",
    fixes=[AWAIT, "select(Order).options(selectinload(Order.items))", REFRESH],
)
async def test_a_collection_by_expire_with_its_name(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2, options=[selectinload(Order.items)])  # <loaded>
        session.expire(order, ["items"])  # <expired>
        assert order.items  # <read>


@situation(
    "Order.note of Order 2",
    says="expire() has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_by_expire_all(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        session.expire_all()  # <expired>
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="refresh() has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_by_a_refresh_that_failed(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        listen(engine.sync_engine, "before_cursor_execute", lose_connection, once=True)
        with suppress(ConnectionError):
            await session.refresh(order)  # <expired>
        assert order.note  # <read>


def lose_connection(*_: object) -> None:
    """Fail as a network does."""
    raise ConnectionError


@situation(
    "Order.updated of Order 2",
    says="a flush has expired its value",
    drivers=ALL_DRIVERS,
    fixes=[REFRESH, '__mapper_args__ = {"eager_defaults": True}', AWAIT],
)
async def test_by_the_update_of_a_flush(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        order.note = "changed"
        await session.flush()  # <expired>
        assert order.updated  # <read>


@situation(
    "Order.updated of Order 2",
    says="a flush has expired its value",
    fixes=[REFRESH, '__mapper_args__ = {"eager_defaults": True}', AWAIT],
)
async def test_by_the_update_of_an_autoflush(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        order.note = "changed"
        await session.scalars(select(Item))  # <expired>
        assert order.updated  # <read>


@situation(
    "Order.updated of Order 2",
    says="a flush has expired its value",
    fixes=[REFRESH, '__mapper_args__ = {"eager_defaults": True}', AWAIT],
)
async def test_by_the_update_of_a_commit_that_expires_nothing(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        order.note = "changed"
        await session.commit()  # <expired>
        assert order.updated  # <read>


@situation(
    "Order.updated of Order 2",
    says="an update() has expired its value",
    fixes=['await session.refresh(order, ["updated"])', "await order.awaitable_attrs.updated"],
)
async def test_by_an_update_of_the_class(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.execute(update(Order).where(Order.id == 2).values(note="changed"))  # <expired>
        assert order.updated  # <read>


@situation(
    "Order.updated of Order 2",
    says="an update() has expired its value",
    fixes=['await session.refresh(order, ["updated"])', "await order.awaitable_attrs.updated"],
)
async def test_by_an_update_of_the_class_that_fetches(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        statement = update(Order).where(Order.id == 2).values(note="changed")
        await session.execute(statement, execution_options={"synchronize_session": "fetch"})  # <expired>
        assert order.updated  # <read>


@situation(
    "Order.note of Order 2",
    says="an update() has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_by_an_update_with_an_expression(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.execute(update(Order).where(Order.id == 2).values(note=text("lower('X')")))  # <expired>
        assert order.note  # <read>


@situation("Order.note of Order 1", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_in_a_loop_over_what_the_commit_in_it_expires(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        for order in (await session.scalars(select(Order).where(Order.id < 3).order_by(-Order.id))).all():  # <loaded>
            assert order.note  # <read>
            await session.commit()  # <expired>
