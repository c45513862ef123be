"""Split a statement into tokens, as the server does.

Strings, quoted names and comments are not part of what a statement does. Where a string ends may depend on the server's
settings (`standard_conforming_strings`, `NO_BACKSLASH_ESCAPES`, `ANSI_QUOTES`): then there are several readings, and
each is checked. https://www.postgresql.org/docs/current/sql-syntax-lexical.html,
https://mariadb.com/kb/en/comment-syntax/
"""

import re
from enum import Enum
from functools import cache
from typing import NamedTuple


class SqlText(Enum):
    """The dialect of a statement's text."""

    POSTGRESQL = "postgres"
    MYSQL = "mysql"
    """Also that of MariaDB."""


class TokenKind(Enum):
    """The kind of a token."""

    NAME = "name"
    """A name in quotes."""
    STRING = "string"
    NUMBER = "number"
    PARAMETER = "parameter"
    WORD = "word"
    """A keyword, or a name without quotes."""
    SIGN = "sign"


class Token(NamedTuple):
    """A token, without the space before it."""

    kind: TokenKind
    text: str
    is_apart: bool = True
    """Whether there is space before it, or a comment."""

    @property
    def word(self) -> str:
        """The token in upper case if it is a word or a sign; else empty."""
        return self.text.upper() if self.kind in {TokenKind.WORD, TokenKind.SIGN} else ""


class Reading(NamedTuple):
    """The tokens of a statement, in one of the ways in which a server may read it."""

    tokens: tuple[Token, ...]
    is_whole: bool
    """Whether that is the whole statement: the rest may be no token, such as a quote without its end."""


LETTERS = r"A-Za-z_\x80-\U0010ffff"
"""The characters that a word may begin with: both servers treat every character beyond ASCII as a letter."""

SPACE = r"[ \t\n\r\f\v]++"

NUMBER = r"(?P<number>0[xX][\da-fA-F]+|0[bB][01]+|(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"

SIGN = r"(?P<sign>%%|(?!/\*)[-+*/<>=~!@#%^&|?.,:;()\[\]{}\\])"
"""Two percent signs are one to a driver that puts parameters in."""

PLAIN, ESCAPED = r"'(?:[^']|'')*+'", r"'(?:[^'\\]|\\.|'')*+'"
"""A string in which a backslash is itself; one in which it escapes a quote."""

BACKTICKED, DOUBLE, DOUBLE_ESCAPED = PLAIN.replace("'", "`"), PLAIN.replace("'", '"'), ESCAPED.replace("'", '"')


def _postgresql(string: str) -> str:
    """Return the pattern of tokens, with `string` for strings without a prefix; E-strings continue after a line break.

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


def _mysql(string: str, name: str) -> str:
    """Return the pattern of tokens with these strings and names; `/*! */` and `/*M! */` are executed: no comments."""
    return _pattern(
        rf"(?P<gap>{SPACE}|--(?=[\x00-\x20\x7f]|\Z)[^\n]*|#[^\n]*|/\*(?![mM]?!).*?\*/)",
        rf"(?P<string>{string})",
        rf"(?P<name>{name})",
        r"(?P<parameter>%\(\w+\)s|%s)",
        rf"(?P<word>[{LETTERS}$][{LETTERS}0-9$]*)",
    )


def _pattern(*kinds: str) -> str:
    return "|".join([*kinds, NUMBER, SIGN])


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


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when it is first needed: a file needs none of them, and would be shown 30 ms later."""
    return re.compile(pattern, re.DOTALL)


def readings(statement: str, sql: SqlText) -> list[Reading]:
    """Return the tokens in every way in which the statement may be read; in one where it is unambiguous."""
    is_doubtful = "\\" in statement or (sql is SqlText.MYSQL and '"' in statement)
    patterns = PATTERNS[sql] if is_doubtful else PATTERNS[sql][:1]
    return [_reading(statement, compiled(pattern)) for pattern in patterns]


def _reading(statement: str, pattern: re.Pattern[str]) -> Reading:
    tokens: list[Token] = []
    at, is_apart = 0, True
    while (match := pattern.match(statement, at)) is not None:
        at, kind = match.end(), match.lastgroup
        if kind == "gap":
            is_apart = True
            continue
        tokens.append(Token(KINDS[kind or ""], match[0], is_apart))
        is_apart = False
    return Reading(tuple(tokens), at == len(statement))


def percents(statement: str) -> int:
    """Count the percent signs that a driver takes for parameters if it puts them into the text, wherever they are."""
    return PERCENTS.findall(statement).count("%")


PERCENTS = re.compile("%%?")

KINDS = {kind.value: kind for kind in TokenKind}
