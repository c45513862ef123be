"""A standby that becomes the primary under the browser."""

from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.registry import backend_of
from tests.orm.asking import scalar
from tests.orm.conftest import Remembering
from tests.orm.replicated.conftest import until
from tests.private_server import private_server, standby_of
from tests.servers import read


async def test_it_is_no_standby_any_more_from_the_next_query_on(driver: str) -> None:
    heard = Remembering([], [])
    with private_server("postgresql") as primary:
        primary.start()
        with standby_of(primary) as standby:
            standby.start()
            connections = Connections(backend_of(Server(standby.server.url.set(drivername=driver))), 30, heard)
            await scalar(connections)
            assert (connections.hosts.server.is_standby, heard.servers) == (True, 1)
            await read(standby.server, "SELECT pg_promote()")
            await until(standby.server, "SELECT NOT pg_is_in_recovery()")
            await scalar(connections)  # which brings the news along
            await scalar(connections)
            assert (connections.hosts.server.is_standby, heard.servers) == (False, 2)
            assert await connections.dispose()
