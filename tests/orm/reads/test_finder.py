"""Every construct of a schema: the paths that it reads, none missing and none too many, and the select, proved."""

import ast
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Select, inspect, select
from sqlalchemy import orm as names_of_orm
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from pirate_tui.domain.access import Verdict
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.reads import FoundBy, SchemaReads
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.errors import constructed
from pirate_tui.orm.reads.finder import MOST_PATHS
from pirate_tui.orm.reads.given import GivenQuery
from pirate_tui.orm.reads.schemas import schema_of
from tests.orm.reads.models import MODELS, Customer, Order
from tests.orm.reads.schemas import (
    NOT_WHOLLY,
    TRUTH,
    Both,
    Branching,
    Buyer,
    Deep,
    Dynamic,
    Eager,
    Indexed,
    Querying,
    Refused,
    Silent,
    WebOrder,
    WriteOnly,
)
from tests.servers import Target, run, url_of


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


TRUTHS = {schema: paths for schema, _, paths in TRUTH}


class Silence(Listener):
    """Hears nothing."""


def name_of(one: Any) -> str:
    return str(getattr(one, "__name__", one)) if not isinstance(one, str) else "_"


async def reads_of(database: OrmDatabase, target: Any, mapped: type) -> SchemaReads:
    entity = database.models.catalog.entity(inspect(mapped))
    schema = schema_of(target, f"schemas:{name_of(target)}", mapped)
    return await database.reads.find(schema, entity)


def statement_of(code: str, *, without_last: bool = False) -> Select[Any]:
    """The select as its text says; without the last of its options, in the innermost call that has any."""
    tree = ast.parse(code, mode="eval")
    if without_last:
        call = tree.body
        assert isinstance(call, ast.Call)
        call.args.pop()
        if not call.args:
            assert isinstance(call.func, ast.Attribute)
            tree.body = call.func.value
    names = {**vars(names_of_orm), **{mapped.__name__: mapped for mapped in MODELS}, "select": select}
    statement: Select[Any] = eval(ast.unparse(tree), names)  # noqa: S307  our own text
    return statement


@pytest.mark.parametrize(("schema", "mapped", "paths"), TRUTH, ids=name_of)
async def test_the_paths_are_right_and_proved(database: OrmDatabase, schema: Any, mapped: type, paths: str) -> None:
    found = await reads_of(database, schema, mapped)
    assert [str(read.path) for read in found.reads] == paths.split()
    assert found.is_proved, found.note
    assert not found.fails


@pytest.mark.parametrize(("schema", "mapped", "paths"), NOT_WHOLLY, ids=name_of)
async def test_what_no_option_loads_is_found(database: OrmDatabase, schema: Any, mapped: type, paths: str) -> None:
    found = await reads_of(database, schema, mapped)
    assert [str(read.path) for read in found.reads] == paths.split()
    assert not found.is_proved or schema is Silent


async def test_what_holds_a_query_is_to_be_awaited(database: OrmDatabase) -> None:
    for schema, verdict, instead in (
        (Dynamic, Verdict.IO, "(await session.scalars(order.views.statement)).all()"),
        (WriteOnly, Verdict.RAISES, "(await session.scalars(order.visits.select())).all()"),
    ):
        found = await reads_of(database, schema, Order)
        assert [(read.verdict, read.option, read.instead) for read in found.reads] == [(verdict, "", instead)]
        assert found.fails


async def test_code_that_sends_queries_of_its_own_is_named(database: OrmDatabase) -> None:
    found = await reads_of(database, Querying, Order)
    assert found.queries == ("Order.rank",)
    assert found.fails


async def test_what_is_never_loaded_is_read_as_empty_and_gets_an_option(database: OrmDatabase) -> None:
    found = await reads_of(database, Silent, Order)
    assert [(read.verdict, read.option) for read in found.reads] == [(Verdict.NONE, "selectinload(Order.ignored)")]
    assert "ignored[]: lazy='noload' is empty whatever the database holds" in found.notes


async def test_what_depends_on_values_is_found_by_rows(database: OrmDatabase) -> None:
    found = await reads_of(database, Branching, Order)
    assert {str(read.path): read.found_by for read in found.reads} == {
        "billing": (FoundBy.ROWS,),
        "customer": (FoundBy.ANNOTATIONS, FoundBy.TRACE),
    }


async def test_a_neighbour_that_is_loaded_proves_nothing(shop_file: Path, database: OrmDatabase) -> None:
    """Every billing customer is some order's customer, so that the session has it."""
    await run(shop_file, "UPDATE orders SET billing_id = customer_id")
    assert [str(read.path) for read in (await reads_of(database, Both, Order)).reads] == TRUTHS[Both].split()
    entity = database.models.catalog.entity(inspect(Order))
    given = GivenQuery("queries:it", select(Order).options(names_of_orm.joinedload(Order.customer)), Order)
    found = await database.reads.find(schema_of(Both, "schemas:it", Order), entity, given)
    assert [str(read.path) for read in found.missing] == ["billing", "billing.address"]


