"""Queries: any order, any filters, any key; the pages make up what one ORDER BY of the whole table gives."""

import asyncio
import sqlite3
import tempfile
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import asynccontextmanager, closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Float, Integer, LargeBinary, Numeric, String, Table, Uuid
from sqlalchemy.orm import DeclarativeBase

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.query import Query, SortOrder, parse_filter
from pirate_tui.domain.rows import Row, Seek
from pirate_tui.domain.search import Match, Span, onward
from pirate_tui.domain.text import CELL_LIMIT
from pirate_tui.domain.window import Window
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.dialects.parse_value import typed
from tests.orm.conftest import OpenModels, Remembering
from tests.orm.rows.numbers import number_of


class Base(DeclarativeBase):
    """The models of this file."""


def columns() -> list[Column[Any]]:
    """Those that every class of this file has beside its key."""
    return [Column("rank", Integer), Column("name", String), Column("weight", Float), Column("seal", LargeBinary)]


class Numbered(Base):
    """A key of numbers with gaps."""

    __table__ = Table("numbered", Base.metadata, Column("id", Integer, primary_key=True), *columns())


class Named(Base):
    """A key of text, which the database does not keep from being NULL."""

    __table__ = Table("named", Base.metadata, Column("code", String, primary_key=True), *columns())


class Unique(Base):
    """A key of UUIDs."""

    __table__ = Table("sealed", Base.metadata, Column("id", Uuid, primary_key=True), *columns())


class Composite(Base):
    """A key of two columns."""

    __table__ = Table(
        "composite",
        Base.metadata,
        Column("deck", String, primary_key=True),
        Column("number", Integer, primary_key=True),
        *columns(),
    )


TEXTS = ["", "a", "A", "ab", "b", "é", "日本", "100%", "a_b", "/", "x" * 300, "x" * 250 + "y", "back\\x", "[/x]"]

KEYS: dict[type[Base], st.SearchStrategy[tuple[Any, ...]]] = {
    Numbered: st.tuples(st.integers(-5, 60)),
    Named: st.tuples(st.one_of(st.none(), st.sampled_from(TEXTS), st.text("ab", max_size=3))),
    Unique: st.tuples(st.integers(0, 60).map(lambda n: uuid.UUID(int=n * 7**40 % 2**128).hex)),
    Composite: st.tuples(st.sampled_from(["", "a", "b", "bb"]), st.integers(0, 9)),
}

VALUES = st.tuples(
    st.one_of(st.none(), st.integers(0, 3)),
    st.one_of(st.none(), st.sampled_from(TEXTS)),
    st.one_of(st.none(), st.sampled_from([0.1, 0.5, -1e300, 1e-300, 1 / 3]), st.just("heavy")),
    st.one_of(st.none(), st.binary(max_size=3), st.just(b"\xff" * 300)),
)

FILTERS = st.lists(
    st.sampled_from(
        [
            "rank =2",
            "rank <2",
            "rank >0",
            "rank null",
            "name ~a",
            "name =a",
            "name ~%",
            "name ~_",
            "name null",
            "weight >0.2",
        ]
    ),
    max_size=2,
)


class World(NamedTuple):
    """A table with rows, and a query over it."""

    mapped: type[Base]
    rows: list[tuple[Any, ...]]
    order: tuple[int, bool] | None
    filters: list[str]
    is_indexed: bool


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any of the classes with any rows and any query."""
    mapped = draw(st.sampled_from(list(KEYS)))
    keys = draw(st.lists(KEYS[mapped], max_size=30, unique_by=lambda key: key if None not in key else object()))
    rows = [(*key, *draw(VALUES)) for key in keys]
    width = len(mapped.__table__.columns)
    order = draw(st.one_of(st.none(), st.tuples(st.integers(0, width - 1), st.booleans())))
    return World(mapped, rows, order, draw(FILTERS), draw(st.booleans()))


@asynccontextmanager
async def opened(world: World) -> Any:
    """The database of that world, and the query."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "world.db")
        fill(path, world)
        database = await open_database(path, [world.mapped], Limits(30), Remembering([], []))
        try:
            yield database, query_of(database, world)
        finally:
            await database.close()


