"""A walk is one session: what is opened below a row goes on in it, as code does."""

import gc
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import ForeignKey, event, select
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship

from pirate_tui.domain.access import (
    AccessMode,
    AttributeRequest,
    InstanceSnapshot,
    Scenario,
    Verdict,
    Walk,
)
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import FailedAccess, Found, LoaderStrategy, OpenAllRequest, OpenRequest, OpenResult
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.live.held_instance import MOST_WALKS
from tests.orm.conftest import OpenModels
from tests.orm.verdicts import entity_of


SAFE, UNSAFE = AccessMode
MAPPED, SELECTIN, *_ = LoaderStrategy


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Customer(Base):
    """Has orders."""

    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[list["Order"]] = relationship(back_populates="customer", order_by="Order.id")


class Order(Base):
    """Leads to its customer, and from there back."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")
    items: Mapped[list["Item"]] = relationship()
    lines: Mapped[list["Item"]] = relationship(lazy="raise", viewonly=True)


class Item(Base):
    """Does not lead back."""

    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    made_for_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    made_for: Mapped[Customer] = relationship()


class Dataclasses(MappedAsDataclass, AsyncAttrs, DeclarativeBase):
    """Its classes compare by their values, so that they have no hash."""


class Unhashable(Dataclasses):
    """An order."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "orders.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("""
            CREATE TABLE customers (id INTEGER PRIMARY KEY);
            CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER);
            CREATE TABLE items (id INTEGER PRIMARY KEY, order_id INTEGER, made_for_id INTEGER);
            INSERT INTO customers VALUES (1), (2);
            INSERT INTO orders VALUES (1, 1), (2, 1), (3, 2);
            INSERT INTO items VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1);
        """)
    return path


@pytest.fixture
async def database(path: Path, open_models: OpenModels) -> OrmDatabase:
    return await open_models(path, [Customer, Order, Item])


class Walker:
    """Opens relationships below one row, as the table does."""

    def __init__(self, database: OrmDatabase, name: str = "Order", key: int = 1) -> None:
        self.database = database
        self.walk = Walk(entity_of(database, name), (key,))

    async def open(
        self, what: str, mode: AccessMode = SAFE, strategy: LoaderStrategy = MAPPED, *, is_top: bool = False
    ) -> OpenResult:
        """Open `Order 1.customer`."""
        request = self.request(what, mode, strategy, is_top=is_top)
        return await self.database.instances.open(request)

    def request(self, what: str, mode: AccessMode, strategy: LoaderStrategy, *, is_top: bool) -> OpenRequest:
        """The request for `Order 1.customer`."""
        label, attribute = what.split(".")
        name, key = label.split(" ")
        entity, walk = entity_of(self.database, name), None if is_top else self.walk
        return OpenRequest(entity, (int(key),), entity.relationship(attribute), mode, strategy, walk=walk)

    async def rest_on(self, what: str) -> InstanceSnapshot:
        """Rest the cursor on `Order 1`."""
        name, key = what.split(" ")
        return await self.database.instances.load_instance(entity_of(self.database, name), (int(key),), self.walk)

    async def bring_into(self, scenario: Scenario, what: str = "Order 1") -> InstanceSnapshot:
        """Bring the walk into a scenario, with the cursor on that row."""
        name, key = what.split(" ")
        entity = entity_of(self.database, name)
        return await self.database.instances.apply_scenario(entity, (int(key),), scenario, self.walk)


@pytest.fixture
async def walker(database: OrmDatabase) -> AsyncIterator[Walker]:
    yield Walker(database)
    gc.collect()


def verdicts(instance: InstanceSnapshot) -> dict[str, Verdict]:
    return {one.name: one.verdict for one in instance.attributes if not one.kind.runs_code}


def sent(opened: OpenResult) -> tuple[int, int, Found | None]:
    return opened.cost.select, opened.cost.access, opened.found


