"""A shop, with every kind of attribute that a schema may read."""

import warnings
from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, func, select
from sqlalchemy.exc import SADeprecationWarning
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    DynamicMapped,
    Mapped,
    WriteOnlyMapped,
    attribute_keyed_dict,
    column_property,
    composite,
    mapped_column,
    object_session,
    reconstructor,
    relationship,
    synonym,
)


Text = String(40)


class Base(AsyncAttrs, DeclarativeBase):
    """The shop's own."""


class Address(Base):
    """To one, and lazy="raise" where it is a customer's."""

    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    city: Mapped[str] = mapped_column(Text)


class Customer(Base):
    """Has much that is not loaded."""

    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    notes: Mapped[str] = mapped_column(Text, deferred=True)
    secret: Mapped[str | None] = mapped_column(Text, deferred=True, deferred_raiseload=True)
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"))
    address: Mapped[Address | None] = relationship(lazy="raise")
    orders: Mapped[list["Order"]] = relationship(back_populates="customer", foreign_keys="Order.customer_id")
    badge: Mapped["Badge | None"] = relationship(back_populates="customer")

    @hybrid_property
    def has_secret(self) -> Any:
        """Whether there is a secret."""
        return self.secret is not None

    def __repr__(self) -> str:
        return f"Customer({self.name}, {self.address})"


class Badge(Base):
    """One to one."""

    __tablename__ = "badges"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped[Customer] = relationship(back_populates="badge", lazy="raise")


tagged = Table(
    "tagged",
    Base.metadata,
    Column("product_id", ForeignKey("products.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Tag(Base):
    """Many to many."""

    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(Text)


class Product(Base):
    """Its makers come by themselves."""

    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    price: Mapped[int]
    maker_id: Mapped[int | None] = mapped_column(ForeignKey("makers.id"))
    tags: Mapped[list[Tag]] = relationship(secondary=tagged)
    maker: Mapped["Maker | None"] = relationship(lazy="joined")
    tag_words: AssociationProxy[list[str]] = association_proxy("tags", "word")


class Maker(Base):
    """Is loaded with its products."""

    __tablename__ = "makers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"))
    address: Mapped[Address | None] = relationship()


class Money:
    """A composite value."""

    def __init__(self, amount: int, currency: str) -> None:
        self.amount = amount
        self.currency = currency


class Order(Base):
    """What most schemas read."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    billing_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders", foreign_keys=customer_id)
    billing: Mapped[Customer | None] = relationship(foreign_keys=billing_id)
    buyer: Mapped[Customer] = synonym("customer")
    price: Mapped[Money] = composite(Money, "amount", "currency")
    items: Mapped[list["Item"]] = relationship(back_populates="order", order_by="Item.id")
    events: Mapped[list["Event"]] = relationship(order_by="Event.id")
    comments: Mapped[dict[str, "Comment"]] = relationship(collection_class=attribute_keyed_dict("topic"))
    labels: Mapped[set["Label"]] = relationship()
    views: DynamicMapped["View"] = relationship()
    visits: WriteOnlyMapped["Visit"] = relationship()
    ignored: Mapped[list["Label"]] = relationship(viewonly=True, lazy="noload")

    @reconstructor
    def _prepare(self) -> None:
        """No constructor runs for instances that are loaded, nor this one for those that are made up."""
        self._prefix = "# "

    @property
    def label(self) -> str:
        """What needs that."""
        return f"{self._prefix}{self.customer.name}"

    @property
    def total(self) -> int:
        """The sum of all items."""
        return sum(item.product.price for item in self.items)

    @property
    def hidden(self) -> int:
        """The number of labels; 0 whatever goes wrong."""
        try:
            return len(self.labels)
        except Exception:  # noqa: BLE001  that is what it is about
            return 0

    @property
    def payer(self) -> Customer | None:
        """Who pays: for Bob, it is somebody else."""
        return self.billing if self.customer.name == "Bob" else self.customer

    @property
    def rank(self) -> int:
        """A query of its own."""
        session = object_session(self)
        return 0 if session is None else session.scalar(select(func.count()).select_from(Order)) or 0


Order.item_count = column_property(
    select(func.count()).select_from(Base.metadata.tables["orders"].alias()).scalar_subquery()
)
Order.item_sum = column_property(select(func.sum(Order.__table__.alias().c.amount)).scalar_subquery(), deferred=True)


class Item(Base):
    """A line of an order."""

    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int]
    order: Mapped[Order] = relationship(back_populates="items")
    product: Mapped[Product] = relationship()


class Event(Base):
    """What has happened to an order."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "event"}  # noqa: RUF012  as SQLAlchemy has it


class Paid(Event):
    """Has a column of its own."""

    __tablename__ = "paid"
    id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    sum: Mapped[int]
    __mapper_args__ = {"polymorphic_identity": "paid"}  # noqa: RUF012


class Shipped(Event):
    """Leads on."""

    __tablename__ = "shipped"
    id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    to: Mapped[Address] = relationship()
    __mapper_args__ = {"polymorphic_identity": "shipped"}  # noqa: RUF012


class Vehicle(Base):
    """Its subclasses come by themselves."""

    __tablename__ = "vehicles"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    owner: Mapped[Customer] = relationship(backref="vehicles")
    __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "vehicle"}  # noqa: RUF012


