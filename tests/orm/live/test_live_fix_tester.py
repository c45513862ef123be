"""A fix is tried on the live instance, which then is as the fix has left it; or there is none."""

import pytest

from pirate_tui.domain.access import AccessMode, AttributeRequest, AttributeState, Scenario, TrialRequest, Verdict
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import FailedAccess, LiveTrial, LoaderStrategy, OpenRequest
from pirate_tui.domain.options import Loader
from pirate_tui.domain.remedy import Applies, Remedy, TrialOutcome
from pirate_tui.orm.database import OrmDatabase
from tests.orm.live.test_fix_tester import database, path
from tests.orm.verdicts import entity_of, named


__all__ = ["database", "path"]  # pytest finds them here

LOADS = Remedy("select(Shelf).options(selectinload(Shelf.books))", "", Applies.IN_SELECT)

REFRESH = Remedy('await session.refresh(shelf, ["books"])', "")

AWAITED = Remedy("await shelf.awaitable_attrs.books", "", Applies.INSTEAD)


async def tried(
    database: OrmDatabase,
    key: int,
    remedy: Remedy,
    scenario: Scenario = Scenario.FRESH,
    *,
    attribute: str = "books",
    loader: Loader | None = None,
) -> LiveTrial:
    """What came of the remedy."""
    shelf = entity_of(database, "Shelf")
    return await database.instances.try_fix(TrialRequest(shelf, (key,), scenario, attribute, remedy, loader))


@pytest.mark.parametrize(("remedy", "select"), [(LOADS, 2), (REFRESH, 3), (AWAITED, 2)])
async def test_the_access_follows_and_what_it_holds_is_returned(
    database: OrmDatabase, remedy: Remedy, select: int
) -> None:
    result = await tried(database, 2, remedy)
    assert result.helps
    assert (result.cost.select, result.cost.access) == (select, 0)
    assert result.target is not None
    assert result.target.name == "Book"
    assert [row.key for row in result.rows] == [(2001,), (2002,)]
    assert result.instance is not None
    assert named(result.instance, "books").state is AttributeState.LOADED
    opening = result.as_opening(LoaderStrategy.AS_MAPPED)
    assert opening is not None
    assert (opening.fix, opening.rows, opening.request.mode) == (remedy.code, result.rows, AccessMode.UNSAFE)


async def test_it_is_the_live_instance_from_now_on(database: OrmDatabase) -> None:
    shelf = entity_of(database, "Shelf")
    await tried(database, 2, LOADS)
    accessed = await database.instances.access(AttributeRequest(shelf, "books", AccessMode.UNSAFE))
    assert (accessed.failure, accessed.statements) == (None, 0)
    assert accessed.instance.key == (2,)


async def test_what_does_not_help_raises_again_and_leaves_nothing_checked_out(database: OrmDatabase) -> None:
    result = await tried(database, 2, Remedy("await session.commit()", ""))
    assert (result.trial.outcome, result.helps) == (TrialOutcome.FAILS, False)
    assert "MissingGreenlet" in result.trial.reason
    assert (result.target, result.rows) == (None, ())
    assert result.as_opening(LoaderStrategy.AS_MAPPED) is None
    assert result.instance is not None
    assert named(result.instance, "books").verdict is Verdict.IO
    assert (await tried(database, 2, LOADS)).helps


@pytest.mark.parametrize("scenario", [Scenario.AFTER_COMMIT, Scenario.AFTER_ROLLBACK])
async def test_what_the_fix_does_not_load_is_still_expired(database: OrmDatabase, scenario: Scenario) -> None:
    result = await tried(database, 2, Remedy('await session.refresh(shelf, ["name"])', ""), scenario, attribute="name")
    assert result.helps
    assert result.instance is not None
    assert result.instance.scenario is scenario
    assert named(result.instance, "id").state is AttributeState.EXPIRED
    assert named(result.instance, "books").verdict is Verdict.IO


async def test_a_session_that_expires_nothing_leaves_the_instance_fresh(database: OrmDatabase) -> None:
    keeps = Remedy("async_sessionmaker(engine, expire_on_commit=False)", "", Applies.IN_SESSION)
    result = await tried(database, 2, keeps, Scenario.AFTER_COMMIT, attribute="name")
    assert result.helps
    assert (result.cost.select, result.cost.access) == (1, 0)
    assert result.instance is not None
    assert result.instance.scenario is Scenario.FRESH


async def test_a_select_leaves_a_detached_instance_detached(database: OrmDatabase) -> None:
    result = await tried(database, 2, LOADS, Scenario.DETACHED)
    assert result.helps
    assert (result.cost.select, result.cost.access) == (2, 0)
    assert result.instance is not None
    assert (result.instance.state, result.instance.scenario) == ("detached", Scenario.DETACHED)


