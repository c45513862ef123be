"""Keep all connections at the same one of several servers, and note which it is."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

from pirate_tui.domain.answering import AnsweringServer
from pirate_tui.orm.connection.backend import Backend


class HostFollower:
    """Follows the newest connection of an engine: older ones, to another server, are not used again.

    Once a server that was lost is back, a pool may have connections to two, whose rows differ by a replica's lag.
    """

    def __init__(self, backend: Backend, engine: Engine, notify: Callable[[], None]) -> None:
        """Call `notify` when another server answers, or the same one in another role."""
        self._backend = backend
        self._notify = notify
        self.server = AnsweringServer()
        """The server that answers."""
        if backend.is_remote:
            event.listen(engine, "connect", self._connected)
            event.listen(engine, "checkout", self._checked_out)

    def note(self, found: AnsweringServer) -> None:
        """Note what is known of the server by now."""
        before, self.server = self.server, found
        if found != before:
            self._notify()

    def _connected(self, dbapi_connection: Any, record: Any) -> None:
        """Handle a pool's `connect` event: this is the server that answers from now on."""
        record.info["is_new"] = True
        self.note(self._backend.answering(dbapi_connection, self.server))

    def _checked_out(self, dbapi_connection: Any, record: Any, _proxy: object) -> None:
        """Handle a pool's `checkout` event: refuse an older connection to another server; note a promoted standby."""
        is_new, record.info["is_new"] = record.info["is_new"], False
        found = self._backend.answering(dbapi_connection, self.server)
        if found.name == self.server.name:
            self.note(found)
        elif not is_new:
            raise DisconnectionError  # the pool takes another in its place
