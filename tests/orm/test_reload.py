"""Classes that were read from a database's tables are let go when the tables are read again, whatever was done."""

import gc
from typing import Any
from weakref import WeakSet

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table
from sqlalchemy.orm import Mapper

from pirate_tui.domain.access import AccessMode, AttributeRequest, Scenario
from pirate_tui.domain.comparing import LoadMethod, MeasureRequest
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.loading import LoaderStrategy, OpenAllRequest, OpenRequest
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels
from tests.servers import Target, load


REFLECTED = "pirate_tui.orm.reflection.reflect"
"""The module of the classes that are read from tables."""

RELOADS = 3

METADATA = MetaData()
SHIPS = Table("ships", METADATA, Column("id", Integer, primary_key=True))
SAILORS = Table("sailors", METADATA, Column("id", Integer, primary_key=True), Column("ship_id", ForeignKey("ships.id")))


def live_mappers() -> list[Mapper[Any]]:
    """Every mapper of a reflected class that there is."""
    gc.collect()
    return [
        get_object
        for get_object in gc.get_objects()
        if type(get_object) is Mapper and get_object.class_.__module__ == REFLECTED
    ]


async def do_everything(database: OrmDatabase, entity: Entity) -> None:
    """Whatever may leave something behind: pages, counts, instances, accesses, failures, comparisons."""
    query, keys = Query(entity), ((1,), (2,))
    assert len((await database.rows.page(query, Seek())).rows) == 2
    assert await database.rows.count(query) == 2
    for scenario in Scenario:
        await database.instances.apply_scenario(entity, (1,), scenario)
        await database.instances.predict(entity.columns[0].name)
    for relationship in entity.relationships:
        await database.instances.load_instance(entity, (1,))
        await database.instances.predict(relationship.name)
        accessed = await database.instances.access(AttributeRequest(entity, relationship.name, AccessMode.UNSAFE))
        assert accessed.failure is not None
        for strategy in LoaderStrategy:
            await database.instances.open(OpenRequest(entity, (1,), relationship, AccessMode.SAFE, strategy))
        for mode in AccessMode:
            await database.instances.open_all(
                OpenAllRequest(entity, keys, relationship, mode, LoaderStrategy.AS_MAPPED)
            )
        for way in (LoadMethod.AWAITED, LoadMethod.SELECTINLOAD, LoadMethod.JOINEDLOAD):
            await database.benchmarks.measure(MeasureRequest(entity, keys, relationship, way))


@pytest.mark.thorough
async def test_each_reload_lets_go_of_the_classes_before_it(target: Target, open_models: OpenModels) -> None:
    rows = {SHIPS: [{"id": 1}, {"id": 2}], SAILORS: [{"id": 1, "ship_id": 1}, {"id": 2, "ship_id": 2}]}
    await load(target, METADATA, rows)
    database = await open_models(target, None)  # type: ignore[arg-type]
    before, held = WeakSet(live_mappers()), WeakSet[Mapper[Any]]()
    for _ in range(RELOADS):
        for name in ("Ships", "Sailors"):
            await do_everything(database, await database.models.entity(name))
        made = [live_mapper for live_mapper in live_mappers() if live_mapper not in before]
        assert len(made) == 2, "of this round, and none of those before"
        held.update(made)
        del made
        await database.renew()
    gc.collect()
    assert not held
