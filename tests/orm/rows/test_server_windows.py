"""Windows on the servers: whatever the key, the order and the filters, one ORDER BY of the server itself agrees."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Float,
    Integer,
    LargeBinary,
    NullPool,
    String,
    Table,
    Text,
    Uuid,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.mysql import VARBINARY
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from pirate_tui.domain.query import Query, SortOrder, parse_filter
from pirate_tui.domain.rows import Row, Seek
from pirate_tui.domain.search import Match, Span, onward
from pirate_tui.domain.window import Window
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from tests.orm.conftest import Remembering
from tests.servers import DRIVERS, fresh_database


class Base(DeclarativeBase):
    """The models of this file."""


def columns() -> list[Column[Any]]:
    """Those that every class of this file has beside its key."""
    return [
        Column("rank", Integer, index=True),
        Column("name", String(255)),
        Column("note", Text),
        Column("weight", Float),
        Column("seal", LargeBinary),
    ]


class Numbered(Base):
    """A key of numbers with gaps."""

    __table__ = Table("numbered", Base.metadata, Column("id", Integer, primary_key=True), *columns())


class Named(Base):
    """A key of text, which a collation may call equal to another."""

    __table__ = Table("named", Base.metadata, Column("code", String(40), primary_key=True), *columns())


class Unique(Base):
    """A key of UUIDs."""

    __table__ = Table("sealed", Base.metadata, Column("id", Uuid, primary_key=True), *columns())


class Branded(Base):
    """A key of bytes."""

    __table__ = Table(
        "branded",
        Base.metadata,
        Column("mark", LargeBinary().with_variant(VARBINARY(16), "mysql"), primary_key=True),
        *columns(),
    )


class Composite(Base):
    """A key of three columns."""

    __table__ = Table(
        "composite",
        Base.metadata,
        Column("deck", String(20), primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("side", Uuid, primary_key=True),
        *columns(),
    )


TEXTS = [
    "",
    " ",
    "a",
    "A",
    "a ",
    "ab",
    "b",
    "é",
    "e",
    "日本",
    "100%",
    "a_b",
    "/",
    "\\",
    "x" * 255,
    "x" * 254 + "y",
    "Z",
]
LONG = [*TEXTS, "x" * 3000 + "a", "x" * 3000 + "b", "x" * 210]
UUIDS = st.integers(0, 60).map(lambda n: uuid.UUID(int=n * 7**40 % 2**128))

KEYS: dict[type[Base], st.SearchStrategy[tuple[Any, ...]]] = {
    Numbered: st.tuples(st.integers(-5, 60)),
    Named: st.tuples(st.one_of(st.sampled_from([one for one in TEXTS if len(one) < 40]), st.text("aB", max_size=3))),
    Unique: st.tuples(UUIDS),
    Branded: st.tuples(st.binary(max_size=3)),
    Composite: st.tuples(st.sampled_from(["", "a", "A", "b", "bb"]), st.integers(0, 2), UUIDS),
}

VALUES = st.tuples(
    st.one_of(st.none(), st.integers(0, 3)),
    st.one_of(st.none(), st.sampled_from(TEXTS)),
    st.one_of(st.none(), st.sampled_from(LONG)),
    st.one_of(st.none(), st.sampled_from([0.1, 0.5, -1e30, 1e-30, 1 / 3])),
    st.one_of(st.none(), st.binary(max_size=3), st.just(b"\xff" * 300)),
)

FILTERS = {
    "rank =2": "t.rank = 2",
    "rank >0": "t.rank > 0",
    "rank null": "t.rank IS NULL",
    "name ~a": "name LIKE '%a%'",
    "name =a": "name = 'a'",
    "name <b": "name < 'b'",
    "name ~%": "name LIKE '%/%%' ESCAPE '/'",
    "note ~_": "note LIKE '%/_%' ESCAPE '/'",
    "weight =0.1": "weight > 0.0999 AND weight < 0.1001",
    "weight >0.2": "weight > 0.2",
    "seal =x'00'": "length(seal) = 1 AND hex(seal) = '00'",
}
"""What is typed, and the same by hand."""

NEEDLES = {"a": "%a%", "é": "%é%", "%": "%/%%", "_": "%/_%", "x": "%x%", "/": "%//%", "\\": "%\\%", "zzz": "%zzz%"}
"""What is sought, and the same as a pattern."""


class World(NamedTuple):
    """A table with rows, and a query over it."""

    mapped: type[Base]
    rows: list[tuple[Any, ...]]
    order: tuple[str, bool] | None = None
    filters: tuple[str, ...] = ()

    @property
    def table(self) -> Any:
        """Of the class."""
        return self.mapped.__table__


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any of the classes with any rows and any query."""
    mapped = draw(st.sampled_from(list(KEYS)))
    keys = draw(st.lists(KEYS[mapped], max_size=25, unique=True))
    names = [column.name for column in mapped.__table__.columns]
    order = draw(st.one_of(st.none(), st.tuples(st.sampled_from(names), st.booleans())))
    filters = draw(st.lists(st.sampled_from(list(FILTERS)), max_size=1))
    return World(mapped, [(*key, *draw(VALUES)) for key in keys], order, tuple(filters))


