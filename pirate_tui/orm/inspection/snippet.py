"""A line of code run as if its user had written it: its frame in a traceback reads `pirate_crew.members`."""

import ast
import linecache
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any

from sqlalchemy.exc import InvalidRequestError, MissingGreenlet, SQLAlchemyError, StatementError
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.text import redact
from pirate_tui.orm.foreign import message_of


MISSING_GREENLET = "xd2s"
"""SQLAlchemy's code of the error, the same on every version and driver; its class and text are not."""

REFUSED = "is not available due to"
"""In the message of the InvalidRequestError with which `lazy="raise"` and raiseload() refuse to load."""

FILE_NAME = "<your code>"
"""The file that the line's frame names."""


def evaluate(source: str, names: dict[str, Any]) -> Any:
    """The value of the line, in a frame of its own; a coroutine to await if the line awaits.

    `linecache` is told the source, so that the traceback shows it.
    """
    linecache.cache[FILE_NAME] = (len(source), None, [source + "\n"], FILE_NAME)
    code = compile(source, FILE_NAME, "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return eval(code, names)  # noqa: S307  the line is ours: a variable and the name of a mapped attribute


def format_raw(error: BaseException) -> tuple[str, str]:
    """The traceback as its user would see it, whole and verbatim from the evaluated line on; and its last line.

    Secrets are hidden in both.
    """
    told = traceback.TracebackException(type(error), error, _from_snippet(error.__traceback__))
    return redact("".join(told.format())), redact("".join(told.format_exception_only()))


def forget(error: BaseException) -> None:
    """Let go of what the frames of the error and its causes hold: cursors, and coroutines that are closed so.

    Else a coroutine's "was never awaited" would be warned of at some later garbage collection, onto the screen.
    """
    with without_warnings():
        for link in chain(error):
            traceback.clear_frames(link.__traceback__)


@contextmanager
def constructed(*more: type[Exception]) -> Iterator[list[Exception]]:
    """The errors of a load that are constructed inside the block, also those that code of the models catches.

    A MissingGreenlet, and what the engine puts around it; the error of a detached instance, that of `lazy="raise"`, and
    `more`. There is no event for them.
    """
    found: list[Exception] = []
    kinds: tuple[type[Exception], ...] = (
        *(MissingGreenlet, StatementError, DetachedInstanceError, InvalidRequestError),
        *more,
    )
    with ExitStack() as stack:
        for kind in kinds:
            stack.enter_context(_noticing(kind, found))
        yield found


def outermost(found: Sequence[Exception]) -> Exception:
    """The first of the errors that were constructed, as it came to the code that caught it.

    Where the engine has put one around it, the frames from the attribute to the engine are in that one's traceback.
    """
    return next((one for one in found if isinstance(one, StatementError) and one.orig is found[0]), found[0])


@contextmanager
def _noticing(kind: type[Exception], found: list[Exception]) -> Iterator[None]:
    own, construct = vars(kind).get("__init__"), kind.__init__

    def noticed(error: Exception, *given: Any, **named: Any) -> None:
        construct(error, *given, **named)
        if kind is InvalidRequestError and REFUSED not in message_of(error):
            return
        if kind is StatementError and not isinstance(getattr(error, "orig", None), MissingGreenlet):
            return
        found.append(error)

    kind.__init__ = noticed  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        if own is None:
            del kind.__init__
        else:
            kind.__init__ = own  # type: ignore[method-assign]


@contextmanager
def without_warnings() -> Iterator[None]:
    """No warning of an abandoned coroutine comes out of the block, in which nothing may be awaited."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        yield


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it came from: causes, contexts, and what SQLAlchemy wrapped."""
    seen = set[int]()  # by identity: an error may define equality as it likes
    pending: list[object] = [error]
    while pending:
        link = pending.pop(0)
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            pending += [getattr(link, "orig", None), link.__cause__, link.__context__]


def is_missing_greenlet(error: BaseException) -> bool:
    """Does the error, or anything it came from, carry the code of a MissingGreenlet?"""
    return any(isinstance(link, SQLAlchemyError) and link.code == MISSING_GREENLET for link in chain(error))


def _from_snippet(trace: TracebackType | None) -> TracebackType | None:
    """The part of the traceback that begins at the evaluated line; all of it when that is not in it."""
    at = trace
    while at is not None and at.tb_frame.f_code.co_filename != FILE_NAME:
        at = at.tb_next
    return at or trace
