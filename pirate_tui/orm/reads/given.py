"""Tell what a query of the user's loads: by its options and by the mapping."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from inspect import iscoroutine
from typing import Any, NamedTuple

from sqlalchemy import Select, inspect
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.orm.util import AliasedInsp

from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.options import LoaderOption, attribute
from pirate_tui.domain.reads import FoundBy, SchemaRead, SchemaReads
from pirate_tui.domain.text import clean
from pirate_tui.orm.inspection.needs import Need, Way
from pirate_tui.orm.loader_options import lazy_of, loads_subclass
from pirate_tui.orm.reads.paths import Needed, path_of, way_of
from pirate_tui.orm.reads.proof import Conversion
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, described, reraise_ours


EVERY_RELATIONSHIP = ("relationship:_sa_default",)
"""The path of `raiseload("*")`."""


class GivenQuery(NamedTuple):
    """A SELECT of the user's."""

    name: str
    """As it was typed: `shop.queries:list_orders`."""
    statement: Select[Any]
    entity: Any
    """The mapped class that it selects, or an alias of it."""

    @property
    def mapper(self) -> Mapper[Any]:
        """The mapper of what it selects."""
        found: Mapper[Any] = inspect(self.entity).mapper
        return found


def given_query(target: Any, name: str) -> GivenQuery:
    """Return the query that an object is, or that it returns when it is called; raise `StartupError`."""
    try:
        statement = target if isinstance(target, Select) or not callable(target) else target()
    except FOREIGN_ERRORS as error:
        reraise_ours(error)
        raise StartupError(
            WRONG_USE, clean(f"{name} cannot be called without arguments: {described(error)}")
        ) from error
    if iscoroutine(statement):
        statement.close()  # or Python would warn of it
    if not isinstance(statement, Select):
        kind = type(statement).__name__
        raise StartupError(WRONG_USE, clean(f"{name}: {kind} is no Select; give one, or a function that returns one"))
    entity = next((one["entity"] for one in statement.column_descriptions if one.get("entity") is not None), None)
    first = statement.column_descriptions[0] if statement.column_descriptions else {}
    if entity is None or first.get("expr") is not entity:
        raise StartupError(WRONG_USE, clean(f"{name} selects no mapped class first, as select(Order) does"))
    return GivenQuery(name, statement, entity)


