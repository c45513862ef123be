"""What a schema reads, as paths, and who reads it."""

import pytest

from pirate_tui.domain.reads import PathStep, ReadPath, merged_readers


ITEMS, PRODUCT = PathStep("items", is_collection=True), PathStep("product")


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ((ITEMS, PRODUCT), "items[].product"),
        ((PathStep("events", is_collection=True), PathStep("to", subclass="Shipped")), "events[].<Shipped>to"),
        ((PathStep("children", is_collection=True, recurs=True),), "children[]*"),
        ((PathStep("parent", recurs=True), PathStep("owner")), "parent*.owner"),
    ],
)
def test_a_path_tells_collections_subclasses_and_recursion(steps: tuple[PathStep, ...], text: str) -> None:
    assert str(ReadPath(steps)) == text


def test_a_path_leads_to_those_that_go_on_from_its_end() -> None:
    items, product = ReadPath((ITEMS,)), ReadPath((ITEMS, PRODUCT))
    assert items.leads_to(product)
    assert items.leads_to(items)
    assert not product.leads_to(items)


def test_code_that_is_named_behind_a_field_is_not_named_alone() -> None:
    readers = ["Order.total", "", "OrderOut.total ← Order.total", "OrderOut.items", "check", "OrderOut.items"]
    assert merged_readers(readers) == ("OrderOut.items", "OrderOut.total ← Order.total", "check")