async def test_what_is_opened_goes_on_in_the_session_of_its_row(walker: Walker) -> None:
    """The first order's customer's second order leads to the customer that is there."""
    assert sent(await walker.open("Order 1.customer", is_top=True)) == (1, 1, None)
    assert sent(await walker.open("Customer 1.orders")) == (0, 1, Found.IN_SESSION)
    assert sent(await walker.open("Order 2.customer")) == (0, 0, Found.IDENTITY_MAP)
    assert sent(await walker.open("Order 1.items")) == (0, 1, Found.IN_SESSION)
    assert sent(await walker.open("Item 1.made_for")) == (0, 0, Found.IDENTITY_MAP)
    there = await walker.rest_on("Item 2")
    assert (verdicts(there)["made_for"], there.session_objects) == (Verdict.IO, 5)


async def test_it_is_what_code_in_one_session_meets(walker: Walker, path: Path) -> None:
    """Each access costs what it costs an application that goes the same way."""
    accesses = ["Order 1.customer", "Customer 1.orders", "Order 2.customer", "Order 2.items", "Item 3.made_for"]
    costs, variables = [], {}
    engine, sent_by_code = create_async_engine(f"sqlite+aiosqlite:///{path}"), list[str]()
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *called: sent_by_code.append(called[2]))
    try:
        async with AsyncSession(engine) as session:
            variables["Order 1"] = (await session.scalars(select(Order).where(Order.id == 1))).one()
            for what in accesses:
                label, name = what.split(".")
                sent_by_code.clear()
                value = await getattr(variables[label].awaitable_attrs, name)
                costs.append(len(sent_by_code))
                for one in value if isinstance(value, list) else [value]:
                    variables[f"{type(one).__name__} {one.id}"] = one
    finally:
        await engine.dispose()
    opened = [await walker.open(what, is_top=what == accesses[0]) for what in accesses]
    assert [one.cost.access for one in opened] == costs == [1, 1, 0, 1, 0]


async def test_a_plain_access_goes_on_too(walker: Walker) -> None:
    await walker.open("Order 1.customer", is_top=True)
    failed = await walker.open("Customer 1.orders", UNSAFE)
    assert failed.failure is not None
    assert sent(failed) == (0, 0, Found.IN_SESSION)
    assert (await walker.open("Order 1.items", UNSAFE)).failure is not None
    assert (await walker.open("Customer 1.orders", SAFE)).failure is None


async def test_a_nested_row_that_is_opened_in_another_way_is_selected_afresh(walker: Walker) -> None:
    await walker.open("Order 1.customer", is_top=True)
    await walker.open("Customer 1.orders")
    again = await walker.open("Customer 1.orders", UNSAFE)
    assert sent(again) == (1, 0, Found.SELECTED_AFRESH)
    assert again.failure is not None
    eager = await walker.open("Customer 1.orders", UNSAFE, SELECTIN)
    assert (sent(eager), eager.failure) == ((2, 0, Found.SELECTED_AFRESH), None)
    assert sent(await walker.open("Order 2.customer")) == (0, 0, Found.IDENTITY_MAP)


async def test_a_row_of_the_table_that_is_opened_in_another_way_begins_a_new_walk(walker: Walker) -> None:
    await walker.open("Order 1.customer", is_top=True)
    failed = await walker.open("Order 1.customer", UNSAFE, is_top=True)
    assert (sent(failed), failed.failure is None) == ((1, 0, None), False)
    assert failed.instance.session_objects == 1
    assert sent(await walker.open("Customer 1.orders")) == (1, 1, Found.SELECTED)


async def test_a_row_that_was_closed_begins_a_new_walk(walker: Walker) -> None:
    await walker.open("Order 1.customer", is_top=True)
    walker.database.instances.end_walk(walker.walk)
    assert sent(await walker.open("Order 1.customer", is_top=True)) == (1, 1, None)


async def test_the_cursor_finds_the_walk_as_it_was_left(walker: Walker, told: list[Statement]) -> None:
    other = Walker(walker.database, key=3)
    await walker.open("Order 1.customer", is_top=True)
    await other.rest_on("Order 3")
    told.clear()
    assert verdicts(await walker.rest_on("Order 1"))["customer"] is Verdict.NONE
    assert verdicts(await walker.rest_on("Customer 1"))["orders"] is Verdict.IO
    assert not told


