"""Connect by psycopg or asyncpg, to a server or through a connection pooler, and verify that the settings hold."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from pirate_tui.orm.connection.metering import Meter
from pirate_tui.orm.connection.running_query import LOOK_AGAIN, MOST_AT_FIRST
from pirate_tui.orm.dialects.postgresql.session import (
    SettingsIgnored,
    in_force,
    of_transaction,
    setting_locally,
    settings_in,
)
from pirate_tui.orm.dialects.server_connection import APPLICATION
from pirate_tui.orm.errors import sqlstate


NO_ROLE = "no role"
"""Stands for a SQLSTATE where no host has the role that `target_session_attrs` wants."""


class NotConnected(ConnectionError):  # noqa: N818  named for the state that it reports
    """An error of asyncpg's own while it connects; SQLAlchemy 2.0 does not wrap it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.sqlstate = sqlstate(error)


READ_ONLY = "default_transaction_read_only"
"""The setting that a server from version 14 on reports by itself as a session begins: once all settings have been
verified by a query, this is enough for further connections."""


class SessionConnector(Protocol):
    """Connects by one driver, with the settings of a session."""

    async def connect(self, *arguments: Any, **options: Any) -> Any:
        """Connect to a server; raise `SettingsIgnored` if the settings are not in force, or if it is a pooler."""

    async def connect_to_pooler(self, *arguments: Any, **options: Any) -> Any:
        """Connect through a pooler; raise `SettingsIgnored` if the settings are not in force in a transaction."""

    def reported(self, connection: Any, setting: str) -> str | None:
        """Return the value of a setting that the server reports by itself as it changes; None if it does not."""

    def pooled(self, options: Mapping[str, Any], own: str) -> dict[str, Any]:
        """Return the options for a pooler: none that it refuses, no prepared statements.

        `own` is the option `options` of the URL.
        """


OWN = "own"
"""The option for settings of the URL's own, as a pooler does not take them."""


class PsycopgConnector:
    """Connects by psycopg."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._is_verified = False

    async def connect(self, *arguments: Any, **options: Any) -> Any:
        """Connect to a server; raise `SettingsIgnored` if the settings are not in force, or if it is a pooler."""
        from psycopg import AsyncConnection, OperationalError, ProgrammingError

        connection = await AsyncConnection.connect(*arguments, **options)
        if not self._is_verified or self.reported(connection, READ_ONLY) != "on":
            query = in_force(self._settings, connection.info.backend_pid)
            try:
                await connection.set_autocommit(True)  # one round trip instead of three
                await self._verify(connection, query)
                await connection.set_autocommit(False)
            except ProgrammingError as error:
                if error.sqlstate is not None:  # the server's own; else the connection is lost by now
                    raise
                await connection.close()
                raise OperationalError("the connection is lost") from error
            self._is_verified = True
        return connection

    async def connect_to_pooler(self, *arguments: Any, **options: Any) -> Any:
        """Connect through a pooler; raise `SettingsIgnored` if the settings are not in force in a transaction."""
        from pirate_tui.orm.dialects.postgresql.pooled_psycopg import connect

        ours = {*self._settings, *of_transaction(self._settings)}
        own = {name: value for name, value in settings_in(options.pop(OWN)).items() if name not in ours}
        connection = await connect(*arguments, settings=setting_locally(self._settings, own), **options)
        await self._verify(connection, in_force(of_transaction(self._settings)))
        await connection.rollback()
        return connection

    def reported(self, connection: Any, setting: str) -> str | None:
        """Return the value of a setting that the server reports by itself as it changes; None if it does not."""
        value: str | None = connection.info.parameter_status(setting)
        return value

    def pooled(self, options: Mapping[str, Any], own: str) -> dict[str, Any]:
        """Return the options for a pooler: without settings, also those of the variable PGOPTIONS."""
        return {**options, OWN: own, "options": ""}

    async def _verify(self, connection: Any, query: str) -> None:
        try:
            found = await _metered(connection.execute(query), connection.fileno())
        except BaseException:
            await connection.close()
            raise
        if found.rowcount != 1:
            await connection.close()
            raise SettingsIgnored


class AsyncpgConnector:
    """Connects by asyncpg."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._is_verified = False

    async def connect(self, *arguments: Any, **options: Any) -> Any:
        """Connect to a server; raise `SettingsIgnored` if the settings are not in force, or if it is a pooler."""
        from pirate_tui.orm.dialects.postgresql.careful_asyncpg import connect

        with _asyncpg_errors():
            connection = await connect(*arguments, **options)
            if not self._is_verified or self.reported(connection, READ_ONLY) != "on":
                await self._verify(connection, in_force(self._settings, connection.get_server_pid()))
                self._is_verified = True
        return connection

    async def connect_to_pooler(self, *arguments: Any, **options: Any) -> Any:
        """Connect through a pooler; raise `SettingsIgnored` if the settings are not in force in a transaction."""
        from pirate_tui.orm.dialects.postgresql.pooled_asyncpg import connect

        with _asyncpg_errors():
            connection = await connect(*arguments, settings=setting_locally(self._settings, {}), **options)
            await self._verify(connection, in_force(of_transaction(self._settings)))
        return connection

    def reported(self, connection: Any, setting: str) -> str | None:
        """Return the value of a setting that the server reports by itself as it changes; None if it does not."""
        return getattr(connection.get_settings(), setting, None)

    def pooled(self, options: Mapping[str, Any], own: str) -> dict[str, Any]:  # noqa: ARG002  libpq's alone
        """Return the options for a pooler: without settings, and without statements that are kept."""
        from pirate_tui.orm.dialects.postgresql.pooled_asyncpg import UNNAMED

        return {**options, **UNNAMED, "server_settings": {"application_name": APPLICATION}}

    async def _verify(self, connection: Any, query: str) -> None:
        socket = connection._transport.get_extra_info("socket")  # noqa: SLF001  there is no public way
        try:
            status = await _metered(connection.execute(query), socket.fileno())
        except BaseException:
            connection.terminate()
            raise
        if status != ONE_ROW:
            connection.terminate()
            raise SettingsIgnored


async def _metered(asking: Coroutine[Any, Any, Any], descriptor: int) -> Any:
    """Return the answer to the first question of a connection, which no query counts yet.

    A server that sends without end is cut off.
    """
    task, meter = asyncio.ensure_future(asking), Meter(descriptor)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOK_AGAIN)
            if meter.received > MOST_AT_FIRST:
                meter.cut()
        return task.result()
    finally:
        task.cancel()
        meter.close()


ONE_ROW = "SELECT 1"
"""The server's status of a query that has found one row."""


@contextmanager
def _asyncpg_errors() -> Iterator[None]:
    import asyncpg

    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.TargetServerAttributeNotMatched) as error:
        failed = NotConnected(error)
        if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
            failed.sqlstate = NO_ROLE
        raise failed from error
