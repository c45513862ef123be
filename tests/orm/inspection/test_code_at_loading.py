"""Code of the model that runs while an instance is loaded, or read, and raises whatever it likes."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey, event
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, reconstructor, relationship

from pirate_tui.domain.access import AccessMode, AttributeRequest, Verdict
from pirate_tui.domain.comparing import LoadMethod, MeasureRequest
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Parent(Base):
    """Whose children cannot be loaded."""

    __tablename__ = "parents"
    id: Mapped[int] = mapped_column(primary_key=True)
    kids: Mapped[list["Kid"]] = relationship()

    @property
    def leaving(self) -> int:
        """Ends the program that reads it."""
        return sys.exit(3)


class Kid(Base):
    """Its load event raises."""

    __tablename__ = "kids"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parents.id"))


class Odd(Base):
    """Its reconstructor raises."""

    __tablename__ = "odds"
    id: Mapped[int] = mapped_column(primary_key=True)

    @reconstructor
    def begin(self) -> None:
        """Called at each load."""
        raise RuntimeError("no odds today")


@event.listens_for(Kid, "load")
def _refuse(*_: Any) -> None:
    raise RuntimeError("not this one")


@pytest.fixture
async def database(tmp_path: Path, open_models: OpenModels) -> OrmDatabase:
    path = tmp_path / "parents.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE parents (id INTEGER PRIMARY KEY);
            CREATE TABLE kids (id INTEGER PRIMARY KEY, parent_id INTEGER);
            CREATE TABLE odds (id INTEGER PRIMARY KEY);
            INSERT INTO parents VALUES (1);
            INSERT INTO kids VALUES (1, 1);
            INSERT INTO odds VALUES (1);
        """)
    return await open_models(path, [Parent, Kid, Odd])


async def test_what_a_listener_raises_is_a_failure_that_names_it(database: OrmDatabase) -> None:
    parent = database.models.catalog.entities[0]
    request = OpenRequest(parent, (1,), parent.relationship("kids"), AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    failure = (await database.instances.open(request)).failure
    assert failure is not None
    assert (failure.name, failure.attribute, failure.verdict) == ("RuntimeError", "Parent.kids", Verdict.RAISES)
    assert failure.headline == ("RuntimeError: not this one",)


async def test_what_a_listener_raises_is_a_measured_runs_error(database: OrmDatabase) -> None:
    parent = database.models.catalog.entities[0]
    request = MeasureRequest(parent, ((1,),), parent.relationship("kids"), LoadMethod.SELECTINLOAD)
    assert (await database.benchmarks.measure(request)).error == "RuntimeError"


async def test_what_a_reconstructor_raises_is_named(database: OrmDatabase) -> None:
    with pytest.raises(BrowserError, match="Odd 1 cannot be loaded: RuntimeError: no odds today"):
        await database.instances.load_instance(database.models.catalog.entities[2], (1,))


@pytest.mark.parametrize("mode", AccessMode)
async def test_a_property_that_ends_the_program_ends_nothing(database: OrmDatabase, mode: AccessMode) -> None:
    parent = database.models.catalog.entities[0]
    snapshot = await database.instances.load_instance(parent, (1,))
    (leaving,) = [attribute for attribute in snapshot.attributes if attribute.name == "leaving"]
    assert (leaving.verdict, leaving.error) == (Verdict.RAISES, "SystemExit")
    failure = (await database.instances.access(AttributeRequest(parent, "leaving", mode))).failure
    assert failure is not None
    assert failure.name == "SystemExit"
