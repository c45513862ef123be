"""Classes mapped from the database alone: every awkward table spoils only itself, and every foreign key is followed."""

import asyncio
import keyword
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import Connection, Select, create_engine, event, inspect, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Mapper, Session, joinedload, selectinload, subqueryload

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.dialects.registry import reader_of
from pirate_tui.orm.dialects.sqlite.reflection import SQLiteReader
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.reflection.foreign_keys import by_folded_name, real_name
from pirate_tui.orm.reflection.probe import Table
from pirate_tui.orm.reflection.reflect import Key, Reflection
from pirate_tui.orm.reflection.tables import Name, TableType
from pirate_tui.orm.rows.row_statements import RowStatements


Made: TypeAlias = Callable[[str], Connection]

SHOP = """
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(40), referrer_id INTEGER REFERENCES customers);
    CREATE TABLE addresses (id INTEGER PRIMARY KEY, street TEXT);
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES Customers (ID), placed DATETIME,
        billing_address_id INTEGER REFERENCES addresses, shipping INTEGER REFERENCES addresses (id)
    );
    CREATE TABLE products (id INTEGER PRIMARY KEY, sku TEXT UNIQUE, price DECIMAL(10, 2));
    CREATE TABLE order_items (
        order_id INTEGER REFERENCES orders, line INTEGER, product TEXT REFERENCES products (sku),
        PRIMARY KEY (order_id, line)
    );
    CREATE TABLE refunds (
        id INTEGER PRIMARY KEY, order_id INTEGER, line INTEGER,
        FOREIGN KEY (order_id, line) REFERENCES order_items
    );
    CREATE TABLE tags (id INTEGER PRIMARY KEY, word TEXT);
    CREATE TABLE product_tags (
        product_id INTEGER REFERENCES products, tag_id INTEGER REFERENCES tags, PRIMARY KEY (product_id, tag_id)
    ) WITHOUT ROWID;
    INSERT INTO customers VALUES (1, 'Ahab', NULL), (2, 'Starbuck', 1);
    INSERT INTO addresses VALUES (1, 'Quay'), (2, 'Pier');
    INSERT INTO orders VALUES (1, 1, '2026-01-02', 1, 2), (2, 1, 1767312000, 1, 1);
    INSERT INTO products VALUES (1, 'rope', 9.99), (2, 'tar', 'dear');
    INSERT INTO order_items VALUES (1, 1, 'rope'), (1, 2, 'tar');
    INSERT INTO refunds VALUES (1, 1, 2);
    INSERT INTO tags VALUES (1, 'deck'), (2, 'hull');
    INSERT INTO product_tags VALUES (1, 1), (2, 1), (2, 2);
"""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """Connections to databases that scripts make."""
    with ExitStack() as stack:

        def make(script: str) -> Connection:
            path = tmp_path / "made.db"
            raw = sqlite3.connect(path, isolation_level=None)
            raw.executescript(f"PRAGMA synchronous = off; {script}")
            raw.close()
            engine = create_engine(f"sqlite:///{path}")
            stack.callback(engine.dispose)
            return stack.enter_context(engine.connect())

        yield make


@pytest.fixture
async def shop(made: Made, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    made(SHOP)
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'made.db'}")
    yield engine
    await engine.dispose()


def opened(connection: Connection, *names: str) -> Any:
    """The class of a table, or those of some: what reflection makes of them has no type that is known."""
    reflection = Reflection(reader_of(connection))
    found = tuple(reflection.map(connection, name) for name in names)
    return found if len(found) > 1 else found[0]


def mapper_of(mapped: type) -> Mapper[Any]:
    mapper: Mapper[Any] = inspect(mapped)
    return mapper


def ways(mapped: type) -> dict[str, str]:
    """The relationships of a class: where each leads, and `*` where it is a collection."""
    return {
        relationship.key: relationship.mapper.class_.__name__ + "*" * bool(relationship.uselist)
        for relationship in mapper_of(mapped).relationships
    }


