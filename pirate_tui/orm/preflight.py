"""What the file really holds, beside the models: which tables there are, and how far their keys can be trusted."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, Select, bindparam, column, func, select, table, text
from sqlalchemy.orm import Mapper

from pirate_tui.domain.entity import ONLY_SCHEMA
from pirate_tui.domain.text import clean


ROW_IDS = ("rowid", "_rowid_", "oid")
"""SQLite's names for the number of a row; a column of that name hides one (https://www.sqlite.org/rowidtable.html)."""

NAMES_STATEMENT = text("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY rowid")
"""Every table and view, whether it can be read or not."""

TABLES_STATEMENT = text("""\
SELECT tables.name, tables.type, columns.name AS "column", upper(columns.type) AS "column_type",
       columns."notnull" AS "not_null", columns.pk, tables.sql LIKE '%WITHOUT%ROWID%' AS without_rowid
FROM sqlite_master AS tables JOIN pragma_table_xinfo(tables.name) AS columns
WHERE tables.type IN ('table', 'view') AND tables.name IN :names
ORDER BY tables.rowid""").bindparams(bindparam("names", expanding=True))
"""Every column of these tables and views; one that is broken spoils the whole statement. `tables` takes its rows."""

# To be replaced: what the servers know of their tables.
SERVER_NAMES = {
    "postgresql": text(
        "SELECT c.relname AS name FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') "
        "AND c.relnamespace = current_schema()::regnamespace ORDER BY c.oid"
    ),
    "mysql": text("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = database()"),
}
SERVER_TABLES = {
    "postgresql": text("""\
SELECT c.relname AS name, a.attname AS "column", a.attnotnull AS not_null,
       COALESCE(a.attnum = ANY (i.indkey), false) AS pk
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname IN :names
ORDER BY c.oid, a.attnum""").bindparams(bindparam("names", expanding=True)),
    "mysql": text(
        """\
SELECT table_name AS name, column_name AS "column", is_nullable = 'NO' AS not_null, column_key = 'PRI' AS pk
FROM information_schema.columns WHERE table_schema = database() AND table_name IN :names
ORDER BY table_name, ordinal_position""".replace('"', "`")
    ).bindparams(bindparam("names", expanding=True)),
}


def server_tables(found: Iterable[Any]) -> dict[str, "Table"]:
    """As `tables` does for SQLite."""
    made = {}
    for name, some in groupby(found, key=lambda row: row.name):
        columns = list(some)
        key = frozenset(one.column for one in columns if one.pk)
        not_null = frozenset(one.column for one in columns if one.not_null)
        made[name] = Table(name, not_null, key, bool(key), None, frozenset(one.column.lower() for one in columns))
    return made


class Table(NamedTuple):
    """A table as the file has it."""

    name: str
    not_null: frozenset[str]
    """The columns that the database itself keeps from being NULL."""
    key: frozenset[str]
    is_strict: bool
    """Does the database itself see to it that keys are unique and never NULL?"""
    row_id: str | None
    """The name under which the rows' numbers can be selected, where there are any."""
    columns: frozenset[str] = frozenset()
    """All its columns, in small letters, as SQLite compares them."""

    def tie_break(self, keys: set[str]) -> str | None:
        """What must end an order by these keys to make it total; None where they do by themselves."""
        is_total = (keys == self.key and self.is_strict) or keys == {self.row_id}
        return None if is_total else self.row_id


def tables(found: Iterable[Any]) -> dict[str, Table]:
    """The tables and views that the statement found, by name."""
    return {name: _table(name, list(columns)) for name, columns in groupby(found, key=lambda row: row.name)}


def problem(mapper: Mapper[Any], found: Mapping[str, Table], unreadable: Mapping[str, str]) -> str:
    """What the file lacks of what a class is mapped to, or why it cannot be read; nothing where all is well."""
    for mapped in mapper.tables:
        name = str(getattr(mapped, "name", mapped))
        schema = getattr(mapped, "schema", None)
        if schema not in {None, ONLY_SCHEMA}:
            return clean(f"no table {schema}.{name}: a SQLite file has no schema but {ONLY_SCHEMA}")
        real = found.get(name.lower())
        if real is None:
            return clean(unreadable.get(name.lower(), f"no table {name}"))
        missing = [one.name for one in mapped.columns if one.name.lower() not in real.columns]
        if missing:
            return clean(f"table {name} has no column {', '.join(missing)}")
    return ""


def sizes_statement(found: Sequence[tuple[str, str]]) -> Select[Any]:
    """The statement that reads the greatest row number of tables, given with their names for it: one look each."""
    return select(*(_greatest(name, row_id) for name, row_id in found))


def _greatest(name: str, row_id: str) -> ScalarSelect[Any]:
    return select(func.max(column(row_id))).select_from(table(name)).scalar_subquery()


def _table(name: str, columns: list[Any]) -> Table:
    key = [column for column in columns if column.pk]
    is_rowid_table = columns[0].type == "table" and not columns[0].without_rowid
    is_alias = len(key) == 1 and key[0].column_type == "INTEGER" and is_rowid_table
    is_strict = bool(key) and (is_alias or not is_rowid_table or all(column.not_null for column in key))
    names = frozenset(column.column for column in columns)
    row_id = next((one for one in ROW_IDS if one not in names), None) if is_rowid_table else None
    keys = frozenset(column.column for column in key)
    not_null = frozenset(column.column for column in columns if column.not_null) | (keys if is_strict else frozenset())
    return Table(name, not_null, keys, is_strict, row_id, frozenset(one.lower() for one in names))
