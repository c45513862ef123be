"""PostgreSQL, by psycopg or asyncpg: both stop a statement at the server when its task is cancelled."""

from collections.abc import Awaitable, Callable
from typing import Any

from pirate_tui.orm.backends.servers import APPLICATION, CHECK_ADDRESS, CONNECT_LIMIT, Remote
from pirate_tui.orm.troubles import QUERY_CANCELED, sqlstate


class Watched:
    """Nothing need be done for a connection: the server sees to the time limit, the driver to a cancel."""

    deadline = float("inf")

    async def stop(self) -> None:
        """The cancel of the task does it."""


class PostgreSQL(Remote):
    """One database of a PostgreSQL server.

    Read-only twice: by default for the session, and again for each transaction, so that SQL cannot turn it off
    (https://www.postgresql.org/docs/current/sql-set-transaction.html).
    """

    reasons = {  # noqa: RUF012  as the base declares it
        "28P01": ("wrong password", "start again with the right one"),
        "28000": ("the server does not let this user in", "check user, database and TLS, then press r"),
        "3D000": ("there is no such database", CHECK_ADDRESS),
        "53300": ("the server has no connection left", "wait, then press r"),
        "57P01": ("the server ended the connection", "press r to connect again"),
        "57P02": ("the server ended the connection", "press r to connect again"),
        "57P03": ("the server is starting or stopping", "wait, then press r"),
    }

    def options(self) -> dict[str, Any]:
        """Each transaction begins read-only."""
        return {"execution_options": {"postgresql_readonly": True}}

    def creator(self) -> Callable[..., Awaitable[Any]]:
        """By the driver of the URL."""
        if self._is_asyncpg:
            import asyncpg

            connecting: Callable[..., Awaitable[Any]] = asyncpg.connect
            return connecting
        from psycopg import AsyncConnection

        return AsyncConnection.connect

    def connect_arguments(self, time_limit: float) -> dict[str, Any]:
        """The session's settings, from its first statement on."""
        settings = {"default_transaction_read_only": "on", "statement_timeout": f"{time_limit * 1000:.0f}"}
        if self._is_asyncpg:
            return {"server_settings": {**settings, "application_name": APPLICATION}, "timeout": CONNECT_LIMIT}
        own = self.server.url.query.get("options", "")
        options = [
            own if isinstance(own, str) else " ".join(own),
            *(f"-c {name}={one}" for name, one in settings.items()),
        ]
        limit = f"{CONNECT_LIMIT:.0f}"
        return {"options": " ".join(options).strip(), "application_name": APPLICATION, "connect_timeout": limit}

    def guard(self, dbapi_connection: Any, record: Any) -> Watched:  # noqa: ARG002  the port's signature
        """Everything was said when it was connected."""
        return Watched()

    def code(self, error: BaseException) -> Any:
        """SQLSTATE."""
        return sqlstate(error)

    def is_time_limit(self, code: Any) -> bool:
        """By `statement_timeout`; a cancel comes as another error."""
        return bool(code == QUERY_CANCELED)

    @property
    def _is_asyncpg(self) -> bool:
        return self.server.url.get_driver_name() == "asyncpg"
