"""Try remedies on a real row: each is applied as it is shown, and the access without await follows."""

import ast
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy.orm
from sqlalchemy import event, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper

from pirate_tui.domain.access import Scenario, TrialRequest
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.remedy import Applies, Trial, TrialOutcome
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import OverBudget, StatementRecorder
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.errors import DATABASE_ERRORS, constructed, forget, is_missing_greenlet, without_warnings
from pirate_tui.orm.explanation.access import Target
from pirate_tui.orm.inspection.attributes import Attribute
from pirate_tui.orm.inspection.snippet import FILE_NAME
from pirate_tui.orm.live.scenarios import bring_into
from pirate_tui.orm.live.selecting import end_transaction, select_one, with_key
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, error_name, reraise_ours


MOST_STATEMENTS = 100
"""The most statements that a remedy may send: along a cycle of rows, it would not end."""


class FixTester:
    """Tries remedies, each in a session of its own; the live instance stays as it is."""

    def __init__(self, connections: Connections, recorder: StatementRecorder, catalog: Catalog, most_rows: int) -> None:
        self._connections = connections
        self._recorder = recorder
        self._catalog = catalog
        self._most_rows = most_rows
        """The most instances that a remedy may load."""

    async def try_out(self, request: TrialRequest) -> Trial:
        """Try whether a remedy helps; raises `DatabaseUnreachableError`, any other failure is the trial's outcome."""
        remedy = request.remedy
        if remedy.applies in {Applies.IN_MAPPING, Applies.IN_ENGINE}:
            return Trial(remedy.code, TrialOutcome.NOT_PROVED, f"it belongs {remedy.applies.value}")
        try:
            return await self._connections.run(lambda: self._try_out(request))
        except DatabaseUnreachableError:
            raise
        except BrowserError as error:
            return Trial(remedy.code, TrialOutcome.SKIPPED, error.message)

    async def _try_out(self, request: TrialRequest) -> Trial:
        code = request.remedy.code
        async with self._connections.sessions() as session:
            with self._budget(session), self._recorder.attribute_to(f"try {code}", limit=MOST_STATEMENTS):
                try:
                    failed = await self._outcome(session, request)
                except OverBudget as over:
                    return Trial(code, TrialOutcome.SKIPPED, str(over))
                except DATABASE_ERRORS as error:
                    if not is_missing_greenlet(error):
                        raise
                    failed = _name_and_forget(error)
                except FOREIGN_ERRORS as error:
                    reraise_ours(error)
                    failed = _name_and_forget(error)
                    if not isinstance(error, SQLAlchemyError):
                        return Trial(code, TrialOutcome.NOT_PROVED, f"model code raised {failed}")
                finally:
                    await end_transaction(session)
        return Trial(code, TrialOutcome.FAILS, failed) if failed else Trial(code, TrialOutcome.HELPS)

    @contextmanager
    def _budget(self, session: AsyncSession) -> Iterator[None]:
        loaded = 0

        def count(*_: Any) -> None:
            nonlocal loaded
            loaded += 1
            if loaded > self._most_rows:
                raise OverBudget(f"it loads more than {self._most_rows:,} instances")

        event.listen(session.sync_session, "loaded_as_persistent", count)
        yield

    async def _outcome(self, session: AsyncSession, request: TrialRequest) -> str:
        """Return what the access still raises after the remedy; empty where it does no IO."""
        mapper, remedy = self._catalog.mapper(request.entity), request.remedy
        instance = await select_one(session, mapper, request.entity.name, request.key)
        target = Target.of(inspect(instance), request.attribute)
        if remedy.applies is not Applies.IN_SESSION:  # else nothing has expired
            instance = await bring_into(session, instance, request.scenario)
        if remedy.applies is Applies.IN_SELECT:
            instance = await self._select_by_remedy(session, request, instance)
        elif remedy.applies in {Applies.BEFORE, Applies.INSTEAD}:
            names = {**self._names(mapper), "session": session, target.variable: instance}
            await _run(remedy.code, names)
            instance = names[target.variable]
        if remedy.applies is Applies.INSTEAD and (target.attribute.kind.runs_code or remedy.code.endswith(".identity")):
            return ""  # code may query the database each time
        return _raised_without_await(instance, target.attribute)

    async def _select_by_remedy(self, session: AsyncSession, request: TrialRequest, instance: Any) -> Any:
        """Return the instance selected by the remedy's statement: a new one, or refreshed in the same object."""
        mapper = self._catalog.mapper(request.entity)
        statement = eval(request.remedy.code, self._names(inspect(instance).mapper))  # noqa: S307  it is our own line
        if request.scenario in {Scenario.FRESH, Scenario.DETACHED}:
            session.expunge_all()
        selected = (await session.scalars(with_key(statement, mapper, request.key))).unique().one()
        return (
            await bring_into(session, selected, Scenario.DETACHED)
            if request.scenario is Scenario.DETACHED
            else selected
        )

    def _names(self, mapper: Mapper[Any]) -> dict[str, Any]:
        """Return the names that a user has imported where a remedy is typed."""
        near = [relationship.mapper for relationship in mapper.relationships]
        classes = [*mapper.registry.mappers, *self._catalog.mappers, *near, *mapper.self_and_descendants, mapper]
        models = {mapper.class_.__name__: mapper.class_ for mapper in classes}
        return {**vars(sqlalchemy.orm), **models, "asyncio": asyncio, "inspect": inspect, "select": select}


def _raised_without_await(instance: Any, attribute: Attribute) -> str:
    """Return the name of the load error that the access raises, or that its code catches; empty without one."""
    with without_warnings(), constructed() as loads:
        try:
            attribute.read(instance)
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
            forget(error)
    return _name_and_forget(loads[0]) if loads else ""


async def _run(code: str, names: dict[str, Any]) -> None:
    """Run a line, or several with semicolons between them, which may await."""
    compiled = compile(code, FILE_NAME, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    running = eval(compiled, names)  # noqa: S307  it is our own line
    if running is not None:
        await running


def _name_and_forget(error: BaseException) -> str:
    forget(error)
    return clean(error_name(error))
