"""Verdicts: what they say is what the plain access then does, and finding them costs nothing."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey, event, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, raiseload, relationship
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.access import Verdict
from pirate_tui.orm.errors import forget, is_missing_greenlet
from pirate_tui.orm.inspection.attributes import attribute_of
from pirate_tui.orm.inspection.verdicts import dry_run


class Base(DeclarativeBase):
    """The models of this file."""


class Harbour(Base):
    """What boats lie in."""

    __tablename__ = "harbours"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    chart: Mapped[str] = mapped_column(deferred=True)
    secret: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True)
    boats: Mapped[list["Boat"]] = relationship(back_populates="harbour")
    guarded: Mapped[list["Boat"]] = relationship(lazy="raise", viewonly=True)
    eager: Mapped[list["Boat"]] = relationship(lazy="selectin", viewonly=True)


class Boat(Base):
    """In a harbour, or at sea."""

    __tablename__ = "boats"

    id: Mapped[int] = mapped_column(primary_key=True)
    harbour_id: Mapped[int | None] = mapped_column(ForeignKey("harbours.id"))
    harbour: Mapped[Harbour | None] = relationship(back_populates="boats")
    strict: Mapped[Harbour | None] = relationship(lazy="raise_on_sql", viewonly=True)


ATTRIBUTES = [
    *((Harbour, name) for name in ("id", "name", "chart", "secret", "boats", "guarded", "eager")),
    *((Boat, name) for name in ("id", "harbour_id", "harbour", "strict")),
]
STATES = ["fresh", "after commit", "after rollback", "detached", "with its target", "without a target", "raiseload"]


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[AsyncSession]:
    connection = sqlite3.connect(tmp_path / "harbours.db")
    connection.executescript("""
        CREATE TABLE harbours (id INTEGER PRIMARY KEY, name TEXT, chart TEXT, secret TEXT);
        CREATE TABLE boats (id INTEGER PRIMARY KEY, harbour_id INTEGER);
        INSERT INTO harbours VALUES (1, 'Tortuga', 'a chart', 'a secret');
        INSERT INTO boats VALUES (1, 1), (2, NULL);
    """)
    connection.close()
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'harbours.db'}")
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session
    await engine.dispose()


async def apply_scenario(session: AsyncSession, mapped: type[Base], state: str) -> Base:
    """An instance of the class in that state, in a session without a transaction."""
    key = 2 if mapped is Boat and state == "without a target" else 1
    options = [raiseload("*")] if state == "raiseload" else []
    instance = await session.get_one(mapped, key, options=options)
    if state == "with its target":
        session.info["kept"] = await session.get_one(Harbour, 1)
    if state == "after rollback":
        await session.rollback()
    session.sync_session.expire_on_commit = state == "after commit"
    await session.commit()
    if state == "detached":
        session.expunge_all()
    return instance


def verdict(instance: Base, name: str) -> Verdict:
    """What is said of an attribute."""
    return dry_run(instance, attribute_of(inspect(type(instance)), name)).verdict


def really(instance: Base, name: str) -> Verdict:
    """What the plain access does."""
    try:
        getattr(instance, name)
    except DetachedInstanceError:
        return Verdict.DETACHED
    except SQLAlchemyError as error:
        does_io = is_missing_greenlet(error)
        forget(error)
        return Verdict.IO if does_io else Verdict.RAISES
    return Verdict.NONE


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("mapped", "name"), ATTRIBUTES, ids=lambda given: getattr(given, "__name__", given))
async def test_the_verdict_is_what_the_plain_access_then_does(
    session: AsyncSession, mapped: type[Base], name: str, state: str
) -> None:
    instance = await apply_scenario(session, mapped, state)
    found = verdict(instance, name)
    assert found is really(instance, name)
    await session.commit()


@pytest.mark.parametrize(
    ("mapped", "name", "state", "expected"),
    [
        (Harbour, "boats", "fresh", Verdict.IO),
        (Harbour, "name", "fresh", Verdict.NONE),
        (Harbour, "name", "after commit", Verdict.IO),
        (Harbour, "id", "after commit", Verdict.IO),
        (Harbour, "guarded", "fresh", Verdict.RAISES),
        (Harbour, "boats", "detached", Verdict.DETACHED),
        (Boat, "harbour", "fresh", Verdict.IO),
        (Boat, "harbour", "with its target", Verdict.NONE),
        (Boat, "harbour", "without a target", Verdict.NONE),
    ],
)
async def test_verdicts_that_people_get_wrong(
    session: AsyncSession, mapped: type[Base], name: str, state: str, expected: Verdict
) -> None:
    assert verdict(await apply_scenario(session, mapped, state), name) is expected


@pytest.mark.parametrize("state", STATES)
async def test_a_verdict_sends_nothing_takes_no_connection_and_changes_no_state(
    session: AsyncSession, state: str
) -> None:
    instance = await apply_scenario(session, Harbour, state)
    sent: list[Any] = []
    event.listen(session.bind.sync_engine, "before_cursor_execute", lambda *call: sent.append(call))  # type: ignore[union-attr]
    before = (inspect(instance).expired_attributes, inspect(instance).unloaded, session.in_transaction())
    for name in ("id", "name", "chart", "secret", "boats", "guarded", "eager"):
        verdict(instance, name)
    assert (inspect(instance).expired_attributes, inspect(instance).unloaded, session.in_transaction()) == before
    assert sent == []
