"""Loader options as they are typed."""

import pytest

from pirate_tui.domain.options import LoaderOption, attribute, joined, selecting, selecting_in_lines


PARROT = LoaderOption("joinedload", ("Pirate.parrot",))
PAPERS = LoaderOption("undefer", ("Pirate.papers",))
CHAINED = LoaderOption("undefer_group", ('"papers"',), chained=('"papers"', "raiseload=True"))
MEMBERS = LoaderOption("selectinload", ("Ship.members",))
CREW = LoaderOption("selectinload", ("Pirate.crew",), recurses=True)


@pytest.mark.parametrize(
    ("option", "code"),
    [
        (MEMBERS, "selectinload(Ship.members)"),
        (MEMBERS._replace(nested=(PARROT,)), "selectinload(Ship.members).joinedload(Pirate.parrot)"),
        (
            MEMBERS._replace(nested=(PARROT, PAPERS)),
            "selectinload(Ship.members).options(joinedload(Pirate.parrot), undefer(Pirate.papers))",
        ),
        (
            MEMBERS._replace(nested=(CHAINED,)),
            'selectinload(Ship.members).undefer_group("papers", raiseload=True)',
        ),
        (CHAINED, 'undefer_group("papers")'),
        (
            MEMBERS._replace(nested=(CHAINED, PARROT)),
            'selectinload(Ship.members).options(undefer_group("papers"), joinedload(Pirate.parrot))',
        ),
        (CREW, "selectinload(Pirate.crew, recursion_depth=-1)"),
        (
            MEMBERS._replace(nested=(CREW._replace(nested=(PARROT,)),)),
            "selectinload(Ship.members).selectinload(Pirate.crew, recursion_depth=-1).joinedload(Pirate.parrot)",
        ),
    ],
)
def test_an_option_is_written_with_those_inside_of_it(option: LoaderOption, code: str) -> None:
    assert str(option) == code


@pytest.mark.parametrize(
    ("option", "is_recursive"),
    [
        (MEMBERS, False),
        (MEMBERS._replace(nested=(PARROT, PAPERS)), False),
        (CREW, True),
        (CREW._replace(nested=(PARROT,)), True),
        (MEMBERS._replace(nested=(PARROT, CREW)), True),
        (MEMBERS._replace(nested=(PARROT._replace(nested=(CREW,)),)), True),
    ],
)
def test_an_option_is_recursive_when_it_or_one_inside_has_no_end(option: LoaderOption, is_recursive: bool) -> None:  # noqa: FBT001  a parameter of the test
    assert option.is_recursive is is_recursive


def test_options_stand_in_the_select() -> None:
    assert selecting("Ship") == "select(Ship)"
    assert selecting("Ship", (MEMBERS, PAPERS)) == f"select(Ship).options({joined((MEMBERS, PAPERS))})"
    assert joined((MEMBERS, PAPERS)) == "selectinload(Ship.members), undefer(Pirate.papers)"


@pytest.mark.parametrize(
    ("name", "code"),
    [("members", "ship.members"), ("class", "getattr(ship, 'class')"), ("two words", "getattr(ship, 'two words')")],
)
def test_an_attribute_is_typed_after_a_dot_where_it_can_be(name: str, code: str) -> None:
    assert attribute("ship", name) == code


PRODUCT = LoaderOption("joinedload", ("Item.product",))
ITEMS = LoaderOption("selectinload", ("Order.items",), (PRODUCT,))
NOTES = LoaderOption("undefer", ("Customer.notes",))
CUSTOMER = LoaderOption("joinedload", ("Order.customer",), (NOTES, LoaderOption("joinedload", ("Customer.address",))))


def test_a_chained_option_is_not_imported() -> None:
    assert ITEMS.functions == {"selectinload"}
    assert CUSTOMER.functions == {"joinedload", "undefer"}


def test_a_select_has_a_line_for_each_option() -> None:
    assert selecting_in_lines("Order", [ITEMS, NOTES]) == (
        "select(Order).options(",
        "    selectinload(Order.items).joinedload(Item.product),",
        "    undefer(Customer.notes),",
        ")",
    )
    assert selecting_in_lines("Order") == ("select(Order)",)


def test_what_is_too_long_for_a_line_has_a_line_for_each_nested_option() -> None:
    maker = LoaderOption("joinedload", ("Product.manufacturer_of_the_product",))
    product = PRODUCT._replace(nested=(maker, LoaderOption("selectinload", ("Product.tags",))))
    assert selecting_in_lines("Order", [CUSTOMER, ITEMS._replace(nested=(product,))]) == (
        "select(Order).options(",
        "    joinedload(Order.customer).options(",
        "        undefer(Customer.notes),",
        "        joinedload(Customer.address),",
        "    ),",
        "    selectinload(Order.items).joinedload(Item.product).options(",
        "        joinedload(Product.manufacturer_of_the_product),",
        "        selectinload(Product.tags),",
        "    ),",
        ")",
    )