def attributes(mapped: type) -> dict[str, str]:
    """The column attributes of a class, and the columns behind them."""
    return {column_attr.key: column_attr.columns[0].name for column_attr in mapper_of(mapped).column_attrs}


def rows(connection: Connection, mapped: type) -> list[Any]:
    """Every row as an instance, loaded."""
    with Session(connection) as session:
        return list(session.scalars(select(mapped)))


def test_names_are_the_tables_and_then_the_views(made: Made) -> None:
    reflection = Reflection(
        reader_of(
            made("CREATE TABLE z (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIEW a AS SELECT * FROM z; ANALYZE;")
        )
    )
    assert reflection.names == (Name("z", TableType.TABLE), Name("a", TableType.VIEW))
    assert [reflection.class_name(name.name) for name in reflection.names] == ["Z", "A"]
    assert reflection.classes == ()


def test_an_empty_database_has_no_names(made: Made) -> None:
    assert Reflection(reader_of(made(""))).names == ()


def test_foreign_keys_become_relationships_both_ways(made: Made) -> None:
    connection = made(SHOP)
    reflection = Reflection(reader_of(connection))
    found = {name.name: ways(reflection.map(connection, name.name)) for name in reflection.names}
    assert found == {
        "addresses": {"orders_by_billing_address": "Orders*", "orders_by_shipping": "Orders*"},
        "customers": {"referrer": "Customers", "customers": "Customers*", "orders": "Orders*"},
        "order_items": {"order": "Orders", "products": "Products", "refunds": "Refunds*"},
        "orders": {
            "customer": "Customers",
            "billing_address": "Addresses",
            "addresses": "Addresses",
            "order_items": "OrderItems*",
        },
        "product_tags": {"product": "Products", "tag": "Tags"},
        "products": {"order_items": "OrderItems*", "product_tags": "ProductTags*", "tags": "Tags*"},
        "refunds": {"order_items": "OrderItems"},
        "tags": {"product_tags": "ProductTags*", "products": "Products*"},
    }
    assert reflection.left_out == {}
    assert reflection.broken == {}


def test_a_relationship_is_lazy_and_knows_its_other_side(made: Made) -> None:
    connection = made(SHOP)
    customers, orders = opened(connection, "customers", "orders")
    one, many = customers.orders.property, orders.customer.property
    assert (one.lazy, many.lazy) == ("select", "select")
    assert many.back_populates == "orders"
    assert (one.direction.name, many.direction.name) == ("ONETOMANY", "MANYTOONE")


def test_only_what_is_asked_for_and_its_neighbours_are_mapped(made: Made) -> None:
    connection = made(SHOP)
    reflection = Reflection(reader_of(connection))
    refunds: Any = reflection.map(connection, "refunds")
    assert [reflection.name(one) for one in reflection.classes] == ["refunds", "order_items"]
    items = refunds.order_items.property.mapper.class_
    assert ways(items) == {}
    assert reflection.map(connection, "order_items") is items
    assert ways(items) == {"order": "Orders", "products": "Products", "refunds": "Refunds*"}
    assert reflection.map(connection, "refunds") is refunds


def test_a_neighbour_loaded_before_it_is_asked_for_gets_its_relationships(made: Made) -> None:
    connection = made(SHOP)
    reflection = Reflection(reader_of(connection))
    reflection.map(connection, "refunds")
    with Session(connection) as session:
        refund: Any = session.scalars(select(reflection.map(connection, "refunds"))).one()
        item = refund.order_items
        reflection.map(connection, "order_items")
        assert item.order.id == 1
        assert item.refunds == [refund]


def test_the_graph_is_known_from_the_foreign_keys_alone(made: Made) -> None:
    reflection = Reflection(reader_of(made(SHOP)))
    assert reflection.related("orders") == ("customers", "addresses", "order_items")
    assert reflection.related("customers") == ("customers", "orders")
    assert reflection.classes == ()


def test_a_name_that_is_none_is_a_key_error(made: Made) -> None:
    connection = made(SHOP)
    with pytest.raises(KeyError, match="nowhere"):
        Reflection(reader_of(connection)).map(connection, "nowhere")


