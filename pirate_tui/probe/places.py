"""Find the user's own lines on the stack of a running program, through greenlets and tasks.

Code inside `greenlet_spawn` runs in a greenlet, whose stack ends at its first function: the user's line is in the
suspended parent. `AsyncSession.__aexit__` closes in a task of its own: the user's line is in the task awaiting it.
"""

import asyncio
import gc
import linecache
import os
import sysconfig
from asyncio import Future, Task
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from functools import partial
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE
from itertools import islice
from pathlib import Path
from types import (
    AsyncGeneratorType,
    BuiltinMethodType,
    CodeType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    MethodType,
)
from typing import Any

import greenlet  # type: ignore[import-untyped]  # it has no hints


class Owner(Enum):
    """Whose code a file holds."""

    USER = "user"
    LIBRARY = "library"
    LOOP = "loop"
    """asyncio's event loop: what called it belongs to no task."""


PACKAGES = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))
"""The folders in which packages are installed."""

LIBRARIES = tuple(
    folder + os.sep
    for name in ("stdlib", "platstdlib", "purelib", "platlib", "scripts")
    for folder in {sysconfig.get_path(name), os.path.realpath(sysconfig.get_path(name))}
)
"""The folders of Python itself and of what pip installs, scripts too: `bin/uvicorn` is not the user's."""

LOOPS = tuple(str(Path(asyncio.__file__).parent / name) for name in ("events.py", "base_events.py", "runners.py"))

OURS = f"{Path(__file__).parent.parent}{os.sep}"

TYPED = ("<stdin>", "<console>", "<ipython-input", "<python-input")
"""The names of what is typed at a prompt."""

BLOCKS = ("async with ", "with ", "async for ", "for ")
"""The statements that have instructions of their own at the end of a block."""

STARTERS = {"create_task", "factory"}
"""The functions within which an eager task runs first (https://docs.python.org/3/library/asyncio-task.html)."""

CO_AWAITABLE = CO_COROUTINE | CO_ITERABLE_COROUTINE | CO_ASYNC_GENERATOR

AWAITED: dict[type, tuple[str, str]] = {
    CoroutineType: ("cr_frame", "cr_await"),
    GeneratorType: ("gi_frame", "gi_yieldfrom"),
    AsyncGeneratorType: ("ag_frame", "ag_await"),
}
"""The attributes of what can be awaited: its frame, and what that waits for."""

STEPS = {"async_generator_asend", "async_generator_athrow", "coroutine_wrapper"}
"""The types of what `async for`, `aclose` and `__await__` give: one step, which only refers to what is awaited."""

METHODS = {MethodType, BuiltinMethodType}

NESTED = 4
"""The most tasks that await one another, from a task to the user's line."""

MOST_LINES, MOST_CHARACTERS = 50, 2_000
"""The most of an expression that is read: it may be a table with thousands of rows, or a picture."""

MOST_OF_NAME = 200
"""The most characters of the name of a file."""

REMEMBERED = 10_000
"""The most files of which it is remembered whose they are."""

_owners: dict[str, Owner] = {}


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


def owner_of(frame: FrameType) -> Owner:
    """Return whose code the frame runs."""
    name = frame.f_code.co_filename
    owner = _owners.get(name) or _owner_of_file(name)
    if name == "<string>" and _is_command(frame):
        return Owner.USER
    return owner


def module_of(frame: FrameType) -> str:
    """Return the name of the frame's module; empty where it has none, as code given to `exec` may have."""
    name = frame.f_globals.get("__name__")
    return name if type(name) is str else ""


def _owner_of_file(name: str) -> Owner:
    """Return whose code a file holds, and remember it: this is asked for every frame."""
    if name.startswith(LOOPS):
        owner = Owner.LOOP
    elif name.startswith("<"):
        owner = Owner.USER if name.startswith(TYPED) else Owner.LIBRARY
    else:
        real = _real(name)
        is_installed = any(part in name for part in PACKAGES)
        is_library = is_installed or name.startswith((*LIBRARIES, OURS)) or real.startswith(LIBRARIES)
        owner = Owner.LIBRARY if is_library else Owner.USER
    if name != "<string>":
        if len(_owners) >= REMEMBERED:
            _owners.clear()  # a notebook, or a template engine, makes up a name for each piece of code
        _owners[name] = owner
    return owner


def _real(name: str) -> str:
    """Return the path of a file without links; as it is where that is not known."""
    try:
        return os.path.realpath(name)
    except (OSError, ValueError):  # the working directory is gone; it is no name of a file
        return name


def _is_command(frame: FrameType) -> bool:
    """Whether the frame runs the text of `python -c`, and no method that dataclasses or SQLAlchemy have generated."""
    return module_of(frame) == "__main__" and not frame.f_code.co_name.startswith("__")


def place_of(frame: FrameType | None) -> Place | None:
    """Return the user's innermost line, from the frame outwards; None where there is none.

    It is called for each event, and written so that a frame of a library costs little.
    """
    owners, library, inner = _owners, Owner.LIBRARY, None
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


def waiter_of(awaited: Any) -> Task[Any] | None:
    """Return the task that awaits a task or a future, directly, by shield(), gather(), wait() or wait_for()."""
    for callback in _done_callbacks(awaited):
        if (owner := _task_of(callback)) is not None:
            return owner
        for outer in _enclosed(callback):
            if outer is not awaited:
                found = next(filter(None, map(_task_of, _done_callbacks(outer))), None)
                if found is not None:
                    return found
    return None


def _task_of(callback: Any) -> Task[Any] | None:
    """Return the task whose method the function is, as asyncio's own are that wake a task up."""
    owner = callback.__self__ if type(callback) in METHODS else None
    return owner if issubclass(type(owner), (Task, asyncio.Task)) else None


def _enclosed(callback: Any) -> Iterator[Any]:
    """Yield what a function is called with by now: the variables of the one around it, or a partial's arguments."""
    if type(callback) is partial:
        yield from callback.args
    for cell in (callback.__closure__ or ()) if type(callback) is FunctionType else ():
        with suppress(ValueError):
            yield cell.cell_contents


def _done_callbacks(future: Any) -> Iterator[Any]:
    """Yield the functions that are called when the future is done; nothing for any other object.

    Some programs replace asyncio's classes by those that are written in Python.
    """
    if issubclass(type(future), (Future, asyncio.Future)):
        for callback, _context in getattr(future, "_callbacks", None) or ():
            yield callback


def coroutine_frames(task: Task[Any]) -> Iterator[FrameType]:
    """Yield the frames of a task that waits, outermost first: its coroutine, and what that awaits.

    An object of the user's that is awaited is not looked into: it may answer any question, and never end.
    """
    awaited: Any = task.get_coro()
    while (names := AWAITED.get(type(awaited))) is not None:
        frame, inner = (getattr(awaited, name) for name in names)
        if frame is not None:
            yield frame
        awaited = inner
        if type(awaited).__name__ in STEPS:
            awaited = next((one for one in gc.get_referents(awaited) if type(one) in AWAITED), None)
