"""Probe the tables of a SQLite file by its schema table and pragmas."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import TextClause, bindparam, text

from pirate_tui.domain.entity import ONLY_SCHEMA, Bound, Size
from pirate_tui.domain.failure import BrowserError, DatabaseLockedError
from pirate_tui.orm.dialects.sqlite.translation import OF_SQLITE
from pirate_tui.orm.reflection.probe import QualifiedName, SchemaProbe, Table, unreadable


ROW_IDS = ("rowid", "_rowid_", "oid")
"""SQLite's names for the number of a row; a column of that name hides one (https://www.sqlite.org/rowidtable.html)."""

NAMES = text("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY rowid")
"""All tables and views, whether they can be read or not."""

COLUMNS = text("""\
SELECT tables.name, tables.type, columns.name AS "column", upper(columns.type) AS "column_type",
       columns."notnull" AS "not_null", columns.pk, tables.sql LIKE '%WITHOUT%ROWID%' AS without_rowid
FROM sqlite_master AS tables JOIN pragma_table_xinfo(tables.name) AS columns
WHERE tables.type IN ('table', 'view') AND tables.name IN :names
ORDER BY tables.rowid""").bindparams(bindparam("names", expanding=True))
"""All columns of these tables and views; a broken view makes the whole statement fail."""

STATISTICS = "sqlite_stat1"
"""The table in which ANALYZE stores its counts (https://www.sqlite.org/fileformat2.html#stat1tab)."""

ESTIMATE = text(f"SELECT stat FROM {STATISTICS} WHERE tbl = :table ORDER BY idx IS NOT NULL LIMIT 1")  # noqa: S608
"""Its first number is the table's count of rows."""

SIZES_AT_ONCE = 200
"""Tables whose sizes one statement reads, by three columns each; SQLite takes 2,000."""

COUNTED = 1_000
"""The number up to which the rows of each table are counted."""

SIZE_COLUMNS = """\
(SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {most})),
(SELECT min({row_id}) FROM {table}), (SELECT max({row_id}) FROM {table})"""
"""The count of the rows up to a limit; their least and their greatest number."""

TELLING = 10**9
"""The widest span of row numbers taken for an upper bound; wider ones were not assigned one after the other."""


class SQLiteProbe(SchemaProbe):
    """Probes one file. Names are compared without regard to case."""

    _names: Mapping[str, str] | None = None
    """The real names by their lower-case form."""

    async def inspect_tables(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Table]:
        """Query all tables by one statement; where one of them is broken, by one statement for each."""
        names = await self._known()
        found = await self._columns([names[place.name.lower()] for place in places if place.name.lower() in names])
        by_name = {name.lower(): table for name, table in found.items()}
        twins = _twins(places)
        return {place: _judged(place, by_name.get(place.name.lower()), twins.get(place)) for place in places}

    async def schemas(self) -> Mapping[str, bool]:
        """Return the only schema, that of the file."""
        return {ONLY_SCHEMA: True}

    async def sizes(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Size]:
        """Count up to `COUNTED` rows of each table; return the span of row numbers for larger ones, as an upper bound.

        A joined subclass has the numbers of its parent's rows, and a table with deleted rows has gaps.
        """
        await self.read(places)
        numbered = [(one, row_id) for one in places if (row_id := self.table(one).row_id) is not None]
        sizes: dict[QualifiedName, Size] = {}
        quote = self._queries.dialect.identifier_preparer.quote
        for start in range(0, len(numbered), SIZES_AT_ONCE):
            part = numbered[start : start + SIZES_AT_ONCE]
            (row,) = await self._queries.fetch("sizes of all tables", _sizes(part, quote), folded=True)
            sizes |= {place: _size(*row[3 * n : 3 * n + 3]) for n, (place, _) in enumerate(part)}
        return sizes

    async def estimate(self, place: QualifiedName) -> int | None:
        """Query the count of the last ANALYZE; None where it has not been run."""
        if STATISTICS not in await self._known():
            return None
        found = await self._queries.fetch(f"estimate of {place.name}", ESTIMATE, {"table": place.name})
        return int(str(found[0].stat).split()[0]) if found else None

    async def _known(self) -> Mapping[str, str]:
        if self._names is None:
            rows = await self._queries.fetch("tables", NAMES)
            self._names = {str(row.name).lower(): str(row.name) for row in rows}
        return self._names

    async def _columns(self, names: Sequence[str]) -> dict[str, Table]:
        if not names:
            return {}
        try:
            rows = await self._queries.fetch("columns of tables", COLUMNS, {"names": list(names)})
        except DatabaseLockedError:
            raise
        except BrowserError as error:
            if len(names) == 1:
                return {names[0]: unreadable(QualifiedName(None, names[0]), error.message)}
            return {name: table for one in names for name, table in (await self._columns([one])).items()}
        return {name: _table(name, list(columns)) for name, columns in groupby(rows, key=lambda row: row.name)}


def _twins(places: Sequence[QualifiedName]) -> Mapping[QualifiedName, QualifiedName]:
    """Return the places of other schemas whose table another place stands for, too, each with that one."""
    owners: dict[str, QualifiedName] = {}
    for place in sorted(places, key=lambda one: not _is_own(one)):
        owners.setdefault(place.name.lower(), place)
    return {one: owner for one in places if (owner := owners[one.name.lower()]) != one and not _is_own(one)}


def _is_own(place: QualifiedName) -> bool:
    return place.schema is None or place.schema.lower() in OF_SQLITE


def _judged(place: QualifiedName, table: Table | None, twin: QualifiedName | None) -> Table:
    """Return the table, which is looked for by its name alone: see `translations`."""
    if table is None or (place.schema or "").lower() == "temp":
        other = "" if _is_own(place) else f", nor {place.name}: a SQLite file has no schema but {ONLY_SCHEMA}"
        return unreadable(place, f"no table {place}{other}")
    if twin is not None:
        return unreadable(place, f"no table {place}: a SQLite file has one {table.name}, that of {twin}")
    return table


def _table(name: str, columns: list[Any]) -> Table:
    key = [column for column in columns if column.pk]
    is_rowid_table = columns[0].type == "table" and not columns[0].without_rowid
    is_alias = len(key) == 1 and key[0].column_type == "INTEGER" and is_rowid_table
    is_strict = bool(key) and (is_alias or not is_rowid_table or all(column.not_null for column in key))
    names = frozenset(column.column for column in columns)
    row_id = next((name for name in ROW_IDS if name not in names), None) if is_rowid_table else None
    keys = frozenset(column.column for column in key)
    not_null = frozenset(column.column for column in columns if column.not_null) | (keys if is_strict else frozenset())
    return Table(name, not_null, keys, is_strict, row_id, frozenset(column.lower() for column in names))


def _sizes(numbered: Sequence[tuple[QualifiedName, str]], quote: Callable[[str], str]) -> TextClause:
    """Return the statement as text: for hundreds of tables, SQLAlchemy compiles longer than SQLite executes."""
    columns = (
        SIZE_COLUMNS.format(table=quote(place.name), row_id=row_id, most=COUNTED + 1) for place, row_id in numbered
    )
    return text(f"SELECT {', '.join(columns)}".replace(":", r"\:"))


def _size(counted: int, least: int, greatest: int) -> Size:
    if counted <= COUNTED:
        return Size(counted, Bound.EXACT)
    span = greatest - least + 1
    return Size(span, Bound.AT_MOST) if span <= TELLING else Size(COUNTED, Bound.MORE_THAN)