@pytest.mark.parametrize("load", [selectinload, joinedload, subqueryload])
@pytest.mark.parametrize(
    ("name", "attribute", "expected"),
    [
        ("customers", "referrer", [None, 1]),
        ("customers", "customers", [[2], []]),
        ("customers", "orders", [[1, 2], []]),
        ("addresses", "orders_by_billing_address", [[1, 2], []]),
        ("addresses", "orders_by_shipping", [[2], [1]]),
        ("products", "tags", [[1], [1, 2]]),
        ("tags", "products", [[1, 2], [2]]),
        ("order_items", "products", [1, 2]),
        ("order_items", "refunds", [[], [1]]),
        ("refunds", "order_items", [(1, 2)]),
        ("products", "order_items", [[(1, 1)], [(1, 2)]]),
    ],
)
async def test_every_relationship_loads_lazily_and_eagerly(
    shop: AsyncEngine, name: str, attribute: str, expected: list[Any], load: Callable[..., Any]
) -> None:
    async with AsyncSession(shop) as session:
        connection = await session.connection()
        reflection = await connection.run_sync(lambda connection: Reflection(reader_of(connection)))
        mapped = await connection.run_sync(reflection.map, name)
        ordered: Select[Any] = select(mapped).order_by(*mapper_of(mapped).primary_key)
        lazily = [keys(await getattr(one.awaitable_attrs, attribute)) for one in await session.scalars(ordered)]
        session.expunge_all()
        found = (await session.scalars(ordered.options(load(getattr(mapped, attribute))))).unique()
        eagerly = [keys(getattr(one, attribute)) for one in found]
    assert lazily == eagerly == expected


def keys(value: Any) -> Any:
    """An instance by its key, a collection by those of its instances."""
    if isinstance(value, list):
        return sorted(keys(one) for one in value)
    identity = value and inspect(value).identity
    return identity if identity is None or len(identity) > 1 else identity[0]


async def test_two_tasks_may_map_the_same_tables(shop: AsyncEngine) -> None:
    async with shop.connect() as first, shop.connect() as second:
        reflection = await first.run_sync(lambda connection: Reflection(reader_of(connection)))
        mapped = await asyncio.gather(
            first.run_sync(reflection.map, "orders"),
            second.run_sync(reflection.map, "orders"),
        )
        other = await asyncio.gather(
            first.run_sync(reflection.map, "customers"), second.run_sync(reflection.map, "addresses")
        )
    assert mapped[0] is mapped[1]
    assert [*ways(other[0]), *ways(other[1])] == [
        "referrer",
        "customers",
        "orders",
        "orders_by_billing_address",
        "orders_by_shipping",
    ]


def test_reflections_know_nothing_of_each_other(made: Made) -> None:
    connection = made(SHOP)
    first, second = opened(connection, "orders"), opened(connection, "orders")
    assert first is not second
    assert first.registry is not second.registry


@pytest.mark.parametrize("name", ["orders", "order_items", "customers"])
def test_a_reflected_class_is_listed_page_by_page(made: Made, name: str) -> None:
    connection = made(SHOP)
    reflection = Reflection(reader_of(connection))
    mapped = reflection.map(connection, name)
    catalog = Catalog(reflection.classes)
    entity = catalog.entity(mapper_of(mapped))
    key = frozenset(column.name for column in mapper_of(mapped).primary_key)
    known = Table(name, not_null=key, key=key, is_strict=True, row_id=None)
    pages = RowStatements(catalog, known, Query(entity), connection.dialect)
    (stretch,) = pages.segments(Seek())
    read = connection.execute(stretch.rows, {"limit": 9, "skip": 0}).all()
    assert [row.key for row in pages.page(Seek(), read).rows] == [
        inspect(one).identity for one in rows(connection, mapped)
    ]
    assert [relationship.name for relationship in entity.relationships] == list(ways(mapped))
    assert all(catalog.target(entity, relationship) for relationship in entity.relationships)


