"""What the database layer tells the screen; a widget's own messages stand in the widget."""

from dataclasses import dataclass

from textual.message import Message

from pirate_tui.domain.statements import Statement


@dataclass
class StatementTold(Message):
    """A statement has been sent, has ended, or could not be sent."""

    statement: Statement


@dataclass
class Retrying(Message):
    """A lock is in the way, and the work starts again."""

    attempt: int
    reason: str


@dataclass
class Loaded(Message):
    """So many instances of a large collection have been loaded by now."""

    instances: int


@dataclass
class Changed(Message):
    """Another program has written to the database."""
