"""SQL made at random: what reads, what writes, and what hides that it does.

A statement is made of words. Those in capitals are keywords, those in small letters are names: between them may stand
whatever a server takes for space, and a keyword may be written in any case, a name in quotes.
"""

import re
from collections.abc import Sequence
from itertools import cycle, pairwise
from typing import Any, NamedTuple, TypeAlias

from hypothesis import strategies as st


Words: TypeAlias = tuple[str, ...]
Some: TypeAlias = st.SearchStrategy[Words]


class Sent(NamedTuple):
    """A statement and its parameters, as they come to a driver."""

    text: str
    parameters: Any = ()


class Grammar(NamedTuple):
    """What one kind of server has of its own."""

    calls: tuple[str, ...]
    """Functions that act, where the server's read-only transaction does not keep them from it."""
    executing: tuple[str, ...]
    """Functions that execute a string."""
    writes: tuple[str, ...]
    """Statements that are no query."""
    cannot_be_tried: tuple[str, ...]
    """Of those the ones that would be in the way of others on the same server."""
    returning: tuple[str, ...]
    """Those that may stand in a WITH."""
    endings: tuple[str, ...]
    """What makes more of a query."""
    prefixes: tuple[str, ...]
    """What may stand before a query, and before much else."""
    around: tuple[str, ...]
    """Expressions with another one in the place of `{}`."""
    queries: tuple[str, ...]
    """Queries with an expression in the place of `{}`."""
    gaps: tuple[str, ...]
    decoys: tuple[str, ...]
    """What is a string, a name or a comment to the server, and seems to be more, or less."""
    doubtful: tuple[tuple[str, str], ...]
    """Of two such, between which something is hidden by some settings of the server, and by others not."""
    fragments: tuple[str, ...]
    """What is put in where it does not belong."""
    quote: str


AROUND = (
    "( {} )",
    "COALESCE ( {} , NULL )",
    "CASE WHEN 1 = 1 THEN {} END",
    "CASE {} WHEN NULL THEN 1 ELSE 2 END",
    "( SELECT {} )",
    "( SELECT {} FROM ships LIMIT 1 )",
    "NULLIF ( {} , {} )",
    "( {} IS NULL )",
    "EXISTS ( SELECT {} )",
    "concat ( {} , 'a' )",
    "( 1 IN ( SELECT 1 WHERE {} IS NULL ) )",
    "( WITH c AS ( SELECT {} AS x ) SELECT x FROM c )",
    "count ( {} ) OVER ( PARTITION BY 1 )",
)

QUERIES = (
    "SELECT {}",
    "SELECT {} AS x , id FROM ships",
    "SELECT DISTINCT {} FROM ships",
    "( SELECT {} )",
    "SELECT id FROM ships WHERE {} IS NOT NULL",
    "SELECT id FROM ships AS s JOIN ships AS t USING ( id ) WHERE id = 1 OR {} IS NULL",
    "SELECT s . id FROM ships AS s LEFT JOIN ships AS t ON {} IS NULL",
    "SELECT id FROM ships ORDER BY {} , id DESC",
    "SELECT id FROM ships GROUP BY id HAVING max ( {} ) IS NOT NULL",
    "SELECT a . x FROM ( SELECT {} AS x ) AS a",
    "WITH a AS ( SELECT {} AS x ) SELECT x FROM a",
    "WITH a AS ( SELECT 1 AS x ) , b AS ( SELECT {} AS y ) SELECT x , y FROM a , b",
    "WITH RECURSIVE a AS ( SELECT 1 AS x UNION ALL SELECT x + 1 FROM a WHERE x < 3 ) SELECT x , {} FROM a",
    "SELECT 'a' UNION ALL SELECT 'b' WHERE {} IS NOT NULL",
    "SELECT 1 EXCEPT ( SELECT 2 WHERE {} IS NULL )",
)

