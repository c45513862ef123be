"""Write what is needed as paths, with the option for each and what reading it does."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Mapper, RelationshipProperty

from pirate_tui.domain.access import AttributeKind, Verdict
from pirate_tui.domain.entity import NEVER_LOADED, NOLOAD, snake_case
from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.options import attribute
from pirate_tui.domain.reads import FoundBy, PathStep, ReadPath, SchemaRead, merged_readers
from pirate_tui.domain.text import clean
from pirate_tui.orm.explanation.options import options_for
from pirate_tui.orm.inspection.attributes import attribute_of
from pirate_tui.orm.inspection.needs import Need, Way, is_self_referential
from pirate_tui.orm.loader_options import lazy_of, loads_subclass


class FoundNeed(NamedTuple):
    """A need, and how it was found."""

    need: Need
    by: FoundBy


class Needed:
    """Everything that a schema needs of a mapped class, as far as it was found."""

    def __init__(self, selected: Mapper[Any]) -> None:
        self.selected = selected
        self.is_endless = False
        """Whether the schema did not end, and was stopped."""
        self.cut_off: set[str] = set()
        """Relationships that are followed again and again through other classes: only a few levels are here."""
        self._found: dict[FoundNeed, None] = {}

    def add(self, needs: Iterable[Need], by: FoundBy) -> bool:
        """Add needs; return whether there was a new path among them."""
        before = set(self.paths())
        wanted = [need for need in needs if not _is_loaded_anyway(need, self.selected)]
        self._found.update(dict.fromkeys(FoundNeed(self._known(need), by) for need in wanted))
        return set(self.paths()) != before

    def cut(self, most: int) -> None:
        """Leave the shortest paths, where there are more: a web of classes has endlessly many."""
        paths = self.paths()
        if len(paths) > most:
            self.is_endless = True
            kept = sorted(paths, key=lambda path: len(path.steps))[:most]
            self._found = dict.fromkeys(found for path in kept for found in paths[path])

    def _known(self, need: Need) -> Need:
        """Return the need; none recurs by a relationship that leads to another class, for which no option goes on."""
        if need.recurs and (need.relationship is None or not is_self_referential(need.relationship)):
            self.cut_off.add(need.name)
            return need._replace(recurs=False)
        return need

    @property
    def needs(self) -> tuple[Need, ...]:
        """What an option may load, each once, the shorter ways first."""
        once = {(need.way, need.mapper, need.name): need for need in self._all}
        return tuple(sorted((need for need in once.values() if not _is_query(need)), key=lambda need: len(need.way)))

    @property
    def recursive(self) -> frozenset[RelationshipProperty[Any]]:
        """The relationships that are followed to any depth."""
        return frozenset(need.relationship for need in self._all if need.recurs and need.relationship is not None)

    def paths(self) -> dict[ReadPath, list[FoundNeed]]:
        """Return the paths in the order of a tree, each with what was found of it."""
        recursive, paths = self.recursive, dict[ReadPath, list[FoundNeed]]()
        for found in self._found:
            paths.setdefault(path_of(found.need, self.selected, recursive), []).append(found)
        return dict(sorted(paths.items(), key=lambda item: [(step.name, step) for step in item[0].steps]))

    def reads(self) -> tuple[SchemaRead, ...]:
        """Return all paths, with the option for each."""
        return tuple(_read(path, found, self.recursive) for path, found in self.paths().items())

    @property
    def _all(self) -> list[Need]:
        return [found.need for found in self._found]


def path_of(need: Need, selected: Mapper[Any], recursive: frozenset[RelationshipProperty[Any]]) -> ReadPath:
    """Return the path to what is needed; a relationship that is followed to any depth is named once."""
    steps, target = list[PathStep](), selected
    for at, relationship in enumerate(need.way):
        if not (relationship in recursive and relationship in need.way[:at]):
            steps.append(_step(relationship.key, relationship.parent, target, relationship, recursive))
        target = relationship.mapper
    last = need.relationship
    if not (last in recursive and last in need.way):
        steps.append(_step(need.name, need.mapper, target, last, recursive))
    return ReadPath(tuple(steps))


def _step(
    name: str,
    owner: Mapper[Any],
    target: Mapper[Any],
    relationship: RelationshipProperty[Any] | None,
    recursive: frozenset[RelationshipProperty[Any]],
) -> PathStep:
    subclass = "" if name in target.attrs else clean(owner.class_.__name__)
    return PathStep(clean(name), subclass, bool(relationship and relationship.uselist), relationship in recursive)


def _read(path: ReadPath, found: Sequence[FoundNeed], recursive: frozenset[RelationshipProperty[Any]]) -> SchemaRead:
    need = found[0].need
    relationship = need.relationship
    verdict = verdict_of(need)
    return SchemaRead(
        path,
        AttributeKind.RELATIONSHIP if relationship is not None else attribute_of(need.mapper, need.name).kind,
        verdict,
        "" if _is_query(need) else _option(need._replace(recurs=relationship in recursive)),
        tuple(by for by in FoundBy if by in {one.by for one in found}),
        merged_readers(one.need.read_by for one in found),
        instead=_instead(need),
    )


def _option(need: Need) -> str:
    """Return the option of that step alone; empty where the mapping loads it."""
    target = need.way[-1].mapper if need.way else need.mapper
    options = options_for([need._replace(way=())], (), target, beyond_mapping=True)
    return clean(str(options[-1])) if options else ""


def verdict_of(need: Need) -> Verdict:
    """Return what reading it does where only the instance before it is loaded."""
    relationship = need.relationship
    if relationship is None:
        is_refused = getattr(need.mapper.column_attrs[need.name], "raiseload", False)
        return Verdict.RAISES if is_refused else Verdict.IO
    lazy = lazy_of(relationship)
    if lazy in EAGER or lazy == NOLOAD:
        return Verdict.NONE
    return Verdict.RAISES if lazy.startswith("raise") or lazy == "write_only" else Verdict.IO


def _is_loaded_anyway(need: Need, selected: Mapper[Any]) -> bool:
    """Whether it is a column of a subclass that the mapping loads with its base class."""
    if need.relationship is not None or need.mapper.column_attrs[need.name].deferred:
        return False
    return loads_subclass(need.way[-1].mapper if need.way else selected, need.mapper)


def _is_query(need: Need) -> bool:
    return need.relationship is not None and lazy_of(need.relationship) in NEVER_LOADED


def is_never_loaded(need: Need) -> bool:
    """Whether it is a relationship that is empty, whatever the database holds, unless an option loads it."""
    return need.relationship is not None and lazy_of(need.relationship) == NOLOAD


def _instead(need: Need) -> str:
    """Return what to write for a relationship that returns a query; empty for any other."""
    relationship = need.relationship
    if relationship is None or not _is_query(need):
        return ""
    variable = snake_case(need.mapper.class_.__name__)
    typed = attribute(variable, need.name)
    query = f"{typed}.statement" if lazy_of(relationship) == "dynamic" else f"{typed}.select()"
    return clean(f"(await session.scalars({query})).all()")


def way_of(need: Need) -> Way:
    """Return the relationships to what is needed, with itself where it is one."""
    return need.way if need.relationship is None else (*need.way, need.relationship)
