"""What passes the gate and what does not, by the text of a statement alone."""

import sys
from typing import Any

import pytest

from pirate_tui.orm.read_only import SqlText, refusal
from pirate_tui.orm.read_only.statements import is_plain
from pirate_tui.orm.read_only.tokens import Reading, readings
from tests.orm.read_only import attacks


POSTGRESQL, MYSQL = SqlText

READS = [
    "SELECT concat(name, '; x') FROM ships WHERE name LIKE 'DELETE FROM %' ESCAPE '/'",
    "SELECT t.delete FROM t",
    "SELECT t.a AS delete FROM t",
    "SELECT t.update, t.outfiles FROM t",
    "SELECT delete, t.lock AS insert FROM t AS merge",
    "SELECT replace(a, 'b', 'c') FROM t",
    "SELECT 1",
    " select 1",
    "(SELECT 1)",
    "WITH a AS (SELECT 1) SELECT * FROM a",
    "SELECT a FROM t UNION ALL (SELECT b FROM u ORDER BY b LIMIT 3)",
    "SELECT count(*) OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
    "-- why\nSELECT 1",
    "/* why */ SELECT 1 ; ",
    "SELECT 1 /* DELETE FROM ships */ -- ; DROP TABLE ships",
    "SHOW search_path",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE SELECT 1",
    "explain with a as (select 1) select * from a",
    "SAVEPOINT s",
    "RELEASE SAVEPOINT s",
    "ROLLBACK TO SAVEPOINT s",
    "SELECT 'a\\b', 'DELETE FROM t' FROM t WHERE a LIKE '%\\_%'",
]

READS_OF = {
    POSTGRESQL: [
        "VALUES (1), (2)",
        "TABLE ships",
        "EXPLAIN (ANALYZE, FORMAT JSON) SELECT 1",
        "EXPLAIN (SELECT 1)",
        "EXPLAIN ANALYZE VERBOSE TABLE ships",
        "SHOW TIME ZONE",
        "SHOW app.tenant",
        "SELECT set_config('app.tenant', '7', true)",
        "SELECT set_config('app.user.id'::text, %(id)s, false), set_config('search_path', 'tenant_7', true)",
        "SET LOCAL app.tenant = '7'",
        "SET app.tenant TO 7",
        "SET SESSION search_path = tenant_7, public",
        "SET LOCAL TIME ZONE 'UTC'",
        "SELECT current_setting('app.tenant', true), lo_get(7), pg_sleep(1), txid_current_if_assigned()",
        "SELECT a FROM t WHERE b = %(b_1)s::VARCHAR AND c %% 2 = $1::INTEGER",
        "SELECT E'\\'; DELETE FROM ships; SELECT '",
        "SELECT U&'\\0041', B'01', x'ab', $$; DELETE FROM ships$$, $tag$ ' $$ $tag$",
        """SELECT t."back\\sl", t."a;b", t."it's", "x""y" FROM "lo_create" AS t""",
        "SELECT make_interval(days := 10)",
        "SELECT substring(a FROM 1 FOR 2), extract(year FROM b) FROM t",
        "SELECT a #>> '{b,c}', a @> b, a ->> 'x' FROM t",
    ],
    MYSQL: [
        "SHOW TABLES",
        "SHOW CREATE TABLE `ships`",
        "SHOW FULL COLUMNS FROM ships LIKE 'a%%'",
        "DESCRIBE ships",
        "DESC `a;b` name",
        "EXPLAIN EXTENDED SELECT 1",
        "EXPLAIN FORMAT=JSON SELECT 1",
        "ANALYZE SELECT 1",
        "ANALYZE FORMAT=JSON SELECT 1",
        "SELECT last_insert_id(), insert('a', 1, 1, 'b')",
        """SELECT `back\\sl`, `a;b`, `x``y`, "it's" FROM `get_lock`""",
        "SELECT 1 # DELETE FROM ships",
        "SELECT a FROM t WHERE b = %s AND c %% 2 = 1 LIMIT %s, %s",
        "SELECT @@version, @x",
    ],
}


@pytest.mark.parametrize("sql", SqlText)
@pytest.mark.parametrize("statement", READS)
def test_what_reads_passes(statement: str, sql: SqlText) -> None:
    assert not refusal(statement, sql)


@pytest.mark.parametrize(("sql", "statement"), [(sql, one) for sql, some in READS_OF.items() for one in some])
def test_what_reads_on_one_of_them_passes(statement: str, sql: SqlText) -> None:
    assert not refusal(statement, sql, {"id": "7"})


OWN = {
    POSTGRESQL: (*attacks.ON_POSTGRESQL, *(f"SELECT {call}" for call in attacks.CALLS_ON_POSTGRESQL)),
    MYSQL: (*attacks.ON_MYSQL, *(f"SELECT {call}" for call in attacks.CALLS_ON_MYSQL)),
}

