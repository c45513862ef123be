"""Find the lints of the mappings: `check --lint`."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from pirate_tui.cli.check_options import CheckOptions
from pirate_tui.cli.report.results import LINT, CheckResult
from pirate_tui.domain.failure import BrowserError, no_such_class
from pirate_tui.domain.lints import Lint
from pirate_tui.domain.text import clean


if TYPE_CHECKING:
    from pirate_tui.domain.entity import Entity
    from pirate_tui.orm.database import OrmDatabase


async def linted(order: CheckOptions, database: "OrmDatabase") -> AsyncGenerator[CheckResult]:
    """Yield a result for each class, and then the lints. Raises `StartupError` for a class that does not exist.

    A class whose table is missing is not linted, as it is not checked: it may be the models of another database.
    """
    choices = database.models.choices
    for name in order.models:
        if name not in [choice.name for choice in choices]:
            raise no_such_class(name, choices)
    entities = list["Entity"]()
    for name in order.models or [choice.name for choice in choices]:
        try:
            entities.append(await database.models.entity(name))
        except BrowserError as error:
            note = error.message.removeprefix(f"{clean(name)}: ")
            yield CheckResult(name, state=LINT, note=note, is_checked=False)
    for entity in entities:
        yield CheckResult(entity.name, state=LINT)
    known = {entity.name: entity for entity in entities}
    for lint in await database.lints.find(entities):
        yield _result(lint, known[lint.model], database)


def _result(lint: Lint, entity: "Entity", database: "OrmDatabase") -> CheckResult:
    from pirate_tui.orm.user_models.source_lines import attribute_place, shown

    place = attribute_place(database.models.catalog.mapper(entity).class_, lint.attribute)
    return CheckResult(
        lint.model,
        state=LINT,
        attribute=lint.attribute,
        verdict=lint.rule.name,
        note=lint.reason,
        remedy=lint.fix,
        file=shown(place[0]) if place else None,
        line=place[1] if place else None,
    )
