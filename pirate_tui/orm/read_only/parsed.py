"""A query as a real parser understands it: its whole tree is looked at, and what is not understood is refused.

sqlglot takes a fifth of a second to import, and is only needed for SQL that neither SQLAlchemy has built nor we have
written, or that holds a word which may be a name or a command.
"""

from collections.abc import Iterable

from pirate_tui.orm.read_only.tokens import SqlText, Token, TokenKind


NOT_KNOWN = "the statement cannot be parsed"

MAY_WRITE = "the statement may write"

PLACES = {TokenKind.NAME: "a_name", TokenKind.STRING: "''", TokenKind.PARAMETER: "''"}
"""What stands for what the parser could read otherwise than the server does."""

QUERIES = ("Query", "Values")
"""What a statement that reads may be, in sqlglot's words."""

COMMANDS = ("DML", "DDL", "Command", "Into", "Lock", "PropertyEQ", "Set", "Execute", "Analyze", "Drop", "Alter", "Kill")
"""What no part of it may be: an INSERT within a WITH, INTO, FOR UPDATE, `@x := 5`, and what sqlglot does not know."""


def more_than_a_query(tokens: Iterable[Token], sql: SqlText) -> str:
    """Why it may be more than one query that only reads; empty where it is not."""
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
    """Those of them that this version of sqlglot has."""
    from sqlglot import exp

    return tuple(getattr(exp, name) for name in names if hasattr(exp, name))


def _plain(tokens: Iterable[Token], sql: SqlText) -> str:
    """The statement with nothing in it that could be read in two ways."""
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
