"""Connect by psycopg through a connection pooler: every transaction begins with the settings of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, AsyncCursor
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, TransactionStatus


PING = ";"
"""The statement by which SQLAlchemy tests a connection, with autocommit."""


class PooledPsycopg(AsyncConnection[Any]):
    """Sends the settings in the message that begins a transaction, so that none is without them."""

    settings = b""
    """What follows BEGIN; empty while it connects."""

    def _exec_command(self, command: Any, *arguments: Any, **options: Any) -> Any:
        """Execute a command of psycopg's own; with BEGIN the settings, which fail together with it."""
        if not self.settings or command != self._get_tx_start_command():
            return (yield from super()._exec_command(command, *arguments, **options))
        self.pgconn.send_query(command + b"; " + self.settings)
        results = yield from execute(self.pgconn)
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result)
        return results[-1]


class PooledCursor(AsyncCursor[Any]):
    """Puts a statement that is sent with autocommit into a transaction of its own, which has the settings."""

    async def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Execute one statement; a ping is sent as it is."""
        if query == PING:
            return await super().execute(query, params, **options)
        async with self._transaction():
            return await super().execute(query, params, **options)

    async def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        """Execute a statement for each of the parameters."""
        async with self._transaction():
            await super().executemany(query, params_seq, **options)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        connection = self.connection
        if not connection.autocommit or connection.pgconn.transaction_status != TransactionStatus.IDLE:
            yield
            return
        async with connection.transaction():
            yield


async def connect(*arguments: Any, settings: str, **options: Any) -> PooledPsycopg:
    """Connect, and set this at the beginning of each transaction; no statement is prepared for a later one."""
    options |= {"cursor_factory": PooledCursor, "prepare_threshold": None}
    connection = await PooledPsycopg.connect(*arguments, **options)
    connection.settings = settings.encode()
    return connection
