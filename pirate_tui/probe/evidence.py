"""Read from the stack, at the moment when an error is constructed, what was being done, by which line of whose code.

Later is too late: `async with` has closed the session by then, and a serializer has dropped the error.
"""

import asyncio
import os
import threading
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import greenlet  # type: ignore[import-untyped]  # it has no hints
import sqlalchemy
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import InstanceState, Session, attributes

from pirate_tui.probe.awaiting import coroutine_frames, waiter_of
from pirate_tui.probe.owners import OURS, Owner, module_of, owner_of
from pirate_tui.probe.places import Place, place_of, shown_file, stack


SQLALCHEMY = f"{Path(sqlalchemy.__file__).parent}{os.sep}"

ERRORS = f"{SQLALCHEMY}exc.py"
"""The file whose constructors call one another."""

TYPES = f"{SQLALCHEMY}sql{os.sep}sqltypes.py"
"""The file whose `PickleType` unpickles what a database holds: an error, too."""

DATABASE = (SQLALCHEMY, OURS, f"{Path(greenlet.__file__).parent}{os.sep}")
"""The folders of what stands between an access and the database."""


class Operation(Enum):
    """What was done with an attribute; the value is the label of its line in a report."""

    READ = "read"
    WRITE = "written"
    DELETE = "deleted"


OPERATIONS = {
    "__get__": Operation.READ,
    "get": Operation.READ,
    "__set__": Operation.WRITE,
    "set": Operation.WRITE,
    "append": Operation.WRITE,
    "remove": Operation.WRITE,
    "pop": Operation.WRITE,
    "__delete__": Operation.DELETE,
    "delete": Operation.DELETE,
}
"""The methods of SQLAlchemy's attributes, and of their implementations, by name."""


def _codes() -> dict[CodeType, Operation]:
    """Find these methods: those of descriptors take an instance, those of implementations a state."""
    found = {}
    for one in vars(attributes).values():
        for name, operation in OPERATIONS.items():
            code = getattr(vars(one).get(name), "__code__", None) if isinstance(one, type) else None
            if code is not None and code.co_varnames[:2] in {("self", "instance"), ("self", "state")}:
                found[code] = operation
    return found


CODES = _codes()


class AccessedAttribute(NamedTuple):
    """The attribute of an instance that was read or written."""

    state: InstanceState[Any]
    name: str
    operation: Operation


class StackEvidence(NamedTuple):
    """What the stack shows of an error that is being constructed."""

    frames: tuple[FrameType, ...]
    """Outermost first: from the user's frame, or the task's first, to the error's constructor."""
    line: Place | None
    """The user's line."""
    attribute: AccessedAttribute | None
    refreshed: InstanceState[Any] | None
    """An expired instance that the access has to refresh, where that is another one."""
    session: Session | None
    call: str
    """The method of the session that was called; empty where none was."""
    engine: Engine | None
    reader: str
    """The package that has read the attribute for the user; empty where his own line has."""
    endpoint: str
    """The function whose result that was serializing: `get_order() returned (app.py:20)`; empty where none is known."""
    thread: str
    """The name of the thread, where no event loop runs in it; else empty."""

    @property
    def flushes(self) -> bool:
        """Whether an autoflush was running."""
        return any(frame.f_code.co_name == "_autoflush" for frame in self.frames)


def raising_frame(frame: FrameType | None) -> FrameType | None:
    """Return the frame that constructs an error; None where that is not SQLAlchemy, but who copies or unpickles it."""
    while frame is not None and (frame.f_code.co_filename.startswith(OURS) or frame.f_code.co_filename == ERRORS):
        frame = frame.f_back
    if frame is None or not frame.f_code.co_filename.startswith(SQLALCHEMY) or frame.f_code.co_filename == TYPES:
        return None
    return frame


def evidence_at(frame: FrameType) -> StackEvidence:
    """Return what the stack shows, from the frame that constructs the error outwards."""
    inner = list[FrameType]()
    for one in stack(frame):
        inner.append(one)
        if owner_of(one) is Owner.USER:
            break
    return _evidence(inner, place_of(frame), _thread())


def evidence_in(error: BaseException) -> StackEvidence:
    """Return what the traceback shows of an error that was raised before; nothing where it has none."""
    inner, line = list[FrameType](), None
    for frame, instruction in reversed(list(_traced(error))):
        inner.append(frame)
        if owner_of(frame) is Owner.USER:
            line = Place(frame.f_code, instruction)
            break
    return _evidence(inner, line, "")


