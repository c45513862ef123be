"""A real terminal, as far as a program can tell: a pty, and a screen that shows what is written to it."""

import os
import re
import select
import signal
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pyte
import pytest

from tests.homes import homes_at


PATIENCE = 30.0
"""Seconds that something on the screen may take to come, on a machine that has other things to do as well."""

COMMAND = Path(sys.executable).with_name("pirate-tui")
"""The installed command: what people start."""

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pgdn": "\x1b[6~",
    "end": "\x1b[F",
    "home": "\x1b[H",
    "ctrl+c": "\x03",
}
"""What a terminal sends for keys that are not characters."""

ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
}
"""What programs ask a terminal, and what a modern one says."""

QUERY = re.compile(b"|".join(map(re.escape, ANSWERS)))

SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-B]|[=>78cDEHMNOZ])")
"""One escape sequence."""

SWITCHES = (1000, 1002, 1003, 1004, 1006, 1015, 1049, 2004)
"""Modes that a program switches on for itself: alternate screen, mouse, focus, bracketed paste."""

CHUNK = 512
"""Bytes that are sent at once: there is room for so many where there is room at all."""

START = 'terminal=$1 before=$2; shift 2; exec <>"$terminal" >&0 2>&0; eval "$before"; exec "$@"'
"""OpenResult a terminal as the leader of a new session makes it the controlling one."""


@dataclass(frozen=True)
class Launch:
    """One way to start a command; see `Launcher`."""

    command: tuple[str, ...]
    size: tuple[int, int]
    environment: dict[str, str]
    before: str
    folder: Path | None


