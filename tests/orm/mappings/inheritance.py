"""Polymorphic mappings: joined, single-table and concrete, with subclasses that have attributes of their own."""

# ruff: noqa: A003, RUF012  `id` within a class is its column; `__mapper_args__` as SQLAlchemy has it

from sqlalchemy import ForeignKey, case
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.declarative import AbstractConcreteBase, ConcreteBase
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from tests.orm.mappings import Rows


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Company(Base):
    """Has staff of every class."""

    __tablename__ = "companies"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff: Mapped[list["Staff"]] = relationship(back_populates="company")
    gunners: Mapped[list["Gunner"]] = relationship(viewonly=True)


class Staff(Base):
    """A base with a table of its own."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    company: Mapped[Company | None] = relationship(back_populates="staff")

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "staff"}


class Gunner(Staff):
    """A joined table with a column, a deferred one and a relationship."""

    __tablename__ = "gunners"

    id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    calibre: Mapped[int]
    secret: Mapped[str | None] = mapped_column(deferred=True)
    guns: Mapped[list["Gun"]] = relationship(back_populates="gunner")

    __mapper_args__ = {"polymorphic_identity": "gunner"}

    @property
    def size(self) -> int:
        """Of the subclass's own column."""
        return self.calibre * 2


class Chief(Gunner):
    """A third table."""

    __tablename__ = "chiefs"

    id: Mapped[int] = mapped_column(ForeignKey("gunners.id"), primary_key=True)
    rank: Mapped[str]

    __mapper_args__ = {"polymorphic_identity": "chief"}


class Cook(Staff):
    """Joined, loaded inline with the base."""

    __tablename__ = "cooks"

    id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    dish: Mapped[str]

    __mapper_args__ = {"polymorphic_identity": "cook", "polymorphic_load": "inline"}


class Carpenter(Staff):
    """Joined, loaded by a second SELECT after the base."""

    __tablename__ = "carpenters"

    id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    wood: Mapped[str]

    __mapper_args__ = {"polymorphic_identity": "carpenter", "polymorphic_load": "selectin"}


class Gun(Base):
    """Leads to a subclass."""

    __tablename__ = "guns"

    id: Mapped[int] = mapped_column(primary_key=True)
    gunner_id: Mapped[int | None] = mapped_column(ForeignKey("gunners.id"))
    gunner: Mapped[Gunner | None] = relationship(back_populates="guns")


class Vessel(Base):
    """Single-table, its class found by an expression."""

    __tablename__ = "vessels"

    id: Mapped[int] = mapped_column(primary_key=True)
    masts: Mapped[int] = mapped_column()
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))

    __mapper_args__ = {
        "polymorphic_on": case((masts > 2, "ship"), (masts > 0, "sloop"), else_="boat"),
        "polymorphic_identity": "boat",
    }


class Sloop(Vessel):
    """A subclass without a table, with a column that the base does not select."""

    sail: Mapped[str | None]

    __mapper_args__ = {"polymorphic_identity": "sloop"}


class BigShip(Vessel):
    """Loads inline; has a relationship and a deferred column of its own."""

    deck: Mapped[str | None] = mapped_column(deferred=True)
    guns: Mapped[str | None]
    owner: Mapped[Company | None] = relationship()

    __mapper_args__ = {"polymorphic_identity": "ship", "polymorphic_load": "inline"}


class Animal(Base):
    """Everything of every subclass is selected at once."""

    __tablename__ = "animals"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal", "with_polymorphic": "*"}


class Parrot(Animal):
    """Joined to it."""

    __tablename__ = "parrots"

    id: Mapped[int] = mapped_column(ForeignKey("animals.id"), primary_key=True)
    words: Mapped[str]
    mate_id: Mapped[int | None] = mapped_column(ForeignKey("parrots.id"))
    mate: Mapped["Parrot | None"] = relationship(remote_side=id, foreign_keys=mate_id)

    __mapper_args__ = {"polymorphic_identity": "parrot", "inherit_condition": id == Animal.id}


class Toll(AbstractConcreteBase, Base):
    """A base without a table."""

    strict_attrs = True


class RoadToll(Toll):
    """A concrete table."""

    __tablename__ = "road_tolls"

    id: Mapped[int] = mapped_column(primary_key=True)
    sum: Mapped[int]
    next_id: Mapped[int | None] = mapped_column(ForeignKey("road_tolls.id"))
    next: Mapped["RoadToll | None"] = relationship(remote_side=[id])

    __mapper_args__ = {"polymorphic_identity": "road", "concrete": True}


class BridgeToll(Toll):
    """Another concrete table, with nothing in common but the class."""

    __tablename__ = "bridge_tolls"

    id: Mapped[int] = mapped_column(primary_key=True)
    sum: Mapped[int]
    bridge: Mapped[str]

    __mapper_args__ = {"polymorphic_identity": "bridge", "concrete": True}


class Fee(ConcreteBase, Base):
    """A base with a concrete table of its own."""

    __tablename__ = "fees"

    id: Mapped[int] = mapped_column(primary_key=True)
    sum: Mapped[int]

    __mapper_args__ = {"polymorphic_identity": "fee", "concrete": True}


class PortFee(Fee):
    """Its rows are found through the base too."""

    __tablename__ = "port_fees"

    id: Mapped[int] = mapped_column(primary_key=True)
    sum: Mapped[int]
    port: Mapped[str]

    __mapper_args__ = {"polymorphic_identity": "port", "concrete": True}


MODELS = [
    *(Company, Staff, Gunner, Chief, Cook, Carpenter, Gun, Vessel, Sloop, BigShip),
    *(Animal, Parrot, RoadToll, BridgeToll, Fee, PortFee),
]

ROWS: Rows = {
    Company: [{"id": 1}],
    Staff: [
        {"id": number, "kind": kind, "name": kind, "company_id": 1 if number < 5 else None}
        for number, kind in enumerate(("staff", "gunner", "chief", "cook", "carpenter"), start=1)
    ],
    Gunner: [{"id": 2, "calibre": 8, "secret": "x"}, {"id": 3, "calibre": 16, "secret": None}],
    Chief: [{"id": 3, "rank": "first"}],
    Cook: [{"id": 4, "dish": "soup"}],
    Carpenter: [{"id": 5, "wood": "oak"}],
    Gun: [{"id": 1, "gunner_id": 3}, {"id": 2, "gunner_id": None}],
    Vessel: [
        {"id": number, "masts": masts, "sail": "white", "deck": "x", "guns": "y", "owner_id": 1}
        for number, masts in enumerate((0, 1, 3), start=1)
    ],
    Animal: [{"id": 1, "kind": "animal"}, {"id": 2, "kind": "parrot"}],
    Parrot: [{"id": 2, "words": "ahoy", "mate_id": 2}],
    RoadToll: [{"id": 1, "sum": 3, "next_id": None}, {"id": 2, "sum": 3, "next_id": 1}],
    Fee: [{"id": 1, "sum": 3}],
    PortFee: [{"id": 2, "sum": 4, "port": "old"}],
    BridgeToll: [{"id": 2, "sum": 4, "bridge": "old"}],
}
