"""Connect to the first of several hosts, which asyncmy itself cannot."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from pirate_tui.orm.connection.backend import CONNECT_LIMIT
from pirate_tui.orm.errors import mysql_code


LEFT = 1047
"""The number of a statement that a node of a Galera cluster refuses while it is alone
(https://galeracluster.com/library/documentation/crash-recovery.html)."""

ELSEWHERE = frozenset({LEFT, 1040, 1053, 1129, 2003, 2006, 2013})
"""Numbers for which the next host is tried: this one cannot be reached, has no free connection, stops, or is alone.
A wrong password is wrong everywhere."""

NODE = "SHOW STATUS LIKE 'wsrep_cluster_status'"
"""What a node says of its cluster while it refuses everything else: `Primary`, `non-Primary`; of none, `Disconnected`
(https://mariadb.com/kb/en/galera-cluster-status-variables/)."""

ALONE = "non-Primary"


def to_the_first(connect: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return a function that connects to the first of the hosts, each for its share of the time."""

    async def creator(*arguments: Any, host: str, port: str, **options: Any) -> Any:
        from asyncmy.errors import OperationalError

        addresses = [*zip(host.split(","), map(int, port.split(",")), strict=True)]
        errors: list[Exception] = []
        for one, number in addresses:
            try:
                async with asyncio.timeout(CONNECT_LIMIT / len(addresses)):
                    return await _in_its_cluster(await connect(*arguments, host=one, port=number, **options))
            except (OSError, OperationalError) as error:
                if isinstance(error, ssl.SSLError) or mysql_code(error) not in {None, *ELSEWHERE}:
                    raise
                logging.getLogger(__name__).info("%s:%s cannot be used: %s", one, number, error)
                errors.append(error)
        raise errors[-1]

    return creator


async def _in_its_cluster(connection: Any) -> Any:
    """Return the connection; close it and raise OperationalError if the node has left its cluster."""
    from asyncmy.errors import OperationalError

    is_usable = False
    try:
        async with connection.cursor() as cursor:
            await cursor.execute(NODE)
            status = await cursor.fetchone()
        is_usable = not status or status[1] != ALONE
    finally:
        if not is_usable:
            connection.close()
    if not is_usable:
        raise OperationalError(LEFT, "the node has left its cluster")
    return connection
