"""Models that load in other ways than `select`, and rows that their types cannot read."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest, OpenResult
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import RowKey, Seek
from pirate_tui.orm.database import OrmDatabase


OpenModels: TypeAlias = Callable[[Path, Sequence[type]], Awaitable[OrmDatabase]]
CheckedOut: TypeAlias = Callable[[OrmDatabase], int]

SAFE, UNSAFE = AccessMode
MAPPED, SELECTIN, JOINED, SUBQUERY, RAISE = LoaderStrategy


async def open_relationship(
    database: OrmDatabase, what: tuple[str, RowKey, str], mode: AccessMode, strategy: LoaderStrategy = MAPPED
) -> OpenResult:
    name, key, attribute = what
    entity = next(entity for entity in database.models.catalog.entities if entity.name == name)
    return await database.instances.open(OpenRequest(entity, key, entity.relationship(attribute), mode, strategy))


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Dock(Base):
    """Mapped by every strategy that a model can name for itself."""

    __tablename__ = "docks"

    id: Mapped[int] = mapped_column(primary_key=True)
    by_selectin: Mapped[list["Crane"]] = relationship(lazy="selectin", viewonly=True)
    by_join: Mapped[list["Crane"]] = relationship(lazy="joined", viewonly=True)
    refused: Mapped[list["Crane"]] = relationship(lazy="raise", viewonly=True)
    refused_if_sql: Mapped[list["Crane"]] = relationship(lazy="raise_on_sql", viewonly=True)


class Log(Base):
    """A key and a value that types convert, in whichever row."""

    __tablename__ = "logs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    written: Mapped[datetime | None]
    before_id: Mapped[UUID | None] = mapped_column(ForeignKey("logs.id"))
    after: Mapped[list["Log"]] = relationship()


class Crane(Base):
    """What stands on a dock."""

    __tablename__ = "cranes"

    id: Mapped[int] = mapped_column(primary_key=True)
    dock_id: Mapped[int] = mapped_column(ForeignKey("docks.id"))


@pytest.fixture
async def docks(tmp_path: Path, open_models: OpenModels) -> OrmDatabase:
    connection = sqlite3.connect(tmp_path / "docks.db")
    connection.executescript(
        "CREATE TABLE docks (id INTEGER PRIMARY KEY); CREATE TABLE cranes (id INTEGER PRIMARY KEY, dock_id INTEGER);"
        "INSERT INTO docks VALUES (1); INSERT INTO cranes VALUES (1, 1), (2, 1);"
    )
    connection.close()
    return await open_models(tmp_path / "docks.db", [Dock, Crane])


@pytest.mark.parametrize("mode", AccessMode)
@pytest.mark.parametrize("name", ["by_selectin", "by_join"])
async def test_a_relationship_mapped_eager_costs_nothing_to_access(
    docks: OrmDatabase, name: str, mode: AccessMode
) -> None:
    opening = await open_relationship(docks, ("Dock", (1,), name), mode)
    assert (opening.failure, len(opening.rows), opening.cost.access) == (None, 2, 0)


@pytest.mark.parametrize("mode", AccessMode)
@pytest.mark.parametrize("name", ["refused", "refused_if_sql"])
async def test_a_relationship_mapped_raise_fails_in_both_modes(docks: OrmDatabase, name: str, mode: AccessMode) -> None:
    opening = await open_relationship(docks, ("Dock", (1,), name), mode)
    assert opening.failure is not None
    assert (opening.failure.name, opening.failure.attribute) == ("InvalidRequestError", f"Dock.{name}")
    assert (opening.rows, opening.cost.access) == ((), 0)


@pytest.mark.parametrize("strategy", [SELECTIN, JOINED, SUBQUERY])
async def test_an_eager_strategy_opens_what_is_mapped_raise(docks: OrmDatabase, strategy: LoaderStrategy) -> None:
    opening = await open_relationship(docks, ("Dock", (1,), "refused"), UNSAFE, strategy)
    assert (opening.failure, len(opening.rows)) == (None, 2)


GOOD, BAD = UUID(int=1), UUID(int=2)


@pytest.fixture
async def logs(tmp_path: Path, open_models: OpenModels) -> OrmDatabase:
    connection = sqlite3.connect(tmp_path / "logs.db")
    connection.execute("CREATE TABLE logs (id, written, before_id)")
    rows = [(GOOD.hex, "2026-01-02 03:04:05.000000", None), (BAD.hex, "yesterday", GOOD.hex)]
    connection.executemany("INSERT INTO logs VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return await open_models(tmp_path / "logs.db", [Log])


async def test_the_key_of_a_row_is_the_identity_of_its_instance(logs: OrmDatabase) -> None:
    (entity,) = logs.models.catalog.entities
    rows = (await logs.rows.page(Query(entity), Seek())).rows
    assert [row.key for row in rows] == [(GOOD,), (BAD,)]
    assert rows[1].cells[1].is_type_mismatch
    assert (await logs.instances.load_instance(entity, (GOOD,))).label == f"Log {GOOD}"


async def test_an_instance_whose_value_its_type_cannot_read_is_trouble(
    logs: OrmDatabase, checked_out: CheckedOut
) -> None:
    with pytest.raises(BrowserError, match=f"Log {BAD} cannot be loaded: ValueError"):
        await logs.instances.load_instance(logs.models.catalog.entities[0], (BAD,))
    assert checked_out(logs) == 0


async def test_an_access_that_loads_what_its_type_cannot_read_is_a_failure_that_names_it(
    logs: OrmDatabase, checked_out: CheckedOut
) -> None:
    failure = (await open_relationship(logs, ("Log", (GOOD,), "after"), SAFE)).failure
    assert failure is not None
    assert (failure.name, failure.attribute) == ("ValueError", "Log.after")
    assert "a column type or an event listener of the models" in failure.cause
    assert checked_out(logs) == 0


@pytest.mark.parametrize("strategy", [SELECTIN, JOINED, SUBQUERY])
async def test_a_child_whose_value_its_type_cannot_read_is_trouble(
    logs: OrmDatabase, checked_out: CheckedOut, strategy: LoaderStrategy
) -> None:
    with pytest.raises(BrowserError, match="cannot be loaded: ValueError"):
        await open_relationship(logs, ("Log", (GOOD,), "after"), SAFE, strategy)
    assert checked_out(logs) == 0
