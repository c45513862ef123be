"""A PostgreSQL primary and its streaming replica, of these tests alone."""

import asyncio
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from pirate_tui.orm.connection.url import Server
from tests.private_server import LIMIT, PrivateServer, private_server, standby_of
from tests.servers import DRIVERS, read, run


class Pair(NamedTuple):
    """A primary and its streaming replica, both running."""

    primary: PrivateServer
    standby: PrivateServer

    @property
    def both(self) -> tuple[str, str]:
        """Host and port of each."""
        return address(self.primary), address(self.standby)


def address(server: PrivateServer) -> str:
    """Host and port."""
    return f"{server.server.url.host}:{server.server.url.port}"


def name(server: PrivateServer) -> str:
    """How it is named where several hosts were given."""
    return f"{address(server)}/postgres"


@pytest.fixture(scope="module")
def made_pair() -> Iterator[Pair]:
    """The two, which a test may have stopped."""
    with private_server("postgresql") as primary:
        primary.start()
        with standby_of(primary) as standby:
            yield Pair(primary, standby)


@pytest.fixture
async def pair(made_pair: Pair) -> Pair:
    """The two, running, with ships; the standby has received all."""
    for one in made_pair:
        if not one.is_running:
            one.start()
    await run(
        made_pair.primary.server,
        "DROP TABLE IF EXISTS ships CASCADE",
        "CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT)",
        "INSERT INTO ships VALUES (1, 'Pequod'), (2, 'Rachel')",
    )
    await caught_up(made_pair)
    return made_pair


async def caught_up(pair: Pair) -> None:
    """Wait until the standby has replayed all that the primary has written."""
    ((end,),) = await read(pair.primary.server, "SELECT pg_current_wal_lsn()")
    await until(
        pair.standby.server,
        f"SELECT pg_last_wal_replay_lsn() >= '{end}' AND count(*) = 1 FROM pg_stat_wal_receiver",  # noqa: S608  a position
    )


async def until(server: Server, question: str) -> None:
    """Ask again and again, until the answer is yes."""
    deadline = time.monotonic() + LIMIT
    while await read(server, question) != [(True,)]:
        assert time.monotonic() < deadline, question
        await asyncio.sleep(0.02)


@pytest.fixture(params=["psycopg", "asyncpg"])
def driver(request: pytest.FixtureRequest) -> str:
    """Each driver."""
    return DRIVERS[str(request.param)].name
