"""Models with `schema=` in a SQLite file, which has no schemas: their tables are found by their names alone."""

import sqlite3
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, Table
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, registry, relationship

from pirate_tui.domain.access import AccessMode, Scenario
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.query import Query, SortOrder
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.dialects.sqlite.translation import translations
from tests.orm.conftest import OpenModels


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


class Base(AsyncAttrs, DeclarativeBase):
    """Of models in a schema of their own."""

    metadata: ClassVar = MetaData(schema="fleet")


stowed = Table(
    "stowed",
    Base.metadata,
    Column("ship_id", ForeignKey("fleet.ships.id")),
    Column("cargo_id", ForeignKey('Of "trade": all.cargo.id')),
    schema="links",
)  # fmt: skip


class Ship(Base):
    """With a relationship through a third schema."""

    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    cargo: Mapped[list["Cargo"]] = relationship(secondary=stowed)


class Cargo(Base):
    """In another schema, with a name to quote; the file's key may be NULL."""

    __tablename__ = "cargo"
    __table_args__ = {"schema": 'Of "trade": all'}  # noqa: RUF012  SQLAlchemy's form
    id: Mapped[str] = mapped_column(primary_key=True)
    ships: Mapped[list[Ship]] = relationship(secondary=stowed, viewonly=True)


class Boat(Base):
    """Of a schema that every file has."""

    __tablename__ = "boats"
    __table_args__ = {"schema": "main"}  # noqa: RUF012  SQLAlchemy's form
    id: Mapped[int] = mapped_column(primary_key=True)


class Raft(Base):
    """Without a table."""

    __tablename__ = "rafts"
    id: Mapped[int] = mapped_column(primary_key=True)


class Twin(Base):
    """Of a table by the same name in another schema."""

    __tablename__ = "ships"
    __table_args__ = {"schema": "harbor"}  # noqa: RUF012  SQLAlchemy's form
    id: Mapped[int] = mapped_column(primary_key=True)


MODELS = (Ship, Cargo, Boat, Raft, Twin)

ROWS = """
    CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE cargo (id TEXT PRIMARY KEY);
    CREATE TABLE stowed (ship_id INTEGER, cargo_id TEXT);
    CREATE TABLE boats (id INTEGER PRIMARY KEY);
    INSERT INTO ships VALUES (1, 'Pequod'), (2, 'Rachel');
    INSERT INTO cargo VALUES ('oil'), (NULL), (NULL), ('bone');
    INSERT INTO stowed VALUES (1, 'oil'), (1, 'bone');
    ANALYZE;
"""


@pytest.fixture
async def database(tmp_path: Path, open_models: OpenModels) -> OrmDatabase:
    """A file with the tables of most of the models."""
    path = tmp_path / "fleet.db"
    connection = sqlite3.connect(path)
    connection.executescript(ROWS)
    connection.close()
    return await open_models(path, MODELS)


async def test_tables_are_found_by_their_names(database: OrmDatabase) -> None:
    assert {choice.name: choice.problem for choice in database.models.choices} == {
        "Ship": "",
        "Cargo": "",
        "Boat": "",
        "Raft": "no table fleet.rafts, nor rafts: a SQLite file has no schema but main",
        "Twin": "no table harbor.ships: a SQLite file has one ships, that of fleet.ships",
    }
    sizes = await database.models.sizes()
    assert {name: size.rows for name, size in sizes.items()} == {"Ship": 2, "Cargo": 4, "Boat": 0}


async def test_rows_without_a_key_are_ordered_by_their_number(database: OrmDatabase) -> None:
    """The number of a row is no column of the mapping: its table is named for it, too."""
    cargo = await database.models.entity("Cargo")
    query, seen, position = Query(cargo, SortOrder(cargo.columns[0])), list[str](), None
    while rows := (await database.rows.page(query, Seek(position, limit=1))).rows:
        seen.append(rows[0].cells[0].text)
        position = rows[0].position
    assert seen == ["NULL", "NULL", "bone", "oil"]
    assert await database.rows.count(query) == await database.rows.estimate(query) == 4


async def test_a_relationship_through_a_third_schema_is_opened_by_every_strategy(database: OrmDatabase) -> None:
    ship = await database.models.entity("Ship")
    for strategy in LoaderStrategy:
        if strategy is LoaderStrategy.RAISELOAD:
            continue
        request = OpenRequest(ship, (1,), ship.relationships[0], AccessMode.SAFE, strategy)
        found = await database.instances.open(request)
        assert sorted(row.cells[0].text for row in found.rows) == ["bone", "oil"], strategy


async def test_the_statement_of_a_plain_access_names_the_table_of_the_file(
    database: OrmDatabase, told: list[Statement]
) -> None:
    ship = await database.models.entity("Ship")
    request = OpenRequest(ship, (1,), ship.relationships[0], AccessMode.UNSAFE, LoaderStrategy.AS_MAPPED)
    assert (await database.instances.open(request)).failure is not None
    checked = await database.instances.check(ship, (1,), Scenario.FRESH, with_statements=True)
    (statement,) = (one.statement for one in checked.predictions if one.statement)
    assert any("main.stowed" in line for line in statement)
    assert not any("fleet." in line or "links." in line for one in told for line in one.text.split("\n"))


def test_schemas_that_a_file_has_are_left_alone() -> None:
    other = registry()
    temporary = Table("t", other.metadata, Column("id", primary_key=True), schema="Temp")
    linked = Table("u", MetaData(), Column("id", ForeignKey(temporary.c.id), primary_key=True), schema="elsewhere")

    class Joined:
        """Of two tables, in different MetaData."""

    other.map_imperatively(
        Joined, temporary.join(linked), properties={"id": column_property(temporary.c.id, linked.c.id)}
    )
    assert translations([Joined]) == {"elsewhere": "main"}
    assert translations(MODELS) == dict.fromkeys(("fleet", "links", 'Of "trade": all', "harbor"), "main")
