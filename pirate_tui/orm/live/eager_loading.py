"""Find the loader options that load a walk along relationships at once, and try them."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import inspect

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import EagerRequest, EagerSelect, Step
from pirate_tui.domain.options import selecting
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import OverBudget, StatementRecorder
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.errors import DATABASE_ERRORS, constructed, forget, without_warnings
from pirate_tui.orm.explanation.options import options_for
from pirate_tui.orm.inspection.needs import Need
from pirate_tui.orm.inspection.snapshots import children_of
from pirate_tui.orm.live.fix_applier import MOST_STATEMENTS, FixApplier
from pirate_tui.orm.live.selecting import end_transaction, select_by
from pirate_tui.orm.rows.cells import label_of
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, described, error_name, reraise_ours


class EagerLoader:
    """Writes selects that load everything at once, and tries each in a session of its own."""

    def __init__(
        self, connections: Connections, recorder: StatementRecorder, applier: FixApplier, catalog: Catalog
    ) -> None:
        self._connections = connections
        self._recorder = recorder
        self._applier = applier
        self._catalog = catalog

    async def select(self, request: EagerRequest) -> EagerSelect:
        """Return the select that loads the ways with the instance.

        Raises `BrowserError` where it would load too much, or the instance is gone.
        """
        mapper = self._catalog.mapper(request.entity)
        needs = [self._need(way) for way in request.ways]
        # Along a cycle the mapping stops loading by itself: then everything is named.
        choices = dict.fromkeys(options_for(needs, (), mapper, beyond_mapping=by_itself) for by_itself in (True, False))
        tried = EagerSelect("", 0)
        for options in choices:
            work = partial(self._tried, request, selecting(mapper.class_.__name__, options))
            tried = await self._connections.run(work)
            if not tried.problem:
                break
        return tried

    def _need(self, way: tuple[Step, ...]) -> Need:
        """Return what the last step reads, at the end of the steps before it."""
        *before, (entity, name) = way
        followed = tuple(self._catalog.mapper(step.entity).relationships[step.name] for step in before)
        return Need(followed, self._catalog.mapper(entity), name)

    async def _tried(self, request: EagerRequest, code: str) -> EagerSelect:
        mapper, cause = self._catalog.mapper(request.entity), f"options of {label_of(request.entity.name, request.key)}"
        async with self._connections.sessions() as session:
            self._recorder.watch(session)
            try:
                with self._applier.budget(session), self._recorder.attribute_to(cause, limit=MOST_STATEMENTS) as tally:
                    statement = self._applier.statement(code, mapper)
                    instance = await select_by(session, statement, mapper, request.entity.name, request.key)
                problem = next(_problems(instance, request.ways), "")
            except OverBudget as over:
                raise BrowserError(f"the options are not copied: {over}", "close what is large, then press O") from over
            except FOREIGN_ERRORS as error:  # what cannot be written, or what code of the models raises
                if isinstance(error, DATABASE_ERRORS):
                    raise
                reraise_ours(error)
                return EagerSelect(code, 0, clean(described(error)))
            finally:
                await end_transaction(session)
        return EagerSelect(code, tally.sent, problem)


def _problems(instance: Any, ways: Iterable[tuple[Step, ...]]) -> Iterator[str]:
    """Read all ways without await, and yield which of them raises, and what."""
    for way in ways:
        with without_warnings(), constructed() as loads:
            try:
                _follow([instance], way)
            except FOREIGN_ERRORS as error:
                reraise_ours(error)
                if isinstance(error, DATABASE_ERRORS) and not loads:
                    raise
                forget(error)
        if loads:
            yield clean(f"{way[-1].entity.name}.{way[-1].name} still raises {error_name(loads[0])}")
            forget(loads[0])


def _follow(instances: list[Any], way: tuple[Step, ...]) -> None:
    """Read the relationships one after the other, of all instances that have them."""
    for step in way:
        reached: list[Any] = []
        for one in instances:
            if step.name in inspect(one).mapper.relationships:
                getattr(one, step.name)
                reached += children_of(inspect(one).dict.get(step.name))
        instances = reached
