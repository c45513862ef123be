"""OpenResult rows: each mode by each loader strategy, through the shipped models and through others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from pirate_tui.domain.access import AccessMode, AttributeState, InstanceSnapshot
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest, OpenResult
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import RowKey, Seek
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.pirates.models import MODELS


OpenModels: TypeAlias = Callable[[Path, Sequence[type]], Awaitable[OrmDatabase]]
CheckedOut: TypeAlias = Callable[[OrmDatabase], int]

SAFE, UNSAFE = AccessMode
MAPPED, SELECTIN, JOINED, SUBQUERY, RAISE = LoaderStrategy
STATEMENTS = {SELECTIN: (2, 0), JOINED: (1, 0), SUBQUERY: (2, 0)}
EVERYTHING = [(mode, strategy) for mode in AccessMode for strategy in LoaderStrategy]


@dataclass
class Case:
    """A relationship to open, and the first cells of the first row that it leads to."""

    database: OrmDatabase
    entity: str
    key: RowKey
    name: str
    first: tuple[str, str]

    async def open(self, mode: AccessMode, strategy: LoaderStrategy) -> OpenResult:
        """Open it."""
        return await open_relationship(self.database, (self.entity, self.key, self.name), mode, strategy)


async def open_relationship(
    database: OrmDatabase, what: tuple[str, RowKey, str], mode: AccessMode, strategy: LoaderStrategy = MAPPED
) -> OpenResult:
    name, key, attribute = what
    entity = next(entity for entity in database.models.catalog.entities if entity.name == name)
    return await database.instances.open(OpenRequest(entity, key, entity.relationship(attribute), mode, strategy))


def states(instance: InstanceSnapshot) -> dict[str, AttributeState]:
    return {attribute.name: attribute.state for attribute in instance.attributes}


@pytest.fixture(params=["members", "pirate_crew", "sailors", "ship"])
async def case(
    request: pytest.FixtureRequest, open_models: OpenModels, world: Path, fleet_file: Path, fleet: tuple[type, type]
) -> Case:
    """To many and to one, of the world that ships and of models that nobody here has heard of."""
    if request.param == "members":
        return Case(await open_models(world, MODELS), "PirateCrew", (1,), "members", ("1", "Monkey D Luffy"))
    if request.param == "pirate_crew":
        return Case(await open_models(world, MODELS), "Pirate", (2,), "pirate_crew", ("1", "Straw Hats"))
    if request.param == "sailors":
        return Case(await open_models(fleet_file, fleet), "Ship", (1,), "sailors", ("1", "Ahab"))
    return Case(await open_models(fleet_file, fleet), "Sailor", (3,), "ship", ("1", "Pequod"))


@pytest.mark.parametrize(("mode", "strategy"), EVERYTHING)
async def test_what_opening_costs_and_gives(
    case: Case, mode: AccessMode, strategy: LoaderStrategy, checked_out: CheckedOut
) -> None:
    opening = await case.open(mode, strategy)
    fails = strategy is RAISE or (strategy is MAPPED and mode is UNSAFE)
    expected = (1, 0) if fails else STATEMENTS.get(strategy, (1, 1))
    assert (opening.cost.select, opening.cost.access) == expected
    assert opening.cost.seconds > 0
    assert (opening.failure is not None) == fails
    shown = [tuple(cell.text for cell in row.cells[:2]) for row in opening.rows[:1]]
    assert shown == ([] if fails else [case.first])
    assert opening.target.name == opening.request.relationship.target
    assert checked_out(case.database) == 0


@pytest.mark.parametrize(("mode", "strategy"), EVERYTHING)
async def test_the_live_instance_is_never_left_expired(case: Case, mode: AccessMode, strategy: LoaderStrategy) -> None:
    opening = await case.open(mode, strategy)
    found = {name: state for name, state in states(opening.instance).items() if state is not AttributeState.NONE}
    opened = found.pop(case.name)
    assert opened is (AttributeState.UNLOADED if opening.failure else AttributeState.LOADED)
    others = {name for name in found if name not in (r.name for r in opening.request.entity.relationships)}
    assert {found[name] for name in others} == {AttributeState.LOADED}
    assert opening.instance.state == "persistent"
    assert (opening.instance.entity, opening.instance.key) == (case.entity, case.key)


@pytest.mark.parametrize("strategy", [MAPPED, RAISE])
async def test_after_a_failure_the_awaited_access_works(case: Case, strategy: LoaderStrategy) -> None:
    before = await case.open(SAFE, MAPPED)
    assert (await case.open(UNSAFE, strategy)).failure is not None
    after = await case.open(SAFE, MAPPED)
    assert (after.rows, after.failure) == (before.rows, None)


async def test_opening_does_not_depend_on_what_was_opened_before(case: Case) -> None:
    for _ in range(2):
        assert (await case.open(SAFE, MAPPED)).cost.access == 1
        assert (await case.open(UNSAFE, SELECTIN)).cost.access == 0
        assert (await case.open(UNSAFE, MAPPED)).failure is not None


async def test_a_row_of_what_was_opened_can_be_opened_itself(case: Case) -> None:
    opening = await case.open(SAFE, MAPPED)
    back = opening.target.relationships[0].name
    key = opening.rows[0].key
    assert key is not None
    inner = await open_relationship(case.database, (opening.target.name, key, back), SAFE)
    assert case.key in [row.key for row in inner.rows]


async def test_resting_selects_the_instance_and_nothing_more(case: Case, checked_out: CheckedOut) -> None:
    entity = next(entity for entity in case.database.models.catalog.entities if entity.name == case.entity)
    instance = await case.database.instances.load_instance(entity, case.key)
    assert instance.label == f"{case.entity} {case.key[0]}"
    assert states(instance)[case.name] is AttributeState.UNLOADED
    assert states(instance)["name"] is AttributeState.LOADED
    assert checked_out(case.database) == 0


async def test_pages_and_counts_give_their_connections_back(case: Case, checked_out: CheckedOut) -> None:
    for entity in case.database.models.catalog.entities:
        page = await case.database.rows.page(Query(entity), Seek())
        assert checked_out(case.database) == 0
        assert await case.database.rows.count(Query(entity)) >= len(page.rows) > 0
        assert checked_out(case.database) == 0


async def test_many_at_once_share_the_live_instance_in_turn(case: Case, checked_out: CheckedOut) -> None:
    modes = [SAFE, UNSAFE] * 5
    openings = await asyncio.gather(*(case.open(mode, MAPPED) for mode in modes))
    assert [opening.failure is not None for opening in openings] == [mode is UNSAFE for mode in modes]
    assert checked_out(case.database) == 0


@pytest.mark.parametrize("mode", AccessMode)
@pytest.mark.parametrize("strategy", [MAPPED, SELECTIN, JOINED, SUBQUERY])
async def test_no_ship_and_no_sailors_are_no_rows(
    open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type], mode: AccessMode, strategy: LoaderStrategy
) -> None:
    database = await open_models(fleet_file, fleet)
    ashore = await open_relationship(database, ("Sailor", (4,), "ship"), mode, strategy)
    assert (ashore.rows, ashore.failure, ashore.cost.access) == ((), None, 0)
    if (mode, strategy) != (UNSAFE, MAPPED):
        empty = await open_relationship(database, ("Ship", (2,), "sailors"), mode, strategy)
        assert (empty.rows, empty.failure) == ((), None)


async def test_an_instance_that_is_gone_is_trouble(
    open_models: OpenModels, fleet_file: Path, fleet: tuple[type, type], checked_out: CheckedOut
) -> None:
    database = await open_models(fleet_file, fleet)
    with pytest.raises(BrowserError, match="Ship 99 is no longer in the database"):
        await database.instances.load_instance(database.models.catalog.entities[0], (99,))
    with pytest.raises(BrowserError, match="Ship 99"):
        await open_relationship(database, ("Ship", (99,), "sailors"), SAFE)
    assert checked_out(database) == 0