def test_classes_of_like_names_are_told_apart(made: Made) -> None:
    connection = made(
        "CREATE TABLE order_items (id INTEGER PRIMARY KEY); CREATE TABLE OrderItems (id INTEGER PRIMARY KEY, of_id"
        " REFERENCES order_items); CREATE TABLE 'order items' (id INTEGER PRIMARY KEY, of_id REFERENCES OrderItems);"
    )
    reflection = Reflection(reader_of(connection))
    assert [reflection.map(connection, name.name).__name__ for name in reflection.names] == [
        "OrderItems",
        "OrderItems_2",
        "OrderItems_3",
    ]


def test_relationships_never_hide_a_column(made: Made) -> None:
    connection = made(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, books, boss, boss_id REFERENCES people);"
        "CREATE TABLE books (id INTEGER PRIMARY KEY, author, people, author_id REFERENCES people);"
    )
    people, books = opened(connection, "people", "books")
    assert list(attributes(people)) == ["id", "books", "boss", "boss_id"]
    assert ways(people) == {"people": "People", "people_by_boss": "People*", "books_by_author": "Books*"}
    assert ways(books) == {"people_by_author": "People"}


ODD_NAMES = [
    " ",
    "a b",
    'q"uote',
    "a.b",
    "a:b",
    "100%",
    "(x)",
    "[x]",
    "größe",
    "🦜",
    "2nd",
    "a'b",
    "x\ny",
    ":p",
    "?",
]


def test_real_names_are_only_the_database_s(made: Made) -> None:
    quoted = ['"' + name.replace('"', '""') + '"' for name in ODD_NAMES]
    columns = ", ".join(f"{name} TEXT DEFAULT 'x'" for name in quoted)
    following = [*quoted[1:], quoted[0]]
    connection = made(
        "".join(
            f'CREATE TABLE {name} (k INTEGER PRIMARY KEY, {columns}, "its id" INT DEFAULT 1 REFERENCES {next_name});'  # noqa: S608
            f"INSERT INTO {name} (k) VALUES (1);"
            for name, next_name in zip(quoted, following, strict=True)
        )
    )
    reflection = Reflection(reader_of(connection))
    for name in ODD_NAMES:
        mapped = reflection.map(connection, name)
        assert [*attributes(mapped).values()] == ["k", *ODD_NAMES, "its id"]
        assert len(ways(mapped)) == 2
        with Session(connection) as session:
            one: Any = session.scalars(select(mapped)).one()
            assert [getattr(one, attribute) for attribute in attributes(mapped)] == [1, *"x" * len(ODD_NAMES), 1]
            assert {inspect(row).identity for way in ways(mapped) for row in _listed(getattr(one, way))} == {(1,)}
    assert reflection.broken == {}


def test_a_table_without_a_name_is_read_and_a_column_without_one_spoils_its_table(made: Made) -> None:
    connection = made('CREATE TABLE "" (a); INSERT INTO "" VALUES (1); CREATE TABLE nameless ("", a)')
    reflection = Reflection(reader_of(connection))
    assert [row.a for row in rows(connection, reflection.map(connection, ""))] == [1]
    with pytest.raises(BrowserError, match="non-blank name"):
        reflection.map(connection, "nameless")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_reserved_words_are_names_like_others(made: Made) -> None:
    words = ["order", "group", "select", "returning", "nothing", "true", "null", "rowid", "table", "Window"]
    columns = ", ".join(f'"{word}" DEFAULT 1' for word in words)
    connection = made(
        "".join(f'CREATE TABLE "{word}" ({columns}); INSERT INTO "{word}" DEFAULT VALUES;' for word in words)
    )
    reflection = Reflection(reader_of(connection))
    for word in words:
        assert len(rows(connection, reflection.map(connection, word))) == 1


