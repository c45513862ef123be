"""Hold the live instance: it is selected, accessed and opened here, and never passed on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import ExecutableOption

from pirate_tui.domain.access import AttributeRequest, InstanceSnapshot, Prediction, Scenario
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError, Failure
from pirate_tui.domain.loading import AccessResult, Cost, LoaderStrategy, OpenAllRequest, OpenRequest, OpenResult
from pirate_tui.domain.rows import Row, RowKey
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.errors import forget
from pirate_tui.orm.explanation import remedies
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.inspection.snapshots import child_rows, snapshot
from pirate_tui.orm.inspection.verdicts import dry_run
from pirate_tui.orm.live.accessing import Accessor
from pirate_tui.orm.live.held_instance import HeldInstance
from pirate_tui.orm.live.scenarios import bring_into
from pirate_tui.orm.live.selecting import end_transaction, select_all, select_one
from pirate_tui.orm.live.yielding import yield_while_loading
from pirate_tui.orm.loader_options import eager_option, loader_options
from pirate_tui.orm.rows.cells import label_of


class LiveInstance:
    """One instance, attached to one session, as an application would hold it."""

    def __init__(
        self, held: HeldInstance, connections: Connections, recorder: StatementRecorder, catalog: Catalog
    ) -> None:
        self._held = held
        self._connections = connections
        self._recorder = recorder
        self._catalog = catalog
        self._accessor = Accessor(recorder)

    async def load_instance(self, entity: Entity, key: RowKey) -> InstanceSnapshot:
        """Select the instance of that key and keep it."""
        return await self._held.run(lambda: self._put(entity, key, Scenario.FRESH))

    async def open(self, request: OpenRequest) -> OpenResult:
        """Select the instance again, access its relationship, and keep it in the state that this leaves."""
        return await self._held.run(lambda: self._open(request))

    async def open_all(self, request: OpenAllRequest) -> tuple[OpenResult, ...]:
        """Select instances at once and access the relationship of each in turn; the first one is kept."""
        return await self._held.run(lambda: self._open_all(request))

    async def apply_scenario(self, entity: Entity, key: RowKey, scenario: Scenario) -> InstanceSnapshot:
        """Select the instance again, and bring it into the scenario's state."""
        return await self._held.run(lambda: self._put(entity, key, scenario))

    async def access(self, request: AttributeRequest) -> AccessResult:
        """Access an attribute of the instance in its present state, and keep it in the state that this leaves."""
        return await self._held.run(lambda: self._access_as_it_stands(request))

    async def predict(self, name: str) -> Prediction:
        """Return the first statement of a plain access to an attribute, and what helps; nothing is sent."""
        async with self._held.lock:
            with self._connections.guard.watching():
                return self._predict(name)

    async def close(self) -> None:
        """Close the session, and drop the instance."""
        async with self._held.lock:
            await self._held.let_go()

    async def _open(self, request: OpenRequest) -> OpenResult:
        async with self._held.fresh_session() as session:
            began = time.perf_counter()
            if request.in_full:
                yield_while_loading(session, self._connections.report_loaded)
            label = label_of(request.entity.name, request.key)
            with self._recorder.attribute_to(label) as selecting:
                options = self._options(request)
                self._held.instance = await self._select(session, request.entity, request.key, options)
            name = f"{label}.{request.relationship.name}"
            with self._recorder.attribute_to(name, plain=not request.mode.awaits) as accessing:
                failed = await self._accessor.access(self._held.instance, session, self._access_of(request), accessing)
            cost = Cost(selecting.sent, accessing.sent, time.perf_counter() - began)
            await end_transaction(session)  # a failed access has left its connection checked out
            live, rows = self._snapshot(request.entity), self._child_rows(request, failed)
            return OpenResult(request, self._target(request), cost, live, rows, failed)

    async def _open_all(self, request: OpenAllRequest) -> tuple[OpenResult, ...]:
        cause = f"{request.entity.name}.{request.relationship.name}"
        relationship = self._catalog.mapper(request.entity).relationships[request.relationship.name]
        option = clean(str(eager_option(relationship))) if request.strategy is LoaderStrategy.AS_MAPPED else ""
        self._recorder.unfold(cause)
        made: list[tuple[OpenRequest, Cost, tuple[Row, ...], Failure | None]] = []
        async with self._held.fresh_session() as session:
            with self._recorder.attribute_to(f"{request.entity.name} x {len(request.keys):,}") as selecting:
                mapper, options = self._catalog.mapper(request.entity), self._options(request)
                instances = await select_all(session, mapper, request.entity.name, request.keys, options)
            plain, parents = not request.mode.awaits, len(instances)
            step = partial(self._recorder.attribute_to, cause, plain=plain, folded=True, option=option, parents=parents)
            for key in request.keys:
                if (instance := instances.get(key)) is None:
                    continue  # it was deleted meanwhile
                self._held.instance, began = instance, time.perf_counter()
                with step() as accessing:
                    failed = await self._accessor.access(
                        self._held.instance, session, self._access_of(request.of(key)), accessing
                    )
                cost = Cost(selecting.sent, accessing.sent, time.perf_counter() - began)
                made.append((request.of(key), cost, self._child_rows(request.of(key), failed), failed))
                await asyncio.sleep(0)  # many that are loaded already would hold up the event loop
                if failed:
                    break
            await end_transaction(session)
            if not made:
                return ()
            self._held.instance = instances[made[0][0].key]
            live, target = self._snapshot(request.entity), self._target(made[0][0])
            return tuple(OpenResult(opened, target, cost, live, rows, failed) for opened, cost, rows, failed in made)

    def _child_rows(self, request: OpenRequest, failed: Failure | None) -> tuple[Row, ...]:
        if failed or request.in_full:
            return ()
        return child_rows(self._held.instance, request.relationship.name, self._connections.engine.dialect)

    def _target(self, request: OpenRequest) -> Entity:
        return self._catalog.target(request.entity, request.relationship)

    def _access_of(self, request: OpenRequest) -> Access:
        return Access.of(self._held.instance, request.relationship.name, request.mode, strategy=request.strategy)

    def _options(self, request: OpenRequest | OpenAllRequest) -> tuple[ExecutableOption, ...]:
        return loader_options(self._catalog.mapper(request.entity), request.relationship.name, request.strategy.loader)

    async def _put(self, entity: Entity, key: RowKey, scenario: Scenario) -> InstanceSnapshot:
        async with self._held.fresh_session() as session:
            with self._recorder.attribute_to(label_of(entity.name, key)):
                instance = await self._select(session, entity, key)
                self._held.instance = await bring_into(session, instance, scenario)
            await end_transaction(session)
        self._held.scenario = scenario
        return self._snapshot(entity)

    async def _access_as_it_stands(self, request: AttributeRequest) -> AccessResult:
        if self._held.instance is None:
            raise BrowserError("the instance is gone", "select a row")
        access = Access.of(self._held.instance, request.name, request.mode, expiry=self._held.scenario.expiry)
        began = time.perf_counter()
        label = label_of(request.entity.name, inspect(self._held.instance).identity or ())
        session = self._held.session
        async with _keeping_attached(session):
            await self._accessor.connect(self._held.instance, session, access)
            with self._recorder.attribute_to(f"{label}.{request.name}", plain=not request.mode.awaits) as tally:
                failed = await self._accessor.access(self._held.instance, session, access, tally)
            seconds = time.perf_counter() - began
            await end_transaction(session)
        return AccessResult(request, tally.sent, seconds, self._snapshot(request.entity), failed)

    def _predict(self, name: str) -> Prediction:
        if self._held.instance is None:
            return Prediction()
        access = Access.of(self._held.instance, name, expiry=self._held.scenario.expiry)
        outcome = dry_run(self._held.instance, access.attribute)
        unsent = None if outcome.execution is None else self._recorder.unsent(outcome.execution)
        if outcome.raised is None:
            return Prediction()
        helping = remedies(outcome.raised, access.with_unsent(unsent))
        forget(outcome.raised)
        return Prediction(() if unsent is None else unsent.lines, helping)

    def _snapshot(self, entity: Entity) -> InstanceSnapshot:
        return snapshot(entity, self._held.instance, self._held.scenario)

    async def _select(
        self, session: AsyncSession, entity: Entity, key: RowKey, options: tuple[ExecutableOption, ...] = ()
    ) -> Any:
        return await select_one(session, self._catalog.mapper(entity), entity.name, key, options)


@asynccontextmanager
async def _keeping_attached(session: AsyncSession) -> AsyncIterator[None]:
    """Close the session if the block raises, and add its instances again, so that they keep their state."""
    try:
        yield
    except BaseException:
        instances = list(session)
        await session.close()  # a rollback would expire them
        session.add_all(instances)
        raise
