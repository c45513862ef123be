"""Run workers in exclusive groups, show those that take long, and the errors that they end in."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError


PATIENCE = 0.2
"""Seconds after which running work is shown."""

CANCELLABLE = frozenset({"connect", "open", "find", "show", "place", "search", "compare", "explain", "export"})
"""Groups of workers that esc stops at once; others only while they are shown."""

COMMANDS = CANCELLABLE - {"connect", "place"}
"""Groups of workers that a command starts, while there is a database."""


@dataclass(eq=False)
class Task:
    """One running piece of work."""

    what: str
    worker: Worker[Any]
    """The worker that runs it."""
    began: float = field(default_factory=time.monotonic)
    progress: str = ""
    """How far it is, in words; kept by the work itself."""

    def __str__(self) -> str:
        seconds = time.monotonic() - self.began
        parts = [self.what, self.progress, f"{seconds:.0f} s" if seconds >= 1 else ""]
        return f"{' · '.join(filter(None, parts))} … · {{esc}} cancels"


class Tasks:
    """The work of one screen. `show_busy` gets what takes long, `show` the error that it ends in, or None."""

    def __init__(
        self, screen: Screen[Any], show_busy: Callable[[str], None], show: Callable[[BrowserError | None], None]
    ) -> None:
        self._screen = screen
        self._show_busy = show_busy
        self._show = show
        self._tasks: list[Task] = []
        self._error: BrowserError | None = None
        """The error that is shown."""
        self._failed_task = ""
        """The work that ended in that error."""
        self._notice = ""
        """The obstacle that is shown while the work waits."""

    def start(self, group: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do the work in place of what runs in its group."""

        async def run() -> None:  # a coroutine that is made now would never be awaited if it were stopped at once
            await work()

        worker: Worker[None] = self._screen.run_worker(run, group=group, exclusive=True)
        worker.name = group

    def cancel(self, group: str) -> None:
        """Cancel what runs in a group."""
        self._screen.workers.cancel_group(self._screen, group)

    def is_running(self, group: str) -> bool:
        """Whether anything runs in the group."""
        return any(worker.group == group for worker in self._running)

    def stop(self) -> bool:
        """Cancel everything that esc may stop, and return whether there was anything.

        The opening of the database is not stopped before it has begun: it would not report its end.
        """
        tracked = {task.worker for task in self._tasks}
        begun = [worker for worker in self._running if worker.group != "connect" or worker in tracked]
        chosen = [worker for worker in begun if worker.group in CANCELLABLE or self._is_shown]
        for worker in chosen:
            worker.cancel()
        self._notice = ""
        self._show_busy("")
        return bool(chosen)

    async def painted(self) -> None:
        """Wait until what has been changed by now is on the screen: what is done before that delays it."""
        is_painted = asyncio.Event()
        self._screen.call_after_refresh(is_painted.set)
        await is_painted.wait()

    def show_notice(self, notice: str) -> None:
        """Show an obstacle, until the work is done."""
        self._notice = notice
        self._show_busy(f"{notice} · {{esc}} cancels")

    def show_error(self, error: BrowserError | None) -> None:
        """Show an error, or hide it (None)."""
        self._error, self._failed_task = error, ""
        self._show(error)

    def clear_error(self) -> None:
        """Hide the error of an earlier command, unless the database is unreachable."""
        if self._error is not None and not isinstance(self._error, DatabaseUnreachableError):
            self.show_error(None)

    def clear_unreachable(self) -> None:
        """Hide the error of an unreachable database, which has answered."""
        if isinstance(self._error, DatabaseUnreachableError):
            self.show_error(None)

    @contextmanager
    def track(self, what: str) -> Iterator[Task]:
        """Show the work inside the block if it takes longer than a moment, and the error that it ends in.

        The error stays until the same work succeeds, or that of a later command, or esc hides it. Work that was
        cancelled shows nothing more.
        """
        task, before = Task(what, get_current_worker()), self._error
        self._tasks.append(task)
        timer = self._screen.set_interval(PATIENCE, self._show_latest)
        try:
            yield task
            if self._failed_task == what:
                self.show_error(None)
            elif self._error is before and task.worker.group in COMMANDS:
                self.clear_error()
        except BrowserError as error:
            if not task.worker.is_cancelled:
                self.show_error(error)
                self._failed_task = what
        finally:
            timer.stop()
            self._tasks.remove(task)
            self._notice = ""
            if not self._tasks:
                self._show_busy("")

    def _show_latest(self) -> None:
        """Show the work that was begun last: what it is a part of waits for it."""
        active = self._active
        if active and not self._notice and time.monotonic() - active[-1].began >= PATIENCE:
            self._show_busy(str(active[-1]))

    @property
    def _running(self) -> list[Worker[Any]]:
        """The workers that run and are not cancelled."""
        mine = [worker for worker in self._screen.workers if worker.node is self._screen]
        return [worker for worker in mine if worker.is_running and not worker.is_cancelled]

    @property
    def _is_shown(self) -> bool:
        return any(time.monotonic() - task.began > PATIENCE for task in self._active)

    @property
    def _active(self) -> list[Task]:
        """The work that is not cancelled; cancelled work may take its time to end."""
        return [task for task in self._tasks if not task.worker.is_cancelled]