async def test_adding_a_detached_instance_attaches_it(database: OrmDatabase) -> None:
    adds = Remedy("session.add(shelf); await shelf.awaitable_attrs.books", "", Applies.INSTEAD)
    result = await tried(database, 2, adds, Scenario.DETACHED)
    assert result.helps
    assert result.instance is not None
    assert (result.instance.state, result.instance.scenario) == ("persistent", Scenario.FRESH)


@pytest.mark.parametrize("remedy", [LOADS, AWAITED])
async def test_the_loader_strategy_of_the_failed_access_is_used_again(database: OrmDatabase, remedy: Remedy) -> None:
    """An awaited access does not help against raiseload, another option does."""
    result = await tried(database, 2, remedy, loader=Loader.RAISELOAD)
    assert result.helps is (remedy is LOADS)


async def test_a_failed_opening_is_tried_as_it_was_made(database: OrmDatabase) -> None:
    shelf = entity_of(database, "Shelf")
    request = OpenRequest(shelf, (2,), shelf.relationships[0], AccessMode.UNSAFE, LoaderStrategy.RAISELOAD)
    failed = FailedAccess.of_opening(await database.instances.open(request))
    assert failed is not None
    assert failed.with_fix(LOADS) == TrialRequest(shelf, (2,), Scenario.FRESH, "books", LOADS, Loader.RAISELOAD)
    opened = request._replace(mode=AccessMode.SAFE, strategy=LoaderStrategy.AS_MAPPED)
    assert FailedAccess.of_opening(await database.instances.open(opened)) is None


async def test_a_failed_access_is_tried_in_its_scenario(database: OrmDatabase) -> None:
    shelf = entity_of(database, "Shelf")
    await database.instances.apply_scenario(shelf, (2,), Scenario.AFTER_COMMIT)
    unsafe, safe = (AttributeRequest(shelf, "name", mode) for mode in (AccessMode.UNSAFE, AccessMode.SAFE))
    failed = FailedAccess.of_access(await database.instances.access(unsafe))
    assert failed is not None
    assert failed.with_fix(REFRESH) == TrialRequest(shelf, (2,), Scenario.AFTER_COMMIT, "name", REFRESH)
    assert FailedAccess.of_access(await database.instances.access(safe)) is None


async def test_what_would_load_too_much_is_skipped_and_nothing_is_live(database: OrmDatabase) -> None:
    result = await tried(database, 1, LOADS)
    assert (result.trial.outcome, result.trial.reason) == (
        TrialOutcome.SKIPPED,
        "it loads more than 1,000 instances",
    )
    assert result.instance is None
    with pytest.raises(BrowserError, match="the instance is gone"):
        await database.instances.access(AttributeRequest(entity_of(database, "Shelf"), "name", AccessMode.UNSAFE))


async def test_what_code_of_the_models_raises_is_no_fault_of_the_fix(database: OrmDatabase) -> None:
    merge = Remedy("shelf = await session.merge(shelf, options=[selectinload(Shelf.books)])", "")
    result = await tried(database, 2, merge, Scenario.DETACHED)
    assert (result.trial.outcome, result.trial.reason) == (TrialOutcome.NOT_PROVED, "model code raised ValueError")
    assert result.instance is None


@pytest.mark.parametrize("applies", [Applies.IN_MAPPING, Applies.IN_ENGINE])
async def test_what_belongs_elsewhere_is_not_tried_and_the_instance_stays(
    database: OrmDatabase, applies: Applies
) -> None:
    shelf = entity_of(database, "Shelf")
    await database.instances.load_instance(shelf, (2,))
    result = await tried(database, 2, Remedy("anything", "", applies))
    assert (result.trial.outcome, result.trial.reason) == (TrialOutcome.NOT_PROVED, f"it belongs {applies.value}")
    accessed = await database.instances.access(AttributeRequest(shelf, "name", AccessMode.UNSAFE))
    assert (accessed.failure, accessed.statements) == (None, 0)


@pytest.mark.parametrize("remedy", [LOADS, REFRESH])
async def test_a_row_that_is_gone_is_said_to_be(database: OrmDatabase, remedy: Remedy) -> None:
    with pytest.raises(BrowserError, match="Shelf 99 is no longer in the database"):
        await tried(database, 99, remedy)


async def test_code_that_is_awaited_is_not_run_again(database: OrmDatabase) -> None:
    """A property may query the database each time: what is awaited takes the place of the access."""
    awaited = Remedy("await shelf.awaitable_attrs.size", "", Applies.INSTEAD)
    result = await tried(database, 2, awaited, attribute="size")
    assert result.helps
    assert (result.cost.access, result.target, result.is_replaced) == (0, None, True)
    assert not (await tried(database, 2, AWAITED)).is_replaced, "the access follows, and holds what was loaded"
