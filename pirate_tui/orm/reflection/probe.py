"""Probe the tables that classes are mapped to: whether they can be read, and what their keys are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import FromClause
from sqlalchemy.orm import Mapper

from pirate_tui.domain.entity import Size
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.query_runner import QueryRunner


class QualifiedName(NamedTuple):
    """The schema and name of the table that a class is mapped to."""

    schema: str | None
    """None where the model names none: the database finds the table, as for any statement."""
    name: str

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"

    @classmethod
    def of(cls, mapped: FromClause) -> "QualifiedName":
        """Return the qualified name of a table; for a subquery, its alias."""
        return cls(getattr(mapped, "schema", None), str(getattr(mapped, "name", mapped)))


class Table(NamedTuple):
    """A table as the database has it."""

    name: str
    not_null: frozenset[str]
    """The columns that the database itself keeps from being NULL."""
    key: frozenset[str]
    is_strict: bool
    """Whether the database itself ensures that keys are unique and never NULL."""
    row_id: str | None
    """The name under which the rows' numbers can be selected, where there are any."""
    columns: frozenset[str] = frozenset()
    """The names of all columns, `normalized`."""
    denied: frozenset[str] = frozenset()
    """The names of the columns that may not be read, `normalized`."""
    is_case_insensitive: bool = True
    """Whether the database compares the names of columns without regard to case."""
    runs_built_in_code: bool = False
    """Whether no code but the server's own runs as rows are read, or none that could do anything."""
    problem: str = ""
    """Why it cannot be read; empty where it can."""

    def tie_break(self, keys: Collection[str]) -> str | None:
        """Return the term that makes an order by these keys total; None where it is already, or nothing can."""
        return None if self.is_total(keys) else self.row_id

    def is_total(self, keys: Collection[str]) -> bool:
        """Whether an order by these columns is total, and none of them is ever NULL."""
        return keys == {self.row_id} or (self.is_strict and self._normalized(keys) == self._normalized(self.key))

    def has(self, columns: Collection[str]) -> bool:
        """Whether these columns are the table's own; the key of a joined subclass may be its parent's."""
        return set(map(self.normalized, columns)) <= self.columns

    def may_be_null(self, column: str) -> bool:
        """Whether the database allows NULLs in the column."""
        return self.normalized(column) not in self._normalized(self.not_null)

    def normalized(self, column: str) -> str:
        """Return the column's name in the case by which the database compares it."""
        return column.lower() if self.is_case_insensitive else column

    def _normalized(self, columns: Iterable[str]) -> set[str]:
        return set(map(self.normalized, columns))


NOTHING_KNOWN = Table("", frozenset(), frozenset(), is_strict=False, row_id=None)
"""The table of a class that is mapped to a subquery."""


def unreadable(place: QualifiedName, problem: str) -> Table:
    """Return a table that does not exist, or cannot be read; `problem` is the reason, in one line."""
    return NOTHING_KNOWN._replace(name=place.name, problem=clean(problem))


def problem(mapper: Mapper[Any], tables: Mapping[QualifiedName, Table]) -> str:
    """Return why the tables of a class cannot be read, or which columns they lack; empty where nothing is wrong."""
    for mapped in mapper.tables:
        place, names = QualifiedName.of(mapped), [column.name for column in mapped.columns]
        real = tables.get(place, NOTHING_KNOWN)
        missing = [name for name in names if real.normalized(name) not in real.columns]
        denied = [name for name in names if real.normalized(name) in real.denied]
        if real.problem:
            return real.problem
        if missing:
            return clean(f"table {place} has no column {', '.join(missing)}")
        if denied:
            return clean(f"permission denied for column {', '.join(denied)} of table {place}")
    return ""


OF_THE_SERVER = frozenset({"information_schema", "mysql", "performance_schema", "sys", "pg_catalog", "pg_toast"})
"""Schemas of the servers' own tables."""

MOST_NAMED = 20
"""Schemas that an error lists."""


def no_such_schema(reason: str, name: str, others: Iterable[str]) -> BrowserError:
    """Return the error for a schema that cannot be used, with those that can, and names like it first."""
    listed = sorted(set(others) - OF_THE_SERVER)
    listed = [*dict.fromkeys((*get_close_matches(name, listed), *listed))]
    more = f" and {len(listed) - MOST_NAMED:,} more" if len(listed) > MOST_NAMED else ""
    hint = f"there are {', '.join(map(clean, listed[:MOST_NAMED]))}{more}" if listed else "there is none"
    return BrowserError(clean(f"{reason} {name}"), hint)


class SchemaProbe:
    """Queries one database for tables, and caches what it finds; subclasses are in the folders of `dialects`."""

    no_schema: ClassVar[str] = "no such schema:"
    """What is said of a schema that `schemas` does not return."""

    def __init__(self, queries: QueryRunner) -> None:
        self._queries = queries
        self.tables: dict[QualifiedName, Table] = {}
        """The tables that were queried, also where there is none, by their places."""

    async def read(self, places: Iterable[QualifiedName]) -> None:
        """Query the tables at these places that have not been queried yet; raises `BrowserError`."""
        wanted = [place for place in dict.fromkeys(places) if place not in self.tables]
        if wanted:
            self.tables |= await self.inspect_tables(wanted)

    def table(self, place: QualifiedName) -> Table:
        """Return what `read` has found of a table."""
        return self.tables.get(place, NOTHING_KNOWN)

    async def check_schema(self, name: str) -> None:
        """Raise `BrowserError`, with the schemas that can be used, unless this is one of them."""
        found = await self.schemas()
        if not found.get(name):
            reason = "permission denied for schema" if name in found else self.no_schema
            raise no_such_schema(reason, name, [one for one, is_usable in found.items() if is_usable])

    async def schemas(self) -> Mapping[str, bool]:
        """Query the names of all schemas, and whether this user may use them."""
        raise NotImplementedError

    async def inspect_tables(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Table]:
        """Query the columns and keys of each of these tables."""
        raise NotImplementedError

    async def sizes(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Size]:
        """Query how many rows each table may have, where that is cheap, by one statement for many tables."""
        raise NotImplementedError

    async def estimate(self, place: QualifiedName) -> int | None:
        """Query how many rows the table may have by the database's statistics; None where unknown."""
        raise NotImplementedError
