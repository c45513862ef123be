"""Ways to map a class: every base, imperative, dataclasses, renamed columns, and types with Python on their side."""

# ruff: noqa: A003  `id` within a class is its column

import enum
from typing import Any

from sqlalchemy import JSON, Column, Dialect, Enum, ForeignKey, Integer, PickleType, String, Table, TypeDecorator
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import (
    DeclarativeBase,
    DeclarativeBaseNoMeta,
    Mapped,
    MappedAsDataclass,
    declarative_base,
    mapped_column,
    registry,
    relationship,
)

from tests.orm.mappings import Rows


class Plain(DeclarativeBase):
    """A base without AsyncAttrs."""


class Pier(Plain):
    """Awaited by `run_sync` alone."""

    __tablename__ = "piers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    bollards: Mapped[list["Bollard"]] = relationship(back_populates="pier")


class Bollard(Plain):
    """At a pier."""

    __tablename__ = "bollards"

    id: Mapped[int] = mapped_column(primary_key=True)
    pier_id: Mapped[int | None] = mapped_column(ForeignKey("piers.id"))
    pier: Mapped[Pier | None] = relationship(back_populates="bollards")


class NoMeta(DeclarativeBaseNoMeta):
    """A base without a metaclass."""


class Slip(AsyncAttrs, NoMeta):
    """Of that base."""

    __tablename__ = "slips"

    id: Mapped[int] = mapped_column(primary_key=True)
    next_id: Mapped[int | None] = mapped_column(ForeignKey("slips.id"))
    next: Mapped["Slip | None"] = relationship(remote_side=[id])


Legacy: Any = declarative_base()


class Wharf(Legacy):  # type: ignore[misc]  # a base made by a function
    """As written for SQLAlchemy 1."""

    __tablename__ = "wharves"

    id = Column(Integer, primary_key=True)
    name = Column("nm", String)
    cranes = relationship("Crane", backref="wharf")


class Crane(Legacy):  # type: ignore[misc]
    """Its many-to-one is a backref."""

    __tablename__ = "cranes"

    id = Column(Integer, primary_key=True)
    wharf_id: Any = Column(ForeignKey("wharves.id"))


IMPERATIVE = registry()

buoys = Table(
    "buoys",
    IMPERATIVE.metadata,
    Column("id", Integer, primary_key=True),
    Column("colour", String),
    Column("class", String),
    Column("light ness", String),
    Column("chain_id", ForeignKey("buoys.id")),
)


class Buoy:
    """A class that knows nothing of its mapping."""

    def __init__(self, colour: str) -> None:
        self.colour = colour

    @property
    def loud(self) -> str:
        """Of a column."""
        return self.colour.upper()


IMPERATIVE.map_imperatively(
    Buoy,
    buoys,
    properties={
        "hue": buoys.c.colour,
        "chain": relationship(Buoy, remote_side=buoys.c.id, backref="held"),
    },
)


class AsDataclass(MappedAsDataclass, DeclarativeBase):
    """Instances are compared and printed by all their fields."""


class Chest(AsDataclass):
    """Its repr and its comparison read the relationship."""

    __tablename__ = "chests"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(default="")
    coins: Mapped[list["Coin"]] = relationship(back_populates="chest", default_factory=list)


class Coin(AsDataclass, unsafe_hash=True):
    """Hashed by its fields; the relationship is left out of the repr."""

    __tablename__ = "coins"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    chest_id: Mapped[int | None] = mapped_column(ForeignKey("chests.id"), init=False)
    chest: Mapped[Chest | None] = relationship(back_populates="coins", default=None, repr=False)


class Metal(enum.Enum):
    """What an Enum column gives."""

    GOLD = "gold"
    TIN = "tin"

    def __str__(self) -> str:
        """An Enum that cannot be printed."""
        raise LookupError("no name")


class Hostile:
    """A value whose every word is an error."""

    def __str__(self) -> str:
        raise LookupError("no text")

    __repr__ = __str__

    def __len__(self) -> int:
        raise LookupError("no length")

    def __bool__(self) -> bool:
        raise LookupError("no truth")

    def __eq__(self, other: object) -> bool:
        raise LookupError("no equal")

    __hash__ = None  # type: ignore[assignment]


class HostileType(TypeDecorator[Hostile]):
    """A column of such values."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Hostile | None:
        """What an instance gets."""
        del dialect
        return None if value is None else Hostile()


class Strict(TypeDecorator[str]):
    """Cannot read every value."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Raises on one value."""
        del dialect
        if value == "bad":
            raise ValueError("cannot be read")
        return value


class Types(Base := type("Base", (AsyncAttrs, DeclarativeBase), {})):  # type: ignore[misc]
    """Columns whose values are made in Python."""

    __tablename__ = "types"

    id: Mapped[int] = mapped_column(primary_key=True)
    metal: Mapped[Metal | None] = mapped_column(Enum(Metal))
    document: Mapped[Any] = mapped_column(JSON, nullable=True)
    mutable: Mapped[Any] = mapped_column(MutableDict.as_mutable(JSON), nullable=True)
    pickled: Mapped[Any] = mapped_column(PickleType, nullable=True)
    hostile: Mapped[Any] = mapped_column(HostileType, nullable=True)
    strict: Mapped[Any] = mapped_column(Strict, nullable=True)
    late: Mapped[Any] = mapped_column("late_one", Strict, deferred=True, nullable=True)


MODELS = [Pier, Bollard, Slip, Wharf, Crane, Buoy, Chest, Coin, Types]

ROWS: Rows = {
    Pier: [{"id": 1, "name": "east"}],
    Bollard: [{"id": 1, "pier_id": 1}],
    Slip: [{"id": 1, "next_id": 2}, {"id": 2, "next_id": None}],
    Wharf: [{"id": 1, "nm": "long"}],
    Crane: [{"id": 1, "wharf_id": 1}],
    Buoy: [
        {"id": 1, "colour": "red", "class": "a", "light ness": "x", "chain_id": None},
        {"id": 2, "colour": "red", "class": "a", "light ness": "x", "chain_id": 1},
    ],
    Chest: [{"id": 1, "name": "old"}],
    Coin: [{"id": 1, "chest_id": 1}],
    Types: [
        {"id": 1, "metal": Metal.GOLD, "document": {"a": [1]}, "mutable": {"b": 2}, "pickled": {1}, "hostile": "h"}
        | {"strict": "good", "late_one": "bad"},
        {"id": 2, "metal": None, "document": None, "mutable": None, "pickled": None, "hostile": None}
        | {"strict": "bad", "late_one": None},
    ],
}