NAMED_LIKE_FUNCTIONS = (
    "WITH a AS (SELECT 1) UPDATE (ships) SET name = 'x'",
    "WITH a AS (SELECT 1) REPLACE ships SELECT 9, 'x'",
    "WITH a AS (SELECT 1) INSERT ships SELECT 9, 'x'",
)
"""Commands where only a function may have a parenthesis behind it, or must have one."""

WRITES = [
    (sql, one)
    for sql, own in OWN.items()
    for one in (*attacks.EVERYWHERE, *attacks.HIDING, *own, *NAMED_LIKE_FUNCTIONS)
]


@pytest.mark.parametrize("is_foreign", [True, False])
@pytest.mark.parametrize(("sql", "statement"), WRITES)
def test_what_may_write_does_not_pass(sql: SqlText, statement: str, is_foreign: bool) -> None:  # noqa: FBT001  a parameter
    assert refusal(statement, sql, is_foreign=is_foreign)


@pytest.mark.parametrize(
    ("sql", "statement", "reason"),
    [
        (POSTGRESQL, "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1", "the statement may write"),
        (POSTGRESQL, "WITH a AS (DELETE FROM t RETURNING 1) SELECT 1 FROM a", "the statement may write"),
        (POSTGRESQL, "SELECT pg_notify('a', 'b')", "the statement calls pg_notify()"),
        (POSTGRESQL, "SELECT 1; SELECT 2", "there are several statements"),
        (POSTGRESQL, "SELECT FROM WHERE", "the statement cannot be parsed"),
        (MYSQL, "SELECT 'a", "the statement cannot be parsed"),
        (MYSQL, "SELECT @x := 5", "the statement may write"),
    ],
)
def test_the_reason_is_said(sql: SqlText, statement: str, reason: str) -> None:
    assert refusal(statement, sql) == reason


def test_a_function_is_known_in_quotes_that_make_a_name_by_a_setting_of_the_server() -> None:
    assert refusal('SELECT "sys_exec"(1)', MYSQL, is_foreign=False) == "the statement calls sys_exec()"


@pytest.mark.parametrize(
    ("parameters", "passes"),
    [
        ({"name": "app.tenant"}, True),
        ({"name": "search_path"}, True),
        ({"name": "default_transaction_read_only"}, False),
        ({"name": "app.tenant\n"}, False),
        ({"name": None}, False),
        ({}, False),
        ([{"name": "app.tenant"}], False),
    ],
)
def test_what_set_config_sets_is_looked_up_by_name(parameters: Any, passes: bool) -> None:  # noqa: FBT001  likewise
    statement = "SELECT set_config(%(name)s::VARCHAR, %(value)s::VARCHAR, true)"
    assert (refusal(statement, POSTGRESQL, parameters, is_foreign=False) == "") is passes


@pytest.mark.parametrize(
    ("parameters", "passes"), [(("x", "app.tenant"), True), (("x", "role"), False), (("x",), False)]
)
def test_what_set_config_sets_is_looked_up_by_number(parameters: Any, passes: bool) -> None:  # noqa: FBT001  likewise
    statement = "SELECT set_config($2::VARCHAR, $1::VARCHAR, true)"
    assert (refusal(statement, POSTGRESQL, parameters, is_foreign=False) == "") is passes


HIDING = [
    (MYSQL, "SELECT '%s'", (", get_lock('x', 0), ",)),
    (MYSQL, "SELECT '%(a)s'", {"a": "; COMMIT"}),
    (MYSQL, 'SELECT "%s"', ("x",)),
    (MYSQL, "SELECT `%s`", ("x",)),
    (MYSQL, "SELECT 1 /* %s */", ("*/ , get_lock(1, 0) /*",)),
    (MYSQL, "SELECT 1 # %s", ("\n INTO OUTFILE '/tmp/x'",)),
    (MYSQL, "SELECT 1 %.1s", ("x",)),
    (MYSQL, "SELECT name %(/*)s, get_lock('x', 0), (1 /* */ + 2) s FROM ships", {"/*": "x"}),
    (MYSQL, "SELECT 1 %sFOR UPDATE", ("x",)),
    (POSTGRESQL, """SELECT ('%(')s', lo_create(0), ('%(')s')""", {"'": "x"}),
    (POSTGRESQL, """SELECT '%(')s'""", [{"'": "x"}]),
    (POSTGRESQL, "SELECT '%(a)s'", {"a": "x"}),
    (POSTGRESQL, "SELECT '%(a)s'", [{"a": "x"}]),
    (POSTGRESQL, "SELECT ALL %sINTO copied", ("x",)),
]


