"""Ways of loading, measured on real rows: statements, rows and instances are those of the database."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, DynamicMapped, Mapped, WriteOnlyMapped, mapped_column, relationship

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.comparing import Contest, MeasureRequest, Run, Way, ways
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import Trouble
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.statements import Outcome, Statement
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from tests.orm.conftest import OpenModels, Remembering


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Harbour(Base):
    """One collection mapped in every way, and one more that is joined to whatever is selected."""

    __tablename__ = "harbours"
    id: Mapped[int] = mapped_column(primary_key=True)
    berths: Mapped[list["Berth"]] = relationship(back_populates="harbour")
    asked: DynamicMapped["Berth"] = relationship(viewonly=True)
    written: WriteOnlyMapped["Berth"] = relationship(viewonly=True)
    guarded: Mapped[list["Berth"]] = relationship(viewonly=True, lazy="raise")


class Crowded(Base):
    """Whose second collection is joined to whatever is selected: a cross product."""

    __tablename__ = "crowded"
    id: Mapped[int] = mapped_column(primary_key=True)
    left: Mapped[list["Left"]] = relationship()
    right: Mapped[list["Right"]] = relationship(lazy="joined")


class Left(Base):
    """One side of the product."""

    __tablename__ = "lefts"
    id: Mapped[int] = mapped_column(primary_key=True)
    crowded_id: Mapped[int] = mapped_column(ForeignKey("crowded.id"))


class Right(Base):
    """The other."""

    __tablename__ = "rights"
    id: Mapped[int] = mapped_column(primary_key=True)
    crowded_id: Mapped[int] = mapped_column(ForeignKey("crowded.id"))


class Berth(Base):
    """Leads back."""

    __tablename__ = "berths"
    id: Mapped[int] = mapped_column(primary_key=True)
    harbour_id: Mapped[int] = mapped_column(ForeignKey("harbours.id"))
    harbour: Mapped[Harbour] = relationship(back_populates="berths")


MODELS = [Harbour, Berth, Crowded, Left, Right]
KEYS = ((1,), (2,), (3,))
GREENLET = {"MissingGreenlet", "StatementError(MissingGreenlet)"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Three harbours with four berths, none, and one; and one crowded row of 3 x 5."""
    path = tmp_path / "harbours.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE harbours (id INTEGER PRIMARY KEY);
            CREATE TABLE berths (id INTEGER PRIMARY KEY, harbour_id INTEGER);
            CREATE TABLE crowded (id INTEGER PRIMARY KEY);
            CREATE TABLE lefts (id INTEGER PRIMARY KEY, crowded_id INTEGER);
            CREATE TABLE rights (id INTEGER PRIMARY KEY, crowded_id INTEGER);
            INSERT INTO harbours VALUES (1), (2), (3);
            INSERT INTO berths VALUES (1, 1), (2, 1), (3, 1), (4, 1), (5, 3);
            INSERT INTO crowded VALUES (1);
            INSERT INTO lefts VALUES (1, 1), (2, 1), (3, 1);
            INSERT INTO rights VALUES (1, 1), (2, 1), (3, 1), (4, 1), (5, 1);
        """)
    return path


@pytest.fixture
async def database(path: Path, open_models: OpenModels) -> OrmDatabase:
    return await open_models(path, MODELS)


def entity_of(database: OrmDatabase, name: str) -> Entity:
    """The entity of that name."""
    return next(one for one in database.entities if one.name == name)


async def measure(database: OrmDatabase, name: str, relationship_name: str, way: Way) -> Run:
    """One run on every row of the fixture."""
    entity = entity_of(database, name)
    keys = KEYS if name == "Harbour" else ((1,),)
    return await database.measure(MeasureRequest(entity, keys, entity.relationship(relationship_name), way))


@pytest.mark.parametrize(
    ("name", "way", "sent", "rows", "held"),
    [
        ("berths", Way.AWAITED, 4, 3 + 5, 5),
        ("berths", Way.RUN_SYNC, 4, 3 + 5, 5),
        ("berths", Way.SELECTINLOAD, 2, 3 + 5, 5),
        ("berths", Way.JOINEDLOAD, 1, 4 + 1 + 1, 5),
        ("berths", Way.SUBQUERYLOAD, 2, 3 + 5, 5),
        ("berths", Way.IMMEDIATELOAD, 4, 3 + 5, 5),
        ("berths", Way.QUERY, 4, 3 + 5, 5),
        ("asked", Way.QUERY, 4, 3 + 5, 5),
        ("written", Way.QUERY, 4, 3 + 5, 5),
        ("guarded", Way.SELECTINLOAD, 2, 3 + 5, 5),
    ],
)
async def test_statements_rows_and_instances_are_counted(
    database: OrmDatabase, name: str, way: Way, sent: int, rows: int, held: int
) -> None:
    run = await measure(database, "Harbour", name, way)
    assert (run.statements, run.rows, run.instances, run.parents, run.error) == (sent, rows, held, 3, "")
    assert run.seconds > 0


@pytest.mark.parametrize(
    ("name", "way", "errors"),
    [
        ("berths", Way.PLAIN, GREENLET),
        ("berths", Way.RAISELOAD, {"InvalidRequestError"}),
        ("guarded", Way.AWAITED, {"InvalidRequestError"}),
        ("guarded", Way.PLAIN, {"InvalidRequestError"}),
        ("asked", Way.PLAIN, GREENLET),
        ("asked", Way.SELECTINLOAD, {"InvalidRequestError"}),
        ("written", Way.PLAIN, {"TypeError"}),
        ("written", Way.SELECTINLOAD, {"InvalidRequestError"}),
    ],
)
async def test_what_refuses_says_so(database: OrmDatabase, name: str, way: Way, errors: set[str]) -> None:
    run = await measure(database, "Harbour", name, way)
    assert run.error in errors
    assert run.instances == 0


async def test_every_way_of_a_relationship_gives_the_same_instances(database: OrmDatabase) -> None:
    harbour = entity_of(database, "Harbour")
    contest = Contest.of(harbour, KEYS, harbour.relationship("berths"))
    while (due := contest.due) is not None:
        contest = contest.with_run(due.way, await database.measure(due))
    assert {one.last.instances for one in contest.measurements if one.works} == {5}
    assert {one.way for one in contest.measurements if not one.works} == {Way.PLAIN, Way.RAISELOAD}
    assert {len(one.runs) for one in contest.measurements if one.works} == {6}


async def test_a_cross_product_is_counted_as_rows(database: OrmDatabase) -> None:
    joined = await measure(database, "Crowded", "left", Way.JOINEDLOAD)
    selectin = await measure(database, "Crowded", "left", Way.SELECTINLOAD)
    assert (joined.rows, joined.instances) == (15, 3)
    assert (selectin.rows, selectin.instances) == (5 + 3, 3)


async def test_the_live_instance_and_the_pool_are_left_as_they_were(
    database: OrmDatabase, checked_out: Callable[[OrmDatabase], int]
) -> None:
    harbour = entity_of(database, "Harbour")
    before = await database.rest(harbour, (1,))
    for way in ways(harbour, harbour.relationship("berths")):
        await measure(database, "Harbour", "berths", way)
        assert checked_out(database) == 0
    again = database._live._snapshot(harbour)  # noqa: SLF001  what every question ends with
    assert again == before


async def test_what_was_measured_is_told_once_for_each_text(database: OrmDatabase, told: list[Statement]) -> None:
    told.clear()
    for _ in range(2):
        await measure(database, "Harbour", "berths", Way.AWAITED)
    mine = [one for one in told if one.cause == "compare Harbour.berths: awaited one by one"]
    assert {one.outcome for one in mine} == {Outcome.DONE}
    last = {one.number: one for one in mine}
    assert [(one.times, one.rows) for one in last.values()] == [(2, 6), (6, 10)]


async def test_what_takes_too_long_is_stopped_and_its_run_says_so(path: Path, listener: Remembering) -> None:
    database = await open_database(path, MODELS, Limits(0.05), listener)
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP TABLE berths")
            connection.execute("""
                CREATE VIEW berths AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                SELECT i AS id, -(i % 2) AS harbour_id FROM n
            """)
        database._large.clear()  # noqa: SLF001  how many there are is another question
        harbour = entity_of(database, "Harbour")
        request = MeasureRequest(harbour, KEYS, harbour.relationship("berths"), Way.SELECTINLOAD)
        run = await database._measurer.measure(request)  # noqa: SLF001
        assert run.error == "stopped after 0.05 s"
    finally:
        await database.close()


async def test_whether_it_is_too_much_is_asked_once_for_all_ways(
    path: Path, listener: Listener, told: list[Statement]
) -> None:
    database = await open_database(path, MODELS, Limits(30, collection=1), listener)
    try:
        for way in (Way.SELECTINLOAD, Way.JOINEDLOAD, Way.SELECTINLOAD):
            assert (await measure(database, "Harbour", "berths", way)).instances == 5
        assert len({one.number for one in told if one.cause == "size of Harbour.berths"}) == 1
    finally:
        await database.close()


async def test_too_much_altogether_is_not_begun(path: Path, listener: Listener) -> None:
    database: Any = await open_database(path, MODELS, Limits(30, collection=0), listener)
    try:
        with pytest.raises(Trouble, match="lead to more than 0 Berth: take fewer"):
            await measure(database, "Harbour", "berths", Way.SELECTINLOAD)
    finally:
        await database.close()


@pytest.mark.parametrize("name", ["asked", "written"])
@pytest.mark.parametrize("mode", AccessMode)
async def test_a_relationship_that_holds_a_query_is_paged_and_loads_nothing(
    database: OrmDatabase, name: str, mode: AccessMode
) -> None:
    harbour = entity_of(database, "Harbour")
    asked = OpenRequest(harbour, (1,), harbour.relationship(name), mode, LoaderStrategy.AS_MAPPED)
    opening = await database.open(asked)
    assert opening.query is not None
    assert [row.key for row in opening.rows] == [(1,), (2,), (3,), (4,)]
    assert await database.count(opening.query) == 4
    assert not opening.is_held_back
