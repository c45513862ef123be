"""Every kind of mapping: what is said of each attribute, in each state, is what the plain access then does."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from shutil import copy
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import create_engine, event, inspect, select
from sqlalchemy.orm import Mapper, Session

from pirate_tui.domain.access import (
    AccessMode,
    AttributeSnapshot,
    AttributeState,
    InstanceSnapshot,
    Prediction,
    Scenario,
    TrialRequest,
    Verdict,
)
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import AccessResult, EagerRequest, LoaderStrategy, OpenRequest, Step
from pirate_tui.domain.query import Query
from pirate_tui.domain.remedy import TrialOutcome
from pirate_tui.domain.rows import RowKey, Seek
from pirate_tui.domain.statements import StatementStatus as Sent
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.entities import Catalog
from pirate_tui.ui.widgets.row_lines import _result
from tests.orm.conftest import OpenModels, Remembering
from tests.orm.mappings import asking, code, inheritance, keys, loading, make_database, names, relations, ways
from tests.orm.verdicts import access, apply_scenario, entity_of, named, verdict_of, watched


pytestmark = pytest.mark.thorough

SAFE, UNSAFE = AccessMode

MODULES = (asking, code, inheritance, keys, loading, names, relations, ways)

CLASSES = [pytest.param(module, mapped, id=mapped.__name__) for module in MODULES for mapped in module.MODELS]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Makes a module's database, once."""

    @cache
    def make(module: ModuleType) -> Path:
        return make_database(module, tmp_path_factory.mktemp("mappings") / "models.db")

    return make


@pytest.fixture
async def database(made: Any, tmp_path: Path, module: ModuleType, open_models: OpenModels) -> OrmDatabase:
    return await open_models(Path(copy(made(module), tmp_path)), module.MODELS)


async def listed(database: OrmDatabase, mapped: type) -> list[RowKey]:
    """The keys of all rows of a class that can be rested on."""
    page = await database.rows.page(Query(entity_of(database, mapped.__name__)), Seek())
    return [row.key for row in page.rows if row.key is not None and row.key not in MISFITS.get(mapped, ())]


MISFITS: dict[type, Iterable[RowKey]] = {
    inheritance.Fee: [(2,)],  # a row of the subclass's own table
    ways.Types: [(2,)],  # a value that its type cannot read
}
"""Rows that are not its own, or no instances."""

UNTRIED = {
    *((mode, name) for mode in AccessMode for name in ("elsewhere", "elsewhere_by_core")),  # told of below
}
"""Accesses that are not made."""


@pytest.mark.parametrize("scenario", Scenario)
@pytest.mark.parametrize(("module", "mapped"), CLASSES)
async def test_the_verdict_is_what_the_plain_access_then_does(
    database: OrmDatabase, listener: Remembering, mapped: type, scenario: Scenario
) -> None:
    name, wrong = mapped.__name__, list[str]()
    for key in await listed(database, mapped):
        snapshot = await apply_scenario(database, name, key, scenario)
        for attribute in tried(snapshot, UNSAFE):
            said = named(snapshot, attribute.name)
            predicted = await database.instances.predict(attribute.name)
            listener.statements.clear()
            accessed = await access(database, name, attribute.name, UNSAFE)
            snapshot = accessed.instance
            wrong += complaints(f"{name} {key}.{attribute.name}", said, predicted, accessed)
            wrong += unsent(f"{name} {key}.{attribute.name}", predicted, listener)
    assert wrong == []


IS_2_0 = sqlalchemy.__version__.startswith("2.0.")

ENDLESS = ("Node", (3,), "it sends more than 100 statements: the rows may form a cycle")
"""A row that is its own parent. SQLAlchemy 2.0 may follow it without end, with most hash seeds; 2.1 does not."""


@pytest.mark.parametrize("scenario", Scenario)
@pytest.mark.parametrize(("module", "mapped"), CLASSES)
async def test_every_fix_that_is_offered_helps(database: OrmDatabase, mapped: type, scenario: Scenario) -> None:
    entity, failing, counted = entity_of(database, mapped.__name__), list[str](), 0
    for key in await listed(database, mapped):
        snapshot = await database.instances.apply_scenario(entity, key, scenario)
        offered = {one.name: (await database.instances.predict(one.name)).remedies for one in tried(snapshot, UNSAFE)}
        for name, remedies in offered.items():
            for remedy in remedies:
                trial = await database.benchmarks.try_out(TrialRequest(entity, key, scenario, name, remedy))
                counted += 1
                if IS_2_0 and (mapped.__name__, key, trial.reason) == ENDLESS:
                    continue
                if trial.outcome not in {TrialOutcome.HELPS, TrialOutcome.NOT_PROVED}:
                    failing.append(f"{mapped.__name__} {key}.{name}: {trial}")
    assert failing == [], f"of {counted}"


