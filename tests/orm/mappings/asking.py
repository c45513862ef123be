"""Models whose properties ask the database themselves, by every door that a session or an engine has."""

from typing import Any

from sqlalchemy import ForeignKey, create_engine, func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncAttrs, async_object_session
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, object_session, relationship

from tests.orm.mappings import Rows


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


FOREIGN = create_engine("sqlite://")
"""A synchronous database that has nothing to do with the one that is browsed."""


class Clerk(Base):
    """Asks, and asks."""

    __tablename__ = "clerks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    papers: Mapped[list["Paper"]] = relationship(back_populates="clerk")

    @property
    def _session(self) -> Session:
        session = object_session(self)
        if session is None:
            raise LookupError("no session")
        return session

    @property
    def by_execute(self) -> int:
        """By text."""
        return len(self._session.execute(text("SELECT 1")).all())

    @property
    def by_scalars(self) -> int:
        """By a select of classes."""
        return len(self._session.scalars(select(Paper).options(joinedload(Paper.clerk))).unique().all())

    @property
    def by_scalar(self) -> Any:
        """By a function."""
        return self._session.scalar(select(func.count()).select_from(Paper))

    @property
    def by_get(self) -> "Paper | None":
        """By a key that is not loaded."""
        return self._session.get(Paper, 1)

    @property
    def by_get_of_itself(self) -> "Clerk | None":
        """By a key that the identity map holds."""
        return self._session.get(Clerk, 1)

    @property
    def by_query(self) -> int:
        """By the query of old."""
        return self._session.query(Paper).count()

    @property
    def by_connection(self) -> Any:
        """By the session's connection, around the session's events."""
        return self._session.connection().execute(text("SELECT 1")).scalar()

    @property
    def by_bound_connection(self) -> Any:
        """By a connection of its own."""
        with self._session.get_bind().connect() as connection:  # type: ignore[union-attr]
            return connection.execute(text("SELECT 1")).scalar()

    @property
    def bind(self) -> Any:
        """The engine, which nobody asks anything."""
        return self._session.get_bind()

    @property
    def async_bind(self) -> Any:
        """The engine, as the AsyncSession has it."""
        session = async_object_session(self)
        return None if session is None else session.bind

    @property
    def by_own_session(self) -> int:
        """By another session of the same engine."""
        with Session(self._session.get_bind()) as session:
            return len(session.scalars(select(Paper)).all())

    @property
    def by_inspector(self) -> int:
        """By reflection."""
        return len(inspect(self._session.get_bind()).get_table_names())

    @property
    def by_refresh(self) -> str:
        """Selects itself anew."""
        self._session.refresh(self)
        return self.name


class Paper(Base):
    """Prints itself by asking the session's connection."""

    __tablename__ = "papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("clerks.id"))
    clerk: Mapped[Clerk | None] = relationship(back_populates="papers")

    def __repr__(self) -> str:
        session = object_session(self)
        if session is None:
            return "Paper"
        return str(session.connection().scalar(text("SELECT 'Paper'")))


class Foreigner(Base):
    """Asks a synchronous engine: blocking IO, of which no MissingGreenlet tells."""

    __tablename__ = "foreigners"

    id: Mapped[int] = mapped_column(primary_key=True)

    @property
    def elsewhere(self) -> Any:
        """By a session of another engine."""
        with Session(FOREIGN) as session:
            return session.scalar(text("SELECT 7"))

    @property
    def elsewhere_by_core(self) -> Any:
        """By a connection of another engine."""
        with FOREIGN.connect() as connection:
            return connection.scalar(text("SELECT 7"))


MODELS = [Clerk, Paper, Foreigner]

ROWS: Rows = {
    Clerk: [{"id": 1, "name": "Bob"}],
    Paper: [{"id": 1, "clerk_id": 1}],
    Foreigner: [{"id": 1}],
}
