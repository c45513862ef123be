"""Somebody who types, clicks, pastes and pulls at the window at random, as fast as can be, and remembers all of it."""

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.geometry import Size
from textual.keys import _character_to_key
from textual.worker import WorkerState

from pirate_tui.ui.app import PirateApp
from pirate_tui.ui.commands import COMMANDS
from pirate_tui.ui.widgets.row_table import RowTable
from tests.ui.fake_world import FakeWorld


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence


LEAVE = frozenset({"q", "ctrl+q", "ctrl+z"})
"""Keys that end it, or stop it: not pressed."""

OTHERS = ("escape", "enter", "tab", "space", "backspace", "delete", "home", "end", "ctrl+end", "f1", "é", "\x00", "漢")
"""Keys that some panel hears, or none."""

MOVES = ("down", "up", "right", "left", "enter", "pagedown", "end", "tab")

SIZES = ((120, 36), (160, 45), (80, 24), (60, 20), (45, 12), (30, 8), (120, 9), (12, 3), (1, 1))

WORDS = (
    "", "a", "1", "=5", "73%", "=4711", "99999999999", "null", "~a", "^x", "^", ">3", "crew", "Theme", "Keys", "Unsafe",
    "Maximize", "Pirate", "ghost", "zzz", "é漢👩", "\x1b[31m", "-1", "1e999",
)  # fmt: skip
"""What is typed where something is asked for, and where nothing is."""

ENDINGS = (("enter",), ("enter", "enter"), ("escape",), ("escape", "escape"), ("down", "enter"), ())
"""What is pressed behind it."""

CODES = (None, 0, 3)
"""How it may have ended: not yet; by a click on Quit; where there is nothing to browse."""

PATIENCE = 60.0
"""Seconds that it may take to come to rest, on a machine that has other things to do."""


