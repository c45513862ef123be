"""Colours: whatever the theme, what is to be read can be read, and what is muted is fainter."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from textual.color import Color
from textual.geometry import Offset
from textual.selection import Selection
from textual.theme import BUILTIN_THEMES, Theme

from pirate_tui.domain.ports import Connect
from pirate_tui.orm.database import Limits, open_database
from pirate_tui.ui.colors import CURSORS, FOOTER, GROUNDS, HUES, readable_variables
from pirate_tui.ui.screens.choose import ChooseScreen
from pirate_tui.ui.screens.compare import CompareScreen
from pirate_tui.ui.screens.help import HelpScreen
from pirate_tui.ui.screens.value import ValueScreen
from pirate_tui.ui.themes import PIRATE
from pirate_tui.ui.widgets.inspector import Inspector
from tests.ui.seen import Piece, Rgb, contrast, seen


Browse = Callable[..., AbstractAsyncContextManager[Any]]

DATA, MUTED = 4.5, 3.0

THEMES = [PIRATE.name, *(theme.name for theme in BUILTIN_THEMES.values() if not theme.ansi)]


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Port(Base):
    """Where ships are at home."""

    __tablename__ = "ports"
    id: Mapped[int] = mapped_column(primary_key=True)


class Ship(Base):
    """Has everything that is drawn in a colour of its own."""

    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str | None]
    guns: Mapped[int]
    port_id: Mapped[int] = mapped_column(ForeignKey("ports.id"))
    port: Mapped[Port] = relationship()
    sailors: Mapped[list["Sailor"]] = relationship()


class Sailor(Base):
    """On board."""

    __tablename__ = "sailors"
    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int] = mapped_column(ForeignKey("ships.id"))
    port_id: Mapped[int | None] = mapped_column(ForeignKey("ports.id"))
    port: Mapped[Port | None] = relationship()
    ship: Mapped[Ship] = relationship(back_populates="sailors")


@pytest.fixture
async def connect(tmp_path: Path) -> AsyncIterator[Connect]:
    path, opened = tmp_path / "ships.db", []
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE ports (id INTEGER PRIMARY KEY);
            CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT, note TEXT, guns INTEGER, port_id INTEGER);
            CREATE TABLE sailors (id INTEGER PRIMARY KEY, ship_id INTEGER, port_id INTEGER);
            INSERT INTO ports VALUES (1);
            INSERT INTO ships VALUES (1, 'Mary Read', NULL, 'none', 1), (2, 'Anne Bonny', 'sunk', 12, 1);
            INSERT INTO sailors VALUES (1, 1, 1), (2, 1, NULL);
        """)

    async def connected(listener: Any) -> Any:
        opened.append(await open_database(path, (Ship, Sailor, Port), Limits(30), listener))
        return opened[-1]

    yield connected
    for database in opened:
        await database.close()


async def idle(browser: Any) -> None:
    """Until nothing is under way on the screen."""
    app = browser.app
    await browser.until(
        lambda: not any(worker.is_running for worker in app.workers if worker.node is app.screen), "rest"
    )


async def rows(browser: Any) -> AsyncIterator[str]:
    """Among rows; says where it is."""
    press, screen = browser.press, browser.screen
    await browser.until(lambda: browser.table.listing and screen.query("FooterKey"), "rows")
    await press("enter", "down", "down", "enter")
    await browser.until_line("Sailor ·")
    await idle(browser)
    yield "a relationship opened beside a closed one"
    screen.selections = {browser.table: Selection(Offset(0, 0), Offset(30, 3))}
    yield "rows selected"
    screen.selections = {}
    browser.inspector.focus()
    await press("end", "up", "up")
    await idle(browser)
    yield "the inspector"
    browser.log.focus()
    await press("end", "enter")
    yield "a statement"
    browser.table.focus()
    await press("slash", *"Bonny", "enter")
    await browser.until(lambda: "1 match" in browser.subtitle, "the hit")
    yield "rows searched"
    await press("escape", "colon")
    yield "a prompt"
    await press(*"=9")
    yield "a prompt, typed in"
    await press("enter")
    await browser.until(lambda: browser.error, "the trouble")
    yield "trouble"
    await press("escape", "f", *">99", "enter")
    await browser.until(lambda: "· 0 rows" in browser.title, "no rows")
    yield "no rows"
    await press("F")
    await browser.until(lambda: "· 2 rows" in browser.title, "all rows")
    screen.is_away = True
    yield "rows of before"
    screen.is_away = False