async def test_looking_at_a_row_loads_nothing_into_it(walker: Walker) -> None:
    """What the identity map would give is not stored by asking: after the session is closed, it is not there."""
    await walker.open("Order 1.customer", is_top=True)
    await walker.open("Customer 1.orders")
    assert verdicts(await walker.rest_on("Order 2"))["customer"] is Verdict.NONE
    await walker.bring_into(Scenario.DETACHED, "Order 2")
    assert verdicts(await walker.rest_on("Order 2"))["customer"] is Verdict.DETACHED


async def test_two_walks_know_nothing_of_each_other(walker: Walker) -> None:
    other = Walker(walker.database, key=2)
    await walker.open("Order 1.customer", is_top=True)
    await walker.open("Customer 1.orders")
    assert verdicts(await other.rest_on("Order 2"))["customer"] is Verdict.IO


@pytest.mark.parametrize("scenario", [Scenario.AFTER_COMMIT, Scenario.AFTER_ROLLBACK, Scenario.DETACHED])
async def test_a_scenario_concerns_the_whole_walk(walker: Walker, scenario: Scenario) -> None:
    await walker.open("Order 1.customer", is_top=True)
    await walker.open("Customer 1.orders")
    brought = await walker.bring_into(scenario, "Customer 1")
    assert brought.scenario is scenario
    rest = [await walker.rest_on(what) for what in ("Order 1", "Customer 1", "Order 2")]
    assert {one.scenario for one in rest} == {scenario}
    expected = Verdict.NONE if scenario is Scenario.DETACHED else Verdict.IO
    assert {verdicts(one)["id"] for one in rest} == {expected}


async def test_enter_acts_in_the_scenario(walker: Walker) -> None:
    await walker.rest_on("Order 1")
    await walker.bring_into(Scenario.AFTER_COMMIT)
    refreshed = await walker.open("Order 1.customer", is_top=True)
    assert (sent(refreshed), refreshed.instance.scenario) == ((0, 2, Found.IN_SESSION), Scenario.AFTER_COMMIT)
    failed = await walker.open("Order 1.customer", UNSAFE, is_top=True)
    assert failed.failure is not None
    assert failed.instance.scenario is Scenario.AFTER_COMMIT


async def test_what_was_loaded_before_a_commit_has_expired(walker: Walker) -> None:
    await walker.open("Order 1.customer", is_top=True)
    await walker.bring_into(Scenario.AFTER_COMMIT)
    failed = await walker.open("Order 1.customer", UNSAFE, is_top=True)
    assert sent(failed) == (0, 0, Found.IN_SESSION)
    assert failed.failure is not None
    assert "expired" in failed.failure.cause


async def test_awaiting_does_not_help_what_is_detached(walker: Walker) -> None:
    await walker.rest_on("Order 1")
    await walker.bring_into(Scenario.DETACHED)
    failed = await walker.open("Order 1.customer", is_top=True)
    assert failed.failure is not None
    assert failed.failure.name.startswith("DetachedInstanceError")
    access = FailedAccess.of_opening(failed)
    assert access is not None
    tried = await walker.database.instances.try_fix(access.with_fix(failed.failure.remedies[0]))
    assert tried.helps


async def test_a_scenario_follows_another_on_a_walk_that_is_walked_again(walker: Walker, told: list[Statement]) -> None:
    await walker.open("Order 1.customer", is_top=True)
    await walker.open("Customer 1.orders")
    told.clear()
    await walker.bring_into(Scenario.AFTER_COMMIT)
    assert not told
    await walker.bring_into(Scenario.DETACHED)
    assert len({one.number for one in told}) == 3
    assert verdicts(await walker.rest_on("Order 1"))["customer"] is Verdict.NONE
    assert verdicts(await walker.rest_on("Order 2"))["customer"] is Verdict.DETACHED
    await walker.bring_into(Scenario.FRESH)
    assert verdicts(await walker.rest_on("Customer 1"))["orders"] is Verdict.NONE


