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
from pirate_tui.domain.reads import SchemaReads
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.errors import constructed
from pirate_tui.orm.reads.schemas import schema_of
from tests.orm.reads.models import MODELS, Order
from tests.orm.reads.schemas import NOT_WHOLLY, TRUTH, Eager, Refused
from tests.servers import Target, url_of


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


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