def test_no_attribute_of_the_base_is_overwritten(made: Made) -> None:
    simple = made("CREATE TABLE t (id INTEGER PRIMARY KEY)")
    taken = {name.lower(): name for name in dir(Reflection(reader_of(simple)).map(simple, "t")) if name != "id"}
    taken |= {word.lower(): word for word in keyword.kwlist}
    columns = ", ".join(f'"{name}" DEFAULT 7' for name in taken.values())
    connection = made(
        f"CREATE TABLE all_taken (key INTEGER PRIMARY KEY, {columns}); INSERT INTO all_taken (key) VALUES (1)"  # noqa: S608
    )
    mapped = Reflection(reader_of(connection)).map(connection, "all_taken")
    assert [*attributes(mapped).values()] == ["key", *taken.values()]
    assert not {*attributes(mapped)} & {*taken.values()}
    (one,) = rows(connection, mapped)
    assert {getattr(one, attribute) for attribute in attributes(mapped)} == {1, 7}


KEYS = """
    CREATE TABLE heap (a INTEGER, b TEXT);
    CREATE TABLE hidden (rowid, _rowid_, oid);
    CREATE TABLE half_hidden (ROWID, oid);
    CREATE TABLE sorted (b, a, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE TABLE loose (a TEXT PRIMARY KEY, b);
    CREATE VIEW seen AS SELECT a, b, a || b AS c FROM heap;
    CREATE VIRTUAL TABLE found USING fts5 (body);
    INSERT INTO heap VALUES (1, 'x'), (1, 'x'), (NULL, NULL), (2, NULL);
    INSERT INTO loose VALUES (NULL, 1), ('k', 2);
    INSERT INTO sorted VALUES (2, 1);
    INSERT INTO found VALUES ('some words');
"""


@pytest.mark.parametrize(
    ("name", "key", "mapped_key"),
    [
        ("heap", Key.ROW_ID, ["rowid"]),
        ("hidden", Key.NONE, ["row"]),
        ("half_hidden", Key.ROW_ID, ["_rowid_"]),
        ("sorted", Key.DECLARED, ["a", "b"]),
        ("loose", Key.DECLARED, ["a"]),
        ("seen", Key.NONE, ["row"]),
        ("found", Key.ROW_ID, ["rowid"]),
    ],
)
def test_what_has_no_key_is_mapped_with_a_number_and_marked(
    made: Made, name: str, key: Key, mapped_key: list[str]
) -> None:
    connection = made(KEYS)
    reflection = Reflection(reader_of(connection))
    mapped: Any = reflection.map(connection, name)
    assert reflection.key(mapped) is key
    assert reflection.has_key(mapped) is (key is Key.DECLARED)
    assert [column.name for column in mapper_of(mapped).primary_key] == mapped_key
    count = connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()  # noqa: S608  of the test's own
    columns = mapper_of(mapped).local_table.c
    assert len(connection.execute(select(*columns)).all()) == count


def test_tables_without_a_key_are_neighbours_too(made: Made) -> None:
    connection = made(
        "CREATE TABLE people (id INTEGER PRIMARY KEY); CREATE TABLE log (person_id REFERENCES people, said);"
        "INSERT INTO people VALUES (1); INSERT INTO log VALUES (1, 'ahoy'), (1, 'belay');"
    )
    people, log = opened(connection, "people", "log")
    assert (ways(people), ways(log)) == ({"log": "Log*"}, {"person": "People"})
    with Session(connection) as session:
        assert sorted(line.said for line in session.get_one(people, 1).log) == ["ahoy", "belay"]


TYPES = {
    "INTEGER": "INTEGER()",
    "INTEGER(11)": "INTEGER()",
    "UNSIGNED BIG INT": "INTEGER()",
    "VARCHAR(10)": "VARCHAR(length=10)",
    "VARCHAR(10, 2)": "VARCHAR(length=10)",
    "TEXT": "TEXT()",
    "REAL": "REAL()",
    "FLOAT(10, 2)": "FLOAT(precision=10)",
    "DECIMAL(10, 2)": "DECIMAL(precision=10, scale=2, asdecimal=False)",
    "BOOLEAN": "BOOLEAN()",
    "BLOB": "BLOB()",
    "DATE": "DATE()",
    "DATETIME": "DATETIME()",
    "DATETIME(6)": "DATETIME()",
    "TIMESTAMP": "TIMESTAMP()",
    "TIME": "TIME()",
    "JSON": "JSON()",
    "MONEY": "NullType()",
    "STRING": "NullType()",
    "UUID": "NullType()",
    "": "NullType()",
}


