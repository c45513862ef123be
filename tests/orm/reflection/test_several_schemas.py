"""Tables of several schemas, reflected together: their foreign keys are followed from one into the other."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy
from sqlalchemy import Row

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.entity import ALL_SCHEMAS
from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.reflection.foreign_keys import declared_in
from pirate_tui.orm.reflection.names import class_name
from pirate_tui.orm.reflection.tables import by_unique_name, names_in
from tests.orm.reflection.test_servers import Reflected, reflected
from tests.orm.schemas import ON_POSTGRESQL, is_postgresql
from tests.servers import run


__all__ = ["reflected"]

# ruff: noqa: S608  names of the test's own


def default_of(server: Server) -> str:
    """The name of the schema in which tables are that name none."""
    return "public" if is_postgresql(server) else str(server.url.database)


async def fill(server: Server, far: str) -> None:
    """Ships here in harbors there; captains in both, of which those there command ships here, by an association."""
    here = default_of(server)
    await run(
        server,
        f"CREATE TABLE {far}.harbors (id INTEGER PRIMARY KEY, name VARCHAR(20))",
        "CREATE TABLE ships (id INTEGER PRIMARY KEY, harbor_id INTEGER, "
        f"FOREIGN KEY (harbor_id) REFERENCES {far}.harbors (id))",
        "CREATE TABLE captains (id INTEGER PRIMARY KEY, ship_id INTEGER, FOREIGN KEY (ship_id) REFERENCES ships (id))",
        f"CREATE TABLE {far}.captains (id INTEGER PRIMARY KEY)",
        f"CREATE TABLE {far}.commands (ship_id INTEGER, captain_id INTEGER, PRIMARY KEY (ship_id, captain_id), "
        f"FOREIGN KEY (ship_id) REFERENCES {here}.ships (id), "
        f"FOREIGN KEY (captain_id) REFERENCES {far}.captains (id))",
        f"INSERT INTO {far}.harbors VALUES (1, 'Nantucket')",
        "INSERT INTO ships VALUES (5, 1), (6, NULL)",
        "INSERT INTO captains VALUES (7, 5)",
        f"INSERT INTO {far}.captains VALUES (8), (9)",
        f"INSERT INTO {far}.commands VALUES (5, 9)",
    )


async def related(database: OrmDatabase, name: str, key: int) -> dict[str, list[str]]:
    """The keys of the rows that each relationship of an instance leads to."""
    entity, found = await database.models.entity(name), {}
    for relationship in entity.relationships:
        request = OpenRequest(entity, (key,), relationship, AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
        found[relationship.name] = [row.cells[0].text for row in (await database.instances.open(request)).rows]
    return found


@pytest.mark.parametrize("are_all", [False, True])
async def test_foreign_keys_are_followed_across_schemas(
    server: Server, other_schema: str, reflected: Reflected, *, are_all: bool
) -> None:
    await fill(server, other_schema)
    here = default_of(server)
    database = await reflected(server, *([ALL_SCHEMAS] if are_all else [here, other_schema]))
    assert database.name == f"{server.name} · {'all schemas' if are_all else f'{here}, {other_schema}'}"
    far_captains, captains = class_name(f"{other_schema}.captains"), class_name(f"{here}.captains")
    choices = [one for one in database.models.choices if one.schema in {here, other_schema}]  # a server may have others
    named = [(one.name.removesuffix("_2"), one.schema, one.table) for one in choices]
    if not are_all:
        assert named == [
            (captains, here, f"{here}.captains"),
            ("Ships", here, f"{here}.ships"),
            (far_captains, other_schema, f"{other_schema}.captains"),
            ("Commands", other_schema, f"{other_schema}.commands"),
            ("Harbors", other_schema, f"{other_schema}.harbors"),
        ]
    else:
        assert named[0][1] == here, "the default schema comes first"
    assert not [one.note or one.problem for one in choices if one.note or one.problem]
    ships = next(one.name for one in choices if one.table == f"{here}.ships")

    def short(name: str) -> str:
        """The name of a relationship, which has a schema in front that another of the server's may require."""
        marked = name.replace(f"{here}_", "here ").replace(f"{other_schema}_", "far ")
        return marked if marked.endswith("captains") else marked.rpartition(" ")[2]

    async def found(name: str, key: int) -> dict[str, list[str]]:
        return {short(one): keys for one, keys in (await related(database, name, key)).items()}

    leading = {"harbor": ["1"], "here captains": ["7"], "commands": ["5"], "far captains": ["9"]}
    assert await found(ships, 5) == leading
    harbors = next(one.name for one in choices if one.table == f"{other_schema}.harbors")
    assert await found(harbors, 1) == {"ships": ["5"]}
    assert (await found(far_captains, 9))["ships"] == ["5"]
    entity = await database.models.entity(far_captains)
    way = next(one for one in entity.relationships if short(one.name) == "ships")
    assert (await database.models.target(entity, way)).name == ships
    assert await database.rows.count(Query(entity)) == 2
    if not are_all:
        assert [one.name for one in entity.relationships] == ["commands", "ships"]
    await database.renew()
    assert await found(harbors, 1) == {"ships": ["5"]}


async def test_sizes_are_those_of_each_schema(server: Server, other_schema: str, reflected: Reflected) -> None:
    await fill(server, other_schema)
    table = "" if is_postgresql(server) else "TABLE "
    await run(server, f"ANALYZE {table}captains", f"ANALYZE {table}{other_schema}.captains")
    here = default_of(server)
    database = await reflected(server, other_schema, here)
    sizes = await database.models.sizes()
    for schema, rows in ((here, 1), (other_schema, 2)):
        assert sizes[class_name(f"{schema}.captains")].rows == rows
    page = await database.rows.page(Query(await database.models.entity(class_name(f"{here}.captains"))), Seek())
    assert [row.cells[0].text for row in page.rows] == ["7"]


