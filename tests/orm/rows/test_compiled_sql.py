"""The statements that read rows, compiled for every dialect without a server, are those that are kept in `compiled/`.

Read a difference as a reviewer would: are NULLs and ties still sought, and in the right direction?
"""

from collections import Counter
from functools import cache
from pathlib import Path

from sqlalchemy import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from tests.orm.rows.compiled_statements import Compiled, statements_of
from tests.orm.rows.compiled_tables import offline
from tests.snapshots import Snapshot


KEPT = Path(__file__).parent / "compiled"


def test_sqlite(snapshot: Snapshot) -> None:
    snapshot("\n".join(entries("sqlite+aiosqlite")), KEPT / "sqlite.sql")


def test_postgresql(snapshot: Snapshot) -> None:
    snapshot("\n".join(entries("postgresql+psycopg")), KEPT / "postgresql.sql")


def test_postgresql_by_asyncpg_where_it_differs(snapshot: Snapshot) -> None:
    usual = set(entries("postgresql+psycopg"))
    others = [one for one in entries("postgresql+asyncpg") if one not in usual]
    snapshot("\n".join(others), KEPT / "postgresql_asyncpg.sql")


def test_mysql(snapshot: Snapshot) -> None:
    snapshot("\n".join(entries("mysql+asyncmy")), KEPT / "mysql.sql")


@cache
def entries(driver: str) -> list[str]:
    """Every statement under its name, as it is compiled for the driver."""
    world = offline(driver)
    made = list(statements_of(world))
    assert [name for name, number in Counter(one.name for one in made).items() if number > 1] == []
    return [entry(one, world.dialect) for one in made]


def entry(made: Compiled, dialect: Dialect) -> str:
    """The statement under its name, with its parameters; those of an `IN` are written out."""
    if made.statement is None:
        return f"-- {made.name}\n-- refused: {made.refusal}\n"
    compiled = made.statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    sent = compiled.construct_expanded_state(dict(made.parameters))
    lines = [line.rstrip() for line in sent.statement.splitlines()]
    given = ", ".join(f"{name} = {value!a}" for name, value in sent.parameters.items())
    return "\n".join([f"-- {made.name}", *([f"-- {given}"] if given else []), *lines[:-1], f"{lines[-1]};", ""])
