"""The way to the database: opened once, opened again, and watched whether it is there.

The screen asks it from the beginning, by one object (`Door.asked`): until it is open, the answer is trouble.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any, cast

from textual.worker import get_current_worker

from pirate_tui.domain.entity import Choice, Entity
from pirate_tui.domain.failure import CannotStart, Trouble, Unreachable
from pirate_tui.domain.ports import Connect, Database, Listener


ANSWERED = frozenset(
    {
        "page", "count", "anchor", "anchors", "rank", "nearest", "count_between", "whole", "value",
        "rest", "open", "loadable", "open_all", "put", "measure", "renew",
    }
)  # fmt: skip
"""What the database itself must answer each time; the rest may be known already, and then proves nothing."""

Heard = Callable[[bool], None]
"""Told after a question whether the database was there."""


class Door:
    """Opens the database. `heard` is told of each question whether it was answered, or did not reach it."""

    def __init__(self, connect: Connect, listener: Listener, heard: Heard) -> None:
        self._connect = connect
        self._listener = listener
        self.heard = heard
        self.database: Database | None = None
        """What it is called and what it has; None until it is open."""
        self.asked = cast("Database", _Asked(self))
        """Whom to ask, whether it is open or not."""
        self.never_opened: Unreachable | None = None
        """Why it has not been open by now, where it was not there."""

    async def open(self) -> Database:
        """The open database. Raises `Trouble` and `CannotStart`."""
        if self.database is None:
            opening = get_current_worker()
            try:
                database = await self._connect(self._listener)
            except Unreachable as trouble:
                if not opening.is_cancelled:
                    self.never_opened = trouble
                raise
            if opening.is_cancelled:  # and did not heed it: nobody waits for this one any more
                await database.close()
                raise asyncio.CancelledError
            self.database, self.never_opened = database, None
        return self.database

    async def open_again(self) -> bool:
        """Connect anew; may it be another database now? Raises `Trouble`."""
        try:
            await self.open()
            return await self.asked.renew()
        except CannotStart as reason:
            raise Trouble(reason.message, "press r to try again") from reason


async def first_usable(choices: Sequence[Choice], asked: Database) -> Entity:
    """The mapped class to begin with: what is broken spoils only itself. Raises `Trouble` where all are."""
    troubles: list[Trouble] = []
    for choice in choices:
        try:
            return await asked.entity(choice.name)
        except Unreachable:
            raise
        except Trouble as trouble:
            troubles.append(trouble)
    raise troubles[0]


def unusable(choices: Sequence[Choice]) -> Trouble | None:
    """What there is to say of mapped classes that cannot be browsed."""
    told = [f"{choice.name}: {choice.problem}" for choice in choices if choice.problem]
    if not told:
        return None
    more = f", and {len(told) - 1:,} more" if len(told) > 1 else ""
    return Trouble(f"{told[0]}{more}", "everything else can be browsed; m lists them all, esc puts this away")


class _Asked:
    """Hands every question on to the database that is open when it is asked, and listens how it ends.

    A worker that has been told to stop hears no answer: the database may not have heeded it, or have answered already.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    def __getattr__(self, question: str) -> Callable[..., Awaitable[Any]]:
        @wraps(getattr(Database, question))
        async def asked(*given: Any, **named: Any) -> Any:
            database, worker = self._door.database, get_current_worker()
            if database is None:
                raise Trouble("the database is not open", "press r to open it")
            try:
                answer = await getattr(database, question)(*given, **named)
            except Unreachable:
                if not worker.is_cancelled:
                    self._door.heard(False)
                raise
            if worker.is_cancelled:
                raise asyncio.CancelledError
            if question in ANSWERED:
                self._door.heard(True)
            return answer

        return asked
