"""Columns of every kind on the servers: listed, ordered either way, filtered by what they show, read whole."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Enum,
    Float,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.orm import registry
from sqlalchemy.types import NullType, TypeEngine

from pirate_tui.domain.query import Query, SortOrder, parse_filter
from pirate_tui.domain.rows import Row, Seek
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels
from tests.orm.rows.numbers import number_of
from tests.servers import ask, is_mysql, run


Kind = tuple[str, str, TypeEngine[Any], list[str]]
"""A column's name, its type in the database and in the model, and values of it in SQL, the last two alike."""

LONG = "repeat('x', 300)"

POSTGRESQL: list[Kind] = [
    ("small", "smallint", Integer(), ["-5", "7", "7"]),
    ("big", "bigint", BigInteger(), ["-9223372036854775808", "9223372036854775807", "9223372036854775807"]),
    ("single", "real", Float(), ["-1.5", "'NaN'", "0.1", "0.1"]),
    ("double", "double precision", Double(), ["'-Infinity'", "1e-300", "0.1", "0.1"]),
    ("numeric", "numeric", Numeric(), ["'NaN'", "12345678901234567890.123456789", "0.10", "0.1"]),
    ("exact", "numeric(10, 2)", Numeric(10, 2), ["-1", "2.50", "2.5"]),
    ("truth", "boolean", Boolean(), ["true", "false", "false"]),
    ("short", "varchar(20)", String(20), ["'B'", "'a'", "''", "''"]),
    ("padded", "char(5)", postgresql.CHAR(5), ["'ab'", "'b'", "'b'"]),
    ("long", "text", Text(), [f"{LONG} || 'b'", f"{LONG} || 'a'", f"{LONG} || 'a'"]),
    ("bytes", "bytea", LargeBinary(), [r"'\xff00'", r"'\x00'", "decode(repeat('ab', 300), 'hex')", r"'\x00'"]),
    ("mood", "mood", Enum("sad", "fine", "angry", name="mood"), ["'sad'", "'angry'", "'fine'", "'fine'"]),
    ("mood_as_text", "mood", String(), ["'sad'", "'angry'", "'fine'", "'fine'"]),
    ("day", "date", Date(), ["'infinity'", "'-infinity'", "'2026-11-23'", "'0044-03-15 BC'", "'2026-11-23'"]),
    ("moment", "timestamp", DateTime(), ["'infinity'", "'2026-11-23 01:02:03.000004'", "'2026-11-23 01:02:03.000004'"]),
    ("zoned", "timestamptz", DateTime(timezone=True), ["'-infinity'", "'2026-11-23 01:02+05'", "'2026-11-22 20:02Z'"]),
    ("time", "time", Time(), ["'24:00'", "'03:04:05.6'", "'03:04:05.6'"]),
    ("interval", "interval", Interval(), ["'1 mon 30 days'", "'-1 day'", "'2 mons'", "'60 days'"]),
    ("uuid", "uuid", Uuid(), ["'f0000000-0000-0000-0000-000000000000'", "'00000000-0000-0000-0000-000000000007'"] * 2),
    ("inet", "inet", postgresql.INET(), ["'10.0.0.9/24'", "'::1'", "'10.0.0.10'", "'10.0.0.10'"]),
    ("json", "json", JSON(), ["""'{"b": 1}'""", "'[1]'", "'2'", "'2'"]),
    ("jsonb", "jsonb", postgresql.JSONB(), ["""'{"b": 1}'""", "'[1]'", f"to_jsonb({LONG})", f"to_jsonb({LONG})"]),
    ("array", "integer[]", postgresql.ARRAY(Integer), ["'{2}'", "'{10}'", "array_fill(7, '{300}')", "'{10}'"]),
    ("range", "int4range", postgresql.INT4RANGE(), ["'[1,9)'", "'[1,5]'", "'empty'", "'empty'"]),
    ("bits", "bit(3)", postgresql.BIT(3), ["'101'", "'001'", "'001'"]),
    ("money", "money", postgresql.MONEY(), ["12.5", "-3", "-3"]),
    ("words", "tsvector", postgresql.TSVECTOR(), ["'b a'", "'c'", "'c'"]),
    ("spot", "point", NullType(), ["'(1,2)'", "'(0,1)'", "'(0,1)'"]),
    ("markup", "xml", NullType(), ["'<b/>'", "'<a/>'", "'<a/>'"]),
]

