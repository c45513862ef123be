"""Open relationships of instances: in the session of their walk, or in a new one."""

import asyncio
import time
from functools import partial
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.sql.base import ExecutableOption

from pirate_tui.domain.access import Scenario
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import Failure
from pirate_tui.domain.loading import Cost, Found, LoaderStrategy, OpenAllRequest, OpenRequest, OpenResult
from pirate_tui.domain.rows import Row
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementRecorder
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.inspection.snapshots import child_rows
from pirate_tui.orm.live.accessing import Accessor
from pirate_tui.orm.live.held_instance import HeldInstance
from pirate_tui.orm.live.instance import keeping_attached, snapshot_of
from pirate_tui.orm.live.scenarios import bring_into
from pirate_tui.orm.live.selecting import end_transaction, select_all, select_one
from pirate_tui.orm.live.walk_session import WalkSession
from pirate_tui.orm.live.yielding import yield_while_loading
from pirate_tui.orm.loader_options import eager_option, loader_options
from pirate_tui.orm.rows.cells import label_of


class RelationshipOpener:
    """Accesses relationships of the instance that is held, selected before where the request needs it."""

    def __init__(
        self, held: HeldInstance, connections: Connections, recorder: StatementRecorder, catalog: Catalog
    ) -> None:
        self._held = held
        self._connections = connections
        self._recorder = recorder
        self._catalog = catalog
        self._accessor = Accessor(recorder)

    async def open(self, request: OpenRequest, *, may_autocommit: bool = False) -> OpenResult:
        """Access the relationship of the instance, and keep it in the state that this leaves."""
        return await self._held.run(lambda: self._open(request), may_autocommit=may_autocommit)

    async def open_all(self, request: OpenAllRequest) -> tuple[OpenResult, ...]:
        """Select instances at once and access the relationship of each in turn; the first one is kept."""
        return await self._held.run(lambda: self._open_all(request))

    async def hold_back(self, request: OpenRequest) -> OpenResult:
        """Return the instance with the relationship as it is, not accessed."""
        return await self._held.run(lambda: self._open(request, is_accessed=False))

    async def _open(self, request: OpenRequest, *, is_accessed: bool = True) -> OpenResult:
        mapper, began = self._catalog.mapper(request.entity), time.perf_counter()
        walk = await self._held.enter(request.root)
        instance = None if walk is None else walk.instance(mapper, request.key)
        scenario = Scenario.FRESH if walk is None else walk.scenario_of(instance)
        is_top, is_fresh = request.walk is None, scenario is Scenario.FRESH
        if walk is not None and (walk.is_opened or not is_fresh):
            is_there = instance is not None
            needs_select = is_accessed and is_there and walk.needs_select(mapper, request)
            if (is_there or is_fresh) and not (needs_select and (is_top or not is_fresh)):
                return await self._go_on(walk, request, began, is_afresh=needs_select, is_accessed=is_accessed)
        async with self._held.fresh_session(request.root) as walk:
            label, origin = label_of(request.entity.name, request.key), request.origin._replace(attribute="")
            options = self._options(request) if is_accessed else ()
            with self._recorder.attribute_to(label, origin=origin) as selecting:
                instance = await self._select(walk, request, options)
                walk.hold()
                self._held.instance = await bring_into(walk.session, instance, scenario)
            walk.note_scenario(scenario, self._held.instance)
            return await self._accessed(walk, request, selecting.sent, began, is_accessed=is_accessed)

    async def _go_on(
        self, walk: WalkSession, request: OpenRequest, began: float, *, is_afresh: bool, is_accessed: bool
    ) -> OpenResult:
        """Open it in the session of the walk, as an application would that goes on."""
        mapper, selected = self._catalog.mapper(request.entity), 0
        async with keeping_attached(walk):
            instance = walk.instance(mapper, request.key)
            found = Found.SELECTED_AFRESH if is_afresh else Found.SELECTED if instance is None else None
            if found is not None:
                label, origin = label_of(request.entity.name, request.key), request.origin._replace(attribute="")
                with self._recorder.attribute_to(label, origin=origin) as selecting:
                    options = self._options(request) if is_accessed else ()
                    instance = await self._select(walk, request, options, is_afresh=is_afresh)
                selected = selecting.sent
            self._held.instance = instance
            was_loaded = request.relationship.name in inspect(instance).dict
            opened = await self._accessed(walk, request, selected, began, is_accessed=is_accessed)
        if found is None:
            is_free = opened.failure is None and opened.cost.access == 0 and is_accessed
            free = Found.LOADED if was_loaded else Found.IDENTITY_MAP
            found = free if is_free else Found.IN_SESSION
        return opened._replace(found=found)

    async def _accessed(
        self, walk: WalkSession, request: OpenRequest, selected: int, began: float, *, is_accessed: bool
    ) -> OpenResult:
        """Access the relationship of the instance that is held, and return what that has led to."""
        failed, sent, instance = None, 0, self._held.instance
        if is_accessed:
            if request.in_full:
                yield_while_loading(walk.session, self._connections.report_loaded)
            access = self._access_of(request)
            await self._accessor.connect(instance, walk.session, access)
            name = f"{label_of(request.entity.name, request.key)}.{request.relationship.name}"
            plain, origin = not request.mode.awaits, request.origin
            with self._recorder.attribute_to(name, plain=plain, origin=origin) as accessing:
                failed = await self._accessor.access(instance, walk.session, access, accessing)
            sent = accessing.sent
            walk.note_opening(self._catalog.mapper(request.entity), request)
        cost = Cost(selected, sent, time.perf_counter() - began)
        await end_transaction(walk.session)  # a failed access has left its connection checked out
        walk.is_opened = True
        live = snapshot_of(self._held, request.entity)
        rows = self._child_rows(request, failed) if is_accessed else ()
        return OpenResult(request, self._target(request), cost, live, rows, failed)

    async def _open_all(self, request: OpenAllRequest) -> tuple[OpenResult, ...]:
        cause = f"{request.entity.name}.{request.relationship.name}"
        mapper = self._catalog.mapper(request.entity)
        relationship = mapper.relationships[request.relationship.name]
        option = clean(str(eager_option(relationship))) if request.strategy is LoaderStrategy.AS_MAPPED else ""
        self._recorder.unfold(cause)
        made: list[tuple[OpenRequest, Cost, tuple[Row, ...], Failure | None]] = []
        async with self._held.fresh_session(*(request.of(key).root for key in request.keys)) as walk:
            with self._recorder.attribute_to(f"{request.entity.name} x {len(request.keys):,}") as selecting:
                options = self._options(request)
                instances = await select_all(walk.session, mapper, request.entity.name, request.keys, options)
            plain, parents = not request.mode.awaits, len(instances)
            step = partial(self._recorder.attribute_to, cause, plain=plain, folded=True, option=option, parents=parents)
            for opened in map(request.of, request.keys):
                if (instance := instances.get(opened.key)) is None:
                    continue  # it was deleted meanwhile
                self._held.instance, began = instance, time.perf_counter()
                with step(origin=opened.origin) as accessing:
                    failed = await self._accessor.access(instance, walk.session, self._access_of(opened), accessing)
                cost = Cost(selecting.sent, accessing.sent, time.perf_counter() - began)
                walk.is_opened = True
                made.append((opened, cost, self._child_rows(opened, failed), failed))
                walk.note_opening(mapper, opened)
                await asyncio.sleep(0)  # many that are loaded already would hold up the event loop
                if failed:
                    break
            await end_transaction(walk.session)
            if not made:
                return ()
            self._held.instance = instances[made[0][0].key]
            live, target = snapshot_of(self._held, request.entity), self._target(made[0][0])
            return tuple(OpenResult(opened, target, cost, live, rows, failed) for opened, cost, rows, failed in made)

    def _child_rows(self, request: OpenRequest, failed: Failure | None) -> tuple[Row, ...]:
        if failed or request.in_full:
            return ()
        return child_rows(self._held.instance, request.relationship.name, self._connections.engine.dialect)

    def _target(self, request: OpenRequest) -> Entity:
        return self._catalog.target(request.entity, request.relationship)

    def _access_of(self, request: OpenRequest) -> Access:
        expiry = self._held.scenario.expiry
        name, mode, strategy = request.relationship.name, request.mode, request.strategy
        return Access.of(self._held.instance, name, mode, strategy=strategy, expiry=expiry)

    def _options(self, request: OpenRequest | OpenAllRequest) -> tuple[ExecutableOption, ...]:
        return loader_options(self._catalog.mapper(request.entity), request.relationship.name, request.strategy.loader)

    async def _select(
        self,
        walk: WalkSession,
        request: OpenRequest,
        options: tuple[ExecutableOption, ...],
        *,
        is_afresh: bool = False,
    ) -> Any:
        mapper, name = self._catalog.mapper(request.entity), request.entity.name
        return await select_one(walk.session, mapper, name, request.key, options, is_afresh=is_afresh)
