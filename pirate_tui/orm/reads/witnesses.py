"""Find rows that reach what a schema reads: by EXISTS along the way to it."""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Mapper

from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.reads import ReadPath
from pirate_tui.domain.rows import RowKey
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.inspection.needs import Need, Way
from pirate_tui.orm.reads.paths import Needed, way_of


ANY_ROWS = 3
"""Rows that are converted whatever they lead to."""

CANDIDATES = 5
"""Rows that are looked up for each path: some may lead to too many others."""


class Witnesses(NamedTuple):
    """The rows to convert."""

    candidates: Mapping[ReadPath, Sequence[RowKey]]
    """The keys of a few rows that reach each path; of those that lead to another path, it is enough to have that."""
    notes: tuple[str, ...] = ()
    too_large: frozenset[ReadPath] = frozenset()
    """The paths that only rows reach which lead to too many others."""

    @property
    def keys(self) -> tuple[RowKey, ...]:
        """The rows to convert: one for each path, and a few more."""
        first = (key for path, keys in self.candidates.items() for key in keys[: 1 if path.steps else ANY_ROWS])
        return tuple(dict.fromkeys(first))

    @property
    def all_keys(self) -> tuple[RowKey, ...]:
        """All rows that were found."""
        return tuple(dict.fromkeys(key for keys in self.candidates.values() for key in keys))

    def only(self, kept: Collection[RowKey]) -> "Witnesses":
        """Return those of these keys."""
        left = {path: [key for key in keys if key in kept] for path, keys in self.candidates.items()}
        lost = frozenset(path for path, keys in left.items() if self.candidates[path] and not keys)
        return self._replace(candidates=left, too_large=lost)

    def reaches(self, path: ReadPath) -> bool:
        """Whether one of the rows reaches the path."""
        return any(keys and path.leads_to(other) for other, keys in self.candidates.items())

    def why_not(self, path: ReadPath) -> str:
        """Return why none of the rows reaches the path."""
        if any(path.leads_to(other) for other in self.too_large):
            return f"every row that reaches {path} loads too much (--limit)"
        return f"no row reaches {path}"


class WitnessFinder:
    """Looks up rows that reach what a schema reads."""

    def __init__(self, connections: Connections, recorder: StatementRecorder) -> None:
        self._connections = connections
        self._recorder = recorder

    async def find(self, needed: Needed) -> Witnesses:
        """Return rows that reach each path, and any others; looks no longer than a statement may take altogether."""
        mapper, until, notes = needed.selected, time.monotonic() + self._connections.time_limit, list[str]()
        found = Witnesses({ReadPath(()): await self._keys(mapper, _keys_of(mapper))})
        for path, ways in sorted(needed.paths().items(), key=lambda item: -len(item[0].steps)):
            if found.reaches(path):
                continue  # a row that reaches a longer one has been found
            if time.monotonic() > until:
                notes.append("no more time to look for rows (--timeout)")
                break
            shortest = min((one.need for one in ways), key=lambda need: len(need.way))
            try:
                keys = await self._keys(mapper, witness(mapper, shortest))
            except DatabaseUnreachableError:
                raise
            except BrowserError as error:
                notes.append(f"no row was found that reaches {path}: {error.message}")
            else:
                found = found._replace(candidates={**found.candidates, path: keys})
        return found._replace(notes=tuple(notes))

    async def _keys(self, mapper: Mapper[Any], statement: Select[Any]) -> list[RowKey]:
        async def fetch() -> list[RowKey]:
            async with self._connections.sessions() as session:
                with self._recorder.of_browser(f"rows of {mapper.class_.__name__}"):
                    return [tuple(row) for row in (await session.execute(statement)).all()]

        return await self._connections.run(fetch)


def witness(selected: Mapper[Any], need: Need) -> Select[Any]:
    """Return a statement for the keys of instances from which the way leads to a row that has what is needed."""
    way = way_of(need)
    first = way[0].parent if way else need.mapper
    root = first if first.isa(selected) else selected
    return _keys_of(root) if not way else _keys_of(root).where(_reaches(root, way, need.mapper))


def _keys_of(mapper: Mapper[Any]) -> Select[Any]:
    """Return a statement for the keys of a few instances of a class."""
    keys = [getattr(mapper.class_, mapper.get_property_by_column(column).key) for column in mapper.primary_key]
    return select(*keys).limit(CANDIDATES)


def _reaches(owner: Mapper[Any], way: Way, last: Mapper[Any]) -> ColumnElement[bool]:
    """Return `Order.items.any(Item.product.has())`; a step to a subclass only counts its instances."""
    relationship, *rest = way
    target = relationship.mapper
    after = rest[0].parent if rest else last
    attribute = getattr(owner.class_, relationship.key)
    if after is not target and after.isa(target):
        attribute, target = attribute.of_type(after.class_), after
    inner = (_reaches(target, tuple(rest), last),) if rest else ()
    reached: ColumnElement[bool] = attribute.any(*inner) if relationship.uselist else attribute.has(*inner)
    return reached
