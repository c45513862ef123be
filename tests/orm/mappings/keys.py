"""Keys of every type, and columns that the database or the mapper fill in."""

# ruff: noqa: A003, RUF012  `id` within a class is its column; `__mapper_args__` as SQLAlchemy has it

import datetime as dt
import enum
from uuid import UUID

from sqlalchemy import Computed, Enum, FetchedValue, ForeignKey, ForeignKeyConstraint, func
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from tests.orm.mappings import Rows


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Versioned(Base):
    """Counted, stamped and computed."""

    __tablename__ = "versioned"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    made: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    changed: Mapped[dt.datetime | None] = mapped_column(onupdate=func.now(), server_onupdate=FetchedValue())
    double: Mapped[int] = mapped_column(Computed("version * 2"))
    late: Mapped[int] = mapped_column(Computed("version * 3"), deferred=True)

    __mapper_args__ = {"version_id_col": version, "eager_defaults": True}


class ByUuid(Base):
    """A key that its type converts."""

    __tablename__ = "by_uuid"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    next_id: Mapped[UUID | None] = mapped_column(ForeignKey("by_uuid.id"))
    next: Mapped["ByUuid | None"] = relationship(remote_side=id, back_populates="before")
    before: Mapped[list["ByUuid"]] = relationship(back_populates="next")


class ByDate(Base):
    """A key that is a day."""

    __tablename__ = "by_date"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    events: Mapped[list["Event"]] = relationship(back_populates="on", order_by="Event.name")


class Event(Base):
    """A key of text and a day, one of them foreign, called otherwise in the table."""

    __tablename__ = "events"

    name: Mapped[str] = mapped_column("event name", primary_key=True)
    day: Mapped[dt.date] = mapped_column("on day", ForeignKey("by_date.day"), primary_key=True)
    on: Mapped[ByDate] = relationship(back_populates="events")


class Rank(enum.Enum):
    """A key of few."""

    HIGH = 1
    LOW = 2


class ByRank(Base):
    """A key that is an Enum."""

    __tablename__ = "by_rank"

    rank: Mapped[Rank] = mapped_column(Enum(Rank), primary_key=True)
    words: Mapped[str | None]


class Partial(Base):
    """A key of which a part may be NULL."""

    __tablename__ = "partial"

    left: Mapped[str] = mapped_column(primary_key=True)
    right: Mapped[str | None] = mapped_column(primary_key=True, nullable=True)
    words: Mapped[str | None]
    followers: Mapped[list["Follower"]] = relationship(back_populates="partial")

    __mapper_args__ = {"allow_partial_pks": True}


class Follower(Base):
    """Leads to such a key."""

    __tablename__ = "followers"
    __table_args__ = (ForeignKeyConstraint(["left", "right"], ["partial.left", "partial.right"]),)

    id: Mapped[int] = mapped_column(primary_key=True)
    left: Mapped[str | None]
    right: Mapped[str | None]
    partial: Mapped[Partial | None] = relationship(back_populates="followers")


MODELS = [Versioned, ByUuid, ByDate, Event, ByRank, Partial, Follower]

DAY = dt.date(1718, 11, 22)

ROWS: Rows = {
    Versioned: [{"id": 1, "version": 3}],
    ByUuid: [{"id": UUID(int=1), "next_id": UUID(int=2)}, {"id": UUID(int=2), "next_id": None}],
    ByDate: [{"day": DAY}],
    Event: [{"event name": "battle", "on day": DAY}],
    ByRank: [{"rank": Rank.HIGH, "words": "x"}],
    Partial: [{"left": "a", "right": "b", "words": "w"}, {"left": "a", "right": None, "words": None}],
    Follower: [{"id": 1, "left": "a", "right": "b"}, {"id": 2, "left": "a", "right": None}],
}
