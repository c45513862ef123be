"""The engine on servers: nothing can be written through it, in this transaction, the next one, or another checkout."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection

from pirate_tui.domain.failure import Trouble
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.backends import backend_of
from pirate_tui.orm.backends.gate import only_reads
from pirate_tui.orm.engine import Connections
from pirate_tui.orm.url import Server
from tests.orm.conftest import OpenModels
from tests.servers import load, read, run


COMMON = [
    "INSERT INTO ships VALUES (9, 'x')",
    "UPDATE ships SET name = 'x'",
    "DELETE FROM ships",
    "TRUNCATE TABLE ships",
    "DROP TABLE ships",
    "CREATE TABLE t (x INT)",
    "CREATE TEMPORARY TABLE t (x INT)",
    "CREATE VIEW v AS SELECT 1",
    "CREATE INDEX i ON ships (name)",
    "ALTER TABLE ships ADD x INT",
    "SET SESSION TRANSACTION READ WRITE",
    "SELECT 1; INSERT INTO ships VALUES (9, 'x')",
    "COMMIT",
    "  -- SELECT\n DELETE FROM ships",
    "/* SELECT */ DELETE FROM ships",
]

FORBIDDEN = {
    "postgresql": [
        *COMMON,
        "WITH gone AS (DELETE FROM ships RETURNING id) SELECT id FROM gone",
        "SELECT * INTO copied FROM ships",
        "EXPLAIN ANALYZE DELETE FROM ships",
        "SET default_transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SET TRANSACTION READ WRITE",
        "COPY ships TO '/tmp/ships'",
        "SELECT lo_create(0); SELECT 1",
        "SELECT nextval('ships_id_seq')",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "VACUUM",
        "NOTIFY ships",
        "DO $$ BEGIN DELETE FROM ships; END $$",
    ],
    "mysql": [
        *COMMON,
        "SELECT * FROM ships INTO OUTFILE '/tmp/ships'",
        "SELECT name FROM ships LIMIT 1 INTO DUMPFILE '/tmp/ships'",
        "/*! DELETE FROM ships */",
        "/*M! DELETE FROM ships */",
        "/*!50000 SET SESSION TRANSACTION READ WRITE */",
        "SET autocommit = 1",
        "START TRANSACTION READ WRITE",
        "REPLACE INTO ships VALUES (9, 'x')",
        "LOCK TABLES ships WRITE",
        "CALL something()",
        "HANDLER ships OPEN",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE ships",
    ],
}

SWITCHES = {
    "postgresql": ["SET default_transaction_read_only = off", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"],
    "mysql": ["SET SESSION TRANSACTION READ WRITE", "SET SESSION tx_read_only = 0"],
}
"""What turns the server's own lock off, when it comes through behind our gate."""


@pytest.fixture
async def fleet_server(server: Server, fleet: tuple[type, type]) -> Server:
    """Two ships."""
    ship, _ = fleet
    await load(server, ship.metadata, {ship: [{"id": 1, "name": "Pequod"}, {"id": 2, "name": "Rachel"}]})  # type: ignore[attr-defined]
    return server


@pytest.fixture
async def connections(fleet_server: Server, listener: Listener) -> AsyncIterator[Connections]:
    opened = Connections(backend_of(fleet_server), 30, listener)
    yield opened
    assert await opened.dispose()


async def send(connections: Connections, *statements: str) -> list[Any]:
    """The rows of the last of these statements, each in a transaction of its own on one connection."""
    doubled = connections.engine.dialect.paramstyle in {"pyformat", "format"}

    async def question() -> list[Any]:
        rows: list[Any] = []
        async with connections.engine.connect() as connection:
            for statement in statements:
                result = await connection.exec_driver_sql(statement.replace("%", "%%") if doubled else statement)
                rows = [tuple(row) for row in result] if result.returns_rows else []
                await connection.rollback()
        return rows

    return await connections.ask(question)


async def behind_the_gate(connections: Connections, *statements: str) -> None:
    """Send statements by the driver's cursor, as no code of ours does, each in a transaction that commits."""

    def send_all(sync: Connection) -> None:
        for statement in statements:
            sync.connection.cursor().execute(statement)
            sync.connection.commit()

    async def question() -> None:
        async with connections.engine.connect() as connection:
            await connection.run_sync(send_all)

    await connections.ask(question)


async def everything(server: Server) -> list[Any]:
    """What the database holds."""
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema IN ('public', database()) ORDER BY 1"
    if server.url.get_backend_name() == "postgresql":
        tables = tables.replace("database()", "''")
    return [await read(server, tables), await read(server, "SELECT id, name FROM ships ORDER BY id")]


async def test_what_writes_is_refused_and_leaves_nothing(fleet_server: Server, connections: Connections) -> None:
    before = await everything(fleet_server)
    for statement in FORBIDDEN[fleet_server.url.get_backend_name()]:
        with pytest.raises(Trouble):
            print(statement, await send(connections, statement))  # noqa: T201  told where it was not refused
        with pytest.raises(Trouble):
            await send(connections, "INSERT INTO ships VALUES (9, 'x')")
    assert await everything(fleet_server) == before


async def test_the_server_refuses_what_our_gate_lets_through(fleet_server: Server, connections: Connections) -> None:
    """The two locks do not depend on each other."""
    before = await everything(fleet_server)
    for writing in ("INSERT INTO ships VALUES (9, 'x')", "CREATE TABLE t (x INT)", "CREATE TEMPORARY TABLE t (x INT)"):
        with pytest.raises(Exception, match=r"read-only|READ ONLY"):
            await behind_the_gate(connections, writing)
    assert await everything(fleet_server) == before


