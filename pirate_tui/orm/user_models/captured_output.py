"""Other people's code, run so that it neither reads from nor writes to our terminal."""

import ctypes
import io
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from typing import IO, TYPE_CHECKING, TypeVar

from pirate_tui.domain.text import clean_lines, redact


if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


T = TypeVar("T")

OUTPUT_LIMIT = 64 * 1024
"""How many bytes of what was written are kept: the first."""

STDIN, STDOUT, STDERR = range(3)


def run_captured(work: Callable[[], T], name: str) -> tuple[T, tuple[str, ...]]:
    """What `work` returns, and the lines that it, its C code and its subprocesses wrote; then its warnings.

    It reads from an empty stdin. It finds only `name` in sys.argv. Its warnings pass the filters that are set. The
    current folder and the handlers of the root logger are as before afterwards; what it kept of stdout is deaf.
    """
    with tempfile.TemporaryFile() as written, warnings.catch_warnings(record=True) as warned:
        with _no_terminal(written.fileno()), _own_logging(), _own_arguments(name), chdir("."):
            result = work()
        text = _beginning(written) + "".join(
            warnings.formatwarning(one.message, one.category, one.filename, one.lineno, one.line) for one in warned
        )
    return result, clean_lines(redact(text.rstrip("\n"))) if text.strip() else ()


class Sink(io.RawIOBase):
    """What the code sees behind sys.stdout: it may keep it in a handler, and write to it when the screen is drawn."""

    is_closed = False
    """Does nothing written here arrive anywhere any more?"""

    def __init__(self, number: int, name: str) -> None:
        self._number = number
        self.name = name

    def fileno(self) -> int:
        """The descriptor: what `subprocess` hands on."""
        return self._number

    def writable(self) -> bool:
        """A `TextIOWrapper` asks."""
        return True

    def write(self, text: "ReadableBuffer", /) -> int:
        """Write it to the descriptor, or, later, nowhere."""
        return len(memoryview(text)) if self.is_closed else os.write(self._number, text)

    def close(self) -> None:
        """Nothing: a stream closes it at its end, and another one may be built on it. There is nothing to free."""

    def as_text(self) -> io.TextIOWrapper:
        """The stream around it, with nothing held back in between."""
        return io.TextIOWrapper(self, encoding="utf-8", errors="backslashreplace", write_through=True)


@contextmanager
def _no_terminal(file: int) -> Iterator[None]:
    streams = sys.stdin, sys.stdout, sys.stderr
    sinks = Sink(STDOUT, "<stdout>"), Sink(STDERR, "<stderr>")
    _flush()
    kept = [os.dup(number) for number in (STDIN, STDOUT, STDERR)]
    with open(os.devnull, encoding="utf-8") as nothing:  # noqa: PTH123  a device, not a path
        try:
            for new, number in ((nothing.fileno(), STDIN), (file, STDOUT), (file, STDERR)):
                os.dup2(new, number)
            sys.stdin, sys.stdout, sys.stderr = nothing, *(sink.as_text() for sink in sinks)
            yield
            if hasattr(sys.stdout, "flush"):  # the code may have put anything there
                sys.stdout.flush()
        finally:
            _give_back(kept, sinks)
            sys.stdin, sys.stdout, sys.stderr = streams


def _give_back(kept: list[int], sinks: tuple[Sink, ...]) -> None:
    """The descriptors are those of the terminal again, and no sink writes to them."""
    try:
        _flush()
    finally:
        for sink in sinks:
            sink.is_closed = True
        for number, old in enumerate(kept):
            os.dup2(old, number)
            os.close(old)


def _flush() -> None:
    """Nothing that was written before a descriptor changes may arrive after it: not from Python, and not from C."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            stream.flush()
    if os.name == "posix":
        ctypes.CDLL(None).fflush(None)


@contextmanager
def _own_logging() -> Iterator[None]:
    """The root logger as it was: a handler set by `logging.basicConfig` would write onto the screen later."""
    root = logging.root
    handlers, level, disabled = root.handlers[:], root.level, root.manager.disable
    try:
        yield
    finally:
        theirs = [handler for handler in root.handlers if handler not in handlers]
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.disable(disabled)
        for handler in theirs:
            handler.close()


@contextmanager
def _own_arguments(name: str) -> Iterator[None]:
    """Code that reads the command line finds no option there: ours are not meant for it."""
    arguments, sys.argv = sys.argv, [name]
    try:
        yield
    finally:
        sys.argv = arguments


def _beginning(file: IO[bytes]) -> str:
    file.seek(0)
    data = file.read(OUTPUT_LIMIT + 1)
    return data[:OUTPUT_LIMIT].decode(errors="replace") + ("…\n" if len(data) > OUTPUT_LIMIT else "")
