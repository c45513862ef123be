"""What differs from database to database in how it is reached, guarded and stopped, and in what its errors say."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from sqlalchemy import Dialect, Row, TextClause
from sqlalchemy.ext.asyncio import AsyncEngine

from pirate_tui.domain.failure import BrowserError
from pirate_tui.orm.connection.metering import Meter


CONNECT_LIMIT = 10.0
"""Seconds that a connection to a server may take: MySQL's drivers ignore their own limit once it has accepted."""


class ConnectionGuard(Protocol):
    """What watches over one driver connection."""

    deadline: float
    """When the statement that runs must have ended, by `time.monotonic`, where that is for us to see to."""

    async def stop(self) -> None:
        """Stop the running statement by the driver's or the server's means, as far as a cancel does not."""


class Backend(Protocol):
    """One database, before anything is known of its tables."""

    name: str
    """What to call it: a file's name, or `db:5432/shop`."""
    where: str
    """What its errors call it: a file's path, or the same."""
    check: ClassVar[str]
    """What to check where something else answers than its driver knows."""
    is_remote: bool
    """Is there a network between? Then a question may be cancelled at any await, and no answer may ever come."""

    privilege_query: TextClause | None
    """Asks for the rights of the user; None where nobody has any that matter."""

    def engine(self, time_limit: float) -> AsyncEngine:
        """A read-only engine whose statements the database stops after that many seconds, where it can."""

    def connect(self, dialect: Dialect, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """A connection of the driver's, which writes nothing even while listeners of the models set it up."""

    def guard(self, dbapi_connection: Any) -> ConnectionGuard:
        """Put a new connection under guard. A pool's `connect` event."""

    def meter(self, dbapi_connection: Any) -> Meter:
        """Count what a connection receives from now on."""

    def checked_out(self, guard: Any, dbapi_connection: Any) -> None:
        """A connection is taken for a question. A pool's `checkout` event."""

    def recovers(self, error: Exception) -> bool:
        """May the question be asked once more, in another way that this error calls for?"""

    def warning(self, rights: Sequence[Row[Any]]) -> str:
        """Return what the user may do that no read-only transaction forbids, by the rows of `privilege_query`."""

    def translate(self, error: Exception, time_limit: float) -> BrowserError:
        """The error in the words of the screen; `time_limit` in seconds, for a statement that took longer."""

    def protocol_error(self, error: BaseException) -> BrowserError:
        """The same of an error that no database raises, by a driver that met something else than it knows."""

    def has_changed(self) -> bool:
        """Has another program written, as far as that can be seen from outside? Raises `BrowserError` if it is gone."""

    def renew(self) -> None:
        """Take whatever is there now for the same database."""
