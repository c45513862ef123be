"""The installed command on a streaming replica: everything that it does on a server and through poolers."""

import asyncio
from collections.abc import Iterator

import pytest

from pirate_tui.orm.connection.url import Server
from tests.private_server import private_server, standby_of
from tests.pty.test_pooled import (
    MORE,
    test_a_table_is_browsed_as_on_the_server,
    test_verdicts_are_proved,
    test_what_writes_is_refused_and_what_is_slow_is_stopped,
)
from tests.pty.test_server_queries import TABLES
from tests.servers import DRIVERS, run


__all__ = [  # which pytest collects here, with the fixtures of this module
    "test_a_table_is_browsed_as_on_the_server",
    "test_verdicts_are_proved",
    "test_what_writes_is_refused_and_what_is_slow_is_stopped",
]

pytestmark = pytest.mark.long


@pytest.fixture(params=["psycopg", "asyncpg"])
def direct(request: pytest.FixtureRequest, made: Server) -> Server:
    """The replica, by each driver."""
    return Server(made.url.set(drivername=DRIVERS[str(request.param)].name))


@pytest.fixture
def pooled(direct: Server) -> Server:
    """The same, where other tests have a pooler."""
    return direct


@pytest.fixture(scope="module")
def made() -> Iterator[Server]:
    """A replica with ships and sailors, and views that take a minute and that write."""
    with private_server("postgresql") as primary:
        primary.start()
        asyncio.run(run(primary.server, *TABLES, *MORE))
        with standby_of(primary) as standby:
            standby.start()
            yield standby.server
