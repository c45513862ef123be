"""Classes mapped from a server's tables alone: every kind of table, column and name is listed, rested on and opened."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeAlias, cast

import pytest
from sqlalchemy import Connection, Inspector, NullPool, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import class_mapper

from pirate_tui.domain.access import AccessMode, InstanceSnapshot
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError, StartupError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest, OpenResult
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Page, Seek
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.dialects.mysql.reflection import UNKNOWN_KEYWORDS as MARIADB_WORDS
from pirate_tui.orm.dialects.postgresql.reflection import UNKNOWN_KEYWORDS as POSTGRESQL_WORDS
from pirate_tui.orm.dialects.registry import reader_of
from pirate_tui.orm.reflection.reflect import Reflection
from tests.orm.conftest import Remembering
from tests.orm.schemas import ON_MARIADB, ON_POSTGRESQL, is_postgresql
from tests.servers import LENIENTLY, Target, is_mysql, run


# ruff: noqa: S608  names and values of the test's own

Reflected: TypeAlias = Callable[..., Awaitable[OrmDatabase]]


@pytest.fixture
async def reflected(listener: Remembering) -> AsyncIterator[Reflected]:
    """Opens databases without models, of some schemas or of their own."""
    opened: list[OrmDatabase] = []

    async def open_one(target: Target, *schemas: str) -> OrmDatabase:
        opened.append(await open_database(target, None, Limits(30), listener, schemas))
        return opened[-1]

    yield open_one
    for database in opened:
        await database.close()


async def verbatim(target: Server, *statements: str) -> None:
    """Send statements as they are, whatever they hold, each committed by itself."""
    engine = create_async_engine(target.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    doubles = target.url.get_driver_name() != "asyncpg"
    async with engine.connect() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement.replace("%", "%%") if doubles else statement)
    await engine.dispose()


async def rows(database: OrmDatabase, entity: Entity) -> Page:
    return await database.rows.page(Query(entity), Seek())


async def opened(database: OrmDatabase, entity: Entity, name: str) -> OpenResult:
    """A relationship of the first row's instance, awaited."""
    (first, *_) = (await rows(database, entity)).rows
    assert first.key is not None
    request = OpenRequest(entity, first.key, entity.relationship(name), AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    return await database.instances.open(request)


async def rested(database: OrmDatabase, entity: Entity) -> InstanceSnapshot:
    (first, *_) = (await rows(database, entity)).rows
    assert first.key is not None
    return await database.instances.load_instance(entity, first.key)


async def visited(database: OrmDatabase, name: str) -> Entity:
    """The class of that name, every row listed in both directions, its first row rested on, its ways opened."""
    entity = await database.models.entity(name)
    query = Query(entity)
    page = await database.rows.page(query, Seek())
    assert page.rows
    following = await database.rows.page(query, Seek(page.rows[0].position))
    assert following.rows == page.rows[1:]
    before = await database.rows.page(query, Seek(page.rows[-1].position, backward=True))
    assert before.rows == page.rows[:-1]
    assert await database.rows.count(query) == len(page.rows)
    if entity.has_key:
        await rested(database, entity)
        for relationship in entity.relationships:
            assert (await opened(database, entity, relationship.name)).failure is None
    else:
        assert {row.key for row in page.rows} == {None}
    return entity


def ways(mapped: type) -> list[str]:
    return [relationship.key for relationship in class_mapper(mapped).relationships]


SHOP = [
    "CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(40))",
    """CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER,
        FOREIGN KEY (customer_id) REFERENCES customers (id))""",
    "CREATE TABLE tags (id INTEGER PRIMARY KEY, name VARCHAR(40))",
    """CREATE TABLE order_tags (tag_id INTEGER, order_id INTEGER, PRIMARY KEY (order_id, tag_id),
        FOREIGN KEY (order_id) REFERENCES orders (id), FOREIGN KEY (tag_id) REFERENCES tags (id))""",
    "CREATE TABLE notes (at INTEGER, what VARCHAR(40))",
    "CREATE VIEW big AS SELECT id, customer_id FROM orders WHERE id > 1",
    "INSERT INTO customers VALUES (1, 'Nami'), (2, 'Vivi')",
    "INSERT INTO orders VALUES (1, 1), (2, 1), (3, 2)",
    "INSERT INTO tags VALUES (1, 'gift'), (2, 'late')",
    "INSERT INTO order_tags (order_id, tag_id) VALUES (1, 1), (1, 2), (2, 2)",
    "INSERT INTO notes VALUES (1, 'x'), (1, 'x'), (NULL, NULL)",
]


async def test_tables_and_views_are_listed_and_everything_in_them_can_be_opened(
    target: Target, reflected: Reflected
) -> None:
    await run(target, *SHOP)
    database = await reflected(target)
    assert {choice.name: set(choice.related) for choice in database.models.choices} == {
        "Customers": {"Orders"},
        "Notes": set(),
        "OrderTags": {"Orders", "Tags"},
        "Orders": {"Customers", "OrderTags"},
        "Tags": {"OrderTags"},
        "Big": set(),
    }
    found = {choice.name: await visited(database, choice.name) for choice in database.models.choices}
    assert {one.name: {way.name for way in one.relationships} for one in found.values()} == {
        "Customers": {"orders"},
        "Notes": set(),
        "OrderTags": {"order", "tag"},
        "Orders": {"customer", "order_tags", "tags"},
        "Tags": {"order_tags", "orders"},
        "Big": set(),
    }
    assert {one.name for one in found.values() if not one.has_key} == {"Notes", "Big"}
    key = [cell.text for cell in (await rows(database, found["OrderTags"])).rows[-1].cells]
    assert key == ["2", "2"], "in the order of the key, which is not that of the columns"
    tags = await opened(database, found["Orders"], "tags")
    assert [row.cells[1].text for row in tags.rows] == ["gift", "late"]


POSTGRESQL_TYPES = {
    "bigint": "9223372036854775807",
    "smallint": "1",
    "numeric(10, 2)": "1.50",
    "numeric": "'NaN'",
    "real": "1.5",
    "double precision": "'-Infinity'",
    "money": "1.5",
    "boolean": "true",
    "text": "'it''s'",
    "varchar(10)": "'x'",
    "char(3)": "'x'",
    '"char"': "'x'",
    "name": "'x'",
    "citext": "'X'",
    "bytea": "'\\x00ff'",
    "date": "'2026-01-02'",
    "timestamp": "'2026-01-02 03:04'",
    "timestamptz": "'2026-01-02 03:04+01'",
    "time": "'03:04'",
    "timetz": "'03:04+01'",
    "interval": "'1 day 2 hours'",
    "uuid": "'00000000-0000-0000-0000-000000000001'",
    "json": "'{\"a\": 1}'",
    "jsonb": "'[1, null]'",
    "hstore": "'a=>1'",
    "xml": "'<a/>'",
    "inet": "'10.0.0.1/8'",
    "cidr": "'10.0.0.0/8'",
    "macaddr": "'08:00:2b:01:02:03'",
    "bit(3)": "B'101'",
    "varbit": "B'10'",
    "tsvector": "'a b'",
    "tsquery": "'a & b'",
    "int4range": "'[1, 3)'",
    "tstzrange": "'[2026-01-02,)'",
    "int4multirange": "'{[1, 3)}'",
    "point": "'(1, 2)'",
    "box": "'(1, 2), (0, 0)'",
    "path": "'((0, 0), (1, 1))'",
    "polygon": "'((0, 0), (1, 1))'",
    "circle": "'<(0, 0), 1>'",
    "oid": "1",
    "regclass": "'pg_class'",
    "pg_lsn": "'0/1'",
    "xid": "'1'",
    "integer[]": "'{1, NULL}'",
    "text[][]": "'{{a, b}, {c, d}}'",
    "mood[]": "'{sad}'",
    "mood": "'sad'",
    '"odd % mood"': "'a: b'",
    "positive": "1",
    "pair": "'(1, x)'",
    "pair[]": "ARRAY[ROW(1, 'x')::pair]",
    "jsonb[]": "ARRAY['1']::jsonb[]",
}
MAKE_TYPES = [
    "CREATE EXTENSION citext",
    "CREATE EXTENSION hstore",
    "CREATE TYPE mood AS ENUM ('sad', 'it''s')",
    "CREATE TYPE \"odd % mood\" AS ENUM ('a: b')",
    "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
    "CREATE TYPE pair AS (a integer, b text)",
]

MARIADB_TYPES = {
    "tinyint(1)": "2",
    "smallint unsigned": "65535",
    "mediumint": "-1",
    "bigint unsigned": "18446744073709551615",
    "decimal(10, 2) unsigned": "1.5",
    "float(7, 3)": "1.5",
    "double": "0.1",
    "bit(3)": "b'101'",
    "year": "1999",
    "date": "'0000-00-00'",
    "datetime": "'0000-00-00'",
    "datetime(6)": "'2026-01-02 03:04:05.6'",
    "timestamp(3) NULL": "'2026-01-02 03:04:05.6'",
    "time": "'-838:59:59'",
    "char(3)": "'x'",
    "varchar(10)": "'it''s'",
    "tinytext": "'x'",
    "mediumtext": "'x'",
    "longtext": "'x'",
    "binary(4)": "x'00ff'",
    "varbinary(10)": "x'00ff'",
    "blob": "x'00ff'",
    "enum('it''s', 'b\\\\s', '')": "'b\\\\s'",
    "enum('x')": "'not of them'",
    "set('a', 'b', '')": "'b,a'",
    "json": "'{\"a\": 1}'",
    "uuid": "'00000000-0000-0000-0000-000000000001'",
    "inet6": "'::1'",
    "geometry": "ST_GeomFromText('POINT(1 2)')",
    "point": "ST_GeomFromText('POINT(1 2)')",
    "integer AS (id + 1)": "DEFAULT",
    "integer AS (id + 1) STORED": "DEFAULT",
    "integer INVISIBLE": "7",
}

OF_MARIADB_ALONE = frozenset({"uuid", "inet6"})


def types_of(server: Server) -> dict[str, str]:
    """The types that a server has, each with a value."""
    if is_postgresql(server):
        return POSTGRESQL_TYPES
    return {
        name: value for name, value in MARIADB_TYPES.items() if name not in OF_MARIADB_ALONE or not is_mysql(server)
    }


async def test_a_column_of_any_type_is_shown_and_loaded(server: Server, reflected: Reflected) -> None:
    types = types_of(server)
    columns = ", ".join(f"c{at} {declared}" for at, declared in enumerate(types))
    names = ", ".join(f"c{at}" for at in range(len(types)))
    await verbatim(
        server,
        *(MAKE_TYPES if is_postgresql(server) else [LENIENTLY]),
        f"CREATE TABLE things (id INTEGER PRIMARY KEY, {columns})",
        f"INSERT INTO things (id, {names}) VALUES (1, {', '.join(types.values())})",
        "INSERT INTO things (id) VALUES (2)",
    )
    database = await reflected(server)
    things = await visited(database, "Things")
    assert len(things.columns) == 1 + len(types)
    shown = {
        column.name: cell
        for column, cell in zip(things.columns, (await rows(database, things)).rows[0].cells, strict=True)
    }
    loaded = {attribute.name: attribute.value for attribute in (await rested(database, things)).attributes}
    for name, cell in shown.items():
        value = loaded[name]
        assert (cell.is_type_mismatch, cell.is_null) == (False, False), (name, cell)
        assert value is not None, name
        assert not value.is_null, (name, value)


NO_KEYS = {
    '"char"',
    "bit(3)",
    "xml",
    "point",
    "box",
    "path",
    "polygon",
    "circle",
    "xid",
    "pair",
    "pair[]",
    "tinytext",
    "mediumtext",
    "longtext",
    "blob",
    "geometry",
    "json",
    "integer AS (id + 1)",
    "integer AS (id + 1) STORED",
    "integer INVISIBLE",
}
"""Types that no index orders, or that need another column."""


@pytest.mark.thorough
async def test_a_key_of_any_type_tells_its_row(server: Server, reflected: Reflected) -> None:
    types = types_of(server)
    keys = {type_: value for type_, value in types.items() if type_ not in NO_KEYS}
    makes = [
        statement
        for at, (type_, value) in enumerate(keys.items())
        for statement in (
            f"CREATE TABLE t{at} (k {type_.removesuffix(' NULL')} PRIMARY KEY)",
            f"INSERT INTO t{at} VALUES ({value})",
        )
    ]
    await verbatim(server, *(MAKE_TYPES if is_postgresql(server) else [LENIENTLY]), *makes)
    database = await reflected(server)
    for at in range(len(keys)):
        await visited(database, f"T{at}")


KINDS = [
    "CREATE TABLE whole (id INTEGER, at DATE, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
    "CREATE TABLE part_1 PARTITION OF whole FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
    "CREATE TABLE part_2 PARTITION OF whole FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
    """CREATE TABLE child (id INTEGER PRIMARY KEY, whole_id INTEGER, at DATE,
        FOREIGN KEY (whole_id, at) REFERENCES whole (id, at))""",
    "CREATE TABLE loose (at DATE) PARTITION BY RANGE (at)",
    "CREATE TABLE loose_1 PARTITION OF loose DEFAULT",
    "CREATE TABLE heap (a INTEGER)",
    "CREATE TABLE parent (id INTEGER)",
    "CREATE TABLE heir (more TEXT) INHERITS (parent)",
    """CREATE TABLE generated (id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        double INTEGER GENERATED ALWAYS AS (7) STORED)""",
    "CREATE TABLE bare ()",
    "CREATE VIEW seen AS SELECT a, 'x' AS b FROM heap",
    "CREATE MATERIALIZED VIEW kept AS SELECT generate_series(1, 3) AS a",
    "CREATE EXTENSION file_fdw",
    "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
    "CREATE FOREIGN TABLE afar (line TEXT) SERVER files OPTIONS (program 'echo x; echo y')",
    "CREATE SEQUENCE no_table",
    "CREATE TYPE no_table_either AS (a INTEGER)",
    "INSERT INTO whole VALUES (1, '2026-01-02'), (1, '2026-02-02'), (2, '2026-01-02')",
    "INSERT INTO child VALUES (1, 1, '2026-01-02')",
    "INSERT INTO loose VALUES ('2026-01-02'), (NULL), ('2026-01-02')",
    "INSERT INTO heap VALUES (1), (1), (NULL)",
    "INSERT INTO parent VALUES (1), (1)",
    "INSERT INTO heir VALUES (1), (1)",
    "INSERT INTO generated DEFAULT VALUES",
]


@ON_POSTGRESQL
async def test_every_kind_of_relation_of_postgresql_can_be_browsed(server: Server, reflected: Reflected) -> None:
    await run(server, *KINDS)
    database = await reflected(server)
    kinds = {choice.table for choice in database.models.choices}
    tables = {"whole", "child", "loose", "heap", "parent", "heir", "generated", "bare", "afar"}
    assert kinds == {*tables, "seen", "kept"}, "a partition is shown with its whole"
    found = {
        choice.name: await visited(database, choice.name)
        for choice in database.models.choices
        if choice.table != "bare"
    }
    with pytest.raises(BrowserError, match="bare: it has no columns"):
        await database.models.entity("Bare")
    assert {one.name: [column.name for column in one.columns] for one in found.values() if not one.has_key} == {
        "Afar": ["line"],
        "Heap": ["ctid", "a"],
        "Heir": ["ctid", "id", "more"],
        "Kept": ["ctid", "a"],
        "Loose": ["at"],
        "Parent": ["id"],
        "Seen": ["a", "b"],
    }
    places = [row.cells[0].text.replace(" ", "") for row in (await rows(database, found["Heap"])).rows]
    assert places == ["(0,1)", "(0,2)", "(0,3)"]
    assert [relationship.name for relationship in found["Whole"].relationships] == ["child"]
    assert [relationship.name for relationship in found["Child"].relationships] == ["whole"]


@ON_MARIADB
async def test_every_kind_of_table_of_mariadb_can_be_browsed(server: Server, reflected: Reflected) -> None:
    await run(
        server,
        "CREATE TABLE whole (id INTEGER PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 4",
        "CREATE TABLE remembered (id INTEGER PRIMARY KEY) WITH SYSTEM VERSIONING",
        "CREATE TABLE old (id INTEGER PRIMARY KEY, a TEXT) ENGINE = MyISAM",
        "CREATE TABLE heap (a INTEGER)",
        "CREATE TABLE chosen (a INTEGER UNIQUE, b INTEGER NOT NULL UNIQUE)",
        "CREATE SEQUENCE no_table",
        "CREATE VIEW seen AS SELECT a FROM heap",
        "CREATE TABLE lost (a INTEGER)",
        "CREATE VIEW broken AS SELECT a FROM lost",
        "DROP TABLE lost",
        "INSERT INTO whole VALUES (3), (1), (2)",
        "INSERT INTO remembered VALUES (1), (2)",
        "INSERT INTO old VALUES (2, 'x'), (1, 'y')",
        "INSERT INTO heap VALUES (1), (1), (NULL)",
        "INSERT INTO chosen VALUES (NULL, 2), (NULL, 1)",
    )
    database = await reflected(server)
    assert {choice.table for choice in database.models.choices} == {
        *("whole", "remembered", "old", "heap", "chosen"),
        *("seen", "broken"),
    }
    found = {
        choice.name: await visited(database, choice.name)
        for choice in database.models.choices
        if choice.table != "broken"
    }
    assert {name for name, one in found.items() if not one.has_key} == {"Heap", "Seen"}
    assert [column.name for column in found["Chosen"].columns if column.is_key] == ["b"]
    with pytest.raises(BrowserError, match="broken: it is a view of something that does not exist"):
        await database.models.entity("Broken")


ODD_NAMES = [
    " ",
    "a b",
    'q"uote',
    "`back`",
    "a.b",
    "a:b",
    ":p",
    "100%",
    "%s",
    "(x), y",
    "[x]",
    "größe",
    "2nd",
    "a'b",
    "a\\b",
    "x\ny",
    "\x1b[31m",
    "?",
    "$1",
    "{x}",
    "--",
    "/*",
    "Order",
    "order",
    "SELECT",
    "n" * 63,
]


@pytest.mark.thorough
async def test_names_may_hold_anything(server: Server, reflected: Reflected) -> None:
    mark = '"' if is_postgresql(server) else "`"
    names = [odd_name for odd_name in ODD_NAMES if is_postgresql(server) or odd_name not in {" ", "order"}]
    quoted = [mark + name.replace(mark, 2 * mark) + mark for name in names]
    columns = ", ".join(f"{name} INTEGER DEFAULT 1" for name in quoted)
    statements = [f"CREATE TABLE {name} (k INTEGER PRIMARY KEY, {columns})" for name in quoted]
    statements += [
        f"ALTER TABLE {name} ADD CONSTRAINT k{at} FOREIGN KEY ({name}) REFERENCES {quoted[at - 1]} (k)"
        for at, name in enumerate(quoted)
    ]
    statements += [f"INSERT INTO {name} (k) VALUES (1)" for name in quoted]
    off = "SET session_replication_role = replica" if is_postgresql(server) else "SET foreign_key_checks = 0"
    await verbatim(server, off, *statements)
    database = await reflected(server)
    assert len(database.models.choices) == len(names)
    for choice in database.models.choices:
        entity = await visited(database, choice.name)
        assert len(entity.columns) == 1 + len(names)
        assert len(entity.relationships) == 2


async def test_keywords_are_names_like_others(server: Server, reflected: Reflected) -> None:
    mark = '"' if is_postgresql(server) else "`"
    words = ["select", "order", "user", "row", *sorted(POSTGRESQL_WORDS if is_postgresql(server) else MARIADB_WORDS)]
    columns = ", ".join(f"{mark}{word}{mark} INTEGER DEFAULT 1" for word in words)
    for word in words:
        await verbatim(
            server,
            f"CREATE TABLE {mark}{word}{mark} (k INTEGER PRIMARY KEY, {columns})",
            f"INSERT INTO {mark}{word}{mark} (k) VALUES (1)",
        )
    database = await reflected(server)
    assert {choice.table for choice in database.models.choices} == {*words}
    for choice in database.models.choices:
        assert len((await visited(database, choice.name)).columns) == 1 + len(words)


FAR_AND_NEAR = [
    "CREATE TABLE far.ports (id INTEGER PRIMARY KEY, name VARCHAR(20))",
    "CREATE TABLE far.ships (id INTEGER PRIMARY KEY, port_id INTEGER, FOREIGN KEY (port_id) REFERENCES far.ports (id))",
    "CREATE TABLE near (id INTEGER PRIMARY KEY, port_id INTEGER, FOREIGN KEY (port_id) REFERENCES far.ports (id))",
    "CREATE VIEW far.seen AS SELECT name FROM far.ports",
    "INSERT INTO far.ports VALUES (1, 'Nantucket')",
    "INSERT INTO far.ships VALUES (1, 1)",
    "INSERT INTO near VALUES (1, 1)",
]


async def test_another_schema_is_read_where_it_is_asked_for(
    server: Server, other_schema: str, reflected: Reflected
) -> None:
    await run(server, *(statement.replace("far.", f"{other_schema}.") for statement in FAR_AND_NEAR))
    database = await reflected(server, other_schema)
    assert {choice.name: set(choice.related) for choice in database.models.choices} == {
        "Ports": {"Ships"},
        "Ships": {"Ports"},
        "Seen": set(),
    }
    ships = await visited(database, "Ships")
    assert (await opened(database, ships, "port")).rows[0].cells[1].text == "Nantucket"
    await visited(database, "Seen")
    own = await reflected(server)
    assert [choice.name for choice in own.models.choices] == ["Near"]
    assert (await visited(own, "Near")).relationships == ()


async def test_a_foreign_key_to_another_schema_says_how_to_see_it(server: Server, other_schema: str) -> None:
    await run(server, *(statement.replace("far.", f"{other_schema}.") for statement in FAR_AND_NEAR))
    engine = create_async_engine(server.url, poolclass=NullPool)
    async with engine.connect() as connection:
        reflection = await connection.run_sync(lambda connection: Reflection(reader_of(connection)))
    await engine.dispose()
    assert [*reflection.left_out.values()] == [f"ports is in another schema (use --schema {other_schema})"]


async def test_a_schema_that_is_not_there_is_named(server: Server, reflected: Reflected) -> None:
    reason = "no such schema" if is_postgresql(server) else "no such database, or no privileges on it"
    with pytest.raises(StartupError, match=f"{reason}: nowhere; there are ") as caught:
        await reflected(server, "nowhere")
    assert caught.value.exit_code == 3


@ON_POSTGRESQL
async def test_a_table_hidden_by_the_search_path_is_found(server: Server, reflected: Reflected) -> None:
    await run(server, "CREATE TABLE public.pg_class (id INTEGER PRIMARY KEY)", "INSERT INTO public.pg_class VALUES (7)")
    entity = await visited(database := await reflected(server), "PgClass")
    assert [[cell.text for cell in row.cells] for row in (await rows(database, entity)).rows] == [["7"]]


async def test_a_user_with_few_rights_sees_what_he_may_read(
    server: Server, reader: Server, reflected: Reflected
) -> None:
    await run(
        server, *SHOP, "CREATE TABLE staff (id INTEGER PRIMARY KEY, pay INTEGER)", "INSERT INTO staff VALUES (1, 2)"
    )
    user = reader.url.username
    await run(
        server,
        *(f"GRANT SELECT ON {table} TO {user}" for table in ("orders", "big", "notes")),
        f"GRANT SELECT (id) ON staff TO {user}",
        f"GRANT SELECT (tag_id) ON order_tags TO {user}",
        f"GRANT INSERT ON tags TO {user}",
    )
    database = await reflected(reader)
    for name in ("Orders", "Big", "Notes", "Staff", "OrderTags"):
        await visited(database, name)
    assert [column.name for column in (await database.models.entity("Staff")).columns] == ["id"]
    assert not (await database.models.entity("OrderTags")).has_key, "half of it is hidden"
    assert (await database.models.entity("Orders")).relationships == ()
    with pytest.raises(BrowserError, match="permission denied"):
        await database.models.entity("Tags")
    refused = {choice.name for choice in database.models.choices if choice.problem}
    assert refused == ({"Customers", "Tags"} if is_postgresql(server) else {"Tags"})


@pytest.mark.thorough
async def test_two_thousand_tables_are_listed_by_as_few_statements_as_two(
    server: Server, reflected: Reflected, told: list[Statement]
) -> None:
    sent = []
    for first, last in ((0, 2), (2, 2_000)):
        tables = [
            f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, t_id INTEGER, CONSTRAINT k{n} FOREIGN KEY (t_id)"
            f" REFERENCES t{max(n - 1, 0)} (id))"
            for n in range(first, last)
        ]
        unchecked = [] if is_postgresql(server) else ["SET foreign_key_checks = 0"]
        await verbatim(server, *unchecked, *tables)
        told.clear()
        database = await reflected(server)
        assert len(database.models.choices) == last
        await database.models.sizes()
        await database.models.entity("T1")
        sent.append(len({one.number for one in told}))
    assert sent[0] == pytest.approx(sent[1], abs=8), "of t1 and its neighbours"


async def test_a_table_that_goes_while_it_is_read_spoils_only_itself(server: Server) -> None:
    await run(server, *SHOP)
    engine = create_async_engine(server.url, poolclass=NullPool)
    async with engine.connect() as connection:
        reflection = await connection.run_sync(lambda connection: Reflection(reader_of(connection)))
        await connection.commit()
        await run(server, "DROP TABLE order_tags", "DROP VIEW big", "DROP TABLE orders")
        mapped = await connection.run_sync(reflection.map, "customers")
    await engine.dispose()
    assert ways(mapped) == []
    assert reflection.broken == {"orders": "it no longer exists"}


@ON_POSTGRESQL
async def test_an_error_of_one_table_leaves_the_transaction_as_it_was(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run(server, *SHOP)

    def fail(inspector: Inspector, name: str, **options: Any) -> object:
        if name == "orders":
            cast("Connection", inspector.bind).exec_driver_sql("SELECT nothing")
        return get_columns(inspector, name, **options)

    def fail_together(inspector: Inspector, *_: object, filter_names: Sequence[str], **__: object) -> object:
        assert "orders" in filter_names
        return cast("Connection", inspector.bind).exec_driver_sql("SELECT nothing")

    get_columns = Inspector.get_columns
    monkeypatch.setattr(Inspector, "get_columns", fail)
    monkeypatch.setattr(Inspector, "get_multi_columns", fail_together)
    engine = create_async_engine(server.url, poolclass=NullPool)
    async with engine.connect() as connection:
        reflection = await connection.run_sync(lambda connection: Reflection(reader_of(connection)))
        tags = await connection.run_sync(reflection.map, "order_tags")
    await engine.dispose()
    assert ways(tags) == ["tag"]
    assert "nothing" in reflection.broken["orders"]


@ON_POSTGRESQL
async def test_a_table_and_its_neighbours_are_read_by_as_many_statements_however_many_they_are(server: Server) -> None:
    """A server far away costs a round trip for each."""
    spoke = "CREATE TABLE spoke_{} (id INT PRIMARY KEY, hub_id INT REFERENCES hub)"
    few = ["CREATE TABLE hub (id INT PRIMARY KEY)", spoke.format(1)]
    more = [spoke.format(number) for number in range(2, 9)]
    sent: list[int] = []
    for statements in (few, more):
        await run(server, *statements)
        engine = create_async_engine(server.url, poolclass=NullPool)
        async with engine.connect() as connection:
            reflection = await connection.run_sync(lambda connection: Reflection(reader_of(connection)))
            told: list[str] = []
            event.listen(engine.sync_engine, "before_cursor_execute", lambda *call, told=told: told.append(call[2]))
            mapped = await connection.run_sync(reflection.map, "hub")
        await engine.dispose()
        sent.append(len(told))
        assert len(ways(mapped)) == (1 if statements is few else 8)
    assert sent[0] == sent[1]
