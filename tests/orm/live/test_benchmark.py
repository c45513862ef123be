"""Ways of loading, measured on real rows: statements, rows and instances are those of the database."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from math import inf
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, DynamicMapped, Mapped, WriteOnlyMapped, mapped_column, relationship

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.comparing import Comparison, LoadMethod, MeasureRequest, Sample, ways
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import Loadable, LoaderStrategy, OpenRequest, OversizedCollection
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.recommendation import recommendation
from pirate_tui.domain.statements import Statement, StatementStatus
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.entities import Catalog
from tests.orm.conftest import OpenModels, Remembering
from tests.servers import Target, load, run


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
    return next(entity for entity in database.models.catalog.entities if entity.name == name)


async def measure(database: OrmDatabase, name: str, relationship_name: str, way: LoadMethod) -> Sample:
    """One run on every row of the fixture."""
    entity = entity_of(database, name)
    keys = KEYS if name == "Harbour" else ((1,),)
    return await database.benchmarks.measure(MeasureRequest(entity, keys, entity.relationship(relationship_name), way))


@pytest.mark.parametrize(
    ("name", "way", "sent", "rows", "selected"),
    [
        ("berths", LoadMethod.AWAITED, 4, 3 + 5, 3),
        ("berths", LoadMethod.RUN_SYNC, 4, 3 + 5, 3),
        ("berths", LoadMethod.SELECTINLOAD, 2, 3 + 5, 3),
        ("berths", LoadMethod.JOINEDLOAD, 1, 4 + 1 + 1, 4 + 1 + 1),
        ("berths", LoadMethod.SUBQUERYLOAD, 2, 3 + 5, 3),
        ("berths", LoadMethod.IMMEDIATELOAD, 4, 3 + 5, 3),
        ("berths", LoadMethod.QUERY, 4, 3 + 5, 3),
        ("asked", LoadMethod.QUERY, 4, 3 + 5, 3),
        ("written", LoadMethod.QUERY, 4, 3 + 5, 3),
        ("guarded", LoadMethod.SELECTINLOAD, 2, 3 + 5, 3),
    ],
)
async def test_statements_rows_and_instances_are_counted(
    database: OrmDatabase, name: str, way: LoadMethod, sent: int, rows: int, selected: int
) -> None:
    run = await measure(database, "Harbour", name, way)
    assert (run.statements, run.rows, run.selected, run.instances) == (sent, rows, selected, 5)
    assert (run.parents, run.error) == (3, "")
    assert run.seconds > 0


@pytest.mark.parametrize(
    ("name", "way", "errors"),
    [
        ("berths", LoadMethod.PLAIN, GREENLET),
        ("berths", LoadMethod.RAISELOAD, {"InvalidRequestError"}),
        ("guarded", LoadMethod.AWAITED, {"InvalidRequestError"}),
        ("guarded", LoadMethod.PLAIN, {"InvalidRequestError"}),
        ("asked", LoadMethod.PLAIN, GREENLET),
        ("asked", LoadMethod.SELECTINLOAD, {"InvalidRequestError"}),
        ("written", LoadMethod.PLAIN, {"TypeError"}),
        ("written", LoadMethod.SELECTINLOAD, {"InvalidRequestError"}),
    ],
)
async def test_what_refuses_says_so(database: OrmDatabase, name: str, way: LoadMethod, errors: set[str]) -> None:
    run = await measure(database, "Harbour", name, way)
    assert run.error in errors
    assert run.instances == 0


async def test_every_way_of_a_relationship_gives_the_same_instances(database: OrmDatabase) -> None:
    harbour = entity_of(database, "Harbour")
    comparison = Comparison.of(harbour, KEYS, harbour.relationship("berths"), budget=inf)
    while (due := comparison.next_request) is not None:
        comparison = comparison.with_run(due.way, await database.benchmarks.measure(due))
    assert {measurement.last.instances for measurement in comparison.measurements if measurement.works} == {5}
    assert {measurement.way for measurement in comparison.measurements if not measurement.works} == {
        LoadMethod.PLAIN,
        LoadMethod.RAISELOAD,
    }
    assert {len(measurement.runs) for measurement in comparison.measurements if measurement.works} == {6}


async def test_a_cross_product_is_counted_as_rows(database: OrmDatabase) -> None:
    joined = await measure(database, "Crowded", "left", LoadMethod.JOINEDLOAD)
    selectin = await measure(database, "Crowded", "left", LoadMethod.SELECTINLOAD)
    assert (joined.rows, joined.selected, joined.instances) == (15, 15, 3)
    assert (selectin.rows, selectin.selected, selectin.instances) == (5 + 3, 5, 3)


class Member(Base):
    """Has collections that are loaded with it, and whose rows lead back."""

    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    roles: Mapped[list["Role"]] = relationship(back_populates="member", lazy="selectin")
    teams: Mapped[list["Team"]] = relationship(back_populates="member", lazy="selectin")


class Role(Base):
    """Loads its member with it."""

    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    member: Mapped[Member] = relationship(back_populates="roles", lazy="joined", innerjoin=True)


class Team(Base):
    """Likewise."""

    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    member: Mapped[Member] = relationship(back_populates="teams", lazy=False, innerjoin=True)


async def test_rows_of_other_eager_loads_are_none_of_a_join_and_what_is_mapped_so_stays_so(
    tmp_path: Path, open_models: OpenModels
) -> None:
    rows = [{"id": n, "member_id": n} for n in range(1, 5)]
    path = tmp_path / "members.db"
    await load(path, Base.metadata, {Member: [{"id": n} for n in range(1, 5)], Role: rows, Team: rows})
    database = await open_models(path, [Member, Role, Team])
    member = database.models.catalog.entities[0]
    comparison = Comparison.of(member, tuple((n,) for n in range(1, 5)), member.relationship("roles"), budget=0)
    while (due := comparison.next_request) is not None:
        comparison = comparison.with_run(due.way, await database.benchmarks.measure(due))
    runs = {measurement.way: measurement.last for measurement in comparison.measurements}
    assert (runs[LoadMethod.JOINEDLOAD].selected, runs[LoadMethod.JOINEDLOAD].instances) == (4, 4)
    assert runs[LoadMethod.JOINEDLOAD].rows > 8, "the other collection's rows are counted too"
    assert runs[LoadMethod.AS_MAPPED].statements == runs[LoadMethod.SELECTINLOAD].statements > 2
    assert [measurement.remark for measurement in comparison.measurements if measurement.remark] == [
        "it did not raise here: another, eagerly loaded relationship has loaded these too"
    ]
    advice = recommendation(comparison)
    assert advice is not None
    assert (advice.way, advice.code) == (LoadMethod.AS_MAPPED, "select(Member)")
    assert advice.reason.startswith("nothing to change: lazy='selectin' already does that")
    assert "cross product" not in advice.reason


def test_the_older_words_for_lazy_are_told_as_the_newer_ones() -> None:
    found = {entity.name: entity.relationships[0].lazy for entity in Catalog([Member, Role, Team]).entities}
    assert found == {"Member": "selectin", "Role": "joined", "Team": "joined"}


@pytest.mark.parametrize("lazy", ["select", "selectin", "joined", "subquery", "immediate"])
async def test_a_cycle_in_the_rows_is_measured_to_its_end(tmp_path: Path, open_models: OpenModels, lazy: Any) -> None:
    class Own(AsyncAttrs, DeclarativeBase):
        pass

    class Node(Own):
        __tablename__ = "nodes"
        id: Mapped[int] = mapped_column(primary_key=True)
        parent_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
        children = relationship("Node", back_populates="parent", lazy=lazy)
        parent = relationship("Node", back_populates="children", remote_side="Node.id", lazy=lazy)

    path = tmp_path / "cycle.db"
    loops = {1: 2, 2: 1, 3: 3, 4: 5, 5: 6, 6: 4}
    await load(path, Own.metadata)
    inserted = ", ".join(f"({child}, {parent})" for child, parent in loops.items())
    await run(path, f"INSERT INTO nodes VALUES {inserted}")  # noqa: S608  numbers
    database = await open_models(path, [Node])
    node = database.models.catalog.entities[0]
    for relationship_ in node.relationships:
        comparison = Comparison.of(node, ((1,), (2,), (3,), (4,)), relationship_, budget=0)
        while (due := comparison.next_request) is not None:
            comparison = comparison.with_run(due.way, await database.benchmarks.measure(due))
        worked = [measurement.last for measurement in comparison.measurements if measurement.works]
        assert {one.instances for one in worked} == {4}
        assert max(one.statements for one in worked) < 20


async def test_the_live_instance_and_the_pool_are_left_as_they_were(
    database: OrmDatabase, checked_out: Callable[[OrmDatabase], int]
) -> None:
    harbour = entity_of(database, "Harbour")
    before = await database.instances.load_instance(harbour, (1,))
    for way in ways(harbour, harbour.relationship("berths")):
        await measure(database, "Harbour", "berths", way)
        assert checked_out(database) == 0
    again = database._live.instance._snapshot(harbour)  # noqa: SLF001  what every question ends with
    assert again == before


async def test_what_was_measured_is_told_once_for_each_text(database: OrmDatabase, told: list[Statement]) -> None:
    told.clear()
    for _ in range(2):
        await measure(database, "Harbour", "berths", LoadMethod.AWAITED)
    mine = [one for one in told if one.cause == "compare Harbour.berths: awaitable_attrs (N+1)"]
    assert {one.outcome for one in mine} == {StatementStatus.DONE}
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
        database.rows._large.clear()  # noqa: SLF001  how many there are is another question
        harbour = entity_of(database, "Harbour")
        request = MeasureRequest(harbour, KEYS, harbour.relationship("berths"), LoadMethod.SELECTINLOAD)
        run = await database.benchmarks._measurer.measure(request)  # noqa: SLF001
        assert run.error == "timed out after 0.05 s"
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("limit", "counts", "expected"),
    [
        (1_000, [5, 1], Loadable(((1,), (2,)))),
        (1, [9, 1], Loadable(((1,), (2,)))),  # more than one of them may hold, but not more than all together may
        (1, [11, 1], Loadable(((2,),), (OversizedCollection("Harbour 1", 11),))),
        (
            1,
            [11, 0, 40],
            Loadable(((2,),), (OversizedCollection("Harbour 3", 40), OversizedCollection("Harbour 1", 11))),
        ),
        (2, [2] * 11, Loadable(tuple((n,) for n in range(1, 12)), exceeded=20)),
        (
            2,
            [2] * 11 + [9],
            Loadable(tuple((n,) for n in range(1, 12)), (OversizedCollection("Harbour 12", 9),), exceeded=20),
        ),
        (1, [50], Loadable((), (OversizedCollection("Harbour 1", 50),), exceeded=10)),
    ],
)
async def test_what_holds_too_much_by_itself_is_left_out_where_all_together_do(
    path: Path, listener: Listener, limit: int, counts: list[int], expected: Loadable
) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("DELETE FROM berths; DELETE FROM harbours")
        connection.executemany("INSERT INTO harbours VALUES (?)", [(n,) for n in range(1, len(counts) + 1)])
        owners = [(n,) for n, count in enumerate(counts, start=1) for _ in range(count)]
        connection.executemany("INSERT INTO berths (harbour_id) VALUES (?)", owners)
    database = await open_database(path, MODELS, Limits(30, collection=limit), listener)
    try:
        harbour = entity_of(database, "Harbour")
        asked = tuple((n,) for n in range(1, len(counts) + 1))
        assert await database.instances.loadable(harbour, harbour.relationship("berths"), asked) == expected
    finally:
        await database.close()


async def test_a_giant_is_found_on_every_database(target: Target, listener: Listener) -> None:
    rows = {Harbour: [{"id": 1}, {"id": 2}], Berth: [{"id": n, "harbour_id": 1 + n // 12} for n in range(1, 14)]}
    await load(target, Base.metadata, rows)
    database = await open_database(target, MODELS, Limits(30, collection=1), listener)
    try:
        harbour = entity_of(database, "Harbour")
        found = await database.instances.loadable(harbour, harbour.relationship("berths"), ((1,), (2,)))
        assert found == Loadable(
            (), (OversizedCollection("Harbour 1", 11), OversizedCollection("Harbour 2", 2)), exceeded=10
        )
        berth = entity_of(database, "Berth")
        assert await database.instances.loadable(berth, berth.relationship("harbour"), ((1,), (2,))) == Loadable(
            ((1,), (2,))
        )
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Loadable(((1,),)), ""),
        (Loadable(((1,),), (OversizedCollection("Ship 2", 151_920),)), "without Ship 2, which has 151,920"),
        (
            Loadable(((1,),), (OversizedCollection("Ship 2", 1_500), OversizedCollection("Ship 9", 1_200))),
            "without Ship 2, which has 1,500, and 1 more",
        ),
    ],
)
def test_what_was_left_out_is_named(found: Loadable, words: str) -> None:
    assert str(found) == words
    assert found.checked("Sailor", "a way out") is found


def test_what_cannot_be_loaded_at_all_says_which_limit_it_was() -> None:
    with pytest.raises(BrowserError, match="these 2 rows have more than 10,000 Sailor in total: a way out"):
        Loadable(((1,), (2,)), exceeded=10_000).checked("Sailor", "a way out")
    with pytest.raises(BrowserError, match="Ship 2 has 15,000 Sailor, over the limit of 10,000: a way out"):
        Loadable((), (OversizedCollection("Ship 2", 15_000),), exceeded=10_000).checked("Sailor", "a way out")
    with pytest.raises(BrowserError, match="these 2 rows have more than 10,000 Sailor in total"):
        Loadable(
            (), (OversizedCollection("Ship 2", 6_000), OversizedCollection("Ship 3", 6_000)), exceeded=10_000
        ).checked("Sailor", "")


@pytest.mark.parametrize("name", ["asked", "written"])
@pytest.mark.parametrize("mode", AccessMode)
async def test_a_relationship_that_holds_a_query_is_paged_and_loads_nothing(
    database: OrmDatabase, name: str, mode: AccessMode
) -> None:
    harbour = entity_of(database, "Harbour")
    asked = OpenRequest(harbour, (1,), harbour.relationship(name), mode, LoaderStrategy.AS_MAPPED)
    opening = await database.instances.open(asked)
    assert opening.query is not None
    assert [row.key for row in opening.rows] == [(1,), (2,), (3,), (4,)]
    assert await database.rows.count(opening.query) == 4
    assert not opening.is_held_back
