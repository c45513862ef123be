"""Lines of the table are rendered once, and again when they have changed."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.strip import Strip

from pirate_tui.ui.widgets.kept_lines import MOST_KEPT
from pirate_tui.ui.widgets.rows_view import HEADER
from tests.ui.seen import seen


Browse = Callable[..., AbstractAsyncContextManager[Any]]


def watch_lines(view: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the lines of a view that are rendered from now on."""
    rendered = list[int]()
    line_at: Callable[[int], Strip] = view.line_at

    def watched(y: int) -> Strip:
        rendered.append(y)
        return line_at(y)

    monkeypatch.setattr(view, "line_at", watched)
    return rendered


def shown(browser: Any) -> list[str]:
    """The texts of the lines that are in view."""
    return [browser.table.render_line(y).text.rstrip() for y in range(browser.table.size.height)]


async def test_a_scroll_by_one_line_renders_what_has_changed(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browse(fleet) as browser:
        last = browser.table.rows_in_view - 1
        browser.table.cursor = (last,)
        await browser.until(lambda: browser.inspector.snapshot, "the row's instance")
        before, rendered = shown(browser), watch_lines(browser.table, monkeypatch)
        await browser.press("down")
        await browser.until(lambda: browser.table.scroll_y == 1, "the scroll")
        after = shown(browser)
        assert after[1:-1] == before[2:]
        assert str(last + 2) in after[-1]
        assert sorted(set(rendered)) == [last, last + 1]


async def test_everything_is_rendered_again_when_it_may_look_different(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browse(fleet, size=(60, 20)) as browser:
        shown(browser)
        rendered = watch_lines(browser.table, monkeypatch)
        shown(browser)
        assert not rendered
        for change in (
            partial(setattr, browser.app, "theme", "textual-light"),
            browser.table.refresh,
            browser.table.notify_style_update,
            partial(browser.table.scroll_to, x=1, animate=False, immediate=True, force=True),
        ):
            rendered.clear()
            change()
            await browser.pilot.pause()
            shown(browser)
            assert {HEADER, *range(browser.table.rows_in_view)} <= set(rendered)


async def test_lines_that_left_the_view_long_ago_are_dropped(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        for top in range(0, 2_900, browser.table.rows_in_view):
            browser.table.scroll_to(y=top, animate=False, immediate=True, force=True)
            shown(browser)
            assert len(browser.table._kept) <= MOST_KEPT  # noqa: SLF001  what is held is not to be seen elsewhere


@pytest.mark.parametrize("size", [(120, 36), (60, 20)], ids=["beside", "below"])
@pytest.mark.parametrize("panel", ["table", "inspector", "statements"])
async def test_another_title_is_drawn_without_the_lines_below_it(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch, panel: str, size: tuple[int, int]
) -> None:
    async with browse(fleet, size=size) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the row's instance")
        await browser.pilot.pause()
        view = getattr(browser.screen, panel, None) or browser.inspector
        rendered = watch_lines(view, monkeypatch)
        for title in ("Another", "A third"):
            view.set_title(title, "note")
            await browser.pilot.pause()
            drawn = " ".join(piece.text for piece in seen(browser.app) if piece.widget is view and piece.line == 0)
            assert drawn.strip("┌─ ").startswith(title)
            assert drawn.strip("─ ┐").endswith("note")
        assert rendered == []
        assert view is not browser.table or view._kept  # noqa: SLF001  else the next scroll renders all of them


async def test_a_statement_that_is_not_shown_draws_its_count_alone(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browse(fleet) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the row's instance")
        log = browser.screen.statements
        before, rendered = log.title_text.plain, watch_lines(log, monkeypatch)
        await browser.press("o")  # reads a page, and sends nothing of the models: the cursor keeps its row
        await browser.until(lambda: log.title_text.plain != before, "the count of the browser's statements")
        await browser.pilot.pause()
        assert rendered == []
        await browser.press("L")
        await browser.until(lambda: rendered, "the browser's statements")
        lines = log.line_count()
        await browser.press("o")
        await browser.until(lambda: log.line_count() > lines, "another of them")
