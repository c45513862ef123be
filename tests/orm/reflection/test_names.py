"""Names for classes and attributes: what a developer might have written, and always what Python allows."""

import pytest

from pirate_tui.orm.reflection.names import attribute_name, class_name, many_to_many, many_to_one, one_to_many, unique


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("order_items", "OrderItems"),
        ("OrderDetails", "OrderDetails"),
        ("ORDERS", "Orders"),
        ("Order Details", "OrderDetails"),
        ("a.b", "AB"),
        ("2024_sales", "_2024Sales"),
        ("größe", "Größe"),
        ("класс", "Класс"),
        ('"; DROP', "Drop"),
        ("ﬁsh", "Fish"),
        ("", "Unnamed"),
        (" \t", "Unnamed"),
        ("🦜", "Unnamed"),
        ("none", "None_"),
        ("class", "Class"),
        ("_", "Unnamed"),
        ("x" * 300, "X" + "x" * 99),
    ],
)
def test_a_class_is_called_as_its_developer_might(table: str, expected: str) -> None:
    assert class_name(table) == expected
    assert expected.isidentifier()


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("name", "name"),
        ("First Name", "First_Name"),
        ("price ($)", "price"),
        ("class", "class_"),
        ("None", "None_"),
        ("metadata", "metadata_"),
        ("registry", "registry_"),
        ("awaitable_attrs", "awaitable_attrs_"),
        ("__mapper__", "__mapper___"),
        ("_sa_instance_state", "_sa_instance_state_"),
        ("_private", "_private"),
        ("2nd", "_2nd"),
        ("\x1b[2J", "_2J"),
        ("", "unnamed"),
    ],
)
def test_an_attribute_is_called_like_its_column(column: str, expected: str) -> None:
    assert attribute_name(column) == expected
    assert expected.isidentifier()


def test_a_name_that_is_taken_is_numbered() -> None:
    taken = {"a", "b", "b_2"}
    assert [unique(["a", "c"], taken), unique(["a", "b"], taken), unique(["b"], taken)] == ["c", "b_3", "b_4"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["customer_id"], ["customer", "people", "people_by_customer"]),
        (["customerId"], ["customer", "people", "people_by_customer"]),
        (["CustomerID"], ["Customer", "people", "people_by_Customer"]),
        (["class_id"], ["class_", "people", "people_by_class"]),
        (["paid"], ["people", "people_by_paid"]),
        (["id"], ["people", "people_by_id"]),
        (["_id"], ["people", "people_by__id"]),
        (["account", "person"], ["people", "people_by_account_and_person"]),
    ],
)
def test_a_foreign_key_is_called_by_its_column_else_by_its_table(columns: list[str], expected: list[str]) -> None:
    assert many_to_one(columns, "people") == expected


def test_the_other_side_is_called_by_its_table_and_by_the_column_where_there_are_two() -> None:
    assert one_to_many(["boss_id"], "people", is_only=True) == ["people", "people_by_boss"]
    assert one_to_many(["boss_id"], "people", is_only=False) == ["people_by_boss"]


def test_a_way_through_an_association_is_called_by_its_target() -> None:
    both = ["tags_by_labels", "tags_by_tag_of_labels"]
    assert many_to_many(["tag_id"], "tags", "labels", is_only=True) == ["tags", *both]
    assert many_to_many(["tag_id"], "tags", "labels", is_only=False) == both
