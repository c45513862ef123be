"""Tell which server answers, and in which role, from what its driver knows without a query."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from pirate_tui.domain.answering import AnsweringServer
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, reraise_ours


class AnsweringBackend:
    """The part of a server's backend that knows which of several hosts a connection leads to."""

    server: Server
    is_pooled = False
    """Whether a connection pooler is in between."""

    def answering(self, dbapi_connection: Any, known: AnsweringServer) -> AnsweringServer:
        """Return which server the connection leads to: its role and lag as known, unless it is another one."""
        connection = dbapi_connection.driver_connection
        try:
            name = self.server.name_at(*self.address(connection)) if self.server.has_several_hosts else ""
            is_standby = self.is_standby(connection)
        except FOREIGN_ERRORS as error:  # the connection is closed
            reraise_ours(error)
            return known
        found = known if clean(name) == known.name else AnsweringServer(clean(name))
        if is_standby is not None and is_standby is not found.is_standby:
            found = AnsweringServer(found.name, is_standby=is_standby)
        return found._replace(is_pooled=self.is_pooled)

    def address(self, connection: Any) -> tuple[str, int | None]:
        """Return host and port that a driver connection was made to; no port for a socket's file."""
        raise NotImplementedError

    def is_standby(self, connection: Any) -> bool | None:  # noqa: ARG002  see PostgreSQL's
        """Return None: whether it is a standby, the driver does not know."""
        return None

    def in_role(self, known: AnsweringServer, rights: Sequence[Row[Any]]) -> AnsweringServer:  # noqa: ARG002  likewise
        """Return what is known, unchanged: the server was not asked."""
        return known
