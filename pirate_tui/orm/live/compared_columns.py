"""Find the columns by which a statement filters and joins its tables: those that an index could serve.

A plan says which table is read whole, but not always by which columns its rows are chosen. The result only decides what
a screen recommends, so a statement that cannot be parsed is no error.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from sqlglot import exp


READ_AS = {"postgresql": "postgres", "mariadb": "mysql"}
"""sqlglot's names of the dialects that it calls otherwise than SQLAlchemy does."""

PARAMETER = re.compile(r"%\(\w+\)s|%s|\$\d+|\?")
"""A parameter as the drivers write it."""


class ComparedAs(IntEnum):
    """How a column is compared, the kind that an index serves best first."""

    EQUAL = 0
    """With values: `=`, `IN`."""
    RANGE = 1
    """With values: `<`, `BETWEEN`, `IS NULL`."""
    JOIN = 2
    """With a column of another table."""


class ComparedTable(NamedTuple):
    """A table of a statement, and by which of its columns rows are chosen."""

    schema: str
    name: str
    columns: Mapping[str, ComparedAs]
    """The compared columns, in their order."""
    has_others: bool
    """Whether there are conditions of another form, which an index may serve or not."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The columns of the index that would serve best."""
        best = min(self.columns.values(), default=None)
        return tuple(name for name, kind in self.columns.items() if kind is best)


class StatementTables(NamedTuple):
    """What a statement reads from."""

    tables: Mapping[str, ComparedTable]
    """Its tables, by the names that its plan calls them: their aliases."""
    derived: frozenset[str]
    """The names of its subqueries."""


def statement_tables(text: str, dialect: str) -> StatementTables | None:
    """Return the tables of a query and their compared columns; None where it cannot be parsed."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(PARAMETER.sub("0", text).replace("%%", "%"), read=READ_AS.get(dialect, dialect))
    except (SqlglotError, RecursionError):
        return None
    derived = frozenset(node.alias for node in tree.find_all(exp.Subquery, exp.CTE) if node.alias)
    compared: dict[str, dict[str, ComparedAs]] = defaultdict(dict)
    others: set[str] = set()
    for condition, chosen in _conditions(tree):
        known = _compared(condition)
        mentioned = {column.table for column in condition.find_all(exp.Column)}
        for column, kind in known:
            if column.table in chosen:
                compared[column.table].setdefault(column.name, kind)
        others |= (mentioned & chosen) - {column.table for column, _ in known}
    tables = {
        table.alias_or_name: ComparedTable(
            table.db, table.name, compared.get(table.alias_or_name, {}), table.alias_or_name in others
        )
        for table in tree.find_all(exp.Table)
        if table.name not in derived
    }
    return StatementTables(tables, derived)


def _conditions(tree: "exp.Expr") -> Iterator[tuple["exp.Expr", set[str]]]:
    """Yield each condition that must hold, with the tables whose rows it can choose.

    That of a join chooses the joined rows: the others are read first, and are what an outer join keeps.
    """
    from sqlglot import exp

    for select in tree.find_all(exp.Select):
        if (where := select.args.get("where")) is not None:
            names = {table.alias_or_name for table in tree.find_all(exp.Table)}
            yield from ((condition, names) for condition in _conjuncts(where.this))
    for join in tree.find_all(exp.Join):
        if (on := join.args.get("on")) is not None:
            names = {table.alias_or_name for table in join.this.find_all(exp.Table)}
            yield from ((condition, names) for condition in _conjuncts(on))


def _conjuncts(condition: "exp.Expr") -> Iterator["exp.Expr"]:
    """Yield the conditions that are connected by AND."""
    from sqlglot import exp

    condition = condition.unnest()
    if isinstance(condition, exp.And):
        yield from _conjuncts(condition.this)
        yield from _conjuncts(condition.expression)
    else:
        yield condition


def _compared(condition: "exp.Expr") -> list[tuple["exp.Column", ComparedAs]]:
    """Return the columns that one condition compares, as they are: not those inside a function."""
    from sqlglot import exp

    if isinstance(condition, (exp.In, exp.Between, exp.Is)):
        kind = ComparedAs.EQUAL if isinstance(condition, exp.In) else ComparedAs.RANGE
        return [(column, kind) for column in _columns(condition.this)]
    if not isinstance(condition, (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ)):
        return []
    left, right = list(_columns(condition.this)), list(_columns(condition.expression))
    if left and right:
        return [(column, ComparedAs.JOIN) for column in (*left, *right)]
    kind = ComparedAs.EQUAL if isinstance(condition, (exp.EQ, exp.NullSafeEQ)) else ComparedAs.RANGE
    return [(column, kind) for column in (*left, *right)]


def _columns(side: "exp.Expr") -> Iterable["exp.Column"]:
    """Return the column that a side of a comparison is, or those of a row value."""
    from sqlglot import exp

    side = side.unnest()
    parts = side.expressions if isinstance(side, exp.Tuple) else [side]
    return [part for part in parts if isinstance(part, exp.Column)]
