"""Code of the models that does not end: it runs on the event loop, holds up everything, and is stopped."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType


AGAIN = 0.2
"""Seconds until code that caught the first interruption is interrupted again."""


class Hanging(BaseException):
    """Code of the models was stopped, since it did not end. It is no Exception, which that code may catch."""


class LoopGuard:
    """Interrupts what blocks the event loop for too long while a question is under way.

    By SIGALRM, which only the main thread hears. The alarm is put off at each turn of the loop, so that a statement may
    take as long as it likes while it is awaited.
    """

    def __init__(self, seconds: float = 10.0) -> None:
        self.seconds = seconds
        self.known: set[tuple[type, str]] = set()
        """Attributes whose code was stopped; it is not run again to find out what it would do."""
        self._process = os.getpid()
        self._queries = 0
        self._tick: asyncio.TimerHandle | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch over the task that runs the block."""
        token = _guard.set(self)
        self._queries += 1
        if self._queries == 1 and can_interrupt():
            signal.signal(signal.SIGALRM, _interrupt)
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
        """End the process, if it is a copy that code of the models has made by fork(): it would go on with our work."""
        if os.getpid() != self._process:
            os._exit(0)

    def put_off(self) -> None:
        """Something else of the models begins: it has its own time."""
        if self._tick is not None:
            signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN)

    def _turn(self) -> None:
        """The loop goes round."""
        self._tick = asyncio.get_running_loop().call_later(self.seconds / 4, self._turn)
        self.put_off()


_guard: ContextVar[LoopGuard | None] = ContextVar("guard", default=None)
"""Who watches over this task; greenlets share the context of the task that spawned them."""


def can_interrupt() -> bool:
    """Does this thread hear the alarm?"""
    return hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()


def put_off_alarm() -> None:
    """Another piece of the models' code begins."""
    if guard := _guard.get():
        guard.put_off()


def end_copy() -> None:
    """A piece of the models' code has ended: here, and in no copy of the process."""
    if guard := _guard.get():
        guard.end_copy()


def was_stopped(mapped: type, name: str) -> bool:
    """Is it known of the attribute that its code does not end?"""
    guard = _guard.get()
    return guard is not None and (mapped, name) in guard.known


def note_stopped(mapped: type, name: str) -> None:
    """The attribute's code was stopped."""
    if guard := _guard.get():
        guard.known.add((mapped, name))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """The alarm's handler: it runs in the midst of what blocks the loop. What is nobody's question goes on."""
    if _guard.get() is not None:
        raise Hanging
