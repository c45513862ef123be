"""A statement's summary, one line without the list of columns; and one line of the log for many statements."""

import pytest

from pirate_tui.domain.statements import Statement, StatementStatus


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("SELECT a.id, a.name \nFROM a \nWHERE a.id = ?", "SELECT a.* FROM a WHERE id = ?"),
        ("SELECT main.a.x FROM main.a WHERE main.a.x = main.a.y", "SELECT a.* FROM main.a WHERE x = y"),
        ("SELECT a.x FROM a WHERE a.x = 'a.x' AND aa.a.x", "SELECT a.* FROM a WHERE x = 'a.x' AND aa.a.x"),
        ("SELECT a.x FROM a AS b WHERE b.x = a.x", "SELECT a.* FROM a AS b WHERE b.x = a.x"),
        ("SELECT a.x FROM a WHERE a.x IN (SELECT b.x FROM b)", "SELECT a.* FROM a WHERE a.x IN (SELECT b.x FROM b)"),
        ('SELECT "a b".x FROM "a b" ORDER BY "a b".x', 'SELECT "a b".* FROM "a b" ORDER BY x'),
        ("SELECT 1", "SELECT 1"),
        ("PRAGMA main.table_info('a')", "PRAGMA main.table_info('a')"),
        (
            "SELECT (SELECT max(rowid) \nFROM a) AS anon_1, (SELECT max(rowid) FROM b) AS anon_2",
            "SELECT (SELECT max(rowid) FROM a) AS anon_1, (SELECT max(rowid) FROM b) AS anon_2",
        ),
        ("SELECT a.id, (SELECT count(*) FROM b) AS n FROM a", "SELECT a.*, … FROM a"),
        ("SELECT count(*) AS count_1 FROM a", "SELECT count(*) FROM a"),
        ("SELECT count(a.id) FROM a", "SELECT count(*) FROM a"),
        ("SELECT count(a.id), max(a.id) FROM a", "SELECT … FROM a"),
        ('SELECT a.id AS a_id, b_1.x AS "b x" FROM a JOIN b AS b_1', "SELECT a.*, b_1.* FROM a JOIN b AS b_1"),
        ("SELECT main.a.id, main.a.x FROM main.a", "SELECT a.* FROM main.a"),
        ("SELECT a.x, b.x, c.x, d.x FROM a, b, c, d", "SELECT … FROM a, b, c, d"),
        ("SELECT DISTINCT a.id FROM a", "SELECT … FROM a"),
        ("SELECT EXTRACT(year FROM a.born) AS year FROM a", "SELECT … FROM a"),
        ("SELECT a.x IS DISTINCT FROM a.y AS z FROM a", "SELECT … FROM a"),
        ("SELECT a.\"x ( FROM y\", ' ) FROM ', a.`( FROM` FROM a", "SELECT a.*, … FROM a"),
        ("SELECT 'it''s ( FROM' AS x FROM a", "SELECT … FROM a"),
        ("SELECT x FROM a JOIN (SELECT y FROM b) ON x = y", "SELECT … FROM a JOIN (SELECT y FROM b) ON x = y"),
    ],
)
def test_summary(text: str, summary: str) -> None:
    assert Statement(1, text, "", "rows of A", StatementStatus.DONE).summary == summary


@pytest.mark.parametrize(
    ("earlier", "later", "sums"),
    [
        ((0.5, 3), (0.25, 4), (0.75, 7)),
        ((None, None), (0.25, 4), (0.25, 4)),
        ((0.5, 3), (None, None), (None, None)),
        ((0.5, 3), (0.0, 0), (0.5, 3)),
    ],
)
def test_statements_told_in_one_line_add_up(
    earlier: tuple[float | None, int | None],
    later: tuple[float | None, int | None],
    sums: tuple[float | None, int | None],
) -> None:
    first = Statement(4, "SELECT 1", "()", "Ship 1.sailors", StatementStatus.DONE, *earlier, times=2)
    told = Statement(9, "SELECT 1", "()", "Ship 2.sailors", StatementStatus.RUNNING, *later).after(first)
    assert (told.number, told.times, told.cause, told.outcome) == (4, 3, "Ship 2.sailors", StatementStatus.RUNNING)
    assert (told.seconds, told.rows) == sums