class LoadedPaths:
    """The attributes that a query loads."""

    def __init__(self, given: GivenQuery) -> None:
        self._selected = given.mapper
        self._lazy: dict[Way, str] = {}
        """What the options say of relationships."""
        self._is_deferred: dict[tuple[Way, str], bool] = {}
        """What they say of columns; `*` stands for all of a class."""
        self._groups: defaultdict[Way, set[str]] = defaultdict(set)
        self._subclasses: defaultdict[Way, set[Mapper[Any]]] = defaultdict(set)
        self._every: str | None = None
        """What they say of all relationships that they do not name."""
        self._recursive: set[RelationshipProperty[Any]] = set()
        aliased = inspect(given.entity)
        if isinstance(aliased, AliasedInsp):
            self._subclasses[()].update(aliased.with_polymorphic_mappers)
        for option in given.statement._with_options:  # noqa: SLF001  there is no public way
            for part in getattr(option, "context", ()):
                self._add(part)
            path = getattr(option, "path", None)
            if isinstance(path, tuple) and path == EVERY_RELATIONSHIP:
                self._every = dict(getattr(option, "strategy", None) or ()).get("lazy")

    def loads(self, need: Need, recursive: frozenset[RelationshipProperty[Any]]) -> bool:
        """Whether what is needed is loaded, and all that leads to it."""
        way = list[RelationshipProperty[Any]]()
        for relationship in need.way:
            if not (relationship in recursive and relationship in way):
                way.append(relationship)
                if not self._loads_relationship(tuple(way), recursive):
                    return False
        if need.relationship is None:
            return self._loads_column(tuple(way), need)
        return need.relationship in way or self._loads_relationship((*way, need.relationship), recursive)

    def unread(self, read: set[Way]) -> Iterator[Way]:
        """Yield the ways that options load eagerly and nothing goes."""
        for way, lazy in self._lazy.items():
            if lazy in EAGER and not any(other[: len(way)] == way for other in read):
                yield way

    def _loads_relationship(self, way: Way, recursive: frozenset[RelationshipProperty[Any]]) -> bool:
        lazy = self._lazy.get(way)
        if lazy is not None and way[-1] in recursive and lazy == "selectin":
            return way[-1] in self._recursive
        return (lazy or self._every or lazy_of(way[-1])) in EAGER

    def _loads_column(self, way: Way, need: Need) -> bool:
        target = way[-1].mapper if way else self._selected
        column = need.mapper.column_attrs[need.name]
        said = self._is_deferred.get((way, need.name), self._is_deferred.get((way, "*")))
        if need.name not in target.attrs and not loads_subclass(target, need.mapper):
            is_selected = any(one.isa(need.mapper) or need.mapper.isa(one) for one in self._subclasses[way])
            return is_selected and not (column.deferred if said is None else said)
        if said is None:
            return not column.deferred or column.group in self._groups[way]
        return not said

    def _add(self, part: Any) -> None:
        """Add what one part of an option says."""
        path, strategy = part.path.path, dict(part.strategy or ())
        way = tuple(one for one in path if isinstance(one, RelationshipProperty))
        self._groups[way].update(
            name.removeprefix("undefer_group_") for name in part.local_opts if name.startswith("undefer_group_")
        )
        if "selectinload_polymorphic" in strategy:
            self._subclasses[way].update(part.local_opts["entities"])
        elif "lazy" in strategy and way and isinstance(path[-1], (Mapper, AliasedInsp)):
            self._lazy[way] = strategy["lazy"]
            if way[-1].mapper is not path[-1].mapper:
                self._subclasses[way].add(path[-1].mapper)
            if part.local_opts.get("recursion_depth"):
                self._recursive.add(way[-1])
        elif "deferred" in strategy:
            name = "*" if isinstance(path[-1], str) else path[-1].key
            self._is_deferred[way, name] = strategy["deferred"]


def compared(found: SchemaReads, needed: Needed, given: GivenQuery, converted: Conversion) -> SchemaReads:
    """Return what a schema reads with what a query loads: by its options, and on rows that it has selected."""
    selected, recursive, paths = needed.selected, needed.recursive, needed.paths()
    loaded = LoadedPaths(given)
    missed = {path_of(need, selected, recursive): need for need in converted.missed}
    by_options = {path for path, of in paths.items() if any(loaded.loads(one.need, recursive) for one in of)}
    reads = [read._replace(is_loaded=read.path in by_options and read.path not in missed) for read in found.reads]
    ways = loaded.unread({way_of(need) for need in needed.needs})
    unread = (path_of(Need(way[:-1], way[-1].parent, way[-1].key), selected, frozenset()) for way in ways)
    problems = (f"{given.name}: {problem}" for problem in converted.problems if problem not in found.notes)
    return found._replace(
        reads=(*reads, *_refused(selected, (need for path, need in missed.items() if path not in paths))),
        given=clean(given.name),
        unread=tuple(sorted(unread)),
        notes=(*found.notes, *problems),
    )


def _refused(selected: Mapper[Any], needs: Iterable[Need]) -> Iterator[SchemaRead]:
    """Yield what comes with every instance, unless a query refuses it by load_only, defer or raiseload."""
    needed = Needed(selected)
    needed.add(needs, FoundBy.ROWS)
    for read, found in zip(needed.reads(), needed.paths().values(), strict=True):
        need = found[0].need
        undefer = str(LoaderOption("undefer", (attribute(need.mapper.class_.__name__, need.name),)))
        yield read._replace(option=read.option or clean(undefer), is_loaded=False)
