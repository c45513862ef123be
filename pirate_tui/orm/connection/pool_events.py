"""Handle the events of the engine and its pool: which connection a query may use, and when it was answered."""

import time
from typing import Any

from sqlalchemy import Dialect, Engine, ExceptionContext, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, InternalError, MissingGreenlet, SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection

from pirate_tui.orm.connection.autocommit import Autocommit
from pirate_tui.orm.connection.backend import Backend, ConnectionGuard
from pirate_tui.orm.connection.running_query import current_query
from pirate_tui.orm.errors import mysql_code, sqlstate
from pirate_tui.orm.user_code.foreign import Cancelled, is_of_driver


IDLE = 5.0
"""Seconds after which a connection may have been lost without a notice, and is pinged before it is used again."""


class PoolEvents:
    """Listens to one engine. The query of an event is that of the task in which it happens."""

    def __init__(self, backend: Backend, engine: Engine, owner: object) -> None:
        self.backend = backend
        self._engine = engine
        self.owner = owner
        """Whoever runs queries on the engine. The engine holds it by this: asyncio itself holds a task only weakly, and
        what still runs in the background must not be collected, with its connection, before it has ended
        (https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task).
        """
        self._autocommit = Autocommit(backend, engine)
        self._trusted_since = 0.0
        """The time before which connections may be in the middle of an answer that the driver could not read."""
        event.listen(engine, "do_connect", self._connect)
        event.listen(engine, "connect", self._shown, insert=True)  # those of the models listen to every engine: before
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "checkout", self._checked_out)
        event.listen(engine, "checkin", self._checked_in)
        if backend.is_remote:
            event.listen(engine, "after_cursor_execute", self._answered)
            event.listen(engine, "before_cursor_execute", self._before_statement)
            event.listen(engine, "handle_error", self._failed)

    def distrust(self, error: BaseException) -> None:
        """Use no older connection again if a driver or SQLAlchemy raised: one may be in the middle of an answer."""
        if is_of_driver(error) or isinstance(error, SQLAlchemyError):
            self._trusted_since = time.monotonic()

    def _connect(self, dialect: Dialect, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
        """Handle an engine's `do_connect` event: connect by the backend."""
        connection = self.backend.connect(dialect, arguments, options)
        query = current_query.get()
        if query is not None:
            query.runs_listeners, query.unready = True, connection
            query.measure(connection, self.backend.meter(connection))
        return connection

    @staticmethod
    def _shown(*_: Any) -> None:
        """Handle a pool's `connect` event after the listeners of the models."""
        query = current_query.get()
        if query is not None:
            query.runs_listeners = False

    def _connected(self, dbapi_connection: Any, record: Any) -> None:
        """Handle a pool's `connect` event, the last: by now the dialect has inspected the server."""
        query = current_query.get()
        if query is not None:
            query.unready = None
        record.info["guard"] = self.backend.guard(dbapi_connection)
        record.info["since"] = record.info["used"] = time.monotonic()

    def _checked_in(self, dbapi_connection: Any, record: Any) -> None:
        """Handle a pool's `checkin` event: release the connection from its query."""
        record.info["used"] = time.monotonic()
        query, guard = current_query.get(), record.info.get("guard")
        if query is not None:
            query.measured(dbapi_connection)
        if query is None or guard is None:
            return
        query.release(guard)
        if query.is_stopped and self.backend.is_remote and record.dbapi_connection is not None:
            record.invalidate()  # a late cancel would stop the statement of another query
        try:
            self._autocommit.end(dbapi_connection, record)
        except self._engine.dialect.loaded_dbapi.Error:  # in the middle of an answer, or lost
            record.invalidate()

    def _checked_out(self, dbapi_connection: Any, record: Any, proxy: PoolProxiedConnection) -> None:
        """Handle a pool's `checkout` event: apply the query's deadline to the connection."""
        if self.backend.is_remote and (
            record.info["since"] < self._trusted_since or self._is_lost(dbapi_connection, record)
        ):
            raise DisconnectionError  # the pool takes another in its place
        guard: ConnectionGuard = record.info["guard"]
        query = current_query.get()
        if query is not None:
            query.hold(guard, proxy)
            query.measure(dbapi_connection, self.backend.meter(dbapi_connection))
        try:
            if not self._autocommit.begin(dbapi_connection, record):
                self.backend.checked_out(guard, dbapi_connection)
        except self._engine.dialect.loaded_dbapi.Error as error:
            if not self._is_disconnect(error, dbapi_connection):
                raise
            if query is not None:
                query.release(guard)
                query.measured(dbapi_connection)
            raise DisconnectionError from error

    def _is_lost(self, dbapi_connection: Any, record: Any) -> bool:
        """Whether a connection that was idle does not answer; unknown, and said to be there, where nothing can wait."""
        if time.monotonic() - record.info["used"] < IDLE:
            return False
        dialect = self._engine.dialect
        try:
            return not dialect.do_ping(dbapi_connection)
        except MissingGreenlet:  # a plain access, whose own statement is to raise that
            return False
        except dialect.loaded_dbapi.Error as error:
            if self._is_disconnect(error, dbapi_connection):
                return True
            raise

    def _is_disconnect(self, error: Any, dbapi_connection: Any) -> bool:
        """Whether a driver's error means that the connection is lost."""
        return self._engine.dialect.is_disconnect(error, dbapi_connection, None)

    @staticmethod
    def _before_statement(*_call: Any) -> None:
        """Handle an engine's `before_cursor_execute` event: a stopped query sends no further statement."""
        query = current_query.get()
        if query is not None and query.is_stopped:
            raise Cancelled
        if query is not None:
            query.heard()

    @staticmethod
    def _failed(context: ExceptionContext) -> None:
        """Handle an engine's `handle_error` event: invalidate a connection whose driver is out of sync with its server.

        What comes next on it might be the rest of this answer, and would be taken for the next one. Other connections
        of the pool stay valid.
        """
        error, known = context.original_exception, context.sqlalchemy_exception
        has_code = sqlstate(error) is not None or mysql_code(error) is not None
        is_known = isinstance(known, DBAPIError) and (has_code or not isinstance(known, InternalError))
        if is_of_driver(error) and not is_known:
            context.is_disconnect, context.invalidate_pool_on_disconnect = True, False

    @staticmethod
    def _answered(*_call: Any) -> None:
        """Handle an engine's `after_cursor_execute` event."""
        query = current_query.get()
        if query is not None:
            query.is_answered = True
            query.heard()
