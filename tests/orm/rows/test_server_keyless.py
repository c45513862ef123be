"""Tables of servers that have no key: rows with NULLs and ties are not lost between pages."""

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pirate_tui.domain.query import Query, SortOrder
from pirate_tui.domain.rows import Row, Seek
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from tests.orm.conftest import Remembering
from tests.servers import run


ROWS = "(1, NULL), (NULL, 'b'), (NULL, NULL), (2, 'a'), (1, 'b'), (3, 'c')"


async def walk(database: OrmDatabase, query: Query, size: int, *, backward: bool = False) -> list[str]:
    """Every row, page after page from one end."""
    found, position = list[Row](), None
    while page := (await database.rows.page(query, Seek(position, backward=backward, limit=size))).rows:
        found = [*page, *found] if backward else [*found, *page]
        position = page[0 if backward else -1].position
        assert len(found) <= ROWS.count("(")
    return [" ".join(cell.text for cell in row.cells) for row in found]


async def test_a_table_without_a_key_is_read_page_by_page(server: Server) -> None:
    await run(server, "CREATE TABLE loose (number integer, name varchar(10))", f"INSERT INTO loose VALUES {ROWS}")  # noqa: S608  our own
    database = await open_database(server, None, Limits(30), Remembering([], []))
    entity = await database.models.entity(database.models.choices[0].name)
    name = entity.columns[-1]
    for order in (None, SortOrder(name), SortOrder(name, descending=True)):
        query = Query(entity, order)
        whole = await walk(database, query, 100)
        assert len(whole) == ROWS.count("(")
        for size in (1, 2):
            assert await walk(database, query, size) == await walk(database, query, size, backward=True) == whole
    await database.close()


class Base(DeclarativeBase):
    """The models of this file."""


class Seen(Base):
    """Of a view: no database vouches for its key."""

    __tablename__ = "seen"
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]


async def test_a_mapped_view_may_have_keys_that_are_null(server: Server) -> None:
    await run(
        server,
        "CREATE TABLE loose (number integer, name varchar(10))",
        f"INSERT INTO loose VALUES {ROWS}",  # noqa: S608  our own
        "CREATE VIEW seen AS SELECT number, min(name) AS name FROM loose GROUP BY number",
    )
    database = await open_database(server, [Seen], Limits(30), Remembering([], []))
    query = Query(await database.models.entity("Seen"))
    whole = await walk(database, query, 100)
    assert sorted(whole) == ["1 b", "2 a", "3 c", "NULL b"]
    for size in (1, 2):
        assert await walk(database, query, size) == await walk(database, query, size, backward=True) == whole
    await database.close()