@pytest.mark.parametrize("is_foreign", [True, False])
@pytest.mark.parametrize(("sql", "statement", "parameters"), HIDING)
def test_a_parameter_hides_nothing(sql: SqlText, statement: str, parameters: Any, is_foreign: bool) -> None:  # noqa: FBT001  a parameter
    assert refusal(statement, sql, parameters, is_foreign=is_foreign)


@pytest.mark.parametrize(
    ("sql", "statement", "parameters"),
    [
        (MYSQL, "SELECT date_format(d, '%%s %%Y'), `a%%(b`, a %% b FROM t WHERE c LIKE %s /* 5 %% */", ("x",)),
        (MYSQL, "SELECT '%s'", ()),
        (POSTGRESQL, "SELECT a LIKE 'x%(', a % b FROM t WHERE c = $1", ("x",)),
        (POSTGRESQL, """SELECT '%%(', "a%%", a %% b FROM t WHERE c = %(c)s""", {"c": 1}),
        (POSTGRESQL, "SELECT a FROM t WHERE c = %(c)s", {"c": 1}),
        (MYSQL, "SELECT a FROM t WHERE c = %s", ("x",)),
    ],
)
def test_a_percent_sign_that_is_none_to_the_driver_passes(sql: SqlText, statement: str, parameters: Any) -> None:
    for is_foreign in (True, False):
        assert not refusal(statement, sql, parameters, is_foreign=is_foreign)


@pytest.mark.parametrize(("sql", "quote"), [(POSTGRESQL, '"'), (MYSQL, "`")])
def test_names_may_hold_anything(sql: SqlText, quote: str) -> None:
    statement = 'SELECT "a;b", "back\\sl" FROM "x; DELETE FROM y" WHERE a = \'it\''.replace('"', quote)
    assert not refusal(statement, sql)
    assert not refusal(statement, sql, is_foreign=False)


BUILT = [
    (POSTGRESQL, 'SELECT a, "update" FROM t WHERE b = $1 LIMIT 3'),
    (POSTGRESQL, "SELECT update.lock AS merge FROM update"),
    (POSTGRESQL, "SELECT make_interval(days := 10)"),
    (MYSQL, "SELECT a, `update` FROM t WHERE b = %s LIMIT 3"),
    (MYSQL, "SELECT update.lock AS merge, replace(a, 'b', 'c'), insert(a, 1, 2, 'b') FROM update"),
]


def test_what_is_built_is_not_parsed_and_the_parser_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlglot", None)  # an import of it raises
    for sql, built in BUILT:
        assert not refusal(built, sql, is_foreign=False)
    for statement in ("SHOW TABLES", "SAVEPOINT a", "DELETE FROM t", "SET LOCAL app.tenant = '7'"):
        refusal(statement, POSTGRESQL)
    with pytest.raises(ImportError):
        refusal("SELECT b FROM t", POSTGRESQL)
    with pytest.raises(ImportError):
        refusal("SELECT update FROM t", POSTGRESQL, is_foreign=False)


@pytest.mark.parametrize(
    ("statement", "is_one"),
    [
        ('SELECT a, "b" FROM t WHERE c = $1', True),
        ("(WITH a AS (SELECT 1) SELECT count(*) FROM a)", True),
        ("SELECT a FROM t WHERE b = %(b)s", True),
        ("SELECT a FROM t WHERE b = 'x'", True),
        ("SELECT a FROM t WHERE b = '%%' AND c = %(c)s", False),
        ("SELECT a % b FROM t", False),
        ("SELECT a FROM t; SELECT 1", False),
        ("SELECT '\\'", False),
        ("SELECT 1 /* why */", False),
        ("SELECT a FROM t FOR UPDATE", False),
        ("SELECT a INTO b FROM t", False),
        ("SELECT nextval('a')", False),
        ("SELECT set_config(a, b, c)", False),
        ("SHOW TABLES", False),
        ("SELECTED", False),
    ],
)
@pytest.mark.parametrize("sql", SqlText)
def test_a_plain_query_is_known_by_its_words(statement: str, is_one: bool, sql: SqlText) -> None:  # noqa: FBT001  a parameter
    assert is_plain(statement, sql) is is_one


def test_a_statement_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def judging(statement: str, sql: SqlText) -> list[Reading]:
        asked.append(statement)
        return readings(statement, sql)

    monkeypatch.setattr("pirate_tui.orm.read_only.readings", judging)
    for _ in range(3):
        assert not refusal("SELECT judged_once, '\\' FROM t", POSTGRESQL, is_foreign=False)
    assert len(asked) == 1


def test_a_deep_statement_ends_in_a_refusal() -> None:
    assert refusal(f"SELECT {'(' * 5_000}1{')' * 5_000}", POSTGRESQL) == "the statement cannot be parsed"