async def failure(browser: Any) -> AsyncIterator[str]:
    """A failure, its traceback, and a fix of it."""
    press, screen = browser.press, browser.screen
    await press("home", "enter", "down", "down", "u", "enter")
    await browser.until(lambda: screen.has_class("-failed"), "the failure")
    await press("t", "slash", *"line", "enter")
    yield "a traceback, searched"
    screen.selections = {browser.failure.pane: Selection(Offset(0, 0), Offset(30, 30))}
    yield "a traceback, selected"
    screen.selections = {}
    await press("escape", "t", "home")
    yield "an explanation"
    pane = browser.failure.pane
    pane.scroll_line_into_view(next(y for y in range(pane.line_count()) if pane.text_at(y).startswith("✗")))
    await browser.pilot.pause()
    yield "what does not help"
    await press("enter")
    await browser.until(lambda: browser.failure.has_class("-fixed"), "the trial")
    yield "a fix that helps"
    await press("escape", "u")


async def screens(browser: Any) -> AsyncIterator[str]:
    """What lies above the rows."""
    press, app = browser.press, browser.app
    for key, kind in (("m", ChooseScreen), ("question_mark", HelpScreen), ("v", ValueScreen), ("c", CompareScreen)):
        await press(key)
        await browser.until(lambda kind=kind: isinstance(app.screen, kind), kind.__name__)
        await idle(browser)
        yield kind.__name__
        if kind is ChooseScreen:
            await press(*"xyz")
            yield "no class"
        if isinstance(app.screen, CompareScreen):
            await press("enter")
            await browser.until(lambda: app.screen.has_class("-with-plan"), "the plan")
            yield "the plan"
            await press("enter")
        await press("escape")
        await browser.until(lambda: app.screen is browser.screen, "the browser")
    await press("ctrl+p")
    await browser.until(lambda: app.screen.query("CommandList.--visible"), "the palette")
    yield "the palette"
    await press("escape")


MUTED_TEXT = (
    r"RowTable: (id|name|note|guns|port_id|ship_id)",
    r"RowTable: NULL",
    r"RowTable: no rows match .*",
    r"Options: no model or table .*",
    r"RowTable: · many to one Port",
    r"StatementLog: (\[|parameters: ).*",
    r"Static: Traceback \(most recent call last\) · your line .*",
    r"Static: \d+ of \d+",
    r"ExplanationView: (at|tried|verdict|statements|before +after)",
    r"StrategyChart: stmts .*",
    r"Input: g?o to a row .*",
    r"Input: f?ilter by class .*",
    r"TextPane: y copies .*",
)
"""What is muted, by the class of its widget; beside titles of panels without the focus, and the like."""


ALL_MUTED = ("rows of before", "the palette")
"""Where all may be: what is from before, and the palette, which is Textual's own."""


def muted_by(piece: Piece) -> str:
    """Why it is muted; nothing where it is not."""
    widget = piece.widget
    if piece.line == 0 and widget.styles.border.top[0] and not (widget.has_focus or widget.has_focus_within):
        return "a title"
    if widget.has_class("-disabled"):
        return "a key"
    if isinstance(widget, Inspector) and widget.snapshot is not None:
        return "details" if piece.line + widget.scroll_offset.y > widget.attribute_height else ""
    said = f"{type(widget).__name__}: {piece.text}"
    return next((one for one in MUTED_TEXT if re.fullmatch(one, said)), "")


