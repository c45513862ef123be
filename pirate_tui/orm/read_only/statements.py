"""Recognize the kinds of statements that only read, by their first words and by all their words.

https://www.postgresql.org/docs/current/sql-commands.html, https://mariadb.com/kb/en/sql-statements/
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from pirate_tui.orm.read_only.functions import may_act, may_set
from pirate_tui.orm.read_only.parsed import MAY_WRITE, more_than_a_query
from pirate_tui.orm.read_only.tokens import LETTERS, SqlText, Token, TokenKind, compiled


SEVERAL = "there are several statements"

QUERY = r"(?:\( )*(?:SELECT|WITH|VALUES|TABLE)(?: |\Z)"
"""The beginning of a query."""

PREFIXES = {
    SqlText.POSTGRESQL: (rf"EXPLAIN (?:\( (?!{QUERY})[^()]*\) |(?:ANALY[SZ]E )?(?:VERBOSE )?)",),
    SqlText.MYSQL: (
        r"(?:EXPLAIN|DESCRIBE|DESC) (?:EXTENDED |PARTITIONS |ANALYZE )?(?:FORMAT = \S+ )?",
        r"ANALYZE (?:FORMAT = \S+ )?(?=SELECT |WITH |\( )",  # `ANALYZE TABLE t` writes statistics
    ),
}
"""Prefixes of a query, with their options: it is still executed, or explained."""

WITHOUT_QUERY = {
    SqlText.POSTGRESQL: (r"SHOW [\w.]+(?: \. [\w.]+)*(?: ZONE| ISOLATION LEVEL)?",),
    SqlText.MYSQL: (
        r"SHOW (?!.*(?:\bSELECT\b|: =)).+",
        r"(?:EXPLAIN|DESCRIBE|DESC) \S+(?: \. \S+)?(?: \S+)?",
    ),
}
"""Statements that read without a query: they show settings and tables."""

SAVEPOINTS = r"SAVEPOINT \S+|RELEASE (?:SAVEPOINT )?\S+|ROLLBACK (?:WORK |TRANSACTION )?TO (?:SAVEPOINT )?\S+"
"""Statements that change nothing but their own transaction."""

SETTING = re.compile(r"SET (?:LOCAL |SESSION )?(?P<name>TIME ZONE|\w+(?: \. \w+)*?)(?: =| TO|(?<=ZONE)) (?:[-+,\w] ?)+")
"""A setting and its new value, of PostgreSQL."""

COMMANDS = {"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "INTO", "LOCK", "PROCEDURE", "OUTFILE", "DUMPFILE"}
"""Words without which no query does more than read; they may be names, too."""

PAIRS = {"FOR": {"UPDATE", "SHARE", "NO", "KEY"}, "NEXT": {"VALUE"}, "PREVIOUS": {"VALUE"}}
"""Pairs of words of that kind."""

BEFORE_NAMES = {".", "AS", "FROM", "JOIN"}
"""Behind these a word is a name; the dot of `1.` is part of the number."""

ALSO_FUNCTIONS = {"INSERT", "REPLACE"}
"""Commands that are functions where a parenthesis follows."""

BEGINNING = re.compile(r"[\s(]*(?:SELECT|WITH)\b", re.IGNORECASE)

WORDS = rf"[{LETTERS}][{LETTERS}0-9$]*"

MARKS = (";", "\\", "/*", ":=", '&"')
"""Characters for which a query must be read as the server does."""

QUOTES = ("'", '"', "`", "#", "--")
"""In these a percent sign may stand, which the driver takes for a parameter."""

PERCENT = re.compile(r"%%|%(?:\(\w+\))?s(?!\w)|(?P<odd>%)")
"""A percent sign: of a parameter, or one that may be anything."""

SHAPES = {TokenKind.NAME: "n", TokenKind.STRING: "s", TokenKind.NUMBER: "0", TokenKind.PARAMETER: "p"}


def is_plain(statement: str, sql: SqlText) -> bool:
    """Whether it is a query without any word that could do more than read, wherever its strings and comments end."""
    if BEGINNING.match(statement) is None or any(mark in statement for mark in MARKS):
        return False
    if "%" in statement and _has_odd_percents(statement):
        return False
    return not any(_could_do_more(word, sql) for word in set(compiled(WORDS).findall(statement)))


def _has_odd_percents(statement: str) -> bool:
    is_odd = any(found["odd"] for found in PERCENT.finditer(statement))
    return is_odd or any(quote in statement for quote in QUOTES)


@lru_cache(maxsize=5_000)
def _could_do_more(word: str, sql: SqlText) -> bool:
    return word.upper() in COMMANDS or word.upper() in PAIRS or may_act(word, sql)


def more_than_reading(tokens: Sequence[Token], sql: SqlText, *, is_foreign: bool) -> str:
    """Return why a statement may do more than read, its functions apart; empty where it does not."""
    while tokens and tokens[-1].text == ";":
        tokens = tokens[:-1]
    if is_several(tokens):
        return SEVERAL
    shape = " ".join(SHAPES.get(token.kind, token.word) for token in tokens)
    if any(re.fullmatch(known, shape) for known in (SAVEPOINTS, *WITHOUT_QUERY[sql])) or _is_for_itself(shape, sql):
        return ""
    behind = next((found.end() for prefix in PREFIXES[sql] if (found := re.match(prefix, shape)) is not None), 0)
    if re.match(QUERY, shape[behind:]) is None:
        return MAY_WRITE
    query = tokens[shape[:behind].count(" ") :]
    return more_than_a_query(query, sql) if is_foreign or _holds_commands(query, sql) else ""


def is_several(tokens: Sequence[Token]) -> bool:
    """Whether a semicolon separates several statements."""
    return any(token.text == ";" for token in tokens)


def _is_for_itself(shape: str, sql: SqlText) -> bool:
    """Whether it sets what a transaction may set for itself."""
    found = SETTING.fullmatch(shape) if sql is SqlText.POSTGRESQL else None
    return found is not None and may_set(found["name"].replace("TIME ZONE", "TIMEZONE").replace(" ", ""))


def _holds_commands(tokens: Sequence[Token], sql: SqlText) -> bool:
    """Whether the query has a word, or two, without one of which nothing is written."""
    words = [token.word for token in tokens]
    for before, word, behind in zip(["", *words], words, [*words[1:], ""], strict=False):
        if behind in PAIRS.get(word, ()) or (sql is SqlText.MYSQL and (word, behind) == (":", "=")):
            return True
        is_name = before in BEFORE_NAMES or behind == "." or (behind == "(" and word in ALSO_FUNCTIONS)
        if word in COMMANDS and not is_name:
            return True
    return False