class Car(Vehicle):
    """In a statement of its own."""

    __tablename__ = "cars"
    id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), primary_key=True)
    doors: Mapped[int]
    __mapper_args__ = {"polymorphic_identity": "car", "polymorphic_load": "selectin"}  # noqa: RUF012


class Truck(Vehicle):
    """In the same statement."""

    __tablename__ = "trucks"
    id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), primary_key=True)
    load: Mapped[int]
    __mapper_args__ = {"polymorphic_identity": "truck", "polymorphic_load": "inline"}  # noqa: RUF012


class Comment(Base):
    """In a dictionary by its topic."""

    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    topic: Mapped[str] = mapped_column(Text)
    author: Mapped[Customer] = relationship()


class Label(Base):
    """In a set."""

    __tablename__ = "labels"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    word: Mapped[str] = mapped_column(Text)
    event: Mapped[Event | None] = relationship()


class View(Base):
    """Of a dynamic relationship."""

    __tablename__ = "views"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


class Visit(Base):
    """Of a write-only relationship."""

    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


class Category(Base):
    """A tree."""

    __tablename__ = "categories"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    parent: Mapped["Category | None"] = relationship(back_populates="children", remote_side="Category.id")
    children: Mapped[list["Category"]] = relationship(back_populates="parent")
    owner: Mapped[Customer | None] = relationship()


ROWS: dict[type, list[dict[str, Any]]] = {
    Address: [{"id": 1, "city": "Bath"}, {"id": 2, "city": "Ulm"}],
    Customer: [
        {"id": 1, "name": "Ann", "notes": "n", "secret": "s", "address_id": 1},
        {"id": 2, "name": "Bob", "notes": "n", "secret": None, "address_id": 2},
    ],
    Badge: [{"id": 1, "customer_id": 1}],
    Maker: [{"id": 1, "name": "Acme", "address_id": 2}],
    Tag: [{"id": 1, "word": "new"}, {"id": 2, "word": "red"}],
    Product: [
        {"id": 1, "name": "Pen", "price": 2, "maker_id": 1},
        {"id": 2, "name": "Ink", "price": 5, "maker_id": None},
    ],
    tagged: [{"product_id": 1, "tag_id": 1}, {"product_id": 1, "tag_id": 2}],  # type: ignore[dict-item]
    Order: [
        {"id": 1, "number": "A", "amount": 9, "currency": "EUR", "customer_id": 1, "billing_id": None},
        {"id": 2, "number": "B", "amount": 2, "currency": "EUR", "customer_id": 2, "billing_id": 1},
        {"id": 3, "number": "C", "amount": 0, "currency": "EUR", "customer_id": 1, "billing_id": None},
    ],
    Item: [
        {"id": 1, "order_id": 1, "product_id": 1, "quantity": 2},
        {"id": 2, "order_id": 1, "product_id": 2, "quantity": 1},
        {"id": 3, "order_id": 2, "product_id": 1, "quantity": 1},
    ],
    Event.__table__: [  # type: ignore[dict-item]
        {"id": 1, "kind": "event", "order_id": 1},
        {"id": 2, "kind": "paid", "order_id": 1},
        {"id": 3, "kind": "shipped", "order_id": 2},
    ],
    Paid.__table__: [{"id": 2, "sum": 9}],  # type: ignore[dict-item]
    Shipped.__table__: [{"id": 3, "to_id": 2}],  # type: ignore[dict-item]
    Vehicle.__table__: [  # type: ignore[dict-item]
        {"id": 1, "kind": "car", "owner_id": 1},
        {"id": 2, "kind": "truck", "owner_id": 1},
    ],
    Car.__table__: [{"id": 1, "doors": 5}],  # type: ignore[dict-item]
    Truck.__table__: [{"id": 2, "load": 9}],  # type: ignore[dict-item]
    Comment: [{"id": 1, "order_id": 1, "author_id": 2, "topic": "size"}],
    Label: [
        {"id": 1, "order_id": 1, "event_id": 2, "word": "gift"},
        {"id": 2, "order_id": 1, "event_id": 3, "word": "late"},
        {"id": 3, "order_id": 1, "event_id": None, "word": "red"},
    ],
    View: [{"id": 1, "order_id": 1}],
    Visit: [{"id": 1, "order_id": 1}],
    Category: [
        {"id": 1, "name": "all", "parent_id": None, "owner_id": 1},
        {"id": 2, "name": "ink", "parent_id": 1, "owner_id": 2},
        {"id": 3, "name": "red", "parent_id": 2, "owner_id": 1},
        {"id": 4, "name": "dark", "parent_id": 3, "owner_id": 2},
        {"id": 5, "name": "wine", "parent_id": 4, "owner_id": 2},
        {"id": 6, "name": "port", "parent_id": 5, "owner_id": 2},
    ],
}
"""Rows that reach every path; no column of theirs is NULL by chance."""

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SADeprecationWarning)  # of `noload`, on 2.1
    Base.registry.configure()

MODELS = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda mapped: mapped.__name__)
