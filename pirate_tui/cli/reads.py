"""Find what schemas read, and report it: `check --reads`."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from pirate_tui.cli.report.reads import AppSummary, as_json, as_text, routes_in_words
from pirate_tui.cli.streams import progress
from pirate_tui.domain.failure import FAILED_ON, WRONG_USE, StartupError, no_such_class
from pirate_tui.domain.reads import SchemaReads
from pirate_tui.domain.text import clean


if TYPE_CHECKING:
    from pirate_tui.orm.database import OrmDatabase
    from pirate_tui.orm.reads.given import GivenQuery


FORMS = (
    "SCHEMA=CLASS, as in shop.schemas:OrderOut=Order; SCHEMA=QUERY, as in shop.schemas:OrderOut=shop.db:orders; or "
    "an app of FastAPI, as in shop.main:app"
)


class Wanted(NamedTuple):
    """One value of `--reads`, loaded."""

    name: str
    """Its schema, as it was typed: `shop.schemas:OrderOut`."""
    target: Any
    """The object of that name."""
    model: str
    """The mapped class, by its name; empty with a query, and for an app."""
    given: "GivenQuery | None" = None

    @property
    def is_app(self) -> bool:
        """Whether it is an app, whose responses have the schemas."""
        return not self.model and self.given is None


def load_wanted(typed: Sequence[str]) -> tuple[Wanted, ...]:
    """Import what `--reads` names, before there is an event loop. Raises `StartupError`."""
    from pirate_tui.orm.reads.given import given_query
    from pirate_tui.orm.reads.routes import is_app
    from pirate_tui.orm.user_models.loader import load_object

    wanted = list[Wanted]()
    for one in typed:
        name, _, model = one.partition("=")
        target = load_object(name)
        if not (model or is_app(target)):
            raise StartupError(WRONG_USE, f"--reads {clean(one)} is no app of FastAPI; give {FORMS}")
        if ":" in model:
            wanted.append(Wanted(name, target, "", given_query(load_object(model), model)))
        else:
            wanted.append(Wanted(name, target, model))
    return tuple(wanted)


async def report_reads(wanted: Sequence[Wanted], database: "OrmDatabase", out: TextIO, *, is_json: bool) -> int:
    """Find what the schemas read, write it, and return the exit code."""
    code, reporter = 0, Reporter(database, out, is_json=is_json)
    models = ["" if one.is_app else _model(one, database) for one in wanted]
    known = [(one.target, model) for one, model in zip(wanted, models, strict=True) if model]
    for one, model in zip(wanted, models, strict=True):
        if one.is_app:
            await reporter.report_app(one, known)
        elif (await reporter.report(one.name, one.target, model, one.given)).fails:
            code = FAILED_ON
    return code


class Reporter:
    """Finds what schemas read in a database, and writes it."""

    def __init__(self, database: "OrmDatabase", out: TextIO, *, is_json: bool) -> None:
        self._database = database
        self._out = out
        self._is_json = is_json

    async def report(self, name: str, target: Any, model: str, given: "GivenQuery | None" = None) -> SchemaReads:
        """Report what a schema reads of a mapped class, and return it."""
        found = await self._find(name, target, model, given)
        self._write(as_json(found) if self._is_json else as_text(found))
        return found

    async def report_app(self, wanted: Wanted, known: Sequence[tuple[Any, str]]) -> None:
        """Report what the responses of an app read; `known` are schemas whose mapped class was given."""
        from pirate_tui.orm.reads.routes import responses_of, routes_of

        catalog = self._database.models.catalog
        routes = list(routes_of(wanted.target))
        names = {catalog.mapper(entity).class_: entity.name for entity in catalog.entities}
        classes = {name: mapped for mapped, name in names.items()}
        given = {id(target): classes[model] for target, model in known if model in classes}
        responses = responses_of(routes, list(names), given)
        reading, unknown = 0, [response for response in responses if response.mapped is None]
        for response in responses:
            if response.mapped is None:
                continue
            found = await self._find(response.name, response.schema, names[response.mapped], None)
            if not (found.reads or found.queries):
                continue
            reading += len(response.routes)
            heading = "" if self._is_json else routes_in_words(response.routes, is_guessed=response.is_guessed)
            lines = as_json(found, response.routes) if self._is_json else (heading, *as_text(found))
            self._write(lines)
        summary = AppSummary(clean(wanted.name), len(routes), reading, tuple(one.name for one in unknown))
        self._write((summary.as_json() if self._is_json else summary.as_text(),))

    async def _find(self, name: str, target: Any, model: str, given: "GivenQuery | None") -> SchemaReads:
        from pirate_tui.orm.reads.schemas import schema_of

        progress(name)
        entity = await self._database.models.entity(model)
        schema = schema_of(target, name, self._database.models.catalog.mapper(entity).class_)
        found = await self._database.reads.find(schema, entity, given)
        progress("")
        return found

    def _write(self, lines: Iterable[str]) -> None:
        self._out.writelines(f"{line}\n" for line in lines)
        self._out.flush()  # so that an early end loses no result


def _model(wanted: Wanted, database: "OrmDatabase") -> str:
    """Return the name of the mapped class; raise `StartupError` where there is none of that name."""
    catalog, choices = database.models.catalog, database.models.choices
    if wanted.given is None:
        name = wanted.model
    elif wanted.given.mapper in catalog.mappers:
        name = catalog.name(wanted.given.mapper)
    else:
        name = wanted.given.mapper.class_.__name__
    if name not in [choice.name for choice in choices]:
        raise no_such_class(name, choices)
    return name
