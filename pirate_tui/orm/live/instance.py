"""Hold the live instance: it is selected and accessed here, and never passed on."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from sqlalchemy import inspect
from sqlalchemy.orm import Mapper, Session

from pirate_tui.domain.access import (
    AttributeRequest,
    InstanceSnapshot,
    Prediction,
    Scenario,
    Walk,
)
from pirate_tui.domain.entity import NOLOAD, Entity
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import AccessResult
from pirate_tui.domain.options import Loader
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.statements import StatementOrigin
from pirate_tui.orm.class_names import name_of
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.inspection.attributes import attributes_of
from pirate_tui.orm.inspection.snapshots import snapshot, snapshot_with_outcomes
from pirate_tui.orm.live.accessing import Accessor
from pirate_tui.orm.live.held_instance import HeldInstance
from pirate_tui.orm.live.predicting import Predictor
from pirate_tui.orm.live.scenarios import bring_into, bring_one_into
from pirate_tui.orm.live.selecting import end_transaction, loadable, select_all, select_one
from pirate_tui.orm.live.walk_session import LoadedNames, WalkSession
from pirate_tui.orm.loader_options import lazy_of, loader_options
from pirate_tui.orm.rows.cells import label_of


class CheckedInstance(NamedTuple):
    """An instance with the predictions for its attributes."""

    snapshot: InstanceSnapshot
    predictions: tuple[Prediction, ...]
    """In the order of the snapshot's attributes."""


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
        self._predictor = Predictor(recorder)

    async def load_instance(
        self, entity: Entity, key: RowKey, walk: Walk | None = None, *, may_autocommit: bool = False
    ) -> InstanceSnapshot:
        """Take the instance of that key from its walk, or select it, and keep it."""
        begun = walk or Walk(entity, key)
        return await self._held.run(lambda: self._load(entity, key, begun), may_autocommit=may_autocommit)

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

    async def check(
        self, entity: Entity, key: RowKey, scenario: Scenario, *, with_statements: bool = True
    ) -> CheckedInstance:
        """Select an instance, bring it into the scenario's state, and predict an access to each of its attributes."""

        async def check() -> CheckedInstance:
            await self._put(entity, key, scenario, Walk(entity, key))
            self._held.walk.hold()
            instance, expiry = self._held.instance, self._held.scenario.expiry
            found, outcomes = snapshot_with_outcomes(entity, instance, self._held.scenario)
            names = [attribute.name for attribute in attributes_of(inspect(instance).mapper)]
            predictions = self._predictor.predict_all(
                instance, names, outcomes, expiry, with_statements=with_statements
            )
            return CheckedInstance(found._replace(session_objects=self._held.walk.objects), predictions)

        return await self._held.run(check)

    async def predict(self, name: str) -> Prediction:
        """Return the first statement of a plain access to an attribute, and what helps; nothing is sent."""
        async with self._held.lock:
            with self._connections.guard.watching():
                return self._predict(name)

    def end_walk(self, walk: Walk) -> None:
        """Let go of the walk before the next query."""
        self._held.end(walk.root)

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
                bring_one_into(walk.session, instance, walk.scenario)
                await end_transaction(walk.session)
        self._held.instance = instance
        return self._snapshot(entity)

    async def _apply(self, entity: Entity, key: RowKey, scenario: Scenario, begun: Walk) -> InstanceSnapshot:
        await self._put(entity, key, scenario, begun)
        return self._snapshot(entity)

    async def _put(self, entity: Entity, key: RowKey, scenario: Scenario, begun: Walk) -> None:
        before = await self._held.enter(begun.root)
        if before is None or not before.is_opened:
            async with self._held.fresh_session(begun.root) as walk:
                await self._bring(walk, await self._select(walk, entity, key, begun), scenario)
            return
        instance = before.instance(self._catalog.mapper(entity), key)
        if before.scenario is Scenario.FRESH:
            before.note_loaded()
            if scenario is not Scenario.FRESH and instance is not None:
                async with keeping_attached(before):
                    await self._bring(before, instance, scenario)
                return
        async with self._held.fresh_session(*self._held.roots_of(before)) as walk:
            walk.is_opened = True
            await self._select_roots(walk, begun)
            await self._load_again(walk, before.loaded)
            instance = walk.instance(self._catalog.mapper(entity), key)
            if instance is None:
                instance = await self._select(walk, entity, key, begun)
            walk.note_loaded()
            await self._bring(walk, instance, scenario)

    async def _select_roots(self, walk: WalkSession, begun: Walk) -> None:
        """Select the rows at which a walk begins; raise `BrowserError` where the one that is asked for is gone."""
        await self._select(walk, begun.entity, begun.key, begun)
        keys = [key for name, key in self._held.roots_of(walk) if name == begun.entity.name and key != begun.key]
        if keys:
            with self._recorder.attribute_to(f"{begun.entity.name} x {len(keys):,}"):
                await select_all(walk.session, self._catalog.mapper(begun.entity), begun.entity.name, keys)
            walk.hold()

    async def _load_again(self, walk: WalkSession, before: Sequence[LoadedNames]) -> None:
        """Load what was loaded before. Of a row that is gone by now, or does not lead there any more, there is none."""
        for mapper, key, names in before:
            instance = walk.instance(mapper, key)
            if instance is None:
                continue
            label = label_of(name_of(mapper), key)
            refused = [name for name in names if name in mapper.relationships and _is_refused(mapper, name)]
            options = [option for name in refused for option in loader_options(mapper, name, Loader.SELECTINLOAD)]
            with self._recorder.attribute_to(label), loadable(label):
                if options:
                    await select_one(walk.session, mapper, label, key, options, is_afresh=True)
                for name in names:
                    await walk.session.run_sync(_read, instance, name)
            walk.hold()

    async def _bring(self, walk: WalkSession, instance: Any, scenario: Scenario) -> None:
        with self._recorder.attribute_to(f"state {scenario.value}"):
            self._held.instance = await bring_into(walk.session, instance, scenario)
        await end_transaction(walk.session)
        walk.note_scenario(scenario, self._held.instance)

    async def _access(self, request: AttributeRequest) -> AccessResult:
        if self._held.instance is None:
            raise BrowserError("the instance is gone", "select a row")
        access = Access.of(self._held.instance, request.name, request.mode, expiry=self._held.scenario.expiry)
        began = time.perf_counter()
        key = inspect(self._held.instance).identity or ()
        label = label_of(request.entity.name, key)
        origin = StatementOrigin(
            (request.walk or Walk(request.entity, key)).root, request.entity.name, key, request.name
        )
        walk = self._held.walk
        async with keeping_attached(walk):
            await self._accessor.connect(self._held.instance, walk.session, access)
            plain = not request.mode.awaits
            with self._recorder.attribute_to(f"{label}.{request.name}", plain=plain, origin=origin) as tally:
                failed = await self._accessor.access(self._held.instance, walk.session, access, tally)
            seconds = time.perf_counter() - began
            await end_transaction(walk.session)
        return AccessResult(request, tally.sent, seconds, self._snapshot(request.entity), failed)

    def _predict(self, name: str) -> Prediction:
        if self._held.instance is None:
            return Prediction()
        return self._predictor.predict(self._held.instance, name, self._held.scenario.expiry)

    def _snapshot(self, entity: Entity) -> InstanceSnapshot:
        return snapshot_of(self._held, entity)

    async def _select(self, walk: WalkSession, entity: Entity, key: RowKey, begun: Walk) -> Any:
        origin = StatementOrigin(begun.root, entity.name, key)
        with self._recorder.attribute_to(label_of(entity.name, key), origin=origin):
            instance = await select_one(walk.session, self._catalog.mapper(entity), entity.name, key)
        walk.hold()
        return instance


def _read(_session: Session, instance: Any, name: str) -> None:
    getattr(instance, name)


def _is_refused(mapper: Mapper[Any], name: str) -> bool:
    """Whether an access does not load the relationship, so that it was an option that did."""
    lazy = lazy_of(mapper.relationships[name])
    return lazy.startswith("raise") or lazy == NOLOAD


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