MARIADB: list[Kind] = [
    ("tiny", "tinyint", mysql.TINYINT(), ["-5", "7", "7"]),
    ("unsigned", "bigint unsigned", mysql.BIGINT(unsigned=True), ["18446744073709551615", "1", "1"]),
    ("single", "float", Float(), ["-1.5", "0.1", "0.1"]),
    ("double", "double", Double(), ["-1e300", "1e-300", "0.1", "0.1"]),
    ("exact", "decimal(30, 10)", Numeric(30, 10), ["-1", "12345678901234567890.5", "2.5", "2.5"]),
    ("truth", "tinyint(1)", Boolean(), ["1", "0", "0"]),
    ("bit", "bit(1)", Boolean(), ["1", "0", "0"]),
    ("bits", "bit(12)", mysql.BIT(12), ["b'101100000001'", "b'1'", "b'1'"]),
    ("short", "varchar(20) collate utf8mb4_general_ci", String(20), ["'B'", "'a'", "'á'", "'A '"]),
    ("exactly", "varchar(20) collate utf8mb4_bin", String(20), ["'B'", "'a'", "'A'", "'a'"]),
    ("unsized", "varchar(20)", String(), ["'B'", "'a'", "'A'"]),
    ("long", "longtext", Text(), [f"concat({LONG}, 'b')", f"concat({LONG}, 'a')", f"concat({LONG}, 'a')"]),
    ("huge", "longtext", mysql.LONGTEXT(), ["concat(repeat('x', 3000), 'b')", "concat(repeat('x', 3000), 'a')", "'é'"]),
    ("bytes", "varbinary(20)", mysql.VARBINARY(20), ["x'ff00'", "x'00'", "x'00'"]),
    ("blob", "blob", LargeBinary(), ["repeat(x'ab', 3000)", "concat(repeat(x'ab', 3000), x'00')", "x'00'"]),
    ("mood", "enum('sad', 'fine', 'angry')", Enum("sad", "fine", "angry"), ["'sad'", "'angry'", "'fine'", "'fine'"]),
    ("moods", "set('x', 'a', 'm')", mysql.SET("x", "a", "m"), ["'x,m'", "'a'", "''", "'a'"]),
    ("day", "date", Date(), ["'0000-00-00'", "'2026-11-23'", "'2026-00-00'", "'2026-11-23'"]),
    ("moment", "datetime(6)", mysql.DATETIME(fsp=6), ["'0000-00-00'", "'2026-11-23 01:02:03.000004'", "'0000-00-00'"]),
    ("stamp", "timestamp null", mysql.TIMESTAMP(), ["'2026-11-23 01:02:03'", "'1999-01-01'", "'1999-01-01'"]),
    ("time", "time(3)", mysql.TIME(fsp=3), ["'-12:00:01.5'", "'838:59:59'", "'03:04:05'", "'03:04:05'"]),
    ("year", "year", mysql.YEAR(), ["2026", "0", "1999", "1999"]),
    ("json", "json", JSON(), ["""'{"b": "X"}'""", """'{"b": "x"}'""", "'[1]'", "'2'", f"concat('\"', {LONG}, '\"')"]),
    (
        "uuid",
        "char(32)",
        Uuid(native_uuid=False),
        ["'f0000000000000000000000000000000'", "'00000000000000000000000000000007'"] * 2,
    ),
    ("native", "uuid", mysql.CHAR(36), ["uuid()", "'00000000-0000-0000-0000-000000000007'"]),
    ("inet", "inet6", NullType(), ["'::2'", "'::1'", "'::1'"]),
    ("spot", "point", NullType(), ["point(1, 2)", "point(0, 1)", "point(0, 1)"]),
]

OTHERWISE: dict[str, dict[str, str]] = {
    "postgresql": {f"k_{name}": f"k_{name}::text" for name in ("json", "spot", "markup")},
    "mysql": {f"k_{name}": f"left(k_{name}, 200)" for name in ("long", "huge", "blob", "json")},
}
"""How a kind is ordered that the server cannot order, or does not order to its end."""

UNTYPED = {
    "day": {"infinity", "-infinity", "0044-03-15 BC", "0000-00-00", "2026-00-00"},
    "moment": {"infinity", "0000-00-00 00:00:00.000000"},
    "zoned": {"-infinity"},
    "time": {"24:00:00", "-12:00:01.500", "838:59:59.000"},
    "spot": {
        "x'000000000101000000000000000000f03f0000000000000040'",
        "x'0000000001010000000000000000000000000000000000f03f'",
    },
}
"""What is shown of dates that Python does not know, and of points: it cannot be typed."""

OTHER_AS_TEXT = {"single", "double", "truth", "bit", "bytes", "blob", "spot"}
"""Kinds that are not shown as the server would write them."""


def is_postgresql(server: Server) -> bool:
    return bool(server.url.get_backend_name() == "postgresql")


def kinds_of(server: Server) -> list[Kind]:
    """Those that a server has."""
    if is_postgresql(server):
        return POSTGRESQL
    return [kind for kind in MARIADB if kind[1] not in {"uuid", "inet6"} or not is_mysql(server)]


