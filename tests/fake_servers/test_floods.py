"""A server that never comes to an end is cut off: little of it is kept, and nobody waits for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Page, Seek
from pirate_tui.orm.connection.metering import Meter
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, open_database
from tests.fake_servers import FakeServer, Line
from tests.fake_servers.floods import FLOODS
from tests.fake_servers.replaying import MistakenServer
from tests.fake_servers.visiting import Deaf, within
from tests.servers import DRIVERS, run


MEGABYTE = 2**20

SYSTEMS = 512 * MEGABYTE
"""Bytes that the systems on the way may hold, and that come between two looks: asyncpg reads what it does not keep as
fast as it comes."""

needs_meters = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells what has come")


@needs_meters
@pytest.mark.parametrize(("flood", "driver"), FLOODS)
async def test_whoever_floods_while_it_is_connected_to_is_cut_off(flood: Callable[[Line], None], driver: str) -> None:
    with FakeServer(flood) as server:
        told = await within(10, server.named(DRIVERS[driver].name, "a password"))
        assert not isinstance(told, Page)
        assert all(line.sent < 16 * MEGABYTE + SYSTEMS for line in server.lines), [one.sent for one in server.lines]


@needs_meters
async def test_rows_without_end_are_read_no_further_than_a_page_can_be(server: Server) -> None:
    table = "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(200))"
    await run(server, table, "INSERT INTO item VALUES (1, REPEAT('x', 200)), (2, 'y')")  # short rows flood slowly
    with MistakenServer(server, None) as flooding:
        database = await open_database(flooding.server, None, Limits(120.0), Deaf())
        query = Query(await database.models.entity("Item"))
        assert len((await database.rows.page(query, Seek())).rows) == 2
        flooding.flooding = b"D" if server.url.get_backend_name() == "postgresql" else b""
        with pytest.raises(BrowserError) as error:
            await database.rows.page(query, Seek())
        sent = max(line.sent for line in flooding.lines)
        flooding.flooding = None
        if server.url.get_backend_name() == "postgresql":  # in MySQL's protocol packets have numbers, which end it
            assert error.value.message == "cancelled: the server sent more than 64 MB"
            assert sent > 64 * MEGABYTE
        assert sent < 64 * MEGABYTE + SYSTEMS
        assert len((await database.rows.page(query, Seek())).rows) == 2  # by another connection
        await database.close()


def test_what_is_no_socket_of_a_network_has_received_nothing(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        for descriptor in (None, -1, 10**6, file.fileno()):
            meter = Meter(descriptor)
            assert meter.received == 0
            meter.cut()
            meter.close()
