"""A statement's summary: one line, without the list of columns."""

import pytest

from pirate_tui.domain.statements import Statement, StatementStatus


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("SELECT a.id, a.name \nFROM a \nWHERE a.id = ?", "SELECT … FROM a WHERE a.id = ?"),
        ("SELECT 1", "SELECT 1"),
        ("PRAGMA main.table_info('a')", "PRAGMA main.table_info('a')"),
        (
            "SELECT (SELECT max(rowid) \nFROM a) AS anon_1, (SELECT max(rowid) FROM b) AS anon_2",
            "SELECT (SELECT max(rowid) FROM a) AS anon_1, (SELECT max(rowid) FROM b) AS anon_2",
        ),
        ("SELECT a.id, (SELECT count(*) FROM b) AS n FROM a", "SELECT … FROM a"),
        ("SELECT EXTRACT(year FROM a.born) AS year FROM a", "SELECT … FROM a"),
        ("SELECT a.x IS DISTINCT FROM a.y AS z FROM a", "SELECT … FROM a"),
        ("SELECT a.\"x ( FROM y\", ' ) FROM ', a.`( FROM` FROM a", "SELECT … FROM a"),
        ("SELECT 'it''s ( FROM' AS x FROM a", "SELECT … FROM a"),
        ("SELECT x FROM a JOIN (SELECT y FROM b) ON x = y", "SELECT … FROM a JOIN (SELECT y FROM b) ON x = y"),
    ],
)
def test_summary(text: str, summary: str) -> None:
    assert Statement(1, text, "", "rows of A", StatementStatus.DONE).summary == summary
