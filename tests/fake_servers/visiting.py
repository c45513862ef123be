"""What the browser does with a server, without a screen: open it, list its tables, read a page, rest on a row."""

import asyncio
from contextlib import suppress

from pirate_tui.domain.failure import BrowserError, StartupError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Page, Seek
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database


SECONDS = 1.0
"""The time limit of a statement; opening alone takes many of them."""


class Deaf(Listener):
    """A listener who needs to know nothing."""


async def visit(server: Server) -> Page | str:
    """The first page of the last class, as it is told by the server; or the one line that is said instead.

    Each question is asked, whatever came of the others, as a person would who goes on.
    """
    try:
        database = await open_database(server, None, Limits(SECONDS), Deaf())
    except (BrowserError, StartupError) as told:
        return line(told)
    try:
        return await _look_around(database)
    finally:
        await database.close()


async def _look_around(database: OrmDatabase) -> Page | str:
    answer: Page | str = "nothing was asked"
    for choice in database.models.choices:
        try:
            entity = await database.models.entity(choice.name)
            await database.models.sizes()
            await database.rows.estimate(Query(entity))
            await database.rows.count(Query(entity))
            answer = page = await database.rows.page(Query(entity), Seek())
            for row in page.rows[:1]:
                await database.rows.whole(Query(entity), row)
                if row.key is not None:
                    await database.instances.load_instance(entity, row.key)
        except (BrowserError, StartupError) as told:
            answer = line(told)
    return answer


def line(told: BrowserError | StartupError) -> str:
    """What is said, which is one line that a terminal can be given."""
    text = str(told)
    assert text.isprintable(), text
    assert len(text) < 1_000, text
    return text


async def within(seconds: float, server: Server) -> Page | str:
    """The same, unless it takes longer. Raises TimeoutError then, and leaves nothing behind."""
    visiting = asyncio.ensure_future(visit(server))
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.shield(visiting)
    except TimeoutError:
        visiting.cancel()
        with suppress(asyncio.CancelledError):
            await visiting
        raise
