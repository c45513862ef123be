"""QueryRunner that tests ask through `Connections`."""

from typing import Any

from sqlalchemy import text

from pirate_tui.orm.connection.engine import Connections


async def scalar(connections: Connections, sql: str = "SELECT 7") -> Any:
    """The one value that a statement gives."""

    async def question() -> Any:
        async with connections.engine.connect() as connection:
            return (await connection.exec_driver_sql(sql)).scalar_one()

    return await connections.run(question)


async def session_scalar(connections: Connections, sql: str = "SELECT 7") -> Any:
    """The same through a session."""

    async def question() -> Any:
        async with connections.sessions() as session:
            return (await session.execute(text(sql))).scalar_one()

    return await connections.run(question)
