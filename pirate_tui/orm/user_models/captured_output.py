"""Run other people's code so that it neither reads from nor writes to our terminal."""

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
"""The most bytes of output that are kept: the first ones."""

STDIN, STDOUT, STDERR = range(3)


def run_captured(work: Callable[[], T], name: str) -> tuple[T, tuple[str, ...]]:
    """Return the result of `work`, and the lines that it, its C code and its subprocesses wrote; then its warnings.

    It reads from an empty stdin, and finds only `name` in sys.argv. Its warnings pass the filters that are set. The
    current folder and the handlers of the root logger are restored afterwards; a stdout that it has kept writes
    nowhere.
    """
    with tempfile.TemporaryFile() as written, warnings.catch_warnings(record=True) as warned:
        with _no_terminal(written.fileno()), _own_logging(), _own_arguments(name), chdir("."):
            result = work()
        text = _beginning(written) + "".join(
            warnings.formatwarning(one.message, one.category, one.filename, one.lineno, one.line) for one in warned
        )
    return result, clean_lines(redact(text.rstrip("\n"))) if text.strip() else ()


class Sink(io.RawIOBase):
    """The stream behind sys.stdout that the code sees: it may keep it, and write to it when the screen is drawn."""

    is_closed = False
    """Whether everything written to it is discarded."""

    def __init__(self, number: int, name: str) -> None:
        self._number = number
        self.name = name

    def fileno(self) -> int:
        """Return the descriptor, which `subprocess` passes on."""
        return self._number

    def writable(self) -> bool:
        """Return True, as `TextIOWrapper` requires."""
        return True

    def write(self, text: "ReadableBuffer", /) -> int:
        """Write to the descriptor; discard everything once the sink is closed. Return the number of bytes."""
        return len(memoryview(text)) if self.is_closed else os.write(self._number, text)

    def close(self) -> None:
        """Do nothing: a stream closes it at its end, and another one may be built on it. There is nothing to free."""

    def as_text(self) -> io.TextIOWrapper:
        """Return an unbuffered text stream on it."""
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
    """Restore the terminal's descriptors, and close the sinks."""
    try:
        _flush()
    finally:
        for sink in sinks:
            sink.is_closed = True
        for number, old in enumerate(kept):
            os.dup2(old, number)
            os.close(old)


def _flush() -> None:
    """Flush the streams of Python and C, so that nothing arrives after a descriptor has changed."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            stream.flush()
    if os.name == "posix":
        ctypes.CDLL(None).fflush(None)


@contextmanager
def _own_logging() -> Iterator[None]:
    """Restore the root logger after the block: a handler set by `logging.basicConfig` would write onto the screen."""
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
    """Hide our command line from the block, whose code may parse it."""
    arguments, sys.argv = sys.argv, [name]
    try:
        yield
    finally:
        sys.argv = arguments


def _beginning(file: IO[bytes]) -> str:
    file.seek(0)
    data = file.read(OUTPUT_LIMIT + 1)
    return data[:OUTPUT_LIMIT].decode(errors="replace") + ("…\n" if len(data) > OUTPUT_LIMIT else "")
