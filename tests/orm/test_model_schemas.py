"""Models that name no schema, in the schema that `--schema` names: one suite for all drivers, also behind poolers."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from pirate_tui.domain.access import AccessMode, AttributeRequest
from pirate_tui.domain.entity import Bound, Size
from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.dialects.postgresql.connecting import AsyncpgConnector, PsycopgConnector
from pirate_tui.orm.dialects.postgresql.session import SettingsIgnored, as_option, settings_in, settings_of
from pirate_tui.orm.dialects.registry import backend_of
from tests.orm.conftest import Sailor, Settled, Ship
from tests.orm.schemas import ON_MARIADB, ON_POSTGRESQL, is_postgresql
from tests.servers import run


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

STRANGE = 'of "all", \\kinds\''
"""A name with whatever ends a name or a value somewhere."""

OpenWith = Callable[[Server, str], Awaitable[OrmDatabase]]


@pytest.fixture
async def open_in(listener: Listener, settled: Settled) -> object:
    """Opens the fleet's models in a schema, as `--schema` does; closed at the end, with all connections back."""
    opened: list[OrmDatabase] = []

    async def open_one(server: Server, schema: str) -> OrmDatabase:
        database = await open_database(server._replace(schema=schema), (Ship, Sailor), Limits(30), listener, (schema,))
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        await settled(database)
        await database.close()


async def fill(server: Server, schema: str) -> None:
    """The fleet in a schema; a ship of another name in the default one."""
    name = f'"{schema.replace(chr(34), chr(34) * 2)}"' if is_postgresql(server) else schema
    await run(
        server,
        "CREATE TABLE ships (id INTEGER PRIMARY KEY, name VARCHAR(100))",
        "INSERT INTO ships VALUES (9, 'of the default schema')",
        f"CREATE TABLE {name}.ships (id INTEGER PRIMARY KEY, name VARCHAR(100))",
        f"CREATE TABLE {name}.sailors (id INTEGER PRIMARY KEY, name VARCHAR(100), ship_id INTEGER)",
        f"INSERT INTO {name}.ships VALUES (1, 'Pequod')",  # noqa: S608  ours
        f"INSERT INTO {name}.sailors VALUES (1, 'Ahab', 1)",  # noqa: S608  ours
        f"ANALYZE {'' if is_postgresql(server) else 'TABLE '}{name}.ships",
    )


async def names(database: OrmDatabase, model: str = "Ship") -> list[str | None]:
    page = await database.rows.page(Query(await database.models.entity(model)), Seek())
    return [row.cells[1].text for row in page.rows]


