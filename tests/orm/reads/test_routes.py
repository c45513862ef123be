"""The routes of an app, in both layouts of included routers, and the mapped class that each response is of."""

from typing import Any, Generic, TypeVar

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from pirate_tui.orm.reads.routes import Route, guessed, is_app, responses_of, routes_of
from tests.orm.reads.models import MODELS, Address, Category, Customer, Item, Order, Product, Tag
from tests.orm.reads.schemas import (
    AddressOut,
    Ancestors,
    CustomerOut,
    Deep,
    Flat,
    ItemOut,
    NameOut,
    OwnedTree,
    ProductOut,
    TagOut,
    Tree,
)


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """An envelope."""

    results: list[T]
    total: int


class Envelope(BaseModel):
    """Another one, around a page."""

    data: Page[Deep]
    error: str | None = None


class Token(BaseModel):
    """Of no class."""

    access_token: str


class CustomerUpdate(BaseModel):
    """Requires nothing."""

    name: str | None = None
    address: AddressOut | None = None
    captcha: str = Field(default="")


async def endpoint() -> None:
    """Responds with nothing."""


def test_included_routers_and_mounted_apps_are_followed() -> None:
    app, outer, inner, mounted = (
        FastAPI(openapi_url=None),
        APIRouter(prefix="/v1"),
        APIRouter(),
        FastAPI(openapi_url=None),
    )
    app.get("/orders/{id}", response_model=Deep)(endpoint)
    outer.post("/orders", response_model=Page[Deep])(endpoint)
    inner.get("/deep", response_model=list[Flat])(endpoint)
    mounted.get("/mounted", response_model=TagOut)(endpoint)
    outer.include_router(inner, prefix="/inner")
    app.include_router(outer, prefix="/api")
    app.mount("/sub", mounted)
    assert list(routes_of(app)) == [
        Route("GET /orders/{id}", Deep),
        Route("POST /api/v1/orders", Page[Deep]),
        Route("GET /api/v1/inner/deep", list[Flat]),
        Route("GET /sub/mounted", TagOut),
    ]


def test_routes_that_are_copied_into_the_app_are_found() -> None:
    """As older versions of FastAPI do."""
    app = FastAPI(openapi_url=None)
    app.router.routes.append(APIRoute("/api/v1/orders", endpoint, response_model=Page[Deep], methods=["GET", "HEAD"]))
    assert list(routes_of(app)) == [Route("GET, HEAD /api/v1/orders", Page[Deep])]


@pytest.mark.parametrize(
    ("schema", "mapped"),
    [
        (AddressOut, Address),
        (CustomerOut, Customer),
        (CustomerUpdate, Customer),
        (TagOut, Tag),
        (ProductOut, Product),
        (ItemOut, Item),
        (Deep, Order),
        (Flat, Order),
        (Tree, Category),
        (OwnedTree, Category),
        (Ancestors, Category),
        (Token, None),
        (Envelope, None),
    ],
    ids=lambda one: getattr(one, "__name__", "_"),
)
def test_the_class_is_the_one_that_has_the_fields(schema: type, mapped: type | None) -> None:
    assert guessed(schema, MODELS) is mapped


def test_responses_are_those_in_envelopes_once_each_with_all_their_routes() -> None:
    routes = [
        Route("GET /a", Envelope),
        Route("GET /b", Page[Deep] | None),
        Route("GET /c", list[Deep]),
        Route("GET /d", Token),
        Route("GET /e", None),
        Route("GET /f", dict[str, int]),
    ]
    found: list[tuple[Any, ...]] = [one[:1] + one[2:] for one in responses_of(routes, MODELS, {})]
    assert found == [(Deep, Order, True, ("GET /a", "GET /b", "GET /c")), (Token, None, True, ("GET /d",))]


def test_a_class_that_is_known_is_not_guessed() -> None:
    (found,) = responses_of([Route("GET /", list[NameOut])], MODELS, {id(NameOut): Product})
    assert (found.mapped, found.is_guessed, found.name) == (Product, False, "tests.orm.reads.schemas:NameOut")


def test_an_app_is_told_from_a_schema() -> None:
    assert is_app(FastAPI())
    assert not is_app(FastAPI)
    assert not is_app(Deep)
