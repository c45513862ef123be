"""Probe the tables of a MariaDB or MySQL server by information_schema, which hides what a user may not see."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar

from sqlalchemy import bindparam

from pirate_tui.domain.entity import Bound, Size
from pirate_tui.orm.read_only import OwnText
from pirate_tui.orm.reflection.probe import QualifiedName, SchemaProbe, Table, unreadable


WANTED = "(table_schema = database() OR table_schema IN :schemas) AND table_name IN :names"

COLUMNS = OwnText(f"""\
SELECT table_schema AS found_schema, table_schema = database() AS is_own, table_name AS found_name,
       column_name AS found_column, is_nullable = 'NO' AS not_null, column_key = 'PRI' AS pk,
       FIND_IN_SET('select', privileges) > 0 AS may_be_read, @@lower_case_table_names > 0 AS is_case_insensitive
FROM information_schema.columns WHERE {WANTED}
ORDER BY table_schema, table_name, ordinal_position""").bindparams(  # noqa: S608
    bindparam("schemas", expanding=True), bindparam("names", expanding=True)
)
"""Every column of these tables: of a broken view none. Without a primary key, `PRI` marks the first unique one that is
never NULL (https://mariadb.com/kb/en/information-schema-columns-table/)."""

WHY_NOT = OwnText("""\
SELECT schema_name AS found_schema, 0 AS is_own, '' AS found_name, 0 AS is_case_insensitive
FROM information_schema.schemata
UNION ALL
SELECT table_schema, table_schema = database(), table_name, @@lower_case_table_names > 0
FROM information_schema.tables WHERE table_type = 'VIEW' AND table_name IN :names""").bindparams(
    bindparam("names", expanding=True)
)
"""The existing schemas, and the views by these names."""

SCHEMAS = OwnText("SELECT schema_name AS name FROM information_schema.schemata")
"""The databases on which the user has any privilege."""

BROKEN = "a view of something that does not exist, or that its definer may not read"
"""MariaDB's message about it, shortened."""

SIZES = OwnText(f"""\
SELECT table_schema AS found_schema, table_schema = database() AS is_own, table_name AS found_name, table_rows AS size,
       @@lower_case_table_names > 0 AS is_case_insensitive
FROM information_schema.tables WHERE {WANTED} AND table_rows IS NOT NULL""").bindparams(  # noqa: S608
    bindparam("schemas", expanding=True), bindparam("names", expanding=True)
)
"""The storage engine's statistics; InnoDB estimates from some pages of the table."""


class MySQLProbe(SchemaProbe):
    """Probes one server, on which a schema is a database.

    Names of columns are compared without regard to case, those of tables as the server is configured.
    """

    no_schema: ClassVar[str] = "no such database, or no privileges on it:"

    async def inspect_tables(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Table]:
        """Query all tables by one statement, and by another the reasons for those that it does not return."""

        def parse(rows: Sequence[Any]) -> Mapping[QualifiedName, Table]:
            grouped = groupby(rows, key=lambda row: (row.found_schema, row.found_name))
            found = _placed(places, [list(columns) for _, columns in grouped])
            return {place: _table(place, columns) for place, columns in found.items()}

        made = await self._queries.parsed("columns of tables", COLUMNS, parse, _parameters(places))
        missing = [place for place in places if place not in made]
        return {**made, **await self._why_not(missing)} if missing else made

    async def schemas(self) -> Mapping[str, bool]:
        """Query the names of the databases that this user may use."""

        def parse(rows: Sequence[Any]) -> Mapping[str, bool]:
            return {str(row.name): True for row in rows}

        return await self._queries.parsed("schemas", SCHEMAS, parse)

    async def sizes(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Size]:
        """Query the storage engines' estimates by one statement for all tables."""
        found = await self._sizes("sizes of all tables", places)
        return {place: Size(rows, Bound.ABOUT) for place, rows in found.items()}

    async def estimate(self, place: QualifiedName) -> int | None:
        """Query the storage engine's estimate of the table's rows; None where it has none."""
        return (await self._sizes(f"estimate of {place.name}", [place])).get(place)

    async def _sizes(self, cause: str, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, int]:

        def parse(rows: Sequence[Any]) -> Mapping[QualifiedName, int]:
            return {place: int(row.size) for place, (row,) in _placed(places, [[row] for row in rows]).items()}

        return await self._queries.parsed(cause, SIZES, parse, _parameters(places), folded=len(places) > 1)

    async def _why_not(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Table]:

        def parse(rows: Sequence[Any]) -> Mapping[QualifiedName, Table]:
            schemas = {row.found_schema.lower() for row in rows}
            broken = _placed(places, [[row] for row in rows])
            tables = {}
            for place in places:
                has_schema = place.schema is None or place.schema.lower() in schemas
                missing = f"no table {place}" if has_schema else f"no database {place.schema}, or no privileges on it"
                tables[place] = unreadable(place, f"{place} is {BROKEN}" if place in broken else missing)
            return tables

        return await self._queries.parsed("tables", WHY_NOT, parse, {"names": [place.name for place in places]})


def _parameters(places: Sequence[QualifiedName]) -> dict[str, Any]:
    return {
        "schemas": sorted({place.schema for place in places if place.schema}),
        "names": [place.name for place in places],
    }


def _placed(places: Sequence[QualifiedName], tables: Sequence[list[Any]]) -> dict[QualifiedName, list[Any]]:
    """Return the rows of each table, a list for each, by the places that refer to it."""
    named: dict[QualifiedName, list[Any]] = {}
    for rows in tables:
        row = rows[0]
        for schema in (row.found_schema, *([None] if row.is_own else [])):
            named[QualifiedName(schema, row.found_name)] = rows
    folding = {_normalized(place): rows for place, rows in named.items() if rows[0].is_case_insensitive}
    by_place = {place: named.get(place) or folding.get(_normalized(place)) for place in places}
    return {place: rows for place, rows in by_place.items() if rows}


def _normalized(place: QualifiedName) -> QualifiedName:
    return QualifiedName(place.schema and place.schema.lower(), place.name.lower())


def _table(place: QualifiedName, rows: list[Any]) -> Table:
    denied = frozenset(row.found_column.lower() for row in rows if not row.may_be_read)
    if len(denied) == len(rows):
        return unreadable(place, f"permission denied for table {place}")
    key = frozenset(row.found_column for row in rows if row.pk)
    return Table(
        name=place.name,
        not_null=frozenset(row.found_column for row in rows if row.not_null),
        key=key,
        is_strict=bool(key),
        row_id=None,
        runs_built_in_code=True,  # each statement on MariaDB says itself that it only reads
        columns=frozenset(row.found_column.lower() for row in rows),
        denied=denied,
    )
