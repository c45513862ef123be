"""The users of docs/safety.md, made by the very SQL that stands there: they can read, and do no harm."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, open_database
from tests.orm.read_only import attacks
from tests.orm.schemas import is_postgresql
from tests.servers import is_mysql, run_as_is


SAFETY = Path(__file__).parents[3] / "docs" / "safety.md"

TITLES = {"postgresql": "## A user for PostgreSQL", "mariadb": "## A user for MariaDB", "mysql": "## A user for MySQL"}


def documented(server: Server) -> Iterator[str]:
    """The statements that make the user, with the names of this test in the place of those in the text."""
    title = TITLES["postgresql" if is_postgresql(server) else "mysql" if is_mysql(server) else "mariadb"]
    section = SAFETY.read_text("utf-8").partition(title)[2].partition("\n## ")[0]
    name = str(server.url.database)
    for block in re.findall(r"```sql\n(.*?)```", section, re.DOTALL):
        for statement in split(block):
            yield re.sub(r"\bshop(?=\b|_)", name, statement)


def split(sql: str) -> Iterator[str]:
    """The statements of a script, as `psql` and `mariadb` take them."""
    statement, delimiter = "", ";"
    for line in sql.splitlines():
        if line.startswith("DELIMITER "):
            delimiter = line.removeprefix("DELIMITER ")
            continue
        statement += line + "\n"
        if line.endswith(delimiter) and statement.count("$$") % 2 == 0:
            yield statement.strip().removesuffix(delimiter)
            statement = ""
    assert not statement.strip()


@pytest.fixture
async def harmless(server: Server) -> AsyncIterator[Server]:
    """A database full of code that acts when it is read, for the user who can do no harm."""
    app, reader = f"{server.url.database}_app", f"{server.url.database}_reader"
    await run_as_is(server, *attacks.making(server))
    roles = [app, reader] if is_postgresql(server) else []
    await run_as_is(server, *(f"CREATE ROLE {role}" for role in roles[:1]), *documented(server))
    yield Server(server.url.set(username=reader, password="change me"))  # noqa: S106  it stands in the text
    dropping = [f"{what} {role}" for role in roles for what in ("DROP OWNED BY", "DROP ROLE")]
    await run_as_is(server, *(dropping or [f"DROP USER {reader}"]))


async def test_it_reads_and_nothing_that_it_reads_acts(server: Server, harmless: Server, listener: Listener) -> None:
    before = await attacks.held(server)
    database = await open_database(harmless, None, Limits(30), listener)
    assert database.warning == ""
    readable = {choice.name for choice in database.models.choices if not choice.problem}
    assert "Ships" in readable
    for name in readable:
        with nullcontext() if name == "Ships" else pytest.raises(BrowserError):
            assert len((await database.rows.page(Query(await database.models.entity(name)), Seek())).rows) == 2
    await database.close()
    assert await attacks.held(server) == before


async def test_whatever_it_sends_round_the_browser_changes_nothing(server: Server, harmless: Server) -> None:
    before = await attacks.held(server)
    engine = create_async_engine(harmless.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    doubled = engine.dialect.paramstyle in {"pyformat", "format"}
    refused = list[str]()
    for statement in (*attacks.statements(server), *attacks.calls(server)):
        try:
            async with engine.connect() as connection:
                if is_postgresql(server):
                    await connection.exec_driver_sql("SET default_transaction_read_only = off")
                await connection.exec_driver_sql(statement.replace("%", "%%") if doubled else statement)
        except Exception:  # noqa: BLE001  whatever the driver makes of a refusal
            refused.append(statement)
    await engine.dispose()
    assert len(refused) > 50
    assert await attacks.held(server) == before
