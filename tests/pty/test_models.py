"""A developer's own models in a real terminal: one command from the README, from an order to its customer and back."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

MODELS = """
from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

print("a greeting from the models")

class Base(AsyncAttrs, DeclarativeBase):
    pass

order_tags = Table(
    "order_tags",
    Base.metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped["Customer"] = relationship(back_populates="orders")
    tags: Mapped[list["Tag"]] = relationship(secondary=order_tags, back_populates="orders")

class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    orders: Mapped[list[Order]] = relationship(back_populates="customer")

class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    orders: Mapped[list[Order]] = relationship(secondary=order_tags, back_populates="tags")
"""

TABLES = """
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers);
    CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE order_tags (order_id REFERENCES orders, tag_id REFERENCES tags, PRIMARY KEY (order_id, tag_id));
    INSERT INTO customers VALUES (1, 'Nami'), (2, 'Vivi');
    INSERT INTO orders VALUES (1, 2), (2, 1);
    INSERT INTO tags VALUES (1, 'gift');
    INSERT INTO order_tags VALUES (1, 1), (2, 1);
"""

pytestmark = pytest.mark.long


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a database and the models of it."""
    folder = tmp_path / "a shop"
    folder.mkdir()
    (folder / "models.py").write_text(MODELS, encoding="utf-8")
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        connection.executescript(TABLES)
    return folder


def test_from_an_order_to_its_customer_and_back_through_a_many_to_many(start: "Launcher", shop: Path) -> None:
    terminal = start("shop.db", "--models", "models.py", folder=shop)
    terminal.wait_for("Order · 2 rows", "Order 1 · persistent")
    terminal.send("<enter><down><enter>")
    terminal.wait_for("Vivi", "customer · Customer")
    terminal.send("<down><down>")
    terminal.send("<enter>")
    terminal.wait_for("tags · 1 Tag", "gift")
    terminal.send("<down><enter>")
    terminal.wait_for("orders · 2 Order")
    terminal.send("m")
    terminal.wait_for("Models · 3", "type to filter")
    terminal.send("cust<enter>")
    terminal.wait_for("Customer · 2 rows", "Nami")
    terminal.send("u<enter>")
    terminal.wait_for("customer.orders", "greenlet_spawn has not been called")
    terminal.wait_for("await customer.awaitable_attrs.orders")
    terminal.send("<esc>")
    terminal.wait_gone("greenlet_spawn has not been called")
    terminal.send("<esc>")
    terminal.wait_gone("✗ orders")
    terminal.send("<esc>")
    terminal.wait_for("Order 1 › tags", "orders · 2 Order")
    terminal.quit()
    assert "a greeting" not in terminal.text


def test_the_tables_themselves_do_without_models(start: "Launcher", shop: Path) -> None:
    terminal = start("shop.db", "--model", "Tags", folder=shop)
    terminal.wait_for("Tags · 1 row", "gift")
    terminal.quit()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import nowhere_to_be_found\n", ["models.py, line 1", "nowhere_to_be_found"]),
        ("class A(:\n", ["models.py, line 1", "SyntaxError"]),
        ("import sys; sys.exit(3)\n", ["models.py, line 1"]),
        ("x = 1\n", ["no mapped class"]),
    ],
)
def test_bad_models_end_with_4_before_the_screen_is_taken(
    start: "Launcher", shop: Path, source: str, words: list[str]
) -> None:
    (shop / "models.py").write_text(source, encoding="utf-8")
    terminal = start("shop.db", "--models", "models.py", folder=shop)
    assert terminal.wait_exit() == 4
    assert b"\x1b[?1049h" not in terminal.raw
    assert [word for word in words if not terminal.has_said(word)] == []