def tried(snapshot: InstanceSnapshot, mode: AccessMode) -> list[AttributeSnapshot]:
    """The attributes that are accessed in the mode."""
    return [attribute for attribute in snapshot.attributes if (mode, attribute.name) not in UNTRIED]


def complaints(what: str, said: AttributeSnapshot, predicted: Prediction, accessed: AccessResult) -> list[str]:
    """How the verdict differs from what happened."""
    did = verdict_of(accessed)
    if did is not said.verdict:
        return [f"{what}: said {said.verdict}, did {did}"]
    if did is Verdict.RAISES and accessed.failure is not None and accessed.failure.name != said.error:
        return [f"{what}: said {said.error}, did {accessed.failure.name}"]
    if not said.kind.runs_code and (did is Verdict.IO) != bool(predicted.statement):
        return [f"{what}: {did}, and predicted {predicted.statement}"]
    return []


def unsent(what: str, predicted: Prediction, listener: Remembering) -> list[str]:
    """How the predicted statement differs from that which could not be sent."""
    found = [statement.text for statement in listener.statements if statement.outcome is Sent.NEVER_SENT]
    expected = ["\n".join(predicted.statement[:-1])] if predicted.statement else []
    return [] if found == expected else [f"{what}: predicted {expected}, could not send {found}"]


@pytest.mark.parametrize("scenario", Scenario)
@pytest.mark.parametrize(("module", "mapped"), CLASSES)
async def test_awaited_it_does_the_same_without_a_missing_greenlet(
    database: OrmDatabase, listener: Remembering, mapped: type, scenario: Scenario
) -> None:
    name, wrong = mapped.__name__, list[str]()
    for key in await listed(database, mapped):
        snapshot = await apply_scenario(database, name, key, scenario)
        for attribute in tried(snapshot, SAFE):
            said = named(snapshot, attribute.name)
            predicted = await database.instances.predict(attribute.name)
            listener.statements.clear()
            try:
                did = verdict_of(await access(database, name, attribute.name, SAFE))
            except BrowserError as error:
                did = Verdict.NONE if error.message.endswith("ValueError: cannot be read") else Verdict.IO
            expected = {Verdict.NONE, Verdict.RAISES} if said.verdict is Verdict.IO else {said.verdict}
            if did not in expected:
                wrong.append(f"{name} {key}.{attribute.name}: said {said.verdict}, did {did}")
            first = [statement.text for statement in listener.statements][:1]
            if said.verdict is Verdict.IO:  # it may have loaded more than this attribute
                snapshot = await apply_scenario(database, name, key, scenario)
            if predicted.statement and first != ["\n".join(predicted.statement[:-1])]:
                wrong.append(f"{name} {key}.{attribute.name}: predicted {predicted.statement}, sent {first}")
    assert wrong == []


@pytest.mark.parametrize(("module", "mapped"), CLASSES)
async def test_finding_all_verdicts_sends_nothing_connects_nothing_and_changes_nothing(
    database: OrmDatabase, mapped: type
) -> None:
    sent = watched(database)
    for scenario in Scenario:
        for key in await listed(database, mapped):
            before = await apply_scenario(database, mapped.__name__, key, scenario)
            sent.clear()
            again = database._live.instance._snapshot(entity_of(database, mapped.__name__))  # noqa: SLF001  once more
            for attribute in again.attributes:
                await database.instances.predict(attribute.name)
            assert sent == [], f"{mapped.__name__} {key} {scenario}"
            assert [one.verdict for one in again.attributes] == [one.verdict for one in before.attributes]


def _strategies(*, is_first: bool) -> list[LoaderStrategy]:
    """How the relationships of a row are loaded: of the first one in every way."""
    return list(LoaderStrategy) if is_first else [LoaderStrategy.AS_MAPPED]


