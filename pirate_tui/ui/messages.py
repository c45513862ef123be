"""Carry events of the database layer to the screen; a widget's own messages are in the widget."""

from dataclasses import dataclass

from textual.message import Message
from textual.widget import Widget

from pirate_tui.domain.ports import Listener
from pirate_tui.domain.statements import Statement


class DatabaseEvent(Message):
    """An event of the database layer."""


@dataclass
class StatementReported(DatabaseEvent):
    """A statement has been sent, has ended, or could not be sent."""

    statement: Statement


@dataclass
class Retrying(DatabaseEvent):
    """A lock is in the way, and the work starts again."""

    attempt: int
    reason: str


@dataclass
class Loaded(DatabaseEvent):
    """So many instances of a large collection have been loaded by now."""

    instances: int


@dataclass
class Changed(DatabaseEvent):
    """Another program has written to the database."""


@dataclass
class Reachable(DatabaseEvent):
    """The database has answered after it had not, or a question did not reach it."""

    is_reachable: bool


@dataclass
class ServerChanged(DatabaseEvent):
    """Another one of several servers answers, or the same one in another role."""


class Relay(Listener):
    """Posts the events of the database layer as messages to one widget or screen."""

    def __init__(self, to: Widget) -> None:
        self._to = to

    def statement(self, statement: Statement) -> None:
        """Post that a statement was sent, has ended, or could not be sent."""
        self._to.post_message(StatementReported(statement))

    def retrying(self, attempt: int, reason: str) -> None:
        """Post that work is retried because of a lock."""
        self._to.post_message(Retrying(attempt, reason))

    def loaded(self, instances: int) -> None:
        """Post how many instances of a large collection are loaded by now."""
        self._to.post_message(Loaded(instances))

    def changed(self) -> None:
        """Post that another program has written to the database."""
        self._to.post_message(Changed())

    def reachable(self, is_reachable: bool) -> None:  # noqa: FBT001  as declared
        """Post whether the database answers."""
        self._to.post_message(Reachable(is_reachable))

    def server_changed(self) -> None:
        """Post that another server answers, or the same one in another role."""
        self._to.post_message(ServerChanged())
