"""All rows with their values whole: none is lost or read twice, however long the values are, in level memory."""

import sqlite3
import tracemalloc
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Numeric, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pirate_tui.domain.failure import BrowserError, InvalidFilterError
from pirate_tui.domain.query import Query, SortOrder, parse_condition
from pirate_tui.domain.search import Match
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.rows import whole_rows
from tests.orm.conftest import OpenModels
from tests.servers import run


class Base(DeclarativeBase):
    """The models of this file."""


class Letter(Base):
    """Of any length, and of any kind."""

    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None] = mapped_column(Text)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)
    price: Mapped[Any] = mapped_column(Numeric(30, 10))
    kind: Mapped[str] = mapped_column(String(10))


LONG = "é" * 5_000 + "|"

LETTERS: list[tuple[Any, ...]] = [
    (1, None, None, 1, "a"),
    (2, "", b"", 2, "b"),
    (3, LONG, b"\x00\xff" * 5_000, 3, "a"),
    (4, "x" * 200, b"\x00", 4, "b"),
    (5, "x" * 201, None, 5, "a"),
    (6, "=1\r\n\x1b", b"\xff", None, "a"),
]


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    path = tmp_path / "letters.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE letters (id INTEGER PRIMARY KEY, text TEXT, seal BLOB, price NUMERIC, kind TEXT)"
        )
        connection.executemany("INSERT INTO letters VALUES (?, ?, ?, ?, ?)", LETTERS)
        connection.commit()
    return path


async def read(database: OrmDatabase, query: Query, match: Match | None = None) -> list[tuple[Any, ...]]:
    """All rows."""
    found = list[tuple[Any, ...]]()
    async with aclosing(database.rows.whole_rows(query, match)) as pages:
        async for columns in pages:
            found += zip(*columns, strict=True)
    return found


