"""Connect by asyncpg through a connection pooler: every transaction begins with the settings of its own."""

from typing import Any

import asyncpg

from pirate_tui.orm.dialects.postgresql import careful_asyncpg


BEGIN = "BEGIN"

UNNAMED: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": str,
}
"""Options, of asyncpg and of SQLAlchemy, by which no prepared statement is kept: each has the empty name, and the next
one takes its place
(https://docs.sqlalchemy.org/en/21/dialects/postgresql.html#prepared-statement-name-with-pgbouncer)."""


class PooledAsyncpg(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no type hints
    """Sends the settings in the message that begins a transaction, and nothing outside of one."""

    settings = ""
    """What follows BEGIN; empty while it connects."""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109  as asyncpg has it
        """Execute statements; where they begin a transaction, with the settings, else in one."""
        if not self.settings or self.is_in_transaction():
            return str(await super().execute(query, *args, timeout=timeout))
        if not query.startswith(BEGIN):
            async with self.transaction():
                return str(await super().execute(query, *args, timeout=timeout))
        try:
            return str(await super().execute(query + self.settings, timeout=timeout))
        except asyncpg.PostgresError:
            if self.is_in_transaction():
                await super().execute("ROLLBACK")
            raise

    async def _get_statement(self, query: str, *arguments: Any, **options: Any) -> Any:
        if self.settings and not self.is_in_transaction():
            raise asyncpg.InterfaceError("through a connection pooler, autocommit would not be read-only")
        return await super()._get_statement(query, *arguments, **options)


async def connect(*arguments: Any, settings: str, **options: Any) -> PooledAsyncpg:
    """Connect, and set this at the beginning of each transaction."""
    connection: PooledAsyncpg = await careful_asyncpg.connect(*arguments, connection_class=PooledAsyncpg, **options)
    connection.settings = settings
    return connection
