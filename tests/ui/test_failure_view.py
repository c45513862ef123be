"""The failure view: its two sides, whatever the failure, and what a person sees of it without scrolling."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot

from pirate_tui.domain.access import AccessMode, InstanceSnapshot, Verdict
from pirate_tui.domain.entity import Column, Entity, Relationship
from pirate_tui.domain.failure import Failure
from pirate_tui.domain.loading import Cost, FailedAccess, LiveTrial, LoaderStrategy
from pirate_tui.domain.remedy import Remedy, Trial, TrialOutcome
from pirate_tui.domain.rows import Cell, Row
from pirate_tui.ui.colors import ReadableApp
from pirate_tui.ui.widgets.failure_view import FailureView


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

ID = Column("id", "INTEGER", is_key=True, is_numeric=True)

SAILOR = Entity("Sailor", "sailor", (ID,), ())

SHIP = Entity("Ship", "ship", (ID,), (Relationship("sailors", "Sailor", True, "one to many", "select"),))

FAILED = FailedAccess(FAILURE, SHIP, (1,), "sailors", AccessMode.UNSAFE, Cost(1, 0, 0.001))

LIVE = InstanceSnapshot("Ship", (1,), "Ship 1", "persistent", ())

TOPICS = (
    "Fixes",
    "What won't fix it",
    "Why",
    "Where the traceback misleads",
    "Error",
    "Statement that was never sent",
    "Documentation",
)


def tried(number: int, outcome: TrialOutcome, reason: str = "") -> LiveTrial:
    """The result of one of the fixes."""
    fix = FAILURE.remedies[number]
    rows = (Row((Cell("1"),), (1,)), Row((Cell("2"),), (2,))) if outcome is TrialOutcome.HELPS else ()
    target = SAILOR if outcome is TrialOutcome.HELPS else None
    return LiveTrial(FAILED.with_fix(fix), Trial(fix.code, outcome, reason), Cost(2, 0, 0.001), LIVE, target, rows)


class Viewer(ReadableApp):
    """The view alone."""

    def compose(self) -> ComposeResult:
        """All there is."""
        yield FailureView()


@asynccontextmanager
async def viewing(
    failure: Failure, size: tuple[int, int] = (100, 40), cost: Cost = FAILED.cost
) -> AsyncIterator[tuple[FailureView, Pilot[None]]]:
    """The view of a failure."""
    app = Viewer()
    async with app.run_test(size=size) as pilot:
        view = app.query_one(FailureView)
        view.styles.display = "block"
        view.failed = FAILED._replace(failure=failure, cost=cost)
        await pilot.pause()
        yield view, pilot


def topics(view: FailureView) -> list[str]:
    """The topics of the explanation, in order."""
    return [line for line in view.explanation.plain.splitlines() if line in TOPICS]


def told(view: FailureView) -> list[str]:
    """The lines of the explanation that are in view."""
    pane = view.explanation
    return [pane.text_at(y) for y in range(min(pane.line_count(), pane.size.height))]


async def failed(browser: Any) -> tuple[Failure, str]:
    """The failure of an access that is made now, and the words of its explanation that are in view."""
    await browser.press("u", "enter")
    await browser.until_line("raised")
    await browser.until(lambda: browser.failure.pane.size.height, "the explanation")
    return browser.failure.failure, " ".join(" ".join(told(browser.failure)).split())


async def test_error_line_and_sentence_come_first_then_fixes_and_what_does_not_help_then_the_details() -> None:
    async with viewing(FAILURE) as (view, _):
        assert told(view)[:3] == ["MissingGreenlet: no", "at repr(ship)", FAILURE.summary]
        assert topics(view) == list(TOPICS)


async def test_where_there_is_no_room_the_fixes_come_before_the_sentence() -> None:
    async with viewing(FAILURE, size=(58, 8)) as (view, _):
        assert told(view)[:3] == ["MissingGreenlet: no", "at repr(ship)", "▶ await it   it waits"]
        assert FAILURE.summary in view.explanation.plain


async def test_what_there_is_nothing_to_say_of_is_left_out() -> None:
    bare = FAILURE._replace(remedies=(), ineffective=(), where="", statement=())
    async with viewing(bare) as (view, _):
        assert topics(view) == ["Why", "Error", "Documentation"]


async def test_without_fixes_the_explanation_is_copied_and_selecting_does_nothing() -> None:
    async with viewing(FAILURE._replace(remedies=())) as (view, pilot):
        assert view.clipboard_text == ("the explanation", f"{FAILURE.summary}\n{FAILURE.cause}")
        view.explanation.focus()
        await pilot.press("down", "up", "down")
        assert view.explanation.selected == 0
        assert view.explanation.fix is None
        assert not view.can_try(AccessMode.UNSAFE, LoaderStrategy.AS_MAPPED)


async def test_up_and_down_select_the_fix_that_is_copied() -> None:
    async with viewing(FAILURE) as (view, pilot):
        view.explanation.focus()
        await pilot.press("down")
        assert view.clipboard_text == ("the fix", "select(Ship)")
        await pilot.press("down", "up")
        assert view.clipboard_text == ("the fix", "await it")


async def test_the_reason_is_beside_the_code_or_below_it() -> None:
    async with viewing(FAILURE) as (view, _):
        assert "▶ await it   it waits" in told(view)
    async with viewing(FAILURE, size=(20, 40)) as (view, _):
        lines = told(view)
        assert lines[lines.index("▶ await it") + 1] == "    it waits"


async def test_the_users_frames_are_marked_those_of_the_model_too() -> None:
    async with viewing(FAILURE) as (view, _):
        raw = view.traceback
        marked = [y for y in range(raw.line_count()) if any(one.style and one.style.bold for one in raw.draw(y))]
        assert marked == list(FAILURE.own)
        said = str(view.query_one("#traceback-title").render())
        assert said == "Traceback (most recent call last) · your line is 3 of 8, 1 more in your code"


async def test_the_traceback_is_scrolled_to_the_users_frame_and_is_whole() -> None:
    library = ('  File "/lib/one.py", line 1, in one', "    one()") * 50
    long = FAILURE._replace(raw=(RAW[0], *library, *RAW[1:], *library))
    async with viewing(long, size=(100, 30)) as (view, pilot):
        assert view.traceback.plain.splitlines() == list(long.raw)
        top = round(view.traceback.scroll_y)
        assert view.traceback.text_at(top) == '  File "<your code>", line 1, in <module>'
        view.failed = FAILED._replace(failure=FAILURE._replace(raw=(RAW[0], *library[:40], *RAW[1:], *library)))
        await pilot.pause()
        assert view.traceback.text_at(round(view.traceback.scroll_y)) == '  File "<your code>", line 1, in <module>'


async def test_a_line_before_what_a_search_finds_stays_in_view(browse: Browse, world: Path) -> None:
    async with browse(world, size=(120, 36)) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.until(lambda: browser.failure.traceback.size.height, "the traceback")
        await browser.press("slash", *"crew.members")
        traceback = browser.failure.traceback
        await browser.until(lambda: traceback.place == (1, 1), "the hit")
        shown = [traceback.text_at(round(traceback.scroll_y) + y) for y in range(traceback.size.height)]
        assert shown[:2] == ['  File "<your code>", line 1, in <module>', "    pirate_crew.members"]
        await browser.press("escape")


@pytest.mark.parametrize("own", [(3, 4), ()])
async def test_a_traceback_that_does_not_show_the_line_is_shown_all_the_same(own: tuple[int, ...]) -> None:
    async with viewing(FAILURE._replace(code="ship.sailors", own=own)) as (view, _):
        assert view.traceback.plain.splitlines() == list(RAW)
        assert "at ship.sailors" in told(view)


async def test_the_traceback_fills_the_panel_and_that_is_kept_for_the_next_failure() -> None:
    async with viewing(FAILURE) as (view, pilot):
        view.explanation.focus()
        view.is_traceback_alone = True
        await pilot.pause()
        assert view.traceback.has_focus
        assert not view.explanation.display
        assert view.clipboard_text == ("the traceback", "\n".join(RAW))
        view.show(FAILED._replace(failure=FAILURE._replace(code="ship.crew")), "plain access", (), None)
        await pilot.pause()
        assert view.traceback.has_focus
        view.is_traceback_alone = False
        await pilot.pause()
        assert view.explanation.has_focus


@pytest.mark.parametrize("size", [(160, 45), (120, 36), (100, 30)])
async def test_cause_and_the_first_two_fixes_are_seen_without_scrolling(
    browse: Browse, world: Path, size: tuple[int, int]
) -> None:
    async with browse(world, size=size) as browser:
        failure, seen = await failed(browser)
        assert failure.headline[0] in seen
        assert failure.summary in seen
        for remedy in failure.remedies[:2]:
            assert f"{remedy.code} {remedy.reason}" in seen
        assert browser.failure.traceback.size.height >= 2


@pytest.mark.parametrize(("size", "wanted"), [((80, 24), True), ((60, 20), False)])
async def test_error_line_and_first_fix_are_seen_on_a_small_screen(
    browse: Browse, world: Path, size: tuple[int, int], *, wanted: bool
) -> None:
    async with browse(world, size=size) as browser:
        failure, seen = await failed(browser)
        assert failure.headline[0] in seen
        assert f"at {failure.code}" in seen
        assert failure.remedies[0].code in seen
        assert (failure.summary in seen) is wanted
        traceback = browser.failure.traceback
        shown = [traceback.text_at(round(traceback.scroll_y) + y) for y in range(traceback.size.height)]
        assert f"    {failure.code}" in shown


@pytest.mark.parametrize("size", [(160, 45), (120, 36), (80, 24), (60, 20)])
async def test_the_row_that_failed_stays_in_view(browse: Browse, world: Path, size: tuple[int, int]) -> None:
    async with browse(world, size=size) as browser:
        await browser.until_line("Straw Hats")
        rows = browser.table.size.height - 1
        await browser.press(*["down"] * (rows - 1), "u", "enter")
        await browser.until_line("raised")
        await browser.until(lambda: browser.failure.pane.size.height, "the explanation")
        line = next(y for y, text in enumerate(browser.lines) if "raised" in text)
        await browser.until(
            lambda: 0 < line - browser.table.scroll_y < browser.table.size.height - 1, "the row and its error"
        )


async def test_an_error_that_the_model_s_code_has_caught_is_shown_with_what_it_returned_instead() -> None:
    async with viewing(FAILURE._replace(code="ship.size", returned="0")) as (view, _):
        assert "at ship.size  returned 0: its code caught this error" in told(view)


# A fix that was tried.


async def test_a_fix_that_helps_is_shown_before_and_after_beside_each_other() -> None:
    async with viewing(FAILURE) as (view, pilot):
        view.show_trial(tried(0, TrialOutcome.HELPS))
        await pilot.pause()
        lines = [line.split("  ") for line in told(view)]
        assert [[word.strip() for word in line if word.strip()] for line in lines[:5]] == [
            ["tried await it"],
            ["before", "after"],
            ["repr(ship)", "✗ MissingGreenlet", "✓ no error, 2 Sailor"],
            ["verdict", "IO", "no IO"],
            ["statements", "select 1 + access 0", "select 2 + access 0"],
        ]
        assert "▶ await it   ✓ helps · select 2 + access 0" in told(view)
        assert view.has_class("-fixed")
        assert "MissingGreenlet: no" in view.explanation.plain


async def test_in_a_small_panel_before_and_after_are_below_each_other() -> None:
    async with viewing(FAILURE, size=(66, 14), cost=Cost(0, 1, 0.001)) as (view, pilot):
        view.show_trial(tried(0, TrialOutcome.HELPS))
        await pilot.pause()
        assert told(view)[:3] == [
            "tried await it",
            "before ✗ MissingGreenlet · IO · access 1",
            "after  ✓ no error, 2 Sailor · no IO · select 2 + access 0",
        ]


async def test_a_fix_that_does_not_help_says_what_is_still_raised() -> None:
    async with viewing(FAILURE) as (view, pilot):
        view.show_trial(tried(0, TrialOutcome.FAILS, "DetachedInstanceError"))
        await pilot.pause()
        assert told(view)[2].split("  ")[-1].strip() == "✗ DetachedInstanceError"
        assert "▶ await it   ✗ does not help: DetachedInstanceError" in told(view)
        assert not view.has_class("-fixed")


@pytest.mark.parametrize("outcome", [TrialOutcome.NOT_PROVED, TrialOutcome.SKIPPED])
async def test_a_fix_that_was_not_tried_says_why(outcome: TrialOutcome) -> None:
    async with viewing(FAILURE) as (view, pilot):
        view.show_trial(tried(0, outcome, "it belongs in the mapping")._replace(instance=None))
        await pilot.pause()
        assert told(view)[:2] == ["not tried await it", "it belongs in the mapping; it waits"]


async def test_a_fix_that_takes_the_place_of_the_access_says_so() -> None:
    async with viewing(FAILURE) as (view, pilot):
        view.show_trial(tried(0, TrialOutcome.HELPS)._replace(target=None, rows=(), is_replaced=True))
        await pilot.pause()
        assert [line.split("  ")[-1].strip() for line in told(view)[2:4]] == ["✓ the fix runs in its place", "awaited"]


async def test_each_fix_keeps_its_result_and_another_failure_has_none() -> None:
    async with viewing(FAILURE) as (view, pilot):
        view.explanation.focus()
        view.show_trial(tried(0, TrialOutcome.FAILS, "DetachedInstanceError"))
        await pilot.press("down")
        assert told(view)[0] == "MissingGreenlet: no", "the second one was not tried"
        view.show_trial(tried(1, TrialOutcome.HELPS))
        await pilot.press("up")
        assert told(view)[0] == "tried await it"
        assert "  select(Ship)   ✓ helps · select 2 + access 0" in told(view)
        view.show(FAILED._replace(failure=FAILURE._replace(code="ship.crew")), "plain access", (), None)
        await pilot.pause()
        assert told(view)[:2] == ["MissingGreenlet: no", "at ship.crew"]
        assert not view.has_class("-fixed")


async def test_the_result_of_a_fix_of_something_else_is_not_shown() -> None:
    async with viewing(FAILURE) as (view, pilot):
        other = tried(0, TrialOutcome.HELPS)
        request = FAILED.with_fix(Remedy("await another", "it is another"))
        view.show_trial(other._replace(request=request))
        await pilot.pause()
        assert told(view)[0] == "MissingGreenlet: no"
        assert not view.has_class("-fixed")
