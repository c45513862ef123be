"""Instances by each of the four drivers: opening, verdicts, and the plain access with the error that it raises."""

import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy

from pirate_tui.domain.access import AccessMode, AttributeSnapshot, Scenario, Verdict
from pirate_tui.domain.comparing import LoadMethod, MeasureRequest
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest, OpenResult
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement, StatementStatus
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.errors import MISSING_GREENLET
from tests.orm.conftest import FLEET_ROWS, Base, OpenModels, Sailor, Ship
from tests.orm.verdicts import access, apply_scenario, named, verdict_of, watched
from tests.servers import Target, end_connections, load, read


SAFE, UNSAFE = AccessMode
MAPPED, SELECTIN, JOINED, SUBQUERY, RAISE = LoaderStrategy
SENT = {SELECTIN: (2, 0), JOINED: (1, 0), SUBQUERY: (2, 0)}


@pytest.fixture
async def database(target: Target, open_models: OpenModels) -> OrmDatabase:
    """Two ships and three sailors."""
    await load(target, Base.metadata, FLEET_ROWS)
    return await open_models(target, (Ship, Sailor))


@pytest.fixture
def error(database: OrmDatabase) -> str:
    """What a plain access raises: bare by asyncpg; before SQLAlchemy 2.1 by all but asyncmy; wrapped by the others."""
    driver, is_old = database.dialect.rpartition("+")[2], sqlalchemy.__version__.startswith("2.0")
    is_bare = driver == "asyncpg" or (is_old and driver != "asyncmy")
    return "MissingGreenlet" if is_bare else "StatementError(MissingGreenlet)"


async def opened(database: OrmDatabase, mode: AccessMode, strategy: LoaderStrategy = MAPPED) -> OpenResult:
    """The sailors of the first ship."""
    ship = await database.models.entity("Ship")
    return await database.instances.open(OpenRequest(ship, (1,), ship.relationship("sailors"), mode, strategy))


@pytest.mark.parametrize("mode", AccessMode)
async def test_what_opening_costs_and_gives_by_each_strategy(
    database: OrmDatabase, mode: AccessMode, error: str, checked_out: Callable[[OrmDatabase], int]
) -> None:
    for strategy in LoaderStrategy:
        opening = await opened(database, mode, strategy)
        fails = strategy is RAISE or (strategy is MAPPED and mode is UNSAFE)
        expected = (1, 0) if fails else SENT.get(strategy, (1, 1))
        assert (strategy, opening.cost.select, opening.cost.access) == (strategy, *expected)
        assert [row.cells[1].text for row in opening.rows] == ([] if fails else ["Ahab", "Starbuck"])
        if fails and strategy is MAPPED:
            assert opening.failure is not None
            assert opening.failure.name == error
            assert opening.failure.link.endswith(MISSING_GREENLET)
            assert opening.failure.remedies
        assert checked_out(database) == 0
        gc.collect()  # a coroutine that nobody awaited would warn


async def test_the_statement_that_was_never_sent_is_told(database: OrmDatabase, told: list[Statement]) -> None:
    opening = await opened(database, UNSAFE)
    assert opening.failure is not None
    assert "FROM sailors" in " ".join(opening.failure.statement)
    (unsent,) = [one for one in told if one.outcome is StatementStatus.NEVER_SENT]
    assert "FROM sailors" in unsent.text
    assert opening.instance.state == "persistent"
    assert (await opened(database, SAFE)).failure is None


async def test_it_is_told_too_when_the_connection_was_ended_while_idle(
    database: OrmDatabase, target: Target, error: str, told: list[Statement]
) -> None:
    """What fails is the statement, and no ping of the pool that would hide it."""
    await apply_scenario(database, "Ship", (1,), Scenario.AFTER_COMMIT)
    await end_connections(target)
    found = await access(database, "Ship", "name", UNSAFE)
    assert found.failure is not None
    assert found.failure.name == error
    assert "FROM ships" in " ".join(found.failure.statement)
    assert [one.outcome for one in told][-1] is StatementStatus.NEVER_SENT
    assert (await access(database, "Ship", "name", SAFE)).failure is None


async def test_an_opening_does_not_notice_a_connection_that_was_ended_while_idle(
    database: OrmDatabase, target: Target, error: str
) -> None:
    await opened(database, SAFE)
    await end_connections(target)
    assert (await opened(database, SAFE)).failure is None
    await end_connections(target)
    failed = (await opened(database, UNSAFE)).failure
    assert failed is not None
    assert failed.name == error


