"""Explain errors that are about no attribute: a session, an engine, a thread, or two tasks at once."""

from collections.abc import Iterator

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, MissingGreenlet, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncEngine

from pirate_tui.probe.connections import engines
from pirate_tui.probe.evidence import StackEvidence
from pirate_tui.probe.journal import failed_flush, journal_of
from pirate_tui.probe.places import Place
from pirate_tui.probe.report import Line, Report, line_of
from pirate_tui.probe.tasks import current_task_name, other_users_of


SYNC_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
"""A driver for `create_engine` for each kind of database, as a URL has it."""


def report_of(error: BaseException, evidence: StackEvidence) -> Report | None:
    """Return the report of such an error; None where nothing can be said."""
    if isinstance(error, PendingRollbackError):
        return _pending_rollback(evidence)
    if not isinstance(error, MissingGreenlet):
        return _concurrent(error, evidence)
    if evidence.engine is not None and _is_sync(evidence.engine):
        return _sync_engine(evidence, evidence.engine)
    return _outside(evidence)


def context(evidence: StackEvidence) -> Iterator[Line]:
    """Yield what is unusual about where the error was raised."""
    if evidence.thread:
        yield "thread", f"{evidence.thread}, in which nothing can be awaited: load it before, in a task"


def _pending_rollback(evidence: StackEvidence) -> Report:
    failed = None if evidence.session is None else failed_flush(evidence.session)
    place = None if failed is None else failed.place
    is_async = evidence.session is None or journal_of(evidence.session).is_async
    return Report(
        "the session needs a rollback: an earlier flush failed, and until then it sends nothing.",
        f"the session needs a rollback, since a flush failed{_at(place)}",
        (
            ("here", line_of(evidence.line)),
            ("failed", line_of(place)),
            ("fix", f"{'await ' if is_async else ''}session.rollback()   where the error of that flush is caught"),
            ("or", f"{'async ' if is_async else ''}with session.begin_nested(): ...   around what may fail"),
        ),
        subject=("pending rollback", evidence.line),
    )


def _concurrent(error: BaseException, evidence: StackEvidence) -> Report | None:
    users = () if evidence.session is None else other_users_of(evidence.session)
    if not users and isinstance(error, DBAPIError):
        return None  # the connection was broken before, and nobody else uses it now
    task = current_task_name()
    meanwhile = tuple(("meanwhile", f"{line_of(user.line)}   in {user.call}(), {user.task}") for user in users) or (
        ("meanwhile", line_of(None)),
    )
    where = next((f" at {user.line}" for user in users if user.line is not None), "")
    return Report(
        "one session is used by two tasks at once; a session, and its connection, can do one thing at a time.",
        f"the session is in use by another task{where}",
        (
            ("here", line_of(evidence.line, f"   in {task}" if task else "")),
            *meanwhile,
            ("fix", "async with sessionmaker() as session: ...   in each task, for a session of its own"),
            ("or", "await one after the other, instead of asyncio.gather()"),
        ),
        subject=("concurrent use", evidence.line),
    )


def _sync_engine(evidence: StackEvidence, engine: Engine) -> Report:
    name, driver = engine.url.get_backend_name(), engine.dialect.driver
    other = SYNC_DRIVERS.get(name, name)
    return Report(
        f"a synchronous engine has connected with {driver}, an async driver, which only awaited code can use.",
        f"create_engine() with the async driver {driver}{_at(engines.get(engine))}",
        (
            ("here", line_of(evidence.line)),
            ("created", line_of(engines.get(engine))),
            ("fix", f'create_engine(make_url(url).set(drivername="{other}"))   # a synchronous driver'),
            ("or", "create_async_engine(url), and   await connection.run_sync(function)   for synchronous code"),
        ),
        subject=("sync engine", evidence.line),
    )


def _outside(evidence: StackEvidence) -> Report:
    call = f"Session.{evidence.call}()" if evidence.call else "a statement"
    where = f"in the thread {evidence.thread}" if evidence.thread else "by a line that does not await it"
    target = "session" if evidence.call else "connection"
    awaited = f"await {target}.{evidence.call or 'execute'}(...)"
    return Report(
        f"{call} was sent {where}, outside of the greenlet that an awaited call of SQLAlchemy starts.",
        f"{call} was sent outside of a greenlet{_at(evidence.line)}",
        (
            ("here", line_of(evidence.line)),
            ("fix", f"{awaited}   of the AsyncSession, not of its sync_session" if evidence.call else awaited),
            ("or", f"await {target}.run_sync(function)   for synchronous code, which gets the sync {target}"),
        ),
        subject=("outside", evidence.line),
    )


def _is_sync(engine: Engine) -> bool:
    """Whether no AsyncEngine stands before the engine, though its driver is async."""
    retrieve = getattr(AsyncEngine, "_retrieve_proxy_for_target", None)
    return engine.dialect.is_async and retrieve is not None and retrieve(engine, regenerate=False) is None


def _at(place: Place | None) -> str:
    return "" if place is None else f" at {place}"
