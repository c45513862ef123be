"""Read what has expired, where more than one line may have done it: the note names the one, or each, or none."""

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from tests.probe.models import Customer, Item, Order
from tests.probe.situations import AWAIT, KEEP, REFRESH, situation


@situation("Order.note of Order 2", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_by_the_first_of_two_commits(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()  # <expired>
        await session.commit()
        await session.rollback()
        assert order.note  # <read>


@situation(
    "Item.name of Item 2",
    says="expire() has expired its value",
    fixes=['await session.refresh(item, ["name"])', "await item.awaitable_attrs.name"],
)
async def test_by_expire_all_of_the_expired_again_by_a_commit(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        item = await session.get_one(Item, 2)  # <loaded>
        session.expire_all()  # <expired>
        await session.commit()
        await session.rollback()
        assert item.name  # <read>


@situation(
    "Order.note of Order 2",
    says="a rollback has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_what_was_changed_in_a_savepoint_by_its_rollback(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        savepoint = await session.begin_nested()
        order.note = "changed"
        await session.flush()
        await savepoint.rollback()  # <expired>
        assert order.note  # <read>


@situation("Order.note of Order 2", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_what_was_not_changed_in_a_savepoint_by_the_commit_after_it(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        savepoint = await session.begin_nested()
        await session.get_one(Order, 1)
        await savepoint.rollback()
        await session.commit()  # <expired>
        assert order.note  # <read>


@situation("Order.note of Order 2", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_never_by_the_commit_of_a_savepoint(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        async with session.begin_nested():
            await session.get_one(Order, 1)
        await session.commit()  # <expired>
        assert order.note  # <read>


@situation("Order.note of Order 50", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_a_new_object_by_its_own_commit_and_no_earlier_one(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        await session.get_one(Order, 2)
        await session.commit()
        order = Order(id=50, note="new")
        session.add(order)  # <added>
        await session.commit()  # <flushed> <expired>
        assert order.note  # <read>


@situation("Order.note of Order 2", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_again_after_a_refresh(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()
        await session.refresh(order)
        await session.get_one(Customer, 1)
        await session.commit()  # <expired>
        assert order.note  # <read>


@situation("Order.note of Order 2", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_again_after_an_awaited_access(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()
        await order.awaitable_attrs.note
        await session.commit()  # <expired>
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="its value has expired",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_again_after_a_select_that_leaves_no_trace(engine: AsyncEngine) -> None:
    """A plain SELECT fills an expired instance, and does not say so: either commit may have expired it."""
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()  # <expired>
        (await session.scalars(select(Order))).all()
        await session.rollback()  # <expired>
        assert order.note  # <read>


@situation(
    "Order.customer of Order 2",
    says="its value has expired",
    also={"expired": "unknown"},
    fixes=["at <loaded>: .options(joinedload(Order.customer))", AWAIT, REFRESH],
)
async def test_what_a_select_has_filled_again(engine: AsyncEngine) -> None:
    """Its relationship is what the SELECT did not load again."""
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)
        await session.commit()
        (await session.scalars(select(Order))).all()  # <loaded>
        assert order.customer  # <read>


@situation(
    "Order.customer of Order 2",
    also={"refreshes": "Customer 1, which is in the session, but has expired"},
    has={"loaded": "`   Customer 1"},
    fixes=[AWAIT, "select(Order).options(joinedload(Order.customer))", REFRESH],
)
async def test_a_relationship_to_an_instance_that_has_expired(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        session.expire(customer)  # <expired>
        order = await session.get_one(Order, 2)
        assert order.customer  # <read>


@situation("Order.note of Order 50", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_the_first_of_two_new_objects_that_one_line_flushes(engine: AsyncEngine) -> None:
    async def save(order: Order) -> Order:
        session.add(order)  # <added>
        await session.flush()  # <flushed>
        return order

    async with async_sessionmaker(engine)() as session:
        order = await save(Order(id=50, note="new"))
        await session.commit()  # <expired>
        await save(Order(id=51, note="newer"))
        await session.commit()
        assert order.note  # <read>


@situation("Order.note of Order 2", says="a commit has expired its value", fixes=[KEEP, REFRESH, AWAIT])
async def test_what_was_not_changed_in_a_savepoint_by_no_flush_that_failed_in_it(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        with suppress(IntegrityError):
            async with session.begin_nested():
                session.add(Order(id=50, note="note 1"))
                await session.flush()
        await session.commit()  # <expired>
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="a rollback has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_what_was_changed_in_a_savepoint_by_the_flush_that_failed_in_it(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        with suppress(IntegrityError):
            async with session.begin_nested():
                order.note = "note 1"
                await session.flush()  # <expired>
        await session.commit()
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="a rollback has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_by_a_flush_that_failed_and_not_by_the_rollback_after_it(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        session.add(Order(id=50, note="note 1"))
        with suppress(IntegrityError):
            await session.flush()  # <expired>
        await session.rollback()
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="expire() has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_by_the_first_of_two_expires(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        session.expire(order)  # <expired>
        session.expire(order)
        async with session.begin_nested() as savepoint:
            await savepoint.rollback()
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="expire() has expired its value",
    fixes=['await session.refresh(order, ["note"])', "await order.awaitable_attrs.note"],
)
async def test_by_expire_after_a_select_has_filled_it_again(engine: AsyncEngine) -> None:
    """Unlike a commit, expire() is known to have found it filled."""
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()
        (await session.scalars(select(Order))).all()
        session.expire(order)  # <expired>
        assert order.note  # <read>


@situation(
    "Order.items of Order 2",
    says="its value has expired",
    also={"expired": "unknown"},
    fixes=["at <loaded>: options=[selectinload(Order.items)]", AWAIT, REFRESH],
)
async def test_a_collection_that_was_loaded_again_after_expire_by_refresh(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await order.awaitable_attrs.items
        session.expire(order, ["items"])
        await order.awaitable_attrs.items
        await session.refresh(order)
        assert order.items  # <read>


@situation(
    "Order.customer of Order 2",
    says="its value has expired",
    also={"expired": "unknown"},
    fixes=["at <loaded>: .options(joinedload(Order.customer))", AWAIT, REFRESH],
)
async def test_what_a_select_has_filled_after_expire(engine: AsyncEngine) -> None:
    """An option of the first SELECT would not help: the second one fills it, without."""
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)
        session.expire(order)
        (await session.scalars(select(Order))).all()  # <loaded>
        assert order.customer  # <read>


@situation(
    "Order.note of Order 2",
    says="its value has expired",
    also={"expired": "unknown", "loaded": "unknown"},
    fixes=[REFRESH, AWAIT, KEEP],
)
async def test_after_more_than_is_remembered(engine: AsyncEngine) -> None:
    """The load is forgotten, and whatever may have expired the instance before the commit that is not."""
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)
        for _ in range(150):
            await session.get(Item, 100)
            await session.get(Customer, 100)
        await session.commit()
        await session.get(Item, 100)
        await session.commit()
        for _ in range(150):
            await session.get(Item, 100)
            await session.get(Customer, 100)
        assert order.note  # <read>


@situation(
    "Order.items of Order 50",
    says="it is not loaded",
    fixes=[AWAIT, "select(Order).options(selectinload(Order.items))", REFRESH],
)
async def test_a_collection_of_a_new_object_that_was_refreshed(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = Order(id=50, note="new")
        session.add(order)  # <added>
        await session.flush()  # <flushed>
        await session.refresh(order, ["note"])
        assert order.items == []  # <read>


@situation(
    "Order.items of Order 2",
    says="its value has expired",
    fixes=[AWAIT, "select(Order).options(selectinload(Order.items))", REFRESH],
)
async def test_what_expire_would_have_expired_had_it_been_loaded(engine: AsyncEngine) -> None:
    """An option of its SELECT would not help."""
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        session.expire(order, ["note", "items"])  # <expired>
        await session.refresh(order, ["note"])
        assert order.items  # <read>