def fill(path: Path, world: World) -> None:
    """Make the table, with an index on every column or on none."""
    table = world.mapped.__table__
    key = ", ".join(column.name for column in table.primary_key)
    defined = ", ".join(
        f"{c.name}{' INTEGER' if world.mapped is Numbered and c.primary_key else ''}" for c in table.columns
    )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE {table} ({defined}, PRIMARY KEY ({key}))")
        for column in table.columns if world.is_indexed else ():
            connection.execute(f"CREATE INDEX ix_{column.name} ON {table} ({column.name})")
        marks = ", ".join("?" * len(table.columns))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", world.rows)  # noqa: S608
        connection.commit()


def query_of(database: OrmDatabase, world: World) -> Query:
    """The world's query."""
    entity = database.models.catalog.entities[0]
    named = {column.name: column for column in entity.columns}
    order = None if world.order is None else SortOrder(entity.columns[world.order[0]], descending=world.order[1])
    filters = tuple(parse_filter(typed, named[name]) for name, typed in (one.split(" ") for one in world.filters))
    return Query(entity, order, filters)


def whole_table(path_rows: World) -> list[tuple[Any, ...]]:
    """The keys (and the number of the row) in the order of one ORDER BY over the whole table, by sqlite3 alone."""
    world = path_rows
    table = world.mapped.__table__
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    order = [] if world.order is None else [names[world.order[0]]]
    way = " DESC" if world.order is not None and world.order[1] else ""
    by = ", ".join(f"{name}{way}" for name in [*order, *keys, "rowid"])
    where = " AND ".join(map(condition, world.filters)) or "1"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "world.db")
        fill(path, world)
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute(f"SELECT {', '.join(names)} FROM {table} WHERE {where} ORDER BY {by}")  # noqa: S608
            return found.fetchall()


def condition(typed: str) -> str:
    """A filter in SQL, written by hand."""
    name, rest = typed.split(" ")
    if rest == "null":
        return f"{name} IS NULL"
    if rest.startswith("~"):
        return f"instr(lower({name}), '{rest[1:]}') > 0"
    return f"{name} {rest[0]} {rest[1:]!r}" if name == "name" else f"{name} {rest}"


def shown(row: Row) -> tuple[str, ...]:
    """A row as it is compared: the beginnings of its cells."""
    return tuple(cell.text.rstrip("…") for cell in row.cells)


def expected(values: tuple[Any, ...]) -> tuple[str, ...]:
    """How these values would be shown."""
    return tuple(as_text(value) for value in values)


def as_text(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value[:CELL_LIMIT].hex()}'"[:CELL_LIMIT]
    return str(value)[:CELL_LIMIT]


def run(work: Coroutine[None, None, None]) -> None:
    """Run it in a loop of its own: hypothesis calls plain functions."""
    asyncio.run(work)


slowly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.thorough
@slowly
@given(world=worlds(), size=st.integers(1, 7), backward=st.booleans())
def test_pages_from_either_end_make_up_the_whole_table(world: World, size: int, *, backward: bool) -> None:
    async def walk() -> None:
        async with opened(world) as (database, query):
            found, position = list[Row](), None
            while page := (await database.rows.page(query, Seek(position, backward=backward, limit=size))).rows:
                found = [*page, *found] if backward else [*found, *page]
                position = page[0 if backward else -1].position
            assert [shown(row) for row in found] == [expected(row) for row in whole_table(world)]
            assert await database.rows.count(query) == len(found)

    run(walk())


