"""Failures: the exhibit is what was really raised, and what is said about it holds."""

# ruff: noqa: B018  a plain access is an expression of use for what it raises

import asyncio
import gc
import sqlite3
import traceback
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import sqlalchemy
from sqlalchemy import URL, ForeignKey, select
from sqlalchemy.exc import InvalidRequestError, MissingGreenlet, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.failure import Failure
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.statements import Statement, StatementStatus
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.errors import chain, forget, is_missing_greenlet


OpenModels: TypeAlias = Callable[[Path, Sequence[type]], Awaitable[OrmDatabase]]

IS_20 = sqlalchemy.__version__.startswith("2.0.")
SAFE, UNSAFE = AccessMode
RELATIONSHIPS = [("Ship", "sailors", (1,)), ("Sailor", "ship", (3,))]
EVERYTHING = [*RELATIONSHIPS, ("Mast", "sails", (1,))]


class Base(DeclarativeBase):
    """A base without AsyncAttrs."""


class Mast(Base):
    """Whose instances have no awaitable attributes."""

    __tablename__ = "masts"

    id: Mapped[int] = mapped_column(primary_key=True)
    sails: Mapped[list["Sail"]] = relationship()


class Sail(Base):
    """What a mast carries."""

    __tablename__ = "sails"

    id: Mapped[int] = mapped_column(primary_key=True)
    mast_id: Mapped[int] = mapped_column(ForeignKey("masts.id"))


@pytest.fixture
async def database(open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type]) -> OrmDatabase:
    connection = sqlite3.connect(fleet_file)
    connection.executescript(
        "CREATE TABLE masts (id INTEGER PRIMARY KEY); CREATE TABLE sails (id INTEGER PRIMARY KEY, mast_id INTEGER);"
        "INSERT INTO masts VALUES (1); INSERT INTO sails VALUES (1, 1);"
    )
    connection.close()
    return await open_models(fleet_file, [*fleet, Mast, Sail])


@pytest.fixture
async def session(database: OrmDatabase, fleet_file: Path) -> AsyncIterator[AsyncSession]:
    """A session of the test's own on the same file, as an application would have it."""
    assert database.models.catalog.entities
    engine = create_async_engine(URL.create("sqlite+aiosqlite", database=str(fleet_file)))
    async with AsyncSession(engine) as opened:
        yield opened
    await engine.dispose()


async def failing(
    database: OrmDatabase,
    what: tuple[str, str, tuple[int]],
    mode: AccessMode = UNSAFE,
    strategy: LoaderStrategy = LoaderStrategy.AS_MAPPED,
) -> Failure:
    name, attribute, key = what
    entity = next(entity for entity in database.models.catalog.entities if entity.name == name)
    opening = await database.instances.open(OpenRequest(entity, key, entity.relationship(attribute), mode, strategy))
    assert opening.failure is not None
    return opening.failure


@pytest.mark.parametrize("what", RELATIONSHIPS)
async def test_a_plain_lazy_load_is_a_missing_greenlet(
    database: OrmDatabase, what: tuple[str, str, tuple[int]]
) -> None:
    failure = await failing(database, what)
    assert failure.name == ("MissingGreenlet" if IS_20 else "StatementError(MissingGreenlet)")
    assert failure.kind.startswith("A bare MissingGreenlet" if IS_20 else "A StatementError around a MissingGreenlet")
    assert failure.code == f"{what[0].lower()}.{what[1]}"
    assert failure.attribute == f"{what[0]}.{what[1]}"
    assert failure.instance == f"{what[0]} {what[2][0]}"
    assert failure.link.endswith("/xd2s")
    assert "greenlet_spawn has not been called" in failure.headline[0]
    assert failure.summary.startswith(
        f"{failure.attribute} of {failure.instance} was accessed without await, but it is not loaded"
    )
    assert failure.attribute in failure.cause
    assert "lazy='select'" in failure.cause
    assert failure.where == ""


async def test_the_traceback_is_that_of_an_application(
    database: OrmDatabase, session: AsyncSession, fleet: tuple[type, type]
) -> None:
    failure = await failing(database, RELATIONSHIPS[0])
    ship: Any = await session.get(fleet[0], 1)
    with pytest.raises(SQLAlchemyError) as caught:
        ship.sailors
    lines = "".join(traceback.format_exception(caught.value)).splitlines()
    forget(caught.value)
    own = lines.index("    ship.sailors")
    assert __file__ in lines[own - 1]
    lines[own - 1] = failure.raw[failure.own_line - 1]
    assert list(failure.raw) == lines


@pytest.mark.parametrize("what", RELATIONSHIPS)
async def test_the_raw_side_holds_the_users_line_and_nothing_of_ours(
    database: OrmDatabase, what: tuple[str, str, tuple[int]]
) -> None:
    failure = await failing(database, what)
    assert failure.raw[0] == "Traceback (most recent call last):"
    assert failure.raw[failure.own_line].strip() == failure.code
    assert not [line for line in failure.raw if "pirate_tui" in line]
    assert failure.raw[-len(failure.headline) :] == failure.headline


