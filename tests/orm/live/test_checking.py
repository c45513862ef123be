"""A check predicts all attributes at once, and each as it would be predicted alone."""

import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from pirate_tui.domain.access import InstanceSnapshot, Scenario
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import FLEET_ROWS, Base, OpenModels, Remembering, Sailor, Ship
from tests.orm.mappings import make_database
from tests.orm.verdicts import entity_of
from tests.servers import Target, load


def module_of(name: str) -> ModuleType:
    """Mappings of a theme."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what SQLAlchemy says of these mappings is not what is tested
        return import_module(f"tests.orm.mappings.{name}")


def without_values(snapshot: InstanceSnapshot) -> InstanceSnapshot:
    """The snapshot, without what holds the address of an instance."""
    return snapshot._replace(attributes=tuple(one._replace(value=None) for one in snapshot.attributes))


@pytest.mark.parametrize("name", ["asking", "code", "inheritance", "keys", "loading", "names", "relations"])
async def test_all_predictions_are_those_of_each_attribute(
    tmp_path: Path, open_models: OpenModels, listener: Remembering, name: str
) -> None:
    module = module_of(name)
    database = await open_models(make_database(module, tmp_path / "mapped.db"), module.MODELS)
    compared = 0
    for mapped in module.MODELS:
        entity = entity_of(database, mapped.__name__)
        page = await database.rows.page(Query(entity), Seek(limit=1))
        for scenario in Scenario:
            for key in (row.key for row in page.rows if row.key is not None):
                try:
                    checked = await database.instances.check(entity, key, scenario)
                except BrowserError:  # a row that is no instance
                    continue
                alone = await database.instances.apply_scenario(entity, key, scenario)
                assert without_values(checked.snapshot) == without_values(alone)
                listener.statements.clear()
                expected = [await database.instances.predict(attribute.name) for attribute in alone.attributes]
                assert list(checked.predictions) == expected
                assert listener.statements == []
                compared += len(expected)
    assert compared > 50


@pytest.mark.parametrize("scenario", Scenario)
async def test_a_check_on_each_driver_predicts_what_the_inspector_does(
    target: Target, open_models: OpenModels, checked_out: Callable[[OrmDatabase], int], scenario: Scenario
) -> None:
    await load(target, Base.metadata, FLEET_ROWS)
    database = await open_models(target, (Ship, Sailor))
    for name in ("Ship", "Sailor"):
        entity = entity_of(database, name)
        checked = await database.instances.check(entity, (1,), scenario)
        alone = await database.instances.apply_scenario(entity, (1,), scenario)
        assert without_values(checked.snapshot) == without_values(alone)
        expected = [await database.instances.predict(attribute.name) for attribute in alone.attributes]
        assert list(checked.predictions) == expected
        assert checked_out(database) == 0


async def test_statements_are_left_out_where_they_are_not_wanted(tmp_path: Path, open_models: OpenModels) -> None:
    module = module_of("loading")
    database = await open_models(make_database(module, tmp_path / "mapped.db"), module.MODELS)
    entity = entity_of(database, "Tree")
    whole = await database.instances.check(entity, (1,), Scenario.AFTER_COMMIT)
    short = await database.instances.check(entity, (1,), Scenario.AFTER_COMMIT, with_statements=False)
    assert any(prediction.statement for prediction in whole.predictions)
    assert [prediction._replace(statement=()) for prediction in whole.predictions] == list(short.predictions)
