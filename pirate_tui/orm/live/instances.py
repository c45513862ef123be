"""Load instances for the screen, with a limit on what one opening may load."""

from pirate_tui.domain.access import InstanceSnapshot, TrialRequest, Walk
from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.loading import (
    LiveTrial,
    Loadable,
    LoaderStrategy,
    OpenAllRequest,
    OpenRequest,
    OpenResult,
    OversizedCollection,
)
from pirate_tui.domain.query import Query, Within
from pirate_tui.domain.rows import RowKey, Seek
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.live.instance import LiveInstance
from pirate_tui.orm.live.live_fix_tester import LiveFixTester
from pirate_tui.orm.live.opener import RelationshipOpener
from pirate_tui.orm.mapped_classes import MappedClasses
from pirate_tui.orm.rows.cells import label_of
from pirate_tui.orm.rows.filters import exceeds_together, giants
from pirate_tui.orm.rows.row_queries import RowQueries


ALTOGETHER = 10
"""How many times the limit of one collection may be loaded when those of many rows are opened at once."""


class CollectionGuard:
    """Keeps an opening from loading more than a collection may hold without confirmation."""

    def __init__(self, queries: QueryRunner, schema: MappedClasses, rows: RowQueries, limit: int) -> None:
        self._queries = queries
        self._schema = schema
        self._rows = rows
        self._limit = limit

    async def is_too_much(self, request: OpenRequest, query: Query) -> bool:
        """Whether opening it would load more instances than the limit of one collection."""
        if not request.relationship.uselist or not request.loads:
            return False
        return await self._rows.is_large(Query(query.entity), self._limit) and await self._rows.exceeds(
            query, self._limit
        )

    async def loadable(self, entity: Entity, relationship: Relationship, keys: tuple[RowKey, ...]) -> Loadable:
        """Return the instances to load: without those that exceed the limit themselves, where all together do."""
        target, most = await self._schema.target(entity, relationship), ALTOGETHER * self._limit
        cause, owner = f"size of {entity.name}.{relationship.name}", self._schema.catalog.mapper(entity)

        async def exceeds(subset: tuple[RowKey, ...]) -> bool:
            statement = exceeds_together(owner, relationship.name, subset, most)
            return bool(await self._queries.fetch(cause, statement, {}))

        if not await self._rows.is_large(Query(target), self._limit) or not await exceeds(keys):
            return Loadable(keys)
        counting = giants(owner, relationship.name, keys, self._limit)
        rows = await self._queries.fetch(cause, counting, {})
        counted: dict[RowKey, int] = {tuple(row[:-1]): int(row[-1]) for row in rows}
        left = tuple(key for key in keys if key not in counted)
        named = tuple(OversizedCollection(label_of(entity.name, key), size) for key, size in counted.items())
        return Loadable(left, named, most if not left or await exceeds(left) else 0)


class OrmInstances:
    """Loads instances; implements `domain.ports.Instances`."""

    def __init__(
        self,
        live: LiveInstance,
        opener: RelationshipOpener,
        tester: LiveFixTester,
        schema: MappedClasses,
        rows: RowQueries,
        guard: CollectionGuard,
    ) -> None:
        self._schema = schema
        self._opener = opener
        self._tester = tester
        self._rows = rows
        self._guard = guard
        self._live = live
        self.apply_scenario = live.apply_scenario
        self.access, self.predict, self.end_walk = live.access, live.predict, live.end_walk
        self.check = live.check
        self.loadable = guard.loadable

    async def load_instance(self, entity: Entity, key: RowKey, walk: Walk | None = None) -> InstanceSnapshot:
        """Take the instance of that key from its walk, or select it, and keep it."""
        may_autocommit = self._schema.loads_by_built_in_code(entity)
        return await self._live.load_instance(entity, key, walk, may_autocommit=may_autocommit)

    async def open(self, request: OpenRequest) -> OpenResult:
        """Access the relationship of an instance unless it holds too much, and keep it as the live one."""
        target = await self._schema.target(request.entity, request.relationship)
        query = Query(target, within=Within(request.entity, request.key, request.relationship))
        if not request.relationship.is_query and not await self._guard.is_too_much(request, query):
            return await self._opener.open(request, may_autocommit=self._may_autocommit(request))
        opening = await (self._opener.open(request) if request.in_full else self._opener.hold_back(request))
        return opening._replace(query=query, rows=(await self._rows.page(query, Seek())).rows)

    def _may_autocommit(self, request: OpenRequest) -> bool:
        """Whether instance and relationship may be read without a transaction."""
        is_as_mapped = request.mode.awaits and request.strategy is LoaderStrategy.AS_MAPPED
        return is_as_mapped and self._schema.loads_by_built_in_code(request.entity, request.relationship.name)

    async def open_all(self, request: OpenAllRequest) -> tuple[OpenResult, ...]:
        """Select the instances, and access the relationship of each."""
        await self._schema.target(request.entity, request.relationship)
        return await self._opener.open_all(request)

    async def try_fix(self, request: TrialRequest) -> LiveTrial:
        """Apply a fix to the instance, selected again, and make the access without await."""
        for relationship in request.entity.relationships:
            if relationship.name == request.attribute:
                await self._schema.target(request.entity, relationship)
        return await self._tester.try_fix(request)