async def test_the_statement_is_the_select_that_was_not_sent(database: OrmDatabase, told: list[Statement]) -> None:
    told.clear()
    failure = await failing(database, RELATIONSHIPS[0])
    (unsent,) = [statement for statement in told if statement.outcome is StatementStatus.NEVER_SENT]
    assert failure.statement == (*unsent.text.split("\n"), "parameters: 1")
    assert unsent.text.startswith("SELECT sailors.id")
    assert "FROM sailors" in unsent.text
    assert [statement.cause for statement in told if statement.outcome is StatementStatus.RUNNING] == ["Ship 1"]


@pytest.mark.parametrize("mode", AccessMode)
@pytest.mark.parametrize("what", RELATIONSHIPS)
async def test_raiseload_raises_its_own_error_in_both_modes(
    database: OrmDatabase, what: tuple[str, str, tuple[int]], mode: AccessMode
) -> None:
    failure = await failing(database, what, mode, LoaderStrategy.RAISELOAD)
    assert failure.name == "InvalidRequestError"
    assert "is not available due to lazy='raise'" in failure.headline[0]
    assert failure.raw[failure.own_line].strip() == failure.code
    assert not [line for line in failure.raw if "pirate_tui" in line]
    assert failure.raw[-1:] == failure.headline
    assert "raiseload()" in failure.cause
    assert "not a MissingGreenlet" in failure.kind
    assert failure.link.endswith("using-raiseload")
    assert failure.statement == ()


@pytest.mark.parametrize("strategy", [LoaderStrategy.AS_MAPPED, LoaderStrategy.RAISELOAD])
@pytest.mark.parametrize("mode", AccessMode)
async def test_no_coroutine_is_left_to_warn_later(
    database: OrmDatabase, mode: AccessMode, strategy: LoaderStrategy
) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for entity, name, key in EVERYTHING:
            found = next(one for one in database.models.catalog.entities if one.name == entity)
            await database.instances.open(OpenRequest(found, key, found.relationship(name), mode, strategy))
        await asyncio.sleep(0)
        gc.collect()
    assert not warned


async def heed(code: str, names: dict[str, Any]) -> Any:
    """Do what a remedy says, in a coroutine of a user's own: awaited as it stands, or as the select to be sent."""
    line = code if code.startswith("await ") else f"(await session.execute({code})).unique().scalars().first()"
    exec(f"async def heed():\n    return {line}\n", names)  # noqa: S102  remedies are code to be copied: here they are
    return await names["heed"]()


@pytest.mark.parametrize("strategy", [LoaderStrategy.AS_MAPPED, LoaderStrategy.RAISELOAD])
@pytest.mark.parametrize("what", EVERYTHING)
async def test_every_remedy_makes_the_plain_access_work(
    database: OrmDatabase,
    session: AsyncSession,
    fleet: tuple[type, type],
    what: tuple[str, str, tuple[int]],
    strategy: LoaderStrategy,
) -> None:
    name, attribute, key = what
    classes = {mapped.__name__: mapped for mapped in (*fleet, Mast, Sail)}
    remedies = (await failing(database, what, UNSAFE, strategy)).remedies
    assert len(remedies) == (3 if strategy is LoaderStrategy.AS_MAPPED else 2)
    for remedy in remedies:
        session.expunge_all()
        names: dict[str, Any] = {**vars(sqlalchemy.orm), **classes, "select": select, "session": session}
        if remedy.code.startswith("await "):
            names[name.lower()] = await session.get(classes[name], key)
            await heed(remedy.code, names)
        else:
            names[name.lower()] = await heed(remedy.code, names)
        assert getattr(names[name.lower()], attribute)


async def test_without_async_attrs_the_remedy_is_run_sync(database: OrmDatabase) -> None:
    failure = await failing(database, ("Mast", "sails", (1,)))
    assert failure.remedies[0].code == "await session.run_sync(lambda _: mast.sails)"
    others = [remedy.code for remedy in (await failing(database, RELATIONSHIPS[1])).remedies]
    assert others == [
        "await sailor.awaitable_attrs.ship",
        "select(Sailor).options(joinedload(Sailor.ship))",
        'await session.refresh(sailor, ["ship"])',
    ]


def test_a_missing_greenlet_is_known_however_it_is_wrapped() -> None:
    bare = MissingGreenlet("greenlet_spawn has not been called")
    assert is_missing_greenlet(bare)
    assert is_missing_greenlet(StatementError("no", "SELECT 1", {}, bare))
    wrapped = InvalidRequestError("outer")
    wrapped.__cause__ = RuntimeError("middle")
    wrapped.__cause__.__context__ = bare
    assert is_missing_greenlet(wrapped)
    assert not is_missing_greenlet(InvalidRequestError("not available due to lazy='raise'"))


def test_a_chain_that_bites_its_tail_ends() -> None:
    first, second = ValueError("1"), ValueError("2")
    first.__context__, second.__context__ = second, first
    assert list(chain(first)) == [first, second]
