"""Explain errors when they are constructed: in a note, in their own message, and in the log.

All errors of SQLAlchemy go through one constructor: the only moment at which all that is known is still there. It costs
nothing until something fails.
"""

import gc
import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import currentframe
from threading import local
from weakref import ReferenceType, ref

from sqlalchemy import exc
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.probe.evidence import StackEvidence, evidence_at, raising_frame
from pirate_tui.probe.hooks import LIMITS, Hooks, Seen, log, log_failure, raised_at
from pirate_tui.probe.observers import observe
from pirate_tui.probe.places import main_greenlet
from pirate_tui.probe.report import Report


CONCURRENT = "isce"
"""SQLAlchemy's code of errors of a session that two tasks use at once (https://sqlalche.me/e/20/isce)."""

FLUSH_FAILED = "7s2a"
"""SQLAlchemy's code of a session in which a flush has failed (https://sqlalche.me/e/20/7s2a)."""

BUSY = ("another operation is in progress", "Command Out of Sync")
"""Parts of the messages with which asyncpg and asyncmy refuse to do two things at once; other drivers wait."""

FLUSHING = "Session is already flushing"
"""The message of two flushes at once, which has no code."""

REFUSED = "is not available due to"
"""Part of the message of lazy="raise" and raiseload()."""

KINDS = (exc.MissingGreenlet, DetachedInstanceError, exc.InvalidRequestError, exc.DBAPIError)
"""The classes of errors some of which are explained."""

UNEXPLAINED = "pirate-tui: a %s could not be explained, since the probe failed; the program is not affected"

_logged, _failures = Seen(), Seen()

_thread = local()

REMEMBERED = 256
"""The most errors of which it is remembered what was said."""


class LastReports:
    """What was said about errors that exist: the last of it.

    A dictionary of weak keys would run code of ours amid a collection of garbage. greenlet 3.5 frees a thread's main
    greenlet if the thread ends just then, though frames of a MissingGreenlet, themselves garbage, still refer to it,
    and the interpreter crashes. Therefore that of a thread is held, too.
    """

    def __init__(self) -> None:
        self._last: deque[tuple[ReferenceType[BaseException], Report, object]] = deque(maxlen=REMEMBERED)

    def add(self, error: BaseException, report: Report) -> None:
        """Remember what was said about an error."""
        self._last.append((ref(error), report, main_greenlet()))

    def get(self, error: BaseException) -> Report | None:
        """Return what was said about an error; None where that is not known."""
        return next((report for known, report, _ in reversed(self._last) if known() is error), None)

    def __len__(self) -> int:
        """Return how many of these errors exist."""
        return sum(known() is not None for known, _, _ in tuple(self._last))

    def forget_all(self) -> None:
        """Drop it all."""
        self._last.clear()


reports = LastReports()


def install(hooks: Hooks) -> None:
    """Explain errors from now on."""
    hooks.after(exc.HasDescriptionCode, "__init__", _constructed)


def forget_all() -> None:
    """Log what has been logged once more."""
    reports.forget_all()
    _logged.forget_all()
    _failures.forget_all()


def is_explained(error: BaseException) -> bool:
    """Whether an error that SQLAlchemy has constructed is of a kind that the probe explains."""
    if isinstance(error, exc.PendingRollbackError):
        return error.code == FLUSH_FAILED
    if isinstance(error, (exc.MissingGreenlet, DetachedInstanceError)):
        return True
    message = str(error.args[0]) if error.args else ""
    if isinstance(error, exc.InvalidRequestError):
        return error.code == CONCURRENT or REFUSED in message or message == FLUSHING
    return isinstance(error, exc.DBAPIError) and any(words in message for words in BUSY)


def _constructed(error: BaseException, *_arguments: object, **_named: object) -> None:
    """Explain an error; one that cannot be explained keeps no other from it.

    Errors that are raised meanwhile, as by a handler of the log, are let pass: to explain them might never end.
    """
    if not issubclass(type(error), KINDS) or getattr(_thread, "is_explaining", False):
        return
    frame = raising_frame(currentframe())
    if frame is None or not is_explained(error):
        return
    _thread.is_explaining = True
    try:
        _explain(error, evidence_at(frame))
    except LIMITS:
        raise
    except Exception as failure:  # noqa: BLE001  whatever it is, the user's error stays as it is
        if _failures.is_new((type(failure), raised_at(failure))):
            log_failure(UNEXPLAINED, type(error).__name__, failure)
    finally:
        _thread.is_explaining = False


def _explain(error: BaseException, evidence: StackEvidence) -> None:
    with _nothing_collected():
        from pirate_tui.probe.explaining import report_of

    report = report_of(error, evidence)
    if report is None:
        return
    reports.add(error, report)
    text, bracket = report.text, report.bracket
    error.add_note(text)
    if wants_message() and error.args and isinstance(error.args[0], str):
        error.args = (f"{error.args[0]} {bracket}", *error.args[1:])
    if not observe(report) and _logged.is_new(report.subject):
        log("%s", text)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Put off garbage collection in the block, which imports.

    In the namespace in which a NamedTuple is made, Python cannot warn of the program's coroutines that nobody has
    awaited, and says that on stderr (seen on 3.12).
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def wants_message() -> bool:
    """Whether errors are explained in their own messages too: not where tests compare these."""
    return os.environ.get("PIRATE_TUI_PROBE") != "no-message" and "pytest" not in sys.modules
