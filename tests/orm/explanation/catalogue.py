"""The models of the catalogue, one for every way to meet the error, and the sea they sail on: a file of their own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ForeignKey, Select, Table, create_engine, func, inspect, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    DynamicMapped,
    Mapped,
    MappedAsDataclass,
    Session,
    WriteOnlyMapped,
    column_property,
    composite,
    mapped_column,
    object_session,
    relationship,
    synonym,
)


class Base(AsyncAttrs, DeclarativeBase):
    """Whose instances can be awaited."""


@dataclass
class Position:
    """A composite."""

    east: int
    north: int


calls = Table(
    "calls",
    Base.metadata,
    Column("ship_id", ForeignKey("ships.id"), primary_key=True),
    Column("port_id", ForeignKey("ports.id"), primary_key=True),
)


class Ship(Base):
    """Something of nearly everything."""

    __tablename__ = "ships"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    logbook: Mapped[str | None] = mapped_column(deferred=True)
    cargo: Mapped[str | None] = mapped_column(deferred=True, deferred_group="papers")
    owner: Mapped[str | None] = mapped_column(deferred=True, deferred_group="papers")
    secret: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    touched: Mapped[str | None] = mapped_column(onupdate=func.lower("NOW"))
    east: Mapped[int] = mapped_column(default=1)
    north: Mapped[int] = mapped_column(default=2)
    position: Mapped[Position] = composite("east", "north")
    title: Mapped[str] = synonym("name")
    hands: Mapped[list["Pirate"]] = synonym("members")
    members: Mapped[list["Pirate"]] = relationship(back_populates="ship")
    ports: Mapped[list["Port"]] = relationship(secondary=calls, back_populates="ships")
    captaincy: Mapped["Captaincy | None"] = relationship(back_populates="ship")
    sails: Mapped[list["Sail"]] = relationship(lazy="selectin")
    guarded: Mapped[list["Pirate"]] = relationship(viewonly=True, lazy="raise")
    strict: Mapped[list["Pirate"]] = relationship(viewonly=True, lazy="raise_on_sql")
    asked: DynamicMapped["Pirate"] = relationship(viewonly=True)
    written: WriteOnlyMapped["Pirate"] = relationship(viewonly=True)
    staff: Mapped[list["Staff"]] = relationship(back_populates="ship")
    member_names: AssociationProxy[list[str]] = association_proxy("members", "name")

    @hybrid_property
    def strength(self) -> int:
        """Of a relationship."""
        return len(self.members)

    @property
    def shout(self) -> str:
        """Of a column."""
        return self.name.upper()

    @property
    def easting(self) -> int:
        """Of a composite."""
        return self.position.east

    @property
    def parrots(self) -> int:
        """Of a relationship of what a relationship holds."""
        return sum(len(pirate.parrots) for pirate in self.members)

    @property
    def crowd(self) -> int:
        """Of two collections."""
        return len(self.members) + len(self.ports)

    @property
    def guns(self) -> int:
        """Of a subclass, and of a deferred column."""
        return sum(one.calibre for one in self.staff if isinstance(one, Gunner)) + len(self.logbook or "")

    @property
    def heads(self) -> int:
        """Asks the session itself."""
        session = object_session(self)
        assert session is not None
        return len(session.scalars(select(Pirate)).all())

    @property
    def queried(self) -> int:
        """Runs the query of a dynamic relationship."""
        return len(self.asked.all())

    @property
    def listed(self) -> int:
        """Takes a write_only relationship for a collection."""
        return len(list(self.written))

    @property
    def sunk(self) -> int:
        """Raises by itself."""
        return 1 // 0

    def __repr__(self) -> str:
        """As people write it."""
        return f"Ship({self.name}, {len(self.members)} members)"


class Port(Base):
    """Where ships call."""

    __tablename__ = "ports"

    id: Mapped[int] = mapped_column(primary_key=True)
    ships: Mapped[list[Ship]] = relationship(secondary=calls, back_populates="ports")


class Captaincy(Base):
    """One to one."""

    __tablename__ = "captaincies"

    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int] = mapped_column(ForeignKey("ships.id"))
    ship: Mapped[Ship] = relationship(back_populates="captaincy")


class Pirate(Base):
    """On a ship, under a boss, with parrots."""

    __tablename__ = "pirates"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    ship_id: Mapped[int | None] = mapped_column(ForeignKey("ships.id"))
    ship: Mapped[Ship | None] = relationship(back_populates="members")
    boss_id: Mapped[int | None] = mapped_column(ForeignKey("pirates.id"))
    boss: Mapped["Pirate | None"] = relationship(remote_side="Pirate.id", back_populates="minions")
    minions: Mapped[list["Pirate"]] = relationship(back_populates="boss")
    parrots: Mapped[list["Parrot"]] = relationship()

    ship_member_names: AssociationProxy[list[str]] = association_proxy("ship", "member_names")

    @property
    def calls(self) -> int:
        """Two relationships away."""
        return len(self.ship.ports) if self.ship else 0

    @property
    def rank(self) -> int:
        """Up and up."""
        return 1 + (self.boss.rank if self.boss else 0)

    @property
    def followers(self) -> int:
        """Down and down, with a parrot here and there."""
        return len(self.parrots) + sum(1 + minion.followers for minion in self.minions)

    def __str__(self) -> str:
        """Of the ship."""
        return f"{self.name} of {self.ship.name if self.ship else 'nowhere'}"


class Parrot(Base):
    """On a pirate's shoulder."""

    __tablename__ = "parrots"

    id: Mapped[int] = mapped_column(primary_key=True)
    pirate_id: Mapped[int] = mapped_column(ForeignKey("pirates.id"))


