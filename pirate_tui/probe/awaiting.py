"""Find which task awaits what, and where: by the attributes of coroutines, and the callbacks of futures."""

import asyncio
import gc
from asyncio import Future, Task
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from types import (
    AsyncGeneratorType,
    BuiltinMethodType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    MethodType,
)
from typing import Any


AWAITED: dict[type, tuple[str, str]] = {
    CoroutineType: ("cr_frame", "cr_await"),
    GeneratorType: ("gi_frame", "gi_yieldfrom"),
    AsyncGeneratorType: ("ag_frame", "ag_await"),
}
"""The attributes of what can be awaited: its frame, and what that waits for."""

STEPS = {"async_generator_asend", "async_generator_athrow", "coroutine_wrapper"}
"""The types of what `async for`, `aclose` and `__await__` give: one step, which only refers to what is awaited."""

METHODS = {MethodType, BuiltinMethodType}


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
