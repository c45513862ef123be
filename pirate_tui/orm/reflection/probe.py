"""What the database really has of the tables that classes are mapped to: may they be read, and what are their keys?"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import FromClause
from sqlalchemy.orm import Mapper

from pirate_tui.domain.entity import Size
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.query_runner import QueryRunner


class QualifiedName(NamedTuple):
    """Where a class says that its table is."""

    schema: str | None
    """None where it does not say: then it is for the database to find it, as for any statement."""
    name: str

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"

    @classmethod
    def of(cls, mapped: FromClause) -> "QualifiedName":
        """The place of a table; of a query, what SQLAlchemy calls it."""
        return cls(getattr(mapped, "schema", None), str(getattr(mapped, "name", mapped)))


class Table(NamedTuple):
    """A table as the database has it."""

    name: str
    not_null: frozenset[str]
    """The columns that the database itself keeps from being NULL."""
    key: frozenset[str]
    is_strict: bool
    """Does the database itself see to it that keys are unique and never NULL?"""
    row_id: str | None
    """The name under which the rows' numbers can be selected, where there are any."""
    columns: frozenset[str] = frozenset()
    """All its columns, as `normalized` has them."""
    denied: frozenset[str] = frozenset()
    """Those that may not be read, as `normalized` has them."""
    is_case_insensitive: bool = True
    """Does the database compare the names of columns without regard to case?"""
    problem: str = ""
    """Why it cannot be read; empty where it can."""

    def tie_break(self, keys: Collection[str]) -> str | None:
        """What must end an order by these keys to make it total; None where they do by themselves, or nothing can."""
        return None if self.is_total(keys) else self.row_id

    def is_total(self, keys: Collection[str]) -> bool:
        """Is an order by these columns total, and none of them ever NULL?"""
        return keys == {self.row_id} or (self.is_strict and self._normalized(keys) == self._normalized(self.key))

    def has(self, columns: Collection[str]) -> bool:
        """Are these columns of the table? The key of a joined subclass may be its parent's."""
        return set(map(self.normalized, columns)) <= self.columns

    def may_be_null(self, column: str) -> bool:
        """May the column hold NULLs, for all that the database does?"""
        return self.normalized(column) not in self._normalized(self.not_null)

    def normalized(self, column: str) -> str:
        """The column's name as the database compares it."""
        return column.lower() if self.is_case_insensitive else column

    def _normalized(self, columns: Iterable[str]) -> set[str]:
        return set(map(self.normalized, columns))


NOTHING_KNOWN = Table("", frozenset(), frozenset(), is_strict=False, row_id=None)
"""Of what is mapped to a query, and to no table."""


def unreadable(place: QualifiedName, problem: str) -> Table:
    """A table that is not there, or cannot be read; `problem` says why, in one line."""
    return NOTHING_KNOWN._replace(name=place.name, problem=clean(problem))


def problem(mapper: Mapper[Any], found: Mapping[QualifiedName, Table]) -> str:
    """What the database lacks of what a class is mapped to, or why it cannot be read; nothing where all is well."""
    for mapped in mapper.tables:
        place, names = QualifiedName.of(mapped), [column.name for column in mapped.columns]
        real = found.get(place, NOTHING_KNOWN)
        missing = [name for name in names if real.normalized(name) not in real.columns]
        denied = [name for name in names if real.normalized(name) in real.denied]
        if real.problem:
            return real.problem
        if missing:
            return clean(f"table {place} has no column {', '.join(missing)}")
        if denied:
            return clean(f"permission denied for column {', '.join(denied)} of table {place}")
    return ""


class SchemaProbe:
    """Asks one database for tables, and remembers what it said; what its kind adds is in the modules beside."""

    def __init__(self, questions: QueryRunner) -> None:
        self._queries = questions
        self.tables: dict[QualifiedName, Table] = {}
        """Those that were asked for, also where there is none, by the places that were given."""

    async def read(self, places: Iterable[QualifiedName]) -> None:
        """Ask for the tables that were not asked for yet. Raises `BrowserError`."""
        wanted = [place for place in dict.fromkeys(places) if place not in self.tables]
        if wanted:
            self.tables |= await self.inspect_tables(wanted)

    def table(self, place: QualifiedName) -> Table:
        """What the database has of a table that was asked for."""
        return self.tables.get(place, NOTHING_KNOWN)

    async def inspect_tables(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Table]:
        """What the database has of each of these tables."""
        raise NotImplementedError

    async def sizes(self, places: Sequence[QualifiedName]) -> Mapping[QualifiedName, Size]:
        """How many rows each may have, where that costs next to nothing, and by one statement for all."""
        raise NotImplementedError

    async def estimate(self, place: QualifiedName) -> int | None:
        """How many rows it may have, as the database itself believes."""
        raise NotImplementedError
