"""Browses for as long as one likes, and sees what grows: `python -m tests.soak --keys 10000`.

The app without a terminal, on the crews that ship: keys one after another, and after each thousand what the process
holds. It ends with 1 if there is more of something at the end than after the first thousand.
"""

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sqlalchemy.pool import QueuePool
from textual.app import App
from textual.widget import Widget

from pirate_tui.bootstrap import Bootstrap
from pirate_tui.settings import COLLECTION_LIMIT, TIME_LIMIT, Settings
from pirate_tui.ui.app import PirateApp, Start
from pirate_tui.ui.widgets.row_table import RowTable
from tests.homes import live_in


KEYS = (
    *("down", "up", "pagedown", "pageup", "home", "end", "right", "left", "enter", "enter", "escape", "tab") * 4,
    *"ouSsxxttzLArjkv[]fF",
    *("slash", "colon", "m", "c", "question_mark", "a", "1", "n"),
)
"""What is pressed when one browses."""

STEP = 1_000
"""Keys between two looks."""

ALLOWED = 10.0
"""How many MiB more the process may hold at the end than after the first step."""

ROOM = 2
"""How many more descriptors and threads there may be: the pool holds its overflow for a moment."""

KEYS_SHOWN = 30
"""How many more widgets there may be, each with its task: the footer shows more keys in one place than in another."""


class Held(NamedTuple):
    """What the process holds."""

    keys: int
    """After so many keys."""
    resident: float
    """In MiB."""
    descriptors: int
    threads: int
    tasks: int
    checked_out: int
    """Connections that are not back in their pool."""
    widgets: int
    """What is alive of them, shown or not."""

    @classmethod
    def now(cls, keys: int) -> "Held":
        """What there is of it."""
        gc.collect()
        said = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(os.getpid())],  # noqa: S607  wherever it is
            check=True,
            capture_output=True,
            text=True,
        )
        alive = gc.get_objects()
        return cls(
            keys,
            int(said.stdout) / 1024,
            len(list(Path("/dev/fd").iterdir())),
            threading.active_count(),
            len(asyncio.all_tasks()),
            sum(pool.checkedout() for pool in alive if isinstance(pool, QueuePool)),
            sum(1 for one in alive if isinstance(one, Widget)),
        )

    def __str__(self) -> str:
        return (
            f"{self.keys:7,} keys  {self.resident:6.1f} MiB  {self.descriptors} descriptors  {self.threads} threads"
            f"  {self.tasks} tasks  {self.checked_out} connections  {self.widgets} widgets"
        )

    def grown(self, since: "Held") -> list[str]:
        """What there is too much of."""
        more = {
            "MiB": (self.resident - since.resident, ALLOWED),
            "descriptors": (self.descriptors - since.descriptors, ROOM),
            "threads": (self.threads - since.threads, ROOM),
            "tasks": (self.tasks - since.tasks, KEYS_SHOWN),
            "connections": (self.checked_out - since.checked_out, 0),
            "widgets": (self.widgets - since.widgets, KEYS_SHOWN),
        }
        return [f"{by:.1f} {what} more (allowed: {most})" for what, (by, most) in more.items() if by > most]


async def soak(keys: int, seed: int, database: Path | None, told: Callable[[Held], None]) -> list[str]:
    """Press so many keys; `told` of what is held after each thousand. What there is too much of in the end."""
    composition = Bootstrap(
        Settings(database, reset=False, time_limit=TIME_LIMIT, log=None, collection_limit=COLLECTION_LIMIT)
    )
    composition.before_screen()
    app = PirateApp(composition.connect, "a database", Start(remember=composition.remember))
    chosen = Random(seed)  # noqa: S311  no secret
    found: list[Held] = []
    try:
        async with app.run_test(size=(120, 36)) as pilot:
            await _until(lambda: "row" in app.screen_stack[0].query_one(RowTable).title_text.plain, app)
            for number in range(1, keys + 1):
                app.simulate_key(chosen.choice(KEYS))
                await pilot.pause(0.002)
                if number % STEP == 0:
                    await _rest(app)
                    found.append(Held.now(number))
                    told(found[-1])
            began = time.monotonic()
        sys.stdout.write(f"ended in {time.monotonic() - began:.2f} s\n")
    finally:
        await composition.close()
    return found[-1].grown(found[0])


async def _rest(app: App[None]) -> None:
    """Close what is open, and wait until all work has come to its end."""
    while len(app.screen_stack) > 1:
        app.simulate_key("escape")
        await asyncio.sleep(0.05)
    app.simulate_key("escape")
    await _until(lambda: not any(worker.is_running for worker in app.screen_stack[0].workers), app)


async def _until(condition: Callable[[], bool], app: App[None]) -> None:
    """Wait for it, as long as the app runs."""
    while not condition():
        if not app.is_running:
            sys.exit("it has ended")
        await asyncio.sleep(0.05)


def _tell(held: Held) -> None:
    sys.stdout.write(f"{held}\n")
    sys.stdout.flush()


def main() -> None:
    """Soak, and judge: exit code 1 if there is too much of anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=10_000, help="how many, in thousands (default 10000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", type=Path, help="a SQLite file (default: the crews that ship)")
    given = parser.parse_args()
    with TemporaryDirectory() as home:
        live_in(home)
        grown = asyncio.run(soak(max(given.keys, STEP), given.seed, given.database, _tell))
    sys.exit(", ".join(grown) or None)


if __name__ == "__main__":
    main()
