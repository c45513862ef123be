"""The panels around the table: statements, help, palette, title, and what fits on which terminal."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color
from textual.geometry import Offset
from textual.selection import Selection

from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.domain.statements import Statement, StatementStatus
from pirate_tui.ui.commands import COMMANDS, BindingScope, Group
from pirate_tui.ui.screens.browse import BrowseScreen
from pirate_tui.ui.screens.compare import CompareScreen
from pirate_tui.ui.screens.help import HelpScreen, HelpText
from pirate_tui.ui.screens.value import ValueScreen
from pirate_tui.ui.themes import PIRATE
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.row_table import RowTable
from pirate_tui.ui.widgets.statement_log import KEPT, LogContent, StatementLog
from pirate_tui.ui.widgets.text_pane import SearchableView
from pirate_tui.ui.widgets.title_bar import TitleBar


Browse = Callable[..., AbstractAsyncContextManager[Any]]

ACTS_ON: dict[BindingScope, type] = {
    BindingScope.SCREEN: BrowseScreen,
    BindingScope.TABLE: RowTable,
    BindingScope.TEXT: SearchableView,
    BindingScope.INSPECTOR: Inspector,
    BindingScope.LOG: StatementLog,
    BindingScope.COMPARE: CompareScreen,
    BindingScope.VALUE: ValueScreen,
}


def _title(browser: Any) -> str:
    return str(browser.screen.query_one(TitleBar).render())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.action)
def test_every_command_has_an_action_where_it_is_bound(command: Any) -> None:
    if not command.action.startswith("app."):
        assert callable(getattr(ACTS_ON[command.scope], f"action_{command.action}"))
    assert command.tooltip
    assert command.title


def test_no_two_commands_share_an_id() -> None:
    ids = [command.binding.id for command in COMMANDS]
    assert len(ids) == len(set(ids))


async def test_the_title_says_mode_and_loader_in_words(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        assert " SAFE " in _title(browser)
        assert "loader: as mapped" in _title(browser)
        await browser.press("u", "s")
        assert " UNSAFE " in _title(browser)
        assert "loader: selectinload" in _title(browser)
        await browser.press("u", "S", "S")
        assert " SAFE " in _title(browser)
        assert "loader: raiseload" in _title(browser)


async def test_choosing_a_loader_tells_its_lesson(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("s")
        assert LoaderStrategy.SELECTINLOAD.lesson in browser.table.note_text


async def test_every_statement_is_listed_with_its_cause(browse: Browse, world: Path) -> None:
    async with browse(world, size=(160, 45)) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        causes = [line.split("  ")[-1] for line in browser.statements]
        assert [cause for cause in causes if "tables" not in cause] == [
            "rows of PirateCrew",
            "count of PirateCrew",
            "PirateCrew 1",
            "size of Pirate",
            "PirateCrew 1",
            "PirateCrew 1.members",
        ]
        assert "10 rows" in browser.statements[-1]
        assert "SELECT pirates.* FROM pirates WHERE ? = pirate_crew_id  [1]" in browser.statements[-1]


async def test_a_statement_unfolds_with_its_parameters_apart(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        browser.log.focus()
        await browser.press("end", "v")
        assert browser.statements[-2:] == ["      WHERE pirate_crew.id = ?", "      parameters: 1"]
        await browser.press("y")
        assert browser.app.clipboard.endswith("WHERE pirate_crew.id = ?")
        await browser.press("v", "home", "v")
        assert browser.statements[1].startswith("      SELECT")


async def test_enter_at_a_statement_goes_to_what_has_sent_it(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("down", "down", "enter")
        await browser.until_line("pirate_crew · PirateCrew · no IO")
        await browser.press("G")
        await browser.until(lambda: "PirateCrew 40" in browser.inspector.title_text.plain, "the last crew")
        browser.log.focus()
        await browser.press("end", "up", "enter")
        assert (browser.table.has_focus, browser.table.cursor) == (True, (0, "members"))


async def test_it_goes_to_a_row_that_is_closed_again(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("enter", "G")
        await browser.until(lambda: browser.table.cursor == (39,), "the last row")
        browser.log.focus()
        await browser.press("home", "enter")
        await browser.until(lambda: browser.table.cursor == (0,), "the row")


async def test_it_goes_to_the_table_of_another_class_and_back(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("down", "enter")
        await browser.until_line("Trafalgar")
        await browser.press("m", *"pirates", "enter")
        await browser.until(lambda: browser.title.startswith("Pirate ·"), "the pirates")
        browser.log.focus()
        await browser.press("home", "down", "enter")
        await browser.until(lambda: browser.title.startswith("PirateCrew ·"), "the crews")
        await browser.until(lambda: browser.table.cursor == (1,), "the second crew")


async def test_it_goes_to_an_attribute_of_the_inspector(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: browser.attribute("members"), "the instance")
        await browser.press("tab", "down", "down", "down", "enter")
        await browser.until(lambda: browser.attribute("members")[1] == "loaded", "the members")
        await browser.press("home")
        browser.log.focus()
        await browser.press("end", "enter")
        assert browser.inspector.has_focus
        await browser.until(lambda: browser.inspector.current.name == "members", "the attribute")


async def test_what_the_browser_has_sent_has_no_row(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        browser.log.content = LogContent.ALL
        browser.log.focus()
        await browser.press("home", "enter")
        assert browser.subtitle == "no row of the table has sent this statement"


async def test_the_newest_statement_is_in_view_after_the_log_has_grown(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.press("down", "enter")
        await browser.until_line("select 2 + access 0")
        await browser.press("u", "escape")
        await browser.until(lambda: not browser.failure.display, "the end of the failure")
        await browser.press("A")
        await browser.until(lambda: len(browser.lines) == 40 * 3 + 347, "all members of all crews")
        last = browser.log.line_count() - 1
        await browser.until(lambda: last in range(*seen_lines(browser.log)), "the last statement")


def seen_lines(log: StatementLog) -> tuple[int, int]:
    """The first line in view, and the one after the last."""
    return round(log.scroll_y), round(log.scroll_y) + log.scrollable_content_region.height


@pytest.mark.parametrize("width", [80, 120])
async def test_table_and_condition_are_never_cut(browse: Browse, world: Path, width: int) -> None:
    async with browse(world, size=(width, 36)) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        shown = browser.log.text_at(browser.log.line_count() - 1)
        assert "SELECT pirates.* FROM pirates WHERE ? = pirate_crew_id  [1]" in shown


async def test_those_of_the_models_are_shown_and_the_browser_s_own_are_counted(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: "PirateCrew 1" in browser.inspector.title_text.plain, "the instance")
        shown = [browser.log.text_at(y) for y in range(browser.log.line_count())]
        assert [line.split("  ")[-1] for line in shown] == ["PirateCrew 1"]
        assert "SELECT pirate_crew.* FROM pirate_crew WHERE id = ?  [1]" in shown[0]
        title = browser.log.title_text.plain
        own = re.search(r"Statements · 1 · [\d.]+ ms · L shows (\d+) of the browser$", title)
        assert own is not None, title
        await browser.press("L")
        assert browser.log.line_count() == 1 + int(own[1])
        assert browser.log.title_text.plain.startswith("Statements · 1 ·")
        assert f" · {own[1]} of the browser · " in browser.log.title_text.plain
        await browser.press("L")
        assert not browser.log.display
        await browser.press("L")
        assert browser.log.display
        assert browser.log.line_count() == 1


async def test_the_oldest_of_each_kind_are_dropped(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        asked = Statement(1, "SELECT 1", "", "a", StatementStatus.DONE)
        for number in range(1_000, 1_000 + 3 * KEPT):
            browser.log.record(asked._replace(number=number, is_browsers=bool(number % 3)))
        assert browser.log.line_count() == KEPT
        await browser.press("L")
        assert browser.log.line_count() == 2 * KEPT


async def test_an_n_plus_1_has_the_option_beside_it(browse: Browse, world: Path) -> None:
    async with browse(world, size=(160, 45)) as browser:
        await browser.press("A")
        await browser.until(lambda: len(browser.lines) == 40 * 3 + 347, "all members of all crews")
        last = browser.log.text_at(browser.log.line_count() - 1)
        assert "PirateCrew.members x 40 · fix: selectin" in last


async def test_the_n_plus_1_in_the_title_is_what_was_asked_for(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        asked = Statement(
            101, "SELECT 1", "", "orders", StatementStatus.DONE, times=30, option="selectinload(A.b)", parents=30
        )
        browser.log.record(asked._replace(number=100, times=90, option="selectinload(A.d)", parents=90))
        browser.log.record(asked)
        browser.log.record(asked._replace(number=102, times=6, option="selectinload(B.c)"))
        assert "N+1: 30 statements for 30 rows, fixed by selectinload(A.b)" in browser.log.note_text


@pytest.mark.thorough
async def test_the_log_can_be_searched_and_hidden(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        browser.log.focus()
        await browser.press("L", "slash", *"count of", "enter")
        await browser.until(lambda: browser.log.place == (1, 1), "the hit")
        await browser.press("escape")
        await browser.press("L")
        assert not browser.log.display
        assert browser.table.has_focus
        await browser.press("L")
        assert browser.log.display


async def test_y_copies_the_row_and_the_instance(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("down", "y")
        assert browser.app.clipboard == "2\tHeart Pirates\tPolar Tang"
        await browser.until(lambda: "PirateCrew 2" in browser.inspector.title_text.plain, "the instance")
        await browser.press("tab", "y")
        assert browser.app.clipboard.splitlines()[1].split() == ["name", "loaded", "no", "IO", "Heart", "Pirates"]


async def test_ctrl_c_copies_what_is_selected_and_says_so(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("ctrl+c")
        assert not browser.app.clipboard
        browser.screen.selections = {browser.table: Selection(Offset(6, 0), Offset(16, 0))}
        await browser.press("ctrl+c")
        assert browser.app.clipboard == "Straw Hats"
        assert browser.notes == ["copied the selection"]


async def test_the_help_lists_every_command_and_closes(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.press("question_mark")
        await browser.until(lambda: isinstance(browser.app.screen, HelpScreen), "the help")
        keys, concepts = browser.app.screen.query(HelpText)
        shown = " ".join(str(keys.render()).split())
        assert all(command.tooltip in shown for command in COMMANDS)
        await browser.press("tab")
        await browser.until(lambda: str(concepts.render()), "the concepts")
        shown = " ".join(str(concepts.render()).split())
        assert all(strategy.lesson in shown for strategy in LoaderStrategy)
        await browser.press("escape")
        assert browser.app.screen is browser.screen


async def test_the_help_wraps_with_a_hanging_indent(browse: Browse, world: Path) -> None:
    async with browse(world, size=(60, 20)) as browser:
        await browser.press("question_mark")
        await browser.until(lambda: isinstance(browser.app.screen, HelpScreen), "the help")
        help_text = browser.app.screen.query(HelpText).first()
        await browser.until(lambda: "\n" + " " * 16 + "after " in str(help_text.render()), "a wrapped tooltip")
        lines = str(help_text.render()).splitlines()
        assert max(map(len, lines)) <= help_text.size.width < 60
        keys = lines[lines.index("Access") :]
        assert all(line.startswith(" ") for line in keys if line and line not in {one.value for one in Group})


async def test_the_palette_runs_a_command(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        names = {command.title for command in browser.app.palette_commands(browser.screen)}
        assert {"Unsafe", "Open", "Theme"} <= names
        unsafe = next(one for one in browser.app.palette_commands(browser.screen) if one.title == "Unsafe")
        await unsafe.run()
        assert " UNSAFE " in _title(browser)


async def test_what_cannot_be_done_is_greyed_out(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        assert browser.screen.check_action("traceback", ()) is None
        await browser.press("u", "enter")
        await browser.until_line("raised")
        assert browser.screen.check_action("traceback", ()) is True


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("size", "inspector", "log"),
    [((160, 45), "beside", True), ((100, 30), "below", True), ((80, 24), "below", True), ((60, 20), "below", True),
     ((50, 15), "away", False), ((100, 12), "away", False)],
)  # fmt: skip
async def test_what_does_not_fit_goes_but_never_the_table(
    browse: Browse,
    world: Path,
    size: tuple[int, int],
    inspector: str,
    log: bool,  # noqa: FBT001
) -> None:
    async with browse(world, size=size) as browser:
        assert browser.table.size.height >= 4
        assert browser.log.display is log
        table, other = browser.table.region, browser.inspector.region
        places = {"beside": other.x >= table.right, "below": other.y >= table.bottom}
        assert browser.inspector.display is (inspector != "away")
        assert places.get(inspector, True)


async def test_below_40_by_10_it_says_too_small(browse: Browse, world: Path) -> None:
    async with browse(world, size=(39, 9)) as browser:
        assert browser.screen.query_one("#too-small").display
        assert not browser.table.is_on_screen or browser.table.region.height == 0


async def test_a_failure_fits_on_a_small_terminal(browse: Browse, world: Path) -> None:
    async with browse(world, size=(80, 24)) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        await browser.until(lambda: browser.failure.pane.size.height >= 4, "room for the traceback")
        assert browser.table.size.height >= 4


@pytest.mark.thorough
async def test_the_view_scrolls_sideways_with_the_column(browse: Browse, world: Path) -> None:
    async with browse(world, size=(60, 20)) as browser:
        await browser.press("enter")
        await browser.until_line("Nami")
        await browser.press("down", "down", *["right_square_bracket"] * 9)
        assert browser.table.column == 4
        assert browser.table.scroll_x > 0
        await browser.press(*["left_square_bracket"] * 4)
        assert browser.table.scroll_x == 0


async def test_the_footer_shows_the_keys_from_the_start(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        await browser.until(lambda: len(browser.screen.query("FooterKey")) > 5, "the keys")
        assert {"Open", "Unsafe", "Quit"} <= {key.description for key in browser.screen.query("FooterKey")}


async def test_the_search_of_the_log_finds_what_its_lines_leave_out(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        browser.log.focus()
        await browser.press("L", "slash", *"ship_name", "enter")
        await browser.until(lambda: browser.log.place[1] >= 2, "the hits")
        await browser.press("L")
        await browser.until(lambda: not browser.screen.query_one("SearchBar").display, "the end of the search")


async def test_the_focus_comes_back_to_what_is_seen(browse: Browse, world: Path) -> None:
    async with browse(world, size=(50, 15)) as browser:
        await browser.press("u", "enter")
        await browser.until(lambda: browser.failure.display, "the failure")
        await browser.pilot.resize_terminal(30, 8)
        await browser.until(lambda: browser.screen.query_one("#too-small").display, "too small")
        await browser.pilot.resize_terminal(50, 15)
        await browser.until(lambda: browser.failure.pane.has_focus, "the traceback")


async def test_it_wears_its_own_theme_from_the_first_paint(browse: Browse, world: Path) -> None:
    async with browse(world) as browser:
        assert browser.app.theme == PIRATE.name
        name = browser.screen.query_one(TitleBar).get_component_styles("title-bar--name")
        assert name.color.rgb == pytest.approx(Color.parse(PIRATE.primary).rgb, abs=2)
