"""The foreign keys of all tables at once, and the graph that they make: who refers to whom, both ways."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, Inspector, Table, text
from sqlalchemy.engine import ObjectKind
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint


class ForeignKey(NamedTuple):
    """A foreign key as it was declared."""

    child: str
    columns: tuple[str, ...]
    parent: str
    """The table referred to; by its real name, where there is one of that name in whatever case."""
    targets: tuple[str, ...]
    """The columns referred to; empty where none are named, which means the parent's key."""

    def __str__(self) -> str:
        return f"{self.child} ({', '.join(self.columns)})"


class Link(NamedTuple):
    """A foreign key between two tables that are there, on columns that they have."""

    child: str
    columns: tuple[str, ...]
    parent: str
    targets: tuple[str, ...]

    @classmethod
    def of(cls, declared: ForeignKey, child: Table, parent: Table) -> "Link":
        """The foreign key by the real names; ValueError, in words for people, where it leads nowhere."""
        targets = declared.targets or tuple(column.name for column in parent.primary_key if not column.system)
        if not targets:
            raise ValueError(f"{declared.parent} has no key to refer to")
        if len(targets) != len(declared.columns):
            raise ValueError(f"{len(declared.columns)} columns refer to {len(targets)} of {declared.parent}")
        columns, targets = _real_columns(declared.columns, child), _real_columns(targets, parent)
        if child is parent and columns == targets:
            raise ValueError(f"{declared} refers to itself")
        return cls(declared.child, columns, declared.parent, targets)


class Graph:
    """The foreign keys by the tables at their two ends."""

    def __init__(self, foreign_keys: Iterable[ForeignKey], names: Sequence[str]) -> None:
        self._of: dict[str, list[ForeignKey]] = defaultdict(list)
        self._to: dict[str, list[ForeignKey]] = defaultdict(list)
        self.dangling: list[ForeignKey] = []
        """Those that refer to a table that is not there."""
        folded = by_folded_name(names)
        for declared in dict.fromkeys(foreign_keys):
            parent = real_name(declared.parent, folded)
            if parent is None:
                self.dangling.append(declared)
                continue
            found = declared._replace(parent=parent)
            self._of[found.child].append(found)
            self._to[parent].append(found)

    def of(self, name: str) -> Sequence[ForeignKey]:
        """The foreign keys that a table has."""
        return self._of.get(name, ())

    def to(self, name: str) -> Sequence[ForeignKey]:
        """The foreign keys that refer to a table."""
        return self._to.get(name, ())

    def related(self, name: str) -> tuple[str, ...]:
        """The tables that a table refers to, then those that refer to it; itself among them if it refers to itself."""
        parents = (foreign_key.parent for foreign_key in self.of(name))
        children = (foreign_key.child for foreign_key in self.to(name))
        return tuple(dict.fromkeys((*parents, *children)))


def read_foreign_keys(connection: Connection, inspector: Inspector, schema: str | None) -> list[ForeignKey]:
    """The foreign keys of all tables, in the order of their declaration as far as the database knows it."""
    if connection.dialect.name == "sqlite":
        return _sqlite(connection, schema)
    return inspected(inspector, schema)


def inspected(inspector: Inspector, schema: str | None) -> list[ForeignKey]:
    """By the Inspector: one statement where the dialect has one for all tables, 6,000 for 2,000 tables of SQLite."""
    every = inspector.get_multi_foreign_keys(schema=schema, kind=ObjectKind.TABLE)
    return [
        ForeignKey(
            table,
            tuple(one["constrained_columns"]),
            _referred_table(one, schema),
            tuple(one["referred_columns"]),
        )
        for (_, table), found in every.items()
        for one in found
    ]


def _referred_table(found: ReflectedForeignKeyConstraint, schema: str | None) -> str:
    """The table's name; with its schema where that is another: there is none of that name here."""
    name, its_schema = found["referred_table"], found["referred_schema"]
    return name if its_schema == schema else f"{its_schema}.{name}"


def _sqlite(connection: Connection, schema: str | None) -> list[ForeignKey]:
    """By one statement; SQLite numbers the last declared first (https://www.sqlite.org/pragma.html#pragma_foreign_key_list)."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(schema or "main").replace(":", r"\:")
    statement = text(f"""\
SELECT tables.name, keys.id, keys."table", keys."from", keys."to"
FROM {quoted}.sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name, :schema) AS keys
WHERE tables.type = 'table'
ORDER BY tables.rowid, keys.id DESC, keys.seq""")  # noqa: S608  a quoted name
    found = connection.execute(statement, {"schema": schema or "main"}).all()
    made = []
    for (name, _), rows in groupby(found, key=lambda row: (row[0], row[1])):
        parts = list(rows)
        targets = tuple(part[4] for part in parts if part[4] is not None)
        made.append(ForeignKey(name, tuple(part[3] for part in parts), parts[0][2], targets))
    return made


def _real_columns(names: Iterable[str], table: Table) -> tuple[str, ...]:
    folded = by_folded_name(column.name for column in table.columns)
    found = []
    for name in names:
        real = real_name(name, folded)
        if real is None:
            raise ValueError(f"{table.name} has no column {name}")
        found.append(real)
    return tuple(found)


def by_folded_name(names: Iterable[str]) -> Mapping[str, str]:
    """Names by what they are without regard to case; each is also there by itself, which goes first."""
    known = list(names)
    return {**{_fold(name): name for name in known}, **{name: name for name in known}}


def real_name(name: str, folded: Mapping[str, str]) -> str | None:
    """The name that is meant, in whatever case it is written; None where there is none."""
    return folded.get(name) or folded.get(_fold(name))


def _fold(name: str) -> str:
    """SQLite compares names without regard to the case of ASCII letters, and of no others."""
    return name.lower() if name.isascii() else "".join(char.lower() if char.isascii() else char for char in name)
