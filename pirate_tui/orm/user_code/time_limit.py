"""Interrupt code of the models that does not end: it runs on the event loop, which it blocks."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Any


AGAIN = 0.2
"""Seconds until code that caught the first interruption is interrupted again."""


class Hanging(BaseException):
    """Raised in code of the models that does not end; no Exception, since that code may catch those."""


class LoopGuard:
    """Interrupts what blocks the event loop for too long while a query is running.

    It uses SIGALRM, which only the main thread handles. The alarm is postponed at each turn of the loop, so that a
    statement may take any time while it is awaited.
    """

    def __init__(self, seconds: float = 10.0) -> None:
        self.seconds = seconds
        self.known: set[tuple[type, str]] = set()
        """Attributes whose code was stopped; it is not run again in a dry run."""
        self._process = os.getpid()
        self._queries = 0
        self._tick: asyncio.TimerHandle | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Interrupt blocking code in the task that runs the block."""
        token = _guard.set(self)
        self._queries += 1
        if self._queries == 1 and can_interrupt():
            signal.signal(signal.SIGALRM, _interrupt)
            _drop_lost_interruptions()
            self._turn()
        try:
            yield
        finally:
            _guard.reset(token)
            self._queries -= 1
            if not self._queries and self._tick is not None:
                self._tick.cancel()
                self._tick = None
                signal.setitimer(signal.ITIMER_REAL, 0)

    def end_copy(self) -> None:
        """Exit the process if it is a copy that code of the models has forked: it would continue our work."""
        if os.getpid() != self._process:
            os._exit(0)

    def put_off(self) -> None:
        """Restart the time limit for another piece of the models' code."""
        if self._tick is not None:
            signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN)

    def _turn(self) -> None:
        """Postpone the alarm at each turn of the loop."""
        self._tick = asyncio.get_running_loop().call_later(self.seconds / 4, self._turn)
        self.put_off()


_guard: ContextVar[LoopGuard | None] = ContextVar("guard", default=None)
"""The guard of this task; greenlets share the context of the task that spawned them."""


def can_interrupt() -> bool:
    """Whether this thread handles the alarm."""
    return hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()


def put_off_alarm() -> None:
    """Restart the time limit of this task's guard for another piece of the models' code."""
    if guard := _guard.get():
        guard.put_off()


def end_copy() -> None:
    """Exit the process if it is a copy that code of the models, which has just returned, has forked."""
    if guard := _guard.get():
        guard.end_copy()


def was_stopped(mapped: type, name: str) -> bool:
    """Whether the attribute's code was interrupted before, since it did not end."""
    guard = _guard.get()
    return guard is not None and (mapped, name) in guard.known


def note_stopped(mapped: type, name: str) -> None:
    """Note that the attribute's code was interrupted."""
    if guard := _guard.get():
        guard.known.add((mapped, name))


class _Unraisable:
    """A hook for errors that Python cannot raise, as in `__del__`: an interruption is lost there, and another follows.

    The others go to the hook that it takes the place of.
    """

    def __init__(self, others: Callable[[Any], object]) -> None:
        self._others = others

    def __call__(self, unraisable: Any) -> None:
        """Handle one of them."""
        if not issubclass(unraisable.exc_type, Hanging):
            self._others(unraisable)


def _drop_lost_interruptions() -> None:
    if not isinstance(sys.unraisablehook, _Unraisable):
        sys.unraisablehook = _Unraisable(sys.unraisablehook)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Handle the alarm in the middle of what blocks the loop; raise `Hanging` only in a query's task."""
    if _guard.get() is not None:
        raise Hanging
