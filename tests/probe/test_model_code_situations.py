"""Read by code of the model, or of a library: the note names the attribute that was read in the end, and its line."""

import inspect
import io
import logging

import msgspec
import pydantic
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from tests.probe.models import Customer, Order
from tests.probe.situations import AWAIT, KEEP, REFRESH, Shop, situation


turnover, forgiving = (inspect.getattr_static(Customer, name).fget for name in ("turnover", "forgiving"))
is_regular = inspect.getattr_static(Customer, "is_regular").fget


@situation(
    "Customer.orders of Customer 1",
    within=[turnover],
    fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH],
)
async def test_a_property(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        assert customer.turnover  # <accessed>


@situation(
    "Customer.orders of Customer 1",
    within=[is_regular],
    fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH],
)
async def test_a_hybrid(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        assert customer.is_regular  # <accessed>


@situation(
    "Customer.orders of Customer 1", fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH]
)
async def test_an_association_proxy(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        assert list(customer.notes)  # <read>


@situation(
    "Customer.orders of Customer 1",
    within=[Customer.__repr__],
    fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH],
)
async def test_a_repr_in_an_f_string(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        assert f"of {customer}" == "of Customer(3 orders)"  # <accessed>


async def log_a_customer(engine: AsyncEngine) -> None:
    """As people do it; logging prints its own errors, and goes on."""
    logger = logging.Logger("shop")  # noqa: LOG001  of this test alone
    logger.addHandler(logging.StreamHandler(io.StringIO()))
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        logger.warning("from %r", customer)  # <accessed>


test_a_repr_in_a_record_of_a_log = situation(
    "Customer.orders of Customer 1",
    within=[Customer.__repr__],
    fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH],
)(log_a_customer)


async def test_the_error_that_logging_prints_has_the_note(
    shop: Shop, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    (note,) = await shop.explained(log_a_customer, caplog)
    printed = capsys.readouterr().err
    assert "--- Logging error ---" in printed
    assert note.text in printed


@situation(
    "Customer.orders of Customer 1",
    within=[forgiving],
    is_lost=True,
    fixes=["at <loaded>: options=[selectinload(Customer.orders)]", AWAIT, REFRESH],
)
async def test_a_property_that_hides_the_error(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        customer = await session.get_one(Customer, 1)  # <loaded>
        assert customer.forgiving == 3  # <accessed>


class OrderOut(pydantic.BaseModel):
    """What an endpoint returns."""

    model_config = pydantic.ConfigDict(from_attributes=True)

    note: str
    customer_id: int
    blob: str


@situation("Order.blob of Order 2", is_lost=True, fixes=["at <loaded>: options=[undefer(Order.blob)]", AWAIT, REFRESH])
async def test_pydantic(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        assert OrderOut.model_validate(order).blob  # <read>


class OrderStruct(msgspec.Struct):
    """What another framework returns."""

    note: str
    blob: str


@situation(
    "Order.blob of Order 2",
    fixes=["at <loaded>: options=[undefer(Order.blob)]", AWAIT, REFRESH],
)
async def test_msgspec(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        assert msgspec.convert(order, OrderStruct, from_attributes=True).blob  # <read>


@situation("Order.note of Order 2", fixes=[KEEP, REFRESH, AWAIT])
async def test_sorting_by_an_attribute(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # <loaded>
        await session.commit()  # <expired>
        assert sorted([order, order], key=lambda one: one.note)  # <read>
