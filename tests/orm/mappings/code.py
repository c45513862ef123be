"""Code of the model's own: hybrids, properties and descriptors, methods that Python calls, sessions it asks itself."""

# ruff: noqa: BLE001  models as people write them

import functools
import weakref
from functools import cached_property
from typing import Any

from sqlalchemy import ForeignKey, func, inspect, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncAttrs, async_object_session
from sqlalchemy.ext.hybrid import hybrid_method, hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    declared_attr,
    mapped_column,
    object_session,
    reconstructor,
    relationship,
    validates,
)

from tests.orm.mappings import Rows


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Owned:
    """A mixin with a column, a relationship and a property of its own."""

    @declared_attr
    def owner_id(cls) -> Mapped[int | None]:  # noqa: N805  SQLAlchemy's way
        """A column."""
        return mapped_column(ForeignKey("owners.id"))

    @declared_attr
    def owner(cls) -> Mapped["Owner | None"]:  # noqa: N805
        """A relationship."""
        return relationship("Owner")

    @property
    def owner_name(self) -> str:
        """Of the relationship."""
        return self.owner.name if self.owner is not None else "?"


class Owner(Base):
    """Whom things belong to."""

    __tablename__ = "owners"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    goods: Mapped[list["Good"]] = relationship(back_populates="owner")

    def __repr__(self) -> str:
        return f"Owner({self.goods})"

    def __bool__(self) -> bool:
        return bool(self.goods)

    def __len__(self) -> int:
        raise LookupError("no length")

    def __eq__(self, other: object) -> bool:
        raise LookupError("not to be compared")

    def __hash__(self) -> int:
        raise LookupError("not to be hashed")

    def __format__(self, spec: str) -> str:
        raise LookupError("not to be formatted")

    def __str__(self) -> str:
        raise LookupError("not to be printed")


class Good(Owned, Base):
    """Hybrids and properties of every kind."""

    __tablename__ = "goods"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    boxes: Mapped[list["Box"]] = relationship(back_populates="good")
    first: Mapped["Box | None"] = relationship(uselist=False, viewonly=True)

    @hybrid_property
    def upper(self) -> str:
        """Of a column."""
        return self.name.upper()

    @hybrid_property
    def size(self) -> int:
        """Of a relationship, with an expression."""
        return len(self.boxes)

    @size.inplace.expression
    @classmethod
    def _size(cls) -> Any:
        return select(func.count(Box.id)).where(Box.good_id == cls.id).scalar_subquery()

    @hybrid_property
    def broken(self) -> int:
        """Raises."""
        raise KeyError(self.id)

    @hybrid_method
    def larger(self, than: int) -> bool:
        """A method."""
        return len(self.boxes) > than

    @cached_property
    def kept(self) -> list[str]:
        """Of a relationship, kept."""
        return [box.name for box in self.boxes]

    @cached_property
    def kept_name(self) -> str:
        """Of a column, kept."""
        return self.name * 2

    @property
    @functools.cache  # noqa: B019  such code there is
    def cached(self) -> int:
        """Of a relationship, cached by the function."""
        return len(self.boxes)

    wrapped = property(functools.partial(lambda self, at: self.boxes[at:], at=0))

    @property
    def forgiving(self) -> int:
        """Catches everything, and has another way."""
        try:
            return len(self.boxes)
        except Exception:
            return -1

    @property
    def twice(self) -> int:
        """Tries again after an error."""
        try:
            return len(self.boxes)
        except InvalidRequestError:
            return len(self.boxes)

    @property
    def other(self) -> int:
        """Makes an error of its own, from nothing."""
        try:
            return len(self.boxes)
        except Exception:
            raise LookupError("no boxes") from None

    @property
    def absent(self) -> int:
        """Raises an AttributeError, which `getattr` with a default would swallow."""
        raise AttributeError("absent")

    @property
    async def later(self) -> int:
        """A coroutine."""
        return len(await self.awaitable_attrs.boxes)

    @property
    def lazily(self) -> Any:
        """A generator, which reads when it is iterated."""
        yield from self.boxes

    @property
    def sibling(self) -> Any:
        """A weak reference."""
        return weakref.ref(self)

    @property
    def session(self) -> Any:
        """The session."""
        return object_session(self)

    @property
    def async_session(self) -> Any:
        """The AsyncSession."""
        return async_object_session(self)

    @property
    def state(self) -> Any:
        """What SQLAlchemy knows of it."""
        return inspect(self)


class Box(Base):
    """Has a descriptor, a reconstructor that reads, validators, and attributes that it makes up."""

    __tablename__ = "boxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    good_id: Mapped[int | None] = mapped_column(ForeignKey("goods.id"))
    good: Mapped[Good | None] = relationship(back_populates="boxes")

    @reconstructor
    def made(self) -> None:
        """Runs within each load."""
        self.seen = self.name.upper()

    @validates("name", include_backrefs=False)
    def check(self, key: str, value: str) -> str:
        """Refuses everything."""
        raise ValueError(key, value)

    def __getattr__(self, name: str) -> Any:
        """Gives what nobody has."""
        if name.startswith("_"):
            raise AttributeError(name)
        return f"made up {name}"

    @property
    def missing(self) -> Any:
        """Its AttributeError leads to `__getattr__`."""
        return self._nothing

    def __format__(self, spec: str) -> str:
        return f"{self.good.name if self.good else None}{spec}"


class Crate(Base):
    """Its reconstructor reads a relationship: SELECTs hidden in each load."""

    __tablename__ = "crates"

    id: Mapped[int] = mapped_column(primary_key=True)
    good_id: Mapped[int | None] = mapped_column(ForeignKey("goods.id"))
    good: Mapped[Good | None] = relationship()

    @reconstructor
    def made(self) -> None:
        """Runs within each load."""
        self.label = self.good.name if self.good is not None else "?"


MODELS = [Owner, Good, Box, Crate]

ROWS: Rows = {
    Owner: [{"id": 1, "name": "Anne"}],
    Good: [{"id": 1, "name": "rum", "owner_id": 1}, {"id": 2, "name": "tea", "owner_id": None}],
    Box: [{"id": 1, "name": "one", "good_id": 1}],
    Crate: [{"id": 1, "good_id": 1}],
}
