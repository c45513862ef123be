"""Watch every statement that any engine sends: its text, the user's line, and the attribute that had it loaded."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import currentframe
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import ExecutionContext

from pirate_tui.domain.text import clean
from pirate_tui.orm.class_names import name_of
from pirate_tui.probe.evidence import attribute_in
from pirate_tui.probe.hooks import Hooks
from pirate_tui.probe.places import place_of, stack


@dataclass
class SentStatement:
    """A statement that was sent."""

    sql: str
    """Its text, on one line."""
    parameters: Any
    """As the driver got them."""
    place: str | None
    """File and line of the user's that had it sent; None where that is unknown."""
    cause: str | None
    """The attribute whose access had it sent, awaited or not: `Order.items`; None where no attribute was accessed."""
    rows: int | None = field(default=None)
    """How many rows it returned; None where the driver does not say, or it failed."""


@contextmanager
def watching(observer: Callable[[SentStatement], None]) -> Iterator[None]:
    """Call the observer with each statement that is sent inside the block, by any engine in any thread."""
    hooks = Hooks()
    pending: dict[int, SentStatement] = {}

    def before(
        _connection: Connection, cursor: Any, statement: str, parameters: Any, _context: ExecutionContext, _many: Any
    ) -> None:
        frame = currentframe()
        attribute = attribute_in(stack(frame))
        cause = None if attribute is None else f"{name_of(attribute.state.mapper)}.{attribute.name}"
        place = place_of(frame)
        sent = SentStatement(
            clean(" ".join(statement.split()), len(statement)),
            parameters,
            None if place is None else str(place),
            cause,
        )
        pending[id(cursor)] = sent
        observer(sent)

    def after(
        _connection: Connection, cursor: Any, _statement: str, _parameters: Any, _context: ExecutionContext, _many: Any
    ) -> None:
        sent = pending.pop(id(cursor), None)
        if sent is not None:
            sent.rows = _rows_of(cursor)

    hooks.listen(Engine, "before_cursor_execute", before)
    hooks.listen(Engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        hooks.remove()


def _rows_of(cursor: Any) -> int | None:
    """Return how many rows the cursor of an async driver holds, or what a driver says itself."""
    held = getattr(cursor, "_rows", None)
    if held is not None:
        return len(held)
    count: int = getattr(cursor, "rowcount", -1)
    return count if count >= 0 else None
