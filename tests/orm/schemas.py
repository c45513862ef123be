"""Fixtures of servers: another schema beside the first, and a user with few rights."""

import os
from collections.abc import AsyncIterator
from itertools import count

import pytest

from pirate_tui.orm.connection.url import Server
from tests.servers import Target, run


ON_POSTGRESQL = pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
"""A test of what only PostgreSQL has."""

ON_MARIADB = pytest.mark.parametrize("server", ["asyncmy"], indirect=True)
"""A test of what only MariaDB has."""

_numbers = count(1)


def is_postgresql(target: Target) -> bool:
    """Else it is MariaDB, or a SQLite file."""
    return isinstance(target, Server) and target.url.get_backend_name() == "postgresql"


@pytest.fixture
async def other_schema(server: Server) -> AsyncIterator[str]:
    """The name of another schema, which is a database on MariaDB."""
    name = f"far_{os.getpid()}_{next(_numbers)}"
    await run(server, f"CREATE SCHEMA {name}")
    yield name
    dropping = [f"DROP SCHEMA {name} CASCADE"]
    await run(server, *(dropping if is_postgresql(server) else ["SET foreign_key_checks = 0", f"DROP SCHEMA {name}"]))


@pytest.fixture
async def reader(server: Server) -> AsyncIterator[Server]:
    """The same database for a user who may do nothing there yet."""
    name = f"reader_{os.getpid()}_{next(_numbers)}"
    await run(server, f"CREATE ROLE {name} LOGIN" if is_postgresql(server) else f"CREATE USER {name}")
    yield Server(server.url.set(username=name))
    dropping = [f"DROP OWNED BY {name}", f"DROP ROLE {name}"] if is_postgresql(server) else [f"DROP USER {name}"]
    await run(server, *dropping)