@pytest.mark.parametrize(("module", "mapped"), CLASSES)
async def test_every_relationship_can_be_opened(database: OrmDatabase, mapped: type) -> None:
    entity, first = entity_of(database, mapped.__name__), True
    for key in await listed(database, mapped):
        for relationship, mode, strategy in product(entity.relationships, AccessMode, _strategies(is_first=first)):
            try:
                opening = await database.instances.open(OpenRequest(entity, key, relationship, mode, strategy))
            except BrowserError:
                if (mapped, strategy) != (code.Crate, LoaderStrategy.RAISELOAD):  # its reconstructor reads it
                    raise
                continue
            what = f"{mapped.__name__} {key}.{relationship.name} {mode} {strategy}"
            is_plain_or_refused = not mode.awaits or "raise" in (strategy.title + relationship.lazy)
            assert opening.failure is None or is_plain_or_refused, what
            assert opening.instance.attributes, what
            assert {len(row.cells) for row in opening.rows} <= {len(opening.target.columns)}, what
        first = False


@pytest.mark.parametrize(("module", "mapped"), CLASSES)
async def test_the_rows_of_a_class_are_its_instances(
    database: OrmDatabase, made: Any, module: ModuleType, mapped: type
) -> None:
    mapper: Mapper[Any] = inspect(mapped)
    key = [getattr(mapped, mapper.get_property_by_column(column).key) for column in mapper.primary_key]
    engine = create_engine(f"sqlite:///{made(module)}")
    with Session(engine) as session:
        found = {tuple(row) for row in session.execute(select(*key)) if None not in row}
    engine.dispose()
    assert set(await listed(database, mapped)) == found - set(MISFITS.get(mapped, ()))


ASKS = ["by_execute", "by_scalars", "by_scalar", "by_get", "by_query", "by_connection", "by_bound_connection"]


@pytest.mark.parametrize("module", [asking])
@pytest.mark.parametrize("name", [*ASKS, "by_own_session", "by_inspector", "by_refresh"])
async def test_code_that_asks_by_whichever_door_does_io_and_is_kept_from_it(database: OrmDatabase, name: str) -> None:
    sent = watched(database)
    snapshot = await apply_scenario(database, "Clerk", (1,), Scenario.FRESH)
    sent.clear()
    again = database._live.instance._snapshot(entity_of(database, "Clerk"))  # noqa: SLF001  once more
    assert named(snapshot, name).verdict is named(again, name).verdict is Verdict.IO
    assert sent == []


@pytest.mark.parametrize("module", [asking])
@pytest.mark.parametrize("name", ["elsewhere", "elsewhere_by_core"])
async def test_a_synchronous_engine_of_the_models_own_is_not_asked_either(database: OrmDatabase, name: str) -> None:
    happened = list[str]()
    event.listen(asking.FOREIGN, "do_connect", lambda *_: happened.append("connect"))
    event.listen(asking.FOREIGN, "before_cursor_execute", lambda *call: happened.append(str(call[2])))
    said = named(await apply_scenario(database, "Foreigner", (1,), Scenario.FRESH), name)
    assert happened == []
    assert (said.verdict, said.note) == (
        Verdict.IO,
        "it uses sqlite+pysqlite, which blocks: no MissingGreenlet is raised",
    )
    accessed = await access(database, "Foreigner", name, UNSAFE)
    assert accessed.failure is None
    assert happened[-1] == "SELECT 7"


@pytest.mark.parametrize(
    ("module", "name", "key", "attribute", "value"),
    [
        (asking, "Clerk", 1, "bind", "Engine"),
        (asking, "Clerk", 1, "async_bind", "AsyncEngine"),
        (code, "Good", 1, "later", "coroutine"),
        (code, "Good", 1, "lazily", "generator"),
        (code, "Good", 1, "sibling", "ReferenceType"),
        (code, "Good", 1, "state", "InstanceState"),
        (ways, "Types", 1, "metal", "GOLD (gold)"),
        (ways, "Types", 1, "hostile", "Hostile"),
        (ways, "Types", 1, "document", "{'a': [1]}"),
        (loading, "Tree", 1, "selectin", "1 Leaf"),
        (loading, "Chart", 1, "titles", "north"),
        (relations, "Visit", 1, "eager", "Port 1"),
    ],
)
async def test_a_value_is_shown_without_asking_it_what_it_may_not_answer(
    database: OrmDatabase, name: str, key: int, attribute: str, value: str
) -> None:
    shown = named(await apply_scenario(database, name, (key,), Scenario.FRESH), attribute).value
    assert shown is not None
    assert shown.text == value


