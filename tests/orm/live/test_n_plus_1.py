"""The same load for one parent after another within one gesture is told in one line, with what would spare it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pirate_tui.domain.access import AccessMode, AttributeRequest
from pirate_tui.domain.loading import LoaderStrategy, OpenAllRequest, OpenRequest
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class SampleSize(Base):
    """Code of the model that goes over two levels."""

    __tablename__ = "fleets"
    id: Mapped[int] = mapped_column(primary_key=True)
    ships: Mapped[list["Ship"]] = relationship()

    @property
    def strength(self) -> int:
        """One load for the ships, and one for each of them."""
        return sum(len(ship.sailors) for ship in self.ships)


class Ship(Base):
    """In the middle."""

    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    fleet_id: Mapped[int] = mapped_column(ForeignKey("fleets.id"))
    sailors: Mapped[list["Sailor"]] = relationship()
    fleet: Mapped[SampleSize] = relationship(overlaps="ships")


class Sailor(Base):
    """At the end."""

    __tablename__ = "sailors"
    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int] = mapped_column(ForeignKey("ships.id"))


@pytest.fixture
async def database(tmp_path: Path, open_models: OpenModels) -> OrmDatabase:
    path = tmp_path / "fleets.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE fleets (id INTEGER PRIMARY KEY);
            CREATE TABLE ships (id INTEGER PRIMARY KEY, fleet_id INTEGER);
            CREATE TABLE sailors (id INTEGER PRIMARY KEY, ship_id INTEGER);
            INSERT INTO fleets VALUES (1), (2);
            INSERT INTO ships VALUES (1, 1), (2, 1), (3, 1), (4, 1), (5, 2);
            INSERT INTO sailors VALUES (1, 1), (2, 1), (3, 2), (4, 4);
        """)
    return await open_models(path, [SampleSize, Ship, Sailor])


async def strength(database: OrmDatabase, told: list[Statement]) -> list[Statement]:
    """Await the property of the live instance; what the log shows of it."""
    told.clear()
    request = AttributeRequest(database.models.catalog.entities[0], "strength", AccessMode.SAFE)
    assert (await database.instances.access(request)).failure is None
    return list({one.number: one for one in told}.values())


async def test_an_n_plus_1_inside_one_access_is_one_line(database: OrmDatabase, told: list[Statement]) -> None:
    await database.instances.load_instance(database.models.catalog.entities[0], (1,))
    ships, sailors = await strength(database, told)
    assert (ships.cause, ships.times, ships.rows) == ("SampleSize 1.strength.ships", 1, 4)
    assert (sailors.cause, sailors.times, sailors.rows) == ("SampleSize 1.strength.sailors", 4, 4)
    assert sailors.option == "selectinload(Ship.sailors)"


async def test_parents_that_share_their_target_need_fewer_statements_and_a_join(
    database: OrmDatabase, told: list[Statement]
) -> None:
    ship = database.models.catalog.entities[1]
    keys = tuple((number,) for number in range(1, 6))
    mode, strategy = AccessMode.SAFE, LoaderStrategy.AS_MAPPED
    await database.instances.open_all(OpenAllRequest(ship, keys, ship.relationship("fleet"), mode, strategy))
    last = told[-1]
    assert (last.cause, last.times, last.parents) == ("Ship.fleet", 2, 5)
    assert last.option == "joinedload(Ship.fleet)"


async def test_the_next_gesture_has_lines_of_its_own(database: OrmDatabase, told: list[Statement]) -> None:
    await database.instances.load_instance(database.models.catalog.entities[0], (1,))
    first = await strength(database, told)
    await database.instances.load_instance(database.models.catalog.entities[0], (1,))
    second = await strength(database, told)
    assert [one.times for one in second] == [one.times for one in first] == [1, 4]
    assert not {one.number for one in first} & {one.number for one in second}


async def test_one_load_is_no_n_plus_1(database: OrmDatabase, told: list[Statement]) -> None:
    fleet = database.models.catalog.entities[0]
    told.clear()
    mode, strategy = AccessMode.SAFE, LoaderStrategy.AS_MAPPED
    await database.instances.open(OpenRequest(fleet, (1,), fleet.relationship("ships"), mode, strategy))
    assert {one.times for one in told} == {1}
