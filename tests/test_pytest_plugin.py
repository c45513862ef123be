"""The plugin for pytest, in runs of pytest of their own: failed tests, the mark, the fixture, and other plugins."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.programs import Ended, run, run_probed


MODELS = """
import asyncio
import pytest
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncAttrs, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(AsyncAttrs, DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list["Item"]] = relationship()

class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))

async def with_order(use):
    engine = create_async_engine("sqlite+aiosqlite://")
    try:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        sessions = async_sessionmaker(engine)
        async with sessions.begin() as session:
            session.add(Order(items=[Item(), Item()]))
        async with sessions() as session:
            order = await session.get(Order, 1)
            return await use(session, order)
    finally:
        await engine.dispose()

async def count(session, order):
    return len(order.items)

async def status(session, order):
    try:
        return 200 + 0 * len(order.items)
    except Exception:
        return 500

async def awaited(session, order):
    return len(await order.awaitable_attrs.items)

async def in_run_sync(session, order):
    return await session.run_sync(lambda _: len(order.items))

async def refreshed(session, order):
    await session.refresh(order, ["items"])
    return len(order.items)
"""

FAILS = "def test_count():\n    assert asyncio.run(with_order(count)) == 2\n"

SWALLOWS = "def test_status():\n    assert asyncio.run(with_order(status)) == 200\n"

EXPLAINED = "pirate-tui: Order.items of Order 1 was accessed without await, but it is not loaded"

TITLE = " pirate-tui ---"

LOADED = "no_lazy_io: attributes were loaded lazily"

BUDGETS = {
    "queryguard": ("max_queries(1)", "queryguard: expected at most 1 query, got "),
    "querycount": ("max_queries(1)", "TooManyQueriesError: "),
    "queryspy": ("queryspy(max_queries=1)", "QueryCountError: expected at most 1 queries, got "),
}
"""Other plugins, each with its mark that limits the number of statements, and what it says of a test with more."""

Start: TypeAlias = Callable[..., Ended]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts pytest on tests of the shop, with the plugin or by `pirate-tui run`, beside one of `BUDGETS` or none."""

    def begin(tests: str, *options: str, is_probed: bool = False, ini: str = "", beside: str = "") -> Ended:
        (tmp_path / "pytest.ini").write_text(f"[pytest]\nasyncio_default_fixture_loop_scope = function\n{ini}")
        (tmp_path / "test_shop.py").write_text(MODELS + tests)
        command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "ignore", "-rN", *options)
        command += tuple(f"-pno:{other}" for other in BUDGETS if other != beside)
        return (run_probed if is_probed else run)(*command, folder=tmp_path)

    return begin


def line(text: str) -> str:
    """Where a line of the models is."""
    lines = MODELS.splitlines()
    return f"test_shop.py:{next(number for number, one in enumerate(lines, 1) if text in one)}"


@pytest.mark.long
def test_nothing_is_said_unless_it_is_asked_for(start: Start) -> None:
    done = start(FAILS)
    assert "1 failed" in done.out
    assert "pirate-tui:" not in done.out + done.err


@pytest.mark.parametrize(
    "way", ["option", "run", pytest.param("ini", marks=pytest.mark.long), pytest.param("both", marks=pytest.mark.long)]
)
def test_a_failed_test_is_explained_once(start: Start, way: str) -> None:
    options = ("--sqla-explain",) if way in {"option", "both"} else ()
    done = start(FAILS, *options, is_probed=way in {"run", "both"}, ini="sqla_explain = true\n" if way == "ini" else "")
    assert "1 failed" in done.out
    assert done.out.count(TITLE) == done.out.count(EXPLAINED) == 1
    assert f"read      {line('return len(order.items)')}" in done.out
    assert f"fix       at {line('session.get(Order, 1)')}: options=[selectinload(Order.items)]" in done.out
    assert "[pirate-tui" not in done.out, "messages stay as they are, for tests that compare them"
    assert "pirate-tui" not in done.err


