"""Everything that is opened here by the browser is opened through a connection pooler, in each way of pooling.

What a test itself reads and writes goes to the server directly.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack

import pytest

from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.postgresql import PostgreSQL
from pirate_tui.orm.dialects.registry import backend_of
from tests.pooler import POOLINGS, Pooling, pooler, through
from tests.servers import fresh_database


@pytest.fixture(scope="session")
def pooler_port() -> Iterator[Callable[[Pooling], int]]:
    """The port of a pooler, which is started when it is first asked for."""
    with ExitStack() as running:
        ports = dict[Pooling, int]()

        def port(pooling: Pooling) -> int:
            if pooling not in ports:
                ports[pooling] = running.enter_context(pooler(pooling))
            return ports[pooling]

        yield port


SOONER, LATER = (
    [
        pytest.param(pooling, id=str(pooling), marks=marks)
        for pooling in POOLINGS
        if (pooling.mode == "session") is is_session
    ]
    for is_session, marks in ((False, ()), (True, pytest.mark.thorough))
)
"""A pool in session mode gives up less, and is tried later."""


@pytest.fixture(params=[*SOONER, *LATER])
def pooling(
    request: pytest.FixtureRequest, pooler_port: Callable[[Pooling], int], monkeypatch: pytest.MonkeyPatch
) -> Pooling:
    """How the pooler is configured that all backends are led through."""
    pooling: Pooling = request.param
    port, backend = pooler_port(pooling), PostgreSQL.backend

    def pooled(kind: PostgreSQL, target: Server) -> Backend:
        made = backend(kind, through(target, port))
        made.name = made.where = target.name
        return made

    monkeypatch.setattr(PostgreSQL, "backend", pooled)
    return pooling


@pytest.fixture(params=["psycopg", "asyncpg"])
async def server(request: pytest.FixtureRequest, pooling: Pooling) -> AsyncIterator[Server]:  # noqa: ARG001  it leads
    """A fresh database, by each driver."""
    async for made in fresh_database(request.param):
        yield made


@pytest.fixture
def target(server: Server) -> Server:
    """The same, for tests that are also made for files."""
    return server


@pytest.fixture
async def connections(server: Server, listener: Listener) -> AsyncIterator[Connections]:
    """An engine on it."""
    opened = Connections(backend_of(server), 30, listener)
    yield opened
    assert await opened.dispose()
