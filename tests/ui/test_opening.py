"""OpenResult rows: awaited and plainly, by each loader strategy, nested, closed and opened anew."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Region

from pirate_tui.domain.access import Scenario
from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.ui.widgets.row_table import RowTable


Browse = Callable[..., AbstractAsyncContextManager[Any]]

EAGER = {
    "selectinload": "select 2 + access 0",
    "joinedload": "select 1 + access 0",
    "subqueryload": "select 2 + access 0",
}


async def test_the_first_screen_lists_the_crews_and_inspects_the_first(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        assert browser.lines[0].split() == ["▸", "1", "Straw", "Hats", "Thousand", "Sunny"]
        assert browser.table.title_text.plain == "PirateCrew · 40 rows"
        assert "read-only · sqlite+aiosqlite" in browser.screen.database_label
        await browser.until(lambda: "PirateCrew 1" in browser.inspector.title_text.plain, "the instance")
        assert browser.attribute("members") == ["members", "unloaded", "IO"]


async def test_enter_opens_the_members_in_place_awaited(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Roronoa Zoro")
        assert "members · 10 Pirate · select 1 + access 1" in browser.lines[1]
        assert "awaited" in browser.lines[1]
        assert browser.lines[2].split() == ["id", "name", "role", "devil_fruit_user", "pirate_crew_id"]
        assert browser.lines[3].split() == ["▸", "1", "Monkey", "D", "Luffy", "Captain", "true", "1"]
        assert "Heart Pirates" in browser.lines[13]
        assert browser.attribute("members") == ["members", "loaded", "no", "IO", "10", "Pirate"]


async def test_enter_again_closes(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("enter")
        await browser.until(lambda: len(browser.lines) == 40, "only the crews")


async def test_it_nests_and_leads_back(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("right")
        await browser.until_line("Roronoa Zoro")
        await browser.press("right", "down", "enter")
        await browser.until_line("pirate_crew · PirateCrew · no IO · identity map")
        assert [line.split()[:3] for line in browser.lines[4:8]] == [
            ["▾", "2", "Roronoa"],
            ["▾", "pirate_crew", "·"],
            ["id", "name", "ship_name"],
            ["▸", "1", "Straw"],
        ]
        await browser.press("right")
        assert browser.table.cursor == (0, "members", 1, "pirate_crew", 0)
        await browser.press("left")
        assert browser.table.cursor == (0, "members", 1)
        await browser.press("left", "left")
        assert browser.table.cursor == (0,)
        await browser.press("backspace")
        assert len(browser.lines) == 40


async def test_the_cursor_passes_over_column_heads(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("down", "j")
        assert browser.table.cursor == (0, "members", 0)
        await browser.press("k", "up")
        assert browser.table.cursor == (0,)


@pytest.mark.thorough
@pytest.mark.parametrize("presses", [1, 2, 3])
async def test_with_an_eager_strategy_the_plain_access_works_and_costs_nothing(
    browse: Browse, world: Path, presses: int
) -> None:
    strategy = list(LoaderStrategy)[presses].title
    async with browse(world, size=(160, 36)) as browser:
        await browser.press("u", *["s"] * presses, "enter")
        await browser.until_line("Roronoa Zoro")
        assert EAGER[strategy] in browser.lines[1]
        assert f"plain access · {strategy}" in browser.lines[1]
        assert not browser.failure.display


@pytest.mark.thorough
@pytest.mark.parametrize("mode", ["safe", "unsafe"])
async def test_raiseload_raises_its_own_error_in_both_modes(browse: Browse, world: Path, mode: str) -> None:
    async with browse(world) as browser:
        await browser.press(*(["u"] if mode == "unsafe" else []), "S", "enter")
        await browser.until_line("raised InvalidRequestError")
        assert browser.failure.display
        assert "'PirateCrew.members' is not available due to lazy='raise'" in browser.failure.pane.plain


@pytest.mark.thorough
async def test_asked_differently_an_open_row_is_opened_anew(browse: Browse, world: Path) -> None:
    async with browse(world, size=(160, 36)) as browser:
        await browser.press("enter")
        await browser.until_line("as mapped")
        await browser.press("s", "enter")
        await browser.until_line("select 2 + access 0")
        assert "selectinload" in browser.lines[1]
        await browser.press("S", "u", "enter")
        await browser.until_line("raised")
        assert len(browser.lines) == 41


async def test_a_click_on_the_glyph_opens_and_on_the_row_only_goes_there(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.pilot.click(browser.table, offset=(10, 3))
        assert browser.table.cursor == (1,)
        assert len(browser.lines) == 40
        await browser.pilot.click(browser.table, offset=(1, 3))
        await browser.until_line("Trafalgar")


async def test_a_double_click_opens(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.pilot.click(browser.table, offset=(10, 2), times=2)
        await browser.until_line("Nami")


# Every row of the page: the N+1.


async def test_opening_all_rows_awaits_each_and_is_told_as_n_plus_1(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("down", "A")
        await browser.until(lambda: len(browser.lines) == 40 * 3 + 347, "all members of all crews")
        assert "N+1: 40 statements for 40 rows, fixed by selectinload(PirateCrew.members)" in browser.log.note_text
        assert "PirateCrew.members x 40" in browser.statements[-1]
        assert "347 rows" in browser.statements[-1]
        assert "select 1 + access 1" in browser.lines[1]
        assert "PirateCrew 2 · persistent" in browser.inspector.title_text.plain
        assert browser.attribute("members")[1] == "loaded"
        browser.log.focus()
        await browser.press("end", "v")
        assert browser.statements[-1].strip() == (
            "N+1: 40 statements for 40 rows, fixed by selectinload(PirateCrew.members)"
        )


async def test_opening_all_rows_with_an_eager_loader_takes_two_statements(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("s", "u", "A")
        await browser.until(lambda: len(browser.lines) == 40 * 3 + 347, "all members of all crews")
        assert "select 2 + access 0" in browser.lines[1]
        assert "N+1" not in browser.log.title_text.plain
        causes = [line.split("  ")[-1].strip() for line in browser.statements[-2:]]
        assert causes == ["PirateCrew x 40", "PirateCrew x 40.members"]


async def test_opening_all_rows_plainly_fails_at_the_first(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("down", "down", "u", "A")
        await browser.until(lambda: browser.screen.has_class("-failed"), "the failure")
        assert "PirateCrew.members of PirateCrew 3 · plain access" in browser.failure.title_text.plain
        await browser.until(lambda: "PirateCrew 3" in browser.inspector.title_text.plain, "the instance that failed")


async def test_opening_all_rows_of_very_many_is_refused(browse: Browse, fleet: Path) -> None:
    async with browse(fleet, limit=10) as browser:
        await browser.press("A")
        await browser.until(lambda: "have more than 100 Pirate" in browser.error, "the reason")
        assert len(browser.lines) == 3_000


@pytest.mark.thorough
@pytest.mark.parametrize(
    "keys", [("]", "o"), ("f", *"Hope", "enter"), (":", "5", "enter"), ("x",), ("down", "s", "enter")]
)
async def test_what_was_refused_is_said_until_another_command_has_done_something(
    browse: Browse, fleet: Path, keys: tuple[str, ...]
) -> None:
    async with browse(fleet, limit=10) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the instance")
        await browser.press("A")
        await browser.until(lambda: "have more than 100 Pirate" in browser.error, "the reason")
        await browser.press("down", "]", "u", "u", "A")
        await browser.until_idle()
        assert "have more than 100 Pirate" in browser.error
        await browser.press(*keys)
        await browser.until(lambda: not browser.error, "the end of it")


async def test_what_to_do_first_is_said_until_something_is_done(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        assert browser.subtitle.startswith("⏎ opens a row · u ⏎ without await")
        await browser.press("enter")
        await browser.until_line("Nami")
        assert browser.subtitle == ""


# A walk: what is opened below a row.


async def test_enter_after_x_acts_in_that_state(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("x")
        await browser.until(lambda: "after commit" in browser.inspector.title_text.plain, "the state")
        await browser.press("enter")
        await browser.until_line("10 Pirate · access 2 · same session · after commit · awaited")
        assert "after commit" in browser.inspector.title_text.plain


async def test_x_concerns_all_that_is_opened(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("x")
        await browser.until(lambda: "after commit" in browser.inspector.title_text.plain, "the state")
        await browser.press("right")
        await browser.until(lambda: browser.attribute("name")[1:4] == ["expired", "IO"], "the member's state")
        await browser.press("u", "enter")
        await browser.until_line("raised")
        failed = browser.failure.failed
        assert (failed.attribute, failed.scenario) == ("pirate_crew", Scenario.AFTER_COMMIT)


async def test_x_after_a_failure_is_followed_by_the_same_access(browse: Browse, world: Path) -> None:
    """Where a session is closed, awaiting does not help: it is shown where it was asked for."""
    async with browse(world) as browser:
        await browser.press("x", "x", "x")
        await browser.until(lambda: "detached" in browser.inspector.title_text.plain, "the state")
        await browser.press("enter")
        await browser.until_line("raised DetachedInstanceError")
        await browser.press("x", "x", "x")
        await browser.until(lambda: browser.inspector.title_text.plain.split(" · ")[-1] == "persistent", "a fresh one")
        await browser.press("enter")
        await browser.until_line("10 Pirate")


async def test_a_row_that_is_closed_begins_anew(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.until(lambda: browser.attribute("members")[1] == "loaded", "the members")
        await browser.press("enter")
        await browser.until(lambda: browser.attribute("members")[1] == "unloaded", "the row selected again")


async def test_the_title_is_the_way_to_a_nested_row(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("right", "down", "enter")
        await browser.until_line("pirate_crew · PirateCrew · no IO")
        await browser.press("right")
        title = "PirateCrew 1 › members › Pirate 2 › pirate_crew › PirateCrew 1"
        assert seen_title(browser) == title
        await browser.pilot.click(RowTable, offset=(title.index("Pirate 2") + len("─ "), 0))
        await browser.until(lambda: browser.table.cursor == (0, "members", 1), "the member")
        assert seen_title(browser) == "PirateCrew 1 › members › Pirate 2"
        await browser.press("left", "left")
        assert seen_title(browser) == "PirateCrew · 40 rows"


async def test_of_a_long_way_the_last_steps_are_shown(browse: Browse, world: Path) -> None:
    async with browse(world, size=(60, 20)) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("right", "enter")
        await browser.until_line("pirate_crew · PirateCrew · no IO")
        await browser.press("right")
        assert seen_title(browser) == "… › members › Pirate 1 › pirate_crew › PirateCrew 1"


async def test_the_header_says_how_many_objects_the_session_holds(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: browser.screen.session == "session: 1 object", "the crew")
        await browser.press("enter")
        await browser.until(lambda: browser.screen.session == "session: 11 objects", "its members")
        await browser.press("x", "x", "x")
        await browser.until(lambda: browser.screen.session == "session: 0 objects", "nothing")


def seen_title(browser: Any) -> str:
    """The table's title as it is drawn."""
    lines = browser.table.render_lines(Region(0, 0, browser.table.size.width, 1))
    text: str = lines[0].text
    return text.strip("─ ")


