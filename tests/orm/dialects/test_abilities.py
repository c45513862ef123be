"""What a server can do is asked, and what it cannot is done without: it may speak a protocol, and be another."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy.dialects.mysql.asyncmy import dialect as mysql_dialect
from sqlalchemy.dialects.postgresql.asyncpg import dialect as postgresql_dialect
from sqlalchemy.dialects.postgresql.base import PGDialect

from pirate_tui.domain.failure import DatabaseUnreachableError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, open_database
from pirate_tui.orm.dialects.mysql.sql import MySQLSql
from pirate_tui.orm.dialects.postgresql.sql import PostgreSQLSql
from tests.servers import run_as_is


COCKROACH = ("distribution: full", "vectorized: true", "", "• sort", "  order: +name")
"""The lines of a plan, in the words of https://www.cockroachlabs.com/docs/stable/explain."""


class TiDBStep(NamedTuple):
    """A step of a plan, by columns of https://docs.pingcap.com/tidb/stable/explain-overview."""

    id: str = "TopN_8"
    task: str = "root"
    operator_info: str = "test.t.name, offset:0, count:1"


class MariaDBStep(NamedTuple):
    """A step of a plan, by some of its columns."""

    table: str = "t"
    Extra: str = "Using index"


POSTGRESQL = (
    "Limit  (cost=0.27..0.42 rows=1 width=265)",
    "  ->  Index Scan using k on t  (cost=0.27..61.08 rows=4 width=2)",
)


def test_a_plan_in_other_words_counts_as_one_that_sorts() -> None:
    postgresql = PostgreSQLSql(postgresql_dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    assert postgresql.sorts([(line,) for line in COCKROACH])
    assert not postgresql.sorts([(line,) for line in POSTGRESQL])
    assert MySQLSql(mysql_dialect()).sorts([TiDBStep()])
    assert not MySQLSql(mysql_dialect()).sorts([MariaDBStep()])


def test_a_plan_in_other_words_is_shown_in_them() -> None:
    postgresql = PostgreSQLSql(postgresql_dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    assert [step.text for step in postgresql.steps([{"info": line} for line in COCKROACH])] == list(COCKROACH)
    (step,) = MySQLSql(mysql_dialect()).steps([TiDBStep()._asdict()])
    assert step.text == "TopN_8, root, test.t.name, offset:0, count:1"


@pytest.fixture
async def plain_user(server: Server) -> AsyncIterator[Server]:
    """A table without a key, and a user who may read it and not ask for its size."""
    role = f"plain_of_{server.url.database}"
    await run_as_is(
        server,
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text VARCHAR(20))",
        "INSERT INTO notes VALUES (1, 'a'), (2, 'b')",
        "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_relation_size(regclass) FROM PUBLIC",
        f"CREATE ROLE {role} LOGIN",
        f"GRANT SELECT ON notes TO {role}",
    )
    yield Server(server.url.set(username=role))
    await run_as_is(server, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_a_server_that_tells_no_sizes_is_browsed_without_them(plain_user: Server, listener: Listener) -> None:
    database = await open_database(plain_user, None, Limits(30.0), listener)
    try:
        query = Query(await database.models.entity("Notes"))
        assert await database.rows.estimate(query) is None
        assert await database.rows.count(query) == 2
        assert len((await database.rows.page(query, Seek())).rows) == 2
        with pytest.raises(Exception, match="permission denied for function pg_relation_size"):
            await database.models.sizes()
    finally:
        await database.close()


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_a_server_that_is_another_is_named(
    server: Server, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other:
        """A connection to another server."""

        def exec_driver_sql(self, _statement: str) -> "Other":
            """Execute what asks for the version."""
            return self

        def scalar(self) -> str:
            """Return the version."""
            return "CockroachDB CCL v23.1.11 (x86_64)"

    version: Any = PGDialect._get_server_version_info  # noqa: SLF001  what SQLAlchemy calls as it connects
    with monkeypatch.context() as patched:
        patched.setattr(PGDialect, "_get_server_version_info", lambda dialect, _connection: version(dialect, Other()))
        with pytest.raises(
            DatabaseUnreachableError, match=r"the server is CockroachDB CCL v23\.1\.11 \(x86_64\), which"
        ):
            await open_database(server, None, Limits(30.0), listener)
