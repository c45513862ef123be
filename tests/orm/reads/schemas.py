"""Schemas of pydantic, each with the paths that it reads of the shop, found by hand."""

# ruff: noqa: D101, D106  each name says what it is about

from typing import Annotated, Any, Generic, Literal, NewType, TypeVar

from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    computed_field,
    field_validator,
    model_validator,
)
from typing_extensions import TypeAliasType

from tests.orm.reads.models import Category, Customer, Event, Item, Label, Order, Vehicle


T = TypeVar("T")


class Out(BaseModel):
    """Reads attributes."""

    model_config = ConfigDict(from_attributes=True)


class AddressOut(Out):
    """No more than a column."""

    city: str


class NameOut(Out):
    """The same."""

    name: str


class CustomerOut(Out):
    """Reads what is lazy="raise"."""

    name: str
    address: AddressOut | None


class TagOut(Out):
    word: str


class ProductOut(Out):
    name: str
    tags: list[TagOut]


class ItemOut(Out):
    quantity: int
    product: ProductOut


class Flat(Out):
    id: int
    number: str


class ToOne(Out):
    customer: NameOut


class Raised(Out):
    customer: CustomerOut


class Optional(Out):
    billing: NameOut | None = None


class Collection(Out):
    items: list[Annotated[Any, "opaque"]]


class Deep(Out):
    customer: CustomerOut
    items: list[ItemOut]


class Alias(Out):
    who: NameOut = Field(validation_alias="customer")


class Path(Out):
    city: str = Field(validation_alias=AliasPath("customer", "address", "city"))


class Indexed(Out):
    first: str = Field(validation_alias=AliasPath("items", 0, "product", "name"))


class Choice(Out):
    who: NameOut = Field(validation_alias=AliasChoices("client", "customer", "billing"))


class ByName(Out):
    model_config = ConfigDict(from_attributes=True, populate_by_name=True)
    customer: NameOut = Field(alias="client")


class Property(Out):
    total: int


class Hybrid(Out):
    class Secretive(Out):
        has_secret: bool

    customer: Secretive


class Proxy(Out):
    class Words(Out):
        tag_words: list[str]

    class Of(Out):
        product: "Proxy.Words"

    items: list[Of]


class Excluded(Out):
    customer: NameOut = Field(exclude=True)


class BeforeModel(Out):
    city: str

    @model_validator(mode="before")
    @classmethod
    def flatten(cls, order: Any) -> Any:
        """Reads deeper than any field says."""
        return (
            {"city": order.customer.address.city if order.customer.address else ""}
            if isinstance(order, Order)
            else order
        )


class BeforeField(Out):
    items: list[str]

    @field_validator("items", mode="before")
    @classmethod
    def names(cls, items: Any) -> Any:
        """Likewise."""
        return [item.product.name for item in items]


class BeforeAnnotated(Out):
    labels: Annotated[int, BeforeValidator(len)]


class Deferred(Out):
    class Of(Out):
        notes: str

    customer: Of


class Refused(Out):
    class Of(Out):
        secret: str | None

    customer: Of


class Computed(Out):
    item_count: int


class DeferredComputed(Out):
    item_sum: int


class Composite(Out):
    class Money(Out):
        amount: int

    price: Money


class Synonym(Out):
    buyer: NameOut


class EventOut(Out):
    kind: str
    sum: int | None = None
    to: AddressOut | None = None


class Polymorphic(Out):
    events: list[EventOut]


class PaidOut(Out):
    kind: Literal["paid"]
    sum: int


class ShippedOut(Out):
    kind: Literal["shipped"]
    to: AddressOut


class PlainOut(Out):
    kind: Literal["event"]


class Discriminated(Out):
    events: list[Annotated[PaidOut | ShippedOut | PlainOut, Field(discriminator="kind")]]


class PolymorphicToOne(Out):
    event: EventOut | None


class VehicleOut(Out):
    kind: str
    doors: int | None = None
    load: int | None = None


class OfOwner(Out):
    vehicles: list[VehicleOut]


class Tree(Out):
    name: str
    children: list["Tree"]


class OwnedTree(Out):
    owner: NameOut | None
    children: list["OwnedTree"]


class Level4(Out):
    name: str


class Level3(Out):
    children: list[Level4]


class Level2(Out):
    children: list[Level3]


class Level1(Out):
    children: list[Level2]


class Level0(Out):
    children: list[Level1]


class Ancestors(Out):
    name: str
    parent: "Ancestors | None"


class Eager(Out):
    class Of(Out):
        class MakerOut(Out):
            name: str
            address: AddressOut | None

        maker: "Eager.Of.MakerOut | None"

    class Line(Out):
        product: "Eager.Of"

    items: list[Line]


class EagerOnly(Out):
    class Of(Out):
        maker: NameOut | None

    class Line(Out):
        product: "EagerOnly.Of"

    items: list[Line]


class Keyed(Out):
    class Of(Out):
        author: NameOut

    comments: dict[str, Of]


class InSet(Out):
    labels: set[Annotated[str, BeforeValidator(lambda label: label.word)]]


class Page(BaseModel, Generic[T]):
    results: list[T]


class Root(RootModel[CustomerOut]):
    model_config = ConfigDict(from_attributes=True)


class RootInside(Out):
    customer: Root


class BackReference(Out):
    class Line(Out):
        class Of(Out):
            number: str

        order: Of

    items: list[Line]


