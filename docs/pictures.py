"""Takes the README's pictures from the real browser: `make docs`."""

import asyncio
import re
import tempfile
from pathlib import Path

from pirate_tui.bootstrap import Bootstrap
from pirate_tui.orm import explanation as explaining
from pirate_tui.orm.inspection.snippet import format_raw
from pirate_tui.pirates.seed import make_world
from pirate_tui.settings import TIME_LIMIT, Settings
from pirate_tui.ui.app import PirateApp


HERE = Path(__file__).parent
SIZE = (120, 36)

PICTURES = {
    "opened": ["enter"],
    "fixed": ["u", "enter", "down", "enter"],
    "compared": ["c"],
}
"""Each picture's file name, and the keys that lead to it."""


def without_folders(error: BaseException) -> tuple[str, str]:
    """Return the traceback without the folders of whoever takes the picture."""
    raw, last = format_raw(error)
    return re.sub(r'File ".*(?=site-packages)', 'File ".venv/', raw), last


async def take(name: str, keys: list[str]) -> None:
    """Press the keys in a browser on a fresh world, and keep what is on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "pirates.db"
        await make_world(world)
        composition = Bootstrap(Settings(world, reset=False, time_limit=TIME_LIMIT, log=None))
        app = PirateApp(composition.connect, world.name)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause(2)
            for key in keys:
                await pilot.press(key)
                while app.screen.workers and any(worker.is_running for worker in app.screen.workers):
                    await pilot.pause(0.2)
                await pilot.pause(1)
            (HERE / f"{name}.svg").write_text(app.export_screenshot(title="pirate-tui"), encoding="utf-8")
        await composition.close()


async def main() -> None:
    """Take all pictures."""
    vars(explaining)["format_raw"] = without_folders
    for name, keys in PICTURES.items():
        await take(name, keys)


if __name__ == "__main__":
    asyncio.run(main())