HARMLESS = (
    "1",
    "'x'",
    "'it''s; DELETE'",
    "NULL",
    "upper ( 'x' )",
    "1 + 2",
    "2.5",
    "( 1 )",
    "CURRENT_TIMESTAMP",
    "'INTO'",
)
"""Expressions of which nothing comes."""

WRITES = (
    "INSERT INTO ships VALUES ( 9 , 'x' )",
    "UPDATE ships SET name = 'x'",
    "DELETE FROM ships",
    "TRUNCATE TABLE ships",
    "DROP TABLE ships",
    "ALTER TABLE ships ADD x INT",
    "CREATE TABLE made AS SELECT 1 AS x",
    "CREATE TABLE made ( x INT )",
    "CREATE TEMPORARY TABLE made ( x INT )",
    "CREATE VIEW made AS SELECT 1 AS x",
    "CREATE INDEX made ON ships ( name )",
    "GRANT SELECT ON ships TO PUBLIC",
    "COMMIT",
    "ROLLBACK",
    "BEGIN",
    "START TRANSACTION READ WRITE",
    "SET SESSION TRANSACTION READ WRITE",
    "SET ROLE NONE",
    "CALL made ( )",
    "EXECUTE made",
)

GAPS = (
    " ",
    " ",
    " ",
    "\n",
    "\t ",
    "\r\n",
    "/**/",
    " /* ; */ ",
    "/* ' */",
    '/*"*/',
    " -- x\n",
    " -- '\n",
    "/* SELECT */",
    "",
)

FRAGMENTS = (
    *(
        "'",
        '"',
        "`",
        "''",
        "\\",
        "\\'",
        ";",
        "; ",
        "/*",
        "*/",
        "-- ",
        "--",
        "\n",
        "\r",
        "#",
        "(",
        ")",
        ",",
        "=",
        ":=",
        ":",
    ),
    *(
        "\0",
        "\xa0",
        "\u2028",
        "%",
        "%%",
        "1.",
        "$1",
        "@",
        "@x",
        "{",
        "}",
        " INTO made ",
        "INTO",
        " FOR UPDATE",
        " AS ",
        ".",
    ),
    *(
        "E'",
        "U&'",
        'U&"',
        "N'",
        "x'",
        "$$",
        "$a$",
        "/*!",
        "/*M!",
        "*/ /*!50000 ",
        "\\N",
        " UESCAPE '!'",
        "SELECT ",
        "1e5",
        "0x",
    ),
    *("; COMMIT; ", "; DELETE FROM ships", " UNION SELECT ", "EXPLAIN ", "ANALYZE ", "WITH ", " PROCEDURE ANALYSE()"),
)

DECOYS = (
    *(
        """'"'""",
        "'`'",
        "'--'",
        "'/*'",
        "'*/'",
        "'#'",
        "'$$'",
        "''''",
        "/* ' */ 1",
        '/* " */ 1',
        "/* ` */ 1",
        "1 /* -- */",
    ),
    *("1 -- '\n", '1 -- "\n', "1 -- `\n", "1 -- /*\n", "'\\\\'", "';'", "1 /*;*/"),
)

