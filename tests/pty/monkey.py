"""A monkey at the terminal: keys, words, clicks, sizes and pastes at random, at random speed; it remembers all."""

import asyncio
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pirate_tui.pirates.fleet import SampleSize, load
from tests.orm.mappings import loading, make_database, relations
from tests.pty.conftest import KEYS


if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pty.conftest import Launcher, Terminal


ROOT = Path(__file__).parents[2]
"""Where the models are imported from."""

LETTERS = "uuusSxxtmMvocACynNfF:/?[]jkgGlLr ehzp"
"""Keys that are letters; without q, which would end it."""

ODD = (
    "\x10",
    "\x1b[Z",
    "\x1b[5~",
    "\x7f",
    "\x1b[27u",
    "\x1bOP",
    "é",
    "漢",
    "\x00",
    "\x1b[1114112u",
    "\x1b[I",
    "\x1b[O",
)
"""What else a keyboard sends: ctrl+p, shift+tab, pgup, backspace, escape, f1, characters, nonsense, the focus."""

WORDS = (
    "",
    "a",
    "1",
    "=5",
    "73%",
    "9" * 20,
    "null",
    "~a",
    "^x",
    "^",
    ">3",
    "Theme",
    "Keys",
    "Unsafe",
    "Maxim",
    "Order",
)
"""What is typed where something is asked for, and where nothing is."""

SIZES = ((120, 36), (160, 45), (80, 24), (60, 20), (45, 12), (30, 8), (120, 9), (12, 3), (1, 1), (0, 0), (300, 90))

PASTES = ("a", "=1", "73%\n", "\x1b[31m\x00\x07", "é漢👩" * 9, "line\r\n" * 500, "x" * 1_000_000)
"""The last one is a megabyte."""

ESCAPE = b"\x1b[27u"
"""The key as modern terminals send it."""


TRIES = 200
"""How often it is asked to end, twice or so in a second."""


class Place(NamedTuple):
    """What the browser is started on."""

    arguments: tuple[str, ...]


class Monkey:
    """Does one thing after another; what it has done is in `done`."""

    def __init__(self, terminal: "Terminal", seed: Random) -> None:
        self._terminal = terminal
        self._seed = seed
        self._size = (120, 36)
        self.done: list[str] = []
        self._ways: dict[Callable[[], None], int] = {
            self._letter: 30,
            self._key: 30,
            self._word: 6,
            self._palette: 4,
            self._models: 4,
            self._mouse: 16,
            self._resize: 3,
            self._paste: 1,
            self._bytes: 1,
            self._wait: 24,
        }

    def work(self, times: int) -> None:
        """Do so many things, unless it ends before."""
        for way in self._seed.choices(tuple(self._ways), tuple(self._ways.values()), k=times):
            if not self._terminal.is_running:
                break
            way()

    def _send(self, text: str, told: str = "") -> None:
        self.done.append(told or repr(text)[1:-1])
        self._terminal.send_bytes(text.encode())

    def _letter(self) -> None:
        self._send(self._seed.choice(LETTERS) * self._seed.choice((1, 1, 1, 2, 9)))

    def _key(self) -> None:
        key = self._seed.choice((*KEYS.values(), *ODD))
        self._send(key * self._seed.choice((1, 1, 2, 5)))

    def _word(self) -> None:
        self._send(self._seed.choice("/:f") + self._seed.choice(WORDS) + self._ending())

    def _palette(self) -> None:
        self._send("\x10" + self._seed.choice(WORDS) + self._ending())

    def _models(self) -> None:
        self._send("m" + self._seed.choice(WORDS) + self._ending())

    def _ending(self) -> str:
        return self._seed.choice(("\r", "\r\r", ESCAPE.decode(), "\x1b[B\r", ""))

    def _mouse(self) -> None:
        (x, y), (to_x, to_y) = self._somewhere(), self._somewhere()
        click = f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"
        drag = f"\x1b[<0;{x};{y}M\x1b[<32;{to_x};{to_y}M\x1b[<0;{to_x};{to_y}m"
        wheel = f"\x1b[<{self._seed.choice((64, 65))};{x};{y}M" * 4
        self._send(self._seed.choice((click, click * 2, click * 3, drag, wheel, f"\x1b[<35;{x};{y}M")))

    def _somewhere(self) -> tuple[int, int]:
        columns, lines = self._size
        return self._seed.randrange(columns + 2), self._seed.randrange(lines + 2)

    def _resize(self) -> None:
        self._size = self._seed.choice(SIZES)
        self.done.append(f"<resize {self._size}>")
        self._terminal.resize(*self._size)

    def _paste(self) -> None:
        text = self._seed.choice(PASTES)
        self.done.append(f"<paste {text[:12]!r}, {len(text)} long>")
        self._terminal.send_bytes(f"\x1b[200~{text}\x1b[201~".encode())

    def _bytes(self) -> None:
        data = self._seed.choice((b"\xff", b"\xe9", b"\xc3", b"\x1b[48;0;0;0;0t", b"\x1b[48;36;120;0;0t"))
        self.done.append(repr(data))
        self._terminal.send_bytes(data)

    def _wait(self) -> None:
        seconds = self._seed.choice((0.0, 0.01, 0.02, 0.05, 0.1, 0.3))
        self.done.append(f"<{seconds:g} s>")
        self._terminal.watch(seconds)


def survive(start: "Launcher", place: Place, seed: int, times: int) -> None:
    """Let it play: the browser goes on, and ends well. Fails with the seed, what was done, and the last screen."""
    terminal = start(*place.arguments, environment={"PYTHONPATH": str(ROOT)})
    monkey = Monkey(terminal, Random(seed))  # noqa: S311  no secret
    try:
        terminal.wait_until(lambda: b"\x1b[?1049h" in terminal.raw, "it never began")
        terminal.watch(Random(seed).choice((0.0, 0.3, 1.5)))  # noqa: S311  no secret
        monkey.work(times)
        _end(terminal)
    except (pytest.fail.Exception, OSError) as error:
        told = " ".join(monkey.done)
        pytest.fail(f"seed {seed} in {place.arguments}, {len(monkey.done)} things: {told}\n{error}\n{terminal.text}")


def _end(terminal: "Terminal") -> None:
    """Close what is open, and quit; it may have been quit already, by a click on the footer."""
    for _ in range(TRIES):
        if not terminal.is_running:
            break
        terminal.send_bytes(ESCAPE * 3)
        terminal.watch(0.2)
        terminal.send_bytes(b"q")
        terminal.watch(0.2)
    code = terminal.wait_exit(timeout=1)
    if code != 0:
        pytest.fail(f"it has ended with {code}: {terminal.printed}")


def places(folder: Path) -> dict[str, Place]:
    """The worlds to play in, made in that folder."""
    related, loaded = (
        make_database(one, folder / f"{one.__name__.rpartition('.')[2]}.db") for one in (relations, loading)
    )
    large = folder / "large.db"
    asyncio.run(load(large, SampleSize(100_000, 300_000), lambda _done: None))
    return {
        "sample": Place(()),
        "relations": Place((str(related), "--models", relations.__name__)),
        "loading": Place((str(loaded), "--models", loading.__name__)),
        "reflected": Place((str(related),)),
        "large": Place((str(large),)),
    }