def test_an_error_that_was_swallowed_is_explained(start: Start) -> None:
    done = start(SWALLOWS, "--sqla-explain")
    assert "assert 500 == 200" in done.out
    assert done.out.count(TITLE) == done.out.count(EXPLAINED) == 1


@pytest.mark.long
def test_tests_that_pass_say_nothing_and_failures_say_their_own(start: Start) -> None:
    tests = "def test_passes():\n    assert asyncio.run(with_order(status)) == 500\n" + FAILS
    done = start(tests, "--sqla-explain")
    assert "1 failed, 1 passed" in done.out
    assert done.out.count(EXPLAINED) == 1
    assert line("return len(order.items)") in done.out.partition(EXPLAINED)[2]


@pytest.mark.long
def test_errors_of_fixtures_are_explained(start: Start) -> None:
    fixture = "@pytest.fixture\ndef number():\n    return asyncio.run(with_order(count))\ndef test_it(number): pass\n"
    done = start(fixture, "--sqla-explain")
    assert "1 error" in done.out
    assert done.out.count(EXPLAINED) == 1


@pytest.mark.long
@pytest.mark.parametrize("is_probed", [False, True])
def test_workers_of_xdist_send_their_sections(start: Start, *, is_probed: bool) -> None:
    done = start(FAILS + SWALLOWS, "-n", "2", "--sqla-explain", is_probed=is_probed)
    assert "2 failed" in done.out
    assert done.out.count(TITLE) == done.out.count(EXPLAINED) == 2


@pytest.mark.long
@pytest.mark.parametrize(
    ("options", "mark"), [(("-p", "asyncio"), "pytest.mark.asyncio"), (("-p", "no:asyncio"), "pytest.mark.anyio")]
)
def test_tests_that_are_coroutines(start: Start, options: tuple[str, ...], mark: str) -> None:
    backend = "@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    tests = f"{backend}@{mark}\nasync def test_count():\n    assert await with_order(count) == 2\n"
    done = start(tests, "--sqla-explain", *options)
    assert "1 failed" in done.out
    assert done.out.count(EXPLAINED) == 1
    assert f"read      {line('return len(order.items)')}" in done.out


@pytest.mark.long
@pytest.mark.parametrize("is_async", [False, True])
def test_a_web_application(start: Start, *, is_async: bool) -> None:
    """TestClient runs it in a thread, httpx in the test's own task."""
    application = """
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    items: list[int]

app = FastAPI()

@app.get("/", response_model=OrderOut)
async def get_order():
    async def itself(session, order):
        return order
    return await with_order(itself)
"""
    in_thread = """
def test_it():
    from fastapi.testclient import TestClient
    assert TestClient(app, raise_server_exceptions=False).get("/").status_code == 200
"""
    in_task = """
def test_it():
    import httpx
    async def asked():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.get("/")
    assert asyncio.run(asked()).status_code == 200
"""
    done = start(application + (in_task if is_async else in_thread), "--sqla-explain")
    assert "assert 500 == 200" in done.out
    assert "read by   pydantic, for what get_order() returned (test_shop.py:" in done.out
    assert f"closed    {line('async with sessions() as session')}" in done.out


@pytest.mark.parametrize(("use", "is_lazy"), [("awaited", True), ("in_run_sync", True), ("refreshed", False)])
def test_the_mark_fails_for_each_lazy_load(start: Start, use: str, *, is_lazy: bool) -> None:
    tests = f"@pytest.mark.no_lazy_io\ndef test_it():\n    assert asyncio.run(with_order({use})) == 2\n"
    done = start(tests, "--strict-markers")
    assert f"1 {'failed' if is_lazy else 'passed'}" in done.out
    if is_lazy:
        where = line("await order.awaitable_attrs" if use == "awaited" else "lambda _: len(order.items)")
        assert f"{LOADED}\n  {where}  Order.items  SELECT item.id" in done.out


