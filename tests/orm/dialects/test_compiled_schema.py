"""What databases are asked about their tables, compiled without a server, is what is kept in `compiled/`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import ClauseElement, Dialect, TextClause, create_engine, event, make_url
from sqlalchemy.sql.compiler import SQLCompiler

from pirate_tui.orm.dialects.mysql import probe as mysql_probe
from pirate_tui.orm.dialects.mysql import reflection as mysql_reflection
from pirate_tui.orm.dialects.postgresql import probe as postgresql_probe
from pirate_tui.orm.dialects.postgresql import reflection as postgresql_reflection
from pirate_tui.orm.dialects.sqlite import probe as sqlite_probe
from pirate_tui.orm.dialects.sqlite import reflection as sqlite_reflection
from pirate_tui.orm.reflection.probe import QualifiedName
from tests.snapshots import Snapshot


KEPT = Path(__file__).parent / "compiled"

DRIVERS: Mapping[str, tuple[str, Sequence[ModuleType]]] = {
    "sqlite": ("sqlite+aiosqlite", (sqlite_probe, sqlite_reflection)),
    "postgresql": ("postgresql+psycopg", (postgresql_probe, postgresql_reflection)),
    "mysql": ("mysql+asyncmy", (mysql_probe, mysql_reflection)),
}

GIVEN: Mapping[str, Any] = {
    "schema": "fleet",
    "name": "ships",
    "table": "ships",
    "schemas": ["fleet", "harbor"],
    "names": ["ships", "harbors"],
}


@pytest.mark.parametrize("kind", DRIVERS)
def test_statements_about_tables_are_the_kept_ones(kind: str, snapshot: Snapshot) -> None:
    """As they are sent: what is text to SQLAlchemy has its percent signs and colons as the driver wants them."""
    driver, modules = DRIVERS[kind]
    dialect = make_url(f"{driver}://").get_dialect()()
    written = [
        f"-- {module.__name__.rpartition('.')[2]}.{name}\n{sent(statement, dialect)};\n"
        for module in modules
        for name, statement in vars(module).items()
        if isinstance(statement, TextClause)
    ]
    assert written
    snapshot("\n".join(written), KEPT / f"{kind}.sql")


def test_statements_about_sqlite_tables_are_built_with_their_names_quoted(snapshot: Snapshot) -> None:
    """A name may hold whatever is something else to SQLAlchemy or to SQLite."""
    engine = create_engine("sqlite://")
    quote = engine.dialect.identifier_preparer.quote
    tables = [(QualifiedName(None, name), "rowid") for name in ("ships", 'of "all": 100%')]
    built = [sent(sqlite_probe._sizes(tables, quote), engine.dialect)]  # noqa: SLF001  reads every table else
    with engine.connect() as connection:
        connection.exec_driver_sql("ATTACH ':memory:' AS \"a: fleet\"")
        event.listen(connection, "before_cursor_execute", lambda *call: built.append(call[2]))
        for schema in (None, "a: fleet"):
            sqlite_reflection._foreign_keys(connection, schema, {})  # noqa: SLF001  without the Inspector's own
    engine.dispose()
    snapshot("".join(f"{statement};\n\n" for statement in built), KEPT / "sqlite_built.sql")


def sent(statement: ClauseElement, dialect: Dialect) -> str:
    """The statement as the driver gets it."""
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    names = compiled.construct_params(_check=False)
    return compiled.construct_expanded_state({name: GIVEN[name] for name in names}).statement
