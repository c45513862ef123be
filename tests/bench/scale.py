"""Tables of very different size: what may not be felt, and what the database itself needs for the same."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from pirate_tui.domain.query import Query, SortOrder
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.search import Match, onward
from pirate_tui.domain.window import Window
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.pirates.models import MODELS
from tests.bench.figures import Figure, Heard, Setting
from tests.bench.programs import DOWN, GAP, PAGE_DOWN, open_ours
from tests.bench.terminal import Terminal


HUGE, SMALL = 10_000_000, 10_000
SEARCHED = 1_000_000

PRESSES = 10
"""How often each key is pressed in one launch."""

PAGES_DOWN = 200
"""How far one has gone when memory is measured."""

END, HOME, JUMP, SEARCH, ESCAPE = "\x1b[F", "\x1b[H", ":73%\r", "/oro jackson\r", "\x1b"


def feel(setting: Setting) -> list[Figure]:
    """Moving about in ten million rows, beside ten thousand; memory after all of it."""
    huge, small = setting.fleet(HUGE), setting.fleet(SMALL)
    keys = {"down": DOWN, "page down": PAGE_DOWN, "end": END, ":73%": JUMP}
    ours: dict[str, list[float]] = {name: [] for name in [*keys, "memory"]}
    theirs: dict[str, list[float]] = {name: [] for name in [*keys, "memory"]}
    for _ in range(max(1, setting.runs // 3)):
        for path, crews, taken in ((huge, HUGE, ours), (small, SMALL, theirs)):
            for name, times in _moves(open_ours(setting, path), crews, keys).items():
                taken[name] += times
    against = f"{SMALL:,} rows"
    figures = [Figure(f"key {name}, {HUGE:,} rows: drawn", ours[name], against, theirs[name], 1.2) for name in keys]
    what = f"peak memory, {HUGE:,} rows: end, home, {PAGES_DOWN} pages, search"
    return [
        *figures,
        Figure(what, ours["memory"], against, theirs["memory"], 1.2, unit="MiB"),
        Figure("  of it: not compared", ours["memory"], aim=100, unit="MiB"),
    ]


def _moves(terminal: Terminal, crews: int, keys: dict[str, str]) -> dict[str, list[float]]:
    """How long each key took, and the most memory that was needed."""
    found: dict[str, list[float]] = {}
    with terminal:
        terminal.until(f"{crews:,} rows")
        terminal.settle(3.0)  # the anchors are read in the background
        for name, key in keys.items():
            found[name] = []
            for _ in range(PRESSES):
                terminal.press(HOME if name in {"end", ":73%"} else "")
                terminal.settle()
                found[name].append(terminal.bursts(terminal.press(key), 0.25, GAP)[0])
        for key in (END, HOME, *[PAGE_DOWN] * PAGES_DOWN):
            terminal.press(key)
            terminal.settle(0.02)
        terminal.until("1 of 1 match ", terminal.press(SEARCH))
        found["memory"] = [terminal.peak_memory()]
    return found


def sorting(setting: Setting) -> list[Figure]:
    """A sort by a column without an index: until its first rows are on the screen, and the cursor back on its row."""
    path, statement = setting.fleet(SEARCHED, is_indexed=False), "select * from pirate_crew order by name limit 40"
    first, found, plain = list[float](), list[float](), list[float]()
    connection = sqlite3.connect(path)
    for _ in range(setting.runs):
        with open_ours(setting, path) as terminal:
            terminal.until(f"{SEARCHED:,} rows")
            terminal.settle(2.0)
            for key in (":50%\r", "]", "o"):
                terminal.press(key)
                terminal.settle(0.5)
            pressed = terminal.press("o")
            first.append(terminal.until("by name ↑", pressed))
            found.append(terminal.until(f"PirateCrew {SEARCHED // 2 + 1} ", pressed))
        plain.append(_fetched(connection, [(statement, ())]))
    connection.close()
    what, against = f"sort {SEARCHED:,} rows without an index", "order by ... limit 40, sqlite3"
    return [
        Figure(f"{what}: first screen", first, against, plain, 2),
        Figure("  the cursor back on its row", found, against, plain),
    ]


def stopping(setting: Setting) -> list[Figure]:
    """Esc while the whole table is sorted: until the screen says that it is stopped."""
    path, taken = setting.fleet(HUGE), []
    for _ in range(setting.runs):
        with open_ours(setting, path) as terminal:
            terminal.until(f"{HUGE:,} rows")
            terminal.settle(3.0)
            for key in ("]", "]", "o", "o"):
                terminal.press(key)
                terminal.settle(0.3)
            terminal.until("sorting PirateCrew")
            taken.append(terminal.until("cancelled", terminal.press(ESCAPE)))
    return [Figure(f"esc while {HUGE:,} rows are sorted: shown as cancelled", taken, aim=250)]


def explanation(setting: Setting) -> list[Figure]:
    """From the plain access until its explanation is on the screen."""
    path, explained = setting.world(SMALL), list[float]()
    for _ in range(setting.runs):
        with open_ours(setting, path) as terminal:
            terminal.until(f"{SMALL:,} rows")
            terminal.settle(1.0)
            terminal.press("u")
            terminal.settle()
            explained.append(terminal.until("awaitable_attrs", terminal.press("\r")))
    return [Figure("a failure's explanation on the screen", explained, aim=50)]


def whole_table(setting: Setting) -> list[Figure]:
    """Jumps, an order and a search over a whole table, beside the first window and plain `sqlite3`."""
    return asyncio.run(_whole_table(setting.fleet(SEARCHED), setting.runs))


async def _whole_table(path: Path, runs: int) -> list[Figure]:
    heard = Heard()
    database, plain = await open_database(path, MODELS, Limits(60.0), heard), sqlite3.connect(path)
    entity = database.models.catalog.entities[0]
    by_key, by_name = Query(entity), Query(entity, SortOrder(entity.columns[1]))
    window = await walked(database, by_key)
    here = (await database.rows.page(by_name, Seek(skip=5_000))).rows[-1].position
    heard.take()
    await database.rows.page(by_name, Seek(here))
    ordered = heard.take()
    jumps, first, orders, plain_orders, searches, plain_searches = (list[float]() for _ in range(6))
    for run in range(runs):
        number = (run * 997 + 501) % (SEARCHED // window.page_size)
        jumps.append(await _time(partial(database.rows.page, by_key, window.seek(number))))
        first.append(await _time(lambda: database.rows.page(by_key, Seek())))
        orders.append(await _time(lambda: database.rows.page(by_name, Seek(here))))
        plain_orders.append(_fetched(plain, ordered))
        searches.append(await _time(lambda: _first_hit(database, by_key, window)))
        plain_searches.append(_fetched(plain, [(SEARCH_STATEMENT, ())]))
    await database.close()
    plain.close()
    return [
        Figure(f"jump anywhere in {SEARCHED:,} rows", jumps, "the first window", first, 3),
        Figure("a window ordered by an indexed column", orders, "its statements, sqlite3", plain_orders, 2),
        Figure(f"search: the only hit at the end of {SEARCHED:,} rows", searches, "sqlite3", plain_searches, 1.5),
    ]


SEARCH_STATEMENT = """
    select id from pirate_crew where name like '%oro jackson%' or ship_name like '%oro jackson%' order by id limit 1
"""


async def walked(database: OrmDatabase, query: Query) -> Window:
    """A window with its count and all its anchors."""
    window = Window()
    window.count = await database.rows.count(query)
    while (seek := window.next_anchor) is not None:
        anchors = await database.rows.next_anchors(query, seek)
        assert anchors
        window.add_anchors(anchors)
    return window


async def _first_hit(database: OrmDatabase, query: Query, window: Window) -> None:
    """As the browser searches from the first row on."""
    position = (await database.rows.page(query, Seek(limit=1))).rows[0].position
    for span in onward(window.spans, 0, position, backward=False):
        if await database.rows.nearest(query, span, Match("oro jackson")) is not None:
            return
    raise AssertionError("there is a hit")


async def _time(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


def _fetched(connection: sqlite3.Connection, statements: list[tuple[str, tuple[object, ...]]]) -> float:
    began = time.perf_counter()
    for text, parameters in statements:
        connection.execute(text, parameters).fetchall()
    return (time.perf_counter() - began) * 1000
