"""What mapped classes add to the text of a traceback: which attribute it was."""

import sys
from collections.abc import Iterator

import pytest
import sqlalchemy

from pirate_tui.domain.pasted import TextExplanation, explain_text
from pirate_tui.orm.explanation.pasted import resolved
from pirate_tui.orm.user_models.loader import load_models
from tests.domain.tracebacks import CASES, SHOP, Made, make


@pytest.fixture(scope="module")
def marked() -> Made:
    """The shop's errors as Python writes them."""
    return make(native=[*CASES])


@pytest.fixture(scope="module")
def unmarked() -> Made:
    """The same without marks below the lines."""
    return make("-X", "no_debug_ranges", native=[*CASES])


@pytest.fixture(scope="module")
def classes() -> Iterator[tuple[type, ...]]:
    """The shop's mapped classes."""
    models = load_models(str(SHOP))
    yield models.classes
    del sys.modules[models.classes[0].__module__]


def explained(text: str, classes: tuple[type, ...]) -> TextExplanation:
    """The explanation of the only error in a text, with the classes."""
    (one,) = explain_text(text)
    return resolved(one, classes)


@pytest.mark.parametrize("case", [name for name, about in CASES.items() if about.attribute])
def test_the_attribute_is_found_in_the_classes(
    marked: Made, unmarked: Made, classes: tuple[type, ...], case: str
) -> None:
    attribute = CASES[case].attribute
    for made in (marked, unmarked):
        text = explained(made["native"][case], classes).text
        if case in {"by_name", "by_getter"}:  # the line does not have it: at most the table of the statement tells
            assert "# no other class has it" not in text
            assert "attribute unknown" in text or "perhaps" in text or "no mapped class has note" in text
        elif case == "formatted" and made is unmarked:  # both are columns
            assert "models    one of: Order.note, Order.customer_id" in text
        else:
            assert text.startswith(f"pirate-tui: Order.{attribute} ")
            assert f"models    Order.{attribute}: " in text


def test_candidates_that_cannot_have_failed_so_are_left_out(unmarked: Made, classes: tuple[type, ...]) -> None:
    text = explained(unmarked["native"]["two_reads"], classes).text
    assert "attribute order.items: the only read on that line" in text
    assert "models    Order.items: the only read on that line that the models have" in text
    assert "order.note" not in text.replace(SOURCE, "")


IS_2_0 = sqlalchemy.__version__.startswith("2.0.")

SOURCE = '`return {"note": order.note, "items": len(order.items)}`'


def test_of_several_classes_that_have_it_none_is_claimed(classes: tuple[type, ...]) -> None:
    text = _traceback("thing.id", "_load_expired")
    assert "models    one of: Customer.id, Item.id, Order.id" in explained(text, classes).text


def test_the_statement_s_table_tells_which_class_it_was(classes: tuple[type, ...]) -> None:
    statement = "[SQL: SELECT item.id FROM item WHERE item.id = ?]\n"
    text = _traceback("thing.id", "_load_expired") + statement
    assert explained(text, classes).text.startswith("pirate-tui: Item.id of the Item ")


def test_an_attribute_that_no_class_has_is_said(classes: tuple[type, ...]) -> None:
    text = explained(_traceback("thing.hull", "_emit_lazyload"), classes).text
    assert "models    no mapped class has hull, which could be loaded so" in text


def test_what_a_serializer_could_not_load_is_told_by_the_statement_s_table(
    marked: Made, classes: tuple[type, ...]
) -> None:
    said = explained(marked["native"]["serialized"], classes).text
    if IS_2_0:  # its error has no statement
        assert said.startswith("pirate-tui: Order.items was read without await, but it was not loaded, or has expired")
        return
    assert said.startswith("pirate-tui: Order.items of the Order was accessed without await, but it is not loaded")
    assert "await order.awaitable_attrs.items   # before it: awaits the load" in said
    assert "select(Order).options(selectinload(Order.items))" in said
    expired = marked["native"]["serialized"].replace("FROM item", "FROM orders")
    assert "was not loaded, or has expired" in explained(expired, classes).text


def test_so_is_what_a_web_application_could_not_answer_with(classes: tuple[type, ...]) -> None:
    said = explained(make(native=["served"])["native"]["served"], classes).text
    how = "was read" if IS_2_0 else "of the Customer was accessed"
    assert said.startswith(f"pirate-tui: Customer.orders {how} without await, but it ")
    assert "read by   pydantic, for what read_customer() returned (shop.py:" in said
    assert IS_2_0 or "select(Customer).options(selectinload(Customer.orders))" in said


def test_what_is_to_be_done_before_a_write_says_so(marked: Made, classes: tuple[type, ...]) -> None:
    assert "await order.awaitable_attrs.items   # before it: " in explained(marked["native"]["replaced"], classes).text
    assert "before it: " not in explained(marked["native"]["to_many"], classes).text


@pytest.mark.parametrize("case", ["concurrent", "sync_engine", "sync_query", "pending_rollback"])
def test_an_error_about_no_attribute_stays_as_it_is(marked: Made, classes: tuple[type, ...], case: str) -> None:
    (one,) = explain_text(marked["native"][case])
    assert resolved(one, classes) == one


def _traceback(code: str, function: str) -> str:
    frames = (
        ("shop/app.py", "show", f"return {code}"),
        ("/x/site-packages/sqlalchemy/orm/attributes.py", "__get__", "return self.impl.get(state, dict_)"),
        ("/x/site-packages/sqlalchemy/orm/state.py", function, "pass"),
    )
    lines = "".join(f'  File "{file}", line 3, in {name}\n    {source}\n' for file, name, source in frames)
    error = "sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called\n"
    return f"Traceback (most recent call last):\n{lines}{error}"
