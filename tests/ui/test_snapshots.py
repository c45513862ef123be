"""What is on the screen, line by line, at the four sizes that it is laid out for: compared with texts that are kept.

`pytest --update-snapshots tests/ui/test_snapshots.py` writes them again and shows what has changed.
"""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.screen import ModalScreen

from pirate_tui.orm.inspection.snippet import format_raw
from tests.snapshots import Snapshot
from tests.ui.conftest import Browse, Browser
from tests.ui.leaving import Leaving, until_away


SIZES = {"160x45": (160, 45), "120x36": (120, 36), "80x24": (80, 24), "60x20": (60, 20)}

KEPT = Path(__file__).parent / "snapshots"

CLOCKS = {
    "pirate_tui.orm.connection.recorder.time": 0.0,
    "pirate_tui.orm.live.instance.time": 0.0,
    "pirate_tui.orm.live.opener.time": 0.0,
    "pirate_tui.orm.live.live_fix_tester.time": 0.0,
    "pirate_tui.orm.live.benchmark.time": 0.001,
}
"""Who tells the time that is shown, and how much of it passes between two looks at the clock."""


@pytest.fixture(autouse=True)
def _clocks_that_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, step in CLOCKS.items():
        ticks = iter(range(10**9))
        monkeypatch.setattr(name, SimpleNamespace(perf_counter=lambda step=step, ticks=ticks: next(ticks) * step))


FRAMES = """Traceback (most recent call last):
  File "/venv/site-packages/sqlalchemy/engine/base.py", line 1, in _execute_context
    context = constructor(
              ^^^^^^^^^^^^
  File "/venv/site-packages/sqlalchemy/util/concurrency.py", line 2, in await_
    raise exc.MissingGreenlet(

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "<your code>", line 1, in <module>
    pirate_crew.members
  File "/venv/site-packages/sqlalchemy/orm/attributes.py", line 3, in __get__
    return self.impl.get(state, dict_)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^
"""
"""The frames of a traceback that is the same with every version of the libraries, wherever they are installed."""


@pytest.fixture(autouse=True)
def _frames_of_no_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def frames_and_last(error: BaseException) -> tuple[str, str]:
        _, last = format_raw(error)
        last = re.sub(r"%\(\d+ param\)s", "%(1 param)s", last)  # SQLAlchemy names it after the parameter's id()
        return FRAMES + last, last

    monkeypatch.setattr("pirate_tui.orm.explanation.format_raw", frames_and_last)


def on_screen(browser: Browser) -> str:
    """The lines of the screen, of a dialog its own; scrollbars' thumbs are left out, being eighths of a cell."""
    screen = browser.app.screen
    strips = screen._compositor.render_strips()  # noqa: SLF001  what is written, nobody else has
    if isinstance(screen, ModalScreen) and screen.children:
        x, y, width, height = screen.children[0].region
        strips = [strip.crop(x, x + width) for strip in strips[y : y + height]]
    lines = ("".join(segment.text for segment in strip) for strip in strips)
    return "\n".join(re.sub(r"[▁▂▃▄▅▆▇▎▍▌]", " ", line).rstrip() for line in lines) + "\n"


async def at_rest(browser: Browser) -> str:
    """The screen, once nothing changes on it any more."""
    shown = [on_screen(browser)]

    def is_still() -> bool:
        shown.append(on_screen(browser))
        return len(shown) > 10 and len(set(shown[-10:])) == 1

    await browser.until(is_still, "a screen that stands still")
    return shown[-1]


async def start(_browser: Browser) -> None:
    """Do nothing."""


async def opened(browser: Browser) -> None:
    """Open the first crew."""
    await browser.press("enter")
    await browser.until_line("members · 10 Pirate")


async def failure(browser: Browser) -> None:
    """Make the plain access."""
    await browser.press("u", "enter")
    await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")


async def traceback(browser: Browser) -> None:
    """Let the traceback fill the panel."""
    await failure(browser)
    await browser.press("t")


async def fixed(browser: Browser) -> None:
    """Try the second fix."""
    await failure(browser)
    await browser.press("down", "enter")
    await browser.until(lambda: browser.failure.has_class("-fixed"), "the trial")


async def comparison(browser: Browser) -> None:
    """Compare loader strategies."""
    await browser.press("c")
    await browser.until(lambda: "compare" in on_screen(browser), "the comparison")
    await browser.until_idle()


async def plan(browser: Browser) -> None:
    """Compare loader strategies, and show the plan of the recommended one."""
    await comparison(browser)
    await browser.press("enter")
    await browser.until(lambda: "plan of" in on_screen(browser), "the plan")


async def shown_help(browser: Browser) -> None:
    """Show the help."""
    await browser.press("question_mark")
    await browser.until(lambda: "Concepts" in on_screen(browser), "the help")


async def models(browser: Browser) -> None:
    """List the mapped classes."""
    await browser.press("m")
    await browser.until(lambda: "filter by class or table name" in on_screen(browser), "the models")


STEPS: dict[str, Callable[[Browser], Awaitable[None]]] = {
    "start": start,
    "opened": opened,
    "failure": failure,
    "traceback": traceback,
    "fixed": fixed,
    "comparison": comparison,
    "plan": plan,
    "help": shown_help,
    "models": models,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", STEPS)
async def test_the_screen(browse: Browse, world: Path, snapshot: Snapshot, step: str, size: str) -> None:
    async with browse(world, size=SIZES[size]) as browser:
        await STEPS[step](browser)
        snapshot(await at_rest(browser), KEPT / f"{step}-{size}.txt")


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_shown_while_the_database_is_away(
    browse: Browse, world: Path, snapshot: Snapshot, size: str
) -> None:
    leaving = Leaving(world)
    async with browse(connect=leaving.connect, size=SIZES[size]) as browser:
        await browser.until(lambda: "· 40 rows" in browser.title, "the count")
        await browser.until(lambda: "PirateCrew 1 ·" in browser.inspector.title_text.plain, "the instance")
        leaving.is_away = True
        await browser.press("r")
        await until_away(browser)
        snapshot(await at_rest(browser), KEPT / f"stale-{size}.txt")
    await leaving.end()


async def test_a_terminal_that_is_too_small(browse: Browse, world: Path, snapshot: Snapshot) -> None:
    async with browse(world, size=(39, 9)) as browser:
        snapshot(await at_rest(browser), KEPT / "too-small-39x9.txt")
