"""Members of Enums, and other values that a type converts: shown alike everywhere, marked where they cannot be read."""

import enum
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy
from sqlalchemy import (
    JSON,
    Boolean,
    Dialect,
    Enum,
    Float,
    ForeignKey,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    PickleType,
    String,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.mysql import SET
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeEngine

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.query import Query, parse_filter
from pirate_tui.domain.rows import Cell, Row, Seek
from pirate_tui.domain.search import Match, Span
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.dialects.registry import sql_of
from pirate_tui.orm.rows.cells import CellReader, member_text
from pirate_tui.orm.rows.filters import key_equals
from tests import servers
from tests.orm.conftest import OpenModels
from tests.servers import Target


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Kind(enum.IntEnum):
    """Numbers, stored by their names."""

    A = 0
    B = 1


class Colour(enum.Enum):
    """Words that are not the names."""

    RED = "red"
    BLUE = "blue"


class Size(enum.StrEnum):
    """Words that are the names."""

    small = "small"
    large = "large"


class Rank(enum.Enum):
    """Nothing short."""

    HIGH = ("high", 1)
    LOW = ("low", 2)


class Numbered(TypeDecorator[Kind]):
    """A member stored as its number."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Kind | None, dialect: Dialect) -> int | None:
        """Its number."""
        del dialect
        return None if value is None else value.value

    def process_result_value(self, value: int | None, dialect: Dialect) -> Kind | None:
        """Its member; ValueError where there is none."""
        del dialect
        return None if value is None else Kind(value)


def values(members: type[enum.Enum]) -> list[str]:
    """What is stored where a mapping says so."""
    return [member.value for member in members]


class Box(Base):
    """Leads to them."""

    __tablename__ = "boxes"
    id: Mapped[int] = mapped_column(primary_key=True)
    tokens: Mapped[list["Token"]] = relationship(order_by="Token.id")


class Token(Base):
    """A member in every way."""

    __tablename__ = "tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))
    kind: Mapped[Kind | None]
    colour: Mapped[Colour | None]
    size: Mapped[Size | None]
    rank: Mapped[Rank | None]
    stored: Mapped[Colour | None] = mapped_column(Enum(Colour, values_callable=values, name="stored"))
    text: Mapped[Colour | None] = mapped_column(Enum(Colour, native_enum=False, length=20))
    label: Mapped[str | None] = mapped_column(Enum("a", "b", name="label"))
    number: Mapped[Kind | None] = mapped_column(Numbered)
    truth: Mapped[bool | None]


class Badge(Base):
    """Whose key is a member."""

    __tablename__ = "badges"
    colour: Mapped[Colour] = mapped_column(primary_key=True)


NAMES = ("kind", "colour", "size", "rank", "stored", "text", "label", "number", "truth")
FIRST = ("A (0)", "RED (red)", "small", "HIGH", "RED (red)", "RED (red)", "a", "A (0)", "true")
SECOND = ("B (1)", "BLUE (blue)", "large", "LOW", "BLUE (blue)", "BLUE (blue)", "b", "B (1)", "false")
GIVEN: list[tuple[Any, ...]] = [
    (Kind.A, Colour.RED, Size.small, Rank.HIGH, Colour.RED, Colour.RED, "a", Kind.A, True),
    (Kind.B, Colour.BLUE, Size.large, Rank.LOW, Colour.BLUE, Colour.BLUE, "b", Kind.B, False),
]


@pytest.fixture
async def database(target: Target, open_models: OpenModels) -> OrmDatabase:
    rows = enumerate([*GIVEN, [None] * len(NAMES)], start=1)
    tokens = [{"id": n, "box_id": 1} | dict(zip(NAMES, row, strict=True)) for n, row in rows]
    badges = [{"colour": Colour.RED}, {"colour": Colour.BLUE}]
    await servers.load(target, Base.metadata, {Box: [{"id": 1}], Token: tokens, Badge: badges})
    return await open_models(target, [Box, Token, Badge])


async def listed(database: OrmDatabase, name: str) -> tuple[Query, tuple[Row, ...]]:
    """The rows of a class's own table."""
    query = Query(await database.models.entity(name))
    return query, (await database.rows.page(query, Seek())).rows


async def test_a_member_is_shown_alike_in_table_nested_rows_inspector_and_whole(database: OrmDatabase) -> None:
    query, table = await listed(database, "Token")
    box = await database.models.entity("Box")
    asked = OpenRequest(box, (1,), box.relationship("tokens"), AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    nested = (await database.instances.open(asked)).rows
    assert [row.key for row in table] == [row.key for row in nested] == [(1,), (2,), (3,)]
    for own, inside, expected in zip(table, nested, (FIRST, SECOND, ("NULL",) * 9), strict=True):
        assert tuple(cell.text for cell in own.cells[2:]) == expected
        assert own.cells == inside.cells
        assert not any(cell.is_type_mismatch for cell in own.cells)
        assert (await database.rows.whole(query, own))[2:] == expected
        attributes = (await database.instances.load_instance(query.entity, own.key or ())).attributes
        values = {attribute.name: attribute.value.text for attribute in attributes if attribute.value is not None}
        assert tuple(values[name] for name in NAMES) == expected
        for name, text in zip(NAMES, expected, strict=True):
            column = next(one for one in query.entity.columns if one.name == name)
            value = await database.rows.value(query, own, column, 0, 100)
            assert (value.lines, text) == ((text,), text)
            assert text == "NULL" or value.length == len(text)


@pytest.mark.parametrize("typed", ["=RED", "=red", "=RED (red)", "~RE", "~d (r"])
@pytest.mark.parametrize("name", ["colour", "stored", "text"])
async def test_a_member_is_found_by_what_is_shown_of_it(database: OrmDatabase, name: str, typed: str) -> None:
    query, _ = await listed(database, "Token")
    column = next(one for one in query.entity.columns if one.name == name)
    found = (await database.rows.page(query.filtered(parse_filter(typed, column)), Seek())).rows
    assert [row.key for row in found] == [(1,)]


async def test_a_search_finds_the_value_that_is_shown_behind_a_name(database: OrmDatabase) -> None:
    query, _ = await listed(database, "Token")
    assert await database.rows.count_between(query, Span(), Match("UE (bl")) == 1
    assert await database.rows.count_between(query, Span(), Match("(")) == 2


class Crossed(enum.Enum):
    """Members whose values are the names of others."""

    A = "B"
    B = "C"


@pytest.mark.parametrize(
    ("typed", "stored"), [("A", "A"), ("B", "B"), ("C", "B"), ("A (B)", "A"), ("B (C)", "B"), ("D", "D")]
)
def test_what_is_stored_comes_before_a_name_and_a_name_before_a_value(typed: str, stored: str) -> None:
    column = sqlalchemy.column("crossed", Enum(Crossed))
    compared = key_equals(sql_of(sqlite.dialect()), column, typed)
    assert list(compared.compile().params.values()) == [stored]


async def test_a_key_that_is_a_member_is_shown_and_found_by_its_name(database: OrmDatabase) -> None:
    query, rows = await listed(database, "Badge")
    assert [cell.text for row in rows for cell in row.cells] == [
        member_text(part) for row in rows for part in row.key or () if isinstance(part, Colour)
    ]
    assert (await database.instances.load_instance(query.entity, (Colour.BLUE,))).label == "Badge BLUE (blue)"
    places = [await database.rows.rank(query, (typed,)) for typed in ("RED", "red", "RED (red)")]
    assert len(set(places)) == 1
    assert places[0] is not None


@pytest.mark.parametrize(
    ("column_type", "healthy", "unreadable"),
    [
        (Enum(Colour), ["RED"], ["BOGUS", "red", 0, b"RED"]),
        (Enum(Colour, values_callable=values), ["red"], ["RED"]),
        (Enum("a", "b"), ["a"], ["c", "", 1]),
        (Enum(Kind), ["A"], ["0", 0]),
        (Numbered(), [0, 1], [7, "x"]),
        (Boolean(), [0, 1], [5, "perhaps", -1]),
        (Interval(), ["1970-01-02 00:00:00.000000"], ["a day", 1]),
        (PickleType(), [b"\x80\x04K\x01."], [b"no pickle", "text", 3]),
        (JSON(), ['{"a": 1}', "[1]", "1", "true", '"text"', 1], ["{", b"{"]),
        (Uuid(), ["0" * 32], ["no uuid", 1]),
        (Uuid(as_uuid=False), ["0" * 32], [1]),
        (Integer(), [1, -5], ["many", 1.5]),
        (Float(), [1, 0.5], ["heavy"]),
        (Numeric(10, 2), [1, 0.5], ["heavy", b"1"]),
        (String(), ["", "text"], [7, b"text"]),
        (LargeBinary(), [b"\x00"], ["text", 5]),
        (SET("a", "b"), ["a,b", ""], []),
    ],
    ids=repr,
)
def test_a_raw_value_is_marked_where_its_type_cannot_read_it(
    column_type: TypeEngine[Any], healthy: list[Any], unreadable: list[Any]
) -> None:
    reader = CellReader(column_type, sql_of(sqlite.dialect()))
    for _ in range(2):  # what has few values is remembered
        cells = reader.cells([*healthy, *unreadable, None], [None] * (len(healthy) + len(unreadable) + 1))
        assert [cell.is_type_mismatch for cell in cells] == [*[False] * len(healthy), *[True] * len(unreadable), False]
        assert [cell.text for cell in cells[len(healthy) : -1]] == [reader_text(raw) for raw in unreadable]


def reader_text(raw: Any) -> str:
    """A value as it is stored."""
    return f"x'{raw.hex()}'" if isinstance(raw, bytes) else str(raw)


@pytest.mark.parametrize(
    ("column_type", "value", "is_marked"),
    [
        (Enum(Colour), Colour.RED, False),
        (Enum(Kind), Kind.A, False),
        (Enum("a", "b"), "a", False),
        (Numbered(), Kind.A, False),
        (Boolean(), True, False),
        (Interval(), timedelta(1), False),
        (PickleType(), {1}, False),
        (JSON(), [1], False),
        (JSON(), "text", False),
        (Uuid(), UUID(int=0), False),
        (SET("a", "b"), {"a"}, False),
        (Integer(), 1, False),
        (Integer(), None, False),
        (Integer(), "many", True),
        (String(), 7, True),
        (LargeBinary(), "text", True),
        (String().with_variant(JSON(), "sqlite"), {"a": 1}, False),
        (Enum(Colour), "", True),
    ],
    ids=repr,
)
def test_a_value_of_an_instance_is_marked_where_its_type_let_pass_what_it_should_not(
    column_type: TypeEngine[Any], value: object, *, is_marked: bool
) -> None:
    assert CellReader(column_type, sql_of(sqlite.dialect())).cell_of(value).is_type_mismatch is is_marked


class Bits(enum.Flag):
    """Members that are made of others."""

    ONE = 1
    TWO = 2


@pytest.mark.parametrize(
    ("member", "text"),
    [
        (Colour.RED, "RED (red)"),
        (Kind.A, "A (0)"),
        (Size.small, "small"),
        (Rank.HIGH, "HIGH"),
        (Bits.ONE | Bits.TWO, "ONE|TWO (3)"),
        (Bits(0), "0"),
    ],
)
def test_the_text_of_a_member(member: enum.Enum, text: str) -> None:
    assert member_text(member) == text


def test_what_is_cut_is_shown_with_its_length_and_no_type_is_asked() -> None:
    reader = CellReader(JSON(), sql_of(sqlite.dialect()))
    assert reader.cell("{" * 200, 900) == Cell("{" * 200 + "…", 900)


async def test_what_mariadb_stores_for_none_of_the_members_is_marked(target: Target, open_models: OpenModels) -> None:
    if servers.url_of(target).get_backend_name() != "mysql":
        pytest.skip("only MariaDB stores an empty text for what is no member")
    await servers.load(target, Base.metadata, {Box: [{"id": 1}]})
    inserting = "INSERT INTO tokens (id, box_id, colour, label) VALUES (1, 1, 'BOGUS', 'BOGUS')"
    await servers.run(target, servers.LENIENTLY, inserting)
    _, rows = await listed(await open_models(target, [Box, Token, Badge]), "Token")
    assert [(rows[0].cells[at].text, rows[0].cells[at].is_type_mismatch) for at in (3, 8)] == [("", True), ("", True)]
