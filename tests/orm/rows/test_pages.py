"""Pages: whatever the key, the rows come as one ORDER BY over the whole table would give them."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import JSON, Boolean, Column, DateTime, Float, Integer, LargeBinary, String, Table, Uuid, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Cell, Row, Seek
from pirate_tui.domain.statements import Statement
from pirate_tui.domain.text import CELL_LIMIT
from pirate_tui.orm.database import OrmDatabase
from tests.orm.rows.numbers import number_of


OpenModels: TypeAlias = Callable[[Path, Sequence[type]], Awaitable[OrmDatabase]]
DatabaseOf: TypeAlias = Callable[..., Awaitable[OrmDatabase]]


class Base(DeclarativeBase):
    """The models of this file."""


class Barrel(Base):
    """A key of one number."""

    __tablename__ = "barrels"
    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str | None]


class Berth(Base):
    """A key of two columns."""

    __tablename__ = "berths"
    deck: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


class Flag(Base):
    """A key of text."""

    __tablename__ = "flags"
    code: Mapped[str] = mapped_column(primary_key=True)


class Chest(Base):
    """One column of each kind that can hold what it should not."""

    __table__ = Table(
        "chests",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("count", Integer),
        Column("weight", Float),
        Column("name", String),
        Column("locked", Boolean),
        Column("content", LargeBinary),
        Column("buried", DateTime),
        Column("list", JSON),
        Column("seal", Uuid),
    )


TABLES: dict[type[Base], list[tuple[Any, ...]]] = {
    Barrel: [(n * 3 - 20, f"barrel {n}") for n in range(23)],
    Berth: [(deck, number) for deck in range(4) for number in (1, 2, 5, 9, 10, 11)],
    Flag: [(code,) for code in ("", "A", "B", "a", "aa", "ab", "b", "é", "日", "'", '"', "[/x]", "\x1b")],
}


@pytest.fixture
def database_of(tmp_path: Path, open_models: OpenModels) -> DatabaseOf:
    """Opens a database of one class, whose table is as loose as SQLite's can be, holding these rows."""

    async def make(mapped: type[Base], rows: Sequence[tuple[Any, ...]], afterwards: str = "") -> OrmDatabase:
        table = mapped.__table__
        connection = sqlite3.connect(tmp_path / "loose.db")
        connection.execute(f"CREATE TABLE {table} ({', '.join(table.columns.keys())})")
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(table.columns))})", rows)  # noqa: S608
        connection.executescript(afterwards)
        connection.close()
        return await open_models(tmp_path / "loose.db", [mapped])

    return make


async def walk(database: OrmDatabase, size: int, *, backward: bool) -> list[Row]:
    """Every row, page after page from one end."""
    entity, found, position = database.models.catalog.entities[0], list[Row](), None
    while page := (await database.rows.page(Query(entity), Seek(position, backward=backward, limit=size))).rows:
        found = [*page, *found] if backward else [*found, *page]
        position = page[0 if backward else -1].position
    return found


@pytest.mark.parametrize("size", [1, 2, 5, 200])
@pytest.mark.parametrize("mapped", TABLES)
async def test_pages_from_either_end_make_up_the_ordered_table(
    database_of: DatabaseOf, mapped: type[Base], size: int
) -> None:
    rows = TABLES[mapped]
    database = await database_of(mapped, rows[::2] + rows[1::2])
    ordered = sorted(rows, key=lambda row: tuple(v.encode() if isinstance(v, str) else v for v in row[:2]))
    width = len(inspect(mapped).primary_key)
    assert [row.key for row in await walk(database, size, backward=False)] == [row[:width] for row in ordered]
    assert await walk(database, size, backward=False) == await walk(database, size, backward=True)
    assert await database.rows.count(Query(database.models.catalog.entities[0])) == len(rows)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("mapped", TABLES)
