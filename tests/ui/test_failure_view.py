"""The failure view: its two sides, whatever the failure, and what a person sees of it without scrolling."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot

from pirate_tui.domain.access import Verdict
from pirate_tui.domain.failure import Failure
from pirate_tui.domain.remedy import Remedy
from pirate_tui.ui.colors import ReadableApp
from pirate_tui.ui.widgets.failure_view import ExplanationView, FailureView
from pirate_tui.ui.widgets.text_pane import TextPane


Browse = Callable[..., AbstractAsyncContextManager[Any]]

RAW = (
    "Traceback (most recent call last):",
    '  File "<your code>", line 1, in <module>',
    "    repr(ship)",
    '  File "/srv/app/models.py", line 7, in __repr__',
    "    return f'{self.sailors}'",
    '  File "/lib/sqlalchemy/orm/attributes.py", line 566, in __get__',
    "    return self.impl.get(state, dict_)",
    "MissingGreenlet: no",
)

FAILURE = Failure(
    name="MissingGreenlet",
    verdict=Verdict.IO,
    headline=RAW[-1:],
    raw=RAW,
    own=(1, 2, 3, 4),
    code="repr(ship)",
    attribute="Ship.repr()",
    instance="Ship 1",
    summary="Ship.repr() of Ship 1 was called plainly",
    cause="It reads Ship.sailors.",
    where="The innermost frames are a ping.",
    kind="A bare one.",
    statement=("SELECT 1",),
    link="https://sqlalche.me/e/21/xd2s",
    remedies=(Remedy("await it", "it waits"), Remedy("select(Ship)", "it is loaded")),
    ineffective=(Remedy("await ship.sailors", "it reads first"),),
)

TOPICS = (
    "Why",
    "Fixes  (↑ ↓ select, y copies)",
    "What won't fix it",
    "Where the traceback misleads",
    "Try it here",
    "Error",
    "Statement that was never sent",
    "Documentation",
)


class Viewer(ReadableApp):
    """The view alone."""

    def compose(self) -> ComposeResult:
        """All there is."""
        yield FailureView()


@asynccontextmanager
async def viewing(failure: Failure, *, is_explained: bool = False) -> AsyncIterator[tuple[FailureView, Pilot[None]]]:
    """The view of a failure, on one of its sides."""
    app = Viewer()
    async with app.run_test(size=(100, 40)) as pilot:
        view = app.query_one(FailureView)
        view.styles.display = "block"
        view.failure = failure
        view.is_explained = is_explained
        await pilot.pause()
        yield view, pilot


def topics(view: FailureView) -> list[str]:
    """The topics of the explained side, in order."""
    return [line for line in view.pane.plain.splitlines() if line in TOPICS]


async def test_the_explained_side_goes_from_why_and_remedies_to_what_does_not_help_and_to_the_details() -> None:
    async with viewing(FAILURE, is_explained=True) as (view, _):
        assert topics(view) == list(TOPICS)
        assert str(view.query_one("#headline").render()) == FAILURE.summary


async def test_what_there_is_nothing_to_say_of_is_left_out() -> None:
    bare = FAILURE._replace(remedies=(), ineffective=(), where="", statement=())
    async with viewing(bare, is_explained=True) as (view, _):
        assert topics(view) == ["Why", "Try it here", "Error", "Documentation"]


async def test_without_remedies_the_explanation_is_copied_and_choosing_does_nothing() -> None:
    async with viewing(FAILURE._replace(remedies=()), is_explained=True) as (view, pilot):
        assert view.clipboard_text == ("the explanation", f"{FAILURE.summary}\n{FAILURE.cause}")
        view.pane.focus()
        await pilot.press("down", "up", "down")
        assert view.query_one(ExplanationView).chosen == 0


async def test_up_and_down_choose_the_remedy_that_is_copied() -> None:
    async with viewing(FAILURE, is_explained=True) as (view, pilot):
        view.pane.focus()
        await pilot.press("down")
        assert view.clipboard_text == ("the fix", "select(Ship)")
        await pilot.press("down", "up")
        assert view.clipboard_text == ("the fix", "await it")


async def test_the_users_frames_are_marked_those_of_the_model_too() -> None:
    async with viewing(FAILURE) as (view, _):
        raw = view.query_one("#raw", TextPane)
        marked = [y for y in range(raw.line_count()) if any(one.style and one.style.bold for one in raw.draw(y))]
        assert marked == list(FAILURE.own)
        said = str(view.query_one("#own-line").render())
        assert said == "your line: repr(ship)   (line 3 of 8 below, 1 more in your code)"


@pytest.mark.parametrize("own", [(3, 4), ()])
async def test_a_traceback_that_does_not_show_the_line_is_shown_all_the_same(own: tuple[int, ...]) -> None:
    async with viewing(FAILURE._replace(code="ship.sailors", own=own)) as (view, _):
        assert view.pane.plain.splitlines() == list(RAW)
        assert str(view.query_one("#own-line").render()).startswith("your line: ship.sailors   (")


@pytest.mark.parametrize("size", [(160, 45), (100, 30)])
async def test_cause_and_the_first_two_remedies_are_seen_without_scrolling(
    browse: Browse, world: Path, size: tuple[int, int]
) -> None:
    async with browse(world, size=size) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("t")
        await browser.until(
            lambda: browser.failure.is_explained and browser.failure.pane.size.height, "the explanation"
        )
        pane = browser.failure.pane
        assert pane.scroll_y == 0
        seen = " ".join(pane.text_at(y).strip() for y in range(pane.size.height))
        assert browser.failure.failure.cause in seen
        for remedy in browser.failure.failure.remedies[:2]:
            assert f"{remedy.code} {remedy.reason}" in " ".join(seen.split())


async def test_an_error_that_the_model_s_code_has_caught_is_shown_with_what_it_returned_instead() -> None:
    async with viewing(FAILURE._replace(code="ship.size", returned="0")) as (view, _):
        said = str(view.query_one("#own-line").render())
        assert said.startswith("your line: ship.size  returned 0: its code caught this error   (")