POSTGRESQL = Grammar(
    calls=(
        "lo_create ( 0 )",
        "lo_from_bytea ( 0 , 'x' )",
        "pg_catalog . lo_creat ( -1 )",
        "pg_advisory_lock ( 7 )",
        "pg_try_advisory_lock_shared ( 7 )",
        "pg_replication_origin_create ( '{mark}' )",
        "dblink_exec ( '{dblink}' , 'insert into ships values (9, ''x'')' )",
        "set_config ( 'default_transaction_read_only' , 'off' , FALSE )",
        "set_config ( 'default' || '_transaction_read_only' , 'off' , FALSE )",
    ),
    executing=(
        "query_to_xml ( {} , TRUE , TRUE , '' )",
        "query_to_xmlschema ( {} , TRUE , TRUE , '' )",
        "query_to_xml_and_xmlschema ( {} , TRUE , TRUE , '' )",
        "( SELECT count ( * ) FROM dblink ( '{dblink}' , {} ) AS d ( x TEXT ) )",
        "( SELECT count ( * ) FROM crosstab ( {} ) AS d ( a TEXT , b TEXT ) )",
    ),
    writes=(
        *WRITES,
        "CREATE MATERIALIZED VIEW made AS SELECT 1 AS x",
        "MERGE INTO ships USING ships AS t ON ships . id = t . id WHEN MATCHED THEN DELETE",
        "COPY ships FROM STDIN",
        "DO 'BEGIN DELETE FROM ships; END'",
        "LOCK TABLE ships",
        "NOTIFY ships",
        "LISTEN ships",
        "SET default_transaction_read_only = OFF",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SET LOCAL transaction_read_only = 0",
        "RESET ALL",
        "DISCARD ALL",
        "PREPARE made AS DELETE FROM ships",
        "DECLARE made CURSOR WITH HOLD FOR SELECT 1",
        "COMMENT ON TABLE ships IS 'x'",
        "REINDEX TABLE ships",
        "ANALYZE ships",
        "VACUUM ships",
        "REFRESH MATERIALIZED VIEW made",
        "SELECT 1 AS x INTO made",
        "SELECT * INTO TEMPORARY made FROM ships",
        "EXPLAIN ANALYZE CREATE TABLE made AS SELECT 1",
    ),
    cannot_be_tried=(
        "COPY ships TO '/tmp/{mark}'",
        "COPY ships TO PROGRAM 'true'",
        "ALTER SYSTEM SET work_mem = 1",
        "CHECKPOINT",
        "DROP DATABASE ships",
        "SELECT pg_reload_conf ( )",
        "SELECT pg_terminate_backend ( 1 )",
        "SELECT pg_switch_wal ( )",
        "SELECT pg_backup_start ( 'x' )",
        "SELECT pg_create_physical_replication_slot ( '{mark}' , TRUE )",
        "SELECT pg_notify ( 'ships' , 'x' )",
        "SELECT nextval ( 'numbers' )",
        "SELECT txid_current ( )",
        "SELECT ts_stat ( 'SELECT 1' )",
        "SELECT * FROM crosstab ( 'SELECT 1' ) AS t ( a INT )",
        "SELECT database_to_xml ( TRUE , TRUE , '' )",
        "SELECT lo_import ( '/etc/hostname' )",
    ),
    returning=(
        "INSERT INTO ships VALUES ( 9 , 'x' ) RETURNING id",
        "UPDATE ships SET name = 'x' RETURNING id",
        "DELETE FROM ships RETURNING id",
    ),
    endings=("FOR UPDATE", "FOR SHARE", "FOR NO KEY UPDATE", "FOR KEY SHARE OF ships", "FOR UPDATE SKIP LOCKED"),
    prefixes=(
        "EXPLAIN",
        "EXPLAIN ANALYZE",
        "EXPLAIN ANALYSE",
        "EXPLAIN VERBOSE",
        "EXPLAIN ANALYZE VERBOSE",
        "EXPLAIN ( ANALYZE )",
        "EXPLAIN ( ANALYZE TRUE , FORMAT JSON )",
        "EXPLAIN ( COSTS OFF , ANALYZE 'on' )",
        "EXPLAIN ( VERBOSE , ANALYZE , BUFFERS )",
    ),
    around=(
        *AROUND,
        "( ARRAY [ {} ] ) [ 1 ]",
        "( SELECT x FROM ( VALUES ( {} ) ) AS v ( x ) )",
        "( ROW ( {} ) ) IS NULL",
    ),
    queries=(
        *QUERIES,
        "VALUES ( {} )",
        "SELECT x FROM ships , LATERAL ( SELECT {} AS x ) AS y",
        "SELECT id FROM ships LIMIT ( SELECT 1 WHERE {} IS NULL )",
        "SELECT count ( * ) FILTER ( WHERE {} IS NULL ) FROM ships",
        "SELECT DISTINCT ON ( id ) id FROM ships ORDER BY id , {}",
        "SELECT x FROM unnest ( ARRAY [ {} ] ) AS u ( x )",
        "WITH a AS NOT MATERIALIZED ( SELECT {} AS x ) TABLE a",
    ),
    gaps=(*GAPS, "/* /* */ ' */", " --\r", "\f"),
    decoys=(
        *DECOYS,
        """$$"$$""",
        "$$'$$",
        "$a$ $$ $a$",
        "E'\\''",
        "U&'\\0027'",
        "'\\'",
        "E'a\\\\'",
        "1 /* /* */ ' */",
        "$$;$$",
    ),
    doubtful=(("'\\''", "1 -- '\n"), ("'\\'", "1 -- '\n"), ("'a\\''", "1 /* ' */")),
    fragments=(
        *FRAGMENTS,
        "lo_create(0)",
        "set_config('role', 'x', false)",
        "query_to_xml('select lo_create(0)',true,true,'')",
    ),
    quote='"',
)