@pytest.mark.thorough
@pytest.mark.parametrize("theme", THEMES)
async def test_all_can_be_read_and_what_is_muted_is_fainter(browse: Browse, connect: Connect, theme: str) -> None:
    fainter: defaultdict[Rgb, list[Piece]] = defaultdict(list)
    data: defaultdict[Rgb, list[Piece]] = defaultdict(list)
    kinds = set()
    async with browse(connect=connect) as browser:
        browser.app.theme = theme
        for part in (rows, failure, screens):
            async for where in part(browser):
                for piece in seen(browser.app):
                    kind = muted_by(piece)
                    kinds.add(kind)
                    assert piece.contrast >= (MUTED if kind or where in ALL_MUTED else DATA), f"{where}: {piece}"
                    if where not in ALL_MUTED:
                        (fainter if kind else data)[piece.ground].append(piece)
    assert kinds == {"", "a title", "a key", "details", *MUTED_TEXT}
    for ground, pieces in fainter.items():
        faintest = min(data[ground], key=lambda piece: piece.contrast)
        brightest = max(pieces, key=lambda piece: piece.contrast)
        assert brightest.contrast < faintest.contrast, f"{brightest} {faintest}"


PAIRS = (
    *((f"{hue}-on-{ground}", ground) for hue in (*HUES, "muted") for ground in GROUNDS),
    *(("foreground", ground) for ground in GROUNDS),
    *((f"text-on-{hue}", hue) for hue in HUES),
    ("text-on-hit", "hit"),
    *((f"{name}-foreground", f"{name}-background") for name in CURSORS),
    *((name, "footer-background") for name in (*FOOTER, "footer-muted")),
)
"""Our variables, and what each of them stands on."""


@pytest.mark.parametrize("theme", [PIRATE, *BUILTIN_THEMES.values()], ids=lambda theme: theme.name)
def test_each_variable_can_be_read_on_its_ground_unless_it_is_the_terminal_s_own_color(theme: Theme) -> None:
    given = {**theme.to_color_system().generate(), **theme.variables}
    made = readable_variables(given)
    for name, behind in PAIRS:
        color, ground = Color.parse(made[name]), Color.parse(made[behind])
        if theme.ansi:
            assert color.ansi is not None
        else:
            assert color.a == ground.a == 1.0
            ratio = contrast(color.rgb, ground.rgb)
            assert ratio >= (MUTED if "muted" in name else DATA), f"{name} on {behind}: {ratio:.2f}"


async def test_a_color_that_can_be_read_stays_as_the_theme_has_it() -> None:
    given = {**PIRATE.to_color_system().generate(), **PIRATE.variables}
    made = readable_variables(given)
    assert made["error-on-background"] == given["error"]
    assert made["foreground"] == given["foreground"]
    assert made["block-cursor-foreground"].lower() == given["block-cursor-foreground"]


@pytest.mark.thorough
async def test_a_change_of_the_theme_leaves_nothing_in_the_colors_of_before(browse: Browse, connect: Connect) -> None:
    async with browse(connect=connect) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the instance")
        await browser.press("enter", "down", "down", "u", "enter")
        await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")
        for _side in ("explanation", "traceback"):
            before = seen(browser.app)
            assert {"Inspector", type(browser.failure.pane).__name__} <= {type(one.widget).__name__ for one in before}
            browser.app.theme = "catppuccin-latte"
            await browser.pilot.pause()
            now = seen(browser.app)
            assert not {one.color for one in before} & {one.color for one in now}
            assert not {one.ground for one in before} & {one.ground for one in now}
            browser.app.theme = PIRATE.name
            await browser.press("t")


@pytest.mark.parametrize("is_set", [True, False])
async def test_no_color_offers_no_theme_that_it_would_make_black_on_black(
    browse: Browse, connect: Connect, monkeypatch: pytest.MonkeyPatch, *, is_set: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", "1") if is_set else monkeypatch.delenv("NO_COLOR", raising=False)
    async with browse(connect=connect) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the instance")
        offered = {theme.name for theme in browser.app.available_themes.values() if theme.ansi}
        assert offered == (set() if is_set else {"ansi-dark", "ansi-light"})
        assert all(piece.contrast >= MUTED for piece in seen(browser.app))
