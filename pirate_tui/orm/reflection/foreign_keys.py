"""Hold the foreign keys of all tables as a graph that is followed in both directions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row, Table


class ForeignKey(NamedTuple):
    """A foreign key as it was declared."""

    child: str
    columns: tuple[str, ...]
    parent: str
    """The table referred to; by its real name, where there is one of that name in whatever case."""
    targets: tuple[str, ...]
    """The columns referred to; empty where none are named, which means the parent's key."""
    elsewhere: str = ""
    """The parent's schema, where that is none of those that are read."""
    has_parent: bool = True
    """Whether the parent was found, where it is in a schema that is read."""

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
        """Return the foreign key by real names; raise ValueError, with a message for the user, if it has no target."""
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
        """Those that refer to a table that is not there, or not here."""
        known = set(names)
        for declared in dict.fromkeys(foreign_keys):
            if declared.child not in known:  # it was made between two statements
                continue
            if declared.elsewhere or not declared.has_parent or declared.parent not in known:
                self.dangling.append(declared)
                continue
            self._of[declared.child].append(declared)
            self._to[declared.parent].append(declared)

    def of(self, name: str) -> Sequence[ForeignKey]:
        """Return the foreign keys of a table."""
        return self._of.get(name, ())

    def to(self, name: str) -> Sequence[ForeignKey]:
        """Return the foreign keys that refer to a table."""
        return self._to.get(name, ())

    def related(self, name: str) -> tuple[str, ...]:
        """Return the tables that a table refers to, then those that refer to it, which may include itself."""
        parents = (foreign_key.parent for foreign_key in self.of(name))
        children = (foreign_key.child for foreign_key in self.to(name))
        return tuple(dict.fromkeys((*parents, *children)))


def declared_in(
    rows: Sequence[Row[Any]], names: Mapping[tuple[str, str], str], schemas: Collection[str]
) -> list[ForeignKey]:
    """Return the foreign keys of a server's catalog, from a row for each of their columns.

    The rows have `schema`, `child`, `number`, `child_column`, `parent`, `parent_schema`, `is_here` and `target`.
    `names` has the tables by schema and name; `schemas` are those that were read.
    """
    declared = []
    for (schema, child, _), rows_of_key in groupby(rows, key=lambda row: (row.schema, row.child, row.number)):
        parts = list(rows_of_key)
        columns, targets = tuple(row.child_column for row in parts), tuple(row.target for row in parts)
        first = parts[0]
        of_parent = schema if first.is_here else first.parent_schema
        if (schema, child) in names:  # else it was made between two statements
            parent, elsewhere = names.get((of_parent, first.parent)), "" if of_parent in schemas else of_parent
            name = names[schema, child]
            declared.append(
                ForeignKey(name, columns, parent or first.parent, targets, elsewhere, has_parent=parent is not None)
            )
    return declared


def _real_columns(names: Iterable[str], table: Table) -> tuple[str, ...]:
    folded = by_folded_name(column.name for column in table.columns)
    real_names = []
    for name in names:
        real = real_name(name, folded)
        if real is None:
            raise ValueError(f"{table.name} has no column {name}")
        real_names.append(real)
    return tuple(real_names)


def by_folded_name(names: Iterable[str]) -> Mapping[str, str]:
    """Map folded names to the real ones; each real name is a key too, and takes precedence."""
    known = list(names)
    return {**{_fold(name): name for name in known}, **{name: name for name in known}}


def real_name(name: str, folded: Mapping[str, str]) -> str | None:
    """Return the real name of a name in any case; None where there is none."""
    return folded.get(name) or folded.get(_fold(name))


def _fold(name: str) -> str:
    """Fold the case of ASCII letters only, as SQLite does to compare names."""
    return name.lower() if name.isascii() else "".join(char.lower() if char.isascii() else char for char in name)