MYSQL = Grammar(
    calls=(
        "get_lock ( '{mark}' , 0 )",
        "last_insert_id ( 77 )",
        "load_file ( '/etc/hostname' )",
    ),
    executing=(),
    writes=(
        *WRITES,
        "REPLACE INTO ships VALUES ( 9 , 'x' )",
        "SET autocommit = 1",
        "SET @x = 5",
        "SELECT @x := 5",
        "SELECT id INTO @x FROM ships LIMIT 1",
        "DO get_lock ( '{mark}' , 0 )",
        "ANALYZE TABLE ships",
        "OPTIMIZE TABLE ships",
        "RENAME TABLE ships TO made",
        "PREPARE made FROM 'DELETE FROM ships'",
        "EXECUTE IMMEDIATE 'DELETE FROM ships'",
        "HANDLER ships OPEN",
        "LOCK TABLES ships WRITE",
        "SET STATEMENT max_statement_time = 1 FOR DELETE FROM ships",
        "BEGIN NOT ATOMIC DELETE FROM ships",
        "/*! DELETE FROM ships */",
        "/*M!50000 DELETE FROM ships */",
        "SELECT 1 /*!50000 , get_lock('{mark}', 0) */",
        "SELECT 1 /*! INTO @x */",
        "SELECT id FROM ships PROCEDURE ANALYSE ( )",
        "SELECT NEXT VALUE FOR numbers",
    ),
    cannot_be_tried=(
        "SELECT * FROM ships INTO OUTFILE '/tmp/{mark}'",
        "SELECT 1 INTO DUMPFILE '/tmp/{mark}'",
        "SHUTDOWN",
        "RESET MASTER",
        "FLUSH TABLES WITH READ LOCK",
        "PURGE BINARY LOGS BEFORE NOW ( )",
        "KILL 1",
        "SET GLOBAL max_connections = 149",
        "DROP DATABASE ships",
        "SELECT release_all_locks ( )",
        "SELECT sys_exec ( 'true' )",
        "SELECT mroonga_command ( 'x' )",
        "INSTALL SONAME 'x'",
    ),
    returning=(),
    endings=("FOR UPDATE", "LOCK IN SHARE MODE", "INTO @x", "PROCEDURE ANALYSE ( )"),
    prefixes=(
        "EXPLAIN",
        "DESCRIBE",
        "DESC",
        "EXPLAIN EXTENDED",
        "EXPLAIN PARTITIONS",
        "EXPLAIN FORMAT = JSON",
        "ANALYZE",
        "ANALYZE FORMAT = JSON",
    ),
    around=(*AROUND, "IF ( 1 = 1 , {} , NULL )", "( {} DIV 1 )", "( {} <=> NULL )"),
    queries=(*QUERIES, "SELECT STRAIGHT_JOIN {} FROM ships", "SELECT {} FROM DUAL LIMIT 0 , 1"),
    gaps=(*GAPS, "# x\n", "#'\n", "#`\n", "--\t\n"),
    decoys=(*DECOYS, """ "'" """, "'\\''", '"\\""', "1 # '\n", "'\\\\'", "'a' '\"'", "'\\'", '";"', "1 #;\n"),
    doubtful=(("'\\'", "1 -- '\n"), ("'\\''", "1 -- '\n"), ('"\\"', '1 -- "\n'), ("'a\\'", "1 /* ' */")),
    fragments=(
        *FRAGMENTS,
        "get_lock('{mark}', 0)",
        "INTO OUTFILE",
        "INTO @x",
        "LOCK IN SHARE MODE",
        "*/",
        "NEXT VALUE FOR numbers",
    ),
    quote="`",
)