async def test_what_turns_it_off_holds_at_most_until_the_next_checkout(
    fleet_server: Server, connections: Connections
) -> None:
    for switch in SWITCHES[fleet_server.url.get_backend_name()]:
        await behind_the_gate(connections, switch)
        with pytest.raises(Exception, match=r"read-only|READ ONLY"):
            await behind_the_gate(connections, "INSERT INTO ships VALUES (9, 'x')")


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_in_postgresql_it_does_not_even_hold_for_the_next_transaction(connections: Connections) -> None:
    for switch in SWITCHES["postgresql"]:
        with pytest.raises(Exception, match="read-only"):
            await behind_the_gate(connections, switch, "INSERT INTO ships VALUES (9, 'x')")


READS = [
    "SELECT concat(name, '; x') FROM ships WHERE name LIKE 'DELETE FROM %' ESCAPE '/'",
    "SELECT t.delete FROM t",
    "SELECT t.a AS delete FROM t",
    "SELECT t.update, t.outfiles FROM t",
    "SELECT 1",
    " select 1",
    "(SELECT 1)",
    "WITH a AS (SELECT 1) SELECT * FROM a",
    "-- why\nSELECT 1",
    "/* why */ SELECT 1 ; ",
    "SHOW TABLES",
    "EXPLAIN SELECT 1",
    "SAVEPOINT s",
    "ROLLBACK TO SAVEPOINT s",
]


@pytest.mark.parametrize("quote", ['"', "`"])
@pytest.mark.parametrize("statement", READS)
def test_what_reads_passes_the_gate(statement: str, quote: str) -> None:
    assert only_reads(statement, quote)


@pytest.mark.parametrize("quote", ['"', "`"])
def test_names_may_hold_anything(quote: str) -> None:
    assert only_reads('SELECT "a;b" FROM "x; DELETE FROM y" WHERE a = \'it\''.replace('"', quote), quote)


HIDING = (
    """SELECT '"'; DELETE FROM ships; SELECT '"'""",
    """SELECT 1 -- "\n; DELETE FROM ships -- \"""",
    """SELECT 1 /* " */; DELETE FROM ships /* " */""",
    "SELECT `a`; DELETE FROM ships",
    """SELECT '; DELETE FROM ships; SELECT "'"; DELETE FROM ships""",
)
"""What looks like a name, and is none."""

WRITES = {
    '"': [
        *COMMON,
        *HIDING,
        "",
        "SET x = 1",
        "selected",
        "WITH gone AS (DELETE FROM ships RETURNING id) SELECT id FROM gone",
        "WITH a AS (SELECT 1) INSERT INTO ships SELECT 9, 'x'",
        "WITH a AS (UPDATE ships SET name = 'x' RETURNING id) SELECT id FROM a",
        "SELECT set_config('default_transaction_read_only', 'off', false)",
        """SELECT pg_catalog."set_config" ('default_transaction_read_only', 'off', false)""",
        "SELECT set_config /* ; */ ('default_transaction_read_only', 'off', false)",
        """SELECT $$"$$; DELETE FROM ships; SELECT $$"$$""",
        "SELECT lo_create(0)",
        "SELECT pg_advisory_lock(1)",
        "SELECT E'\\'; DELETE FROM ships; SELECT '",
        "SELECT a$b$ ; DELETE FROM ships; SELECT c$b$",
    ],
    "`": [
        *FORBIDDEN["mysql"],
        *HIDING,
        "/*!*/ SELECT 1",
        "/*M!100000 SELECT*/ 1",
        "SELECT 1 INTO/**/OUTFILE '/tmp/x'",
        "SELECT 1 INTO/*x*/DUMPFILE '/tmp/x'",
        "SELECT 1 INTO /*!50000 OUTFILE '/tmp/x' */",
        "SELECT 1 INTO -- why\n OUTFILE '/tmp/x'",
        "SELECT '\\'; DELETE FROM ships; -- '",
        "SELECT get_lock('a', 1)",
    ],
}


@pytest.mark.parametrize(("quote", "statement"), [(quote, one) for quote, some in WRITES.items() for one in some])
def test_what_may_write_does_not(quote: str, statement: str) -> None:
    assert not only_reads(statement, quote)


async def test_a_superuser_is_warned_and_nobody_else(
    fleet_server: Server, fleet: tuple[type, type], open_models: OpenModels
) -> None:
    assert (await open_models(fleet_server, fleet)).warning == "superuser"
    name = f"reader_{fleet_server.url.database}"
    if fleet_server.url.get_backend_name() == "postgresql":
        making = [f"CREATE ROLE {name} LOGIN", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"]
        dropping = [f"DROP OWNED BY {name}", f"DROP ROLE {name}"]
    else:
        making = [f"CREATE USER {name}", f"GRANT SELECT ON {fleet_server.url.database}.* TO {name}"]
        dropping = [f"DROP USER {name}"]
    await run(fleet_server, *making)
    try:
        reader = fleet_server._replace(url=fleet_server.url.set(username=name))
        assert (await open_models(reader, fleet)).warning == ""
    finally:
        await run(fleet_server, *dropping)


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_an_administrator_sees_who_it_is(connections: Connections) -> None:
    assert await send(connections, "SELECT current_setting('application_name')") == [("pirate-tui",)]
