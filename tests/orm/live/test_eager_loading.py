"""The loader options for a walk: as few as it needs, and tried before they are told."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import EagerRequest, EagerSelect, Step
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels
from tests.orm.verdicts import entity_of


WALK = "joinedload(Order.customer).selectinload(Customer.orders), defaultload(Order.items).joinedload(Item.product)"


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Customer(Base):
    """Has orders."""

    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[list["Order"]] = relationship(back_populates="customer")


class Order(Base):
    """Its items come by themselves."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")
    items: Mapped[list["Item"]] = relationship(lazy="selectin")
    notes: Mapped[list["Note"]] = relationship()


class Item(Base):
    """Of a product."""

    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    product: Mapped["Product"] = relationship()


class Product(Base):
    """Is sold."""

    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)


class Note(Base):
    """There are very many."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


@pytest.fixture
async def database(tmp_path: Path, open_models: OpenModels) -> OrmDatabase:
    path = tmp_path / "orders.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("""
            CREATE TABLE customers (id INTEGER PRIMARY KEY);
            CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER);
            CREATE TABLE items (id INTEGER PRIMARY KEY, order_id INTEGER, product_id INTEGER);
            CREATE TABLE products (id INTEGER PRIMARY KEY);
            CREATE TABLE notes (id INTEGER PRIMARY KEY, order_id INTEGER);
            INSERT INTO customers VALUES (1);
            INSERT INTO orders VALUES (1, 1), (2, 1);
            INSERT INTO items VALUES (1, 1, 1), (2, 1, 1), (3, 2, 1);
            INSERT INTO products VALUES (1);
        """)
        connection.executemany("INSERT INTO notes VALUES (?, 1)", [(number,) for number in range(1_500)])
    return await open_models(path, [Customer, Order, Item, Product, Note])


async def select(database: OrmDatabase, *ways: str, key: int = 1) -> EagerSelect:
    """The select for ways that are written with dots."""
    order = entity_of(database, "Order")
    chains = tuple(tuple(steps(database, order, way.split("."))) for way in ways)
    return await database.benchmarks.eager_select(EagerRequest(order, (key,), chains))


def steps(database: OrmDatabase, entity: Entity, names: list[str]) -> list[Step]:
    """The steps along relationships of these names."""
    made = []
    for name in names:
        made.append(Step(entity, name))
        entity = entity_of(database, entity.relationship(name).target)
    return made


@pytest.mark.parametrize(
    ("ways", "code", "statements"),
    [
        (["customer"], "select(Order).options(joinedload(Order.customer))", 2),
        (
            ["customer", "customer.orders"],
            "select(Order).options(joinedload(Order.customer).selectinload(Customer.orders))",
            4,  # the items of the customer's other orders come by themselves
        ),
        (["items"], "select(Order)", 2),
        (["items", "items.product"], "select(Order).options(defaultload(Order.items).joinedload(Item.product))", 2),
        (
            ["customer", "items", "customer.orders", "items.product"],
            f"select(Order).options({WALK})",
            4,
        ),
    ],
)
async def test_the_options_are_those_that_the_mapping_does_not_make_needless(
    database: OrmDatabase, ways: list[str], code: str, statements: int
) -> None:
    assert await select(database, *ways) == EagerSelect(code, statements)


async def test_where_a_cycle_stops_the_mapping_everything_is_named(database: OrmDatabase) -> None:
    """The items of the customer's other orders are loaded by the mapping; those of a cycle of mappings would not be."""
    found = await select(database, "customer", "customer.orders", "customer.orders.items")
    assert found.problem == ""
    assert found.code.startswith("select(Order).options(joinedload(Order.customer).selectinload(Customer.orders)")


async def test_its_statements_are_told_with_their_cause(database: OrmDatabase, told: list[Statement]) -> None:
    await select(database, "customer", "customer.orders")
    assert {one.cause for one in told if not one.is_browsers} >= {"options of Order 1"}


async def test_what_is_too_large_is_said_to_be(database: OrmDatabase) -> None:
    with pytest.raises(BrowserError, match="the options are not copied: it loads more than 1,000 instances"):
        await select(database, "notes")
    assert (await select(database, "notes", key=2)).problem == ""


async def test_a_row_that_is_gone_is_said_to_be(database: OrmDatabase) -> None:
    with pytest.raises(BrowserError, match="Order 99 is no longer in the database"):
        await select(database, "customer", key=99)


async def test_what_still_raises_is_named(database: OrmDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pirate_tui.orm.live.eager_loading.options_for", lambda *_, **__: ())
    assert (await select(database, "customer")).problem == "Order.customer still raises MissingGreenlet"
