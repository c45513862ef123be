"""Statements without a transaction around them: they only read, and are sent only where nothing depends on one."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import Pool

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, open_database
from pirate_tui.orm.dialects.registry import backend_of
from tests.orm.schemas import is_postgresql
from tests.servers import read, read_only_variable, run_as_is


TABLES = ("CREATE TABLE ships (id INTEGER PRIMARY KEY, name VARCHAR(100))", "INSERT INTO ships VALUES (1, 'Pequod')")

ON_POSTGRESQL = (
    """CREATE FUNCTION frees() RETURNS INT LANGUAGE plpgsql AS
    $f$ BEGIN PERFORM set_config('default_transaction_read_only', 'off', false); RETURN 1; END $f$""",
    """CREATE FUNCTION writes() RETURNS INT LANGUAGE plpgsql AS
    $f$ BEGIN INSERT INTO ships VALUES (9, 'x'); RETURN 1; END $f$""",
    """CREATE FUNCTION does_both() RETURNS INT LANGUAGE plpgsql AS
    $f$ BEGIN PERFORM frees(); INSERT INTO ships VALUES (9, 'x'); RETURN 1; END $f$""",
)

ON_MYSQL = (
    "CREATE FUNCTION frees() RETURNS INT NOT DETERMINISTIC BEGIN SET SESSION {variable} = 0; RETURN 1; END",
    "CREATE FUNCTION writes() RETURNS INT NOT DETERMINISTIC BEGIN INSERT INTO ships VALUES (9, 'x'); RETURN 1; END",
    """CREATE FUNCTION does_both() RETURNS INT NOT DETERMINISTIC
    BEGIN SET SESSION {variable} = 0; INSERT INTO ships VALUES (9, 'x'); RETURN 1; END""",
)

COMMITTING = pytest.mark.parametrize("server", ["psycopg", "asyncpg", "asyncmy"], indirect=True)
"""A test of servers on which a statement may commit by itself: not of MySQL."""

VIEWS = (
    "CREATE VIEW freeing AS SELECT frees() AS x",
    "CREATE VIEW writing AS SELECT writes() AS x",
    "CREATE VIEW freed AS SELECT does_both() AS x",
    "CREATE VIEW later AS SELECT frees() AS x UNION ALL SELECT writes()",
)


@pytest.fixture
async def hostile(server: Server) -> Server:
    """A database whose views make the session writable, and write."""
    own = ON_POSTGRESQL if is_postgresql(server) else ON_MYSQL
    making = (statement.replace("{variable}", read_only_variable(server)) for statement in own)
    await run_as_is(server, *TABLES, *making, *VIEWS)
    return server


@pytest.fixture
async def connections(hostile: Server, listener: Listener) -> AsyncIterator[Connections]:
    opened = Connections(backend_of(hostile), 30, listener)
    yield opened
    assert await opened.dispose()


async def ask(connections: Connections, *statements: str, may_autocommit: bool = True) -> list[Any]:
    """The rows of each statement, sent without a transaction if that may be, on one connection."""

    async def question() -> list[Any]:
        async with connections.engine.connect() as connection:
            return [(await connection.execute(text(one))).all() for one in statements]

    return await connections.run(question, may_autocommit=may_autocommit)


async def has_transaction(server: Server, connections: Connections, *, may_autocommit: bool = True) -> bool:
    """Whether two statements are sent in one transaction."""
    if is_postgresql(server):  # where it is now is when the transaction began
        first, second = await ask(connections, "SELECT now()", "SELECT now()", may_autocommit=may_autocommit)
        return bool(first == second)
    return (await ask(connections, "SELECT @@in_transaction", may_autocommit=may_autocommit)) == [[(1,)]]


@COMMITTING
async def test_only_what_may_goes_without_a_transaction(hostile: Server, connections: Connections) -> None:
    assert not await has_transaction(hostile, connections)
    assert await has_transaction(hostile, connections, may_autocommit=False)
    assert not await has_transaction(hostile, connections)


@pytest.mark.parametrize("view", ["writing", "freed", "later"])
async def test_a_function_that_writes_is_refused(hostile: Server, connections: Connections, view: str) -> None:
    for _ in range(2):
        with pytest.raises(BrowserError, match=r"read-only|READ ONLY"):
            await ask(connections, f"SELECT x FROM {view}")  # noqa: S608  names of ours
    assert await read(hostile, "SELECT id FROM ships") == [(1,)]


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_a_session_that_was_made_writable_is_closed_and_said(hostile: Server, connections: Connections) -> None:
    before = await ask(connections, "SELECT pg_backend_pid()")
    with pytest.raises(BrowserError, match="turned off read-only for its session, which was closed"):
        await ask(connections, "SELECT x FROM freeing")
    assert await has_transaction(hostile, connections)
    assert await ask(connections, "SELECT pg_backend_pid()") != before
    assert await ask(connections, "SELECT x FROM freeing") == [[(1,)]]
    with pytest.raises(BrowserError, match="read-only"):
        await ask(connections, "SELECT x FROM writing")
    assert await read(hostile, "SELECT id FROM ships") == [(1,)]


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_nothing_is_sent_to_a_session_that_was_made_writable(hostile: Server, connections: Connections) -> None:
    with pytest.raises(BrowserError, match="turned off read-only for its session"):
        await ask(connections, "SELECT x FROM freeing", "SELECT x FROM writing")
    assert await read(hostile, "SELECT id FROM ships") == [(1,)]


@pytest.mark.parametrize("server", ["asyncmy"], indirect=True)
async def test_mariadb_refuses_whatever_was_made_of_the_session(hostile: Server, connections: Connections) -> None:
    for _ in range(2):
        with pytest.raises(BrowserError, match="READ ONLY"):
            await ask(connections, "SELECT x FROM freeing", "SELECT x FROM writing")
    assert await read(hostile, "SELECT id FROM ships") == [(1,)]


LISTENING: tuple[tuple[Any, str], ...] = (
    (Engine, "begin"),
    (Engine, "connect"),
    (Engine, "before_cursor_execute"),
    (Pool, "checkout"),
    (Session, "after_begin"),
    (Session, "do_orm_execute"),
)


@pytest.fixture
def listen() -> Iterator[Callable[[Any, str, Any], None]]:
    """Listens as code of the models does, for this test alone."""
    heard: list[tuple[Any, str, Any]] = []

    def begin(target: Any, name: str, listener: Any) -> None:
        event.listen(target, name, listener)
        heard.append((target, name, listener))

    yield begin
    for one in heard:
        event.remove(*one)


@COMMITTING
@pytest.mark.parametrize(("target", "name"), LISTENING, ids=[name for _, name in LISTENING])
async def test_where_the_models_may_set_something_the_transaction_stays(
    hostile: Server, connections: Connections, listen: Callable[[Any, str, Any], None], target: Any, name: str
) -> None:
    listen(target, name, lambda *_call: None)
    assert await has_transaction(hostile, connections)


class Base(DeclarativeBase):
    """Tenants' rows in one table."""


