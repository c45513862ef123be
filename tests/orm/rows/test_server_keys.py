"""Keys of every kind on the servers, also where values do not compare as they come, or Python has none."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from sqlalchemy import (
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
    Table,
    Time,
    Uuid,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeEngine

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.query import Query, SortOrder, parse_filter
from pirate_tui.domain.rows import Row, Seek
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels
from tests.orm.rows.numbers import number_of
from tests.servers import DRIVERS, ask, run


class Part(NamedTuple):
    """A column of a key."""

    in_database: str
    in_model: TypeEngine[Any]


class Kind(NamedTuple):
    """A kind of key, and keys of that kind in SQL."""

    parts: Sequence[Part]
    keys: Sequence[str]
    unknown: frozenset[int] = frozenset()
    """Of which of them an instance has no value that would be found again."""


def single(in_database: str, in_model: TypeEngine[Any], *keys: str, unknown: Sequence[int] = ()) -> Kind:
    """Of one column."""
    return Kind([Part(in_database, in_model)], keys, frozenset(unknown))


MOODS = Enum("sad", "fine", "angry", name="mood")

POSTGRESQL = {
    "enum": single("mood", MOODS, "'angry'", "'sad'", "'fine'"),
    "double": single("double precision", Double(), "0.1", "-1.5", "'Infinity'", "1e-300"),
    "numeric": single("numeric", Numeric(), "'NaN'", "-2", "1.5", "12345678901234567890.123456789"),
    "zoned": single(
        "timestamptz", DateTime(timezone=True), "'infinity'", "'2026-11-23 01:02+05'", "'1999-01-01Z'", unknown=[0]
    ),
    "time": single("time", Time(), "'24:00'", "'03:04:05.6'", "'00:00'", unknown=[0]),
    "interval": single("interval", Interval(), "'1 year'", "'-1 day'", "'1 mon'", "'31 days'", unknown=[0]),
    "bool": single("boolean", Boolean(), "true", "false"),
    "char": single("char(3)", postgresql.CHAR(3), "'b'", "'ab'", "''"),
    "bytea": single("bytea", LargeBinary(), r"'\xff'", r"'\x00'", r"'\x'"),
    "uuid": single("uuid", Uuid(), "'f0000000-0000-0000-0000-000000000000'", "'00000000-0000-0000-0000-000000000007'"),
    "array": single("integer[]", postgresql.ARRAY(Integer), "'{2}'", "'{1,10}'", "'{}'", unknown=[0, 1, 2]),
    "composite": Kind(
        [Part("integer", Integer()), Part("timestamp", DateTime())],
        ["2, '2026-11-23'", "1, 'infinity'", "2, 'infinity'", "1, '2026-11-23 00:00:00.5'"],
        frozenset({1, 2}),
    ),
}

MARIADB = {
    "enum": single("enum('sad', 'fine', 'angry')", MOODS, "'angry'", "'sad'", "'fine'"),
    "set": single("set('z', 'a')", mysql.SET("z", "a"), "'z,a'", "'z'", "''", "'a'", unknown=[0, 1, 2, 3]),
    "bit": single("bit(12)", mysql.BIT(12), "b'100000000001'", "b'1'", "b'1000'"),
    "truth": single("bit(1)", mysql.BIT(1), "b'1'", "b'0'"),
    "float": single("float", Float(), "0.1", "0.2", "-1.5", "1e30", unknown=[0, 1, 3]),
    "double": single("double", Double(), "0.1", "-1.5", "1e300", "1e-300"),
    "time": single(
        "time(3)", mysql.TIME(fsp=3), "'838:59:59'", "'-12:00:01.5'", "'03:04'", "'24:00'", unknown=[0, 1, 3]
    ),
    "date": single("date", Date(), "'2026-11-23'", "'0000-00-00'", "'2026-00-00'", "'1999-01-01'"),
    "stamp": single("datetime(6)", mysql.DATETIME(fsp=6), "'2026-11-23 00:00:00.000002'", "'2026-11-23'"),
    "year": single("year", mysql.YEAR(), "2026", "0", "1999"),
    "decimal": single("decimal(30, 10)", Numeric(30, 10), "12345678901234567890.5", "-1", "2.5"),
    "unsigned": single("bigint unsigned", mysql.BIGINT(unsigned=True), "18446744073709551615", "0", "7"),
    "bool": single("boolean", Boolean(), "true", "false"),
    "bytes": single("binary(16)", mysql.BINARY(16), "x'ff'", "x'00'", "x'5c27'"),
    "char": single("char(10)", mysql.CHAR(10), "'b'", "'A'", "'é'", "'C'"),
    "composite": Kind(
        [Part("enum('sad', 'fine', 'angry')", MOODS), Part("integer", Integer())],
        ["'angry', 1", "'sad', 2", "'fine', 1", "'sad', 1", "'angry', 0"],
    ),
}

REAL = "0.1", "'NaN'", "-1.5", "0.2"

DATES = "'infinity'", "'0044-03-15 BC'", "'9999-12-31'", "'2026-11-23'", "'10000-01-01'"

MOMENTS = "'-infinity'", "'9999-12-31 23:59:59.999999'", "'2026-11-23 01:02:03.000004'"

ALL = {
    "psycopg": {
        **POSTGRESQL,
        "real": single("real", Float(), *REAL, unknown=[0, 3]),
        "date": single("date", Date(), *DATES, unknown=[0, 1, 4]),
        "timestamp": single("timestamp", DateTime(), *MOMENTS, unknown=[0]),
    },
    "asyncpg": {
        **POSTGRESQL,
        "real": single("real", Float(), *REAL),
        "date": single("date", Date(), *DATES, unknown=[0, 1, 2, 4]),
        "timestamp": single("timestamp", DateTime(), *MOMENTS, unknown=[0, 1]),
    },
    "asyncmy": MARIADB,
    "asyncmy-mysql": MARIADB,
}
"""By driver: of a number of few digits psycopg reads those, which are not all of it, and asyncpg the very number; but
asyncpg takes the last date of all for infinite."""

KINDS = [pytest.param(driver, kind, id=f"{driver}-{name}") for driver in DRIVERS for name, kind in ALL[driver].items()]


async def opened(server: Server, kind: Kind, open_models: OpenModels) -> OrmDatabase:
    """A database of one table with such a key; `number` tells the rows in the order in which they were put there."""
    names = [f"k{at}" for at in range(len(kind.parts))]
    typed = ", ".join(f"{name} {part.in_database}" for name, part in zip(names, kind.parts, strict=True))
    is_postgresql = server.url.get_backend_name() == "postgresql"
    begin = (
        "CREATE TYPE mood AS ENUM ('sad', 'fine', 'angry')" if is_postgresql else "SET sql_mode = 'ALLOW_INVALID_DATES'"
    )
    table = f"CREATE TABLE kept ({typed}, number integer, tie integer, PRIMARY KEY ({', '.join(names)}))"
    rows = (f"INSERT INTO kept VALUES ({key}, {at}, nullif({at} % 3, 1))" for at, key in enumerate(kind.keys))  # noqa: S608  our own
    await run(server, begin, table, *rows)
    mapped = type("Kept", (), {})
    columns = [Column(name, part.in_model, primary_key=True) for name, part in zip(names, kind.parts, strict=True)]
    others = Column("number", Integer), Column("tie", Integer)
    registry().map_imperatively(mapped, Table("kept", MetaData(), *columns, *others))
    return await open_models(server, [mapped])


def number(row: Row) -> int:
    """Which row it is."""
    return int(row.cells[-2].text)


async def walk(database: OrmDatabase, query: Query, size: int, *, backward: bool) -> list[int]:
    """Every row, page after page from one end."""
    found, position = list[Row](), None
    while page := (await database.rows.page(query, Seek(position, backward=backward, limit=size))).rows:
        found = [*page, *found] if backward else [*found, *page]
        position = page[0 if backward else -1].position
        assert len(found) <= 5, [number(row) for row in found]
    return [number(row) for row in found]


async def is_walked(database: OrmDatabase, server: Server, query: Query, by: str) -> None:
    """Pages from either end, ranks and anchors agree with the server's own ORDER BY."""
    own = [row[0] for row in await ask(server, f"SELECT number FROM kept ORDER BY {by}")]  # noqa: S608  our own
    for backward in (False, True):
        for size in (1, 2):
            assert await walk(database, query, size, backward=backward) == own, (by, backward, size)
    rows = (await database.rows.page(query, Seek())).rows
    for at, row in enumerate(rows):
        key = tuple(cell.text for cell in row.cells[:-2])
        assert await number_of(database, query, *key) == at, (by, key)
    assert str(await database.rows.anchors(query, 2)) == str([row.position for row in rows[1::2]]), "NaN is never equal"


