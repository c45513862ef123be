"""What the screen is given: protocols that the orm layer fulfils and tests can fake."""

from typing import Any, Protocol

from pirate_tui.domain.access import InstanceSnapshot
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.loading import Opening, OpenRequest
from pirate_tui.domain.rows import Page, RowKey, Seek
from pirate_tui.domain.statements import Statement


class Listener(Protocol):
    """Who is told what happens inside the database layer, on the event loop, as it happens."""

    def statement(self, statement: Statement) -> None:
        """A statement has been sent, or has ended, or could not be sent."""

    def retrying(self, attempt: int, reason: str) -> None:
        """A lock is in the way; the work starts again for the `attempt`-th time."""


class Database(Protocol):
    """An open database, seen through its mapped classes. Every call may raise `Trouble`."""

    name: str
    """What to call it: the file's name."""
    dialect: str
    """Dialect and driver: `sqlite+aiosqlite`."""
    entities: tuple[Entity, ...]
    """The mapped classes, the one to begin with first."""

    async def page(self, entity: Entity, seek: Seek) -> Page:
        """Rows of the entity's table."""

    async def count(self, entity: Entity) -> int:
        """How many rows its table has."""

    async def anchor(self, entity: Entity, seek: Seek) -> tuple[Any, ...] | None:
        """The position of the one row that is sought; None where the table ends before it."""

    async def rank(self, entity: Entity, key: tuple[str, ...]) -> int:
        """How many rows come before the row of that key, given as it was typed; raises `Trouble` when there is none."""

    async def rest(self, entity: Entity, key: RowKey) -> InstanceSnapshot:
        """Select the instance of that key and keep it as the live one."""

    async def open(self, request: OpenRequest) -> Opening:
        """Select the instance anew, access its relationship, and keep it as the live one."""

    async def close(self) -> None:
        """Give everything back: sessions, connections, threads."""


class Connect(Protocol):
    """Opens the database; raises `CannotStart` where there is nothing to browse."""

    async def __call__(self, listener: Listener) -> Database:
        """The open database, which tells the listener what it does."""