@pytest.mark.long
def test_the_mark_leaves_another_failure_alone(start: Start) -> None:
    tests = "@pytest.mark.no_lazy_io\ndef test_it():\n    assert asyncio.run(with_order(awaited)) == 3\n"
    done = start(tests)
    assert "assert 2 == 3" in done.out
    assert done.out.index("assert 2 == 3") < done.out.index(TITLE) < done.out.index(LOADED)
    assert "Failed: no_lazy_io" not in done.out


@pytest.mark.long
@pytest.mark.parametrize("other", BUDGETS)
def test_it_runs_beside_a_plugin_that_counts_statements(start: Start, other: str) -> None:
    """The budget and the lazy load are both told, and each of tests that fail of one alone."""
    mark, exceeded = BUDGETS[other]
    limited = f"@pytest.mark.{mark}\ndef test_{{}}():\n    assert asyncio.run(with_order({{}})) == {{}}\n"
    raises, swallows = limited.format("raises", "count", 2), limited.format("swallows", "status", 500)
    done = start(raises + swallows, "--sqla-explain", beside=other)
    assert "2 failed" in done.out
    assert done.out.count(TITLE) == done.out.count(EXPLAINED) == 2, (
        "where the error was swallowed, only the budget fails"
    )
    assert done.out.count(exceeded) == 1, "a test that has raised has no budget"

    is_lazy = "@pytest.mark.no_lazy_io\n" + limited.format("both", "awaited", 2)
    is_many = limited.format("many", "refreshed", 2)
    few = "def test_few(sqla_statements):\n    asyncio.run(with_order(awaited))\n    assert sqla_statements[-1].rows\n"
    done = start(is_lazy + is_many + few, "--strict-markers", beside=other)
    assert "2 failed, 1 passed" in done.out
    assert done.out.count(exceeded) == 2
    assert done.out.count(LOADED) == done.out.count(TITLE) == 1
    assert f"  {line('await order.awaitable_attrs')}  Order.items  SELECT item.id" in done.out


@pytest.mark.long
def test_the_fixture_lists_what_was_sent(start: Start) -> None:
    tests = """
def test_it(sqla_statements):
    asyncio.run(with_order(awaited))
    order, items = sqla_statements[-2:]
    assert (order.sql.split("FROM")[1], order.parameters, order.cause, order.rows) == (
        " orders WHERE orders.id = ?", (1,), None, 1)
    assert (items.cause, items.rows) == ("Order.items", 2)
    print(order.place, items.place)
    del sqla_statements[:-2]
    assert sqla_statements == []
"""
    done = start(tests, "-vv")
    assert f"{line('session.get(Order, 1)')} {line('await order.awaitable_attrs')}\n" in done.out
    assert "sql='SELECT item.id, item.order_id FROM item WHERE ? = item.order_id'" in done.out
    assert "cause='Order.items'" in done.out


@pytest.mark.long
def test_it_is_one_plugin_however_it_is_named(start: Start) -> None:
    named = ("-p", "pirate_tui.pytest_plugin")
    for is_probed in (False, True):
        done = start(FAILS, *named, "--sqla-explain", is_probed=is_probed)
        assert done.out.count(EXPLAINED) == 1, done.out + done.err


@pytest.mark.long
def test_it_can_be_kept_out(start: Start) -> None:
    done = start(FAILS, "-p", "no:pirate_tui.pytest_plugin", is_probed=True)
    assert "1 failed" in done.out
    assert TITLE not in done.out
    assert EXPLAINED in done.out, "the note of the error, and the log, are the probe's"


@pytest.mark.long
def test_it_imports_nothing_until_it_is_asked_to(start: Start) -> None:
    tests = """
def test_it():
    import sys
    print("LOADED", sorted(name for name in sys.modules if name.startswith("pirate_tui")))
    assert False
"""
    assert "LOADED ['pirate_tui', 'pirate_tui.pytest_plugin']\n" in start(tests).out
