"""Rows are read without a transaction only where no code runs that somebody has put into the database."""

from typing import Any

import pytest
from sqlalchemy import ForeignKey, String, TypeDecorator, event, func
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, open_database
from tests.servers import read, run_as_is


ON_POSTGRESQL = pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)

ACTS = """CREATE FUNCTION acts(n INT) RETURNS INT LANGUAGE plpgsql AS
    $f$ BEGIN PERFORM lo_create(0); PERFORM set_config('search_path', 'other, public', false); RETURN n; END $f$"""
"""What only a rollback undoes."""

TABLE = "CREATE TABLE ships (id INTEGER PRIMARY KEY, name VARCHAR(20))"

PLAIN = {
    "a table": [TABLE],
    "a materialized view": ["CREATE MATERIALIZED VIEW ships AS SELECT 1 AS id, 'a' AS name"],
    "partitions": [
        "CREATE TABLE ships (id INTEGER PRIMARY KEY, name VARCHAR(20)) PARTITION BY RANGE (id)",
        "CREATE TABLE ships_1 PARTITION OF ships FOR VALUES FROM (1) TO (9)",
    ],
    "an array": ["CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT[])"],
    "an operator for another type": [TABLE, "CREATE EXTENSION citext"],
}

OTHERS = {
    "a view": ["CREATE VIEW ships AS SELECT 1 AS id, 'a' AS name"],
    "a policy": [TABLE, "ALTER TABLE ships ENABLE ROW LEVEL SECURITY"],
    "an enum": ["CREATE TYPE kind AS ENUM ('a')", "CREATE TABLE ships (id INTEGER PRIMARY KEY, name kind)"],
    "a domain": ["CREATE DOMAIN kind AS TEXT", "CREATE TABLE ships (id INTEGER PRIMARY KEY, name kind)"],
    "a composite type": ["CREATE TYPE kind AS (a INT)", "CREATE TABLE ships (id INTEGER PRIMARY KEY, name kind)"],
    "a foreign partition": [
        "CREATE TABLE ships (id INTEGER NOT NULL, name VARCHAR(20)) PARTITION BY RANGE (id)",
        "CREATE EXTENSION postgres_fdw",
        "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw",
        "CREATE FOREIGN TABLE ships_1 PARTITION OF ships FOR VALUES FROM (1) TO (9) SERVER far",
    ],
    "an operator": [
        TABLE,
        "CREATE FUNCTION same(VARCHAR, VARCHAR) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT true'",
        "CREATE OPERATOR = (FUNCTION = same, LEFTARG = VARCHAR, RIGHTARG = VARCHAR)",
    ],
    "a function": [TABLE, "CREATE FUNCTION length(VARCHAR) RETURNS INTEGER LANGUAGE sql AS 'SELECT 1'"],
    "a cast": [
        TABLE,
        "CREATE FUNCTION as_text(DATE) RETURNS TEXT LANGUAGE sql AS $f$ SELECT 'a' $f$",
        "CREATE CAST (DATE AS TEXT) WITH FUNCTION as_text(DATE)",
    ],
}


async def is_built_in(server: Server, listener: Listener) -> bool:
    """Whether the rows of the ships are read without a transaction."""
    database = await open_database(server, None, Limits(30.0), listener)
    try:
        return database.models.runs_built_in_code(Query(await database.models.entity("Ships")))
    finally:
        await database.close()


@ON_POSTGRESQL
@pytest.mark.parametrize("making", PLAIN.values(), ids=PLAIN)
async def test_of_plain_tables_only_built_in_code_reads(server: Server, listener: Listener, making: list[str]) -> None:
    await run_as_is(server, *making)
    assert await is_built_in(server, listener)


@ON_POSTGRESQL
@pytest.mark.parametrize("making", OTHERS.values(), ids=OTHERS)
async def test_whatever_has_code_of_somebodys_does_not(server: Server, listener: Listener, making: list[str]) -> None:
    await run_as_is(server, *making)
    assert not await is_built_in(server, listener)


class Base(DeclarativeBase):
    """Classes of which some have SQL of their own."""


class Quoted(TypeDecorator[str]):
    """A type that calls a function on its column."""

    impl = String
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        """Put the function around the column."""
        return func.quote_literal(column)


class Ship(Base):
    """A plain class."""

    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    boats: Mapped[list["Boat"]] = relationship(back_populates="ship")
    sorted_boats: Mapped[list["Boat"]] = relationship(order_by=lambda: func.lower(Boat.name), viewonly=True)


