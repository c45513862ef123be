"""The program from outside, beside a bare Textual app: starting, quitting, moving, memory."""

import os
import sys
from pathlib import Path

from tests.bench.figures import Figure, Setting
from tests.bench.terminal import LINES, Terminal
from tests.homes import homes_at


CREWS = 1_000_000
FEW_CREWS = 24
BARE_ROWS = 30
BARE_ROWS_TO_MOVE_IN = 1_000

PRESSES = 5
"""How often each key is pressed in one launch; the first time is not counted."""

GAP = 40
"""ms of silence after which the table is drawn; our inspector follows later, 50 ms after the key at the least."""

ENTER, DOWN, PAGE_DOWN, QUIT = "\r", "\x1b[B", "\x1b[6~", "\x11"

BARE = f"bare app, {BARE_ROWS} rows"

LEAST = "bare app + SQLAlchemy, one query"
"""The floor: what any program needs that imports SQLAlchemy and shows what it has read by it."""


def launch(setting: Setting) -> list[Figure]:
    """First paint, first rows and quitting, beside a bare app, and one with SQLAlchemy."""
    ours, theirs, least = [], [], list[float]()
    for _ in range(setting.runs + 1):
        ours.append(_life(open_ours(setting), "pirate-tui", "Straw Hats"))
        theirs.append(_life(_bare(setting, BARE_ROWS), "ship_name", "Crew 1"))
        with _with_sqlalchemy(setting) as terminal:
            least.append(terminal.until("Straw Hats"))
    # The first launch makes the database, and warms the caches of all.
    (paint, rows, end), (bare_paint, bare_rows, bare_end) = zip(*ours[1:], strict=True), zip(*theirs[1:], strict=True)
    return [
        Figure("first paint of the frame", paint, BARE, bare_paint, 1.1),
        Figure("first rows visible", rows, LEAST, least[1:], 1.1),
        Figure("  of it: not compared with what it needs", rows, BARE, bare_rows, 2.3),
        Figure("quit", end, BARE, bare_end, 1.6),
    ]


def memory(setting: Setting) -> list[Figure]:
    """Peak memory after the rows, one opening and one unsafe access; and how soon the traceback is there."""
    peaks, delays = [], []
    for _ in range(setting.runs):
        with open_ours(setting) as terminal:
            terminal.until("Straw Hats")
            terminal.settle()
            terminal.until("Roronoa Zoro", terminal.press(ENTER))
            terminal.settle()
            terminal.press("u")
            terminal.settle()
            delays.append(terminal.until("Traceback", terminal.press(ENTER)))
            terminal.settle()
            peaks.append(terminal.peak_memory())
    return [
        Figure("peak memory: rows, an opening, an unsafe access", peaks, aim=80, unit="MiB"),
        Figure("enter in unsafe mode to traceback on screen", delays),
    ]


def size(setting: Setting) -> list[Figure]:
    """Launch to rows of a big table, beside a small one."""
    big, small = setting.fleet(CREWS), setting.fleet(FEW_CREWS)
    _rows_after(open_ours(setting, big))
    ours, theirs = [], []
    for _ in range(setting.runs):
        ours.append(_rows_after(open_ours(setting, big)))
        theirs.append(_rows_after(open_ours(setting, small)))
    return [Figure(f"launch to rows, {CREWS:,} crews", ours, f"{FEW_CREWS} crews", theirs, 1.1)]


def keys(setting: Setting) -> list[Figure]:
    """Moving the cursor in a big table, beside a DataTable with few rows."""
    big = setting.fleet(CREWS)
    figures = []
    for name, before, key, aim in (
        ("down", "", DOWN, 0.8),
        ("down, scrolling", DOWN * LINES, DOWN, 0.8),
        ("page down", "", PAGE_DOWN, 0.5),
    ):
        ours, settled, theirs = [], [], []
        for _ in range(setting.runs):
            drawn, all_drawn = _moves(open_ours(setting, big), "Straw Hats", before, key)
            ours += drawn
            settled += all_drawn
            theirs += _moves(_bare(setting, BARE_ROWS_TO_MOVE_IN), "Crew 1", before, key)[0]
        against = f"DataTable, {BARE_ROWS_TO_MOVE_IN:,} rows"
        figures.append(Figure(f"key {name}, {CREWS:,} crews: table drawn", ours, against, theirs, aim))
        figures.append(Figure(f"key {name}: instance selected and shown too", settled))
    return figures


def _life(terminal: Terminal, frame: str, rows: str) -> tuple[float, float, float]:
    """From the start to the frame, to the rows; from the key to the end."""
    with terminal:
        paint = terminal.until(frame)
        shown = paint if terminal.shows(rows) else terminal.until(rows)
        terminal.settle()
        return paint, shown, terminal.until_end(terminal.press(QUIT))


def _rows_after(terminal: Terminal) -> float:
    with terminal:
        return terminal.until("Straw Hats")


def _moves(terminal: Terminal, rows: str, before: str, key: str) -> tuple[list[float], list[float]]:
    """The times until the table was drawn, and until everything was, after the keys `before`."""
    with terminal:
        terminal.until(rows)
        terminal.settle(0.5)
        terminal.press(before)
        terminal.settle(0.5)
        moves = [terminal.bursts(terminal.press(key), 0.25, GAP) for _ in range(PRESSES + 1)]
        return [first for first, _ in moves[1:]], [last for _, last in moves[1:]]


def open_ours(setting: Setting, database: Path | None = None) -> Terminal:
    """Start the browser on that database, or on its own."""
    command = [str(Path(sys.executable).with_name("pirate-tui"))]
    return Terminal(command + ([] if database is None else [str(database)]), environment(setting.folder))


def _bare(setting: Setting, rows: int) -> Terminal:
    bare = Path(__file__).with_name("bare.py")
    return Terminal([sys.executable, str(bare), str(rows)], environment(setting.folder))


def _with_sqlalchemy(setting: Setting) -> Terminal:
    """Start the least that shows the rows of the sample database, which a launch of ours has made."""
    least = Path(__file__).with_name("bare_sqlalchemy.py")
    database = setting.folder / "pirate-tui" / "pirates.db"
    return Terminal([sys.executable, str(least), str(database)], environment(setting.folder))


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        **homes_at(home),
    }