async def test_what_a_loader_option_has_loaded_is_loaded_by_it_again(walker: Walker) -> None:
    await walker.open("Order 1.customer", is_top=True)
    await walker.open("Customer 1.orders")
    await walker.open("Order 2.lines", SAFE, SELECTIN)
    await walker.bring_into(Scenario.AFTER_ROLLBACK)
    await walker.bring_into(Scenario.DETACHED)
    assert verdicts(await walker.rest_on("Order 2"))["lines"] is Verdict.NONE
    assert verdicts(await walker.rest_on("Order 1"))["lines"] is Verdict.RAISES


async def test_what_a_fix_has_loaded_is_loaded_again(walker: Walker) -> None:
    access = FailedAccess.of_opening(await walker.open("Order 1.lines", is_top=True))
    assert access is not None
    assert (await walker.database.instances.try_fix(access.with_fix(access.failure.remedies[0]))).helps
    await walker.bring_into(Scenario.AFTER_COMMIT)
    await walker.bring_into(Scenario.DETACHED)
    assert verdicts(await walker.rest_on("Order 1"))["lines"] is Verdict.NONE


async def test_what_was_loaded_and_closed_is_loaded_again(walker: Walker) -> None:
    """What the inspector has loaded in a walk, too: the session does not know what is shown."""
    await walker.open("Order 1.customer", is_top=True)
    await walker.rest_on("Order 1")
    request = AttributeRequest(entity_of(walker.database, "Order"), "items", SAFE, walker.walk)
    await walker.database.instances.access(request)
    await walker.bring_into(Scenario.AFTER_COMMIT)
    await walker.bring_into(Scenario.DETACHED)
    assert verdicts(await walker.rest_on("Order 1"))["items"] is Verdict.NONE


async def test_a_row_that_is_gone_does_not_end_the_walk(walker: Walker, path: Path) -> None:
    await walker.open("Order 1.customer", is_top=True)
    await walker.open("Customer 1.orders")
    await walker.open("Order 2.items")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM orders WHERE id = 2")
    await walker.bring_into(Scenario.AFTER_COMMIT)
    await walker.bring_into(Scenario.DETACHED)
    assert verdicts(await walker.rest_on("Customer 1"))["orders"] is Verdict.NONE


async def test_resting_on_a_row_that_was_not_loaded_leaves_the_others_as_they_are(walker: Walker) -> None:
    await walker.open("Order 1.customer", is_top=True)
    await walker.bring_into(Scenario.AFTER_COMMIT)
    await walker.open("Order 1.customer", is_top=True)
    assert verdicts(await walker.rest_on("Order 1"))["id"] is Verdict.NONE
    assert verdicts(await walker.rest_on("Order 3"))["id"] is Verdict.IO
    assert verdicts(await walker.rest_on("Order 1"))["id"] is Verdict.NONE


async def test_what_happens_to_one_does_not_spill_over_to_another(walker: Walker) -> None:
    """A sibling that is opened with a loader is selected as any other."""
    await walker.open("Order 1.customer", is_top=True)
    await walker.open("Customer 1.orders")
    await walker.bring_into(Scenario.MADE, "Order 2")
    eager = await walker.open("Customer 1.orders", UNSAFE, SELECTIN)
    assert (eager.failure, eager.instance.scenario) == (None, Scenario.FRESH)


@pytest.mark.parametrize("scenario", [Scenario.MADE, Scenario.UPDATED])
async def test_what_happens_to_one_instance_concerns_that_one(walker: Walker, scenario: Scenario) -> None:
    await walker.open("Order 1.customer", is_top=True)
    await walker.open("Customer 1.orders")
    assert (await walker.bring_into(scenario, "Order 2")).scenario is scenario
    assert (await walker.rest_on("Order 2")).scenario is scenario
    assert (await walker.rest_on("Order 1")).scenario is Scenario.FRESH


async def test_a_class_need_not_be_hashable(path: Path, open_models: OpenModels) -> None:
    """In SQLAlchemy's `MappedAsDataclass`, no class is."""
    walker = Walker(await open_models(path, [Unhashable]), "Unhashable")
    assert (await walker.rest_on("Unhashable 1")).scenario is Scenario.FRESH
    assert (await walker.bring_into(Scenario.UPDATED, "Unhashable 1")).scenario is Scenario.UPDATED