def values(kinds: list[Kind], row: int) -> str:
    """The row of that number in SQL; the first has nothing but NULLs."""
    return ", ".join("NULL" if row == 0 else values[min(row, len(values)) - 1] for *_, values in kinds)


@pytest.fixture
def make(server: Server, open_models: OpenModels) -> Callable[[], Any]:
    """Makes a table of every kind, and opens it."""

    async def made() -> OrmDatabase:
        kinds = kinds_of(server)
        loose = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'"
        begin = ["CREATE TYPE mood AS ENUM ('sad', 'fine', 'angry')"] if is_postgresql(server) else [loose]
        columns = ", ".join(f"k_{name} {type_}" for name, type_, *_ in kinds)
        rows = [f"INSERT INTO kinds VALUES ({row}, {values(kinds, row)})" for row in range(6)]  # noqa: S608  our own
        await run(server, *begin, f"CREATE TABLE kinds (id integer PRIMARY KEY, {columns})", *rows)
        mapped = type("Kinds", (), {})
        own = (Column(f"k_{name}", type_) for name, _, type_, _ in kinds)
        registry().map_imperatively(mapped, Table("kinds", MetaData(), Column("id", Integer, primary_key=True), *own))
        return await open_models(server, [mapped])

    return made


async def walk(database: OrmDatabase, query: Query, *, backward: bool = False) -> list[Row]:
    """Every row, two at a time from one end."""
    found, position = list[Row](), None
    while page := (await database.rows.page(query, Seek(position, backward=backward, limit=2))).rows:
        found = [*page, *found] if backward else [*found, *page]
        position = page[0 if backward else -1].position
        assert len(found) <= 6, [row.key for row in found]
    return found


@pytest.mark.thorough
async def test_every_kind_is_listed_ordered_filtered_and_read_whole(server: Server, make: Callable[[], Any]) -> None:
    database = await make()
    entity = await database.models.entity("Kinds")
    listed = (await database.rows.page(Query(entity), Seek())).rows
    assert [row.key for row in listed] == [(n,) for n in range(6)]
    assert not [cell for row in listed for cell in row.cells if cell.is_type_mismatch]
    assert all(cell.is_null for cell in listed[0].cells[1:])
    assert not any(cell.is_null for row in listed[1:] for cell in row.cells)
    for column in entity.columns[1:]:
        await ordered(database, server, Query(entity, SortOrder(column)))
        await ordered(database, server, Query(entity, SortOrder(column, descending=True)))
    for at, column in enumerate(entity.columns[1:], start=1):
        for row in listed[1:]:
            await filtered(database, Query(entity), column, row, at)
    for row in listed:
        whole = await database.rows.whole(Query(entity), row)
        for column, cell, value in zip(entity.columns, row.cells, whole, strict=True):
            assert value.startswith(cell.text.rstrip("…")) or cell.text in {"true", "false"}, column
            stretch = await database.rows.value(Query(entity), row, column, 0, 50)
            assert cell.is_null or stretch.length == cell.length or cell.length is None


async def ordered(database: OrmDatabase, server: Server, query: Query) -> None:
    """The pages from either end make up what the server's own ORDER BY gives, and each row has its rank there."""
    assert query.order is not None
    name, way = query.order.column.name, "DESC" if query.order.descending else "ASC"
    by = OTHERWISE.get(server.url.get_backend_name(), {}).get(name, name)
    own = [tuple(row) for row in await ask(server, f"SELECT id FROM kinds ORDER BY {by} {way}, id {way}")]  # noqa: S608  our own
    for backward in (False, True):
        assert [row.key for row in await walk(database, query, backward=backward)] == own, (str(query), backward)
    for number, (key,) in enumerate(own if not query.order.descending else ()):
        assert await number_of(database, query, str(key)) == number, str(query)


async def filtered(database: OrmDatabase, query: Query, column: Any, row: Row, at: int) -> None:
    """The row is among those that show the same, and among those that contain it."""
    kind, cell = column.name.removeprefix("k_"), row.cells[at]
    if cell.length is not None or not cell.text:
        return
    if cell.text not in UNTYPED.get(kind, ()):
        found = (await database.rows.page(query.filtered(parse_filter(f"={cell.text}", column)), Seek())).rows
        assert row.key in [one.key for one in found], (kind, cell.text)
        assert kind != "json" or {one.cells[at].text for one in found} == {cell.text}
    if kind not in OTHER_AS_TEXT:
        found = (await database.rows.page(query.filtered(parse_filter(f"~{cell.text}", column)), Seek())).rows
        assert row.key in [one.key for one in found], (kind, cell.text)
