"""Schemas of every library: the same paths as by hand, and the errors that a library swallows are seen all the same."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import attrs
import marshmallow
import msgspec
import pytest
from pydantic.dataclasses import dataclass as pydantic_dataclass
from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload, selectinload
from sqlmodel import SQLModel

from pirate_tui.domain.access import Verdict
from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.reads import FoundBy, SchemaReads
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.reads.given import GivenQuery
from pirate_tui.orm.reads.schemas import schema_of
from tests.orm.reads.models import Customer, Order


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


class StructuredAddress(msgspec.Struct):
    """Read in C."""

    city: str


class StructuredCustomer(msgspec.Struct):
    """Has defaults, which msgspec takes in the place of any error."""

    name: str
    has_secret: bool = False
    address: StructuredAddress | None = None


class StructuredItem(msgspec.Struct):
    """Of a collection."""

    quantity: int


class Structured(msgspec.Struct):
    """A whole response."""

    customer: StructuredCustomer
    items: list[StructuredItem] = []


class StructuredEvent(msgspec.Struct):
    """Stops msgspec at what a made-up instance has."""

    currency: Literal["EUR"]
    customer: StructuredCustomer


@dataclass
class Maker:
    """To one, two levels below."""

    name: str


@dataclass
class Product:
    """To one."""

    price: int
    maker: Maker | None


@dataclass
class Line:
    """Of a collection."""

    product: Product


@dataclass
class Data:
    """Read field by field, as converters of one's own do."""

    total: int
    items: list[Line]
    is_new: bool = field(default=True, init=False)


@pydantic_dataclass
class Checked:
    """Pydantic's own dataclass."""

    customer: Maker


@attrs.define
class Named:
    """Of attrs."""

    name: str
    badge: Any
    address: Maker | None


@attrs.define
class Attrs:
    """Of attrs, too."""

    customer: Named
    labels: set[Any]
    note: str = attrs.field(init=False, default="")


class Base(SQLModel):
    """No table: a response."""

    number: str


class ReadTag(SQLModel):
    """Likewise."""

    word: str


class ReadProduct(SQLModel):
    """Likewise."""

    tags: list[ReadTag]


class ReadItem(SQLModel):
    """Likewise."""

    product: ReadProduct


class Modelled(Base):
    """With relationships."""

    items: list[ReadItem]


class Author(marshmallow.Schema):
    """Nested."""

    name = marshmallow.fields.String()


class Comment(marshmallow.Schema):
    """Nested in a dictionary."""

    author = marshmallow.fields.Nested(Author)


class Dumped(marshmallow.Schema):
    """Reads by attribute, by method, and what nobody loads is left out."""

    who = marshmallow.fields.Nested(Author, attribute="billing")
    city = marshmallow.fields.String(attribute="customer.address.city")
    words = marshmallow.fields.Method("all_words")
    password = marshmallow.fields.String(load_only=True, attribute="item_sum")

    def all_words(self, order: Order) -> list[str]:
        """Reads on."""
        return [label.word for label in order.labels]


def as_dict(order: Order) -> dict[str, Any]:
    """A converter of one's own."""
    return {"tags": [tag.word for item in order.items for tag in item.product.tags], "total": order.total}


def swallowing(order: Order) -> int:
    """Catches whatever comes."""
    try:
        return len(order.labels)
    except BaseException:  # noqa: BLE001  that is what it is about
        return -1


class Converter:
    """With a method for it."""

    @classmethod
    def of(cls, order: Order) -> str:
        """Reads the customer."""
        return order.customer.name


CASES = [
    (Structured, Order, "customer customer.address customer.secret items[]"),
    (StructuredEvent, Order, "customer customer.address customer.secret"),
    (Data, Order, "items[] items[].product items[].product.maker"),
    (Checked, Order, "customer"),
    (Attrs, Order, "customer customer.address customer.badge labels[]"),
    (Modelled, Order, "items[] items[].product items[].product.tags[]"),
    (Dumped, Order, "billing customer customer.address labels[]"),
    (Dumped(only=["who"]), Order, "billing"),
    (as_dict, Order, "items[] items[].product items[].product.tags[]"),
    (swallowing, Order, "labels[]"),
    (Converter.of, Order, "customer"),
    (repr, Customer, "address"),
]


class Expected(NamedTuple):
    """What is said of one path."""

    found_by: tuple[FoundBy, ...]
    read_by: tuple[str, ...]


async def reads_of(database: OrmDatabase, target: Any, mapped: type) -> SchemaReads:
    entity = database.models.catalog.entity(inspect(mapped))
    return await database.reads.find(schema_of(target, "schemas:it", mapped), entity)


@pytest.mark.parametrize(("schema", "mapped", "paths"), CASES, ids=lambda one: getattr(one, "__name__", "_"))
async def test_the_paths_of_every_library_are_right(
    database: OrmDatabase, schema: Any, mapped: type, paths: str
) -> None:
    found = await reads_of(database, schema, mapped)
    assert [str(read.path) for read in found.reads] == paths.split()
    assert found.queries == ()
    assert [str(read.path) for read in found.reads if not read.is_proved] == []


async def test_what_was_found_how_and_who_reads_it_is_told(database: OrmDatabase) -> None:
    found = await told(database, Data)
    assert found["items[].product"] == Expected((FoundBy.ANNOTATIONS,), ("Data.total ← Order.total", "Line.product"))
    found = await told(database, as_dict)
    assert found["items[].product"] == Expected((FoundBy.TRACE,), ("Order.total", "as_dict"))
    assert found["items[].product.tags[]"] == Expected((FoundBy.TRACE,), ("as_dict",))
    assert (await told(database, Dumped))["labels[]"].read_by == ("Dumped.all_words",)


async def told(database: OrmDatabase, schema: Any) -> dict[str, Expected]:
    found = await reads_of(database, schema, Order)
    return {str(read.path): Expected(read.found_by, read.read_by) for read in found.reads}


async def test_a_default_that_hides_an_error_is_missing(database: OrmDatabase) -> None:
    """msgspec.convert() swallows whatever reading raises, and takes the default: no error ever comes."""
    customer = joinedload(Order.customer).options(joinedload(Customer.address))
    given = GivenQuery("queries:it", select(Order).options(customer, selectinload(Order.items)), Order)
    entity = database.models.catalog.entity(inspect(Order))
    found = await database.reads.find(schema_of(Structured, "schemas:it", Order), entity, given)
    assert [(str(read.path), read.verdict) for read in found.missing] == [("customer.secret", Verdict.RAISES)]


@pytest.mark.parametrize("target", [3, int, object(), {}, list[int], None])
def test_what_is_no_schema_is_refused(target: Any) -> None:
    with pytest.raises(StartupError, match="is no schema"):
        schema_of(target, "schemas:it", Order)