@pytest.mark.parametrize("module", [loading])
@pytest.mark.parametrize("scenario", [Scenario.FRESH, Scenario.AFTER_COMMIT])
@pytest.mark.parametrize(("name", "attribute"), [("Tree", "noload"), ("Tree", "none"), ("Leaf", "noload")])
async def test_what_is_never_loaded_is_not_called_loaded(
    database: OrmDatabase, name: str, attribute: str, scenario: Scenario
) -> None:
    said = named(await apply_scenario(database, name, (1,), scenario), attribute)
    assert (said.state, said.verdict) == (AttributeState.NEVER, Verdict.NONE)
    assert "lazy='noload' never loads it" in said.note
    entity = entity_of(database, name)
    request = OpenRequest(entity, (1,), entity.relationship(attribute), SAFE, LoaderStrategy.AS_MAPPED)
    opening = await database.instances.open(request)
    assert "never loads it" in _result(opening, None)
    await apply_scenario(database, name, (1,), Scenario.FRESH)  # what a loader has loaded, a commit expires
    eager = await database.instances.open(request._replace(strategy=LoaderStrategy.SELECTINLOAD))
    assert eager.rows, "there is something to be loaded"
    assert "never loads it" not in _result(eager, None)
    assert named(eager.instance, attribute).state is AttributeState.LOADED


@pytest.mark.parametrize("module", [inheritance])
async def test_a_row_of_a_polymorphic_base_is_of_its_own_class(database: OrmDatabase) -> None:
    found = [attribute.name for attribute in (await apply_scenario(database, "Staff", (3,), Scenario.FRESH)).attributes]
    assert {"rank", "calibre", "guns", "size", "company"} <= set(found)


@pytest.mark.parametrize("module", [relations])
async def test_a_collection_of_any_class_gives_its_rows_and_an_iterable_instance_is_one(database: OrmDatabase) -> None:
    for name, attribute, rows in (("Port", "bag", 1), ("Visit", "by_id", 1), ("Person", "by_ship", 1)):
        entity = entity_of(database, name)
        request = OpenRequest(entity, (1,), entity.relationship(attribute), SAFE, LoaderStrategy.SELECTINLOAD)
        assert len((await database.instances.open(request)).rows) == rows, attribute


def test_two_classes_of_one_name_are_both_there() -> None:
    catalog = Catalog([ways.Pier, ways.Bollard, names.Pier])
    assert [entity.name for entity in catalog.entities] == ["ways.Pier", "Bollard", "names.Pier"]
    assert [catalog.mapper(entity).class_ for entity in catalog.entities] == [ways.Pier, ways.Bollard, names.Pier]
    first, bollard, second = catalog.entities
    assert catalog.target(bollard, bollard.relationship("pier")) is first
    assert second.relationship("other").target == second.name
    assert catalog.target(second, second.relationship("other")) is second


@pytest.mark.filterwarnings("ignore:Multiple rows returned with uselist=False")  # there are, in one of the mappings
@pytest.mark.parametrize(("module", "mapped"), CLASSES)
async def test_the_options_for_a_walk_load_all_of_it(database: OrmDatabase, mapped: type) -> None:
    entity, failing = entity_of(database, mapped.__name__), list[str]()
    found_ways = tuple(walks(database, entity))
    for key in await listed(database, mapped) if found_ways else ():
        for chosen in (*((way[:1], way) for way in found_ways), found_ways):
            found = await database.benchmarks.eager_select(EagerRequest(entity, key, chosen))
            if found.problem and "aliased(" not in found.problem:  # no option goes on from an aliased class by itself
                failing.append(f"{mapped.__name__} {key}: {found}")
    assert failing == []


def walks(database: OrmDatabase, entity: Entity) -> Iterator[tuple[Step, ...]]:
    """The ways along one relationship of the class, and along two."""
    for one in entity.relationships:
        if not one.is_query:
            yield (Step(entity, one.name),)
            target = entity_of(database, one.target)
            yield from (
                (Step(entity, one.name), Step(target, two.name)) for two in target.relationships if not two.is_query
            )