class Sea:
    """A database of a server, open for reading by the browser and for writing by the test."""

    def __init__(self, engine: AsyncEngine, database: OrmDatabase) -> None:
        self._engine = engine
        self.database = database

    async def fill(self, world: World) -> None:
        """Let the table hold the rows of that world and no others; a key that another one equals stays away."""
        names = [column.name for column in world.table.columns]
        putting = insert(world.table)
        if self.is_mariadb:
            putting = putting.prefix_with("IGNORE")
        async with self._engine.begin() as connection:
            await connection.execute(world.table.delete())
            for row in world.rows:
                await connection.execute(putting, dict(zip(names, row, strict=True)))

    @property
    def is_mariadb(self) -> bool:
        """Is it the one that sorts long text by its beginning?"""
        return self._engine.dialect.name == "mysql"

    async def rows(self, world: World, *conditions: Any) -> list[tuple[Any, ...]]:
        """The keys of the world's query, by one ORDER BY of the server's own."""
        table, keys = world.table.alias("t"), list(world.table.primary_key.columns.keys())
        name, descending = world.order or (keys[0], False)
        first = table.c[name]
        if self.is_mariadb and name in {"note", "seal"}:
            first = func.left(first, 200)
        by = [first, *(table.c[key] for key in keys)]
        statement = select(*(table.c[key] for key in keys)).order_by(*(one.desc() if descending else one for one in by))
        typed = [FILTERS[one].replace("t.rank", "t.`rank`" if self.is_mariadb else "t.rank") for one in world.filters]
        if not self.is_mariadb:
            typed = [one.replace("hex(seal)", "encode(seal, 'hex')") for one in typed]
        statement = statement.where(*map(text, [one.replace(":", "\\:") for one in typed]), *conditions)
        async with self._engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(statement)]

    async def hits(self, world: World, needle: str) -> list[tuple[Any, ...]]:
        """The keys of the rows that hold what is sought, by the server's own LIKE."""
        columns = [column.name for column in world.table.columns if isinstance(column.type, String)]
        like = " OR ".join(f"t.{name} LIKE :pattern ESCAPE '/'" for name in columns)
        return await self.rows(world, text(f"({like})").bindparams(pattern=NEEDLES[needle]))

    def query(self, world: World) -> Query:
        """The world's query."""
        entity = next(one for one in self.database.models.catalog.entities if one.name == world.mapped.__name__)
        named = {column.name: column for column in entity.columns}
        order = None if world.order is None else SortOrder(named[world.order[0]], descending=world.order[1])
        filters = (parse_filter(typed, named[name]) for name, typed in (one.split(" ") for one in world.filters))
        return Query(entity, order, tuple(filters))


