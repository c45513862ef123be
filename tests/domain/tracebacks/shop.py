"""A shop whose lines raise the errors of async SQLAlchemy, one in each case: tracebacks are made of it."""

# ruff: noqa: ARG001, B009, B018, C408, SIM105, T201  each line reads what it is to read, as users write it

import asyncio
from collections.abc import Callable, Coroutine
from operator import attrgetter
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, create_engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    DynamicMapped,
    Mapped,
    load_only,
    mapped_column,
    raiseload,
    relationship,
)
from sqlalchemy.pool import NullPool


class Base(AsyncAttrs, DeclarativeBase):
    """The base of the models."""


class Customer(Base):
    """Who orders."""

    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    orders: Mapped[list["Order"]] = relationship(back_populates="customer")


class Item(Base):
    """What is ordered."""

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


class Order(Base):
    """An order, with a bit of everything."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str]
    receipt: Mapped[str] = mapped_column(default="", deferred=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")
    items: Mapped[list[Item]] = relationship()
    history: DynamicMapped[Item] = relationship(viewonly=True)
    titles: AssociationProxy[list[str]] = association_proxy("items", "title")
    buyer: AssociationProxy[str] = association_proxy("customer", "name")

    @property
    def size(self) -> int:
        """How many items it has."""
        return len(self.items)

    @hybrid_property
    def is_large(self) -> bool:
        """Whether it has many items."""
        return len(self.items) > 3

    def __repr__(self) -> str:
        return f"Order({self.note})"


class OrderOut(BaseModel):
    """What a serializer reads."""

    model_config = ConfigDict(from_attributes=True)
    items: list[Any]


class CustomerOut(BaseModel):
    """What a web application answers with."""

    model_config = ConfigDict(from_attributes=True)
    orders: list[Any]


Case = Callable[[AsyncSession, Order], Coroutine[Any, Any, Any]]
CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    """Add a case, which gets an open session and an order that it has loaded."""
    CASES[function.__name__] = function
    return function


@case
async def to_many(session: AsyncSession, order: Order) -> Any:
    return order.items


@case
async def to_one(session: AsyncSession, order: Order) -> Any:
    return order.customer


@case
async def chain(session: AsyncSession, order: Order) -> Any:
    return order.customer.name


@case
async def two_reads(session: AsyncSession, order: Order) -> Any:
    return {"note": order.note, "items": len(order.items)}


@case
async def bare(session: AsyncSession, order: Order) -> Any:
    order.items


@case
async def comprehension(session: AsyncSession, order: Order) -> Any:
    orders = [order]
    return [item.title for one in orders for item in one.items]


@case
async def loop(session: AsyncSession, order: Order) -> Any:
    for item in order.items:
        print(item)


@case
async def append(session: AsyncSession, order: Order) -> Any:
    order.items.append(Item(title="pearls"))


@case
async def by_getattr(session: AsyncSession, order: Order) -> Any:
    return getattr(order, "items")


@case
async def by_name(session: AsyncSession, order: Order) -> Any:
    name = "items"
    return order.note, getattr(order, name)


@case
async def by_getter(session: AsyncSession, order: Order) -> Any:
    get = attrgetter("items")
    return get(order), order.note


@case
async def several_lines(session: AsyncSession, order: Order) -> Any:
    return dict(
        note=order.note,
        items=order.items,
    )


@case
async def replaced(session: AsyncSession, order: Order) -> Any:
    order.items = []


@case
async def by_property(session: AsyncSession, order: Order) -> Any:
    return order.size


@case
async def by_hybrid(session: AsyncSession, order: Order) -> Any:
    return order.is_large


@case
async def by_proxy(session: AsyncSession, order: Order) -> Any:
    return list(order.titles)


@case
async def by_proxy_to_one(session: AsyncSession, order: Order) -> Any:
    return order.buyer


@case
async def by_proxy_again(session: AsyncSession, order: Order) -> Any:
    await order.awaitable_attrs.titles
    await session.commit()
    return len(order.titles)


@case
async def deferred(session: AsyncSession, order: Order) -> Any:
    return order.receipt


@case
async def left_out(session: AsyncSession, order: Order) -> Any:
    session.expunge_all()
    again = (await session.scalars(select(Order).options(load_only(Order.id)))).one()
    return again.note


@case
async def expired(session: AsyncSession, order: Order) -> Any:
    await session.commit()
    return order.note


@case
async def expired_collection(session: AsyncSession, order: Order) -> Any:
    await session.commit()
    return order.items


@case
async def expired_relationship(session: AsyncSession, order: Order) -> Any:
    await session.commit()
    return order.customer


@case
async def expired_target(session: AsyncSession, order: Order) -> Any:
    customer = await session.get_one(Customer, 1)
    session.expire(customer)
    return order.customer.name, customer


@case
async def by_repr(session: AsyncSession, order: Order) -> Any:
    await session.commit()
    return f"the order: {order}"


@case
async def formatted(session: AsyncSession, order: Order) -> Any:
    await session.commit()
    return f"an order {order.note} of {order.customer_id}"


@case
async def query(session: AsyncSession, order: Order) -> Any:
    return list(order.history)


@case
async def autoflush(session: AsyncSession, order: Order) -> Any:
    session.add(Customer(name="Ahab"))
    return order.items


@case
async def detached(session: AsyncSession, order: Order) -> Any:
    await session.close()
    return order.items


@case
async def detached_deferred(session: AsyncSession, order: Order) -> Any:
    session.expunge(order)
    return order.receipt


@case
async def detached_expired(session: AsyncSession, order: Order) -> Any:
    await session.commit()
    await session.close()
    return order.note


@case
async def refused(session: AsyncSession, order: Order) -> Any:
    session.expunge_all()
    again = (await session.scalars(select(Order).options(raiseload("*")))).one()
    return again.items


@case
async def sync_execute(session: AsyncSession, order: Order) -> Any:
    return session.sync_session.execute(select(Order))


@case
async def sync_query(session: AsyncSession, order: Order) -> Any:
    db = session.sync_session
    return db.query(Order).all()


@case
async def sync_built_query(session: AsyncSession, order: Order) -> Any:
    orders = session.sync_session.query(Order)
    return orders.count()


@case
async def sync_only(session: AsyncSession, order: Order) -> Any:
    return session.sync_session.bulk_save_objects([Customer(name="Ahab")])


@case
async def sync_connection(session: AsyncSession, order: Order) -> Any:
    connection: Any = await session.connection()
    return connection.sync_connection.execute(text("SELECT 1"))


@case
async def sync_engine(session: AsyncSession, order: Order) -> Any:
    engine = create_engine("sqlite+aiosqlite://")
    with engine.connect() as connection:
        return connection


@case
async def sync_create_all(session: AsyncSession, order: Order) -> Any:
    engine = create_engine("sqlite+aiosqlite://")
    Base.metadata.create_all(engine)


@case
async def pending_rollback(session: AsyncSession, order: Order) -> Any:
    session.add(Order(id=1, note="twice", customer_id=1))
    try:
        await session.flush()
    except IntegrityError:
        pass
    return await session.scalars(select(Order))


@case
async def concurrent(session: AsyncSession, order: Order) -> Any:
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=NullPool)
    async with AsyncSession(engine) as shared:
        return await asyncio.gather(shared.scalar(text("SELECT 1")), shared.scalar(text("SELECT 2")))


@case
async def serialized(session: AsyncSession, order: Order) -> Any:
    return OrderOut.model_validate(order)


@case
async def served(session: AsyncSession, order: Order) -> Any:
    """Not among the cases that every Python runs, since it takes FastAPI."""
    from fastapi import FastAPI
    from httpx import ASGITransport, AsyncClient

    app = FastAPI()

    @app.get("/customers/{number}", response_model=CustomerOut)
    async def read_customer(number: int) -> Any:
        return await session.get_one(Customer, number)

    async with AsyncClient(transport=ASGITransport(app), base_url="http://shop") as client:
        return await client.get("/customers/1")


@case
async def in_a_group(session: AsyncSession, order: Order) -> Any:
    async with asyncio.TaskGroup() as group:
        group.create_task(to_many(session, order))


@case
async def handled(session: AsyncSession, order: Order) -> Any:
    try:
        return order.items
    except Exception as error:
        raise RuntimeError("no items") from error


async def filled(engine: Any) -> async_sessionmaker[AsyncSession]:
    """Fill a database in memory, and return its sessions."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine)
    async with sessions.begin() as session:
        session.add(Customer(id=1, name="Ishmael"))
        session.add(Order(id=1, note="two left shoes", customer_id=1))
        session.add(Item(id=1, title="a shoe", order_id=1))
    return sessions


async def run(name: str) -> None:
    """Run a case, which raises."""
    engine = create_async_engine("sqlite+aiosqlite://")
    try:
        sessions = await filled(engine)
        session = sessions()
        try:
            order = await session.get_one(Order, 1)
            await CASES[name](session, order)
        finally:
            await session.rollback()
            await session.close()
    finally:
        await engine.dispose()
