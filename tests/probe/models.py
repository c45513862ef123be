"""A shop: the models of the tests of the probe, with a way into each situation that it explains."""

from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, String, create_engine, func, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(AsyncAttrs, DeclarativeBase):
    """Whose instances can be awaited."""

    type_annotation_map = {str: String(60)}  # noqa: RUF012  SQLAlchemy's way; MariaDB asks for a length


class Customer(Base):
    """Someone with orders."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    orders: Mapped[list["Order"]] = relationship(back_populates="customer", order_by="Order.id")
    notes: AssociationProxy[list[str]] = association_proxy("orders", "note", creator=lambda note: Order(note=note))

    @property
    def turnover(self) -> int:
        """Of a relationship."""
        return len(self.orders)  # <read>

    @hybrid_property
    def is_regular(self) -> bool:
        """Of a relationship, too."""
        return len(self.orders) > 1  # <read>

    @property
    def forgiving(self) -> int:
        """Hides what went wrong."""
        try:
            return len(self.orders)  # <read>
        except SQLAlchemyError:
            return 0

    def __repr__(self) -> str:
        """As people write it."""
        return f"Customer({len(self.orders)} orders)"  # <read>


class Order(Base):
    """Of a customer, with items."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column(unique=True)
    blob: Mapped[str | None] = mapped_column(deferred=True)
    updated: Mapped[str | None] = mapped_column(onupdate=func.lower("NOW"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped["Customer | None"] = relationship(back_populates="orders")
    items: Mapped[list["Item"]] = relationship(order_by="Item.id")
    code: Mapped[str | None] = mapped_column(active_history=True)
    slip: Mapped["Slip | None"] = relationship()
    guarded: Mapped[list["Item"]] = relationship(viewonly=True, lazy="raise")


class Item(Base):
    """Of an order."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))


class Slip(Base):
    """Of one order."""

    __tablename__ = "slips"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))


ROWS: dict[type[Base], list[dict[str, Any]]] = {
    Customer: [{"id": 1, "name": "Anne"}, {"id": 2, "name": "Mary"}],
    Order: [
        {"id": number, "note": f"note {number}", "blob": "b", "code": "c", "updated": "", "customer_id": 1 + number % 2}
        for number in range(1, 7)
    ],
    Item: [{"id": number, "name": f"item {number}", "order_id": number} for number in range(1, 7)],
}
"""Their rows; those of orders 2, 4 and 6 are Anne's."""


def make_shop(path: Path) -> None:
    """Make the file, without asyncio."""
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        for mapped, rows in ROWS.items():
            connection.execute(insert(mapped), rows)
    engine.dispose()
