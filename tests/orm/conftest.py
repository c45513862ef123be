"""What the tests of the orm layer share: a listener that remembers, a fleet of other models, databases that close."""

# ruff: noqa: ASYNC110  neither the pool nor a thread tells when it is done

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest
from sqlalchemy import AsyncAdaptedQueuePool, ForeignKey, String
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncEngine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pirate_tui.domain.ports import Listener
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from tests.orm.schemas import other_schema, reader
from tests.orm.writing import refused, shop, write


__all__ = ["other_schema", "reader", "refused", "shop", "write"]  # pytest finds them here


OpenModels: TypeAlias = Callable[[Path | Server, Sequence[type]], Awaitable[OrmDatabase]]
Settled: TypeAlias = Callable[[OrmDatabase | AsyncEngine], Awaitable[None]]


class Base(AsyncAttrs, DeclarativeBase):
    """The fleet's own base: nothing of the world that ships is needed."""


class Ship(Base):
    """One to many, by another name."""

    __tablename__ = "ships"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    sailors: Mapped[list["Sailor"]] = relationship(back_populates="ship")


class Sailor(Base):
    """Many to one; a sailor may be ashore."""

    __tablename__ = "sailors"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    ship_id: Mapped[int | None] = mapped_column(ForeignKey("ships.id"))
    ship: Mapped[Ship | None] = relationship(back_populates="sailors")


FLEET = """
    CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE sailors (id INTEGER PRIMARY KEY, name TEXT, ship_id INTEGER);
    CREATE INDEX sailors_ship ON sailors (ship_id);
    INSERT INTO ships VALUES (1, 'Pequod'), (2, 'Rachel');
    INSERT INTO sailors VALUES (1, 'Ahab', 1), (2, 'Starbuck', 1), (3, 'Ishmael', 1), (4, 'Elijah', NULL);
"""


FLEET_ROWS: dict[type, list[dict[str, Any]]] = {
    Ship: [{"id": 1, "name": "Pequod"}, {"id": 2, "name": "Rachel"}],
    Sailor: [
        {"id": 1, "name": "Ahab", "ship_id": 1},
        {"id": 2, "name": "Starbuck", "ship_id": 1},
        {"id": 3, "name": "Elijah", "ship_id": None},
    ],
}
"""Two ships and three sailors, for databases that are made by the models."""


@dataclass
class Remembering:
    """A listener that keeps what it is told."""

    statements: list[Statement]
    retries: list[int]
    instances: int = 0
    changes: int = 0
    servers: int = 0
    is_reachable: bool | None = None

    def reachable(self, is_reachable: bool) -> None:  # noqa: FBT001  as declared
        """Keep whether the database answers."""
        self.is_reachable = is_reachable

    def statement(self, statement: Statement) -> None:
        """Keep a statement."""
        self.statements.append(statement)

    def retrying(self, attempt: int, reason: str) -> None:
        """Keep the number of an attempt."""
        assert "locked" in reason
        self.retries.append(attempt)

    def loaded(self, instances: int) -> None:
        """Keep how many instances were loaded."""
        self.instances = instances

    def changed(self) -> None:
        """Count the changes."""
        self.changes += 1

    def server_changed(self) -> None:
        """Count the changes of the server."""
        self.servers += 1


@pytest.fixture
def told() -> list[Statement]:
    """Every statement as the listener was told of it, again and again."""
    return []


@pytest.fixture
def retries() -> list[int]:
    """The attempts of which the listener was told."""
    return []


@pytest.fixture
def listener(told: list[Statement], retries: list[int]) -> Listener:
    return Remembering(told, retries)


@pytest.fixture
def fleet() -> tuple[type, type]:
    """Two mapped classes: ships and sailors."""
    return Ship, Sailor


@pytest.fixture
def fleet_file(tmp_path: Path) -> Path:
    """Two ships, of which the second is empty; three sailors aboard the first, and one ashore."""
    path = tmp_path / "fleet.db"
    connection = sqlite3.connect(path)
    connection.executescript(FLEET)
    connection.close()
    return path


@pytest.fixture
def checked_out() -> Callable[[OrmDatabase | AsyncEngine], int]:
    """How many connections of a database or an engine have not been given back."""

    def count(owner: OrmDatabase | AsyncEngine) -> int:
        engine = owner if isinstance(owner, AsyncEngine) else owner._connections.engine  # noqa: SLF001
        return cast("AsyncAdaptedQueuePool", engine.pool).checkedout()

    return count


@pytest.fixture
def settled(checked_out: Callable[[OrmDatabase | AsyncEngine], int]) -> Settled:
    """Waits until every connection is back: SQLAlchemy closes in a task of its own, which a cancel does not await."""

    async def wait(owner: OrmDatabase | AsyncEngine) -> None:
        async with asyncio.timeout(5):
            while checked_out(owner):
                await asyncio.sleep(0)

    return wait


@pytest.fixture
async def open_models(listener: Listener, settled: Settled) -> AsyncIterator[OpenModels]:
    """Opens databases; at the end each has all its connections back, and is closed."""
    opened: list[OrmDatabase] = []

    async def open_one(path: Path | Server, classes: Sequence[type]) -> OrmDatabase:
        database = await open_database(path, classes, Limits(30), listener)
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        await settled(database)
        await asyncio.wait_for(database.close(), 5)
