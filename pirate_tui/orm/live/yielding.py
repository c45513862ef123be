"""Load very many instances without blocking the event loop of the screen."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


YIELD_EVERY = 500
"""The number of instances that take about 10 ms."""


def yield_while_loading(session: AsyncSession, loaded: Callable[[int], None]) -> None:
    """Return to the event loop after every `YIELD_EVERY` instances that the session loads, and report their number.

    They are made inside the greenlet in which the session was awaited, so that it can be left at any of them, by the
    public API of an async driver's connection
    (https://docs.sqlalchemy.org/en/21/orm/extensions/asyncio.html#using-awaitable-only-driver-methods-in-connection-pool-and-other-events).
    """
    numbers = count(1)

    def pause(sync_session: Session, _instance: Any) -> None:
        number = next(numbers)
        if number % YIELD_EVERY == 0:
            loaded(number)
            driver: Any = sync_session.connection().connection.dbapi_connection
            driver.run_async(lambda _raw: asyncio.sleep(0))

    event.listen(session.sync_session, "loaded_as_persistent", pause)
