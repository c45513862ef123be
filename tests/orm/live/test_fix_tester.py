"""Fixes tried on real rows: what helps, what does not, and what is not tried to its end."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

from pirate_tui.domain.access import AccessMode, AttributeRequest, Scenario, TrialRequest, Verdict
from pirate_tui.domain.remedy import Applies, Remedy, Trial, TrialOutcome
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from tests.orm.conftest import OpenModels, Remembering
from tests.orm.verdicts import entity_of, named


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Node(Base):
    """In the rows, two are each other's parents."""

    __tablename__ = "nodes"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    parent: Mapped["Node | None"] = relationship(remote_side="Node.id", back_populates="children")
    children: Mapped[list["Node"]] = relationship(back_populates="parent")

    @property
    def size(self) -> int:
        """Down and down."""
        return 1 + sum(child.size for child in self.children)


class Shelf(Base):
    """Holds many."""

    __tablename__ = "shelves"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    books: Mapped[list["Book"]] = relationship()

    @validates("name")
    def check(self, key: str, value: str) -> str:
        """Refuses everything, so that nothing can be merged."""
        raise ValueError(key, value)

    @property
    def size(self) -> int:
        """Of the books."""
        return len(self.books)

    @property
    def share(self) -> float:
        """Fails by itself when all is loaded."""
        return 1 / (len(self.books) * 0)


class Book(Base):
    """On a shelf."""

    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "nodes.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("""
            CREATE TABLE nodes (id INTEGER PRIMARY KEY, parent_id INTEGER);
            CREATE TABLE shelves (id INTEGER PRIMARY KEY, name TEXT);
            CREATE TABLE books (id INTEGER PRIMARY KEY, shelf_id INTEGER);
            INSERT INTO nodes VALUES (1, 2), (2, 1), (3, NULL), (4, 3);
            INSERT INTO shelves VALUES (1, 'full'), (2, 'small');
            INSERT INTO books VALUES (2001, 2), (2002, 2);
        """)
        connection.executemany("INSERT INTO books VALUES (?, 1)", [(number,) for number in range(1_500)])
    return path


@pytest.fixture
async def database(path: Path, open_models: OpenModels) -> OrmDatabase:
    return await open_models(path, [Node, Shelf, Book])


async def tried(
    database: OrmDatabase, what: tuple[str, int, str], remedy: Remedy | None, scenario: Scenario = Scenario.FRESH
) -> Trial:
    """What came of a remedy; of the first that is offered and can be tried, where none is given."""
    name, key, attribute = what
    entity = entity_of(database, name)
    if remedy is None:
        await database.instances.apply_scenario(entity, (key,), scenario)
        offered = (await database.instances.predict(attribute)).remedies
        remedy = next(one for one in offered if one.applies is Applies.IN_SELECT)
    return await database.benchmarks.try_out(TrialRequest(entity, (key,), scenario, attribute, remedy))


async def test_following_rows_down_ends_where_they_have_a_cycle(database: OrmDatabase, told: list[Statement]) -> None:
    trial = await tried(database, ("Node", 1, "size"), None)
    assert trial.code == "select(Node).options(selectinload(Node.children, recursion_depth=-1))"
    assert (trial.outcome, trial.reason) == (
        TrialOutcome.SKIPPED,
        "it sends more than 100 statements: the rows may form a cycle",
    )
    assert len({one.number for one in told}) < 120


async def test_following_rows_down_helps_where_they_end(database: OrmDatabase) -> None:
    assert (await tried(database, ("Node", 3, "size"), None)).outcome is TrialOutcome.HELPS


async def test_it_is_said_that_a_cycle_never_ends(database: OrmDatabase) -> None:
    node = entity_of(database, "Node")
    await database.instances.load_instance(node, (3,))
    (remedy,) = [one for one in (await database.instances.predict("size")).remedies if "recursion_depth" in one.code]
    assert "if the rows form a cycle, it never ends" in remedy.reason


async def test_what_would_load_too_much_is_skipped(database: OrmDatabase) -> None:
    trial = await tried(database, ("Shelf", 1, "size"), None)
    assert (trial.outcome, trial.reason) == (TrialOutcome.SKIPPED, "it loads more than 1,000 instances")
    assert (await tried(database, ("Shelf", 2, "size"), None)).outcome is TrialOutcome.HELPS


async def test_how_much_may_be_loaded_can_be_said(path: Path, listener: Remembering) -> None:
    database = await open_database(path, [Node, Shelf, Book], Limits(30, collection=2_000), listener)
    assert (await tried(database, ("Shelf", 1, "size"), None)).outcome is TrialOutcome.HELPS
    await database.close()


@pytest.mark.parametrize("scenario", [Scenario.AFTER_COMMIT, Scenario.FRESH])
@pytest.mark.parametrize("code", ["await session.refresh(shelf)", "shelf.id", "await session.commit()"])
async def test_what_does_not_help_is_found_out(database: OrmDatabase, code: str, scenario: Scenario) -> None:
    trial = await tried(database, ("Shelf", 2, "size"), Remedy(code, ""), scenario)
    assert trial.outcome is TrialOutcome.FAILS
    assert "MissingGreenlet" in trial.reason


async def test_what_code_of_the_models_raises_is_no_fault_of_the_fix(database: OrmDatabase) -> None:
    merge = Remedy("shelf = await session.merge(shelf, options=[selectinload(Shelf.books)])", "")
    trial = await tried(database, ("Shelf", 2, "size"), merge, Scenario.DETACHED)
    assert (trial.outcome, trial.reason) == (TrialOutcome.NOT_PROVED, "model code raised ValueError")


async def test_an_error_of_its_own_is_not_one_of_a_load(database: OrmDatabase) -> None:
    loads = Remedy("select(Shelf).options(selectinload(Shelf.books))", "", Applies.IN_SELECT)
    assert (await tried(database, ("Shelf", 2, "share"), loads)).outcome is TrialOutcome.HELPS


@pytest.mark.parametrize("applies", [Applies.IN_MAPPING, Applies.IN_ENGINE])
async def test_what_belongs_elsewhere_is_not_proved(database: OrmDatabase, applies: Applies) -> None:
    trial = await tried(database, ("Shelf", 2, "size"), Remedy("anything", "", applies))
    assert (trial.outcome, trial.reason) == (TrialOutcome.NOT_PROVED, f"it belongs {applies.value}")


async def test_the_live_instance_stays_as_it_is(database: OrmDatabase) -> None:
    shelf = entity_of(database, "Shelf")
    before = await database.instances.load_instance(shelf, (2,))
    await database.benchmarks.try_out(
        TrialRequest(shelf, (2,), Scenario.FRESH, "size", Remedy("await session.refresh(shelf)", ""))
    )
    accessed = await database.instances.access(AttributeRequest(shelf, "name", AccessMode.UNSAFE))
    assert accessed.instance == before
    assert named(accessed.instance, "size").verdict is Verdict.IO