@pytest.mark.parametrize("declared", TYPES)
def test_a_type_reads_whatever_its_column_holds(made: Made, declared: str) -> None:
    stored = [None, 0, 5, 1.5, "yes", "2026-01-02", "{", b"\xff"]
    connection = made(f"CREATE TABLE t (id INTEGER PRIMARY KEY, value {declared})")
    for value in stored:
        connection.exec_driver_sql("INSERT INTO t (value) VALUES (?)", (value,))
    mapped = opened(connection, "t")
    assert repr(mapped.value.type) == TYPES[declared]
    kept = connection.exec_driver_sql("SELECT value FROM t ORDER BY id").scalars().all()
    expected = [value if value is None else bool(value) for value in kept] if declared == "BOOLEAN" else kept
    assert [row.value for row in rows(connection, mapped)] == expected
    found = connection.execute(select(mapped.id).where(mapped.value == b"\xff")).scalars().all()
    assert found == [8]


def test_generated_columns_are_shown(made: Made) -> None:
    connection = made(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, double INT GENERATED ALWAYS AS (id * 2), kept INT AS (id + 1) STORED);"
        "INSERT INTO t (id) VALUES (4);"
    )
    (one,) = rows(connection, opened(connection, "t"))
    assert (one.id, one.double, one.kept) == (4, 8, 5)


BAD_APPLES = """
    CREATE TABLE good (id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO good VALUES (1, 'sound');
    CREATE TABLE child (
        id INTEGER PRIMARY KEY, good_id REFERENCES GOOD, gone_id REFERENCES gone, id2 REFERENCES no_module,
        x REFERENCES good (nope), y REFERENCES heap, z REFERENCES bad_view (id),
        a, b, FOREIGN KEY (a, b) REFERENCES good
    );
    INSERT INTO child (id, good_id) VALUES (1, 1);
    CREATE TABLE self (id INTEGER PRIMARY KEY REFERENCES self);
    CREATE TABLE heap (h);
    CREATE TABLE lost (id);
    CREATE VIEW good_view AS SELECT * FROM good;
    CREATE VIEW bad_view AS SELECT * FROM lost;
    CREATE VIEW \"view\x1b[31m\" AS SELECT nope FROM good;
    CREATE VIEW worse_view AS SELECT * FROM bad_view;
    DROP TABLE lost;
    PRAGMA writable_schema = on;
    INSERT INTO sqlite_master VALUES
        ('table', 'no_module', 'no_module', 0, 'CREATE VIRTUAL TABLE no_module USING nothing_there (a)');
    PRAGMA writable_schema = off;
"""


def test_a_bad_apple_spoils_only_itself(made: Made) -> None:
    connection = made(BAD_APPLES)
    reflection = Reflection(reader_of(connection))
    for name in reflection.names:
        try:
            mapped = reflection.map(connection, name.name)
        except BrowserError as error:
            assert "\x1b" not in error.message  # noqa: PT017  most raise nothing
        else:
            assert rows(connection, mapped) is not None
    assert reflection.broken == {
        "bad_view": "no such table: main.lost",
        "view\x1b[31m": "no such column: nope",
        "worse_view": "no such table: main.lost",
        "no_module": "no such module: nothing_there",
    }
    with pytest.raises(BrowserError, match=r"bad_view: no such table: main.lost"):
        reflection.map(connection, "bad_view")


