"""How the database would execute a statement, as far as the browser must know beforehand."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Executable, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler


class Explain(Executable, ClauseElement):
    """A statement to be explained instead of executed (SQLite: https://www.sqlite.org/eqp.html)."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(Explain)
def _compile(explain: Explain, compiler: SQLCompiler, **options: Any) -> str:
    return f"EXPLAIN QUERY PLAN {compiler.process(explain.statement, **options)}"


def sorts(plan: Iterable[Any]) -> bool:
    """Are all rows to be sorted before the first is given? Then no index serves the order."""
    return any("USE TEMP B-TREE FOR" in step[-1] for step in plan)
