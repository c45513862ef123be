"""Probe the tables of a PostgreSQL database by its catalog: information_schema hides what a role does not own."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from pirate_tui.domain.entity import Bound, Size
from pirate_tui.orm.read_only import OwnText
from pirate_tui.orm.reflection.probe import QualifiedName, SchemaProbe, Table, unreadable


WANTED = """\
unnest(CAST(:schemas AS text[]), CAST(:names AS text[])) WITH ORDINALITY AS wanted (schema, name, number)
LEFT JOIN pg_catalog.pg_namespace s ON s.nspname = wanted.schema
LEFT JOIN pg_catalog.pg_class c ON c.relname = wanted.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
     AND CASE WHEN wanted.schema IS NULL THEN pg_table_is_visible(c.oid) ELSE c.relnamespace = s.oid END"""
"""The relations at these places; without a schema, what the search path finds there
(https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SCHEMA)."""

ROW_ID = "ctid"
"""The column with a row's location in its table (https://www.postgresql.org/docs/current/ddl-system-columns.html); in a
table with children, or partitions, several rows have the same one."""

HAS_ROW_ID = f"""c.relkind IN ('r', 'm') AND NOT c.relhassubclass AND EXISTS (
           SELECT FROM pg_catalog.pg_attribute r WHERE r.attrelid = c.oid AND r.attname = '{ROW_ID}' AND r.attnum < 0
       )"""
"""Whether the catalog has that column of a relation, and no two of its rows have the same."""

OPERATORS = "('=', '<', '>', '<=', '>=', '<>', '~~', '~~*')"
FUNCTIONS = "('length', 'substr', 'count', 'row_number', 'timezone', 'extract', 'date_part')"
"""What the statements on rows use: one that somebody has made may be taken in place of the built-in one
(https://wiki.postgresql.org/wiki/A_Guide_to_CVE-2018-1058:_Protect_Your_Search_Path)."""

BUILT_IN = "'pg_catalog'::regnamespace"

IS_PLAIN = f"""c.relkind IN ('r', 'p', 'm') AND NOT c.relrowsecurity
       AND NOT (c.relhassubclass AND EXISTS (
           SELECT FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_inherits h ON h.inhrelid = f.ftrelid
       ))
       AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_attribute u JOIN pg_catalog.pg_type t ON t.oid = u.atttypid
           WHERE u.attrelid = c.oid AND u.attnum > 0 AND NOT u.attisdropped AND t.typnamespace <> {BUILT_IN}
       )
       AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_operator o
           JOIN pg_catalog.pg_type l ON l.oid = o.oprleft JOIN pg_catalog.pg_type r ON r.oid = o.oprright
           WHERE o.oprnamespace <> {BUILT_IN} AND l.typnamespace = {BUILT_IN} AND r.typnamespace = {BUILT_IN}
           AND o.oprname IN {OPERATORS}
       )
       AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_proc p WHERE p.pronamespace <> {BUILT_IN} AND p.proname IN {FUNCTIONS}
       )
       AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_cast k JOIN pg_catalog.pg_proc p ON p.oid = k.castfunc
           JOIN pg_catalog.pg_type l ON l.oid = k.castsource JOIN pg_catalog.pg_type r ON r.oid = k.casttarget
           WHERE p.pronamespace <> {BUILT_IN} AND l.typnamespace = {BUILT_IN} AND r.typnamespace = {BUILT_IN}
       )"""  # noqa: S608
"""Whether only built-in code runs as rows are read: no view, foreign table or policy, no type, operator, function or
cast that somebody has made."""

COLUMNS = OwnText(f"""\
SELECT wanted.number, wanted.schema IS NULL OR s.oid IS NOT NULL AS has_schema, c.oid IS NOT NULL AS has_table,
       has_schema_privilege(c.relnamespace, 'USAGE') AS is_usable, has_table_privilege(c.oid, 'SELECT') AS is_readable,
       {HAS_ROW_ID} AS has_row_id,
       {IS_PLAIN} AS is_plain,
       a.attname AS "column", a.attnotnull AS not_null, COALESCE(a.attnum = ANY (i.indkey), false) AS pk,
       has_column_privilege(c.oid, a.attnum, 'SELECT') AS may_be_read
FROM {WANTED}
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
ORDER BY wanted.number, a.attnum""")  # noqa: S608
"""All columns of these tables, with at least one row for each table."""

SIZES = OwnText(f"""\
WITH RECURSIVE tree (number, oid) AS (
    SELECT wanted.number, c.oid FROM {WANTED}
    UNION ALL
    SELECT tree.number, i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
)
SELECT tree.number, CAST(sum(greatest(c.reltuples, 0)) AS bigint) AS size
FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid
WHERE c.relkind IN ('r', 'm', 'f')
GROUP BY tree.number
HAVING bool_and(c.reltuples > 0 OR (c.relkind <> 'f' AND pg_relation_size(c.oid) = 0))""")  # noqa: S608
"""The counts of VACUUM and ANALYZE, of all partitions; nothing where one of them holds rows that were not counted.
Unknown is -1, and was 0 before PostgreSQL 14 (https://www.postgresql.org/docs/current/catalog-pg-class.html)."""

SCHEMAS = OwnText("""\
SELECT nspname AS name, has_schema_privilege(oid, 'USAGE') AS is_usable FROM pg_catalog.pg_namespace""")
"""All schemas of the database."""


class PostgreSQLProbe(SchemaProbe):
    """Probes one database of a server. Names are case-sensitive."""

    async def inspect_tables(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Table]:
        """Query all tables by one statement."""

        def parse(rows: Sequence[Any]) -> Mapping[QualifiedName, Table]:
            grouped = groupby(rows, key=lambda row: int(row.number))
            return {places[number - 1]: _table(places[number - 1], list(columns)) for number, columns in grouped}

        return await self._queries.parsed("columns of tables", COLUMNS, parse, _parameters(places))

    async def schemas(self) -> Mapping[str, bool]:
        """Query the names of all schemas, and whether this user may use them."""

        def parse(rows: Sequence[Any]) -> Mapping[str, bool]:
            return {str(row.name): bool(row.is_usable) for row in rows}

        return await self._queries.parsed("schemas", SCHEMAS, parse)

    async def sizes(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Size]:
        """Query the counts of the last VACUUM or ANALYZE by one statement for all tables."""

        def parse(rows: Sequence[Any]) -> Mapping[QualifiedName, Size]:
            return {places[row.number - 1]: Size(int(row.size), Bound.ABOUT) for row in rows}

        return await self._queries.parsed("sizes of all tables", SIZES, parse, _parameters(places), folded=True)

    async def estimate(self, place: QualifiedName) -> int | None:
        """Query the count of the last VACUUM or ANALYZE; None where there is none."""

        def parse(rows: Sequence[Any]) -> int | None:
            return int(rows[0].size) if rows else None

        return await self._queries.parsed(f"estimate of {place.name}", SIZES, parse, _parameters([place]))


def _parameters(places: Sequence[QualifiedName]) -> dict[str, Any]:
    return {"schemas": [place.schema for place in places], "names": [place.name for place in places]}


def _table(place: QualifiedName, rows: list[Any]) -> Table:
    table, columns = rows[0], [row for row in rows if row.column is not None]
    denied = frozenset(row.column for row in columns if not row.may_be_read)
    if not table.has_schema:
        return unreadable(place, f"no schema {place.schema}")
    if not table.has_table:
        return unreadable(place, f"no table {place}")
    if not table.is_usable:
        return unreadable(place, f"permission denied for schema {place.schema}")
    if columns and len(denied) == len(columns):
        return unreadable(place, f"permission denied for table {place}")
    key = frozenset(row.column for row in columns if row.pk)
    return Table(
        name=place.name,
        not_null=frozenset(row.column for row in columns if row.not_null),
        key=key,
        is_strict=bool(key),
        row_id=ROW_ID if table.has_row_id and table.is_readable else None,
        runs_built_in_code=bool(table.is_plain),
        columns=frozenset(row.column for row in columns),
        denied=denied,
        is_case_insensitive=False,
    )