class Order(Base):
    """A row that a policy shows to its tenant alone."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant: Mapped[str]
    parent_id: Mapped[int | None]


POLICY = (
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, parent_id INTEGER)",
    "INSERT INTO orders SELECT n, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END FROM generate_series(1, 1000) AS n",
    "ALTER TABLE orders ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own ON orders USING (tenant = current_setting('app.tenant', true))",
    "CREATE ROLE {role} LOGIN",
    "GRANT SELECT ON orders TO {role}",
)


@pytest.fixture
async def tenants(server: Server) -> AsyncIterator[Server]:
    """A table with a policy, and a user whom it concerns."""
    role = f"tenant_of_{server.url.database}"
    await run_as_is(server, *(one.format(role=role) for one in POLICY))
    yield Server(server.url.set(username=role))
    await run_as_is(server, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_a_policy_shows_its_tenants_rows_on_every_path(
    tenants: Server, listener: Listener, listen: Callable[[Any, str, Any], None]
) -> None:
    def begin(connection: Any) -> None:
        connection.execute(text("SELECT set_config('app.tenant', 'even', true)"))

    listen(Engine, "begin", begin)
    database = await open_database(tenants, (Order,), Limits(30.0), listener)
    try:
        query = Query(await database.models.entity("Order"))
        assert await database.rows.count(query) == 500
        page = await database.rows.page(query, Seek())
        assert {row.cells[1].text for row in page.rows} == {"even"}
        assert await database.rows.rank(query, ("3",)) is None
        rank = await database.rows.rank(query, ("4",))
        assert rank is not None
        assert rank.number == 1
        assert (await database.instances.load_instance(query.entity, (4,))).key == (4,)
        with pytest.raises(BrowserError, match="Order 3 is no longer in the database"):
            await database.instances.load_instance(query.entity, (3,))
    finally:
        await database.close()
