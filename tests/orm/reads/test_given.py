"""A query of the user's: what it does not load of what a schema reads, by its options and on rows."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Select, delete, func, inspect, select, text
from sqlalchemy.orm import (
    aliased,
    contains_eager,
    defaultload,
    defer,
    joinedload,
    lazyload,
    load_only,
    raiseload,
    selectin_polymorphic,
    selectinload,
    subqueryload,
    undefer,
    with_polymorphic,
)

from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.reads import SchemaReads
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.reads.given import given_query
from pirate_tui.orm.reads.schemas import schema_of
from tests.orm.reads.models import Category, Comment, Customer, Event, Item, Order, Paid, Product, Shipped
from tests.orm.reads.schemas import (
    BackReference,
    Deep,
    Deferred,
    Eager,
    EventOut,
    Flat,
    Keyed,
    Polymorphic,
    ProductOut,
    Raised,
    ToOne,
    Tree,
)
from tests.servers import run


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

ALIAS = aliased(Order)
EVENTS = with_polymorphic(Event, [Paid, Shipped])
ORDERS = select(Order)
ADDRESS = joinedload(Order.customer).joinedload(Customer.address)
PRODUCTS = selectinload(Order.items).selectinload(Item.product)

ITEMS = subqueryload(Order.items).options(joinedload(Item.product).subqueryload(Product.tags))

CASES: list[tuple[Any, Select[Any], str]] = [
    (Deep, ORDERS, "customer customer.address items[] items[].product items[].product.tags[]"),
    (
        Deep,
        ORDERS.options(joinedload(Order.customer), selectinload(Order.items)),
        "customer.address items[].product items[].product.tags[]",
    ),
    (Deep, ORDERS.options(ADDRESS, PRODUCTS), "items[].product.tags[]"),
    (Deep, ORDERS.options(ADDRESS, PRODUCTS.selectinload(Product.tags)), ""),
    (Deep, ORDERS.options(ADDRESS, PRODUCTS.selectinload(Product.tags), raiseload("*")), ""),
    (
        Deep,
        ORDERS.options(ADDRESS, ITEMS),
        "",
    ),
    (
        Deep,
        ORDERS.options(ADDRESS).options(defaultload(Order.items).joinedload(Item.product)),
        "items[] items[].product items[].product.tags[]",
    ),
    (Raised, ORDERS.options(joinedload(Order.customer), lazyload("*")), "customer.address"),
    (ProductOut, select(Product).options(selectinload("*")), ""),
    (ToOne, ORDERS.join(Order.customer).options(contains_eager(Order.customer)), ""),
    (ToOne, select(ALIAS).options(joinedload(ALIAS.customer)), ""),
    (ToOne, select(ALIAS), "customer"),
    (ToOne, select(Order).add_columns(Order.number).options(joinedload(Order.customer)), ""),
    (ToOne, ORDERS.where(Order.id > 1).order_by(Order.number).limit(1).options(lazyload(Order.customer)), "customer"),
    (Deferred, ORDERS.options(joinedload(Order.customer)), "customer.notes"),
    (Deferred, ORDERS.options(joinedload(Order.customer).undefer(Customer.notes)), ""),
    (Deferred, ORDERS.options(joinedload(Order.customer).undefer("*")), ""),
    (Flat, ORDERS.options(load_only(Order.id)), "number"),
    (Flat, ORDERS.options(defer(Order.number)), "number"),
    (Flat, ORDERS.options(load_only(Order.id), undefer(Order.number)), ""),
    (Polymorphic, ORDERS.options(selectinload(Order.events)), "events[].<Paid>sum events[].<Shipped>to"),
    (
        Polymorphic,
        ORDERS.options(
            selectinload(Order.events).options(selectin_polymorphic(Event, [Paid, Shipped]), joinedload(Shipped.to))
        ),
        "",
    ),
    (EventOut, select(Event), "<Paid>sum <Shipped>to"),
    (EventOut, select(Event).options(selectin_polymorphic(Event, [Paid])), "<Shipped>to"),
    (EventOut, select(EVENTS), "<Shipped>to"),
    (EventOut, select(EVENTS).options(joinedload(EVENTS.Shipped.to)), ""),
    (Eager, ORDERS.options(selectinload(Order.items).joinedload(Item.product)), "items[].product.maker.address"),
    (
        Eager,
        ORDERS.options(selectinload(Order.items).joinedload(Item.product), raiseload("*")),
        "items[].product.maker items[].product.maker.address",
    ),
    (BackReference, ORDERS.options(selectinload(Order.items)), ""),
    (BackReference, ORDERS.options(selectinload(Order.items), raiseload("*")), "items[].order"),
    (Keyed, ORDERS.options(selectinload(Order.comments).joinedload(Comment.author)), ""),
]

TREES: list[tuple[Any, Select[Any], str]] = [
    (Tree, select(Category).options(selectinload(Category.children)), "children[]*"),
    (Tree, select(Category).options(selectinload(Category.children, recursion_depth=-1)), ""),
    (Tree, select(Category).options(selectinload(Category.children, recursion_depth=2)), "children[]*"),
    (Tree, select(Category).options(selectinload(Category.children, recursion_depth=9)), ""),
]


def name_of(one: Any) -> str:
    return getattr(one, "__name__", "_")


async def compared(database: OrmDatabase, schema: Any, target: Any) -> SchemaReads:
    given = given_query(target, "queries:it")
    entity = database.models.catalog.entity(given.mapper)
    return await database.reads.find(schema_of(schema, "schemas:it", given.mapper.class_), entity, given)


@pytest.mark.parametrize(("schema", "query", "missing"), [*CASES, *TREES], ids=name_of)
async def test_what_a_query_does_not_load_is_missing(
    database: OrmDatabase, schema: Any, query: Select[Any], missing: str
) -> None:
    found = await compared(database, schema, query)
    assert [str(read.path) for read in found.missing] == missing.split()
    assert found.fails is bool(missing)
    assert not found.notes or schema is Tree  # of which it is said that cycles do not end
    assert found.unread == ()


BY_ROWS = {"number", "items[].order"}
"""What only rows can tell: the query refuses what comes by itself."""


@pytest.mark.parametrize(("schema", "query", "missing"), [*CASES, TREES[0]], ids=name_of)
async def test_its_options_tell_without_any_row(
    database: OrmDatabase, shop_file: Any, schema: Any, query: Select[Any], missing: str
) -> None:
    await run(shop_file, *(str(delete(table)) for table in Order.metadata.tables.values()))
    found = await compared(database, schema, query)
    assert [str(read.path) for read in found.missing] == [path for path in missing.split() if path not in BY_ROWS]
    assert found.statements is None


async def test_what_is_loaded_and_never_read_is_noted(database: OrmDatabase) -> None:
    query = ORDERS.options(joinedload(Order.customer), joinedload(Order.billing), selectinload(Order.labels))
    found = await compared(database, ToOne, query)
    assert [str(path) for path in found.unread] == ["billing", "labels[]"]
    assert not found.fails


def needs_an_argument(number: int) -> Select[Any]:
    """No query by itself."""
    return ORDERS.where(Order.id == number)


async def later() -> Select[Any]:
    """A query that must be awaited."""
    return ORDERS


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (lambda: ORDERS, ""),
        (needs_an_argument, "cannot be called without arguments: TypeError"),
        (3, "queries:it: int is no Select"),
        (text("SELECT 1"), "TextClause is no Select"),
        (later, "coroutine is no Select"),
        (select(Order.id), "selects no mapped class first"),
        (select(func.count(), Order), "selects no mapped class first"),
    ],
)
def test_a_query_is_a_select_of_a_mapped_class(target: Callable[[], Select[Any]], said: str) -> None:
    if not said:
        assert given_query(target, "queries:it").mapper is inspect(Order)
        return
    with pytest.raises(StartupError, match=said):
        given_query(target, "queries:it")