@pytest.mark.thorough
@slowly
@given(worlds(), st.integers(1, 4), st.data())
def test_whatever_is_jumped_to_is_the_row_of_that_number(world: World, size: int, data: st.DataObject) -> None:
    async def jump() -> None:
        rows = [expected(row) for row in whole_table(world)]
        async with opened(world) as (database, query):
            window = Window(page_size=size, pages_held=2)
            window.count = len(rows)
            for _ in range(data.draw(st.integers(0, 6))):
                if data.draw(st.booleans()) and (seek := window.next_anchor) is not None:
                    anchors = await database.rows.next_anchors(query, seek)
                    assert anchors
                    window.add_anchors(anchors)
                if rows:
                    number = data.draw(st.integers(0, (len(rows) - 1) // size))
                    page = await database.rows.page(query, window.seek(number))
                    assert [shown(row) for row in page.rows] == rows[number * size : (number + 1) * size]
                    window.hold(number, page)

    run(jump())


@pytest.mark.thorough
@slowly
@given(
    world=worlds(),
    interval=st.integers(1, 5),
    needle=st.sampled_from(["a", "é", "%", "_", "x", "zzz"]),
    backward=st.booleans(),
)
def test_a_search_meets_every_hit_once_around(world: World, interval: int, needle: str, *, backward: bool) -> None:
    async def search() -> None:
        rows = whole_table(world)
        hits = [n for n, row in enumerate(rows) if any(needle in str(v).lower() for v in texts(world, row))]
        async with opened(world) as (database, query):
            everything = (await database.rows.page(query, Seek())).rows
            anchors = await database.rows.anchors(query, interval)
            assert anchors == [row.position for row in everything[interval - 1 :: interval]]
            spans = [
                Span(*ends, start=n * interval)
                for n, ends in enumerate(zip([None, *anchors], [*anchors, None], strict=True))
            ]
            match = Match(needle)
            counted = [await database.rows.count_between(query, span, match) for span in spans]
            assert sum(counted) == len(hits)
            met, at = [], 0
            for _ in range(len(hits) if everything else 0):
                at = await next_hit(database, query, match, spans, at, everything, backward=backward)
                met.append(at)
            assert sorted(met) == hits

    run(search())


def texts(world: World, row: tuple[Any, ...]) -> Iterator[Any]:
    """The values of a row's columns of text."""
    return (v for v, column in zip(row, world.mapped.__table__.columns, strict=True) if isinstance(column.type, String))


async def next_hit(  # noqa: PLR0913  it stands for a person at a screen
    database: OrmDatabase,
    query: Query,
    match: Match,
    spans: list[Span],
    row: int,
    rows: tuple[Row, ...],
    *,
    backward: bool,
) -> int:
    """The number of the next hit from a row on."""
    for span in onward(spans, row, rows[row].position, backward=backward):
        position = await database.rows.nearest(query, span, match, backward=backward)
        if position is not None:
            start = max((one for one in spans if one.start <= span.start), key=lambda one: one.start)
            count = await database.rows.count_between(query, Span(start.after, position))
            assert rows[start.start + count - 1].position == position
            return start.start + count - 1
    raise AssertionError("there is a hit")


# What is known of a query beforehand, and of one row of it.


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The numbered: three rows, one of them with a long name, an index on the rank."""
    path = tmp_path / "numbered.db"
    world = World(
        Numbered,
        [(1, 3, "x" * 250 + "y" * 50, 0.5, b"\x00\xff"), (2, 1, "b", None, None), (3, 2, "c", 1.5, None)],
        None,
        [],
        False,
    )
    fill(path, world)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE INDEX ix_rank ON numbered (rank)")
    return path


@pytest.fixture
async def database(path: Path, open_models: OpenModels) -> OrmDatabase:
    """Open."""
    return await open_models(path, [Numbered])


def named(database: OrmDatabase, name: str) -> Any:
    """The column of that name."""
    return next(column for column in database.models.catalog.entities[0].columns if column.name == name)


@pytest.mark.parametrize(("name", "is_sorted"), [("id", True), ("rank", True), ("name", False)])
async def test_whether_an_index_serves_an_order_is_known_beforehand(
    database: OrmDatabase, name: str, *, is_sorted: bool
) -> None:
    for descending in (False, True):
        query = Query(database.models.catalog.entities[0], SortOrder(named(database, name), descending))
        assert await database.rows.is_sorted(query) is is_sorted


async def test_there_is_an_estimate_where_analyze_was_run(path: Path, database: OrmDatabase) -> None:
    query = Query(database.models.catalog.entities[0])
    assert await database.rows.estimate(query) is None
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ANALYZE")
        connection.execute("UPDATE sqlite_stat1 SET stat = '12345 7' WHERE tbl = 'numbered'")
        connection.commit()
    await database.renew()
    assert await database.rows.estimate(query) == 12_345
    assert await database.rows.estimate(query.filtered(parse_filter("=1", named(database, "rank")))) is None


async def test_values_are_read_whole_and_in_stretches(database: OrmDatabase) -> None:
    query = Query(database.models.catalog.entities[0])
    row = (await database.rows.page(query, Seek())).rows[0]
    long = "x" * 250 + "y" * 50
    assert await database.rows.whole(query, row) == ("1", "3", long, "0.5", "x'00ff'")
    part = await database.rows.value(query, row, named(database, "name"), 200, 60)
    assert (part.lines, part.length) == ((long[200:260],), 300)
    blob = await database.rows.value(query, row, named(database, "seal"), 1, 10)
    assert (blob.lines, blob.length) == (("x'ff'",), 2)


@pytest.mark.parametrize("descending", [False, True])
async def test_a_row_without_a_key_has_whole_values_too(
    tmp_path: Path, open_models: OpenModels, *, descending: bool
) -> None:
    rows = [(None, n, "z" * 300 + str(n), None, None) for n in range(3)]
    fill(tmp_path / "named.db", World(Named, rows, None, [], False))
    database = await open_models(tmp_path / "named.db", [Named])
    query = Query(database.models.catalog.entities[0], SortOrder(named(database, "name"), descending))
    for row in (await database.rows.page(query, Seek())).rows:
        assert row.key is None
        assert (await database.rows.whole(query, row))[2] == f"{'z' * 300}{row.cells[1].text}"


async def test_a_row_that_is_gone_is_trouble(path: Path, database: OrmDatabase) -> None:
    query = Query(database.models.catalog.entities[0])
    row = (await database.rows.page(query, Seek())).rows[0]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM numbered WHERE id = 1")
        connection.commit()
    with pytest.raises(BrowserError, match="this row is no longer in the database"):
        await database.rows.whole(query, row)
    with pytest.raises(BrowserError, match="this row is no longer in the database"):
        await database.rows.value(query, row, named(database, "name"), 0, 10)


async def test_pages_go_on_behind_a_row_that_is_gone_also_where_only_its_beginning_is_known(
    tmp_path: Path, open_models: OpenModels
) -> None:
    rows = [(n, None, "z" * 250 + chr(97 + n), None, None) for n in range(6)]
    path = tmp_path / "numbered.db"
    fill(path, World(Numbered, rows, None, [], False))
    database = await open_models(path, [Numbered])
    query = Query(database.models.catalog.entities[0], SortOrder(named(database, "name")))
    page = (await database.rows.page(query, Seek(limit=3))).rows
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM numbered WHERE id = 2")
        connection.commit()
    behind = (await database.rows.page(query, Seek(page[-1].position))).rows
    assert [row.key for row in behind][-3:] == [(3,), (4,), (5,)], "nothing is lost"


@pytest.mark.parametrize(
    ("column", "typed", "reason"),
    [
        ("rank", "=many", "many is not a valid int"),
        ("weight", "<heavy", "heavy is not a valid float"),
        ("seal", "=ff", "ff is not a BLOB"),
    ],
)
async def test_what_no_value_can_be_is_said(database: OrmDatabase, column: str, typed: str, reason: str) -> None:
    query = Query(database.models.catalog.entities[0]).filtered(parse_filter(typed, named(database, column)))
    with pytest.raises(BrowserError, match=reason):
        await database.rows.count(query)


@pytest.mark.parametrize(
    ("column_type", "text", "value"),
    [
        (Boolean(), "True", True),
        (Boolean(), "no", False),
        (LargeBinary(), "x'00FF'", b"\x00\xff"),
        (Integer(), "12", 12),
        (Float(), "1e3", 1000.0),
        (Date(), "2026-11-22", date(2026, 11, 22)),
        (DateTime(), "2026-11-22 10:00", datetime(2026, 11, 22, 10)),  # noqa: DTZ001  as the column has it
        (Uuid(), "00000000-0000-0000-0000-000000000007", uuid.UUID(int=7)),
        (Numeric(), "1.50", Decimal("1.50")),
        (String(), "12", "12"),
        (JSON(), "[1]", "[1]"),
    ],
)
def test_what_is_typed_becomes_a_value_of_the_columns_type(column_type: Any, text: str, value: Any) -> None:
    assert typed(column_type, text) == value


@pytest.mark.parametrize(
    ("column_type", "text"), [(Boolean(), "maybe"), (Date(), "today"), (Uuid(), "7"), (Numeric(), "x")]
)
def test_what_no_value_of_the_type_can_be_is_refused(column_type: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        typed(column_type, text)


async def test_a_prefix_finds_what_begins_with_it_exactly(tmp_path: Path, open_models: OpenModels) -> None:
    names = ["ab", "abc", "aB", "b", "xab", "ab\U0010ffff", None]
    fill(
        tmp_path / "n.db",
        World(Numbered, [(n, None, name, None, None) for n, name in enumerate(names)], None, [], True),
    )
    database = await open_models(tmp_path / "n.db", [Numbered])
    match = Match("ab", named(database, "name"), is_prefix=True)
    assert await database.rows.count_between(Query(database.models.catalog.entities[0]), Span(), match) == 3


@pytest.mark.parametrize(("prefix", "expected"), [("Z", 1), ("z", 1), ("bob@", 1), ("bob", 2), ("Bob", 0)])
async def test_a_prefix_is_exact_where_the_index_does_not_tell_letters_apart(
    prefix: str, expected: int, tmp_path: Path, open_models: OpenModels
) -> None:
    with closing(sqlite3.connect(tmp_path / "n.db")) as connection:
        connection.executescript("""
            CREATE TABLE numbered (id INTEGER PRIMARY KEY, rank, name TEXT COLLATE NOCASE, weight, seal);
            CREATE INDEX by_name ON numbered (name);
            INSERT INTO numbered (name) VALUES ('Zed'), ('zoe'), ('bob@sea'), ('bob_y');
        """)
    database = await open_models(tmp_path / "n.db", [Numbered])
    match = Match(prefix, named(database, "name"), is_prefix=True)
    query = Query(database.models.catalog.entities[0])
    assert await database.rows.count_between(query, Span(), match) == expected


class Branded(Base):
    """A key of bytes."""

    __table__ = Table("branded", Base.metadata, Column("mark", LargeBinary, primary_key=True))


class Housed(Base):
    """A table with its schema's name, and a key that may be NULL."""

    __table__ = Table(
        "housed", Base.metadata, Column("code", String, primary_key=True), Column("rank", Integer), schema="main"
    )


async def test_a_table_that_is_named_with_its_schema_has_windows_too(tmp_path: Path, open_models: OpenModels) -> None:
    with closing(sqlite3.connect(tmp_path / "housed.db")) as connection:
        connection.execute("CREATE TABLE housed (code, rank)")
        connection.executemany("INSERT INTO housed VALUES (?, ?)", [(None, 1), ("a", 1), (None, 1), ("b", None)])
        connection.commit()
    database = await open_models(tmp_path / "housed.db", [Housed])
    for order in (None, SortOrder(named(database, "rank"), descending=True)):
        query, found, position = Query(database.models.catalog.entities[0], order), list[Row](), None
        while page := (await database.rows.page(query, Seek(position, limit=1))).rows:
            found, position = [*found, *page], page[-1].position
        assert sorted(row.cells[0].text for row in found) == ["NULL", "NULL", "a", "b"]


async def test_a_key_of_bytes_is_found_as_it_is_typed(tmp_path: Path, open_models: OpenModels) -> None:
    with closing(sqlite3.connect(tmp_path / "branded.db")) as connection:
        connection.execute("CREATE TABLE branded (mark BLOB PRIMARY KEY)")
        connection.executemany("INSERT INTO branded VALUES (?)", [(b"\x00",), (b"\x00\xff",), (b"a",)])
        connection.commit()
    database = await open_models(tmp_path / "branded.db", [Branded])
    assert await number_of(database, Query(database.models.catalog.entities[0]), "x'00ff'") == 1
