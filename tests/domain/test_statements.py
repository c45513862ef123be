"""A statement's summary: one line, without the list of columns."""

import pytest

from pirate_tui.domain.statements import Outcome, Statement


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("SELECT a.id, a.name \nFROM a \nWHERE a.id = ?", "SELECT … FROM a WHERE a.id = ?"),
        ("SELECT 1", "SELECT 1"),
        ("PRAGMA main.table_info('a')", "PRAGMA main.table_info('a')"),
        ("SELECT x FROM a JOIN (SELECT y FROM b) ON x = y", "SELECT … FROM a JOIN (SELECT y FROM b) ON x = y"),
    ],
)
def test_summary(text: str, summary: str) -> None:
    assert Statement(1, text, "", "rows of A", Outcome.DONE).summary == summary