@asynccontextmanager
async def sailed(driver: str) -> AsyncIterator[Sea]:
    """A fresh database by that driver, with all tables of this file."""
    async for server in fresh_database(driver):
        engine = create_async_engine(server.url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        database = await open_database(server, list(KEYS), Limits(30), Remembering([], []))
        yield Sea(engine, database)
        await database.close()
        await engine.dispose()


@contextmanager
def sea_and_loop(driver: str) -> Iterator[tuple[Sea, asyncio.Runner]]:
    """The database, and the one loop that all examples run in: hypothesis calls plain functions."""
    with asyncio.Runner() as runner:
        made = sailed(driver)
        sea = runner.run(made.__aenter__())
        try:
            yield sea, runner
        finally:
            runner.run(made.__aexit__(None, None, None))


thoroughly = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def keys_of(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return [row.key or () for row in rows]


async def everything(sea: Sea, query: Query) -> list[Row]:
    """All rows of the query in one page."""
    return list((await sea.database.rows.page(query, Seek(limit=10_000))).rows)


async def check_pages(sea: Sea, world: World, size: int) -> None:
    """Pages from either end, the count, and the rank of some rows with their pages, as their keys are typed."""
    query, own = sea.query(world), await sea.rows(world)
    assert await sea.database.rows.count(query) == len(own)
    for backward in (False, True):
        found, position = list[Row](), None
        while page := (await sea.database.rows.page(query, Seek(position, backward=backward, limit=size))).rows:
            found = [*page, *found] if backward else [*found, *page]
            position = page[0 if backward else -1].position
            assert len(found) <= len(own)
        assert keys_of(found) == own
    window = Window(page_size=size)
    for number in range(0, len(own), 3):
        rank = await sea.database.rows.rank(query, as_typed(own[number]))
        assert rank is not None
        assert rank.number == number
        before = window.before_page_of(rank)
        position = None if before is None else await sea.database.rows.anchor(query, before)
        around = await sea.database.rows.page(query, Seek(position, limit=size))
        assert keys_of(around.rows) == own[number // size * size :][:size]


def as_typed(key: Sequence[Any]) -> tuple[str, ...]:
    return tuple(f"x'{part.hex()}'" if isinstance(part, bytes) else str(part) for part in key)


async def check_jumps(sea: Sea, world: World, size: int) -> None:
    """Every page of a window, behind anchors that were walked, is that of the whole table."""
    query, own = sea.query(world), await sea.rows(world)
    window = Window(page_size=size, pages_held=2)
    window.count = len(own)
    while (seek := window.next_anchor) is not None:
        anchors = await sea.database.rows.next_anchors(query, seek)
        assert anchors
        window.add_anchors(anchors[:2])  # the next ones are then read from a position on
    for number in range(-(-len(own) // size)):
        page = await sea.database.rows.page(query, window.seek(number))
        assert keys_of(page.rows) == own[number * size : (number + 1) * size]


async def check_search(sea: Sea, world: World, interval: int, needle: str) -> None:
    """All anchors at once are the rows that they should be; a search meets every hit once, either way around."""
    query, rows = sea.query(world), await everything(sea, sea.query(world))
    anchors = await sea.database.rows.anchors(query, interval)
    assert anchors == [row.position for row in rows[interval - 1 :: interval]]
    ends = zip([None, *anchors], [*anchors, None], strict=True)
    spans = [Span(*both, start=n * interval) for n, both in enumerate(ends)]
    match, hits = Match(needle), await sea.hits(world, needle)
    assert sum([await sea.database.rows.count_between(query, span, match) for span in spans]) == len(hits)
    for backward in (False, True):
        met, at = list[tuple[Any, ...]](), 0
        for _ in hits:
            at = await next_hit(sea, query, match, spans, (at, rows), backward=backward)
            met.append(rows[at].key or ())
        assert sorted(met) == sorted(hits)


async def next_hit(
    sea: Sea, query: Query, match: Match, spans: list[Span], here: tuple[int, list[Row]], *, backward: bool
) -> int:
    """The number of the next hit from a row on."""
    row, rows = here
    for span in onward(spans, row, rows[row].position, backward=backward):
        position = await sea.database.rows.nearest(query, span, match, backward=backward)
        if position is not None:
            start = max((one for one in spans if one.start <= span.start), key=lambda one: one.start)
            count = await sea.database.rows.count_between(query, Span(start.after, position))
            assert rows[start.start + count - 1].position == position
            return start.start + count - 1
    raise AssertionError("there is a hit")


def few(mapped: type[Base], *keys: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """A row for each key: every third has NULLs, the others ties, and long text that is the same for 1,024 bytes."""
    long = ["x" * 3000 + "b", "x" * 3000 + "a", "x" * 250, "y", "Y"]
    some = [(n % 2, TEXTS[n % len(TEXTS)], long[n % 5], 0.1 * (n % 4), b"\0" * (n % 2)) for n in range(len(keys))]
    nothing = (None,) * (len(mapped.__table__.columns) - len(keys[0]))
    return [(*key, *(nothing if n % 3 == 2 else some[n])) for n, key in enumerate(keys)]


SEALS = [uuid.UUID(int=n * 7**40 % 2**128) for n in range(8)]

FEW = {
    Numbered: few(Numbered, *((n * 7 % 20 + 1,) for n in range(11))),
    Named: few(Named, *((one,) for one in ("b", "B", "", "é", "e", "a b", "a", "日本", "%", "A"))),
    Unique: few(Unique, *((seal,) for seal in SEALS)),
    Branded: few(Branded, *((bytes([n * 77 % 256]),) for n in range(8))),
    Composite: few(Composite, *((deck, n, SEALS[n]) for deck in ("a", "b", "A") for n in (1, 2, 3))),
}


@pytest.mark.parametrize("driver", DRIVERS)
def test_windows_by_each_kind_of_key_are_the_servers_own(driver: str) -> None:
    with sea_and_loop(driver) as (sea, runner):
        for mapped, rows in FEW.items():
            world = World(mapped, rows, filters=("note ~_",) if mapped is Branded else ())
            runner.run(sea.fill(world))
            runner.run(check_pages(sea, world, 4))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("driver", DRIVERS)
def test_windows_with_nulls_and_ties_are_the_servers_own(driver: str, *, descending: bool) -> None:
    with sea_and_loop(driver) as (sea, runner):
        runner.run(sea.fill(World(Numbered, FEW[Numbered])))
        for name in ("rank", "note", "weight"):
            runner.run(check_pages(sea, World(Numbered, FEW[Numbered], (name, descending)), 4))
        runner.run(check_search(sea, World(Numbered, FEW[Numbered], ("name", descending)), 4, "a"))


@pytest.mark.parametrize("name", ["weight", "name", "seal"])
@pytest.mark.parametrize("driver", DRIVERS)
def test_pages_go_on_behind_a_row_that_is_gone(driver: str, name: str) -> None:
    world = World(Numbered, FEW[Numbered], (name, False))
    with sea_and_loop(driver) as (sea, runner):
        runner.run(sea.fill(world))
        query = sea.query(world)
        own = runner.run(sea.rows(world))
        position = runner.run(everything(sea, query))[5].position
        runner.run(sea.fill(world._replace(rows=[row for row in world.rows if row[:1] != own[5]])))
        assert keys_of(runner.run(sea.database.rows.page(query, Seek(position))).rows) == own[6:], "nothing is lost"


@pytest.mark.thorough
@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("check", [check_pages, check_jumps])
def test_whatever_is_read_is_what_the_server_orders(driver: str, check: Callable[..., Any]) -> None:
    with sea_and_loop(driver) as (sea, runner):

        @thoroughly
        @given(worlds(), st.integers(1, 7))
        def holds(world: World, size: int) -> None:
            runner.run(sea.fill(world))
            runner.run(check(sea, world, size))

        holds()


@pytest.mark.thorough
@pytest.mark.parametrize("driver", DRIVERS)
def test_a_search_meets_every_hit_of_the_servers_own_like(driver: str) -> None:
    with sea_and_loop(driver) as (sea, runner):

        @thoroughly
        @given(worlds(), st.integers(1, 5), st.sampled_from(list(NEEDLES)))
        def holds(world: World, interval: int, needle: str) -> None:
            runner.run(sea.fill(world))
            runner.run(check_search(sea, world, interval, needle))

        holds()