async def is_right(database: OrmDatabase, server: Server, kind: Kind) -> None:
    """The table is read in any order, each row whole, and every row rested on whose key an instance can have."""
    entity = await database.models.entity("Kept")
    names = [column.name for column in entity.columns[:-2]]
    await is_walked(database, server, Query(entity), ", ".join(names))
    for column in entity.columns[len(names) - 1 :]:
        for way in ("ASC", "DESC"):
            by = ", ".join(f"{name} {way}" for name in dict.fromkeys([column.name, *names]))
            query = Query(entity, SortOrder(column, descending=way == "DESC"))
            await is_walked(database, server, query, by)
    rows = (await database.rows.page(Query(entity), Seek())).rows
    assert not [cell for row in rows for cell in row.cells if cell.is_type_mismatch]
    assert {number(row) for row in rows if row.key is None} == kind.unknown
    for row in rows:
        assert (await database.rows.whole(Query(entity), row))[-2] == row.cells[-2].text
        if row.key is not None:
            assert str((await database.instances.load_instance(entity, row.key)).key) == str(row.key)


@pytest.mark.filterwarnings("ignore:Type object .* OperatorClass")  # SQLAlchemy 2.1 gave none to its own BIT and YEAR
@pytest.mark.parametrize(("server", "kind"), KINDS, indirect=["server"])
async def test_a_key_of_any_kind_is_walked_ranked_and_rested_on(
    server: Server, kind: Kind, open_models: OpenModels
) -> None:
    await is_right(await opened(server, kind, open_models), server, kind)


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_a_row_that_is_gone_is_not_taken_for_the_one_before(server: Server, open_models: OpenModels) -> None:
    database = await opened(server, POSTGRESQL["composite"], open_models)
    query = Query(await database.models.entity("Kept"))
    gone = (await database.rows.page(query, Seek())).rows[-1]
    assert gone.key is None
    await run(server, "DELETE FROM kept WHERE number = 2")
    with pytest.raises(BrowserError, match="no longer in the database"):
        await database.rows.whole(query, gone)


@pytest.mark.parametrize("server", ["asyncmy"], indirect=True)
@pytest.mark.parametrize("name", ["decimal", "float"])
@pytest.mark.parametrize("typed", ["=NaN", ">Infinity", "<-inf", "=1e400"])
async def test_a_number_that_no_column_holds_is_refused(
    server: Server, open_models: OpenModels, name: str, typed: str
) -> None:
    database = await opened(server, MARIADB[name], open_models)
    entity = await database.models.entity("Kept")
    with pytest.raises(BrowserError, match="is not a finite number"):
        await database.rows.page(Query(entity).filtered(parse_filter(typed, entity.columns[0])), Seek())
