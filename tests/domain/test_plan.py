"""Plans as values: what they say of full scans, and how they are written."""

import pytest

from pirate_tui.domain.plan import ALL_ROWS, HAS_INDEX, NOT_KNOWN, PlanStep, StatementPlan, summary
from pirate_tui.domain.statements import Statement, StatementStatus


WANTING = PlanStep("SCAN orders", is_full_scan=True, table="orders", columns=("tenant_id", "customer_id"))
WANTED = PlanStep("SCAN kinds", is_full_scan=True, note=ALL_ROWS.format(table="kinds"))
UNUSED = PlanStep("Seq Scan on kinds", is_full_scan=True, note=HAS_INDEX.format(table="kinds", column="id"))
UNKNOWN = PlanStep("SCAN elsewhere", is_full_scan=True, note=NOT_KNOWN)
SEARCH = PlanStep("SEARCH orders USING INTEGER PRIMARY KEY (rowid=?)")


def plan(*steps: PlanStep, text: str = "SELECT 1", times: int = 1, problem: str = "") -> StatementPlan:
    """A statement's plan of these steps."""
    return StatementPlan(Statement(1, text, "", "it", StatementStatus.DONE, times=times), steps, problem)


def test_a_full_scan_says_in_words_what_it_wants_or_why_nothing() -> None:
    assert WANTING.remark == "full scan: wants an index on orders (tenant_id, customer_id)"
    assert WANTED.remark == "full scan: all rows of kinds are wanted"
    assert UNUSED.remark == "full scan: kinds (id) has an index, which the database does not use here"
    assert UNKNOWN.remark == "full scan: not known which columns want an index"
    assert SEARCH.remark == ""
    assert [step.wants_index for step in (WANTING, WANTED, UNUSED, UNKNOWN, SEARCH)] == [True, *[False] * 4]


@pytest.mark.parametrize(
    ("plans", "told"),
    [
        ([plan(SEARCH, WANTED, UNUSED)], "no index is missing"),
        ([plan(SEARCH), plan(WANTING, UNKNOWN)], "1 full scan without an index"),
        ([plan(WANTING), plan(WANTING)], "2 full scans without an index"),
        ([plan(SEARCH, UNKNOWN)], "not known whether an index is missing"),
        ([plan(SEARCH), plan(problem="not explained: no such table")], "not known whether an index is missing"),
    ],
)
def test_all_plans_together_are_summed_up(plans: list[StatementPlan], told: str) -> None:
    assert summary(plans) == told


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("SELECT a.id, a.n\nFROM a\nWHERE a.id IN (?, ?, ?)", "SELECT a.* FROM a WHERE id IN (?, …)"),
        (
            "SELECT a.x FROM a WHERE (a.x, a.y) IN ((?, ?), (?, ?), (?, ?))",
            "SELECT a.* FROM a WHERE (x, y) IN ((?, ?), …)",
        ),
        ("SELECT a.id FROM a WHERE a.id IN (%s, %s)", "SELECT a.* FROM a WHERE id IN (%s, …)"),
        (
            "SELECT a.id FROM a WHERE a.id IN ($1::INTEGER, $2::INTEGER)",
            "SELECT a.* FROM a WHERE id IN ($1::INTEGER, …)",
        ),
        (
            "SELECT a.id FROM a WHERE a.id IN (%(k_1)s::INTEGER, %(k_2)s::INTEGER)",
            "SELECT a.* FROM a WHERE id IN (%(k_1)s::INTEGER, …)",
        ),
        ("SELECT a.id FROM a WHERE ? = a.b_id", "SELECT a.* FROM a WHERE ? = b_id"),
    ],
)
def test_a_statements_parameters_are_not_all_listed(text: str, title: str) -> None:
    assert plan(text=text).title == title
    assert plan(text=text, times=1_000).title == f"{title} · sent 1,000 times"


def test_what_is_copied_has_the_whole_statement_and_what_is_wrong_beside_the_step() -> None:
    assert plan(SEARCH, WANTING, text="SELECT\n1", problem="more").lines == (
        "SELECT\n1",
        "  SEARCH orders USING INTEGER PRIMARY KEY (rowid=?)",
        "  SCAN orders  ← full scan: wants an index on orders (tenant_id, customer_id)",
        "  more",
    )
