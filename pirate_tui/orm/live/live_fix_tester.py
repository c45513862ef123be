"""Try a remedy on the live instance: the access follows that has failed, and what it loads is shown."""

import time

from sqlalchemy import inspect

from pirate_tui.domain.access import AccessMode, Scenario, TrialRequest
from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.loading import Cost, LiveTrial
from pirate_tui.domain.remedy import Applies, Trial, TrialOutcome
from pirate_tui.domain.rows import Row
from pirate_tui.domain.statements import StatementOrigin
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import StatementCounter, StatementRecorder
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.inspection.snapshots import child_rows
from pirate_tui.orm.live.accessing import Accessor
from pirate_tui.orm.live.fix_applier import MOST_STATEMENTS, FixApplier
from pirate_tui.orm.live.fix_tester import is_replaced, not_proved, unfinished
from pirate_tui.orm.live.held_instance import HeldInstance
from pirate_tui.orm.live.instance import snapshot_of
from pirate_tui.orm.live.selecting import end_transaction
from pirate_tui.orm.rows.cells import label_of
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS


class LiveFixTester:
    """Tries remedies on the instance that is held, which they leave as the user's code would have it."""

    def __init__(
        self,
        held: HeldInstance,
        connections: Connections,
        recorder: StatementRecorder,
        applier: FixApplier,
        catalog: Catalog,
    ) -> None:
        self._held = held
        self._connections = connections
        self._recorder = recorder
        self._applier = applier
        self._catalog = catalog
        self._accessor = Accessor(recorder)

    async def try_fix(self, request: TrialRequest) -> LiveTrial:
        """Select the instance again, apply the remedy, and make the access without await.

        What the remedy raises is its outcome; there is no live instance then. Raises `BrowserError` where the
        instance cannot be selected.
        """
        if not request.remedy.applies.can_be_tried:
            return LiveTrial(request, not_proved(request.remedy))
        return await self._held.run(lambda: self._try(request))

    async def _try(self, request: TrialRequest) -> LiveTrial:
        try:
            return await self._try_to_the_end(request)
        except FOREIGN_ERRORS as error:
            return LiveTrial(request, unfinished(request.remedy, error))

    async def _try_to_the_end(self, request: TrialRequest) -> LiveTrial:
        remedy, held, began = request.remedy, self._held, time.perf_counter()
        label = label_of(request.entity.name, request.key)
        async with held.fresh_session(request.root) as walk:
            session = walk.session
            origin = StatementOrigin(request.root, request.entity.name, request.key, request.attribute)
            with self._recorder.attribute_to(f"try fix: {label}", limit=MOST_STATEMENTS, origin=origin) as applying:
                held.instance = await self._applier.apply(session, request)
            access = Access.of(held.instance, request.attribute, AccessMode.UNSAFE, expiry=request.scenario.expiry)
            failed, accessing, replaced = None, StatementCounter(label), is_replaced(remedy, access.attribute)
            if not replaced:
                await self._accessor.connect(held.instance, session, access)
                name = f"{label}.{request.attribute}"
                with self._recorder.attribute_to(name, plain=True, origin=origin) as accessing:
                    failed = await self._accessor.access(held.instance, session, access, accessing)
            cost = Cost(applying.sent, accessing.sent, time.perf_counter() - began)
            await end_transaction(session)
            walk.hold()
            walk.note_scenario(_scenario_after(request, is_detached=inspect(held.instance).detached), held.instance)
            live = snapshot_of(held, request.entity)
            trial = (
                Trial(remedy.code, TrialOutcome.FAILS, failed.name)
                if failed
                else Trial(remedy.code, TrialOutcome.HELPS)
            )
            relationship = None if failed else _relationship(request)
            walk.is_opened = relationship is not None
            if relationship is None:
                return LiveTrial(request, trial, cost, live, is_replaced=replaced)
            return LiveTrial(request, trial, cost, live, self._target(request, relationship), self._rows(relationship))

    def _target(self, request: TrialRequest, relationship: Relationship) -> Entity:
        return self._catalog.target(request.entity, relationship)

    def _rows(self, relationship: Relationship) -> tuple[Row, ...]:
        return child_rows(self._held.instance, relationship.name, self._connections.engine.dialect)


def _relationship(request: TrialRequest) -> Relationship | None:
    """Return the relationship that was accessed, if what it holds can be shown."""
    named = (one for one in request.entity.relationships if one.name == request.attribute and not one.is_query)
    return next(named, None)


def _scenario_after(request: TrialRequest, *, is_detached: bool) -> Scenario:
    """Return in which scenario the remedy has left the instance: most load only what is accessed."""
    if request.remedy.applies in {Applies.IN_SELECT, Applies.IN_SESSION} and not is_detached:
        return Scenario.FRESH
    return request.scenario if is_detached or request.scenario is not Scenario.DETACHED else Scenario.FRESH