@pytest.mark.parametrize("scenario", Scenario)
async def test_what_is_said_of_each_attribute_is_what_the_plain_access_does(
    database: OrmDatabase, scenario: Scenario, checked_out: Callable[[OrmDatabase], int]
) -> None:
    for name in ("Ship", "Sailor"):
        snapshot = await apply_scenario(database, name, (1,), scenario)
        happened = watched(database)
        said = [
            attribute
            for attribute in snapshot.attributes
            if attribute.verdict is not Verdict.NONE or attribute.name == "name"
        ]
        for one in said:
            await database.instances.predict(one.name)
        assert happened == []
        for one in said:
            await apply_scenario(database, name, (1,), scenario)
            assert (one.name, verdict_of(await access(database, name, one.name, UNSAFE))) == (one.name, one.verdict)
            assert checked_out(database) == 0
        gc.collect()


async def test_an_attribute_that_was_awaited_is_loaded(database: OrmDatabase) -> None:
    def of(accessed: Any) -> AttributeSnapshot:
        return named(accessed.instance, "sailors")

    await database.instances.load_instance(await database.models.entity("Ship"), (1,))
    assert of(await access(database, "Ship", "sailors", UNSAFE)).verdict is Verdict.IO
    assert of(await access(database, "Ship", "sailors", SAFE)).verdict is Verdict.NONE
    assert (await access(database, "Ship", "sailors", UNSAFE)).failure is None


async def test_every_way_of_loading_costs_the_same_on_each(database: OrmDatabase, error: str) -> None:
    ship = await database.models.entity("Ship")
    sailors = ship.relationship("sailors")
    expected = {
        LoadMethod.AWAITED: (3, 4, 2, ""),
        LoadMethod.PLAIN: (1, 2, 0, error),
        LoadMethod.RUN_SYNC: (3, 4, 2, ""),
        LoadMethod.SELECTINLOAD: (2, 4, 2, ""),
        LoadMethod.JOINEDLOAD: (1, 3, 2, ""),
        LoadMethod.SUBQUERYLOAD: (2, 4, 2, ""),
        LoadMethod.IMMEDIATELOAD: (3, 4, 2, ""),
        LoadMethod.RAISELOAD: (1, 2, 0, "InvalidRequestError"),
    }
    for way, costs in expected.items():
        run = await database.benchmarks.measure(MeasureRequest(ship, ((1,), (2,)), sailors, way))
        assert (way, run.statements, run.rows, run.instances, run.error) == (way, *costs)
    gc.collect()


async def test_each_statement_is_told_with_its_rows_and_its_cause(database: OrmDatabase, told: list[Statement]) -> None:
    await opened(database, SAFE)
    done = {one.cause: (one.rows, one.outcome) for one in told}
    assert done["Ship 1"] == (1, StatementStatus.DONE)
    assert done["Ship 1.sailors"] == (2, StatementStatus.DONE)


OPEN_TRANSACTIONS = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND state <> 'idle'",
    "mysql": "SELECT count(*) FROM information_schema.innodb_trx JOIN information_schema.processlist "
    "ON id = trx_mysql_thread_id WHERE db = database() AND id <> connection_id()",
}


async def test_nothing_stays_in_a_transaction_while_a_person_thinks(server: Server, open_models: OpenModels) -> None:
    await load(server, Base.metadata, FLEET_ROWS)
    database = await open_models(server, (Ship, Sailor))
    ship = await database.models.entity("Ship")
    counting = OPEN_TRANSACTIONS[server.url.get_backend_name()]
    works: list[Callable[[], Awaitable[object]]] = [
        lambda: database.rows.page(Query(ship), Seek()),
        lambda: database.instances.load_instance(ship, (1,)),
        lambda: opened(database, SAFE),
        lambda: opened(database, UNSAFE),
        lambda: apply_scenario(database, "Ship", (1,), Scenario.AFTER_COMMIT),
        lambda: access(database, "Ship", "name", SAFE),
        lambda: apply_scenario(database, "Ship", (1,), Scenario.AFTER_ROLLBACK),
        lambda: access(database, "Ship", "name", UNSAFE),
    ]
    for work in works:
        await work()
        assert await read(server, counting) == [(0,)]


async def test_parameters_are_told_as_the_driver_takes_them(database: OrmDatabase, told: list[Statement]) -> None:
    await opened(database, UNSAFE)
    by_name = database.dialect.endswith("psycopg")
    assert [one.parameters for one in told if one.cause == "Ship 1"][-1] == ("id_1=1" if by_name else "1")
    assert told[-1].parameters == ("param_1=1" if by_name else "1")
