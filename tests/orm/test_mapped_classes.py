"""A database without models: classes read from its tables when they are asked for, and browsed like any others."""

# ruff: noqa: ASYNC240  small files of a test

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pirate_tui.domain.access import AccessMode, AttributeRequest
from pirate_tui.domain.entity import Bound, Entity, Size
from pirate_tui.domain.failure import BrowserError, StartupError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest, OpenResult
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.reflection.probe import Table
from tests.orm.conftest import Remembering


SHOP = """
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers, placed DATETIME);
    CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE order_tags (order_id REFERENCES orders, tag_id REFERENCES tags, PRIMARY KEY (order_id, tag_id));
    CREATE TABLE "order" (at TEXT, what TEXT);
    CREATE VIEW big AS SELECT id, customer_id FROM orders WHERE id > 1;
    CREATE VIEW broken AS SELECT x FROM gone;
    INSERT INTO customers VALUES (1, 'Nami'), (2, 'Vivi');
    INSERT INTO orders VALUES (1, 1, '2026-01-01'), (2, 1, 5), (3, 2, 'never');
    INSERT INTO tags VALUES (1, 'gift'), (2, 'late');
    INSERT INTO order_tags VALUES (1, 1), (1, 2), (2, 2);
    INSERT INTO "order" VALUES ('now', 'x'), ('now', 'x'), ('then', 'y');
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A shop, with a table that has no key, a view, and a view that is broken."""
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SHOP)
    return path


@pytest.fixture
async def database(path: Path, open_models: object) -> OrmDatabase:
    database: OrmDatabase = await open_models(path, None)  # type: ignore[operator]
    return database


async def opened(database: OrmDatabase, entity: Entity, key: tuple[int, ...], name: str) -> OpenResult:
    """A relationship of one instance, awaited."""
    request = OpenRequest(entity, key, entity.relationship(name), AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    return await database.instances.open(request)


async def test_every_table_and_view_can_be_chosen_with_what_it_relates_to(database: OrmDatabase) -> None:
    found = {choice.name: (choice.table, set(choice.related)) for choice in database.models.choices}
    assert found == {
        "Customers": ("customers", {"Orders"}),
        "Orders": ("orders", {"Customers", "OrderTags"}),
        "Tags": ("tags", {"OrderTags"}),
        "OrderTags": ("order_tags", {"Orders", "Tags"}),
        "Order": ("order", set()),
        "Big": ("big", set()),
        "Broken": ("broken", set()),
    }
    assert database.models.catalog.entities == (), "nothing is mapped before it is asked for"


async def test_foreign_keys_are_followed_both_ways_and_through_associations(database: OrmDatabase) -> None:
    orders = await database.models.entity("Orders")
    assert {
        (relationship.name, relationship.target, relationship.uselist) for relationship in orders.relationships
    } == {
        ("customer", "Customers", False),
        ("order_tags", "OrderTags", True),
        ("tags", "Tags", True),
    }
    tags = await opened(database, orders, (1,), "tags")
    assert [row.key for row in tags.rows] == [(1,), (2,)]
    assert {relationship.name for relationship in tags.target.relationships} == {"order_tags", "orders"}, (
        "so that one can go on from it"
    )
    back = await opened(database, tags.target, (2,), "orders")
    assert [row.key for row in back.rows] == [(1,), (2,)]
    assert back.target == orders
    customer = await opened(database, orders, (3,), "customer")
    assert [cell.text for cell in customer.rows[0].cells] == ["2", "Vivi"]


async def test_a_plain_access_fails_there_as_it_does_with_models(database: OrmDatabase) -> None:
    orders = await database.models.entity("Orders")
    snapshot = await database.instances.load_instance(orders, (1,))
    assert {attribute.name: attribute.verdict.value for attribute in snapshot.attributes}["customer"] == "IO"
    accessed = await database.instances.access(AttributeRequest(orders, "customer", AccessMode.UNSAFE))
    assert accessed.failure is not None
    assert accessed.failure.code == "orders.customer"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Order", [["1", "now", "x"], ["2", "now", "x"], ["3", "then", "y"]]),
        ("Big", [["2", "1"], ["3", "2"]]),
    ],
)
async def test_without_a_key_rows_are_numbered_and_are_no_instances(
    database: OrmDatabase, name: str, cells: list[list[str]]
) -> None:
    entity = await database.models.entity(name)
    query = Query(entity)
    page = await database.rows.page(query, Seek())
    assert [[cell.text for cell in row.cells] for row in page.rows] == cells
    assert {row.key for row in page.rows} == {None}
    following = await database.rows.page(query, Seek(page.rows[0].position))
    assert following.rows == page.rows[1:]
    before = await database.rows.page(query, Seek(page.rows[-1].position, backward=True))
    assert before.rows == page.rows[:-1]
    assert await database.rows.whole(query, page.rows[1]) == tuple(cells[1])
    assert await database.rows.count(query) == len(cells)


