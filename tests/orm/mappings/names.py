"""Names: attributes called as things of SQLAlchemy and Python are, and classes called as other classes are."""

# ruff: noqa: A003  `id` within a class is its column

from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from tests.orm.mappings import Rows


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Named(Base):
    """Attributes called as things of SQLAlchemy and Python are."""

    __tablename__ = "named"

    id: Mapped[int] = mapped_column(primary_key=True)
    metadata_: Mapped[str] = mapped_column("metadata")
    registry_: Mapped[str] = mapped_column("registry")
    query: Mapped[str]
    class_: Mapped[str] = mapped_column("class")
    from_id: Mapped[int | None] = mapped_column("from", ForeignKey("named.id"))
    from_: Mapped["Named | None"] = relationship(remote_side=[id])
    größe: Mapped[int] = mapped_column("größe")  # noqa: PLC2401  people do
    名前: Mapped[str]  # noqa: PLC2401
    session: Mapped[str]
    awaitable_attrs_: Mapped[str]


class Pier(Base):
    """There is another one in `ways`."""

    __tablename__ = "other_piers"

    id: Mapped[int] = mapped_column(primary_key=True)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("other_piers.id"))
    other: Mapped["Pier | None"] = relationship(remote_side=[id])


class Return(Base):
    """Called as a keyword is."""

    __tablename__ = "returns"

    id: Mapped[int] = mapped_column(primary_key=True)
    next_id: Mapped[int | None] = mapped_column(ForeignKey("returns.id"))
    next: Mapped["Return | None"] = relationship(remote_side=[id])


class Session(Base):
    """Called as the session is; with a column that is called as a keyword is."""

    __table__ = Table(
        "sessions",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("class", String),
        Column("the text", String),
        Column("next_id", ForeignKey("sessions.id")),
    )

    next = relationship("Session", remote_side=__table__.c.id)


MODELS = [Named, Pier, Return, Session]

ROWS: Rows = {
    Named: [
        {"id": 1, "metadata": "m", "registry": "r", "query": "q", "class": "c", "from": 1, "größe": 1}
        | {"名前": "n", "session": "s", "awaitable_attrs_": "a"}
    ],
    Pier: [{"id": 1, "other_id": None}],
    Return: [{"id": 1, "next_id": 2}, {"id": 2, "next_id": None}],
    Session: [
        {"id": 1, "class": "a", "the text": "b", "next_id": 2},
        {"id": 2, "class": "a", "the text": "b", "next_id": None},
    ],
}