async def test_a_page_beyond_each_row_with_rows_skipped(
    database_of: DatabaseOf, mapped: type[Base], *, backward: bool
) -> None:
    database = await database_of(mapped, TABLES[mapped])
    entity = database.models.catalog.entities[0]
    everything = list((await database.rows.page(Query(entity), Seek())).rows)
    for number, row in enumerate(everything):
        page = await database.rows.page(Query(entity), Seek(row.position, backward=backward, skip=2, limit=3))
        beyond = everything[:number][::-1] if backward else everything[number + 1 :]
        expected = beyond[2:5]
        assert list(page.rows) == (expected[::-1] if backward else expected)


async def test_an_empty_table_has_an_empty_page(database_of: DatabaseOf) -> None:
    database = await database_of(Barrel, [])
    entity = database.models.catalog.entities[0]
    assert (await database.rows.page(Query(entity), Seek())).rows == ()
    assert (await database.rows.page(Query(entity), Seek(backward=True))).rows == ()
    assert await database.rows.count(Query(entity)) == 0


async def test_a_row_with_a_null_key_is_shown_without_a_key(
    database_of: DatabaseOf,
) -> None:
    database = await database_of(Barrel, [(1, "a"), (None, "lost"), (2, "b"), (None, "too")])
    rows = (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    assert [(row.cells[1].text, row.key) for row in rows] == [("lost", None), ("too", None), ("a", (1,)), ("b", (2,))]
    assert rows[0].cells[0] == Cell("NULL", is_null=True)


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_rows_with_a_null_key_are_not_lost_between_pages(database_of: DatabaseOf, size: int) -> None:
    database = await database_of(Barrel, [(1, "a"), (None, "lost"), (2, "b"), (None, "too"), (3, "c")])
    whole = {
        row.cells[1].text for row in (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    }
    assert {row.cells[1].text for row in await walk(database, size, backward=False)} == whole
    assert {row.cells[1].text for row in await walk(database, size, backward=True)} == whole


async def test_null_is_not_the_text_null(database_of: DatabaseOf) -> None:
    database = await database_of(Barrel, [(1, None), (2, "NULL")])
    nothing, text = (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    assert nothing.cells[1] == Cell("NULL", is_null=True)
    assert text.cells[1] == Cell("NULL")


BAD = ("many", "heavy", 7, "perhaps", "text", "yesterday", "{", "no uuid")
GOOD = (12, 0.25, "gold", 1, b"\x00\xff", "2026-01-02 03:04:05.000000", '{"a": 1}', "0" * 32)


async def test_a_value_that_its_type_cannot_read_is_shown_and_marked(
    database_of: DatabaseOf,
) -> None:
    database = await database_of(Chest, [(1, *GOOD), (2, *BAD)])
    good, bad = (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    assert not any(cell.is_type_mismatch for cell in good.cells)
    assert good.cells[4].text == "true"
    assert all(cell.is_type_mismatch for cell in bad.cells[1:])
    assert [cell.text for cell in bad.cells[1:]] == list(map(str, BAD))
    assert bad.key == (2,)


async def test_a_blob_is_shown_in_hexadecimal(database_of: DatabaseOf) -> None:
    database = await database_of(Chest, [(1, *GOOD)])
    (row,) = (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    assert row.cells[5] == Cell("x'00ff'")


@pytest.mark.parametrize(("size", "length"), [(98, None), (99, 99), (150, 150), (201, 201)])
async def test_a_blob_too_long_to_be_shown_has_its_length(
    database_of: DatabaseOf, size: int, length: int | None
) -> None:
    database = await database_of(Chest, [(1, *GOOD[:4], b"\x01" * size, *GOOD[5:])])
    (row,) = (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    assert row.cells[5].length == length
    assert row.cells[5].text.endswith("'" if length is None else "…")


async def test_ten_megabytes_are_cut_with_their_true_length(
    database_of: DatabaseOf,
) -> None:
    size = 10_000_000
    database = await database_of(Chest, [(1, *GOOD[:2], "é" * size, 1, b"\x01" * size, *GOOD[5:])])
    (row,) = (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    text, blob = row.cells[3], row.cells[5]
    assert (text.text, text.length) == ("é" * CELL_LIMIT + "…", size)
    assert blob.length == size
    assert blob.text.startswith("x'0101")
    assert len(blob.text) < 2 * CELL_LIMIT


@pytest.mark.parametrize(("length", "shown"), [(CELL_LIMIT, None), (CELL_LIMIT + 1, CELL_LIMIT + 1)])
async def test_only_what_is_cut_has_a_length(database_of: DatabaseOf, length: int, shown: int | None) -> None:
    database = await database_of(Barrel, [(1, "x" * length)])
    (row,) = (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    assert row.cells[1] == Cell("x" * CELL_LIMIT + ("…" if shown else ""), shown)


async def test_text_that_is_not_utf8_is_shown_with_escapes(
    database_of: DatabaseOf,
) -> None:
    spoil = "UPDATE barrels SET mark = CAST(x'62616420ff' AS TEXT) WHERE id = 2"
    database = await database_of(Barrel, [(1, "good"), (2, "")], spoil)
    rows = (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    assert [row.cells[1].text for row in rows] == ["good", "bad \\xff"]


async def test_control_bytes_and_markup_are_shown_harmlessly(
    database_of: DatabaseOf,
) -> None:
    database = await database_of(Barrel, [(1, "\x1b]52;c;AAAA\x07[/red]\u202e")])
    (row,) = (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    assert row.cells[1].text == "␛]52;c;AAAA␇[/red]\\u{202e}"


@pytest.mark.parametrize("mapped", TABLES)
async def test_the_rank_of_a_key_is_the_number_of_its_row(database_of: DatabaseOf, mapped: type[Base]) -> None:
    database = await database_of(mapped, TABLES[mapped][::-1])
    entity = database.models.catalog.entities[0]
    for number, row in enumerate((await database.rows.page(Query(entity), Seek())).rows):
        assert row.key is not None
        assert await number_of(database, Query(entity), *map(str, row.key)) == number


@pytest.mark.parametrize("mapped", TABLES)
async def test_an_anchor_is_the_position_of_the_row_that_is_sought(database_of: DatabaseOf, mapped: type[Base]) -> None:
    database = await database_of(mapped, TABLES[mapped])
    entity = database.models.catalog.entities[0]
    rows = (await database.rows.page(Query(entity), Seek())).rows
    assert await database.rows.anchor(Query(entity), Seek(skip=4, limit=1)) == rows[4].position
    assert await database.rows.anchor(Query(entity), Seek(rows[4].position, skip=2, limit=1)) == rows[7].position
    assert await database.rows.anchor(Query(entity), Seek(skip=len(rows), limit=1)) is None


@pytest.mark.parametrize(
    ("mapped", "typed", "reason"),
    [
        (Barrel, ("rum",), "no such row: Barrel rum: rum is not a key; keys are integers"),
        (Berth, ("1",), "no such row: Berth 1: the key is deck, number"),
    ],
)
async def test_a_key_that_is_none_is_trouble(
    database_of: DatabaseOf, mapped: type[Base], typed: tuple[str, ...], reason: str
) -> None:
    database = await database_of(mapped, TABLES[mapped])
    with pytest.raises(BrowserError) as caught:
        await database.rows.rank(Query(database.models.catalog.entities[0]), typed)
    assert str(caught.value) == reason


@pytest.mark.parametrize(("mapped", "typed"), [(Barrel, "99999"), (Flag, "Z")])
async def test_a_key_that_is_not_there_has_no_rank(database_of: DatabaseOf, mapped: type[Base], typed: str) -> None:
    database = await database_of(mapped, TABLES[mapped])
    assert await database.rows.rank(Query(database.models.catalog.entities[0]), (typed,)) is None


async def test_all_anchors_are_told_in_one_line(database_of: DatabaseOf, told: list[Statement]) -> None:
    database = await database_of(Barrel, TABLES[Barrel])
    entity = database.models.catalog.entities[0]
    for row in (await database.rows.page(Query(entity), Seek(limit=5))).rows:
        await database.rows.anchor(Query(entity), Seek(row.position, skip=2, limit=1))
    anchors = [statement for statement in told if statement.cause == "anchors of Barrel"]
    assert len({statement.number for statement in anchors}) == 1
    assert (anchors[-1].times, anchors[-1].rows) == (5, 5)