class Typist:
    """Types at random into an app; what has been typed is in `typed`."""

    def __init__(self, app: App[Any], seed: Random) -> None:
        self._app = app
        self._seed = seed
        self.typed: list[str] = []
        bound = {key for command in COMMANDS for key in command.keys.split(",")}
        self._keys = tuple(sorted((bound | set(OTHERS)) - LEAVE))
        self._ways: dict[Callable[[], Awaitable[None] | None], int] = {
            self._key: 60,
            self._move: 20,
            self._word: 6,
            self._palette: 3,
            self._models: 3,
            self._click: 12,
            self._wheel: 4,
            self._drag: 2,
            self._resize: 3,
            self._paste: 2,
            self._wait: 25,
        }

    async def work(self, times: int) -> None:
        """Do so many things, unless the app ends before; it has heard them all then."""
        for way in self._seed.choices(tuple(self._ways), tuple(self._ways.values()), k=times):
            if self._has_ended:
                break
            done = way()
            if done is not None:
                await done
        await self.rest()

    async def rest(self) -> None:
        """Wait until all of it has been heard: keys go from the app to what has the focus, and come back."""
        for _ in range(2):
            for pump in (self._app, *self._app.screen_stack[-1:], self._app.focused, self._app):
                heard = asyncio.Event()
                if pump is not None and pump.call_later(heard.set):
                    while not heard.is_set() and pump.is_running and not self._has_ended:  # noqa: ASYNC110
                        await asyncio.sleep(0)  # the one who hears may go
        while self._has_ended and self._app.is_running:  # noqa: ASYNC110  it does by itself
            await asyncio.sleep(0)

    @property
    def _has_ended(self) -> bool:
        return self._app.return_code is not None

    def press(self, *keys: str) -> None:
        """Press keys, one right after the other: nothing is waited for."""
        for key in keys:
            self.typed.append(key)
            name = _character_to_key(key) if len(key) == 1 else key
            self._post(events.Key(name, key if len(key) == 1 else None))

    def _key(self) -> None:
        self.press(*[self._seed.choice(self._keys)] * self._seed.choice((1, 1, 1, 2, 3)))

    def _move(self) -> None:
        self.press(*self._seed.choices(MOVES, k=4))

    def _word(self) -> None:
        self.press(self._seed.choice(("/", ":", "f")), *self._seed.choice(WORDS), *self._seed.choice(ENDINGS))

    def _palette(self) -> None:
        self.press("ctrl+p", *self._seed.choice(WORDS), *self._seed.choice(ENDINGS))

    def _models(self) -> None:
        self.press("m", *self._seed.choice(WORDS), *self._seed.choice(ENDINGS))

    def _click(self) -> None:
        self.click(self._somewhere(), self._seed.choice((1, 1, 2, 3)))

    def click(self, at: tuple[int, int], times: int) -> None:
        """Click so often at a place, given by column and line."""
        self.typed.append(f"<click {at} x{times}>")
        for _ in range(times):
            self._post(self._mouse(events.MouseDown, at, 1))
            self._post(self._mouse(events.MouseUp, at, 1))

    def _wheel(self) -> None:
        at, kind = self._somewhere(), self._seed.choice((events.MouseScrollDown, events.MouseScrollUp))
        self.typed.append(f"<{kind.__name__} {at}>")
        for _ in range(self._seed.randrange(1, 9)):
            self._post(self._mouse(kind, at, 0))

    def _drag(self) -> None:
        at, to = self._somewhere(), self._somewhere()
        self.typed.append(f"<drag {at} {to}>")
        self._post(self._mouse(events.MouseDown, at, 1))
        self._post(self._mouse(events.MouseMove, to, 1))
        self._post(self._mouse(events.MouseUp, to, 1))

    def _resize(self) -> None:
        self.resize(*self._seed.choice(SIZES))

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        size = Size(columns, lines)
        self.typed.append(f"<resize {columns}x{lines}>")
        driver: Any = self._app._driver  # noqa: SLF001  as Textual's own Pilot does
        driver._size = size  # noqa: SLF001
        self._post(events.Resize(size, size))

    def _paste(self) -> None:
        text = self._seed.choice(WORDS) * self._seed.choice((1, 3, 20_000)) + self._seed.choice(("", "\n", "\r\nx"))
        self.typed.append(f"<paste {text[:20]!r}, {len(text)} long>")
        self._post(events.Paste(text))

    async def _wait(self) -> None:
        seconds = self._seed.choice((0, 0, 0.001, 0.01, 0.06, None, None))
        if seconds is None:
            self.typed.append("<rest>")
            await self.rest()
        else:
            self.typed.append(f"<{seconds:g} s>")
            await asyncio.sleep(seconds)

    def _somewhere(self) -> tuple[int, int]:
        width, height = self._app.size
        return self._seed.randrange(width + 1), self._seed.randrange(height + 1)

    def _mouse(self, kind: type[events.MouseEvent], at: tuple[int, int], button: int) -> events.MouseEvent:
        x, y = at
        return kind(None, x, y, 0, 0, button, shift=False, meta=False, ctrl=False, screen_x=x, screen_y=y)

    def _post(self, event: events.Event) -> None:
        event.set_sender(self._app)
        self._app.post_message(event)


async def survive(seed: int, times: int) -> None:
    """Type into the browser over a made-up world: it goes on, or ends as it may. Raises AssertionError with the keys.

    However moody the world has been: when it answers, and esc has closed what is open, r leads to rows.
    """
    random = Random(seed)  # noqa: S311  no secret
    world = FakeWorld(random)
    app = PirateApp(world.connect, "a database")
    typed: Sequence[str] = ()
    try:
        async with asyncio.timeout(PATIENCE + times), app.run_test(size=(120, 36)):
            typist = Typist(app, random)
            typed = typist.typed
            await typist.work(times)
            world.be_calm()
            await _come_through(app, typist)
        assert app.return_code in CODES, f"it has ended with {app.return_code}"
    except Exception as error:
        raise AssertionError(f"{error!r} after {len(typed)} keys of seed {seed}: {' '.join(typed)}") from error


async def _come_through(app: PirateApp, typist: Typist) -> None:
    if app.return_code is not None:
        return
    typist.resize(120, 36)
    first = app.screen_stack[0]
    table = first.query_one(RowTable)

    def has_come_through() -> bool:
        is_read = table.row_at(table.cursor) is not None or "· 0 rows" in table.title_text.plain
        return app.return_code is not None or (app.screen is first and is_read)

    while not has_come_through():
        typist.press("escape")
        await typist.rest()
        if app.screen is first:
            typist.press("r")
            await asyncio.sleep(0.01)
    await typist.rest()
    while any(worker.state in {WorkerState.PENDING, WorkerState.RUNNING} for worker in app.workers):
        await asyncio.sleep(0.01)
        await typist.rest()