SQLITE = Grammar(
    calls=("load_extension ( 'x' )", "fts3_tokenizer ( 'x' )", "writefile ( 'x' , 'x' )", "edit ( 'x' )"),
    executing=(),
    writes=(
        *(one for one in WRITES if one.partition(" ")[0] in {"INSERT", "UPDATE", "DELETE", "DROP", "ALTER", "CREATE"}),
        "REPLACE INTO ships VALUES ( 1 , 'x' )",
        "ATTACH 'made.db' AS made",
        "ATTACH ':memory:' AS made",
        "DETACH main",
        "VACUUM",
        "VACUUM INTO 'made.db'",
        "REINDEX",
        "ANALYZE",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = WAL",
        "PRAGMA user_version = 7",
        "PRAGMA wal_checkpoint",
        "CREATE VIRTUAL TABLE made USING fts5 ( x )",
        "CREATE TRIGGER made AFTER INSERT ON ships BEGIN DELETE FROM ships ; END",
    ),
    cannot_be_tried=(),
    returning=("INSERT INTO ships VALUES ( 9 , 'x' ) RETURNING id", "DELETE FROM ships RETURNING id"),
    endings=("; DELETE FROM ships", "; COMMIT"),
    prefixes=(),  # they do not execute
    around=tuple(one for one in AROUND if "concat" not in one),
    queries=(*QUERIES, "VALUES ( {} )"),
    gaps=GAPS,
    decoys=DECOYS,
    doubtful=(),
    fragments=(*FRAGMENTS, "EXPLAIN ", "PRAGMA ", "ATTACH 'made.db' AS x", " RETURNING id"),
    quote='"',
)

CASES = (str.upper, str.lower, str.title, str.swapcase)

NAME, KEYWORD = re.compile(r"[a-z_][a-z_0-9]*"), re.compile(r"[A-Z][A-Z_]*")

BARE = {
    "get_lock",
    "last_insert_id",
    "load_file",
    "release_all_locks",
    "sys_exec",
    "mroonga_command",
    "upper",
    "concat",
    "count",
    "max",
}
"""Names that MariaDB takes for functions of its own only without quotes."""


def words(text: str) -> Words:
    """The words of a template; a string stays one word, whatever it holds."""
    return tuple(re.findall(r"'(?:[^']|'')*'|/\*.*?\*/|\S+", text))


def filled(template: str, inner: Words) -> Words:
    """A template with words in the place of each `{}`."""
    return tuple(word for one in words(template) for word in (inner if one == "{}" else (one,)))


def templates(known: Sequence[str]) -> Some:
    """One of them, as words."""
    return st.sampled_from(known).map(words)


def expressions(grammar: Grammar, inner: Some) -> Some:
    """Expressions with one of those inside, as deep as it comes."""
    around = st.sampled_from(grammar.around)
    return st.recursive(inner, lambda deeper: st.builds(filled, around, deeper), max_leaves=3)


def queries(grammar: Grammar, inner: Some | None = None) -> Some:
    """Queries with one of those expressions in it somewhere; else with harmless ones."""
    found = templates(HARMLESS) if inner is None else inner
    return st.builds(filled, st.sampled_from(grammar.queries), expressions(grammar, found))


