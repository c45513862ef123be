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
    "opened": [["enter"]],
    "compared": [["c"]],
    "tour": [[], ["u", "enter"], ["down", "enter"], ["u", "escape", "A"], ["s", "A"]],
}
"""Each picture's file name, and the keys that lead to each of its frames: several move."""

SECONDS = 4
"""How long a frame is shown."""


def without_folders(error: BaseException) -> tuple[str, str]:
    """Return the traceback without the folders of whoever takes the picture."""
    raw, last = format_raw(error)
    return re.sub(r'File ".*(?=site-packages)', 'File ".venv/', raw), last


def moving(frames: list[str]) -> str:
    """Return one SVG that shows each for some seconds, over and over; who wants no motion sees the last."""
    box = re.search(r'viewBox="[^"]*"', frames[0])
    assert box is not None, "Rich gives every picture a viewBox"  # noqa: S101
    style = f"""<style>
    .frame {{ visibility: hidden; animation: frame {SECONDS * len(frames)}s step-end infinite; }}
    @keyframes frame {{ 0% {{ visibility: visible; }} {100 / len(frames):.3f}%, 100% {{ visibility: hidden; }} }}
    @media (prefers-reduced-motion: reduce) {{
        .frame {{ animation: none; }}
        .frame:last-child {{ visibility: visible; }}
    }}
    </style>"""
    shown = (
        f'<g class="frame" style="animation-delay: {number * SECONDS}s">{frame}</g>'
        for number, frame in enumerate(frames)
    )
    return f'<svg {box[0]} xmlns="http://www.w3.org/2000/svg">{style}{"".join(shown)}</svg>'


async def take(name: str, steps: list[list[str]]) -> None:
    """Press the keys in a browser on a fresh world, and keep what is on the screen after each step."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "pirates.db"
        await make_world(world)
        composition = Bootstrap(Settings(world, reset=False, time_limit=TIME_LIMIT, log=None))
        app = PirateApp(composition.connect, world.name)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause(2)
            frames = []
            for keys in steps:
                for key in keys:
                    await pilot.press(key)
                    while app.screen.workers and any(worker.is_running for worker in app.screen.workers):
                        await pilot.pause(0.2)
                    await pilot.pause(1)
                frames.append(app.export_screenshot(title="pirate-tui"))
            (HERE / f"{name}.svg").write_text(frames[0] if len(frames) == 1 else moving(frames), encoding="utf-8")
        await composition.close()


async def main() -> None:
    """Take all pictures."""
    vars(explaining)["format_raw"] = without_folders
    for name, steps in PICTURES.items():
        await take(name, steps)


if __name__ == "__main__":
    asyncio.run(main())
