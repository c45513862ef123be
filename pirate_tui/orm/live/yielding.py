"""Loading very many instances without holding up the event loop that the screen lives on."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


YIELD_EVERY = 500
"""Instances: about 10 ms of work."""


def yield_while_loading(session: AsyncSession, loaded: Callable[[int], None]) -> None:
    """Let the event loop go on after every few instances that the session loads, and tell how many there are.

    They are made inside the greenlet in which the session was awaited, so that it can be left in their midst, by the
    public way of an async driver's connection
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
