"""Find the lints of mapped classes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy.orm import Mapper

from pirate_tui.domain.entity import Entity
from pirate_tui.domain.lints import LINT_RULES, Lint
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.lints.loading import joined_collections, never_loaded, read_by_code
from pirate_tui.orm.lints.writing import cascades, one_way, stale_after_update


Find: TypeAlias = Callable[[Mapper[Any]], Iterator[Lint]]

OF_MAPPINGS: tuple[Find, ...] = (never_loaded, cascades, stale_after_update, joined_collections, one_way)
"""The lints that run no code of the models."""

ORDER = tuple(LINT_RULES)


def lints_of(mappers: Sequence[Mapper[Any]]) -> list[tuple[Mapper[Any], Lint]]:
    """Return the lints of these classes, each with the mapper that it is of; code of the models is run.

    What code of one class reads of another is a lint of that other one, which need not be among these.
    """
    found = [(mapper, lint) for mapper in mappers for find in OF_MAPPINGS for lint in find(mapper)]
    return [*found, *read_by_code(mappers)]


class LintFinder:
    """Finds the lints of the classes of a database; of that nothing is read."""

    def __init__(self, connections: Connections, catalog: Catalog) -> None:
        self._connections = connections
        self._catalog = catalog

    async def find(self, entities: Sequence[Entity]) -> tuple[Lint, ...]:
        """Return the lints of these classes, class by class."""

        async def find() -> list[tuple[Mapper[Any], Lint]]:
            return lints_of([self._catalog.mapper(entity) for entity in entities])

        names = {self._catalog.mapper(entity): entity.name for entity in entities}
        found = await self._connections.run(find)
        lints = [lint._replace(model=names[mapper]) for mapper, lint in found if mapper in names]
        order = list(names.values())
        return tuple(sorted(lints, key=lambda lint: (order.index(lint.model), ORDER.index(lint.rule.name))))
