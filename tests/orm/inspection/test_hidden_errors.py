"""Code of the models that catches the error: judged by what was asked for, not by what came out."""

# ruff: noqa: BLE001  models as people write them

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey, create_engine, text
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pirate_tui.domain.access import AccessMode, AttributeRequest, Scenario, Verdict
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels
from tests.orm.verdicts import named


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


ELSEWHERE = create_engine("sqlite://")


class Parent(Base):
    """Forgives everything."""

    __tablename__ = "parents"
    id: Mapped[int] = mapped_column(primary_key=True)
    kids: Mapped[list["Kid"]] = relationship()
    guarded: Mapped[list["Kid"]] = relationship(lazy="raise", viewonly=True)

    @property
    def count(self) -> int:
        """As a serializer with a default does."""
        try:
            return len(self.kids)
        except Exception:
            return 0

    @property
    def guarded_count(self) -> int:
        """Of what refuses to be loaded."""
        try:
            return len(self.guarded)
        except Exception:
            return 0

    @property
    def default(self) -> Any:
        """As msgspec.convert and pydantic's defaults do: nothing of the error is left."""
        found: list[Any] = []
        for name in ("kids", "id"):
            with suppress(Exception):
                found.append(getattr(self, name))
        return found

    @property
    def elsewhere(self) -> int:
        """Asks a synchronous engine, and forgives that too."""
        try:
            with ELSEWHERE.connect() as connection:
                return int(connection.scalar(text("SELECT 7")) or 0)
        except Exception:
            return 0

    @property
    def careful(self) -> int:
        """Catches an error that has nothing to do with a load."""
        try:
            return 1 // 0
        except ZeroDivisionError:
            return 0


class Kid(Base):
    """Of a parent."""

    __tablename__ = "kids"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parents.id"))


@pytest.fixture
async def database(tmp_path: Path, open_models: OpenModels) -> OrmDatabase:
    path = tmp_path / "parents.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE parents (id INTEGER PRIMARY KEY);
            CREATE TABLE kids (id INTEGER PRIMARY KEY, parent_id INTEGER);
            INSERT INTO parents VALUES (1);
            INSERT INTO kids VALUES (1, 1), (2, 1);
        """)
    return await open_models(path, [Parent, Kid])


@pytest.mark.parametrize(
    ("name", "scenario", "verdict", "hidden"),
    [
        ("count", Scenario.FRESH, Verdict.IO, "MissingGreenlet"),
        ("count", Scenario.AFTER_COMMIT, Verdict.IO, "MissingGreenlet"),
        ("default", Scenario.FRESH, Verdict.IO, "MissingGreenlet"),
        ("count", Scenario.DETACHED, Verdict.DETACHED, "DetachedInstanceError"),
        ("guarded_count", Scenario.FRESH, Verdict.RAISES, "InvalidRequestError"),
    ],
)
async def test_what_code_hides_is_foretold_and_proved(
    database: OrmDatabase, name: str, scenario: Scenario, verdict: Verdict, hidden: str
) -> None:
    parent = database.models.catalog.entities[0]
    said = named(await database.instances.apply_scenario(parent, (1,), scenario), name)
    assert (said.verdict, said.value is None) == (verdict, False)
    assert said.note == f"its code catches a {hidden}: the value was not read from the database"
    assert (await database.instances.predict(name)).remedy
    accessed = await database.instances.access(AttributeRequest(parent, name, AccessMode.UNSAFE))
    assert accessed.verdict is verdict
    assert accessed.failure is not None
    assert accessed.failure.returned is not None
    assert hidden in accessed.failure.summary
    assert "was not read from the database" in accessed.failure.summary
    assert "its code reads Parent." in accessed.failure.summary
    assert accessed.failure.remedies


async def test_awaited_the_same_code_gives_what_the_database_holds(database: OrmDatabase) -> None:
    parent = database.models.catalog.entities[0]
    await database.instances.load_instance(parent, (1,))
    accessed = await database.instances.access(AttributeRequest(parent, "count", AccessMode.SAFE))
    assert accessed.failure is None
    shown = named(accessed.instance, "count")
    assert (shown.verdict, shown.note, shown.value and shown.value.text) == (Verdict.NONE, "", "2")


async def test_an_error_of_another_kind_that_code_catches_is_nobodys_business(database: OrmDatabase) -> None:
    parent = database.models.catalog.entities[0]
    said = named(await database.instances.load_instance(parent, (1,)), "careful")
    assert (said.verdict, said.note) == (Verdict.NONE, "")
    accessed = await database.instances.access(AttributeRequest(parent, "careful", AccessMode.UNSAFE))
    assert (accessed.verdict, accessed.failure) == (Verdict.NONE, None)


async def test_a_synchronous_engine_behind_a_default_blocks_all_the_same(database: OrmDatabase) -> None:
    parent = database.models.catalog.entities[0]
    said = named(await database.instances.load_instance(parent, (1,)), "elsewhere")
    assert said.verdict is Verdict.IO
    assert "which blocks" in said.note