async def test_the_inspector_follows_a_filter(browse: Browse, world: Path) -> None:
    """Another row is under the cursor, though in the same place."""
    async with browse(world) as browser:
        await browser.until(lambda: "PirateCrew 1" in browser.inspector.title_text.plain, "the first crew")
        await browser.press("f", *"=2", "enter")
        await browser.until(lambda: "PirateCrew · 1 row" in browser.title, "the filter")
        await browser.until(lambda: "PirateCrew 2" in browser.inspector.title_text.plain, "the second crew")
        await browser.press("f", *"=0", "enter")
        await browser.until(lambda: "PirateCrew · 0 rows" in browser.title, "no rows")
        await browser.press("F")
        await browser.until(lambda: "PirateCrew 2" in browser.inspector.title_text.plain, "the second crew again")


async def test_a_filter_of_the_table_before_is_refused(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: browser.row(0), "the crews")
        column = browser.table.listing.entity.columns[1]
        await browser.press("m", *"pirates", "enter")
        await browser.until(lambda: browser.title.startswith("Pirate ·"), "the pirates")
        other = column._replace(name="ship_name")
        with pytest.raises(ValueError, match="ship_name is a column of the table before"):
            browser.screen.workspace.query_editor.filter("=x", other)


async def test_a_walk_goes_on_after_another_table_was_looked_at(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("right", "M")
        await browser.until(lambda: browser.title.startswith("Pirate ·"), "the pirates")
        await browser.press("escape")
        await browser.until(lambda: browser.table.cursor == (0, "members", 0), "the member")
        await browser.press("left")
        await browser.until(lambda: "PirateCrew 1" in browser.inspector.title_text.plain, "the crew")
        await browser.until(lambda: browser.attribute("members")[1:2] == ["loaded"], "its members, as they were")


async def test_rows_that_are_sorted_are_closed_and_begin_anew(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("o")
        await browser.until(lambda: len(browser.lines) == 40, "the crews sorted")
        await browser.press("enter")
        await browser.until_line("select 1 + access 1")


@pytest.mark.thorough
async def test_what_is_nested_does_not_widen_the_table_that_it_is_nested_in(browse: Browse, fleet: Path) -> None:
    with closing(sqlite3.connect(fleet)) as connection:
        unmanned = "SELECT id FROM pirate_crew WHERE id NOT IN (SELECT pirate_crew_id FROM pirates)"
        crew = connection.execute(unmanned).fetchone()
        connection.execute("UPDATE pirates SET pirate_crew_id = ? WHERE id IN (1, 5000)", crew)
        connection.execute("UPDATE pirates SET name = ? WHERE id = 5000", ("x" * 40,))
        connection.commit()
    async with browse(fleet) as browser:
        await browser.press("m", *"pirates", "enter")
        await browser.until(lambda: browser.title.startswith("Pirate ·") and browser.row(0), "the pirates")
        before = [browser.table.text_at(y) for y in (-1, 0)]
        await browser.press("enter")
        await browser.until(lambda: "pirate_crew" in browser.table.text_at(1), "the crew")
        await browser.press("down", "down", "enter")
        await browser.until(lambda: "x" * 40 in browser.table.text_at(7), "the other member")
        assert [browser.table.text_at(-1), browser.table.text_at(0).replace("▾", "▸")] == before


# The options for what is open.


async def test_o_copies_the_options_for_all_that_is_open_below_the_row(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("O")
        code = "select(PirateCrew).options(selectinload(PirateCrew.members))"
        await browser.until(lambda: browser.app.clipboard == code, "the options")
        await browser.until(lambda: browser.notes == [f"copied {code}: 2 statements"], "the notice")
        await browser.press("right", "enter")
        await browser.until_line("pirate_crew · PirateCrew")
        await browser.press("O")  # the cursor is on the nested row that is open
        await browser.until(
            lambda: browser.app.clipboard == "select(Pirate).options(joinedload(Pirate.pirate_crew))", "those of it"
        )
        await browser.press("home", "O")
        nested = "select(PirateCrew).options(selectinload(PirateCrew.members).joinedload(Pirate.pirate_crew))"
        await browser.until(lambda: browser.app.clipboard == nested, "those of both")


async def test_o_where_nothing_is_open_says_what_it_does(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("O")
        assert browser.subtitle == "open a relationship first: O copies the loader options for what is open"
        assert browser.app.clipboard == ""


async def test_o_after_a_failed_access_copies_nothing(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("escape", "O")
        assert "open a relationship first" in browser.subtitle


async def test_o_leaves_out_what_is_too_large_and_says_so(browse: Browse, world: Path) -> None:
    async with browse(world, limit=5) as browser:
        await browser.press("enter")
        await browser.until_line("not loaded")
        await browser.press("O")
        assert "open a relationship first" in browser.subtitle
