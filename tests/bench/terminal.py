"""A program in a pseudo-terminal, timed from outside: what a user would see, and when."""

import os
import pty
import re
import select
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte


COLUMNS, LINES = 120, 36

PATIENCE = 60.0
"""Seconds after which a program that does not show what it should is given up."""

ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
}
"""What programs ask a terminal at their start, and what a modern one answers."""

UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:[<>=][\d;]*[a-zA-Z]|\?[\d;]*\$[a-z])")


class Terminal:
    """One run of a program. What it writes is stamped and kept; the screen is drawn afterwards, off the clock.

    All times are in ms.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._undrawn = b""
        self._fd, slave = pty.openpty()
        termios.tcsetwinsize(slave, (LINES, COLUMNS))
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._fd)

    def press(self, keys: str) -> float:
        """Send the bytes of keys; the time at which they were sent."""
        now = time.perf_counter()
        os.write(self._fd, keys.encode())
        return now

    def until(self, text: str, since: float | None = None) -> float:
        """The time from `since` (or the start) until the text came to be on the screen."""
        limit = time.perf_counter() + PATIENCE
        while time.perf_counter() < limit:
            stamp = self._read(0.5)
            if stamp is None:
                continue
            if stamp < 0:
                break
            # Drawing takes longer than the program's next write: draw only when the text may be there.
            if text.encode() in self._undrawn and text in self._text():
                return (stamp - (self.began if since is None else since)) * 1000
        raise TimeoutError(f"{text!r} was never seen:\n{self._text()}")

    def shows(self, text: str) -> bool:
        """Is the text on the screen, as far as it was drawn?"""
        return text in "\n".join(self._screen.display)

    def bursts(self, since: float, silence: float, gap: float) -> tuple[float, float]:
        """From `since` to the last byte before a gap of that length, and to the last before the silence."""
        first = last = since
        while (stamp := self._read(silence)) is not None and stamp > 0:
            if first == last and (first == since or stamp - last < gap / 1000):
                first = stamp
            last = stamp
        if last == since:
            raise TimeoutError(f"the key changed nothing:\n{self._text()}")
        return (first - since) * 1000, (last - since) * 1000

    def settle(self, silence: float = 0.3) -> None:
        """Wait for a silence of that many seconds."""
        while (stamp := self._read(silence)) is not None and stamp > 0:
            pass

    def until_end(self, since: float) -> float:
        """The time from `since` until the process has ended."""
        while (stamp := self._read(PATIENCE)) is not None and stamp > 0:
            pass
        self._process.wait(PATIENCE)
        return (time.perf_counter() - since) * 1000

    def peak_memory(self) -> float:
        """The most memory that the process has had so far, in MiB."""
        with open(f"/proc/{self._process.pid}/status", encoding="ascii") as status:  # noqa: PTH123  no path of ours
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))

    def _read(self, patience: float) -> float | None:
        """When the next bytes came; None if none came in time, -1 if none will."""
        if not select.select([self._fd], [], [], patience)[0]:
            return None
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:  # how Linux tells that the other side is closed
            data = b""
        stamp = time.perf_counter()
        for question, answer in ANSWERS.items():
            if question in data:
                os.write(self._fd, answer)
        self._undrawn += data
        return stamp if data else -1.0

    def _text(self) -> str:
        self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", self._undrawn))
        self._undrawn = b""
        return "\n".join(self._screen.display)