def test_a_foreign_key_that_leads_nowhere_is_left_out_with_its_reason(made: Made) -> None:
    connection = made(BAD_APPLES)
    reflection = Reflection(reader_of(connection))
    assert [str(one) for one in reflection.left_out] == ["child (gone_id)"]
    child = reflection.map(connection, "child")
    assert ways(child) == {"good": "Good"}
    assert ways(reflection.map(connection, "self")) == {}
    assert {str(one): reason for one, reason in reflection.left_out.items()} == {
        "child (gone_id)": "no such table: gone",
        "child (x)": "good has no column nope",
        "child (y)": "heap has no key to refer to",
        "child (z)": "bad_view cannot be reflected: no such table: main.lost",
        "child (a, b)": "2 columns refer to 1 of good",
        "child (id2)": "no_module cannot be reflected: no such module: nothing_there",
        "self (id)": "self (id) refers to itself",
    }
    (one,) = rows(connection, child)
    assert one.id == 1


def test_an_interrupt_is_no_fault_of_the_table(made: Made) -> None:
    connection = made(SHOP)
    reflection = Reflection(reader_of(connection))
    raw: Any = connection.connection.driver_connection
    raw.set_progress_handler(lambda: 1, 1)
    with pytest.raises(OperationalError, match="interrupted"):
        reflection.map(connection, "orders")
    raw.set_progress_handler(None, 1)
    assert reflection.broken == {}
    assert "customer" in ways(reflection.map(connection, "orders"))


def test_a_table_dropped_meanwhile_is_broken(made: Made, tmp_path: Path) -> None:
    connection = made(
        "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY, a_id REFERENCES a)"
    )
    reflection = Reflection(reader_of(connection))
    with sqlite3.connect(tmp_path / "made.db") as other:
        other.execute("DROP TABLE a")
    other.close()
    assert ways(reflection.map(connection, "b")) == {}
    assert reflection.broken == {"a": "it no longer exists"}


def test_foreign_keys_may_go_in_circles(made: Made) -> None:
    connection = made(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b_id REFERENCES b); CREATE TABLE b (id INTEGER PRIMARY KEY, a_id"
        " REFERENCES a); INSERT INTO a VALUES (1, 2); INSERT INTO b VALUES (2, 1);"
    )
    a, b = opened(connection, "a", "b")
    assert (ways(a), ways(b)) == ({"b": "B", "b_by_a": "B*"}, {"a": "A", "a_by_b": "A*"})
    with Session(connection) as session:
        one = session.get_one(a, 1)
        assert one.b.a is one
        assert one.b_by_a == [one.b]


def test_a_composite_key_may_refer_to_its_own_table(made: Made) -> None:
    connection = made(
        "CREATE TABLE folders (account INT, id INT, parent INT, PRIMARY KEY (account, id),"
        " FOREIGN KEY (account, parent) REFERENCES folders);"
        "INSERT INTO folders VALUES (1, 1, NULL), (1, 2, 1), (2, 1, NULL), (2, 2, 1), (2, 3, 1);"
    )
    mapped = opened(connection, "folders")
    assert ways(mapped) == {"folders": "Folders", "folders_by_account_and_parent": "Folders*"}
    with Session(connection) as session:
        root = session.get_one(mapped, (2, 1))
        assert sorted(one.id for one in root.folders_by_account_and_parent) == [2, 3]
        assert {one.folders for one in root.folders_by_account_and_parent} == {root}
        joined = select(mapped).options(joinedload(mapped.folders_by_account_and_parent))
        assert [len(one.folders_by_account_and_parent) for one in session.scalars(joined).unique()] == [1, 0, 2, 0, 0]


def test_an_association_may_lead_back_to_the_same_table(made: Made) -> None:
    connection = made(
        "CREATE TABLE people (id INTEGER PRIMARY KEY); INSERT INTO people VALUES (1), (2), (3);"
        "CREATE TABLE follows (who_id REFERENCES people, whom_id REFERENCES people, PRIMARY KEY (who_id, whom_id));"
        "INSERT INTO follows VALUES (1, 2), (1, 3), (2, 3);"
    )
    mapped = opened(connection, "people")
    assert ways(mapped) == {
        "follows_by_who": "Follows*",
        "follows_by_whom": "Follows*",
        "people_by_follows": "People*",
        "people_by_who_of_follows": "People*",
    }
    with Session(connection) as session:
        one = session.get_one(mapped, 3)
        assert sorted(other.id for other in one.people_by_who_of_follows) == [1, 2]
        assert one.people_by_follows == []


