"""Collections too large to hold: what they are read by, and loading them all the same."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest, OpenResult
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement, StatementStatus
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from tests.orm.conftest import Remembering


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


charted = Table(
    "charted",
    Base.metadata,
    Column("port_id", ForeignKey("ports.id")),
    Column("chart_id", ForeignKey("charts.id")),
)


class Port(Base):
    """Has charts, and ports under it."""

    __tablename__ = "ports"
    id: Mapped[int] = mapped_column(primary_key=True)
    under_id: Mapped[int | None] = mapped_column(ForeignKey("ports.id"))
    charts: Mapped[list["Chart"]] = relationship(secondary=charted)
    ports: Mapped[list["Port"]] = relationship()


class Chart(Base):
    """Leads to nothing."""

    __tablename__ = "charts"
    id: Mapped[int] = mapped_column(primary_key=True)


COUNT = 3_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Port 1 has every other port under it, and every even chart; one of these twice."""
    path = tmp_path / "ports.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE ports (id INTEGER PRIMARY KEY, under_id INTEGER);
            CREATE TABLE charts (id INTEGER PRIMARY KEY);
            CREATE TABLE charted (port_id INTEGER, chart_id INTEGER);
            CREATE INDEX port_under ON ports (under_id);
        """)
        connection.execute("INSERT INTO ports VALUES (1, NULL)")
        connection.executemany("INSERT INTO ports VALUES (?, 1)", [(n,) for n in range(2, COUNT + 2)])
        connection.executemany("INSERT INTO charts VALUES (?)", [(n,) for n in range(1, COUNT + 1)])
        even = [(n,) for n in range(2, COUNT + 1, 2)]
        connection.executemany("INSERT INTO charted VALUES (1, ?)", [*even, (COUNT,), (4,)])
        connection.commit()
    return path


@pytest.fixture
async def database(path: Path, listener: Listener) -> OrmDatabase:
    """It loads no more than a hundred instances unasked."""
    return await open_database(path, [Port, Chart], Limits(30, collection=100), listener)


@pytest.fixture(autouse=True)
async def _closed(database: OrmDatabase) -> object:
    yield
    await database.close()


async def open_it(database: OrmDatabase, name: str, *, in_full: bool = False) -> OpenResult:
    """Open a relationship of port 1."""
    port = database.models.catalog.entities[0]
    relationship = port.relationship(name)
    mapped = LoaderStrategy.AS_MAPPED
    return await database.instances.open(OpenRequest(port, (1,), relationship, AccessMode.SAFE, mapped, in_full))


async def keys(database: OrmDatabase, query: Query | None) -> list[int]:
    """The keys of all rows of a query, page by page."""
    assert query is not None
    found, position = list[int](), None
    while page := (await database.rows.page(query, Seek(position, limit=97))).rows:
        found += [int(row.cells[0].text) for row in page]
        position = page[-1].position
    return found


@pytest.mark.parametrize(("name", "expected"), [("ports", range(2, COUNT + 2)), ("charts", range(2, COUNT + 1, 2))])
async def test_what_is_held_back_is_read_by_key_each_once(
    database: OrmDatabase, told: list[Statement], name: str, expected: Sequence[int]
) -> None:
    opening = await open_it(database, name)
    assert opening.is_held_back
    assert len(opening.rows) == Seek().limit
    assert await keys(database, opening.query) == list(expected)
    assert opening.query is not None
    assert await database.rows.count(opening.query) == len(expected)
    held = {attribute.name: attribute for attribute in opening.instance.attributes}
    assert held[name].value is None
    assert not any(statement.cause == f"Port 1.{name}" for statement in told)


@pytest.mark.parametrize(("name", "count"), [("ports", COUNT), ("charts", COUNT // 2)])
async def test_in_full_it_is_really_loaded_and_told_on_the_way(
    database: OrmDatabase, listener: Remembering, name: str, count: int
) -> None:
    opening = await open_it(database, name, in_full=True)
    assert not opening.is_held_back
    assert (opening.cost.select, opening.cost.access) == (1, 1)
    held = {attribute.name: attribute for attribute in opening.instance.attributes}[name].value
    assert held is not None
    assert held.text.startswith(f"{count} ")
    assert listener.instances == count // 500 * 500
    assert opening.query is not None
    assert len(opening.rows) == Seek().limit


async def test_loading_it_in_full_leaves_the_event_loop_free_and_can_be_stopped(
    database: OrmDatabase, listener: Remembering, told: list[Statement]
) -> None:
    job = asyncio.ensure_future(open_it(database, "ports", in_full=True))
    while not listener.instances:  # noqa: ASYNC110  the listener is no part of the event loop
        await asyncio.sleep(0)
    assert not job.done(), "it is in the midst of its instances"
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert listener.instances < COUNT
    assert (await open_it(database, "charts")).is_held_back, "the database can be used on"
    assert all(statement.outcome is StatementStatus.DONE for statement in told[-1:])


async def test_a_collection_below_the_limit_is_loaded_as_ever(path: Path, listener: Listener) -> None:
    database = await open_database(path, [Port, Chart], Limits(30, collection=COUNT), listener)
    try:
        opening = await open_it(database, "ports")
        assert opening.query is None
        assert len(opening.rows) == COUNT
    finally:
        await database.close()
