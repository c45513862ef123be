"""Find the user's own lines on the stack of a running program, through greenlets and tasks.

Code inside `greenlet_spawn` runs in a greenlet, whose stack ends at its first function: the user's line is in the
suspended parent. `AsyncSession.__aexit__` closes in a task of its own: the user's line is in the task awaiting it.
"""

import asyncio
import linecache
import os
from asyncio import Task
from collections.abc import Iterator
from contextlib import suppress
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE
from itertools import islice
from types import CodeType, CoroutineType, FrameType
from typing import Any

import greenlet  # type: ignore[import-untyped]  # it has no hints

from pirate_tui.probe.awaiting import coroutine_frames, waiter_of
from pirate_tui.probe.owners import Owner, known, owner_of


BLOCKS = ("async with ", "with ", "async for ", "for ")
"""The statements that have instructions of their own at the end of a block."""

STARTERS = {"create_task", "factory"}
"""The functions within which an eager task runs first (https://docs.python.org/3/library/asyncio-task.html)."""

CO_AWAITABLE = CO_COROUTINE | CO_ITERABLE_COROUTINE | CO_ASYNC_GENERATOR

NESTED = 4
"""The most tasks that await one another, from a task to the user's line."""

MOST_LINES, MOST_CHARACTERS = 50, 2_000
"""The most of an expression that is read: it may be a table with thousands of rows, or a picture."""

MOST_OF_NAME = 200
"""The most characters of the name of a file."""


class Place:
    """A line of the user's, kept as code and instruction: it holds no frame, and the line is found when it is shown."""

    __slots__ = ("code", "instruction")

    def __init__(self, code: CodeType, instruction: int) -> None:
        self.code = code
        self.instruction = instruction

    @classmethod
    def of(cls, frame: FrameType) -> "Place":
        """Return where the frame is now."""
        return cls(frame.f_code, frame.f_lasti)

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last line of the expression."""
        first, last, _, _ = list(self.code.co_positions())[max(self.instruction, 0) // 2]  # -1 before it has begun
        first = first or self.code.co_firstlineno
        return first, last or first

    @property
    def source(self) -> str:
        """The expression's own lines, joined and cut; empty where there is no source."""
        first, last = self.lines
        if _line(self.code.co_filename, first).lstrip().startswith(BLOCKS):
            last = first
        lines = (_line(self.code.co_filename, number).strip() for number in range(first, last + 1))
        return " ".join(filter(None, islice(lines, MOST_LINES)))[:MOST_CHARACTERS]

    def __str__(self) -> str:
        """Return file and line, relative to the working directory where the file is below it."""
        return f"{shown_file(self.code.co_filename)}:{self.lines[0]}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Place):
            return NotImplemented
        return self.code is other.code and self.instruction == other.instruction

    def __hash__(self) -> int:
        return hash((id(self.code), self.instruction))


def _line(file: str, number: int) -> str:
    """Return a line of a file; empty where there is none.

    What is no regular file is not opened: that might wait for ever, or take the program's own input.
    """
    if os.path.exists(file) and not os.path.isfile(file):  # noqa: PTH110, PTH113  a name with NUL in it is none
        return ""
    with suppress(ValueError):
        return linecache.getline(file, number)
    return ""


def shown_file(name: str) -> str:
    """Return the name of a file, relative to the working directory where it is below it; the end of a long one."""
    try:
        relative = os.path.relpath(name)
    except (ValueError, OSError):  # another drive; the working directory is gone
        relative = os.pardir
    shown = name if name.startswith("<") or relative.startswith(os.pardir) else relative
    return shown if len(shown) <= MOST_OF_NAME else "…" + shown[-MOST_OF_NAME:]


def place_of(frame: FrameType | None) -> Place | None:
    """Return the user's innermost line, from the frame outwards; None where there is none.

    It is called for each event, and written so that a frame of a library costs little.
    """
    owners, library, inner = known, Owner.LIBRARY, None
    green = None  # never tested by its truth: a greenlet that has ended is false
    while True:
        while frame is not None:
            code = frame.f_code
            if owners.get(code.co_filename) is not library:
                owner = owner_of(frame)
                if _ends_task(owner, inner, code):
                    return _awaiting(inner)
                if owner is Owner.USER:
                    return Place(code, frame.f_lasti)
            inner = frame
            frame = frame.f_back
        green = (greenlet.getcurrent() if green is None else green).parent
        if green is None:
            return _awaiting(inner)
        frame, inner = green.gr_frame, None


def stack(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield the frames of the running task, from this one outwards: through greenlets, up to its event loop."""
    inner, green = None, None
    while True:
        while frame is not None:
            if _ends_task(owner_of(frame), inner, frame.f_code):
                return
            yield frame
            inner = frame
            frame = frame.f_back
        green = (greenlet.getcurrent() if green is None else green).parent
        if green is None:
            return
        frame, inner = green.gr_frame, None


def main_greenlet() -> object:
    """Return the greenlet that this thread runs in where it uses none: all others come from it."""
    green = greenlet.getcurrent()
    while green.parent is not None:
        green = green.parent
    return green


def _ends_task(owner: Owner, inner: FrameType | None, code: CodeType) -> bool:
    """Whether a frame is beyond the running task: of the event loop, or of what has started the loop."""
    if owner is Owner.LOOP:
        return code.co_name not in STARTERS
    return owner is Owner.USER and inner is not None and _leaves_task(inner.f_code, code)


def _leaves_task(inner: CodeType, outer: CodeType) -> bool:
    """Whether a coroutine was called by no other one, but by what has started the event loop.

    A loop that is written in C, as uvloop's, has no frames in between.
    """
    return bool(inner.co_flags & CO_AWAITABLE) and not outer.co_flags & CO_AWAITABLE


def _awaiting(outermost: FrameType | None) -> Place | None:
    """Return the line that awaits the task that runs a frame; None where nothing does, or no loop runs."""
    task = _running_task(outermost)
    return None if task is None else line_awaiting(task)


def line_awaiting(task: Task[Any]) -> Place | None:
    """Return the user's line that awaits a task, perhaps by other tasks; None where nothing does."""
    awaited: Task[Any] | None = task
    for _ in range(NESTED):
        awaited = None if awaited is None else waiter_of(awaited)
        if awaited is None:
            return None
        lines = [frame for frame in coroutine_frames(awaited) if owner_of(frame) is Owner.USER]
        if lines:
            return Place.of(lines[-1])
    return None


def _running_task(outermost: FrameType | None) -> Task[Any] | None:
    """Return the task whose first frame this is: the current one, unless that is eager, and has begun within it."""
    try:
        task, factory = asyncio.current_task(), asyncio.get_running_loop().get_task_factory()
    except RuntimeError:
        return None
    if task is None or outermost is None or factory is None or _runs(task, outermost):
        return task
    return next((one for one in asyncio.all_tasks() if _runs(one, outermost)), task)


def _runs(task: Task[Any], frame: FrameType) -> bool:
    coroutine = task.get_coro()
    return type(coroutine) is CoroutineType and coroutine.cr_frame is frame
