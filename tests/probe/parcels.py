"""A program of a user's, in small: it does all that the probe hooks into, and says what came of each step."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import pytest
from sqlalchemy import ForeignKey, make_url, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    make_transient_to_detached,
    mapped_column,
    raiseload,
    relationship,
    selectinload,
)
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.orm.errors import forget


class Base(AsyncAttrs, DeclarativeBase):
    """Of these tests alone."""


class Sender(Base):
    """Someone who sends parcels."""

    __tablename__ = "senders"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    parcels: Mapped[list["Parcel"]] = relationship(back_populates="sender")


class Parcel(Base):
    """What was sent."""

    __tablename__ = "parcels"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column(unique=True)
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("senders.id"))
    sender: Mapped["Sender | None"] = relationship(back_populates="parcels")


Step = Callable[[AsyncSession], Awaitable[Any]]


class Raised(NamedTuple):
    """An error as a program sees it, without its notes."""

    kind: str
    arguments: tuple[Any, ...]
    code: str | None

    @classmethod
    def by(cls, error: SQLAlchemyError) -> "Raised":
        """The error, in what can be compared: without addresses."""
        return cls(type(error).__name__, tuple(re.sub(r"0x\w+", "0x", str(one)) for one in error.args), error.code)


@asynccontextmanager
async def opened(path: Path | str, **options: Any) -> AsyncIterator[AsyncEngine]:
    """An engine of a new database with two senders and four parcels; disposed of at the end."""
    engine = create_async_engine(make_url("sqlite+aiosqlite://").set(database=str(path)), **options)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with async_sessionmaker(engine)() as session, session.begin():
            for name in ("Ann", "Bob"):
                session.add(Sender(name=name, parcels=[Parcel(note=f"{name}'s {number}") for number in range(2)]))
        yield engine
    finally:
        await engine.dispose()


def detached() -> Sender:
    """A sender whose parcels cannot be read: it needs no database."""
    sender = Sender(id=1)
    make_transient_to_detached(sender)
    return sender


def read_detached() -> NoReturn:
    """Raise a DetachedInstanceError."""
    raise AssertionError(detached().parcels)


def detached_error() -> DetachedInstanceError:
    """The same error, caught."""
    with pytest.raises(DetachedInstanceError) as raised:
        read_detached()
    return raised.value.with_traceback(None)


async def _commit(session: AsyncSession) -> int:
    parcel = await session.get_one(Parcel, 1)
    parcel.note = "new"
    await session.commit()
    return len(parcel.note)


async def _savepoint(session: AsyncSession) -> str:
    sender = await session.get_one(Sender, 1)
    async with session.begin_nested() as savepoint:
        sender.name = "Cid"
        await session.flush()
        await savepoint.rollback()
    return sender.name


async def _rollback(session: AsyncSession) -> str:
    sender = await session.get_one(Sender, 1)
    await session.rollback()
    return sender.name


async def _expire(session: AsyncSession) -> int | None:
    parcel = await session.get_one(Parcel, 1)
    session.expire(parcel, ["note"])
    await session.refresh(parcel)
    session.expire(parcel)
    return parcel.sender_id


async def _expire_all(session: AsyncSession) -> str:
    parcel = await session.get_one(Parcel, 1)
    session.expire_all()
    return parcel.note


async def _update(session: AsyncSession) -> str:
    parcel = await session.get_one(Parcel, 1)
    await session.execute(update(Parcel).where(Parcel.id == 1).values(note=Parcel.note + "!"))
    return parcel.note


async def _expunge(session: AsyncSession) -> Any:
    parcel = await session.get_one(Parcel, 1)
    session.expunge(parcel)
    return parcel.sender


async def _close(session: AsyncSession) -> Any:
    sender = await session.get_one(Sender, 2)
    await session.close()
    session.add(sender)
    session.expunge_all()
    return sender.parcels


async def _delete(session: AsyncSession) -> Any:
    parcel = await session.get_one(Parcel, 2)
    async with session.begin_nested() as savepoint:
        await session.delete(parcel)
        await session.flush()
        await savepoint.rollback()
    return parcel.sender


async def _lazy(session: AsyncSession) -> int:
    sender = await session.get_one(Sender, 2)
    return len(sender.parcels)


async def _eager(session: AsyncSession) -> list[int]:
    senders = (await session.scalars(select(Sender).options(selectinload(Sender.parcels)))).all()
    return [len(sender.parcels) for sender in senders]


async def _awaited(session: AsyncSession) -> list[int]:
    sender = await session.get_one(Sender, 2)
    return [parcel.id for parcel in await sender.awaitable_attrs.parcels]


async def _refused(session: AsyncSession) -> int:
    sender = (await session.scalars(select(Sender).options(raiseload(Sender.parcels)))).first()
    assert sender is not None
    return len(sender.parcels)


async def _twice(session: AsyncSession) -> None:
    session.add(Parcel(note="Ann's 1"))
    await session.commit()


async def _pending_rollback(session: AsyncSession) -> Any:
    session.add(Parcel(note="Ann's 1"))
    try:
        await session.flush()
    except SQLAlchemyError:
        return await session.get(Parcel, 1)


async def _sync(session: AsyncSession) -> Any:
    return session.sync_session.execute(select(1))


STEPS: tuple[Step, ...] = (
    *(_commit, _savepoint, _rollback, _expire, _expire_all, _update, _expunge, _close, _delete),
    *(_lazy, _eager, _awaited, _refused, _twice, _pending_rollback, _sync),
)


async def outcome_of(step: Step, engine: AsyncEngine, **options: Any) -> Any:
    """What one step returns or raises, in a session of its own."""
    async with async_sessionmaker(engine, **options)() as session:
        try:
            return await step(session)
        except SQLAlchemyError as error:
            raised = Raised.by(error)
            forget(error)
            return raised


async def a_day(path: Path, **options: Any) -> dict[str, Any]:
    """What came of every step, by its name, in a new database."""
    async with opened(path, **options) as engine:
        return {step.__name__: await outcome_of(step, engine) for step in STEPS}