async def check_everything(database: OrmDatabase) -> None:
    """Rows, counts, sizes, an opened relationship, a plain access and its fixes: all of them read that schema."""
    assert not [choice.problem for choice in database.models.choices if choice.problem]
    assert await names(database) == ["Pequod"]
    ship = await database.models.entity("Ship")
    assert await database.rows.count(Query(ship)) == 1
    assert await database.rows.estimate(Query(ship)) == 1
    assert (await database.models.sizes())["Ship"] == Size(1, Bound.ABOUT)
    whole = [values async for values in database.rows.whole_rows(Query(ship))]
    assert [list(map(str, column)) for column in whole[0]] == [["1"], ["Pequod"]]
    request = OpenRequest(ship, (1,), ship.relationships[0], AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    assert [row.cells[1].text for row in (await database.instances.open(request)).rows] == ["Ahab"]
    attribute = AttributeRequest(ship, "sailors", AccessMode.SAFE)
    assert (await database.instances.access(attribute)).failure is None
    await database.renew()
    assert await names(database) == ["Pequod"]


async def test_models_are_read_in_the_schema_that_is_named(
    server: Server, other_schema: str, open_in: OpenWith
) -> None:
    await fill(server, other_schema)
    database = await open_in(server, other_schema)
    assert database.name == f"{server.name} · {other_schema}"
    await check_everything(database)


@ON_POSTGRESQL
async def test_what_the_schema_does_not_have_is_found_in_public(
    server: Server, other_schema: str, open_in: OpenWith
) -> None:
    await run(
        server,
        "CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT)",
        "INSERT INTO ships VALUES (1, 'shared')",
        f"CREATE TABLE {other_schema}.sailors (id INTEGER PRIMARY KEY, name TEXT, ship_id INTEGER)",
        f"INSERT INTO {other_schema}.sailors VALUES (1, 'Ahab', 1)",  # noqa: S608  ours
    )
    database = await open_in(server, other_schema)
    assert [await names(database, model) for model in ("Ship", "Sailor")] == [["shared"], ["Ahab"]]


@ON_POSTGRESQL
async def test_it_goes_before_the_search_path_of_the_url_and_the_user(
    server: Server, other_schema: str, open_in: OpenWith
) -> None:
    await fill(server, other_schema)
    await run(server, f"ALTER DATABASE {server.url.database} SET search_path = public")
    options = {"options": "-csearch_path=public"} if server.url.get_driver_name() == "psycopg" else {}
    assert await names(await open_in(Server(server.url.update_query_dict(options)), other_schema)) == ["Pequod"]


def recognized_as_a_pooler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every server taken for a pooler, as one is that ignores the settings of a session."""

    async def connect(*_arguments: object, **_options: object) -> None:
        raise SettingsIgnored

    for connector in (PsycopgConnector, AsyncpgConnector):
        monkeypatch.setattr(connector, "connect", connect)


@ON_POSTGRESQL
@pytest.mark.parametrize("is_pooled", [False, True])
async def test_a_strange_name_is_quoted_wherever_it_is_set(
    server: Server, open_in: OpenWith, monkeypatch: pytest.MonkeyPatch, *, is_pooled: bool
) -> None:
    quoted = STRANGE.replace('"', '""')
    await run(server, f'CREATE SCHEMA "{quoted}"')
    await fill(server, STRANGE)
    if is_pooled:
        recognized_as_a_pooler(monkeypatch)
    await check_everything(await open_in(server, STRANGE))


@ON_POSTGRESQL
async def test_it_is_set_in_each_transaction_where_sessions_are_lent(
    server: Server, other_schema: str, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognized_as_a_pooler(monkeypatch)
    connections = Connections(backend_of(server._replace(schema=other_schema)), 30, listener)

    async def shown() -> list[str]:
        found = []
        async with connections.engine.connect() as connection:
            for _ in range(2):
                found.append((await connection.execute(text("SHOW search_path"))).scalar_one())
                await connection.commit()
        return found

    assert await connections.run(shown) == [f'"{other_schema}", public'] * 2
    await connections.dispose()


async def test_a_schema_that_is_not_there_is_an_error_with_those_that_are(
    server: Server, other_schema: str, open_in: OpenWith
) -> None:
    await run(server, "CREATE TABLE ships (id INTEGER PRIMARY KEY, name VARCHAR(100))")
    reason = "no such schema" if is_postgresql(server) else "no such database, or no privileges on it"
    with pytest.raises(StartupError, match=f"{reason}: {other_schema}s; there are {other_schema}, ") as caught:
        await open_in(server, f"{other_schema}s")
    assert caught.value.exit_code == 3
    assert "information_schema" not in caught.value.message


@ON_POSTGRESQL
async def test_a_schema_that_may_not_be_used_is_no_missing_table(
    server: Server, other_schema: str, reader: Server, open_in: OpenWith
) -> None:
    await run(server, "CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT)")
    with pytest.raises(StartupError, match=f"permission denied for schema {other_schema}; there are public"):
        await open_in(reader, other_schema)


@ON_MARIADB
async def test_a_database_that_may_not_be_used_is_said_not_to_be_there(
    server: Server, other_schema: str, reader: Server, open_in: OpenWith
) -> None:
    await run(
        server,
        "CREATE TABLE ships (id INTEGER PRIMARY KEY)",
        f"GRANT SELECT ON {server.url.database}.ships TO {reader.url.username}",
    )
    with pytest.raises(StartupError, match=f"no such database, .*: {other_schema}; there are {server.url.database}"):
        await open_in(reader, other_schema)


async def test_the_schemas_are_asked_for_where_connecting_does_not_tell(
    server: Server, open_in: OpenWith, other_schema: str, told: list[Statement]
) -> None:
    await fill(server, other_schema)
    await open_in(server, other_schema)
    asked = {one.number for one in told if one.cause == "schemas"}
    assert len(asked) == (1 if is_postgresql(server) else 0)


def test_an_option_of_libpq_is_read_as_it_was_written() -> None:
    path = settings_of(30, STRANGE)["search_path"]
    assert path == '"of ""all"", \\kinds\'", public'
    assert settings_in(as_option("search_path", path)) == {"search_path": path}