@st.composite
def rendered(draw: st.DrawFn, grammar: Grammar, some: Some) -> str:
    """Words as a text: with gaps of all kinds between them, in any case, names in quotes or not."""
    made = draw(some)
    gaps = cycle(draw(st.lists(st.sampled_from(grammar.gaps), min_size=1, max_size=5)))
    cases = cycle(draw(st.lists(st.sampled_from(CASES), min_size=1, max_size=3)))
    is_quoted = cycle(draw(st.lists(st.booleans(), min_size=1, max_size=4)))
    written = [_written(word, grammar, next(cases), is_quoted=next(is_quoted)) for word in made]
    text = written[0]
    for (before, word), gap in zip(pairwise(written), gaps, strict=False):
        text += (gap if gap or _may_touch(before, word) else " ") + word
    return (
        draw(st.sampled_from(("", "", " ", "\n", "-- x\n", "/* x */")))
        + text
        + draw(st.sampled_from(("", "", ";", " ; ", " -- x")))
    )


def _written(word: str, grammar: Grammar, case: Any, *, is_quoted: bool) -> str:
    if KEYWORD.fullmatch(word):
        return str(case(word))
    may_be_quoted = NAME.fullmatch(word) and (grammar.quote == '"' or word not in BARE)
    return f"{grammar.quote}{word}{grammar.quote}" if is_quoted and may_be_quoted else word


def _may_touch(before: str, word: str) -> bool:
    """May two words stand together without being another one? A string and what follows may."""
    if word[0] in "'\"`":
        return before[-1] in "(),="
    return before[-1] in "(),=;'\"`" or word[0] in "(),;"


@st.composite
def texts(draw: st.DrawFn, content: st.SearchStrategy[str]) -> str:
    """A string of PostgreSQL's that holds it, written in one of its ways."""
    text = draw(content)
    doubled = text.replace("'", "''")
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("l", "\\154")
    return draw(st.sampled_from((f"'{doubled}'", f"$q${text}$q$", f"$${text}$$", f"E'{escaped}'", f"N'{doubled}'")))


def executed(grammar: Grammar) -> Some:
    """Calls of PostgreSQL's functions that execute a string, in which a query acts."""
    acting = queries(grammar, templates(grammar.calls)).map(" ".join)
    return st.builds(filled, st.sampled_from(grammar.executing), texts(acting).map(lambda text: (text,)))


def acting(grammar: Grammar) -> Some:
    """Queries in which something acts."""
    calls = templates(grammar.calls)
    return queries(grammar, calls | executed(grammar) if grammar.executing else calls)


def locking(grammar: Grammar) -> Some:
    """Queries that lock rows, or put them somewhere."""
    base = st.sampled_from(
        ("SELECT id FROM ships", "SELECT id FROM ships WHERE id = 1", "SELECT name FROM ships ORDER BY id LIMIT 1")
    )
    locked = st.builds(lambda one, ending: words(f"{one} {ending}"), base, st.sampled_from(grammar.endings))
    return locked | locked.map(lambda one: filled("SELECT * FROM ( {} ) AS l", one))


def within(grammar: Grammar) -> Some:
    """Writes within a WITH, which a query follows, or another write."""
    returning = templates(grammar.returning)
    forms = (
        "WITH w AS ( {} ) SELECT id FROM w",
        "WITH a AS ( SELECT 1 ) , w AS MATERIALIZED ( {} ) SELECT * FROM a , w",
        "WITH w AS ( {} ) TABLE w",
        "SELECT * FROM ( WITH w AS ( {} ) SELECT id FROM w ) AS v",
        "WITH w AS ( SELECT 1 ) {}",
    )
    return st.builds(filled, st.sampled_from(forms), returning)


def writes(grammar: Grammar) -> Some:
    """One statement that writes, acts or locks, if it is executed."""
    bare = templates(grammar.writes) | acting(grammar) | locking(grammar)
    if grammar.returning:
        bare |= within(grammar) | queries(grammar).map(lambda one: words("CREATE TABLE made AS") + one)
    if not grammar.prefixes:
        return bare
    longer = bare.filter(lambda one: len(one) > 2)  # EXPLAIN COMMIT shows a table of that name on MariaDB
    return bare | st.builds(lambda prefix, one: prefix + one, templates(grammar.prefixes), longer)


