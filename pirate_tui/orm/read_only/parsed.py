"""Check a query by a parser: its whole tree is inspected, and what cannot be parsed is refused.

sqlglot takes a fifth of a second to import, and is only needed for SQL that neither SQLAlchemy has built nor we have
written, or that holds a word which may be a name or a command.
"""

from collections.abc import Iterable

from pirate_tui.orm.read_only.tokens import SqlText, Token, TokenKind


NOT_KNOWN = "the statement cannot be parsed"

MAY_WRITE = "the statement may write"

PLACES = {TokenKind.NAME: "a_name", TokenKind.STRING: "''", TokenKind.PARAMETER: "''"}
"""Replacements for tokens that the parser could read differently from the server."""

QUERIES = ("Query", "Values")
"""sqlglot's classes of statements that read."""

COMMANDS = ("DML", "DDL", "Command", "Into", "Lock", "PropertyEQ", "Set", "Execute", "Analyze", "Drop", "Alter", "Kill")
"""Classes that no part of it may have: INSERT within a WITH, INTO, FOR UPDATE, `@x := 5`, unknown commands."""


def more_than_a_query(tokens: Iterable[Token], sql: SqlText) -> str:
    """Return why it may be more than one query that only reads; empty where it is one."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        trees = sqlglot.parse(_plain(tokens, sql), read=sql.value)
    except (SqlglotError, RecursionError):
        return NOT_KNOWN
    if len(trees) != 1 or (tree := trees[0]) is None or not isinstance(tree, _classes(QUERIES)):
        return MAY_WRITE
    commands = _classes(COMMANDS)
    return MAY_WRITE if any(isinstance(node, commands) for node in tree.walk()) else ""


def _classes(names: Iterable[str]) -> tuple[type, ...]:
    """Return the classes by these names that the installed sqlglot has."""
    from sqlglot import exp

    return tuple(getattr(exp, name) for name in names if hasattr(exp, name))


def _plain(tokens: Iterable[Token], sql: SqlText) -> str:
    """Return the statement without anything that could be read in two ways."""
    text, is_over = "", True
    for token in tokens:
        is_apart = token.is_apart or (is_over and token.kind is not TokenKind.SIGN)
        text += (" " if is_apart else "") + PLACES.get(token.kind, token.text)
        is_over = token.kind not in {
            TokenKind.SIGN,
            TokenKind.WORD,
        }  # `"a"INTO b`: the parser must not see `a_nameINTO b`
    text = text.replace("%%", "%")
    return (
        text.replace(":=", "=>") if sql is SqlText.POSTGRESQL else text
    )  # there it names an argument, and sets nothing
