"""Relationships of every shape: who leads to whom, by which columns, through which collection."""

# ruff: noqa: A003  `id` within a class is its column

from typing import Any, cast

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, String, Table, and_, func, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.orderinglist import ordering_list
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    aliased,
    attribute_keyed_dict,
    foreign,
    mapped_column,
    relationship,
    remote,
)
from sqlalchemy.orm.collections import collection

from tests.orm.mappings import Rows


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Node(Base):
    """Leads to itself, both ways, lazily and not."""

    __tablename__ = "nodes"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    parent: Mapped["Node | None"] = relationship(remote_side=id, back_populates="children")
    children: Mapped[list["Node"]] = relationship(back_populates="parent")
    deep: Mapped[list["Node"]] = relationship(lazy="selectin", join_depth=2, viewonly=True)
    wide: Mapped[list["Node"]] = relationship(lazy="joined", join_depth=2, viewonly=True)
    above: Mapped["Node | None"] = relationship(lazy="joined", join_depth=1, viewonly=True, remote_side=id)


friends = Table(
    "friends",
    Base.metadata,
    Column("left_id", ForeignKey("people.id"), primary_key=True),
    Column("right_id", ForeignKey("people.id"), primary_key=True),
)


class Person(Base):
    """Many to many with itself, an association object, and proxies through it."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    friends: Mapped[set["Person"]] = relationship(
        secondary=friends, primaryjoin=id == friends.c.left_id, secondaryjoin=id == friends.c.right_id
    )
    passport: Mapped["Passport | None"] = relationship(back_populates="person")
    shares: Mapped[list["Share"]] = relationship(back_populates="person")
    by_ship: Mapped[dict[int, "Share"]] = relationship(
        collection_class=attribute_keyed_dict("ship_id"), viewonly=True, overlaps="shares,person"
    )
    share_set: Mapped[set["Share"]] = relationship(viewonly=True)
    ordered: Mapped[list["Share"]] = relationship(
        collection_class=ordering_list("place"), order_by="Share.place", overlaps="shares,person"
    )
    ships: AssociationProxy[list["Ship"]] = association_proxy("shares", "ship")
    ship_names: AssociationProxy[list[str]] = association_proxy("ships", "name")
    parts: AssociationProxy[dict[int, int]] = association_proxy("by_ship", "part")
    ship_set: AssociationProxy[set["Ship"]] = association_proxy("share_set", "ship")
    number: AssociationProxy[str] = association_proxy("passport", "number")
    friend_names: AssociationProxy[set[str]] = association_proxy("friends", "name")


class Passport(Base):
    """One to one, both ways."""

    __tablename__ = "passports"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    person: Mapped[Person] = relationship(back_populates="passport")
    friend_names: AssociationProxy[set[str]] = association_proxy("person", "friend_names")


class Share(Base):
    """An association object with a composite key, and two many-to-one."""

    __tablename__ = "shares"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    ship_id: Mapped[int] = mapped_column(ForeignKey("ships.id"), primary_key=True)
    part: Mapped[int]
    place: Mapped[int]
    person: Mapped[Person] = relationship(back_populates="shares")
    ship: Mapped["Ship"] = relationship(lazy="joined", innerjoin=True)
    logs: Mapped[list["Log"]] = relationship(back_populates="share")


class Ship(Base):
    """Led to through the shares alone."""

    __tablename__ = "ships"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    owners: Mapped[list[Person]] = relationship(secondary="shares", viewonly=True, order_by=Person.name.desc())


class Log(Base):
    """A composite foreign key, whole, half and dangling."""

    __tablename__ = "logs"
    __table_args__ = (ForeignKeyConstraint(["person_id", "ship_id"], ["shares.person_id", "shares.ship_id"]),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None]
    ship_id: Mapped[int | None]
    share: Mapped[Share | None] = relationship(back_populates="logs")


class Bag:
    """A collection that has no length, and is no list, set or dict."""

    def __init__(self) -> None:
        self.held: list[Any] = []

    @collection.appender  # type: ignore[untyped-decorator]
    def apply_scenario(self, one: Any) -> None:
        """Take one in."""
        self.held.append(one)

    @collection.remover  # type: ignore[untyped-decorator]
    def drop(self, one: Any) -> None:
        """Let one go."""
        self.held.remove(one)

    @collection.iterator  # type: ignore[untyped-decorator]
    def every(self) -> Any:
        """All of them."""
        return iter(self.held)


class Port(Base):
    """Led to by its code, and by what only an expression says."""

    __tablename__ = "ports"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String, unique=True)
    visits: Mapped[list["Visit"]] = relationship(
        back_populates="port", foreign_keys="Visit.port_code", order_by="Visit.id.desc()"
    )
    bag: Mapped[Bag] = relationship(
        "Visit", foreign_keys="Visit.port_code", collection_class=cast("Any", Bag), viewonly=True, uselist=True
    )
    long: Mapped[list["Visit"]] = relationship(
        primaryjoin="and_(Port.code == foreign(Visit.port_code), Visit.days > 2)", viewonly=True
    )

    def __iter__(self) -> Any:
        """A model that can be iterated."""
        return iter(["not", "its", "children"])

    def __len__(self) -> int:
        """And reads a relationship for its length, thus for its truth."""
        return len(self.visits)


class Visit(Base):
    """A foreign key that is no primary key, a dangling one, and an aliased target."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    days: Mapped[int]
    port_code: Mapped[str | None] = mapped_column(ForeignKey("ports.code"))
    port_id: Mapped[int | None] = mapped_column(ForeignKey("ports.id"))
    port: Mapped[Port | None] = relationship(back_populates="visits", foreign_keys=port_code)
    by_id: Mapped[Port | None] = relationship(foreign_keys=port_id)
    eager: Mapped[Port | None] = relationship(foreign_keys=port_id, lazy="joined", viewonly=True)
    same: Mapped[list["Visit"]] = relationship(
        primaryjoin=lambda: remote(foreign(Visit.days)) == Visit.days, viewonly=True
    )


