"""The way to the database: opened once, opened again, and watched whether it is there."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from inspect import iscoroutinefunction
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
        self._heard = heard
        self.database: Database | None = None
        """None until it is open."""
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
            self.database, self.never_opened = cast("Database", _Watched(database, self._heard)), None
        return self.database

    async def open_again(self) -> bool:
        """Connect anew; may it be another database now? Raises `Trouble`."""
        try:
            return await (await self.open()).renew()
        except CannotStart as reason:
            raise Trouble(reason.message, "press r to try again") from reason


async def first_usable(database: Database) -> Entity:
    """The mapped class to begin with: what is broken spoils only itself. Raises `Trouble` where all are."""
    troubles: list[Trouble] = []
    for choice in database.choices:
        try:
            return await database.entity(choice.name)
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


class _Watched:
    """A database whose questions are heard of."""

    def __init__(self, database: Database, heard: Heard) -> None:
        self._database = database
        self._heard = heard

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._database, name)
        return self._watched(found, proves=name in ANSWERED) if iscoroutinefunction(found) else found

    def _watched(self, ask: Callable[..., Awaitable[Any]], *, proves: bool) -> Callable[..., Awaitable[Any]]:
        @wraps(ask)
        async def asked(*given: Any, **named: Any) -> Any:
            try:
                answer = await ask(*given, **named)
            except Unreachable:
                self._heard(False)
                raise
            if proves:
                self._heard(True)
            return answer

        return asked
