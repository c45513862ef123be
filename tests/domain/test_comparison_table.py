"""A comparison as a table in Markdown."""

from math import inf

from pirate_tui.domain.comparing import Comparison, LoadMethod
from pirate_tui.domain.comparison_table import markdown
from tests.domain.contests import KEYS, SAILORS, SHIP, Told, measured


def test_the_best_comes_first_then_those_with_the_fewest_statements_and_those_that_raise_last() -> None:
    contest = measured(
        SAILORS,
        {
            LoadMethod.AWAITED: Told(0.04, statements=1_004, rows=33),
            LoadMethod.SELECTINLOAD: Told(0.01, statements=2, rows=33),
            LoadMethod.JOINEDLOAD: Told(0.02, statements=1, rows=30),
        },
    )
    assert markdown(contest, LoadMethod.SELECTINLOAD).splitlines()[:7] == [
        "`BigShip.sailors` of 3 rows, median of 5 rounds:",
        "",
        "|  | strategy | statements | rows | time | min … max | loaded |",
        "| --- | --- | ---: | ---: | ---: | --- | --- |",
        "| ★ | `selectinload` | 2 | 33 | 10.0 ms | 10.0 … 10.0 | 30 Sailor |",
        "|  | `joinedload` | 1 | 30 | 20.0 ms | 20.0 … 20.0 | 30 Sailor |",
        "|  | `awaitable_attrs (N+1)` | 1,004 | 33 | 40.0 ms | 40.0 … 40.0 | 30 Sailor |",
    ]
    raising = [line for line in markdown(contest, None).splitlines() if "raises" in line]
    assert len(raising) == len(contest.measurements) - 3
    assert markdown(contest, None).splitlines()[-len(raising) :] == raising
    assert all(line.endswith("|  |  | raises Refused |") for line in raising)


def test_what_is_not_measured_is_left_out_and_a_first_run_is_no_time() -> None:
    contest = Comparison.of(SHIP, KEYS, SAILORS, inf)
    assert len(markdown(contest, None).splitlines()) == 4
    contest = contest.with_run(LoadMethod.PLAIN, Told(0.01).run)
    assert markdown(contest, None).splitlines()[4:] == ["|  | `plain access` | 1 | 3 | warm-up |  | 30 Sailor |"]


def test_a_bar_in_a_text_does_not_end_its_cell() -> None:
    contest = Comparison.of(SHIP, KEYS, SAILORS, inf).with_run(LoadMethod.PLAIN, Told(0.01, error="A|B").run)
    assert markdown(contest, None).splitlines()[-1].endswith("| raises A\\|B |")
