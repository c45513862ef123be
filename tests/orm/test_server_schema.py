"""Models held against what a database really has, and what it believes of the sizes: one suite for all drivers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import pytest
from sqlalchemy import Column, Integer, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pirate_tui.domain.entity import Bound, Size
from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from tests.orm.schemas import ON_MARIADB, ON_POSTGRESQL, is_postgresql
from tests.servers import Target, load, run


# ruff: noqa: S608  names of the test's own


OpenModels: TypeAlias = Callable[[Target, Sequence[type] | None], Awaitable[OrmDatabase]]


def mapped(name: str, *columns: Column[object], schema: str | None = None) -> type:
    """A class of its own base, with a key and these columns."""

    class Base(DeclarativeBase):
        """Of one class."""

    table = Table(name, Base.metadata, Column("id", Integer, primary_key=True), *columns, schema=schema)
    return type(name.capitalize(), (Base,), {"__table__": table})


def problems(database: OrmDatabase) -> dict[str, str]:
    return {choice.name: choice.problem for choice in database.models.choices if choice.problem}


async def texts(database: OrmDatabase, name: str) -> list[list[str]]:
    """The cells of every row of a class, read one row at a time."""
    query, found, position = Query(await database.models.entity(name)), [], None
    while (page := await database.rows.page(query, Seek(position, limit=1))).rows:
        position = page.rows[0].position
        found.append([cell.text for cell in page.rows[0].cells])
    return found


async def test_what_is_not_there_is_named_and_the_rest_is_browsed(
    target: Target, open_models: OpenModels, told: list[Statement]
) -> None:
    await run(target, "CREATE TABLE ships (id INTEGER PRIMARY KEY)", "INSERT INTO ships VALUES (1)")
    models = [mapped("ships"), mapped("boats"), mapped("ships", Column("name", String), Column("flag", String))]
    database = await open_models(target, models)
    assert [*problems(database).values()] == ["no table boats", "table ships has no column name, flag"]
    assert [entity.name for entity in database.models.catalog.entities] == ["Ships#1"]
    assert await texts(database, "Ships#1") == [["1"]]
    assert len({one.number for one in told if one.cause in {"tables", "columns of tables"}}) <= 2


async def test_names_are_compared_as_the_database_does(target: Target, open_models: OpenModels) -> None:
    await run(target, "CREATE TABLE ships (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL)")
    database = await open_models(
        target, [mapped("ships"), mapped("SHIPS"), mapped("ships", Column("NAME", String), Column("Id", Integer))]
    )
    found = [choice.problem for choice in database.models.choices]
    if is_postgresql(target):
        assert found == ["", "no table SHIPS", "table ships has no column NAME, Id"]
    elif isinstance(target, Server):
        assert found == ["", "no table SHIPS", ""], "tables by lower_case_table_names, which is 0 on Linux"
    else:
        assert found == ["", "", ""]


async def test_tables_of_several_schemas_are_told_apart(
    server: Server, other_schema: str, open_models: OpenModels
) -> None:
    await run(
        server,
        "CREATE TABLE ships (id INTEGER PRIMARY KEY)",
        "INSERT INTO ships VALUES (1)",
        f"CREATE TABLE {other_schema}.ships (id INTEGER PRIMARY KEY, name VARCHAR(20))",
        f"INSERT INTO {other_schema}.ships VALUES (2, 'Rachel')",
    )
    near, far = mapped("ships"), mapped("ships", Column("name", String), schema=other_schema)
    lost = [mapped("boats", schema=other_schema), mapped("rafts", schema="nowhere")]
    database = await open_models(server, [near, far, *lost])
    nowhere = "no schema nowhere" if is_postgresql(server) else "no database nowhere, or no privileges on it"
    assert problems(database) == {"Boats": f"no table {other_schema}.boats", "Rafts": nowhere}
    assert [choice.table for choice in database.models.choices][:2] == ["ships", f"{other_schema}.ships"]
    first, second = database.models.catalog.entities
    assert await texts(database, first.name) == [["1"]]
    assert await texts(database, second.name) == [["2", "Rachel"]]


@ON_POSTGRESQL
async def test_a_model_without_a_schema_is_sought_on_the_search_path(
    server: Server, other_schema: str, open_models: OpenModels
) -> None:
    await run(server, f"CREATE TABLE {other_schema}.ships (id INTEGER PRIMARY KEY)")
    with pytest.raises(StartupError, match="no table ships"):
        await open_models(server, [mapped("ships")])
    await run(server, f"ALTER DATABASE {server.url.database} SET search_path = public, {other_schema}")
    assert problems(await open_models(server, [mapped("ships")])) == {}


async def test_what_may_not_be_read_is_said(
    server: Server, reader: Server, other_schema: str, open_models: OpenModels
) -> None:
    user = reader.url.username
    await run(
        server,
        *(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, pay INTEGER)" for name in ("ships", "crew", "staff")),
        f"CREATE TABLE {other_schema}.boats (id INTEGER PRIMARY KEY)",
        "INSERT INTO ships VALUES (1, 2)",
        f"GRANT SELECT ON ships TO {user}",
        f"GRANT SELECT (id) ON staff TO {user}",
        f"GRANT INSERT ON crew TO {user}",
    )
    models = [mapped("ships"), mapped("crew"), mapped("staff", Column("pay", Integer))]
    database = await open_models(reader, [*models, mapped("boats", schema=other_schema)])
    denied = problems(database)
    assert denied.pop("Crew") == "permission denied for table crew"
    if is_postgresql(server):
        assert denied.pop("Staff") == "permission denied for column pay of table staff"
        assert denied.pop("Boats") == f"permission denied for schema {other_schema}"
    else:
        assert denied.pop("Staff") == "table staff has no column pay", "what may not be seen is not there"
        assert denied.pop("Boats") == f"no database {other_schema}, or no privileges on it"
    assert denied == {}
    assert await texts(database, "Ships") == [["1"]]


@ON_MARIADB
async def test_a_broken_view_of_mariadb_is_no_missing_table(server: Server, open_models: OpenModels) -> None:
    await run(
        server,
        "CREATE TABLE ships (id INTEGER PRIMARY KEY)",
        "CREATE TABLE lost (id INTEGER PRIMARY KEY)",
        "CREATE VIEW broken AS SELECT id FROM lost",
        "DROP TABLE lost",
    )
    found = problems(await open_models(server, [mapped("ships"), mapped("broken")]))
    assert found == {"Broken": "broken is a view of something that does not exist, or that its definer may not read"}


@ON_POSTGRESQL
async def test_rows_whose_key_repeats_are_all_listed_by_their_places(server: Server, open_models: OpenModels) -> None:
    await run(
        server,
        "CREATE TABLE ships (id INTEGER)",
        "INSERT INTO ships VALUES (2), (1), (NULL), (1), (1), (NULL)",
        "CREATE MATERIALIZED VIEW kept AS SELECT id FROM ships",
    )
    database = await open_models(server, [mapped("ships"), mapped("kept")])
    for name in ("Ships", "Kept"):
        assert sorted(await texts(database, name)) == [["1"], ["1"], ["1"], ["2"], ["NULL"], ["NULL"]]


async def estimates(database: OrmDatabase) -> dict[str, int | None]:
    return {entity.name: await database.rows.estimate(Query(entity)) for entity in database.models.catalog.entities}


@ON_POSTGRESQL
async def test_sizes_are_what_postgresql_has_counted(
    server: Server, open_models: OpenModels, told: list[Statement]
) -> None:
    numbers = "SELECT generate_series(1, 100)"
    await run(
        server,
        *(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY)" for name in ("counted", "unknown", "empty")),
        f"INSERT INTO counted {numbers}",
        f"INSERT INTO unknown {numbers}",
        "CREATE TABLE whole (id INTEGER PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE low PARTITION OF whole FOR VALUES FROM (0) TO (50) PARTITION BY RANGE (id)",
        "CREATE TABLE lowest PARTITION OF low DEFAULT",
        "CREATE TABLE high PARTITION OF whole FOR VALUES FROM (50) TO (1000)",
        "CREATE TABLE none PARTITION OF whole DEFAULT",
        f"INSERT INTO whole {numbers}",
        "CREATE TABLE parts (id INTEGER PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE part PARTITION OF parts DEFAULT",
        f"INSERT INTO parts {numbers}",
        "CREATE VIEW seen AS SELECT id FROM counted",
        "CREATE MATERIALIZED VIEW kept AS SELECT id FROM counted",
        *(f"ANALYZE {name}" for name in ("counted", "lowest", "high", "kept")),
    )
    names = ("counted", "unknown", "empty", "whole", "parts", "seen", "kept")
    database = await open_models(server, [mapped(name) for name in names])
    expected = {"Counted": 100, "Empty": 0, "Whole": 100, "Kept": 100}
    told.clear()
    assert await database.models.sizes() == {name: Size(rows, Bound.ABOUT) for name, rows in expected.items()}
    assert len({one.number for one in told}) == 1
    assert await estimates(database) == {**dict.fromkeys(("Unknown", "Parts", "Seen")), **expected}


@ON_MARIADB
async def test_sizes_are_what_mariadb_believes(server: Server, open_models: OpenModels, told: list[Statement]) -> None:
    await run(
        server,
        "CREATE TABLE counted (id INTEGER PRIMARY KEY)",
        "INSERT INTO counted SELECT seq FROM seq_1_to_1000",
        "CREATE TABLE empty (id INTEGER PRIMARY KEY)",
        "CREATE VIEW seen AS SELECT id FROM counted",
        "ANALYZE TABLE counted, empty",
    )
    database = await open_models(server, [mapped(name) for name in ("counted", "empty", "seen")])
    told.clear()
    assert await database.models.sizes() == {"Counted": Size(1000, Bound.ABOUT), "Empty": Size(0, Bound.ABOUT)}
    assert len({one.number for one in told}) == 1
    assert await estimates(database) == {"Counted": 1000, "Empty": 0, "Seen": None}


@pytest.mark.parametrize("is_reflected", [True, False])
async def test_sizes_and_estimates_agree_with_and_without_models(
    server: Server, other_schema: str, open_models: OpenModels, *, is_reflected: bool
) -> None:
    await run(server, "CREATE TABLE ships (id INTEGER PRIMARY KEY)", "INSERT INTO ships VALUES (1), (2)")
    await run(server, f"ANALYZE {'' if is_postgresql(server) else 'TABLE '}ships")
    await run(server, f"CREATE TABLE {other_schema}.ships (id INTEGER PRIMARY KEY)")
    database = await open_models(server, None if is_reflected else [mapped("ships")])
    assert await database.models.sizes() == {"Ships": Size(2, Bound.ABOUT)}
    assert await database.rows.estimate(Query(await database.models.entity("Ships"))) == 2


async def test_a_class_that_shares_its_parents_table_has_no_estimate_of_its_own(
    target: Target, open_models: OpenModels
) -> None:
    class Base(DeclarativeBase):
        """Of two classes in one table."""

    class Ship(Base):
        """All rows."""

        __tablename__ = "ships"
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str] = mapped_column(String(10))
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "ship"}  # noqa: RUF012  SQLAlchemy's form

    class Whaler(Ship):
        """Some of them."""

        __mapper_args__ = {"polymorphic_identity": "whaler"}  # noqa: RUF012  SQLAlchemy's form

    await load(target, Base.metadata, {Ship: [{"id": 1, "kind": "ship"}, {"id": 2, "kind": "whaler"}]})
    await run(target, f"ANALYZE {'TABLE ' if isinstance(target, Server) and not is_postgresql(target) else ''}ships")
    assert await estimates(await open_models(target, [Ship, Whaler])) == {"Ship": 2, "Whaler": None}


@pytest.mark.thorough
async def test_hundreds_of_models_are_held_against_their_tables_by_two_statements_at_most(
    server: Server, open_models: OpenModels, told: list[Statement]
) -> None:
    await run(server, *(f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY)" for n in range(300)))
    database = await open_models(server, [mapped(f"t{n}") for n in range(301)])
    assert problems(database) == {"T300": "no table t300"}
    assert len({one.number for one in told if one.cause in {"tables", "columns of tables"}}) <= 2


async def test_where_there_are_no_tables_the_other_schemas_are_named(
    server: Server, other_schema: str, listener: Listener
) -> None:
    await run(server, f"CREATE TABLE {other_schema}.ships (id INTEGER PRIMARY KEY)")
    with pytest.raises(StartupError, match=rf"no tables in .*; use --schema NAME for those of .*{other_schema}"):
        await open_database(server, None, Limits(30), listener)


async def test_a_foreign_key_that_is_not_followed_is_told_in_the_list(
    server: Server, other_schema: str, listener: Listener
) -> None:
    await run(
        server,
        f"CREATE TABLE {other_schema}.ports (id INTEGER PRIMARY KEY)",
        "CREATE TABLE ships (id INTEGER PRIMARY KEY, port_id INTEGER, "
        f"FOREIGN KEY (port_id) REFERENCES {other_schema}.ports (id))",
    )
    database = await open_database(server, None, Limits(30), listener)
    (choice,) = database.models.choices
    assert choice.note == f"port_id: ports is in another schema (use --schema {other_schema})"
    await database.close()
