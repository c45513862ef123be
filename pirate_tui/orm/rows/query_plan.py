"""Explain statements: how the database would execute them."""

from typing import Any

from sqlalchemy import Executable, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from pirate_tui.orm.dialects.registry import sql_of
from pirate_tui.orm.read_only import Own


class Explain(Own, Executable, ClauseElement):
    """A statement to be explained instead of executed; `Sql.sorts` reads what comes."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(Explain)
def _compile(explain: Explain, compiler: SQLCompiler, **options: Any) -> str:
    return f"{sql_of(compiler.dialect).explain} {compiler.process(explain.statement, **options)}"
