"""Define how a kind of database is connected to, kept read-only and cancelled, and how its errors are shown."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from sqlalchemy import Dialect, Row, TextClause
from sqlalchemy.ext.asyncio import AsyncEngine

from pirate_tui.domain.answering import AnsweringServer
from pirate_tui.domain.failure import BrowserError
from pirate_tui.orm.connection.metering import Meter


CONNECT_LIMIT = 10.0
"""Seconds that a connection to a server may take: MySQL's drivers ignore their own limit once it has accepted."""


class ConnectionGuard(Protocol):
    """Stops the running statement of one driver connection."""

    deadline: float
    """The `time.monotonic` at which the running statement is stopped, where the server does not stop it."""

    async def stop(self) -> None:
        """Stop the running statement by the driver's or the server's means, where cancelling its task does not."""


class Backend(Protocol):
    """One database, before anything is known of its tables."""

    name: str
    """Its name on the screen: a file's name, or `db:5432/shop`."""
    where: str
    """Its name in errors: a file's path, or the same."""
    check: ClassVar[str]
    """The hint where the driver does not understand what it is connected to."""
    is_remote: bool
    """Whether it is reached over a network: queries may then be cancelled at any await, and may never be answered."""

    privilege_query: TextClause | None
    """Selects the user's privileges, and the server's role; None for a database without users."""

    def engine(self, time_limit: float) -> AsyncEngine:
        """Create a read-only engine whose statements the database stops after `time_limit` seconds, where it can."""

    def connect(self, dialect: Dialect, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """Open a driver connection, which writes nothing even while listeners of the models set it up."""

    def guard(self, dbapi_connection: Any) -> ConnectionGuard:
        """Configure a new connection at a pool's `connect` event, and return its guard."""

    def meter(self, dbapi_connection: Any) -> Meter:
        """Return a meter of the bytes that a connection receives from now on."""

    def checked_out(self, guard: Any, dbapi_connection: Any) -> None:
        """Configure a connection at a pool's `checkout` event, before a query uses it."""

    def autocommit(self, dbapi_connection: Any) -> bool:
        """Let each statement commit by itself, and only read; return False where that cannot be ensured.

        It takes the place of `checked_out`.
        """

    def end_autocommit(self, dbapi_connection: Any) -> None:
        """Let statements be part of a transaction again, as its connection is returned."""

    def is_writable(self, dbapi_connection: Any) -> bool:
        """Whether the next statement that commits by itself could write, as far as the server has told."""

    def answering(self, dbapi_connection: Any, known: AnsweringServer) -> AnsweringServer:
        """Return which server a connection leads to, as far as its driver knows that without a query.

        `known` is what is known of the server that has answered before.
        """

    def recovers(self, error: Exception) -> bool:
        """Whether the query may be run again: in another way that this error requires, or since it may go away."""

    def warning(self, rights: Sequence[Row[Any]]) -> str:
        """Return what the user may do that no read-only transaction forbids, by the rows of `privilege_query`."""

    def in_role(self, known: AnsweringServer, rights: Sequence[Row[Any]]) -> AnsweringServer:
        """Return what is known of the server with its role and its lag, by the rows of `privilege_query`."""

    def translate(self, error: Exception, time_limit: float) -> BrowserError:
        """Return the error to show for a database error; `time_limit`, in seconds, is named by that of a timeout."""

    def protocol_error(self, error: BaseException) -> BrowserError:
        """Return the error to show for a driver that does not understand what it is connected to."""

    def has_changed(self) -> bool:
        """Whether another program has written, as far as that is visible; raises `BrowserError` if it is gone."""

    def renew(self) -> None:
        """Accept whatever is there now for the same database."""