def test_two_foreign_keys_may_share_their_columns(made: Made) -> None:
    connection = made(
        "CREATE TABLE a (x INT, y INT, PRIMARY KEY (x, y)); CREATE TABLE b (x INT PRIMARY KEY);"
        "CREATE TABLE c (id INTEGER PRIMARY KEY, x INT REFERENCES b, y INT, FOREIGN KEY (x, y) REFERENCES a (x, y),"
        " FOREIGN KEY (x) REFERENCES b (x), FOREIGN KEY (x, y) REFERENCES a);"
        "INSERT INTO a VALUES (1, 2); INSERT INTO b VALUES (1); INSERT INTO c VALUES (1, 1, 2);"
    )
    a, b, c = opened(connection, "a", "b", "c")
    assert (ways(a), ways(b), ways(c)) == ({"c": "C*"}, {"c": "C*"}, {"b": "B", "a": "A"})
    with Session(connection) as session:
        one = session.get_one(c, 1)
        assert (keys(one.a), keys(one.b), one.a.c, one.b.c) == ((1, 2), 1, [one], [one])


@pytest.fixture
def sent(made: Made) -> tuple[Connection, list[str]]:
    """A chain of 300 tables, and every statement that is sent about them."""
    chain = "".join(f"CREATE TABLE t{at} (id INTEGER PRIMARY KEY, next_id REFERENCES t{at + 1});" for at in range(299))
    connection = made(chain + "CREATE TABLE t299 (id INTEGER PRIMARY KEY, next_id REFERENCES t0);")
    statements: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda _1, _2, statement, *_3: statements.append(statement))
    return connection, statements


def test_a_chain_of_tables_is_opened_with_as_few_statements_as_one(sent: tuple[Connection, list[str]]) -> None:
    connection, statements = sent
    reflection = Reflection(reader_of(connection))
    assert (len(reflection.names), len(statements)) == (300, 3)
    reflection.map(connection, "t7")
    assert len(statements) == 3 + 3 * 2
    assert sorted(map(reflection.name, reflection.classes)) == ["t6", "t7", "t8"]


def test_a_chain_of_tables_is_mapped_to_its_end(sent: tuple[Connection, list[str]]) -> None:
    connection, statements = sent
    reflection = Reflection(reader_of(connection))
    found = [ways(reflection.map(connection, f"t{at}")) for at in range(300)]
    assert found[0] == {"next": "T1", "t299": "T299*"}
    assert len(statements) == 3 + 300 * 2
    assert len(reflection.classes) == 300


def test_the_inspector_reads_the_same_foreign_keys(made: Made) -> None:
    connection = made(SHOP)
    found = {
        (*foreign_key[:3], foreign_key.targets or ("id",))
        for foreign_key in SQLiteReader(connection, None).foreign_keys
    }
    names = by_folded_name(inspect(connection).get_table_names())
    slowly = {
        (
            child,
            tuple(key["constrained_columns"]),
            real_name(key["referred_table"], names),
            tuple(key["referred_columns"]),
        )
        for (_, child), keys in inspect(connection).get_multi_foreign_keys().items()
        for key in keys
    }
    assert len(found) == 9
    assert found - slowly == {("refunds", ("order_id", "line"), "order_items", ("id",))}
    assert slowly - found == {("refunds", ("order_id", "line"), "order_items", ("order_id", "line"))}


def test_a_schema_is_read_instead_of_the_main_one(made: Made, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "other.db")
    other.executescript(SHOP)
    other.close()
    connection = made("CREATE TABLE customers (id)")
    connection.exec_driver_sql('ATTACH ? AS "an\'o:ther"', (str(tmp_path / "other.db"),))
    reflection = Reflection(reader_of(connection, "an'o:ther"))
    customers = reflection.map(connection, "customers")
    assert reflection.name(customers) == "customers"
    assert reflection.has_key(customers)
    assert ways(customers) == {"referrer": "Customers", "customers": "Customers*", "orders": "Orders*"}
    assert len(rows(connection, customers)) == 2
