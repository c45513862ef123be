"""What is under way: workers in exclusive groups, a word on those that take long, and the errors they end in."""

import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError


PATIENCE = 0.2
"""Seconds that work may take before it is said that it is under way."""

CANCELLABLE = frozenset({"connect", "open", "find", "show", "search", "compare"})
"""Groups of workers that esc stops at once; whatever else runs, when it is said to be under way."""

COMMANDS = CANCELLABLE - {"connect"}
"""Groups of workers that a person's command starts, while there is something to work with."""


@dataclass(eq=False)
class Task:
    """One piece of work under way."""

    what: str
    worker: Worker[Any]
    """Who does it."""
    began: float = field(default_factory=time.monotonic)
    progress: str = ""
    """How far it is, in words; whoever does the work keeps it."""

    def __str__(self) -> str:
        seconds = time.monotonic() - self.began
        told = [self.what, self.progress, f"{seconds:.0f} s" if seconds >= 1 else ""]
        return f"{' · '.join(filter(None, told))} … · esc cancels"


class Tasks:
    """The work of one screen. `say` is told what takes long, `show` the error that they end in, or None."""

    def __init__(
        self, screen: Screen[Any], say: Callable[[str], None], show: Callable[[BrowserError | None], None]
    ) -> None:
        self._screen = screen
        self._say = say
        self._show = show
        self._tasks: list[Task] = []
        self._error: BrowserError | None = None
        """What is shown."""
        self._failed_task = ""
        """What was under way when it came."""
        self._notice = ""
        """What stands in the way of the work."""

    def start(self, group: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do the work in place of what runs in its group."""

        async def run() -> None:  # a coroutine that is made now would never be awaited if it were stopped at once
            await work()

        worker: Worker[None] = self._screen.run_worker(run, group=group, exclusive=True)
        worker.name = group

    def cancel(self, group: str) -> None:
        """Stop what runs in a group."""
        self._screen.workers.cancel_group(self._screen, group)

    def is_running(self, group: str) -> bool:
        """Does anything run in the group?"""
        return any(worker.group == group for worker in self._running)

    def stop(self) -> bool:
        """Stop everything that a person may stop, and return whether there was anything.

        The opening of the database is not stopped before it has begun: it would not even tell that it has ended.
        """
        tracked = {task.worker for task in self._tasks}
        begun = [worker for worker in self._running if worker.group != "connect" or worker in tracked]
        chosen = [worker for worker in begun if worker.group in CANCELLABLE or self._is_said]
        for worker in chosen:
            worker.cancel()
        self._notice = ""
        self._say("")
        return bool(chosen)

    def show_notice(self, notice: str) -> None:
        """Say what stands in the way, until the work is done."""
        self._notice = notice
        self._say(f"{notice} · esc cancels")

    def show_error(self, error: BrowserError | None) -> None:
        """Show an error, or none."""
        self._error, self._failed_task = error, ""
        self._show(error)

    def clear_error(self) -> None:
        """Another command has done its work: the error of an earlier one is past, unless the database is not there."""
        if self._error is not None and not isinstance(self._error, DatabaseUnreachableError):
            self.show_error(None)

    def clear_unreachable(self) -> None:
        """The database has answered: it is there, whatever was said."""
        if isinstance(self._error, DatabaseUnreachableError):
            self.show_error(None)

    @contextmanager
    def track(self, what: str) -> Iterator[Task]:
        """Say what is under way if it takes longer than a moment, and show the error that it ends in.

        The error stays until the same work succeeds, or that of a later command, or esc puts it away. Work that was
        stopped says nothing more.
        """
        task, before = Task(what, get_current_worker()), self._error
        self._tasks.append(task)
        timer = self._screen.set_interval(PATIENCE, self._tell)
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
                self._say("")

    def _tell(self) -> None:
        """Say what was begun last; what it is a part of has waited for it."""
        active = self._active
        if active and not self._notice and time.monotonic() - active[-1].began >= PATIENCE:
            self._say(str(active[-1]))

    @property
    def _running(self) -> list[Worker[Any]]:
        """What runs, and has not been told to stop."""
        mine = [worker for worker in self._screen.workers if worker.node is self._screen]
        return [worker for worker in mine if worker.is_running and not worker.is_cancelled]

    @property
    def _is_said(self) -> bool:
        return any(time.monotonic() - task.began > PATIENCE for task in self._active)

    @property
    def _active(self) -> list[Task]:
        """What has not been told to stop; the rest may take its time to end."""
        return [task for task in self._tasks if not task.worker.is_cancelled]
