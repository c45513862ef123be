"""Find who else is using a session: other tasks, by the stacks of the greenlets that they wait for."""

import asyncio
from collections.abc import Iterable, Iterator
from types import CoroutineType, FrameType
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from pirate_tui.probe.awaiting import coroutine_frames, waiter_of
from pirate_tui.probe.evidence import SQLALCHEMY
from pirate_tui.probe.owners import Owner, owner_of
from pirate_tui.probe.places import Place, line_awaiting


LEAVING = {"close", "go", "__aexit__"}
"""The coroutines that SQLAlchemy runs in tasks of their own at the end of a block."""


class SessionUser(NamedTuple):
    """A task that is inside a session."""

    task: str
    """The task's name."""
    line: Place | None
    """The user's line that it waits at."""
    call: str
    """The method of the session that has not returned yet."""


def current_task_name() -> str:
    """Return the name of the running task; empty outside of tasks."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return ""
    return "" if task is None else _name(task)


def other_users_of(session: Session) -> tuple[SessionUser, ...]:
    """Return the other tasks of this event loop that are inside the session now."""
    try:
        current = asyncio.current_task()
    except RuntimeError:
        return ()
    return tuple(_users(session, current))


def _users(session: Session, current: asyncio.Task[object] | None) -> Iterator[SessionUser]:
    for task in asyncio.all_tasks():
        if task is current:
            continue
        line = None
        for frame in coroutine_frames(task):
            if owner_of(frame) is Owner.USER:
                line = Place.of(frame)
            if frame.f_code.co_name == "greenlet_spawn":
                frames = tuple(_frames(frame))
                call = _call(session, frames)
                if call:
                    own = next((Place.of(one) for one in frames if owner_of(one) is Owner.USER), None)
                    yield SessionUser(_name(task), own or line or line_awaiting(task), call)


def _name(task: asyncio.Task[Any]) -> str:
    """Return the name of a task, or of the one that leaves a block for which SQLAlchemy has started it."""
    coroutine, waiter = task.get_coro(), waiter_of(task)
    frame = coroutine.cr_frame if type(coroutine) is CoroutineType else None
    is_internal = frame is not None and frame.f_code.co_name in LEAVING and owner_of(frame) is Owner.LIBRARY
    return (waiter if waiter is not None and is_internal else task).get_name()


def _frames(spawn: FrameType) -> Iterator[FrameType]:
    """Yield the frames of the greenlet that a task waits for, innermost first."""
    frame = getattr(spawn.f_locals.get("context"), "gr_frame", None)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _call(session: Session, frames: Iterable[FrameType]) -> str:
    """Return the method of the session that runs in a greenlet; empty where none does.

    The locals of the user's own frames are not looked at: they would be kept alive as long as these.
    """
    call = ""
    for frame in frames:
        if frame.f_code.co_filename.startswith(SQLALCHEMY) and frame.f_locals.get("self") is session:
            call = frame.f_code.co_name
    return call