longest = aliased(Visit, select(Visit).order_by(Visit.days.desc()).limit(5).subquery())

Port.longest = relationship(longest, primaryjoin=Port.id == longest.port_id, viewonly=True)
Port.lower = relationship(
    Port,
    primaryjoin=and_(func.lower(Port.code) == remote(foreign(Port.code)), Port.id > 0),
    viewonly=True,
    uselist=False,
)

odd = Table("odd", Base.metadata, Column("id", Integer, primary_key=True), Column("node_id", ForeignKey("nodes.id")))
Node.odds = relationship(Person, secondary=odd, secondaryjoin=odd.c.id == foreign(Person.id), viewonly=True)

MODELS = [Node, Person, Passport, Share, Ship, Log, Port, Visit]

ROWS: Rows = {
    Node: [{"id": 1, "parent_id": None}, {"id": 2, "parent_id": 1}, {"id": 3, "parent_id": 3}],
    Person: [{"id": 1, "name": "Anne"}, {"id": 2, "name": "Mary"}],
    friends: [{"left_id": 1, "right_id": 2}],
    Passport: [{"id": 1, "number": "x1", "person_id": 1}, {"id": 2, "number": "x2", "person_id": 9}],
    Share: [{"person_id": 1, "ship_id": 1, "part": 3, "place": 0}],
    Ship: [{"id": 1, "name": "Revenge"}],
    Log: [
        {"id": 1, "person_id": 1, "ship_id": 1},
        {"id": 2, "person_id": 1, "ship_id": None},
        {"id": 3, "person_id": 7, "ship_id": 7},
        {"id": 4, "person_id": None, "ship_id": None},
    ],
    Port: [{"id": 1, "code": "aa"}],
    Visit: [
        {"id": 1, "days": 3, "port_code": "aa", "port_id": 1},
        {"id": 2, "days": 1, "port_code": None, "port_id": None},
        {"id": 3, "days": 3, "port_code": "zz", "port_id": 9},
    ],
    odd: [{"id": 1, "node_id": 1}],
}
