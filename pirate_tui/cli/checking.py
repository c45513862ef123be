"""Find the results of `check`: one for each attribute, in each state, of instances of each mapped class."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from pirate_tui.cli.check_options import CheckOptions
from pirate_tui.cli.report.formats import WITH_STATEMENTS
from pirate_tui.cli.report.results import UNKNOWN, CheckResult
from pirate_tui.cli.streams import progress
from pirate_tui.domain.access import (
    AccessMode,
    AttributeRequest,
    AttributeSnapshot,
    Prediction,
    Scenario,
    TrialRequest,
)
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError, no_such_class
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import RowKey, Seek
from pirate_tui.domain.text import clean


if TYPE_CHECKING:
    from pirate_tui.orm.database import OrmDatabase
    from pirate_tui.orm.live.instance import CheckedInstance


MOST_TRIED = 20
"""Rows of a class that are tried, beside those that are wanted, until enough can be loaded as instances."""


async def checked(order: CheckOptions, database: "OrmDatabase") -> AsyncGenerator[CheckResult]:
    """Yield the results, class by class. Raises `StartupError` for a class that does not exist."""
    names = [choice.name for choice in database.models.choices]
    for name in order.models:
        if name not in names:
            raise no_such_class(name, database.models.choices)
    chosen = order.models or names
    for number, name in enumerate(chosen, start=1):
        progress(f"{name} ({number:,} of {len(chosen):,})")
        try:
            check = ClassCheck(order, database, await database.models.entity(name))
            async with aclosing(check.results()) as results:
                async for result in results:
                    yield result
        except BrowserError as error:
            yield CheckResult(name, note=error.message.removeprefix(f"{clean(name)}: "), is_checked=False)
    progress("")


class ClassCheck:
    """Checks the attributes of one mapped class."""

    def __init__(self, order: CheckOptions, database: "OrmDatabase", entity: Entity) -> None:
        self._order = order
        self._database = database
        self._entity = entity
        self._places = dict[str, tuple[str, int] | tuple[None, None]]()

    async def results(self) -> AsyncGenerator[CheckResult]:
        """Yield the results of the first rows that can be loaded. Raises `BrowserError` where none can."""
        rows = (await self._database.rows.page(Query(self._entity), Seek(limit=self._order.rows + MOST_TRIED))).rows
        keys = [row.key for row in rows if row.key is not None]
        if not keys:
            note = "no primary key: its rows cannot be loaded as instances" if rows else "no rows"
            yield CheckResult(self._entity.name, note=note)
        loaded, first = 0, self._order.scenarios[0]
        for key in keys:
            try:
                checked = await self._check(key, first)
            except DatabaseUnreachableError:
                raise
            except BrowserError:
                if loaded or key != keys[-1]:
                    continue
                raise
            loaded += 1
            async with aclosing(self._of_row(key, loaded, checked)) as results:
                async for result in results:
                    yield result
            if loaded == self._order.rows:
                return

    async def _check(self, key: RowKey, scenario: Scenario) -> "CheckedInstance":
        with_statements = self._order.format in WITH_STATEMENTS
        return await self._database.instances.check(self._entity, key, scenario, with_statements=with_statements)

    async def _of_row(self, key: RowKey, row: int, checked: "CheckedInstance") -> AsyncGenerator[CheckResult]:
        """Yield the results of one instance in each state; it is checked in the first."""
        for scenario in self._order.scenarios:
            if scenario is not self._order.scenarios[0]:
                checked = await self._check(key, scenario)
            about = CheckResult(self._entity.name, key, row, scenario.name.lower())
            for attribute, prediction in zip(checked.snapshot.attributes, checked.predictions, strict=True):
                if attribute.kind in self._order.kinds:
                    result = self._result(about, attribute, prediction)
                    is_proved = self._order.proves and result.verdict != UNKNOWN
                    yield await self._proved(result, key, scenario) if is_proved else result

    def _result(self, result: CheckResult, attribute: AttributeSnapshot, prediction: Prediction) -> CheckResult:
        """Return the result for one attribute of the instance."""
        file, line = self._place(attribute.name)
        statement = " ".join(" ".join(prediction.statement[:-1]).split())
        return result._replace(
            attribute=attribute.name,
            kind=attribute.kind.name.lower(),
            verdict=attribute.verdict.name.lower(),
            statement=statement or None,
            error=attribute.error or None,
            remedy=prediction.remedy or None,
            note=attribute.note or None,
            file=file,
            line=line,
            remedies=prediction.remedies,
        )

    async def _proved(self, result: CheckResult, key: RowKey, scenario: Scenario) -> CheckResult:
        """Return the result with what the access did, to a fresh instance, and the outcomes of its remedies.

        Each remedy is tried on another instance of the same row.
        """
        name = result.attribute or ""
        await self._database.instances.apply_scenario(self._entity, key, scenario)
        accessed = await self._database.instances.access(AttributeRequest(self._entity, name, AccessMode.UNSAFE))
        trials = [TrialRequest(self._entity, key, scenario, name, remedy) for remedy in result.remedies]
        fixes = [await self._database.benchmarks.try_out(trial) for trial in trials]
        return result._replace(proved=accessed.verdict.name.lower(), fixes=tuple(fixes))

    def _place(self, attribute: str) -> tuple[str, int] | tuple[None, None]:
        """Return where an attribute is defined, if that is known."""
        from pirate_tui.orm.user_models.source_lines import attribute_place, shown

        if attribute not in self._places:
            place = attribute_place(self._database.models.catalog.mapper(self._entity).class_, attribute)
            self._places[attribute] = (None, None) if place is None else (shown(place[0]), place[1])
        return self._places[attribute]
