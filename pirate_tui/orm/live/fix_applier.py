"""Apply remedies to selected instances, each as it is shown."""

import ast
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy.orm
from sqlalchemy import Select, event, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper

from pirate_tui.domain.access import Scenario, TrialRequest
from pirate_tui.domain.remedy import Applies
from pirate_tui.orm.connection.recorder import OverBudget
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.explanation.access import Target
from pirate_tui.orm.inspection.snippet import FILE_NAME
from pirate_tui.orm.live.scenarios import bring_into
from pirate_tui.orm.live.selecting import select_by, select_one
from pirate_tui.orm.loader_options import loader_options


MOST_STATEMENTS = 100
"""The most statements that a remedy may send: along a cycle of rows, it would not end."""


class FixApplier:
    """Selects instances, and applies remedies to them."""

    def __init__(self, catalog: Catalog, most_rows: int) -> None:
        self._catalog = catalog
        self._most_rows = most_rows
        """The most instances that a remedy may load."""

    async def apply(self, session: AsyncSession, request: TrialRequest) -> Any:
        """Return the instance of the request in its scenario, with the remedy applied; raise what that raises.

        Raises `OverBudget` where it loads too much.
        """
        mapper, remedy = self._catalog.mapper(request.entity), request.remedy
        with self.budget(session):
            if remedy.applies is Applies.IN_SELECT:
                return await self._select_by_remedy(session, request)
            instance = await self._selected(session, request)
            if remedy.applies in {Applies.BEFORE, Applies.INSTEAD}:
                variable = Target.of(inspect(instance), request.attribute).variable
                instance = await bring_into(session, instance, request.scenario)
                names = {**self._names(mapper), "session": session, variable: instance}
                await _run(remedy.code, names)
                instance = names[variable]
        return instance  # by a session that expires nothing it stays as it was selected

    async def _selected(self, session: AsyncSession, request: TrialRequest) -> Any:
        mapper = self._catalog.mapper(request.entity)
        options = loader_options(mapper, request.attribute, request.loader)
        return await select_one(session, mapper, request.entity.name, request.key, options)

    @contextmanager
    def budget(self, session: AsyncSession) -> Iterator[None]:
        """Raise `OverBudget` where the session loads more instances in the block than a remedy may."""
        loaded = 0

        def count(*_: Any) -> None:
            nonlocal loaded
            loaded += 1
            if loaded > self._most_rows:
                raise OverBudget(f"it loads more than {self._most_rows:,} instances")

        event.listen(session.sync_session, "loaded_as_persistent", count)
        try:
            yield
        finally:
            event.remove(session.sync_session, "loaded_as_persistent", count)

    async def _select_by_remedy(self, session: AsyncSession, request: TrialRequest) -> Any:
        """Return the instance selected by the remedy's statement: the first one, or refreshed in the same object."""
        mapper, scenario = self._catalog.mapper(request.entity), request.scenario
        statement = self.statement(request.remedy.code, mapper)
        held = None
        if scenario not in {Scenario.FRESH, Scenario.DETACHED}:
            held = await bring_into(session, await self._selected(session, request), scenario)
        selected = await select_by(session, statement, mapper, request.entity.name, request.key)
        del held  # until now, or the session would have let go of it
        return await bring_into(session, selected, scenario) if scenario is Scenario.DETACHED else selected

    def statement(self, code: str, mapper: Mapper[Any]) -> Select[Any]:
        """Return the statement that a line of ours builds."""
        statement: Select[Any] = eval(code, self._names(mapper))  # noqa: S307
        return statement

    def _names(self, mapper: Mapper[Any]) -> dict[str, Any]:
        """Return the names that a user has imported where a remedy is typed."""
        near = [relationship.mapper for relationship in mapper.relationships]
        classes = [*mapper.registry.mappers, *self._catalog.mappers, *near, *mapper.self_and_descendants, mapper]
        models = {mapper.class_.__name__: mapper.class_ for mapper in classes}
        return {**vars(sqlalchemy.orm), **models, "asyncio": asyncio, "inspect": inspect, "select": select}


async def _run(code: str, names: dict[str, Any]) -> None:
    """Run a line, or several with semicolons between them, which may await."""
    compiled = compile(code, FILE_NAME, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    running = eval(compiled, names)  # noqa: S307  it is our own line
    if running is not None:
        await running
