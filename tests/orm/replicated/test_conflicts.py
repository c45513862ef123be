"""A query on a standby that what is replayed there comes into conflict with."""

import asyncio

import psycopg

from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.registry import backend_of
from tests.orm.asking import scalar
from tests.orm.replicated.conftest import Pair, caught_up, until
from tests.servers import run


WAITING = "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def test_it_is_asked_once_more(pair: Pair, driver: str, listener: Listener) -> None:
    """The first waits for a lock with rows in sight that are removed meanwhile; the second sees them no more."""
    standby = pair.standby.server
    connections = Connections(backend_of(Server(standby.url.set(drivername=driver))), 30, listener)
    view = "CREATE VIEW waiting AS SELECT count(*) FROM ships, pg_advisory_xact_lock_shared(7)"  # which we do not send
    await run(pair.primary.server, view)
    await caught_up(pair)
    async with await psycopg.AsyncConnection.connect(
        f"host=127.0.0.1 port={standby.url.port} user=postgres dbname=postgres", autocommit=True
    ) as holder:
        await holder.execute("SELECT pg_advisory_lock(7)")
        counting = asyncio.ensure_future(scalar(connections, "SELECT * FROM waiting"))
        await until(standby, WAITING)
        await run(pair.primary.server, "DELETE FROM ships WHERE id = 2", "VACUUM ships")
        await caught_up(pair)  # which needs an end of the first
        assert not counting.done()
    assert await counting == 1
    assert await connections.dispose()
