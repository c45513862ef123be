"""What the mouse gets at: tips on what is cryptic, links, headers."""

import webbrowser
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Offset

from pirate_tui.domain.access import AttributeState, Verdict
from pirate_tui.ui.links import link_at
from pirate_tui.ui.widgets.attribute_lines import STATES, WORDS
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.title_bar import TitleBar


Browse = Callable[..., AbstractAsyncContextManager[Any]]

PAGE = "https://sqlalche.me/e/21/xd2s"


class Window:
    """A browser with a window of its own."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def open(self, link: str) -> bool:
        """Note the link."""
        self.opened.append(link)
        return True


def test_every_state_and_verdict_is_explained() -> None:
    assert set(STATES) == set(AttributeState)
    assert set(WORDS) == set(Verdict)


async def test_the_parts_of_the_title_explain_themselves(browse: Browse, world: Path) -> None:
    async with browse(world, size=(140, 36)) as browser:
        await browser.until(lambda: "session: 1" in str(browser.screen.query_one(TitleBar).render()), "the session")
        bar = browser.screen.query_one(TitleBar)
        line = str(bar.render())
        for part, words in (
            ("read-only", "never written to"),
            ("SAFE", "with await"),
            ("loader:", "loader strategy"),
            ("session:", "How many objects"),
        ):
            await browser.pilot.hover(TitleBar, offset=(line.index(part) + 1, 0))
            assert words in str(bar.tooltip)
        await browser.pilot.hover(TitleBar, offset=(2, 0))
        assert bar.tooltip is None
        await browser.press("u")
        await browser.pilot.hover(TitleBar, offset=(str(bar.render()).index("UNSAFE"), 0))
        assert "without await" in str(bar.tooltip)


async def test_the_line_of_an_attribute_explains_its_words(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: browser.attribute("members"), "the instance")
        lines = browser.inspector.plain.splitlines()
        inspector = browser.inspector
        expected = {
            "name": "name: the instance holds its value; a plain access does no IO",
            "members": "members: it was never loaded; a plain access needs IO: MissingGreenlet",
            "repr()": "it is computed, and holds nothing by itself; a plain access does no IO\nƒ: it runs code",
        }
        for name, words in expected.items():
            y = next(y for y, line in enumerate(lines) if line.startswith(name))
            assert words in inspector.tip_at(Offset(3, y))
            await browser.pilot.hover(Inspector, offset=(3, y + 1))  # below its title
            assert words in str(inspector.tooltip)
        assert not inspector.tip_at(Offset(3, len(lines) + 3))


@pytest.mark.parametrize(
    ("line", "column", "link"),
    [
        (f"at: {PAGE})", 4, PAGE),
        (f"at: {PAGE})", 3 + len(PAGE), PAGE),
        (f"at: {PAGE})", 4 + len(PAGE), ""),
        (f"at: {PAGE})", 2, ""),
        ("https://docs.sqlalchemy.org/en/21/orm/x.html#a-b.", 5, "https://docs.sqlalchemy.org/en/21/orm/x.html#a-b"),
        ("https://sqlalche.me.evil.example/e", 5, ""),
        ("https://example.org/", 5, ""),
    ],
)
def test_links_to_the_pages_of_sqlalchemy_alone(line: str, column: int, link: str) -> None:
    assert link_at(line, column) == link


@pytest.mark.parametrize("has_window", [True, False])
async def test_a_clicked_link_is_opened_or_copied(
    browse: Browse, world: Path, monkeypatch: pytest.MonkeyPatch, *, has_window: bool
) -> None:
    window = Window()
    found = window if has_window else webbrowser.GenericBrowser("w3m")
    monkeypatch.setattr(webbrowser, "get", lambda: found)
    async with browse(world, size=(140, 45)) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("t")
        pane = browser.screen.failure.traceback
        await browser.until(lambda: pane.has_focus, "the traceback")
        y = next(y for y in range(pane.line_count()) if "https://sqlalche.me" in pane.draw(y).text)
        link = pane.draw(y).text.partition("https:")[2].rstrip(")")
        x = pane.draw(y).text.index("https:") + 3
        pane.scroll_to(max(0, x - 20), y, animate=False, immediate=True, force=True)
        await browser.pilot.pause()
        at = (x - round(pane.scroll_x), y - round(pane.scroll_y))
        underlined = [part.style is not None and part.style.underline for part in pane.line_at(y)]
        assert underlined.count(True) == 1
        await browser.pilot.click(type(pane), offset=at)
        await browser.until(lambda: window.opened or browser.app.clipboard, "the link")
        assert (window.opened, browser.app.clipboard) == (
            ([f"https:{link}"], "") if has_window else ([], f"https:{link}")
        )


async def test_a_click_on_a_header_sorts_by_its_column(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        column = browser.table.render_line(0).text.index("name")
        for order in ("by name ↑", "by name ↓", ""):
            await browser.pilot.click("RowTable", offset=(column, 1))
            await browser.until(lambda order=order: browser.title.endswith(order or "40 rows"), order or "by key again")