def several(grammar: Grammar) -> Some:
    """Several statements, of which one writes."""
    written, harmless = templates(grammar.writes), queries(grammar) | st.just(words("SHOW ships"))
    decoys = st.sampled_from(grammar.decoys)
    hidden = st.builds(
        lambda first, write, last: ("SELECT", first, ";", *write, ";", "SELECT", last), decoys, written, decoys
    )
    if grammar.doubtful:
        pairs = st.sampled_from(grammar.doubtful)
        hidden |= st.builds(lambda pair, one: ("SELECT", pair[0], ";", *one, ";", "SELECT", pair[1]), pairs, written)
    plain = st.builds(lambda first, write: (*first, ";", *write), harmless, written)
    return hidden | plain | st.builds(lambda first, write: (*write, ";", *first), harmless, written)


def known_writes(grammar: Grammar) -> st.SearchStrategy[str]:
    """Texts that write by their making, also those that are not to be tried anywhere."""
    apart = templates(grammar.cannot_be_tried)
    return rendered(
        grammar, writes(grammar) | several(grammar) | apart | apart.map(lambda one: ("SELECT", "1", ";", *one))
    )


def tried(grammar: Grammar) -> st.SearchStrategy[Sent]:
    """What may be sent to a server that others use: writes, queries, and what came of both when they were spoiled."""
    whole = rendered(grammar, writes(grammar) | several(grammar)) | rendered(grammar, queries(grammar))
    texts = whole | spoiled(grammar, whole)
    return texts.map(Sent) | hiding(grammar)


@st.composite
def spoiled(draw: st.DrawFn, grammar: Grammar, whole: st.SearchStrategy[str]) -> str:
    """A text in which something stands that does not belong there, or is missing."""
    text = draw(whole)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from((0, 0, 1, 2, 5)))
        text = text[:at] + draw(st.sampled_from(grammar.fragments)) + text[at + cut :]
    return text


PLACES = (
    *(
        "SELECT '{}'",
        'SELECT "{}"',
        "SELECT `{}`",
        "SELECT 1 /* {} */",
        "SELECT 1 -- {}\n",
        "SELECT 1 # {}\n",
        "SELECT {}",
    ),
    *(
        "SELECT 1 {}",
        "SELECT name FROM ships WHERE name LIKE '%%{}%%'",
        "SELECT '{}' FROM ships WHERE id = {}",
        "SELECT {}FOR UPDATE",
    ),
    *(
        "SELECT 'a' {}, {call}, (1 /* */ + 2) s",
        "SELECT ({}, {call}, {})",
        "SELECT ('{}' ), {call}, ('{}' )",
        "SELECT {}INTO @x",
    ),
)
"""Where parameters stand."""

VALUES = (
    *(
        "x",
        "'",
        "\\",
        ", {call}, ",
        "; COMMIT; {write}; SELECT ",
        "*/ , {call} /*",
        "\n , {call} -- ",
        "' , {call} , '",
        "%s",
    ),
    *("\\' , {call} , ", "`, {call}, `"),
)
"""What they hold."""


@st.composite
def hiding(draw: st.DrawFn, grammar: Grammar) -> Sent:
    """A text with parameters where a driver finds them and a server does not, which hold SQL."""
    call, write = draw(st.sampled_from(grammar.calls)), draw(st.sampled_from(grammar.writes))
    value = draw(st.sampled_from(VALUES)).replace("{call}", call).replace("{write}", write)
    value = draw(st.sampled_from((value, value.replace("'{mark}'", "1"))))
    place = draw(st.sampled_from(PLACES)).replace("{call}", call)
    name = draw(st.sampled_from(("a", "/*", "'", "a b", "*/")))
    if draw(st.booleans()):
        return Sent(place.replace("{}", f"%({name})s"), {name: value})
    number = draw(st.sampled_from(("%s", "%.1s", "%.0s", "%5s")))
    return Sent(place.replace("{}", number), (value,) * place.count("{}"))