class Sail(Base):
    """Always loaded with its ship."""

    __tablename__ = "sails"

    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int] = mapped_column(ForeignKey("ships.id"))


class Staff(Base):
    """With subclasses."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    ship_id: Mapped[int] = mapped_column(ForeignKey("ships.id"))
    ship: Mapped[Ship] = relationship(back_populates="staff")

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "staff"}  # noqa: RUF012  SQLAlchemy's way


class Gunner(Staff):
    """With a table of its own."""

    __tablename__ = "gunners"

    id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    calibre: Mapped[int]

    __mapper_args__ = {"polymorphic_identity": "gunner"}  # noqa: RUF012


class Cook(Staff):
    """In its base class's table."""

    recipe: Mapped[str | None]

    __mapper_args__ = {"polymorphic_identity": "cook"}  # noqa: RUF012


class Hull(Base):
    """Eager on this side."""

    __tablename__ = "hulls"

    id: Mapped[int] = mapped_column(primary_key=True)
    spars: Mapped[list["Spar"]] = relationship(back_populates="hull", lazy="selectin")


class Spar(Base):
    """And eager on that one."""

    __tablename__ = "spars"

    id: Mapped[int] = mapped_column(primary_key=True)
    hull_id: Mapped[int] = mapped_column(ForeignKey("hulls.id"))
    hull: Mapped[Hull] = relationship(back_populates="spars", lazy="selectin")


class SampleSize(MappedAsDataclass, Base, kw_only=True):
    """A dataclass, whose repr() reads everything."""

    __tablename__ = "fleets"

    id: Mapped[int] = mapped_column(primary_key=True)
    boats: Mapped[list["Boat"]] = relationship()


class Boat(MappedAsDataclass, Base, kw_only=True):
    """In a fleet."""

    __tablename__ = "boats"

    id: Mapped[int] = mapped_column(primary_key=True)
    fleet_id: Mapped[int] = mapped_column(ForeignKey("fleets.id"))


class Class(Base):
    """Of ships; its names are Python's keywords."""

    __tablename__ = "classes"

    id: Mapped[int] = mapped_column(primary_key=True)


class Member(Base):
    """Of a class."""

    __tablename__ = "class_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id"))


class Plain(DeclarativeBase):
    """Whose instances cannot be awaited."""


class Raft(Plain):
    """Without AsyncAttrs."""

    __tablename__ = "rafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    planks: Mapped[list["Plank"]] = relationship()


class Plank(Plain):
    """Of a raft."""

    __tablename__ = "planks"

    id: Mapped[int] = mapped_column(primary_key=True)
    raft_id: Mapped[int] = mapped_column(ForeignKey("rafts.id"))


setattr(Class, "import", relationship(Member))
Ship.number = column_property(
    select(func.count(Pirate.id)).where(Pirate.ship_id == Ship.id).correlate(Ship).scalar_subquery()
)

MAPPED = [mapper.class_ for base in (Base, Plain) for mapper in base.registry.mappers]


def fill(path: Path) -> None:
    """Make the file, without asyncio."""
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    Plain.metadata.create_all(engine)
    with Session(engine) as session:
        ship = Ship(
            name="Pequod",
            ports=[Port(), Port()],
            captaincy=Captaincy(),
            sails=[Sail()],
            staff=[Gunner(calibre=9), Cook()],
        )
        boss = Pirate(name="Ahab", ship=ship, parrots=[Parrot()])
        boss.minions = [Pirate(name="Starbuck", ship=ship, minions=[Pirate(name="Pip")])]
        session.add_all([ship, boss, Hull(spars=[Spar(), Spar()])])
        session.add_all([Raft(planks=[Plank()]), Class(id=1), Member(class_id=1)])
        session.add_all([SampleSize(id=1, boats=[Boat(id=1, fleet_id=1)])])
        session.commit()
    engine.dispose()


class Sea:
    """An engine on a file, and one session: what a row of the catalogue is reached in."""

    def __init__(self, engine: AsyncEngine, sessions: async_sessionmaker[AsyncSession] | None = None) -> None:
        self.engine = engine
        self.session = (sessions or async_sessionmaker(engine, expire_on_commit=False))()
        self.statement: Select[Any] | None = None
        """What is selected instead of what a row would select: a remedy."""
        self.has_asked = False
        """Has the row selected anything?"""

    async def get(self, mapped: type, key: int = 1, statement: Select[Any] | None = None) -> Any:
        """Select instances, and take the one of that key."""
        self.has_asked = True
        asked = self.statement if self.statement is not None else select(mapped) if statement is None else statement
        found = (await self.session.scalars(asked)).unique().all()
        return next(one for one in found if inspect(one).identity == (key,))

    async def add(self, *instances: Any) -> None:
        """Write new instances, in the transaction."""
        self.session.add_all(instances)
        await self.session.flush()


@asynccontextmanager
async def sea_on(url: str, sessions: Any = None, **engine_options: Any) -> AsyncIterator[Sea]:
    """A sea, and its end; `sessions` makes its session maker of its engine."""
    engine = create_async_engine(url, **engine_options)
    sea = Sea(engine, None if sessions is None else sessions(engine))
    try:
        yield sea
    finally:
        await sea.session.close()
        await engine.dispose()
        await asyncio.sleep(0)