@pytest.fixture(params=[1, 2, 10_000], ids=lambda cells: f"{cells} cells")
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of one row, of two, and of all."""
    monkeypatch.setattr(whole_rows, "LEAST_ROWS", 1)
    monkeypatch.setattr(whole_rows, "CELLS_AT_ONCE", request.param * 5)
    monkeypatch.setattr(whole_rows, "MOST_AT_ONCE", 6_000)


@pytest.mark.usefixtures("few")
async def test_every_value_is_whole(letters: Path, open_models: OpenModels, told: list[Statement]) -> None:
    database = await open_models(letters, [Letter])
    entity = await database.models.entity("Letter")
    text, kind = entity.columns[1], entity.columns[4]
    assert await read(database, Query(entity)) == LETTERS
    by_text = [LETTERS[n - 1] for n in (1, 2, 6, 4, 5, 3)]
    assert await read(database, Query(entity, SortOrder(text))) == by_text
    assert await read(database, Query(entity, SortOrder(text, descending=True))) == by_text[::-1]
    filtered = Query(entity, SortOrder(text, descending=True), (parse_condition("kind=a", entity.columns),))
    assert await read(database, filtered) == [row for row in by_text[::-1] if row[4] == "a"]
    assert [row[0] for row in await read(database, Query(entity), Match("x" * 200))] == [4, 5]
    assert await read(database, filtered, Match("b", kind)) == []
    assert {statement.cause for statement in told if statement.is_browsers and "export" in statement.cause} == {
        "export of Letter"
    }


async def test_a_filter_that_can_never_be_met_is_an_error_of_its_own(letters: Path, open_models: OpenModels) -> None:
    database = await open_models(letters, [Letter])
    entity = await database.models.entity("Letter")
    query = Query(entity, filters=(parse_condition("id=one", entity.columns),))
    with pytest.raises(InvalidFilterError, match="invalid filter"):
        await read(database, query)


async def test_each_page_is_under_the_time_limit(letters: Path, open_models: OpenModels) -> None:
    database = await open_models(letters, [Letter])
    query = Query(await database.models.entity("Letter"))
    database._connections.time_limit = 0.0  # noqa: SLF001  no other way
    endless = Match("y")
    with closing(sqlite3.connect(letters)) as connection:
        connection.execute(
            "INSERT INTO letters WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)"
            " SELECT i, 'x', NULL, 1, 'a' FROM n"
        )
        connection.commit()
    with pytest.raises(BrowserError, match="0"):
        await read(database, query, endless)


async def test_a_wide_table_is_read_in_blocks(tmp_path: Path, open_models: OpenModels) -> None:
    path, names = tmp_path / "wide.db", [f"c{number}" for number in range(450)]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE wide (id INTEGER PRIMARY KEY, {', '.join(names)})")
        rows = [(key, *(f"{key}.{name}" for name in names)) for key in range(50)]
        rows[7] = (*rows[7][:-1], LONG)
        connection.executemany(f"INSERT INTO wide VALUES ({', '.join('?' * 451)})", rows)  # noqa: S608  our own
        connection.commit()
    database = await open_models(path, None)  # type: ignore[arg-type]
    assert await read(database, Query(await database.models.entity("Wide"))) == rows


class Seen(Base):
    """Of a view, whose key is not unique."""

    __tablename__ = "seen"
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(Text)


@pytest.mark.usefixtures("few")
async def test_rows_of_the_same_key_are_all_read(server: Server, open_models: OpenModels) -> None:
    rows = [(n // 3, "a" * (n % 4) * 100) for n in range(10)]
    values = ", ".join(f"({number}, '{name}')" for number, name in rows)
    await run(
        server,
        "CREATE TABLE loose (number integer, name text)",
        f"INSERT INTO loose VALUES {values}",  # noqa: S608  our own
        "CREATE VIEW seen AS SELECT number, name FROM loose",
    )
    database = await open_models(server, [Seen])
    assert sorted(await read(database, Query(await database.models.entity("Seen")))) == sorted(rows)


BLOB = {"postgresql": "bytea", "mysql": "longblob"}


@pytest.mark.usefixtures("few")
async def test_every_value_is_whole_on_servers(server: Server, open_models: OpenModels) -> None:
    dialect = server.url.get_backend_name()
    kind, long_text = BLOB[dialect], "longtext" if dialect == "mysql" else "text"
    hexed = {"postgresql": "decode('{}', 'hex')", "mysql": "x'{}'"}[dialect]
    letter = {"postgresql": "chr({})", "mysql": "char({} USING utf8mb4)"}[dialect]
    rows = ", ".join(
        f"({key}, {sql(text, letter)}, {'NULL' if seal is None else hexed.format(seal.hex())},"
        f" {'NULL' if price is None else price}, '{name}')"
        for key, text, seal, price, name in LETTERS
    )
    await run(
        server,
        f"CREATE TABLE letters (id integer PRIMARY KEY, text {long_text}, seal {kind}, price numeric(30, 10),"
        " kind varchar(10))",
        f"INSERT INTO letters VALUES {rows}",  # noqa: S608  our own
    )
    database = await open_models(server, [Letter])
    entity = await database.models.entity("Letter")
    assert await read(database, Query(entity)) == LETTERS
    last = dialect == "postgresql"
    assert [row[0] for row in await read(database, Query(entity, SortOrder(entity.columns[3])))] == (
        [1, 2, 3, 4, 5, 6] if last else [6, 1, 2, 3, 4, 5]
    )


def sql(text: str | None, letter: str) -> str:
    """A text in SQL that all servers read alike; `letter` is the call that makes one of its number."""
    if text is None:
        return "NULL"
    return (
        "concat(" + ", ".join(["''", *(letter.format(ord(c)) if c < " " else f"'{c}'" for c in text)]) + ")"
        if any(c < " " for c in text)
        else f"'{text}'"
    )


async def test_memory_stays_level(tmp_path: Path, open_models: OpenModels) -> None:
    path = tmp_path / "many.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE many (id INTEGER PRIMARY KEY, text TEXT)")
        connection.execute(
            "INSERT INTO many WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
            " SELECT i, hex(zeroblob(100000)) FROM n"
        )
        connection.commit()
    database = await open_models(path, None)  # type: ignore[arg-type]
    query = Query(await database.models.entity("Many"))
    tracemalloc.start()
    try:
        rows = 0
        async with aclosing(database.rows.whole_rows(query)) as pages:
            async for columns in pages:
                rows += len(columns[0])
                assert {len(text) for text in columns[1]} == {200_000}
        assert rows == 400  # of 80 MB
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()