def _traced(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    """Yield the frames of an error's traceback, outermost first, and at which instruction each was."""
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame, trace.tb_lasti
        trace = trace.tb_next


def _evidence(inner: list[FrameType], line: Place | None, thread: str) -> StackEvidence:
    """Return what frames show, which end with the user's own, if any."""
    outer = inner[::-1]
    endpoint = _endpoint(outer)
    reader = _reader(outer)
    attribute = attribute_in(inner)
    session, call = _session(outer)
    if attribute is not None:
        session = attribute.state.session
    return StackEvidence(
        tuple(outer),
        None if endpoint else line,
        attribute,
        _refreshed(outer, attribute),
        session,
        call,
        _engine(outer),
        reader,
        endpoint,
        thread,
    )


def attribute_in(frames: Iterable[FrameType]) -> AccessedAttribute | None:
    """Return the attribute that the user's line accessed: the outermost one before his own frame, from inside out."""
    found = None
    for frame in frames:
        found = _attribute(frame) or found
        if owner_of(frame) is Owner.USER:
            break
    return found


def _attribute(frame: FrameType) -> AccessedAttribute | None:
    operation = CODES.get(frame.f_code)
    if operation is None:
        return None
    held = frame.f_locals
    state = held.get("state")
    if not isinstance(state, InstanceState):
        state = state_of(held.get("instance"))
        if state is None:
            return None
    return AccessedAttribute(state, held["self"].key, operation)


def state_of(instance: object) -> InstanceState[Any] | None:
    """Return the state of an instance, and call no `__getattribute__` of its class; None where it is none."""
    try:
        state = object.__getattribute__(instance, "_sa_instance_state")
    except AttributeError:
        return None
    return state if isinstance(state, InstanceState) else None


def _refreshed(outer: Iterable[FrameType], attribute: AccessedAttribute | None) -> InstanceState[Any] | None:
    if attribute is None:
        return None
    for frame in outer:
        if frame.f_code.co_name == "_load_expired":
            state = frame.f_locals.get("self")
            return state if isinstance(state, InstanceState) and state is not attribute.state else None
    return None


def _session(outer: Iterable[FrameType]) -> tuple[Session | None, str]:
    """Return the session that was called, and by which method."""
    for frame in outer:
        if frame.f_code.co_filename.startswith(SQLALCHEMY):
            held = frame.f_locals.get("self")
            if issubclass(type(held), Session):  # isinstance() may ask a model for its `__class__`
                return held, frame.f_code.co_name
    return None, ""


def _engine(outer: Iterable[FrameType]) -> Engine | None:
    for frame in outer:
        if frame.f_code.co_filename.startswith(SQLALCHEMY):
            held: Any = frame.f_locals.get("self")
            if issubclass(type(held), (Engine, Connection)):
                engine: Engine = held.engine
                return engine
    return None


def _reader(outer: Iterable[FrameType]) -> str:
    """Return the package between the user's line and SQLAlchemy; empty where there is none."""
    for frame in reversed(tuple(outer)):
        name = frame.f_code.co_filename
        if not name.startswith(DATABASE):
            is_users = owner_of(frame) is Owner.USER or name.startswith("<")
            package = module_of(frame).partition(".")[0]
            return "" if is_users else package
    return ""


def _endpoint(frames: Iterable[FrameType]) -> str:
    """Return the endpoint of FastAPI whose result is being serialized: `get_order() returned (app.py:20)`.

    That of a synchronous endpoint is serialized in a thread of anyio's, for a task that waits.
    """
    for frame in frames:
        module = module_of(frame)
        if module.startswith("fastapi."):
            code = getattr(getattr(frame.f_locals.get("dependant"), "call", None), "__code__", None)
            if code is not None:
                return f"{code.co_name}() returned ({shown_file(code.co_filename)}:{code.co_firstlineno})"
        elif module.startswith("anyio."):
            waiter = waiter_of(frame.f_locals.get("future"))
            found = "" if waiter is None else _endpoint(coroutine_frames(waiter))
            if found:
                return found
    return ""


def _thread() -> str:
    """Return the name of the thread; empty where it runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return threading.current_thread().name
    return ""
