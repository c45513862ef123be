"""What the file really holds, beside the models: which tables there are, and how far their keys can be trusted."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Mapper


ROW_IDS = ("rowid", "_rowid_", "oid")
"""SQLite's names for the number of a row; a column of that name hides one (https://www.sqlite.org/rowidtable.html)."""

TABLES_STATEMENT = text("""\
SELECT tables.name, tables.type, columns.name AS "column", upper(columns.type) AS "column_type",
       columns."notnull" AS "not_null", columns.pk, tables.sql LIKE '%WITHOUT%ROWID%' AS without_rowid
FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
WHERE tables.type IN ('table', 'view')
ORDER BY tables.rowid""")
"""Every column of every table and view; one statement, however many there are. `shapes` takes its rows."""


class Shape(NamedTuple):
    """A table as the file has it."""

    name: str
    columns: frozenset[str]
    key: frozenset[str]
    is_strict: bool
    """Does the database itself see to it that keys are unique and never NULL?"""
    row_id: str | None
    """The name under which the rows' numbers can be selected, where there are any."""

    def tie_break(self, mapper: Mapper[Any]) -> str | None:
        """What must end the order of the mapper's key to make it total; None where the key does by itself."""
        is_key = {column.name for column in mapper.primary_key} == self.key
        return None if is_key and self.is_strict else self.row_id


def shapes(found: Iterable[Any]) -> dict[str, Shape]:
    """The tables and views that the statement found, by name."""
    return {name: _shape(name, list(columns)) for name, columns in groupby(found, key=lambda row: row.name)}


def _shape(name: str, columns: list[Any]) -> Shape:
    key = [column for column in columns if column.pk]
    is_rowid_table = columns[0].type == "table" and not columns[0].without_rowid
    is_alias = len(key) == 1 and key[0].column_type == "INTEGER" and is_rowid_table
    is_strict = bool(key) and (is_alias or not is_rowid_table or all(column.not_null for column in key))
    names = frozenset(column.column for column in columns)
    row_id = next((one for one in ROW_IDS if one not in names), None) if is_rowid_table else None
    return Shape(name, names, frozenset(column.column for column in key), is_strict, row_id)
