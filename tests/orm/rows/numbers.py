"""The numbers of rows, as the tests compare them."""

from pirate_tui.domain.query import Query
from pirate_tui.orm.database import OrmDatabase


async def number_of(database: OrmDatabase, query: Query, *key: str) -> int | None:
    """How many rows come before the row of that key, as typed; None where there is no such row."""
    rank = await database.rows.rank(query, key)
    return None if rank is None else rank.number
