"""Convert what must be loaded to loader options: a tree of relationships, with columns to load explicitly."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Mapper, RelationshipProperty

from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.options import LoaderOption, attribute
from pirate_tui.orm.inspection.needs import Need, Way
from pirate_tui.orm.loader_options import lazy_of, loader_of, loads_subclass


class _Node:
    """The instances that a relationship leads to, or those that are selected."""

    def __init__(self, mapper: Mapper[Any]) -> None:
        self.mapper = mapper
        self.below: dict[RelationshipProperty[Any], _Node] = {}
        self.owners: dict[RelationshipProperty[Any], str] = {}
        """The class by which an option names the relationship."""
        self.subclasses: dict[Mapper[Any], None] = {}
        """The subclasses whose own columns are needed."""
        self.leaves: dict[LoaderOption, None] = {}
        self.recurs = False
        """Whether the relationship is followed on every level down."""


def options_for(
    needs: Sequence[Need], before: Way, selected: Mapper[Any], *, beyond_mapping: bool = False
) -> tuple[LoaderOption, ...]:
    """Return the options of a SELECT of that class that load all that is needed.

    `before` is the way from the class that is selected to the instance that needs it. With `beyond_mapping` there are
    none for what the mapping loads by itself.
    """
    root, recursive = _Node(selected), _recursive(needs, before)
    for need in needs:
        node = root
        for at, relationship in enumerate(way := (*before, *need.way)):
            if relationship in way[:at] and relationship in recursive:
                continue  # the option for the first of them goes on by itself
            node = _follow(node, relationship, is_recursive=relationship in recursive)
        _add(node, need, recursive, is_again=need.relationship in way)
    return _options(root, beyond_mapping=beyond_mapping)


def _recursive(needs: Sequence[Need], before: Way) -> set[RelationshipProperty[Any]]:
    """Return the relationships that lead from level to level, to an unknown depth."""
    followed = {need.relationship for need in needs if need.recurs}
    again = {need.relationship for need in needs if need.relationship in before}
    return {relationship for relationship in followed | again if relationship is not None}


def _follow(node: _Node, relationship: RelationshipProperty[Any], *, is_recursive: bool, owner: str = "") -> _Node:
    if relationship not in node.below:
        node.below[relationship] = _Node(relationship.mapper)
        node.owners[relationship] = owner or relationship.parent.class_.__name__
        node.below[relationship].recurs = is_recursive
    return node.below[relationship]


def _add(node: _Node, need: Need, recursive: set[RelationshipProperty[Any]], *, is_again: bool) -> None:
    """Add what is needed of the instances of a node."""
    relationship, name = need.relationship, need.mapper.class_.__name__
    is_of_subclass = need.mapper is not node.mapper and need.name not in node.mapper.attrs
    if is_of_subclass:
        node.subclasses[need.mapper] = None
    if relationship is None:
        column = need.mapper.column_attrs[need.name]
        if column.deferred and column.group:
            node.leaves[LoaderOption("undefer_group", (f'"{column.group}"',))] = None
        elif column.deferred:
            node.leaves[LoaderOption("undefer", (attribute(name, need.name),))] = None
    elif not (is_again and relationship in recursive):
        owner = name if is_of_subclass or node.mapper is need.mapper else ""
        _follow(node, relationship, is_recursive=relationship in recursive, owner=owner)


def _polymorphic(node: _Node, *, beyond_mapping: bool) -> list[LoaderOption]:
    """Return the option that loads the columns of subclasses: one for all of them, since two would be in conflict."""
    needed = [one for one in node.subclasses if not (beyond_mapping and loads_subclass(node.mapper, one))]
    if not needed:
        return []
    listed = f"[{', '.join(mapper.class_.__name__ for mapper in needed)}]"
    return [LoaderOption("selectin_polymorphic", (node.mapper.class_.__name__, listed), chained=(listed,))]


def _options(node: _Node, *, beyond_mapping: bool) -> tuple[LoaderOption, ...]:
    options = [*_polymorphic(node, beyond_mapping=beyond_mapping), *node.leaves]
    for relationship, below in node.below.items():
        typed = attribute(node.owners[relationship], relationship.key)
        nested = _options(below, beyond_mapping=beyond_mapping)
        if beyond_mapping and lazy_of(relationship) in EAGER:
            options += [LoaderOption("defaultload", (typed,), nested)] if nested else []
        elif below.recurs:
            options.append(LoaderOption("selectinload", (typed,), nested, recurses=True))
        else:
            options.append(LoaderOption(loader_of(relationship), (typed,), nested))
    return tuple(options)