class Boat(Base):
    """Another one."""

    __tablename__ = "boats"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    ship_id: Mapped[int] = mapped_column(ForeignKey("ships.id"))
    ship: Mapped[Ship] = relationship(back_populates="boats")


class Counted(Base):
    """One with a function in the mapping."""

    __table__ = Ship.__table__
    acted = column_property(func.acts(Ship.__table__.c.id))


class Joined(Base):
    """One that is loaded with its boats, by a second statement."""

    __table__ = Ship.__table__
    boats: Mapped[list[Boat]] = relationship(Boat, lazy="selectin", viewonly=True)


class Decorated(Base):
    """One with a type that has SQL of its own."""

    __tablename__ = "decorated"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Quoted())


class Told(Base):
    """One whose subclasses are told apart by a function."""

    __table__ = Ship.__table__
    __mapper_args__ = {"polymorphic_on": func.acts(Ship.__table__.c.id), "polymorphic_identity": 1}  # noqa: RUF012


class Heard(Base):
    """One that code listens to."""

    __table__ = Ship.__table__


event.listen(Heard, "load", lambda *_call: None)

MODELS = (Ship, Boat, Counted, Joined, Decorated, Told, Heard)

TABLES = (
    ACTS,
    TABLE,
    "CREATE TABLE boats (id INTEGER PRIMARY KEY, name VARCHAR(20), ship_id INTEGER REFERENCES ships (id))",
    "CREATE TABLE decorated (id INTEGER PRIMARY KEY, name VARCHAR(20))",
    "INSERT INTO ships VALUES (1, 'mine')",
    "CREATE SCHEMA other",
    "CREATE TABLE other.ships (id INTEGER PRIMARY KEY, name VARCHAR(20))",
    "INSERT INTO other.ships VALUES (7, 'theirs')",
    "CREATE VIEW acting AS SELECT acts(1) AS id",
)


@ON_POSTGRESQL
async def test_classes_with_sql_or_code_of_their_own_are_told(server: Server, listener: Listener) -> None:
    await run_as_is(server, *TABLES)
    database = await open_database(server, MODELS, Limits(30.0), listener)
    try:
        models = database.models
        rows = {one.__name__: models.runs_built_in_code(Query(await models.entity(one.__name__))) for one in MODELS}
        loads = {one.__name__: models.loads_by_built_in_code(await models.entity(one.__name__)) for one in MODELS}
        ship = await models.entity("Ship")
        assert rows == {**dict.fromkeys(rows, True), "Counted": False, "Decorated": False, "Told": False}
        assert loads == {**rows, "Joined": False, "Heard": False}
        assert models.loads_by_built_in_code(ship, "boats")
        assert not models.loads_by_built_in_code(ship, "sorted_boats")
    finally:
        await database.close()


@pytest.mark.parametrize("server", ["asyncmy"], indirect=True)
async def test_mariadb_reads_instance_and_relationship_of_one_moment(server: Server, listener: Listener) -> None:
    await run_as_is(server, *TABLES[1:4])
    database = await open_database(server, (Ship, Boat), Limits(30.0), listener)
    try:
        ship = await database.models.entity("Ship")
        assert database.models.loads_by_built_in_code(ship)
        assert not database.models.loads_by_built_in_code(ship, "boats")
    finally:
        await database.close()


class Acting(Base):
    """A view that acts as it is read."""

    __tablename__ = "acting"
    id: Mapped[int] = mapped_column(primary_key=True)


@ON_POSTGRESQL
async def test_what_a_view_does_is_undone(server: Server, listener: Listener) -> None:
    await run_as_is(server, *TABLES)
    database = await open_database(server, (Ship, Boat, Acting, Counted), Limits(30.0), listener)
    try:
        for name in ("Acting", "Counted"):
            query = Query(await database.models.entity(name))
            await database.rows.count(query)
            await database.rows.page(query, Seek())
            await database.instances.load_instance(query.entity, (1,))
        ship = Query(await database.models.entity("Ship"))
        assert [row.key for row in (await database.rows.page(ship, Seek())).rows] == [(1,)]
        assert (await database.instances.load_instance(ship.entity, (1,))).key == (1,)
        with pytest.raises(BrowserError, match="no longer in the database"):
            await database.instances.load_instance(ship.entity, (7,))
    finally:
        await database.close()
    assert await read(server, "SELECT count(*) FROM pg_largeobject_metadata") == [(0,)]
