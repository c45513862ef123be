"""A statement cut into tokens, as the server cuts it.

What stands in strings, in quoted names and in comments is no part of what a statement does. Where a string ends may
depend on the server's settings (`standard_conforming_strings`, `NO_BACKSLASH_ESCAPES`, `ANSI_QUOTES`): then there are
several readings, and each is judged.

https://www.postgresql.org/docs/current/sql-syntax-lexical.html, https://mariadb.com/kb/en/comment-syntax/
"""

import re
from enum import Enum
from typing import NamedTuple


class SqlText(Enum):
    """Whose SQL it is."""

    POSTGRESQL = "postgres"
    MYSQL = "mysql"
    """MariaDB's, too."""


class TokenKind(Enum):
    """What a token is."""

    NAME = "name"
    """In quotes."""
    STRING = "string"
    NUMBER = "number"
    PARAMETER = "parameter"
    WORD = "word"
    """A keyword, or a name without quotes."""
    SIGN = "sign"


class Token(NamedTuple):
    """A token, without what is before it."""

    kind: TokenKind
    text: str
    is_apart: bool = True
    """Is there space before it, or a comment?"""

    @property
    def word(self) -> str:
        """A word in upper case, or a sign; of anything else nothing."""
        return self.text.upper() if self.kind in {TokenKind.WORD, TokenKind.SIGN} else ""


class Reading(NamedTuple):
    """The tokens of a statement, in one of the ways in which a server may read it."""

    tokens: tuple[Token, ...]
    is_whole: bool
    """Is that all of it? What follows may be no token in this way: a quote without its end, for one."""


LETTERS = r"A-Za-z_\x80-\U0010ffff"
"""What a word begins with. Both servers take every character beyond ASCII for a letter."""

SPACE = r"[ \t\n\r\f\v]++"

NUMBER = r"(?P<number>0[xX][\da-fA-F]+|0[bB][01]+|(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"

SIGN = r"(?P<sign>%%|(?!/\*)[-+*/<>=~!@#%^&|?.,:;()\[\]{}\\])"
"""Two percent signs are one to a driver that puts parameters in."""

PLAIN, ESCAPED = r"'(?:[^']|'')*+'", r"'(?:[^'\\]|\\.|'')*+'"
"""A string in which a backslash is itself; one in which it hides the end."""

BACKTICKED, DOUBLE, DOUBLE_ESCAPED = PLAIN.replace("'", "`"), PLAIN.replace("'", '"'), ESCAPED.replace("'", '"')


def _postgresql(string: str) -> re.Pattern[str]:
    """With strings of that kind where they have no prefix. One with an E goes on behind a line break.

    Comments nest: one within another is no token. A name with escapes (`U&"..."`) is none either.
    """
    gap = rf"{SPACE}|--[^\n\r]*|/\*(?:(?!/\*|\*/).)*+\*/"
    dollars = rf"\$(?P<tag>(?:[{LETTERS}][{LETTERS}0-9]*)?)\$.*?\$(?P=tag)\$"
    return _pattern(
        rf"(?P<gap>{gap})",
        rf"(?P<string>[eE]{ESCAPED}(?:(?:{gap})*+{ESCAPED})*|(?:[uU]&|[bBxXnN])?{string}|{dollars})",
        rf"(?P<name>(?<![uU]&){DOUBLE})",
        r"(?P<parameter>%\(\w+\)[sbt]|%[sbt]|\$\d+)",
        rf"(?P<word>[{LETTERS}][{LETTERS}0-9$]*)",
    )


def _mysql(string: str, name: str) -> re.Pattern[str]:
    """With strings and names of these kinds. What stands in `/*! */` and `/*M! */` is executed: no comment."""
    return _pattern(
        rf"(?P<gap>{SPACE}|--(?=[\x00-\x20\x7f]|\Z)[^\n]*|#[^\n]*|/\*(?![mM]?!).*?\*/)",
        rf"(?P<string>{string})",
        rf"(?P<name>{name})",
        r"(?P<parameter>%\(\w+\)s|%s)",
        rf"(?P<word>[{LETTERS}$][{LETTERS}0-9$]*)",
    )


def _pattern(*kinds: str) -> re.Pattern[str]:
    return re.compile("|".join([*kinds, NUMBER, SIGN]), re.DOTALL)


PATTERNS = {
    SqlText.POSTGRESQL: tuple(map(_postgresql, (PLAIN, ESCAPED))),
    SqlText.MYSQL: (
        _mysql(f"{ESCAPED}|{DOUBLE_ESCAPED}", BACKTICKED),
        _mysql(f"{PLAIN}|{DOUBLE}", BACKTICKED),
        _mysql(ESCAPED, f"{BACKTICKED}|{DOUBLE}"),
        _mysql(PLAIN, f"{BACKTICKED}|{DOUBLE}"),
    ),
}
"""The ways in which a server may read a statement, the usual one first."""


def readings(statement: str, sql: SqlText) -> list[Reading]:
    """The statement, in every way in which it may be read; in one where there is nothing to doubt."""
    is_doubtful = "\\" in statement or (sql is SqlText.MYSQL and '"' in statement)
    patterns = PATTERNS[sql] if is_doubtful else PATTERNS[sql][:1]
    return [_reading(statement, pattern) for pattern in patterns]


def _reading(statement: str, pattern: re.Pattern[str]) -> Reading:
    tokens: list[Token] = []
    at, is_apart = 0, True
    while (found := pattern.match(statement, at)) is not None:
        at, kind = found.end(), found.lastgroup
        if kind == "gap":
            is_apart = True
            continue
        tokens.append(Token(KINDS[kind or ""], found[0], is_apart))
        is_apart = False
    return Reading(tuple(tokens), at == len(statement))


def percents(statement: str) -> int:
    """How many percent signs a driver takes for parameters that puts them into the text, wherever they stand."""
    return PERCENTS.findall(statement).count("%")


PERCENTS = re.compile("%%?")

KINDS = {kind.value: kind for kind in TokenKind}
