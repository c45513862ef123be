"""MariaDB and MySQL, by asyncmy, which does not tell the server when nobody waits any more: we do."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pirate_tui.orm.backends import Guard
from pirate_tui.orm.backends.servers import CHECK_ADDRESS, CONNECT_LIMIT, Remote, limited
from pirate_tui.orm.troubles import DATABASE_ERRORS, TOO_LONG, TOO_LONG_IN_MYSQL, mysql_code


READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
"""Sent at each checkout: SQL could undo it (https://mariadb.com/kb/en/set-transaction/)."""


class Killer:
    """Watches over one connection, whose statement another one can kill."""

    deadline = float("inf")

    def __init__(self, engine: AsyncEngine, thread_id: int) -> None:
        self._engine = engine
        self._thread_id = thread_id

    async def stop(self) -> None:
        """Kill what runs on it (https://mariadb.com/kb/en/kill/)."""
        try:
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql(f"KILL QUERY {self._thread_id:d}")
        except DATABASE_ERRORS:
            logging.getLogger(__name__).warning("a statement could not be stopped at the server", exc_info=True)


class MySQL(Remote):
    """One database of a MariaDB or MySQL server."""

    reasons = {  # noqa: RUF012  as the base declares it
        1040: ("the server has no connection left", "wait, then press r"),
        1044: ("the server does not let this user in", "check user and database, then press r"),
        1045: ("wrong user or password", "start again with the right ones"),
        1049: ("there is no such database", CHECK_ADDRESS),
        1203: ("this user has no connection left", "wait, then press r"),
        1927: ("the server ended the connection", "press r to connect again"),
        2006: ("the connection was lost", "press r to connect again"),
        2013: ("the connection was lost", "press r to connect again"),
        2014: ("the connection was lost", "press r to connect again"),
    }

    def engine(self, time_limit: float) -> AsyncEngine:
        """A read-only engine, and another one beside it that kills statements."""
        arguments = {**self.connect_arguments(time_limit), "async_creator_fn": limited(self.creator())}
        self._killing = create_async_engine(self.server.url, connect_args=arguments, poolclass=NullPool)
        self._time_limit = time_limit
        return super().engine(time_limit)

    def creator(self) -> Callable[..., Awaitable[Any]]:
        """Of asyncmy."""
        from asyncmy import connect

        connecting: Callable[..., Awaitable[Any]] = connect
        return connecting

    def connect_arguments(self, time_limit: float) -> dict[str, Any]:  # noqa: ARG002  it is set when it is known whose
        """Its limit holds until the server has accepted."""
        return {"connect_timeout": int(CONNECT_LIMIT)}

    def guard(self, dbapi_connection: Any, record: Any) -> Killer:  # noqa: ARG002  the port's signature
        """Its statements have a time limit."""
        is_mariadb = "MariaDB" in dbapi_connection.driver_connection.get_server_info()
        limit = (
            f"max_statement_time = {self._time_limit:g}"
            if is_mariadb
            else f"max_execution_time = {self._time_limit * 1000:.0f}"
        )
        _send(dbapi_connection, f"SET SESSION {limit}")
        return Killer(self._killing, dbapi_connection.driver_connection.thread_id())

    def checked_out(self, guard: Guard, dbapi_connection: Any) -> None:  # noqa: ARG002  the port's signature
        """From now on its transactions are read-only, whatever was sent before."""
        _send(dbapi_connection, READ_ONLY)

    def code(self, error: BaseException) -> Any:
        """The server's number of the error, or the driver's own."""
        return mysql_code(error)

    def is_time_limit(self, code: Any) -> bool:
        """By `max_statement_time` or `max_execution_time`."""
        return code in {TOO_LONG, TOO_LONG_IN_MYSQL}


def _send(dbapi_connection: Any, statement: str) -> None:
    cursor = dbapi_connection.cursor()
    cursor.execute(statement)
    cursor.close()