async def test_rows_that_lead_to_too_many_others_are_left_to_smaller_ones(
    shop_file: Path, database: OrmDatabase
) -> None:
    await run(
        shop_file,
        "INSERT INTO items WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
        "SELECT i, 1, 1, 1 FROM n",
    )
    found = await reads_of(database, Deep, Order)
    assert found.is_proved
    await run(shop_file, "DELETE FROM items WHERE order_id = 2")
    found = await reads_of(database, Deep, Order)
    assert not found.is_proved
    assert not found.fails
    assert found.notes == ("every row that reaches items[] loads too much (--limit)",)


async def test_a_schema_that_refuses_good_rows_is_told_apart_from_loads(database: OrmDatabase) -> None:
    found = await reads_of(database, Indexed, Order)  # one order has no items
    assert found.is_proved
    assert found.note.endswith("ValidationError: 1 validation error for Indexed items.0.product.name Field required")


async def test_a_circle_through_several_classes_is_written_out(database: OrmDatabase) -> None:
    """SQLAlchemy refuses recursion_depth for a relationship that leads to another class."""
    found = await reads_of(database, Buyer, Customer)
    paths = [str(read.path) for read in found.reads]
    assert paths == [
        ".".join(["orders[]", "billing", "orders[]", "billing", "orders[]", "billing", "orders[]"][: at + 1])
        for at in range(7)
    ]
    assert "recursion_depth" not in found.select
    assert found.statements
    assert "a circle of classes, by orders: only a few levels are written out" in found.notes
    assert found.reads[1].read_by == ("Paying.billing",)
    assert not found.fails


async def test_a_web_of_classes_is_followed_to_a_limit(database: OrmDatabase) -> None:
    found = await reads_of(database, WebOrder, Order)
    assert 10 < len(found.reads) <= MOST_PATHS
    assert found.notes[0] == "it does not end, and was stopped: what else it reads is not known"
    assert found.statements is None
    assert not found.fails


def stops(order: Order) -> str:
    """Fails on what no made-up instance has."""
    if order.number != "x":
        raise ValueError("no")
    return order.customer.name


async def test_a_converter_that_fails_on_every_row_proves_nothing(database: OrmDatabase) -> None:
    found = await reads_of(database, stops, Order)
    assert [str(read.path) for read in found.reads] == ["customer"]
    assert not found.is_proved
    assert found.note == "ValueError: no"


def endless(order: Order) -> None:
    """Never ends."""
    is_loaded = order.customer is not None
    while is_loaded:
        pass


async def test_a_schema_that_does_not_end_is_stopped(shop_file: Path) -> None:
    database = await open_database(shop_file, MODELS, Limits(30, blocking=0.2), Silence())
    try:
        found = await reads_of(database, endless, Order)
    finally:
        await database.close()
    assert [str(read.path) for read in found.reads] == ["customer"]
    assert found.notes == ("it does not end, and was stopped: what else it reads is not known",)
    assert not found.is_proved


async def test_the_cost_is_that_of_the_select(database: OrmDatabase) -> None:
    found = await reads_of(database, Deep, Order)
    assert (found.statements, found.instances) == (3, 3)
    assert found.rows == 8  # orders with their customers, items with their products, tags of one product


async def converted(target: Target, schema: Any, statement: Select[Any]) -> str:
    """Convert what a statement selects, outside any greenlet; the error, if there is one."""
    engine = create_async_engine(url_of(target))
    async with AsyncSession(engine) as session:
        instances = (await session.execute(statement)).unique().scalars().all()
        assert instances
        adapter = TypeAdapter(schema)
        with constructed() as loads:
            for instance in instances:
                with suppress(ValidationError, SQLAlchemyError):  # an index that is not there, or what is in `loads`
                    adapter.validate_python(instance, from_attributes=True)
    await engine.dispose()
    return str(loads[0]) if loads else ""


BY_MAPPING = {"Eager", "EagerOnly", "BackReference"}
"""What rests on the mapping, or on the identity map, which raiseload("*") switches off."""

CONVERTED = [one for one in TRUTH if name_of(one[0]) not in {"Page[ToOne]", "list"}]


@pytest.mark.parametrize(("schema", "mapped", "paths"), CONVERTED, ids=name_of)
async def test_the_select_holds_when_it_is_sealed(
    database: OrmDatabase, shop_file: Path, schema: Any, mapped: type, paths: str
) -> None:
    found = await reads_of(database, schema, mapped)
    statement = statement_of(found.select)
    sealed = statement if name_of(schema) in BY_MAPPING else statement.options(names_of_orm.raiseload("*"))
    assert not await converted(shop_file, schema, sealed)
    if paths:
        short = statement_of(found.select, without_last=True).options(names_of_orm.raiseload("*"))
        assert await converted(shop_file, schema, short)


async def test_the_verdict_of_each_path_is_told(database: OrmDatabase) -> None:
    refused = await reads_of(database, Refused, Order)
    assert [read.verdict for read in refused.reads] == [Verdict.IO, Verdict.RAISES]
    eager = await reads_of(database, Eager, Order)
    assert [(read.verdict, read.option) for read in eager.reads] == [
        (Verdict.IO, "selectinload(Order.items)"),
        (Verdict.IO, "joinedload(Item.product)"),
        (Verdict.NONE, ""),
        (Verdict.IO, "joinedload(Maker.address)"),
    ]
