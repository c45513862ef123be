"""Hold the live instance: it is selected and accessed here, and never passed on."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import inspect

from pirate_tui.domain.access import (
    AttributeRequest,
    InstanceSnapshot,
    LoadedRelationship,
    Prediction,
    Scenario,
    Walk,
)
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import AccessResult
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.statements import StatementOrigin
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.errors import forget
from pirate_tui.orm.explanation import remedies
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.inspection.snapshots import snapshot
from pirate_tui.orm.inspection.verdicts import dry_run
from pirate_tui.orm.live.accessing import Accessor
from pirate_tui.orm.live.held_instance import HeldInstance
from pirate_tui.orm.live.scenarios import bring_into
from pirate_tui.orm.live.selecting import end_transaction, loadable, select_one
from pirate_tui.orm.live.walk_session import WalkSession
from pirate_tui.orm.loader_options import loader_options
from pirate_tui.orm.rows.cells import label_of


class LiveInstance:
    """One instance, attached to the session of its walk, as an application would hold it."""

    def __init__(
        self, held: HeldInstance, connections: Connections, recorder: StatementRecorder, catalog: Catalog
    ) -> None:
        self._held = held
        self._connections = connections
        self._recorder = recorder
        self._catalog = catalog
        self._accessor = Accessor(recorder)

    async def load_instance(self, entity: Entity, key: RowKey, walk: Walk | None = None) -> InstanceSnapshot:
        """Take the instance of that key from its walk, or select it, and keep it."""
        return await self._held.run(lambda: self._load(entity, key, walk or Walk(entity, key)))

    async def apply_scenario(
        self, entity: Entity, key: RowKey, scenario: Scenario, walk: Walk | None = None
    ) -> InstanceSnapshot:
        """Bring the instance, and all of its walk, into the scenario's state.

        It is done to the session itself where relationships were opened in it, as code would; else, and from any state
        but the fresh one, to a new walk, in which what was loaded is loaded again before.
        """
        return await self._held.run(lambda: self._apply(entity, key, scenario, walk or Walk(entity, key)))

    async def access(self, request: AttributeRequest) -> AccessResult:
        """Access an attribute of the instance in its present state, and keep it in the state that this leaves."""
        return await self._held.run(lambda: self._access(request))

    async def predict(self, name: str) -> Prediction:
        """Return the first statement of a plain access to an attribute, and what helps; nothing is sent."""
        async with self._held.lock:
            with self._connections.guard.watching():
                return self._predict(name)

    def end_walk(self, walk: Walk | None) -> None:
        """Let go of the walk, or of all walks, before the next query."""
        self._held.end(None if walk is None else walk.root)

    async def close(self) -> None:
        """Close the sessions, and drop the instance."""
        async with self._held.lock:
            await self._held.let_go()

    async def _load(self, entity: Entity, key: RowKey, begun: Walk) -> InstanceSnapshot:
        mapper = self._catalog.mapper(entity)
        walk = await self._held.enter(begun.root)
        if walk is None or not walk.is_opened:
            async with self._held.fresh_session(begun.root) as walk:
                self._held.instance = await self._select(walk, entity, key, begun)
                await end_transaction(walk.session)
            return self._snapshot(entity)
        instance = walk.instance(mapper, key)
        if instance is None:
            async with keeping_attached(walk):
                instance = await self._select(walk, entity, key, begun)
                if walk.scenario is not Scenario.FRESH and not walk.scenario.concerns_one:
                    await bring_into(walk.session, instance, walk.scenario)
                await end_transaction(walk.session)
        self._held.instance = instance
        return self._snapshot(entity)

    async def _apply(self, entity: Entity, key: RowKey, scenario: Scenario, begun: Walk) -> InstanceSnapshot:
        walk = await self._held.enter(begun.root)
        instance = None if walk is None else walk.instance(self._catalog.mapper(entity), key)
        is_ready = walk is not None and walk.is_opened and walk.scenario is Scenario.FRESH
        if walk is not None and is_ready and instance is not None and scenario is not Scenario.FRESH:
            async with keeping_attached(walk):
                await self._bring(walk, instance, scenario)
            return self._snapshot(entity)
        was_opened = walk is not None and walk.is_opened
        async with self._held.fresh_session(begun.root) as walk:
            if begun.loaded:
                await self._select(walk, begun.entity, begun.key, begun)
            for loaded in begun.loaded:
                await self._load_again(walk, loaded, begun)
            instance = walk.instance(self._catalog.mapper(entity), key)
            if instance is None:
                instance = await self._select(walk, entity, key, begun)
            await self._bring(walk, instance, scenario)
            walk.is_opened = was_opened
        return self._snapshot(entity)

    async def _bring(self, walk: WalkSession, instance: Any, scenario: Scenario) -> None:
        with self._recorder.attribute_to(f"state {scenario.value}"):
            self._held.instance = await bring_into(walk.session, instance, scenario)
        await end_transaction(walk.session)
        walk.note_scenario(scenario, self._held.instance)

    async def _load_again(self, walk: WalkSession, loaded: LoadedRelationship, begun: Walk) -> None:
        """Load a relationship as it was loaded in the walk before."""
        origin = StatementOrigin(begun.root, loaded.entity.name, loaded.key, loaded.name)
        mapper, label = self._catalog.mapper(loaded.entity), label_of(loaded.entity.name, loaded.key)
        instance = walk.instance(mapper, loaded.key)
        with loadable(label), self._recorder.attribute_to(f"{label}.{loaded.name}", origin=origin):
            if loaded.loader is not None or instance is None:
                options = loader_options(mapper, loaded.name, loaded.loader)
                instance = await select_one(
                    walk.session, mapper, loaded.entity.name, loaded.key, options, is_afresh=True
                )
            await walk.session.run_sync(lambda _: getattr(instance, loaded.name))
        walk.hold()

    async def _access(self, request: AttributeRequest) -> AccessResult:
        if self._held.instance is None:
            raise BrowserError("the instance is gone", "select a row")
        access = Access.of(self._held.instance, request.name, request.mode, expiry=self._held.scenario.expiry)
        began = time.perf_counter()
        label = label_of(request.entity.name, inspect(self._held.instance).identity or ())
        walk = self._held.walk
        async with keeping_attached(walk):
            await self._accessor.connect(self._held.instance, walk.session, access)
            key = inspect(self._held.instance).identity or ()
            root = (request.entity.name, key) if request.walk is None else request.walk.root
            origin = StatementOrigin(root, request.entity.name, key, request.name)
            plain = not request.mode.awaits
            with self._recorder.attribute_to(f"{label}.{request.name}", plain=plain, origin=origin) as tally:
                failed = await self._accessor.access(self._held.instance, walk.session, access, tally)
            seconds = time.perf_counter() - began
            await end_transaction(walk.session)
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
        return snapshot_of(self._held, entity)

    async def _select(self, walk: WalkSession, entity: Entity, key: RowKey, begun: Walk) -> Any:
        origin = StatementOrigin(begun.root, entity.name, key)
        with self._recorder.attribute_to(label_of(entity.name, key), origin=origin):
            instance = await select_one(walk.session, self._catalog.mapper(entity), entity.name, key)
        walk.hold()
        return instance


def snapshot_of(held: HeldInstance, entity: Entity) -> InstanceSnapshot:
    """Return the instance that is held as it is now, and keep all that its session has met."""
    held.walk.hold()
    return snapshot(entity, held.instance, held.scenario)._replace(session_objects=held.walk.objects)


@asynccontextmanager
async def keeping_attached(walk: WalkSession) -> AsyncIterator[None]:
    """Close the walk's session if the block raises, and add its instances again, so that they keep their state."""
    try:
        yield
    except BaseException:
        instances = list(walk.session)
        await walk.session.close()  # a rollback would expire them
        walk.session.add_all(instances)
        raise
