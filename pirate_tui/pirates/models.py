"""Define the models of the article "SQLAlchemy: MissingGreenletError"."""

from typing import Any

from sqlalchemy import ForeignKey, inspect
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(AsyncAttrs, DeclarativeBase):
    """The base of the mapped classes; `AsyncAttrs` gives each instance its `awaitable_attrs`."""

    def __repr__(self) -> str:
        """Return the class and what is loaded of its columns, in their order: no IO, even when it is expired."""
        state: Any = inspect(self)
        names = (column.key for column in state.mapper.column_attrs)
        loaded = (f"{name}={state.dict[name]!r}" for name in names if name in state.dict)
        return f"{self.__class__.__name__}({', '.join(loaded)})"


class PirateCrew(Base):
    """A crew, its ship, and the members that are not loaded with it."""

    __tablename__ = "pirate_crew"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    ship_name: Mapped[str | None]
    members: Mapped[list["Pirate"]] = relationship(back_populates="pirate_crew")


class Pirate(Base):
    """A member of a crew."""

    __tablename__ = "pirates"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    devil_fruit_user: Mapped[bool]
    # The article has no index here; without one, opening a crew reads every pirate.
    pirate_crew_id: Mapped[int] = mapped_column(ForeignKey("pirate_crew.id"), index=True)
    pirate_crew: Mapped[PirateCrew] = relationship(back_populates="members")


MODELS = (PirateCrew, Pirate)
"""The mapped classes, the initial one first."""
