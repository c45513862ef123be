"""Real servers for tests: a fresh database on each, with whatever tables and rows a test needs.

Where they are comes from PIRATE_TUI_TEST_POSTGRESQL, PIRATE_TUI_TEST_MARIADB and PIRATE_TUI_TEST_MYSQL: URLs of a user
who may create databases. Without one its tests are skipped, and the number of them is told; with PIRATE_TUI_TEST_ALL=1
they fail, but for those of MySQL.
"""

import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest
from sqlalchemy import URL, MetaData, NullPool, Table, insert, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from pirate_tui.orm.connection.url import Server


class Driver(NamedTuple):
    """A driver, and the variable that says where its server is."""

    name: str
    """Dialect and driver: `postgresql+asyncpg`."""
    variable: str


DRIVERS = {
    "psycopg": Driver("postgresql+psycopg", "PIRATE_TUI_TEST_POSTGRESQL"),
    "asyncpg": Driver("postgresql+asyncpg", "PIRATE_TUI_TEST_POSTGRESQL"),
    "asyncmy": Driver("mysql+asyncmy", "PIRATE_TUI_TEST_MARIADB"),
    "asyncmy-mysql": Driver("mysql+asyncmy", "PIRATE_TUI_TEST_MYSQL"),
}
"""By a name for each kind of server that a driver is for."""

OPTIONAL = frozenset({"PIRATE_TUI_TEST_MYSQL"})
"""Servers that not every system has: their tests are skipped, also with PIRATE_TUI_TEST_ALL=1."""

AT_ONCE = 8.0
"""Seconds within which all ends that need not wait for a server, even on a busy machine; what waits takes longer."""

ALL = "PIRATE_TUI_TEST_ALL"
"""Set to make a failure of what would be skipped."""

NO_POOLER = "pgbouncer is not installed"
"""Why tests are skipped, also with PIRATE_TUI_TEST_ALL=1: not every system has it."""

Target: TypeAlias = Path | Server
"""What is opened: a SQLite file, or the database of a server."""

_numbers = count(1)


def server_url(driver: str) -> URL:
    """The URL of a server by that driver; skips the test where none is named."""
    name, variable = DRIVERS[driver]
    given = os.environ.get(variable)
    if given:
        return make_url(given).set(drivername=name)
    if os.environ.get(ALL) and variable not in OPTIONAL:
        pytest.fail(f"{variable} is not set")
    return pytest.skip(f"{variable} is not set")


def url_of(target: Target) -> URL:
    """A URL of the same database that may write."""
    return URL.create("sqlite+aiosqlite", database=str(target)) if isinstance(target, Path) else target.url


def is_mysql(target: Target) -> bool:
    """Is it the server of MySQL, and not MariaDB, which has the same driver?"""
    named = os.environ.get(DRIVERS["asyncmy-mysql"].variable)
    if named is None or isinstance(target, Path):
        return False
    url = make_url(named)
    return (target.url.host, target.url.port, target.url.query) == (url.host, url.port, url.query)


def read_only_variable(server: Server) -> str:
    """By which variable MariaDB or MySQL tells, and is told, that a session only reads."""
    return "transaction_read_only" if is_mysql(server) else "tx_read_only"


LENIENTLY = "SET SESSION sql_mode = ''"
"""What MariaDB and MySQL are told on a connection that writes values which they would refuse."""


def series(rows: int) -> str:
    """The numbers from 1 on, for FROM on MariaDB and MySQL: a column `seq`."""
    digits = f"({' UNION ALL '.join(f'SELECT {digit} AS d' for digit in range(10))})"
    places = range(len(str(rows)))
    number = " + ".join(f"d{place}.d * {10**place}" for place in places)
    joined = " CROSS JOIN ".join(f"{digits} AS d{place}" for place in places)
    return f"(SELECT {number} AS seq FROM {joined}) AS series WHERE seq BETWEEN 1 AND {rows}"  # noqa: S608  our own


async def run(target: Target, *statements: str) -> None:
    """Send statements that write, each committed by itself."""
    engine = create_async_engine(url_of(target), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def run_as_is(target: Target, *statements: str) -> None:
    """The same without parameters: a colon and a percent sign are nothing but themselves."""
    for statement in statements:
        await read(target, statement)


async def read(target: Target, statement: str) -> list[tuple[Any, ...]]:
    """The rows that a statement gives, if it gives any, by a connection of its own that may write."""
    engine = create_async_engine(url_of(target), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        result = await connection.exec_driver_sql(statement.replace("%", "%%") if _doubles(target) else statement)
        rows = [tuple(row) for row in result] if result.returns_rows else []
    await engine.dispose()
    return rows


async def end_connections(target: Target) -> None:
    """Let the server end every other connection to this database; a file has none that could be ended."""
    if isinstance(target, Path):
        return
    if target.url.get_backend_name() == "postgresql":
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        await read(target, f"{ending} AND pid <> pg_backend_pid()")
        return
    found = "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()"
    for (number,) in await read(target, found):
        await read(target, f"KILL {number}")


def _doubles(target: Target) -> bool:
    """Does the driver take `%` for the beginning of a parameter?"""
    return isinstance(target, Server) and target.url.get_driver_name() in {"psycopg", "asyncmy"}


async def ask(target: Target, statement: str) -> Sequence[Any]:
    """The rows of a statement."""
    engine = create_async_engine(url_of(target), poolclass=NullPool)
    async with engine.connect() as connection:
        found = (await connection.execute(text(statement))).all()
    await engine.dispose()
    return found


async def load(target: Target, metadata: MetaData, rows: Mapping[Any, Iterable[Mapping[str, Any]]] = {}) -> None:
    """Make the tables of the metadata, and put rows into them, by table or by mapped class."""
    engine = create_async_engine(url_of(target), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        for owner, some in rows.items():
            table = owner if isinstance(owner, Table) else owner.__table__
            if given := list(some):
                await connection.execute(insert(table), given)
    await engine.dispose()


async def fresh_database(driver: str) -> AsyncIterator[Server]:
    """A database with nothing in it, by that driver; it is dropped afterwards."""
    admin = server_url(driver)
    name = f"pirate_tui_{os.getpid()}_{next(_numbers)}"
    is_postgresql = admin.get_backend_name() == "postgresql"
    making = "TEMPLATE template0" if is_postgresql else "CHARACTER SET utf8mb4"
    await run(Server(admin), f"CREATE DATABASE {name} {making}")
    try:
        yield Server(admin.set(database=name))
    finally:
        await run(Server(admin), f"DROP DATABASE {name}{' WITH (FORCE)' if is_postgresql else ''}")


@pytest.fixture(params=DRIVERS)
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """A fresh database on each kind of server, by each driver."""
    async for made in fresh_database(request.param):
        yield made


@pytest.fixture(params=["aiosqlite", *DRIVERS])
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Target]:
    """A fresh database by each of the four drivers; the SQLite file is made by whoever writes first."""
    if request.param == "aiosqlite":
        yield tmp_path / "target.db"
        return
    async for made in fresh_database(request.param):
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tested, and why."""
    for variable in sorted({driver.variable for driver in DRIVERS.values()}):
        skipped = [one for one in terminalreporter.stats.get("skipped", []) if variable in str(one.longrepr)]
        if skipped:
            terminalreporter.write_line(f"{len(skipped)} tests need a server: set {variable} to its URL", yellow=True)
    absent = [one for one in terminalreporter.stats.get("skipped", []) if NO_POOLER in str(one.longrepr)]
    if absent:
        terminalreporter.write_line(f"{len(absent)} tests need a connection pooler: install pgbouncer", yellow=True)