class Terminal:
    """A program in a pty: what it shows, what it has written, and how it ends. All waits are for conditions."""

    def __init__(self, launch: Launch) -> None:
        columns, lines = launch.size
        self.raw = bytearray()
        self._answered = 0
        self._screen = pyte.Screen(columns or 80, lines or 24)
        self._stream = pyte.ByteStream(self._screen)
        self._ours, self._its = os.openpty()
        termios.tcsetwinsize(self._ours, (lines, columns))
        self._attributes = termios.tcgetattr(self._its)
        name = os.ttyname(self._its)
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", START, "sh", name, launch.before, *launch.command],
            env=launch.environment,
            cwd=launch.folder,
            stdin=self._its,
            stdout=self._its,
            stderr=self._its,
            start_new_session=True,
        )

    # What is seen.

    @property
    def text(self) -> str:
        """The screen, line by line."""
        cells, columns = self._screen.buffer, range(self._screen.columns)
        return "\n".join(_line([cells[y][x].data for x in columns]) for y in range(self._screen.lines))

    @property
    def printed(self) -> str:
        """What was written outside the alternate screen, the escape sequences taken away."""
        _, _, outside = bytes(self.raw).rpartition(b"\x1b[?1049l")
        return SEQUENCE.sub(b"", outside).decode()

    def has_said(self, text: str) -> bool:
        """Was the text printed outside the alternate screen, however it was wrapped?"""
        return "".join(text.split()) in "".join(self.printed.split())

    @property
    def process(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Has it not ended yet?"""
        return self._process.poll() is None

    def wait_for(self, *texts: str, timeout: float = PATIENCE) -> None:
        """Wait until all of the texts are on the screen at once."""
        self.wait_until(lambda: all(text in self.text for text in texts), f"{texts} not seen", timeout)

    def wait_gone(self, text: str, timeout: float = PATIENCE) -> None:
        """Wait until the text is on the screen no more."""
        self.wait_until(lambda: text not in self.text, f"{text!r} still seen", timeout)

    def wait_until(self, condition: Callable[[], bool], otherwise: str, timeout: float = PATIENCE) -> None:
        """Wait until the condition holds; a program that ends before it does has failed."""
        deadline = time.monotonic() + timeout
        while not condition():
            is_over = not self.is_running or time.monotonic() > deadline
            if not self._pump() and is_over:
                ended = "" if self.is_running else f", and it has ended with {self._process.returncode}"
                pytest.fail(f"{otherwise}{ended}:\n{self.text if self.is_running else self.printed}")

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Wait until it has ended; its exit code, negative when a signal has killed it."""
        deadline = time.monotonic() + timeout
        while self.is_running:
            if not self._pump() and time.monotonic() > deadline:
                pytest.fail(f"still running after {timeout:g} s:\n{self.text}")
        while self._pump():
            pass
        return self._process.wait()

    # What is done to it.

    def send(self, keys: str) -> None:
        """Type characters, and keys by their names: `u<enter>`."""
        self.send_bytes(re.sub(r"<([a-z+]+)>", lambda found: KEYS[found[1]], keys).encode())

    def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are, also such as no key sends; as fast as they are read, while anybody reads."""
        while data and self.is_running:
            self._pump(0)
            if select.select([], [self._ours], [], 0.05)[1]:
                data = data[os.write(self._ours, data[:CHUNK]) :]

    def watch(self, seconds: float) -> None:
        """Take what it writes for so long."""
        deadline = time.monotonic() + seconds
        while self._pump(max(0.0, deadline - time.monotonic())) or time.monotonic() < deadline:
            pass

    def fail_unsafely(self) -> None:
        """Switch to unsafe mode, and make the plain access that fails."""
        self.send("u")
        self.wait_for("UNSAFE")
        self.send("<enter>")
        self.wait_for("greenlet_spawn has not been called")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size; the system tells the program."""
        self._screen.resize(lines or 24, columns or 80)
        termios.tcsetwinsize(self._ours, (lines, columns))

    def hang_up(self) -> None:
        """Close the terminal under it, as a closed window or a lost connection does."""
        for end in {self._ours, self._its} - {-1}:
            os.close(end)
        self._ours = self._its = -1

    def close(self) -> None:
        """End it, if it still runs, and give everything back."""
        if self.is_running:
            self._process.kill()
        self._process.wait()
        self.hang_up()

    # What must hold afterwards.

    def quit(self) -> None:
        """Leave by the key; it must end well and leave nothing behind, not a word and not a mode."""
        self.send("q")
        code = self.wait_exit()
        assert (code, self.printed) == (0, "")
        self.assert_restored()

    def assert_restored(self) -> None:
        """Is the terminal as it was: cooked, on its main screen, without mouse, with a cursor?"""
        assert b"\x1b[?1049h" in self.raw, "it was never on the alternate screen: there is nothing to restore"
        for mode in SWITCHES:
            assert self._last(mode, b"hl") in {None, b"l"}, f"mode {mode} is still on"
        assert self._last(25, b"hl") == b"h", "the cursor is still hidden"
        pushed, popped = (len(re.findall(rb"\x1b\[%c\d*u" % way, self.raw)) for way in b"><")
        assert pushed <= popped, "the keyboard protocol is still on"
        assert termios.tcgetattr(self._its) == self._attributes, "the terminal is still raw"

    def _last(self, mode: int, ways: bytes) -> bytes | None:
        found = re.findall(rb"\x1b\[\?%d([%s])" % (mode, ways), self.raw)
        return found[-1] if found else None

    def _pump(self, seconds: float = 0.05) -> bool:
        """Take what it has written by now, or within a moment; was there anything?"""
        if self._ours < 0 or not select.select([self._ours], [], [], seconds)[0]:
            return False
        data = os.read(self._ours, 65536)
        self.raw += data
        self._stream.feed(data)
        for query in QUERY.finditer(self.raw, self._answered):
            os.write(self._ours, ANSWERS[query[0]])
            self._answered = query.end()
        return True


class Launcher:
    """Starts the command in terminals, and closes them all in the end."""

    def __init__(self) -> None:
        self._terminals: list[Terminal] = []

    def __call__(
        self,
        *arguments: str | Path,
        command: Sequence[str] = (str(COMMAND),),
        size: tuple[int, int] = (120, 36),
        environment: Mapping[str, str] = MappingProxyType({}),
        before: str = "",
        folder: Path | None = None,
    ) -> Terminal:
        """Start it with these arguments, in a terminal of so many columns and lines.

        `before` is shell code that runs first, in the same process: a limit, a redirection.
        """
        launch = Launch((*command, *map(str, arguments)), size, {**_environment(), **environment}, before, folder)
        terminal = Terminal(launch)
        self._terminals.append(terminal)
        return terminal

    def close(self) -> None:
        """End everything that still runs."""
        for terminal in self._terminals:
            terminal.close()


def _line(cells: list[str]) -> str:
    """A line of the screen. Behind a wide character is an empty cell; half of an overwritten one is a space."""
    wide = [bool(cell) and unicodedata.east_asian_width(cell[0]) in {"W", "F"} for cell in cells]
    return "".join(cell or ("" if after_wide else " ") for cell, after_wide in zip(cells, [False, *wide], strict=False))


def _environment() -> dict[str, str]:
    """A plain environment: none of the settings of whoever runs the tests, and the home that the test has."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        **homes_at(os.environ["HOME"]),
    }


@pytest.fixture
def start() -> Iterator[Launcher]:
    """Starts the installed command in a terminal: `start(database, size=(80, 24))`."""
    launcher = Launcher()
    yield launcher
    launcher.close()


@pytest.fixture(scope="session")
def powerless() -> tuple[str, ...]:
    """What to put before a command so that permissions hold for it, even where root runs the tests."""
    if os.geteuid() != 0:
        return ()
    drop = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all")
    try:
        subprocess.run([*drop, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"root may read and write everything here, and cannot give that up: {error}")
    return drop


@pytest.fixture
def data_folder(own_home: Path) -> Path:
    """Where the first launch makes its database."""
    return own_home / "pirate-tui"
