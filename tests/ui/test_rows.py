"""Which rows, in which order: ordering, filtering, searching and going over the whole of a large table."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from pirate_tui.domain.text import plural


Browse = Callable[..., AbstractAsyncContextManager[Any]]

BY_NAME = "SELECT id FROM pirate_crew ORDER BY name, id"
BY_SHIP = "SELECT id FROM pirate_crew ORDER BY ship_name, id"


def ask(path: Path, statement: str) -> list[str]:
    """The first column of what sqlite3 answers, as text."""
    with closing(sqlite3.connect(path)) as connection:
        return [str(row[0]) for row in connection.execute(statement)]


async def type_into(browser: Any, key: str, typed: str) -> None:
    """Press a key that asks for a line, and type it."""
    await browser.until(lambda: browser.screen.check_action("go_to", ()), "the prompt")
    await browser.press(key, *typed, "enter")


async def until_shown(browser: Any, number: int, row_id: str) -> None:
    """Wait until the row of that number is the one of that id."""
    await browser.until(lambda: browser.row(number)[:1] == [row_id], f"row {number} with id {row_id}")


# Order.


@pytest.mark.thorough
@pytest.mark.parametrize(("keys", "statement"), [("]", BY_NAME), ("]]", BY_SHIP)], ids=["indexed", "not, and NULLs"])
async def test_o_orders_the_whole_table_then_descending_then_by_key(
    browse: Browse, fleet: Path, keys: str, statement: str
) -> None:
    ordered = ask(fleet, statement)
    async with browse(fleet) as browser:
        await browser.press(*keys, "o")
        for title, expected in (("↑", ordered), ("↓", ordered[::-1])):
            await browser.until(lambda title=title: f" {title}" in browser.title, f"{title} in the title")
            await browser.press("home")
            await until_shown(browser, 0, expected[0])
            await browser.press("end")
            await until_shown(browser, 2_999, expected[-1])
            browser.table.state.go_to(1_234)
            await until_shown(browser, 1_234, expected[1_234])
            await browser.press("o")
        await browser.until(lambda: "by " not in browser.title, "the order by key")
        await browser.press("home")
        await until_shown(browser, 0, "1")


async def test_the_cursor_stays_on_its_row(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        browser.table.state.go_to(99)
        await browser.press("]", "o")
        await browser.until(lambda: "by name ↑" in browser.title and browser.here[:1] == ["100"], "crew 100, by name")
        assert browser.table.cursor == (ask(fleet, BY_NAME).index("100"),)
        await browser.press("o", "o")
        await browser.until(lambda: "by " not in browser.title and browser.here[:1] == ["100"], "crew 100, by key")
        assert browser.table.cursor == (99,)


@pytest.mark.thorough
async def test_a_costly_order_says_so_before_it_is_done(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pirate_tui.ui.query_editor.MANY", 1_000)
    async with browse(fleet) as browser:
        await browser.press("]", "]", "o")
        await browser.until(lambda: "no index on ship_name" in browser.subtitle, "the warning")
        assert "by ship_name" not in browser.title
        await browser.press("o")
        await browser.until(lambda: "by ship_name ↑" in browser.title, "the order")
        await browser.press("o", "o")
        await browser.until(lambda: "by " not in browser.title, "the order by key")
        await browser.press("[", "o")
        await browser.until(lambda: "by name ↑" in browser.title, "an order that an index serves, at once")


async def test_what_is_nested_keeps_its_order(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        await browser.press("down", "enter")
        await browser.until_line("members · ")
        await browser.press("right", "o")
        await browser.until(lambda: "sort and filter work on top-level rows" in browser.subtitle, "why not")
        await browser.press("escape")
        await browser.until(lambda: not browser.subtitle, "nothing said any more")


# What takes long can be stopped.


def hold_up(monkeypatch: pytest.MonkeyPatch, method: str) -> list[str]:
    """The database never answers this question; the list tells when it was stopped."""
    ends: list[str] = []

    async def wait(*_given: object, **_named: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append(method)

    monkeypatch.setattr(f"pirate_tui.orm.rows.row_queries.RowQueries.{method}", wait)
    return ends


@pytest.mark.thorough
async def test_esc_stops_an_order_and_leaves_what_was_shown(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browse(fleet) as browser:
        browser.table.state.go_to(99)
        await browser.until(lambda: browser.here, "the row")
        ends = hold_up(monkeypatch, "page")
        await browser.press("]", "]", "o")
        await browser.until(lambda: browser.screen.busy.startswith("sorting PirateCrew"), "what is under way")
        await browser.press("escape")
        await browser.until(lambda: ends, "the end of the work")
        await browser.until(lambda: browser.error.startswith("cancelled"), "the way out")
        assert (browser.title, browser.here[0], browser.screen.busy) == ("PirateCrew · 3,000 rows", "100", "")
        monkeypatch.undo()
        await browser.press("o")
        await browser.until(lambda: "by ship_name ↑" in browser.title, "the order, asked for again")


@pytest.mark.thorough
@pytest.mark.parametrize("method", ["nearest", "count_between"])
async def test_esc_stops_a_search(browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    async with browse(fleet) as browser:
        ends = hold_up(monkeypatch, method)
        await type_into(browser, "slash", "kraken")
        await browser.until(lambda: browser.screen.busy, "what is under way")
        assert "“kraken”" in browser.screen.busy
        await browser.press("escape")
        await browser.until(lambda: ends, "the end of the work")
        await browser.press("escape", "escape")
        await browser.until(lambda: not browser.subtitle, "the end of the search")


@pytest.mark.thorough
async def test_another_search_takes_the_place_of_one_under_way(
    browse: Browse, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browse(fleet) as browser:
        ends = hold_up(monkeypatch, "nearest")
        await type_into(browser, "slash", "whale")
        await browser.until(lambda: browser.screen.busy, "what is under way")
        monkeypatch.undo()
        await type_into(browser, "slash", "kraken")
        await browser.until(lambda: "“kraken” · " in browser.subtitle and " in " not in browser.subtitle, "its hits")
        assert ends == ["nearest"]


@pytest.mark.thorough
async def test_hits_are_counted_again_among_other_rows(browse: Browse, fleet: Path) -> None:
    among = "SELECT id FROM pirate_crew WHERE name LIKE '%kraken%' AND id < 1000"
    async with browse(fleet) as browser:
        await browser.press("]")
        await type_into(browser, "slash", "kraken")
        await browser.until(lambda: " matches" in browser.subtitle, "the hits")
        await browser.press("[")
        await type_into(browser, "f", "<1000")
        expected = f"{len(ask(fleet, among))} matches"
        await browser.until(lambda: browser.subtitle.endswith(expected), expected)


# Filters.


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("column", "typed", "condition", "told"),
    [
        ("]", "kraken", "name LIKE '%kraken%'", "name ~ kraken"),
        ("]", "~_", "name LIKE '%!_%' ESCAPE '!'", "name ~ _"),
        ("]]", "=Old Comet", "ship_name = 'Old Comet'", "ship_name = Old Comet"),
        ("]]", "null", "ship_name IS NULL", "ship_name is NULL"),
        ("", ">2990", "id > 2990", "id > 2990"),
        ("", "7", "id = 7", "id = 7"),
    ],
)
async def test_f_shows_only_the_rows_that_pass(
    browse: Browse, fleet: Path, column: str, typed: str, condition: str, told: str
) -> None:
    expected = ask(fleet, f"SELECT id FROM pirate_crew WHERE {condition} ORDER BY id")  # noqa: S608
    async with browse(fleet) as browser:
        await browser.press(*column)
        await type_into(browser, "f", typed)
        title = f"PirateCrew · {plural(len(expected), 'row')} · {told}"
        await browser.until(lambda: browser.title == title, title)
        assert browser.table.has_focus
        for number in {0, len(expected) - 1} if expected else ():
            browser.table.state.go_to(number)
            await until_shown(browser, number, expected[number])


async def test_filters_add_up_and_go_one_by_one(browse: Browse, fleet: Path) -> None:
    by_id = "SELECT id FROM pirate_crew WHERE id < 100"
    by_both = f"{by_id} AND name LIKE '%ca%'"
    async with browse(fleet) as browser:
        await type_into(browser, "f", "<100")
        await browser.until(lambda: "99 rows · id < 100" in browser.title, "the first filter")
        await browser.press("]")
        await type_into(browser, "f", "ca")
        await browser.until(lambda: f"{len(ask(fleet, by_both))} rows · id < 100 · name ~ ca" in browser.title, "both")
        await browser.press("o")
        await browser.until(lambda: "id < 100 · name ~ ca · by name ↑" in browser.title, "both, ordered")
        await browser.press("home")
        await until_shown(browser, 0, ask(fleet, f"{by_both} ORDER BY name, id")[0])
        await browser.press("F")
        await browser.until(lambda: "99 rows · id < 100 · by name ↑" in browser.title, "the first filter")
        await browser.press("F")
        await browser.until(lambda: "3,000 rows · by name ↑" in browser.title, "all rows")


@pytest.mark.thorough
async def test_a_filter_that_leaves_nothing_leaves_no_instance(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        await browser.until(lambda: browser.inspector.snapshot, "the instance")
        await type_into(browser, "f", "0")
        await browser.until(lambda: "0 rows · id = 0" in browser.title, "no rows")
        await browser.until(lambda: browser.inspector.snapshot is None, "no instance")
        await browser.press("down", "end", "o", "enter", "v", "y", "n")
        assert browser.lines == []
        assert browser.table.render_line(1).text.strip() == "no rows match the filter · F removes it"
        await type_into(browser, "f", "1")
        await browser.until(lambda: "0 rows · id = 0 · id = 1" in browser.title, "no rows")
        assert browser.table.render_line(1).text.strip() == "no rows match the filters · F removes one"
        await browser.press("F", "F")
        await browser.until(lambda: "· 3,000 rows" in browser.title, "all rows again")


async def test_a_table_without_rows_says_so(browse: Browse, world: Path) -> None:
    with closing(sqlite3.connect(world)) as connection:
        connection.execute("DELETE FROM pirate_crew")
        connection.commit()
    async with browse(world) as browser:
        await browser.until(lambda: browser.title.startswith("PirateCrew · 0 rows"), "the count")
        assert browser.table.render_line(1).text.strip() == "no rows"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("typed", "reason"),
    [("=many", "many is not a valid int"), ("", "expected =value"), ("<", "expected =value")],
)
async def test_what_is_no_filter_is_said(browse: Browse, fleet: Path, typed: str, reason: str) -> None:
    async with browse(fleet) as browser:
        await type_into(browser, "f", typed)
        await browser.until(lambda: reason in browser.error, "the reason")
        assert "· 3,000 rows" in browser.title
        await browser.press("f", "1", "escape")
        await browser.until(lambda: browser.table.has_focus, "the table")
        assert "id" not in browser.title


@pytest.mark.thorough
async def test_going_to_a_key_stays_within_the_filter(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        await type_into(browser, "f", ">100")
        await browser.until(lambda: "id > 100" in browser.title, "the filter")
        await type_into(browser, "colon", "=200")
        await browser.until(lambda: browser.table.cursor == (99,), "crew 200")
        await type_into(browser, "colon", "=7")
        await browser.until(lambda: "no such row: PirateCrew 7 (with these filters)" in browser.error, "the reason")


# Search.


async def test_a_search_finds_every_hit_round_the_table_and_counts_them(browse: Browse, fleet: Path) -> None:
    condition = "name LIKE '%kraken co%' OR ship_name LIKE '%kraken co%'"
    hits = ask(fleet, f"SELECT id FROM pirate_crew WHERE {condition} ORDER BY id")  # noqa: S608
    async with browse(fleet) as browser:
        browser.table.state.go_to(1_500)
        await type_into(browser, "slash", "kraken co")
        ahead = [hit for hit in hits if int(hit) > 1_500]
        around = [*ahead, *hits[: -len(ahead)], ahead[0]]
        for expected in around:
            await browser.until(lambda expected=expected: browser.here[:1] == [expected], f"the hit {expected}")
            place = f"“kraken co” · {hits.index(expected) + 1} of {len(hits)} matches"
            await browser.until(lambda place=place: browser.subtitle == place, place)
            await browser.press("n")
        for expected in (ahead[0], around[-2], around[-3]):
            await browser.press("N")
            await browser.until(lambda expected=expected: browser.here[:1] == [expected], f"back at {expected}")
        await browser.press("down")
        await browser.until(lambda: browser.subtitle == f"“kraken co” · {len(hits)} matches", "the count alone")


@pytest.mark.thorough
async def test_a_search_in_one_column_stays_where_the_cursor_is_on_a_hit(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        await browser.press("]")
        await browser.until(lambda: browser.screen.check_action("go_to", ()), "the prompt")
        name = browser.here[1]
        await browser.press("slash", "tab", *name[:9], "enter")
        await browser.until(lambda: "in name" in browser.subtitle and "match" in browser.subtitle, "the hits")
        assert browser.table.cursor == (0,)
        await browser.press("escape")
        await browser.until(lambda: not browser.subtitle, "the end of the search")


@pytest.mark.thorough
async def test_a_prefix_is_sought_as_it_is_written(browse: Browse, fleet: Path) -> None:
    hits = ask(fleet, "SELECT id FROM pirate_crew WHERE substr(name, 1, 4) = 'Iron' ORDER BY name, id")
    async with browse(fleet) as browser:
        await browser.press("]", "o")
        await browser.until(lambda: "by name" in browser.title, "the order")
        await browser.press("home", "slash", "tab", *"^Iron", "enter")
        await browser.until(lambda: browser.subtitle == f"“^Iron” in name · 1 of {len(hits)} matches", "the count")
        await browser.until(lambda: browser.here[:1] == hits[:1], "the first")
        await browser.press("slash", *"^iron", "enter")
        await browser.until(lambda: browser.subtitle == "“^iron” in name · no matches", "nothing")
        await browser.press("slash", "tab", *"^Iron", "enter")
        await browser.until(lambda: "^ (a prefix) needs one column" in browser.error, "the reason")


@pytest.mark.thorough
async def test_hits_are_marked_in_the_rows(browse: Browse, fleet: Path) -> None:
    async with browse(fleet) as browser:
        await type_into(browser, "slash", "kraken")
        await browser.until(lambda: "kraken" in " ".join(browser.here).lower(), "a hit")
        style = browser.table.get_component_rich_style("rows-view--hit", partial=True)
        strip = browser.table.line_at(browser.table.cursor[0])
        marked = [part.text for part in strip if part.style and part.style.bgcolor == style.bgcolor]
        assert "".join(marked).lower() == "kraken"


# Copies and whole values.


async def test_y_copies_the_whole_row_also_what_the_screen_cuts(browse: Browse, fleet: Path) -> None:
    with closing(sqlite3.connect(fleet)) as connection:
        connection.execute("UPDATE pirate_crew SET name = ?, ship_name = ? WHERE id = 1", ("long " * 100, "a\x1bb"))
        connection.commit()
    async with browse(fleet) as browser:
        await browser.press("y")
        await browser.until(lambda: browser.app.clipboard, "the copy")
        assert browser.app.clipboard == "\t".join(["1", "long " * 100, "a␛b"])


async def test_v_shows_the_whole_value_page_by_page(browse: Browse, fleet: Path) -> None:
    text = "".join(f"{n} bottles of rum\n" for n in range(2_500))
    with closing(sqlite3.connect(fleet)) as connection:
        connection.execute("UPDATE pirate_crew SET name = ? WHERE id = 1", (text,))
        connection.commit()
    async with browse(fleet) as browser:
        await browser.press("]", "v")
        pane = await value_pane(browser, "0 bottles of rum")
        title = f"PirateCrew.name · {len(text):,} long · page 1 of 3"
        assert str(pane.border_title).startswith(title)
        await browser.pilot.resize_terminal(100, 30)
        await browser.until(lambda: browser.app.screen.size.width == 100, "the size")
        assert str(pane.border_title).startswith(title)
        await browser.press("]", "]", "]")
        await browser.until(lambda: "2499 bottles of rum" in pane.plain, "the last page")
        assert "page 3 of 3" in str(pane.border_title)
        await browser.press("y")
        await browser.until(lambda: browser.app.clipboard == text, "the full value")
        await browser.press("escape")
        await browser.until(lambda: len(browser.app.screen_stack) == 1, "the browser")


@pytest.mark.thorough
async def test_v_shows_values_of_what_is_nested_too(browse: Browse, fleet: Path) -> None:
    (name,) = ask(fleet, "SELECT name FROM pirates WHERE pirate_crew_id = 1 ORDER BY id LIMIT 1")
    async with browse(fleet) as browser:
        await browser.press("enter")
        await browser.until_line("members · ")
        await browser.press("right", "]", "v")
        await value_pane(browser, name)


async def value_pane(browser: Any, text: str) -> Any:
    """The pane of the value that is shown, once it has the text."""
    await browser.until(lambda: len(browser.app.screen_stack) == 2, "the value")
    pane = browser.app.screen.query_one("TextPane")
    await browser.until(lambda: text in pane.plain, f"{text!r} in the value")
    return pane
