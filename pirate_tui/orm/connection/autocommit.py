"""Send a statement that only reads without a transaction around it: one round trip to a server instead of three."""

import logging
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from pirate_tui.domain.failure import BrowserError
from pirate_tui.orm.connection.backend import Backend
from pirate_tui.orm.connection.running_query import current_query


OF_ENGINES = ("begin", "engine_connect", "before_execute", "before_cursor_execute")
OF_POOLS = ("connect", "first_connect", "checkout")
OF_SESSIONS = ("after_begin", "after_transaction_create", "do_orm_execute", "loaded_as_persistent")
OF_DIALECTS = ("do_execute", "do_executemany", "do_execute_no_params")
"""Events in which code of the models may set what holds until the end of a transaction, such as the tenant of a policy
of row-level security (https://www.postgresql.org/docs/current/ddl-rowsecurity.html): without it other rows are read."""


class SessionWritableError(BrowserError):
    """Code in the database has made the session writable: a function that a view calls."""

    def __init__(self) -> None:
        super().__init__(
            "a function of the database has turned off read-only for its session, which was closed",
            "press r to retry: from now on each statement has a read-only transaction of its own",
        )


AUTOCOMMIT = "autocommit"
"""The key in the pool's dictionary of a connection, whose value is whether its statements have no transaction."""


def is_autocommitting(connection: Connection) -> bool:
    """Whether the statements on the connection go without a transaction now."""
    return bool((connection.connection.record_info or {}).get(AUTOCOMMIT))


class Autocommit:
    """Decides for each use of a connection whether its statements need a transaction, and watches over those without.

    Whoever runs a query says whether its statements may go without one; they do unless the models could set something
    for a transaction, or the backend cannot ensure that each only reads.
    """

    def __init__(self, backend: Backend, engine: Engine) -> None:
        self._backend = backend
        self._engine = engine
        self._is_trusted = True
        """Whether no function has made a session writable yet."""
        if backend.is_remote:
            event.listen(engine, "before_cursor_execute", self._verify)

    def begin(self, dbapi_connection: Any, record: Any) -> bool:
        """Let statements on a connection go without a transaction until `end`; return False if they must have one."""
        query = current_query.get()
        may = query is not None and query.may_autocommit and self._is_trusted and not _is_listened_to(self._engine)
        record.record_info[AUTOCOMMIT] = may and self._backend.autocommit(dbapi_connection)
        return bool(record.record_info[AUTOCOMMIT])

    def end(self, dbapi_connection: Any, record: Any) -> None:
        """Handle that a connection is returned; close it if its session has become writable."""
        if record.record_info.pop(AUTOCOMMIT, False) and record.dbapi_connection is not None:
            if self._backend.is_writable(dbapi_connection):
                self._distrust()
                record.invalidate()
            else:
                self._backend.end_autocommit(dbapi_connection)

    def _distrust(self) -> None:
        self._is_trusted = False
        logging.getLogger(__name__).warning("a function has turned off read-only for its session")
        query = current_query.get()
        if query is not None:
            query.error = SessionWritableError()

    def _verify(self, connection: Connection, *_call: Any) -> None:
        """Handle an engine's `before_cursor_execute` event: send nothing without a transaction that could write."""
        if is_autocommitting(connection) and self._backend.is_writable(connection.connection.dbapi_connection):
            self._distrust()
            raise SessionWritableError


def _is_listened_to(engine: Engine) -> bool:
    """Whether the models listen to an event in which they may set something for a transaction.

    Theirs listen to the classes; ours, and SQLAlchemy's own, to this engine and its pool.
    """
    session = Session()
    listened = [
        *(getattr(engine.dispatch, name) for name in OF_ENGINES),
        *(getattr(engine.pool.dispatch, name) for name in OF_POOLS),
        *(getattr(session.dispatch, name) for name in OF_SESSIONS),
        *(getattr(engine.dialect.dispatch, name) for name in OF_DIALECTS),
    ]
    of_connections = (getattr(Connection.dispatch, name)._clslevel.get(Connection) for name in OF_ENGINES)  # noqa: SLF001  nothing public tells
    return any(listeners.parent_listeners for listeners in listened) or any(of_connections)