async def test_a_foreign_key_out_of_the_schemas_keeps_its_note(
    server: Server, other_schema: str, reflected: Reflected
) -> None:
    await fill(server, other_schema)
    database = await reflected(server, default_of(server))
    notes = {choice.name: choice.note for choice in database.models.choices}
    assert notes == {
        "Captains": "",
        "Ships": f"harbor_id: harbors is in another schema (use --schema {other_schema})",
    }
    assert {choice.schema for choice in database.models.choices} == {""}


async def test_one_of_several_that_is_not_there_is_named(
    server: Server, other_schema: str, reflected: Reflected
) -> None:
    await fill(server, other_schema)
    with pytest.raises(StartupError, match=rf": {other_schema}s; there are {other_schema}, "):
        await reflected(server, other_schema, f"{other_schema}s")


async def test_schemas_without_tables_are_no_error_beside_others(
    server: Server, other_schema: str, reflected: Reflected
) -> None:
    with pytest.raises(StartupError, match=f"no tables in {default_of(server)}, {other_schema}"):
        await reflected(server, default_of(server), other_schema)
    await run(server, "CREATE TABLE ships (id INTEGER PRIMARY KEY)")
    database = await reflected(server, default_of(server), other_schema)
    assert [(choice.name, choice.table) for choice in database.models.choices] == [("Ships", "ships")]


@ON_POSTGRESQL
async def test_a_table_that_is_not_listed_is_not_taken_for_its_namesake(
    server: Server, other_schema: str, reflected: Reflected
) -> None:
    await run(
        server,
        f"CREATE TABLE {other_schema}.whole (id INTEGER PRIMARY KEY) PARTITION BY RANGE (id)",
        f"CREATE TABLE {other_schema}.part PARTITION OF {other_schema}.whole DEFAULT",
        f"CREATE TABLE {other_schema}.ships (id INTEGER PRIMARY KEY, part_id INTEGER REFERENCES {other_schema}.part)",
        "CREATE TABLE part (id INTEGER PRIMARY KEY)",
    )
    database = await reflected(server, "public", other_schema)
    assert {choice.name: choice.note for choice in database.models.choices} == {
        "Part": "",
        "Ships": "part_id: no such table: part",
        "Whole": "",
    }
    assert (await database.models.entity("Ships")).relationships == ()


@ON_POSTGRESQL
async def test_the_columns_of_each_schema_are_read_together(
    server: Server, other_schema: str, reflected: Reflected, told: list[Statement]
) -> None:
    keys = ", ".join(f"k{n} INTEGER REFERENCES {other_schema}.t{n}" for n in range(6))
    await run(
        server,
        *(f"CREATE TABLE {other_schema}.t{n} (id INTEGER PRIMARY KEY)" for n in range(6)),
        f"CREATE TABLE ships (id INTEGER PRIMARY KEY, {keys})",
        "CREATE TABLE boats (id INTEGER PRIMARY KEY REFERENCES ships)",
    )
    database = await reflected(server, "public", other_schema)
    told.clear()
    assert len((await database.models.entity("Ships")).relationships) == 7
    asked = {one.number: one.text for one in told if one.cause == "columns of ships"}
    reading = [text for text in asked.values() if "SAVEPOINT" not in text]
    of_each = 4 if sqlalchemy.__version__.startswith("2.0") else 3
    assert len(reading) <= 2 * of_each, "so many for each schema, however many its tables are"


def row(**values: Any) -> Row[Any]:
    """A row of a catalog."""
    return cast("Row[Any]", SimpleNamespace(**{"is_default": False, "is_view": False, **values}))


def named(schemas: Sequence[str], *tables: tuple[str, str | None]) -> list[tuple[str, str]]:
    found = by_unique_name([row(schema=schema, name=name) for schema, name in tables], schemas)
    return [(one.name, one.schema) for one in names_in(found)]


def test_a_table_has_its_schema_in_front_where_another_has_its_name() -> None:
    tables = [("b", "x"), ("a", "y"), ("a", "x"), ("c", None)]
    assert named(["b", "a", "c"], *tables) == [("b.x", "b"), ("y", "a"), ("a.x", "a")]
    assert named([ALL_SCHEMAS], *tables) == [("y", "a"), ("a.x", "a"), ("b.x", "b")]
    assert named([], ("a", "y"), ("a", "x")) == [("y", ""), ("x", "")]


def test_a_table_that_is_really_called_so_keeps_its_name() -> None:
    assert named(["a", "b"], ("a", "x"), ("a", "b.x"), ("b", "x")) == [("a.x", "a"), ("b.x", "a"), ("b.x_2", "b")]


def test_the_default_schema_comes_first_of_all() -> None:
    rows = [row(schema="a", name="x"), row(schema="b", name="y", is_default=True)]
    assert [*by_unique_name(rows, [ALL_SCHEMAS])] == ["y", "x"]


def test_a_foreign_key_of_a_table_that_has_just_been_made_is_left_out() -> None:
    key = {"number": 1, "child_column": "c", "target": "id", "is_here": True, "parent_schema": "a", "parent": "x"}
    rows = [row(schema="a", child=child, **key) for child in ("new", "y")]
    (declared,) = declared_in(rows, {("a", "x"): "x", ("a", "y"): "a.y"}, {"a"})
    assert (declared.child, declared.parent, declared.has_parent, declared.elsewhere) == ("a.y", "x", True, "")