async def test_a_strategy_in_a_scenario_is_that_of_the_select_before_it(walker: Walker) -> None:
    """Loaded before the session was closed, it is there afterwards; nothing else helps."""
    await walker.open("Order 1.items", is_top=True)
    await walker.bring_into(Scenario.DETACHED)
    assert (await walker.open("Order 1.customer", is_top=True)).failure is not None
    eager = await walker.open("Order 1.customer", UNSAFE, SELECTIN, is_top=True)
    assert (eager.failure, eager.instance.scenario) == (None, Scenario.DETACHED)


async def test_all_rows_that_are_opened_at_once_are_one_walk(walker: Walker) -> None:
    order = entity_of(walker.database, "Order")
    request = OpenAllRequest(order, ((1,), (2,), (3,)), order.relationship("customer"), SAFE, MAPPED)
    costs = [opened.cost.access for opened in await walker.database.instances.open_all(request)]
    assert costs == [1, 0, 1]
    assert (await walker.rest_on("Order 1")).session_objects == 5
    await walker.bring_into(Scenario.DETACHED)
    other = Walker(walker.database, key=3)
    assert (await other.rest_on("Order 3")).scenario is Scenario.DETACHED
    await walker.bring_into(Scenario.AFTER_COMMIT)
    assert (await other.rest_on("Order 3")).scenario is Scenario.AFTER_COMMIT
    await walker.bring_into(Scenario.DETACHED)
    walker.database.instances.end_walk(other.walk)
    assert (await walker.rest_on("Order 1")).scenario is Scenario.DETACHED
    assert (await other.rest_on("Order 3")).scenario is Scenario.FRESH


async def test_a_fix_is_tried_in_a_walk_of_its_own_that_then_goes_on(walker: Walker) -> None:
    await walker.open("Order 1.customer", is_top=True)
    access = FailedAccess.of_opening(await walker.open("Customer 1.orders", UNSAFE))
    assert access is not None
    tried = await walker.database.instances.try_fix(access.with_fix(access.failure.remedies[0]))
    assert tried.helps
    assert sent(await walker.open("Order 2.customer")) == (0, 0, Found.IDENTITY_MAP)


async def test_an_access_of_the_inspector_goes_on_in_the_walk(walker: Walker) -> None:
    await walker.open("Order 1.customer", is_top=True)
    await walker.rest_on("Customer 1")
    request = AttributeRequest(entity_of(walker.database, "Customer"), "orders", SAFE, walker.walk)
    assert (await walker.database.instances.access(request)).statements == 1
    assert sent(await walker.open("Customer 1.orders")) == (0, 0, Found.LOADED)


async def test_a_row_that_was_deleted_leaves_the_walk_as_it_is(walker: Walker, path: Path) -> None:
    await walker.open("Order 1.customer", is_top=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM orders WHERE id = 3")
    with pytest.raises(BrowserError, match="Order 3 is no longer in the database"):
        await walker.open("Order 3.items")
    assert sent(await walker.open("Customer 1.orders")) == (0, 1, Found.IN_SESSION)


async def test_sessions_are_let_go_of(database: OrmDatabase) -> None:
    """However many rows are opened: the walks that were left longest ago are ended."""
    walks = database._live.instance._held._walks  # noqa: SLF001  no port tells how many are kept
    for number in range(MOST_WALKS + 20):
        walker = Walker(database)
        walker.walk = walker.walk._replace(key=(number,))
        await walker.open("Order 1.customer")
    assert list(walks)[-1] == ("Order", (MOST_WALKS + 19,))
    assert len(walks) == MOST_WALKS
    await database.close()
    assert not walks


async def test_many_rows_that_were_opened_at_once_count_as_one(database: OrmDatabase) -> None:
    walks = database._live.instance._held._walks  # noqa: SLF001  no port tells how many are kept
    order = entity_of(database, "Order")
    keys = tuple((number,) for number in range(1, 2 * MOST_WALKS))
    await database.instances.open_all(OpenAllRequest(order, keys, order.relationship("customer"), SAFE, MAPPED))
    await Walker(database, "Customer").rest_on("Customer 2")
    assert len(walks) == len(keys) + 1
