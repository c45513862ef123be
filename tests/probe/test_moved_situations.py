"""Read what has moved from one session to another: the note blames no session for what another has done."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from tests.probe.models import Item, Order
from tests.probe.situations import ADD, AWAIT, KEEP, REFRESH, situation


@situation(
    "Order.customer of Order 2",
    says="it is not loaded",
    also={"loaded": "unknown"},
    fixes=[AWAIT, "select(Order).options(joinedload(Order.customer))", REFRESH],
)
async def test_what_is_added_to_another_session_and_not_what_that_did_before(engine: AsyncEngine) -> None:
    """The second session's commit before the add has expired nothing of it, and its SELECT has not loaded it."""
    async with async_sessionmaker(engine)() as first:
        order = await first.get_one(Order, 2)
    async with async_sessionmaker(engine)() as session:
        await session.get_one(Order, 1)
        await session.commit()
        session.add(order)  # <added>
        assert order.customer  # <read>


@situation(
    "Order.note of Order 2",
    says="a commit has expired its value",
    also={"loaded": "unknown"},
    fixes=[KEEP, REFRESH, AWAIT],
)
async def test_what_another_session_expires_after_it_was_added_there(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as first:
        order = await first.get_one(Order, 2)
    async with async_sessionmaker(engine)() as session:
        await session.get_one(Order, 1)
        await session.commit()
        session.add(order)  # <added>
        await session.commit()  # <expired>
        assert order.note  # <read>


@situation(
    "Order.note of Order 2",
    says="its value has expired",
    also={"loaded": "unknown", "expired": "unknown"},
    fixes=[REFRESH, AWAIT, KEEP],
)
async def test_what_had_expired_before_it_was_added_to_another_session(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as first:
        order = await first.get_one(Order, 2)
        await first.commit()
    async with async_sessionmaker(engine)() as session:
        await session.get_one(Order, 1)
        await session.commit()
        session.add(order)  # <added>
        assert order.note  # <read>


@situation(
    "Order.customer of Order 2",
    says="it is not loaded",
    fixes=["at <loaded>: options=[joinedload(Order.customer)]", AWAIT, REFRESH],
)
async def test_what_is_merged(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as first:
        given = await first.get_one(Order, 2)
    async with async_sessionmaker(engine)() as session:
        order = await session.merge(given)  # <loaded>
        assert order.customer  # <read>


@situation(
    "Order.customer of Order 2",
    says="it is not loaded",
    also={"loaded": "unknown"},
    fixes=[AWAIT, "select(Order).options(joinedload(Order.customer))", REFRESH],
)
async def test_what_is_merged_without_a_load(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as first:
        given = await first.get_one(Order, 2)
    async with async_sessionmaker(engine)() as session:
        await session.get_one(Order, 1)
        await session.commit()
        order = await session.merge(given, load=False)  # <added>
        assert order.customer  # <read>


@situation(
    "Order.note of Order 2",
    says="a commit has expired its value",
    also={"loaded": "unknown"},
    fixes=[KEEP, REFRESH, AWAIT],
)
async def test_what_is_merged_without_a_load_and_expired(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as first:
        given = await first.get_one(Order, 2)
    async with async_sessionmaker(engine)() as session:
        await session.get_one(Order, 1)
        await session.commit()
        order = await session.merge(given, load=False)  # <added>
        await session.commit()  # <expired>
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
async def test_by_a_close_after_it_was_expunged_from_another_session(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as first:
        order = await first.get_one(Order, 2)
        first.expunge(order)
    async with async_sessionmaker(engine)() as session:  # <closed>
        session.add(order)  # <added>
        assert order.id  # <selecting>
    assert order.customer  # <read>


@situation(
    "Order.items of Order 50",
    says="detached",
    also={"loaded": "unknown"},
    fixes=[
        "select(Order).options(selectinload(Order.items))",
        ADD,
        "order = await session.merge(order, options=[selectinload(Order.items)])",
    ],
)
async def test_a_new_object_that_was_added_to_another_session_too(engine: AsyncEngine) -> None:
    """What the second session flushes is not it."""
    async with async_sessionmaker(engine, expire_on_commit=False)() as first:
        order = Order(id=50, note="new")
        first.add(order)
        await first.commit()
    async with async_sessionmaker(engine)() as session:  # <closed>
        session.add(order)  # <added>
        session.add(Order(id=51, note="newer"))
        await session.flush()
        assert order.id  # <selecting>
    assert order.items == []  # <read>


@situation(
    "Order.items of Order 50",
    says="detached",
    fixes=[
        "select(Order).options(selectinload(Order.items))",
        ADD,
        "order = await session.merge(order, options=[selectinload(Order.items)])",
    ],
)
async def test_a_new_object_that_was_expunged_before_it_was_flushed(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:  # <closed>
        order = Order(id=50, note="new")
        session.add(order)
        session.expunge(order)
        session.add(order)  # <added>
        await session.commit()  # <flushed>
        assert order.id  # <selecting>
    assert order.items == []  # <read>


@situation(
    "Order.note of Order 2",
    says="its value has expired",
    also={"expired": "unknown", "loaded": "unknown"},
    fixes=[REFRESH, AWAIT, KEEP],
)
async def test_what_had_expired_before_it_was_expunged_and_added_again(engine: AsyncEngine) -> None:
    """The second commit has found it expired, unless the SELECT has filled it: none of that is known."""
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)
        await session.commit()
        session.expunge(order)
        session.add(order)  # <added>
        (await session.scalars(select(Item))).all()
        await session.commit()
        assert order.note  # <read>
