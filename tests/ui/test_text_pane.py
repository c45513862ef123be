"""Panels of text: laid out once, for the room that there really is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.text import Text
from textual.app import ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from pirate_tui.domain.access import (
    AttributeKind,
    AttributeSnapshot,
    AttributeState,
    InstanceSnapshot,
    Prediction,
    Verdict,
)
from pirate_tui.domain.remedy import Applies, Remedy
from pirate_tui.domain.rows import Cell
from pirate_tui.ui.colors import ReadableApp
from pirate_tui.ui.widgets.explanation_view import ExplanationView
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.text_pane import TextPane
from tests.ui.test_failure_view import FAILURE, viewing


WORDS = "await box.awaitable_attrs.things or select(Box).options(selectinload(Box.things)) " * 4


class Viewer(ReadableApp):
    """One panel alone."""

    def __init__(self, pane: TextPane) -> None:
        super().__init__()
        self._pane = pane

    def compose(self) -> ComposeResult:
        """All there is."""
        yield self._pane


@asynccontextmanager
async def showing(pane: TextPane, size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
    """The panel, as large as the terminal, with a scrollbar of one column."""
    pane.styles.scrollbar_size_vertical = pane.styles.scrollbar_size_horizontal = 1
    async with Viewer(pane).run_test(size=size) as pilot:
        yield pilot


def told(pane: TextPane) -> str:
    """All its lines as far as they can be seen beside the scrollbar, without the spaces."""
    width = pane.scrollable_content_region.width
    lines = [Strip(pane.line_at(y)).crop(0, width).text for y in range(pane.line_count())]
    return "".join("".join(lines).split())


@pytest.mark.parametrize("height", [3, 30])
@pytest.mark.parametrize("width", range(30, 34))
async def test_no_character_of_a_wrapped_line_is_behind_the_scrollbar(width: int, height: int) -> None:
    pane = TextPane(wrap=True)
    async with showing(pane, (width, height)) as pilot:
        pane.set_text([Text(WORDS)])
        await pilot.pause()
        assert pane.show_vertical_scrollbar is (height == 3)
        assert told(pane) == "".join(WORDS.split())


async def test_a_panel_that_shrinks_is_wrapped_beside_its_scrollbar_and_one_that_grows_without_it() -> None:
    pane = TextPane(wrap=True)
    async with showing(pane, (40, 20)) as pilot:
        pane.set_text([Text(WORDS)])
        for size in ((33, 4), (60, 20), (33, 4)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert told(pane) == "".join(WORDS.split())
            room = pane.scrollable_content_region.width
            assert max(len(pane.text_at(y)) for y in range(pane.line_count())) in range(room - 20, room + 1)


def _box(note: str) -> InstanceSnapshot:
    things = AttributeSnapshot(
        "things", AttributeKind.RELATIONSHIP, AttributeState.UNLOADED, None, Verdict.IO, note=note
    )
    name = AttributeSnapshot("name", AttributeKind.COLUMN, AttributeState.LOADED, Cell("x" * 200))
    return InstanceSnapshot("Box", (1,), "Box 1", "persistent", (things, name))


@pytest.mark.parametrize("width", range(40, 43))
async def test_the_inspector_s_details_are_whole_beside_its_scrollbar(width: int) -> None:
    inspector = Inspector()
    async with showing(inspector, (width, 5)) as pilot:
        inspector.focus()
        inspector.snapshot = _box(WORDS)
        remedy = Remedy("select(Box).options(selectinload(Box.things))", "one extra SELECT", Applies.IN_SELECT)
        inspector.prediction = Prediction(("SELECT things.id FROM things",), (remedy,))
        await pilot.pause()
        assert inspector.show_vertical_scrollbar
        assert not inspector.show_horizontal_scrollbar
        assert "".join(WORDS.split()) in told(inspector)
        assert "use:select(Box).options(selectinload(Box.things))" in told(inspector)
        assert "aplainaccessneedsIO:MissingGreenlet" in told(inspector)
        assert inspector.text_at(1).endswith("…")  # the value is cut, in one line


async def test_the_inspector_has_room_for_both_scrollbars() -> None:
    inspector = Inspector()
    async with showing(inspector, (24, 12)) as pilot:
        inspector.focus()
        inspector.snapshot = _box("one two three four five six seven eight nine ten eleven twelve")
        await pilot.pause()
        assert inspector.show_horizontal_scrollbar
        assert "onetwothreefourfivesixseveneightnineteneleventwelve" in told(inspector)


async def test_an_explanation_is_never_seen_at_another_width_than_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[list[str]] = []
    paint = ExplanationView.render_lines

    def render_lines(pane: ExplanationView, crop: Region) -> list[Strip]:
        strips = paint(pane, crop)
        painted.append([strip.text.rstrip() for strip in strips])
        return strips

    monkeypatch.setattr(ExplanationView, "render_lines", render_lines)
    async with viewing(FAILURE._replace(cause=WORDS)) as (view, pilot):
        view.is_traceback_alone = True
        await pilot.pause()
        view.is_traceback_alone = False
        await pilot.pause()
        pane: Any = view.pane
        lines = [pane.text_at(y) for y in range(min(pane.line_count(), pane.size.height))]
        assert any("selectinload(Box.things))" in line for line in lines)
        assert painted
        for frame in filter(any, painted):  # before there was a failure, nothing was painted
            assert frame[: len(lines)] == lines