async def test_what_is_broken_is_named_and_spoils_only_itself(database: OrmDatabase) -> None:
    with pytest.raises(BrowserError, match=r"broken: .*gone"):
        await database.models.entity("Broken")
    assert {choice.name for choice in database.models.choices if choice.problem} == {"Broken"}
    assert (await database.models.entity("Customers")).relationships


async def test_sizes_are_read_at_one_look_for_each_table(database: OrmDatabase, told: list[Statement]) -> None:
    await database.models.entity("Customers")
    told.clear()
    counted = {"Customers": 2, "Orders": 3, "Tags": 2, "OrderTags": 3, "Order": 3}
    assert await database.models.sizes() == {name: Size(rows, Bound.EXACT) for name, rows in counted.items()}
    assert len({one.number for one in told if one.cause == "sizes of all tables"}) == 1


async def test_of_many_rows_only_the_span_of_their_numbers_is_known(database: OrmDatabase, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(r"""
            CREATE TABLE gaps (id INTEGER PRIMARY KEY);
            CREATE TABLE flakes (id INTEGER PRIMARY KEY);
            CREATE TABLE below (id INTEGER PRIMARY KEY);
            WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1500)
            INSERT INTO gaps SELECT 10 * n FROM n;
            WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1500)
            INSERT INTO flakes SELECT 1700000000000000000 * (n % 2) + n FROM n;
            INSERT INTO below VALUES (-5), (-4);
            CREATE TABLE "a:b ""c"" \:d %s" (id INTEGER PRIMARY KEY);
            INSERT INTO "a:b ""c"" \:d %s" VALUES (1);
        """)
    await database.renew()
    sizes, named = await database.models.sizes(), {choice.table: choice.name for choice in database.models.choices}
    awkward = named['a:b "c" \\:d %s']
    assert {name: str(sizes[name]) for name in ("Customers", awkward, "Gaps", "Flakes", "Below")} == {
        "Customers": "2 rows",
        awkward: "1 row",
        "Gaps": "≤14,991 rows",
        "Flakes": ">1,000 rows",
        "Below": "2 rows",
    }


async def test_another_file_in_its_place_is_read_anew(database: OrmDatabase, path: Path) -> None:
    orders = await database.models.entity("Orders")
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (7)")
    await database.renew()
    assert [choice.name for choice in database.models.choices] == ["Orders"]
    assert [row.key for row in (await database.rows.page(Query(orders), Seek())).rows] == [(7,)]
    with pytest.raises(BrowserError, match="no such class"):
        await database.models.entity("Customers")


@pytest.mark.parametrize(("model", "remembered", "first"), [("Tags", "Orders", "Tags"), (None, "Orders", "Orders")])
async def test_the_class_to_begin_with(database: OrmDatabase, model: str | None, remembered: str, first: str) -> None:
    database.models.set_initial_model(model, remembered)
    assert database.models.choices[0].name == first


async def test_an_unknown_class_to_begin_with_is_wrong_use(database: OrmDatabase) -> None:
    with pytest.raises(StartupError, match="class: Nope; available: Customers, Order, OrderTags") as caught:
        database.models.set_initial_model("Nope", None)
    assert caught.value.exit_code == 2


async def test_a_file_without_tables_has_nothing_to_browse(tmp_path: Path, listener: Remembering) -> None:
    path = tmp_path / "empty.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(StartupError, match="no tables"):
        await open_database(path, None, Limits(30), listener)


@pytest.mark.thorough
async def test_two_thousand_tables_take_no_more_statements_than_two(
    tmp_path: Path, listener: Remembering, told: list[Statement]
) -> None:
    sent = []
    for count in (2, 2_000):
        path = tmp_path / f"{count}.db"
        with closing(sqlite3.connect(path)) as connection, connection:
            for n in range(count):
                connection.execute(f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, t_id REFERENCES t{(n + 1) % count})")
        told.clear()
        database = await open_database(path, None, Limits(30), listener)
        assert len(database.models.choices) == count
        await database.models.entity("T1")
        await database.close()
        sent.append(len({one.number for one in told}))
    assert sent[0] == pytest.approx(sent[1], abs=8), "of t1 and its two neighbours; with two tables they are one"


def test_a_tie_break_is_what_makes_an_order_total() -> None:
    columns = frozenset({"id", "Name"})
    known = Table("ships", columns, frozenset({"Id"}), is_strict=True, row_id="rowid", columns=columns)
    assert (known.tie_break({"ID"}), known.is_total({"ID"})) == (None, True)
    assert (known.tie_break({"name"}), known.is_total({"name"})) == ("rowid", False)
    assert (known.tie_break({"rowid"}), known.is_total({"rowid"})) == (None, True)
    assert [known.may_be_null(name) for name in ("NAME", "flag")] == [False, True]
    exact = known._replace(is_case_insensitive=False, row_id=None)
    assert (exact.tie_break({"ID"}), exact.is_total({"ID"})) == (None, False), "nothing ends it, and it needs an end"
    assert (exact.is_total({"Id"}), exact.may_be_null("name")) == (True, True)