class BackRaise(Out):
    class BadgeOut(Out):
        customer: NameOut

    badge: BadgeOut | None


class Branching(Out):
    payer: NameOut | None


class Reconstructed(Out):
    label: str


class Hiding(Out):
    hidden: int


class Nested(BaseModel):
    """No from_attributes of its own, as under FastAPI."""

    name: str


class Unconfigured(BaseModel):
    customer: Nested


Numbered = NewType("Numbered", NameOut)
Aliased = TypeAliasType("Aliased", list[ItemOut])


class Named(Out):
    customer: Numbered
    items: Aliased


class ComputedField(Out):
    items: list[ItemOut]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def count(self) -> int:
        """Reads the schema itself."""
        return len(self.items)


class Repr(Out):
    text: str = Field(validation_alias="customer")

    @field_validator("text", mode="before")
    @classmethod
    def text_of(cls, customer: Any) -> str:
        """As an f-string would."""
        return f"{customer!r}"


class Both(Out):
    customer: NameOut
    billing: CustomerOut | None


class Circle(Out):
    class Of(Out):
        class Again(Out):
            items: list[ItemOut]

        orders: list["Circle.Of.Again"]

    customer: Of


class Buyer(Out):
    orders: list["Paying"]


class Paying(Out):
    billing: Buyer | None


class WebCustomer(Out):
    orders: list["WebOrder"]
    badge: "WebBadge | None"


class WebBadge(Out):
    customer: WebCustomer


class WebOrder(Out):
    customer: WebCustomer
    billing: WebCustomer | None
    items: list["WebItem"]
    comments: dict[str, "WebComment"]


class WebItem(Out):
    order: WebOrder


class WebComment(Out):
    author: WebCustomer


class Silent(Out):
    ignored: list[TagOut]


class Dynamic(Out):
    views: list[Any]


class WriteOnly(Out):
    visits: list[Any]


class Querying(Out):
    rank: int


TRUTH: list[tuple[Any, type, str]] = [
    (Flat, Order, ""),
    (ToOne, Order, "customer"),
    (Raised, Order, "customer customer.address"),
    (Optional, Order, "billing"),
    (Collection, Order, "items[]"),
    (Deep, Order, "customer customer.address items[] items[].product items[].product.tags[]"),
    (Alias, Order, "customer"),
    (Path, Order, "customer customer.address"),
    (Indexed, Order, "items[] items[].product"),
    (Choice, Order, "customer"),
    (ByName, Order, "customer"),
    (Property, Order, "items[] items[].product"),
    (Hybrid, Order, "customer customer.secret"),
    (Proxy, Order, "items[] items[].product items[].product.tags[]"),
    (Excluded, Order, "customer"),
    (BeforeModel, Order, "customer customer.address"),
    (BeforeField, Order, "items[] items[].product"),
    (BeforeAnnotated, Order, "labels[]"),
    (Deferred, Order, "customer customer.notes"),
    (Refused, Order, "customer customer.secret"),
    (Computed, Order, ""),
    (DeferredComputed, Order, "item_sum"),
    (Composite, Order, ""),
    (Synonym, Order, "customer"),
    (Polymorphic, Order, "events[] events[].<Paid>sum events[].<Shipped>to"),
    (Discriminated, Order, "events[] events[].<Paid>sum events[].<Shipped>to"),
    (PolymorphicToOne, Label, "event event.<Paid>sum event.<Shipped>to"),
    (EventOut, Event, "<Paid>sum <Shipped>to"),
    (VehicleOut, Vehicle, ""),
    (OfOwner, Customer, "vehicles[]"),
    (Tree, Category, "children[]*"),
    (OwnedTree, Category, "children[]* children[]*.owner owner"),
    (
        Level0,
        Category,
        "children[] children[].children[] children[].children[].children[] children[].children[].children[].children[]",
    ),
    (Ancestors, Category, "parent*"),
    (Eager, Order, "items[] items[].product items[].product.maker items[].product.maker.address"),
    (EagerOnly, Order, "items[] items[].product items[].product.maker"),
    (Keyed, Order, "comments[] comments[].author"),
    (InSet, Order, "labels[]"),
    (Page[ToOne], Order, "customer"),
    (list[ToOne], Order, "customer"),
    (RootInside, Order, "customer customer.address"),
    (BackReference, Order, "items[]"),
    (BackRaise, Customer, "badge badge.customer"),
    (Branching, Order, "billing customer"),
    (Hiding, Order, "labels[]"),
    (Reconstructed, Order, "customer"),
    (Unconfigured, Order, "customer"),
    (Named, Order, "customer items[] items[].product items[].product.tags[]"),
    (ComputedField, Order, "items[] items[].product items[].product.tags[]"),
    (Repr, Order, "customer customer.address"),
    (Both, Order, "billing billing.address customer"),
    (
        Circle,
        Order,
        (
            "customer customer.orders[] customer.orders[].items[] customer.orders[].items[].product"
            " customer.orders[].items[].product.tags[]"
        ),
    ),
    (ItemOut, Item, "product product.tags[]"),
]
"""Schema, mapped class, paths: what options load wholly."""

NOT_WHOLLY: list[tuple[Any, type, str]] = [
    (Silent, Order, "ignored[]"),
    (Dynamic, Order, "views[]"),
    (WriteOnly, Order, "visits[]"),
    (Querying, Order, ""),
]
"""Those with something that no option loads, or that is empty by itself."""
