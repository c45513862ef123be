"""Events of the engine and its pool: which connection may be used, for which question, and when it has answered."""

import time
from typing import Any

from sqlalchemy import Dialect, Engine, ExceptionContext, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, InternalError, SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection

from pirate_tui.orm.connection.backend import Backend, ConnectionGuard
from pirate_tui.orm.connection.running_query import current_query
from pirate_tui.orm.errors import mysql_code, sqlstate
from pirate_tui.orm.user_code.foreign import Cancelled, is_of_driver


class PoolEvents:
    """Listens to one engine. The question of each event is that of the task in which it happens."""

    def __init__(self, backend: Backend, engine: Engine) -> None:
        self.backend = backend
        self._trusted_since = 0.0
        """Connections that are older may be in the midst of an answer that nobody has understood."""
        event.listen(engine, "do_connect", self._connect)
        event.listen(engine, "connect", self._shown, insert=True)  # those of the models listen to every engine: before
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "checkout", self._checked_out)
        event.listen(engine, "checkin", self._checked_in)
        event.listen(engine, "after_cursor_execute", self._answered)
        if backend.is_remote:
            event.listen(engine, "before_cursor_execute", self._asking)
            event.listen(engine, "handle_error", self._failed)

    def distrust(self, error: BaseException) -> None:
        """Use no connection again that may be in the midst of an answer; what models raise says nothing of it."""
        if is_of_driver(error) or isinstance(error, SQLAlchemyError):
            self._trusted_since = time.monotonic()

    def _connect(self, dialect: Dialect, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
        """An engine's `do_connect` event."""
        connection = self.backend.connect(dialect, arguments, options)
        query = current_query.get()
        if query is not None:
            query.runs_listeners, query.unready = True, connection
            query.measure(connection, self.backend.meter(connection))
        return connection

    @staticmethod
    def _shown(*_: Any) -> None:
        """A pool's `connect` event: the listeners of the models have seen it."""
        query = current_query.get()
        if query is not None:
            query.runs_listeners = False

    def _connected(self, dbapi_connection: Any, record: Any) -> None:
        """A pool's `connect` event, the last: the dialect knows the server by now."""
        query = current_query.get()
        if query is not None:
            query.unready = None
        record.info["guard"] = self.backend.guard(dbapi_connection)
        record.info["since"] = time.monotonic()

    def _checked_in(self, dbapi_connection: Any, record: Any) -> None:
        """A pool's `checkin` event."""
        query, guard = current_query.get(), record.info.get("guard")
        if query is not None:
            query.measured(dbapi_connection)
        if query is None or guard is None:
            return
        query.release(guard)
        if query.is_stopped and self.backend.is_remote and record.dbapi_connection is not None:
            record.invalidate()  # what stops its statement may arrive late, and would stop that of another question

    def _checked_out(self, dbapi_connection: Any, record: Any, proxy: PoolProxiedConnection) -> None:
        """A pool's `checkout` event: the connection obeys the question that it is checked out for."""
        if self.backend.is_remote and record.info["since"] < self._trusted_since:
            raise DisconnectionError  # the pool takes another in its place
        guard: ConnectionGuard = record.info["guard"]
        query = current_query.get()
        if query is not None:
            query.hold(guard, proxy)
            query.measure(dbapi_connection, self.backend.meter(dbapi_connection))
        self.backend.checked_out(guard, dbapi_connection)

    @staticmethod
    def _asking(*_call: Any) -> None:
        """An engine's `before_cursor_execute` event: a question that was stopped asks nothing more."""
        query = current_query.get()
        if query is not None and query.is_stopped:
            raise Cancelled
        if query is not None:
            query.heard()

    @staticmethod
    def _failed(context: ExceptionContext) -> None:
        """An engine's `handle_error` event: a connection whose driver has lost the thread is not used again.

        What comes next on it might be the rest of this answer, and would be taken for the next one. The other
        connections of the pool are as they were.
        """
        error, known = context.original_exception, context.sqlalchemy_exception
        has_code = sqlstate(error) is not None or mysql_code(error) is not None
        is_known = isinstance(known, DBAPIError) and (has_code or not isinstance(known, InternalError))
        if is_of_driver(error) and not is_known:
            context.is_disconnect, context.invalidate_pool_on_disconnect = True, False

    @staticmethod
    def _answered(*_call: Any) -> None:
        """An engine's `after_cursor_execute` event."""
        query = current_query.get()
        if query is not None:
            query.is_answered = True
            query.heard()
