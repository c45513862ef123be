"""The columns by which a statement chooses the rows of its tables, in the text that each driver is sent."""

import pytest

from pirate_tui.orm.live.compared_columns import statement_tables


@pytest.mark.parametrize(
    ("dialect", "text", "wanted"),
    [
        ("sqlite", "SELECT a.id FROM a WHERE a.b_id IN (?, ?) AND a.day > ?", {"a": ("b_id",)}),
        ("sqlite", "SELECT a.id FROM a WHERE a.day BETWEEN ? AND ?", {"a": ("day",)}),
        ("sqlite", "SELECT a.id FROM a WHERE (a.x, a.y) IN ((?, ?), (?, ?))", {"a": ("x", "y")}),
        (
            "mysql",
            "SELECT c.id FROM c, link WHERE %s = link.a_id AND c.id = link.c_id",
            {"c": ("id",), "link": ("a_id",)},
        ),
        (
            "postgresql",
            'SELECT p.id FROM p LEFT OUTER JOIN s."Odd c" AS c_1 ON p.id = c_1."P id" WHERE p.id IN (%(a_1)s::INTEGER)',
            {"p": ("id",), "c_1": ("P id",)},
        ),
        (
            "postgresql",
            "SELECT c.id FROM (SELECT p.id AS i FROM p WHERE p.id = $1::INTEGER) AS anon_1 JOIN c ON anon_1.i = c.p_id",
            {"p": ("id",), "c": ("p_id",)},
        ),
        (
            "sqlite",
            "SELECT a.id FROM a LEFT OUTER JOIN (l AS l_1 JOIN b AS b_1 ON b_1.id = l_1.b_id) ON a.id = l_1.a_id",
            {"a": (), "l_1": ("a_id",), "b_1": ("id",)},
        ),
        ("sqlite", "SELECT o.id FROM o LEFT OUTER JOIN c ON c.id = o.c_id AND o.x = ?", {"o": (), "c": ("id",)}),
    ],
)
def test_columns_are_found_by_which_rows_are_chosen(
    dialect: str, text: str, wanted: dict[str, tuple[str, ...]]
) -> None:
    read = statement_tables(text, dialect)
    assert read is not None
    assert {name: table.wanted for name, table in read.tables.items()} == wanted
    assert not any(table.has_others for table in read.tables.values())


@pytest.mark.parametrize("condition", ["a.x = ? OR a.y = ?", "NOT (a.x = ?)", "lower(a.x) = ?", "a.x LIKE ?"])
def test_a_condition_of_another_form_is_not_taken_for_one_that_an_index_serves(condition: str) -> None:
    read = statement_tables(f"SELECT a.id FROM a WHERE {condition}", "sqlite")  # noqa: S608  parsed, never sent
    assert read is not None
    assert (read.tables["a"].wanted, read.tables["a"].has_others) == ((), True)


def test_a_schema_and_a_derived_table_are_told_apart_from_tables() -> None:
    read = statement_tables("WITH w AS (SELECT 1 AS a) SELECT s.t.id FROM s.t JOIN w ON w.a = t.id", "postgresql")
    assert read is not None
    assert [(table.schema, table.name) for table in read.tables.values()] == [("s", "t")]
    assert read.derived == {"w"}


def test_what_cannot_be_parsed_is_none() -> None:
    assert statement_tables("SELECT FROM WHERE (", "sqlite") is None
