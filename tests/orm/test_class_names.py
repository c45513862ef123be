"""What classes are called: by their own names; namesakes by as much of the module as tells them apart."""

import gc
from collections.abc import Iterator
from typing import Any
from weakref import ref

import pytest
from sqlalchemy import Column, Integer, inspect
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import DeclarativeBase, Mapper

from pirate_tui.domain.entity import own_name
from pirate_tui.orm.class_names import give_names, name_of, names_of
from pirate_tui.orm.entities import Catalog


pytestmark = pytest.mark.filterwarnings(
    f"ignore:This declarative base already contains:{SAWarning.__module__}.SAWarning"
)


class Made:
    """Makes mapped classes of any path on a base of their own."""

    def __init__(self) -> None:
        self.base: Any = type("Base", (DeclarativeBase,), {})

    def mapper(self, path: str) -> Mapper[Any]:
        """A class of that path, for a table of its own: `shop.models:Outer.Item`."""
        module, _, qualname = path.partition(":")
        members = {
            "__module__": module,
            "__qualname__": qualname,
            "__tablename__": f"t{len(self.base.metadata.tables)}",
            "id": Column(Integer, primary_key=True),
        }
        return inspect(type(qualname.rpartition(".")[2], (self.base,), members))


@pytest.fixture
def made() -> Iterator[Made]:
    making = Made()
    yield making
    making.base.registry.dispose()


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["shop:Item", "shop:Order"], ["Item", "Order"]),
        (["namesakes.shop:Item", "namesakes.stock:Item"], ["shop.Item", "stock.Item"]),
        (["shop.models:Item", "stock.models:Item"], ["shop.models.Item", "stock.models.Item"]),
        (["a.shop:Item", "b.shop:Item", "a.stock:Item"], ["a.shop.Item", "b.shop.Item", "stock.Item"]),
        (["shop:Item", "store.shop:Item"], ["shop.Item", "store.shop.Item"]),
        (["shop:Old.Item", "shop:New.Item", "shop:Item"], ["Old.Item", "New.Item", "shop.Item"]),
        (["pirate_tui_models.models:Item", "store.models:Item"], ["models.Item", "store.models.Item"]),
        (["shop:Item", "shop:Item"], ["Item#1", "Item#2"]),
        (["shop:make.<locals>.Item", "shop:make.<locals>.Item", "b:Item"], ["make.Item#1", "make.Item#2", "b.Item"]),
    ],
)
def test_namesakes_are_told_apart_by_the_shortest_end_of_their_paths(
    made: Made, paths: list[str], names: list[str]
) -> None:
    mappers = [made.mapper(path) for path in paths]
    found = names_of(mappers)
    assert [found[mapper] for mapper in mappers] == names
    assert {own_name(name) for name in names} <= {"Item", "Order"}


def test_labels_go_by_the_names_that_were_given_and_hold_nothing_alive(made: Made) -> None:
    shop, stock = made.mapper("a.shop:Item"), made.mapper("a.stock:Item")
    assert name_of(shop) == "Item"
    give_names([shop, stock])
    assert (name_of(shop), name_of(stock)) == ("shop.Item", "stock.Item")
    gone = ref(stock)
    made.base.registry.dispose()
    del stock
    gc.collect()
    assert gone() is None


def test_an_entity_of_a_namesake_is_typed_by_its_own_name(made: Made) -> None:
    shop, _ = Catalog([made.mapper("a.shop:Item").class_, made.mapper("a.stock:Item").class_]).entities
    assert (shop.name, shop.class_name, shop.variable) == ("shop.Item", "Item", "item")
