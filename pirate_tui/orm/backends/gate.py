"""The gate before a server: nothing is sent that may write. The server refuses to write as well; this is another lock.

What stands in strings, in quoted names and in comments is no part of what a statement does, and is taken away first.
Where a backslash makes it doubtful what a string is (that depends on the server's settings), nothing is taken away.
"""

import re
from functools import lru_cache


TOKENS: dict[str, re.Pattern[str]] = {
    '"': re.compile(
        r"""(?P<name>"(?:[^"]|"")*")|(?P<string>'(?:[^']|'')*'|(?<![\w$])\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"""
        r"""|(?P<comment>--[^\n]*|/\*(?:(?!/\*).)*?\*/)""",
        re.DOTALL,
    ),
    "`": re.compile(
        r"""(?P<name>`(?:[^`]|``)*`)|(?P<string>'(?:[^']|'')*'|"(?:[^"]|"")*")"""
        r"""|(?P<comment>--(?=\s|$)[^\n]*|\#[^\n]*|/\*(?![!M]).*?\*/)""",
        re.DOTALL,
    ),
}
"""What can be told for certain, by the quote of names: PostgreSQL's and MariaDB's
(https://www.postgresql.org/docs/current/sql-syntax-lexical.html, https://mariadb.com/kb/en/comment-syntax/).

MariaDB executes what stands in `/*! */` and `/*M! */`: there it is no comment.
"""

READING = re.compile(
    r"[\s(]*(?:SELECT|WITH|SHOW|EXPLAIN|DESCRIBE|DESC|VALUES|TABLE|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE
)
"""How a statement begins that may read something, or go back to a savepoint."""

ANOTHER = re.compile(r";\s*\S")
"""One statement behind another. Some drivers send both; ours are never so."""

WRITING = re.compile(
    r"(?<![.\w])(?<!\bAS )(?:INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|REPLACE\s+INTO)\b"
    r"|[()]\s*UPDATE\s+\w"
    r"|\b(?:OUTFILE|DUMPFILE)\b|/\*[!M]",
    re.IGNORECASE,
)
"""What writes rows inside of a statement that begins otherwise, or a file; no columns, which follow a dot or an AS."""

ACTING = re.compile(
    r"\b(?:set_config|lo_\w+|pg_notify|pg_(?:try_)?advisory_\w+|pg_(?:terminate|cancel)_backend|pg_create_\w+|pg_drop_\w+"
    r"|pg_stat_reset\w*|pg_reload_conf|pg_rotate_logfile|pg_switch_wal|pg_promote|pg_file_\w+|dblink\w*"
    r"|get_lock|release_\w*locks?|nextval|setval)\s*\(",
    re.IGNORECASE,
)
"""Functions that change something which no read-only transaction keeps them from, or which outlives it."""


CALLED = re.compile(r"\s*\(")
"""What stands behind the name of a function."""


@lru_cache(maxsize=1_000)
def only_reads(statement: str, quote: str = '"') -> bool:
    """Does the statement, as it is sent, only read? Names stand in `quote`s."""
    bare = _bare(statement, quote)
    if READING.match(bare) is None:
        return False
    return not any(forbidden.search(bare) for forbidden in (ANOTHER, WRITING, ACTING))


def _bare(statement: str, quote: str) -> str:
    """The statement without comments and strings, and with its names bare, as far as these can be told for certain."""
    if "\\" in statement:
        return statement
    bare = TOKENS[quote].sub(_without, statement)
    return statement if set(bare) & set("'\"`") else bare


def _without(token: re.Match[str]) -> str:
    """What stands in a token's place: a name is only told where it is a function's."""
    if token["name"] is None:
        return " " if token["comment"] is not None else " 0 "
    return token["name"][1:-1] if CALLED.match(token.string, token.end()) else "a_name"
