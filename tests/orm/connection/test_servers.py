"""The four drivers, each on a real database: one suite for what must be the same on all of them."""

import pytest

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query, SortOrder, Within, parse_filter
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, open_database
from tests.orm.conftest import FLEET_ROWS, Base, OpenModels, Sailor, Ship
from tests.orm.rows.numbers import number_of
from tests.servers import Target, load, run


async def test_rows_are_listed_and_a_relationship_is_opened(target: Target, open_models: OpenModels) -> None:
    await load(target, Base.metadata, FLEET_ROWS)
    database = await open_models(target, (Ship, Sailor))
    ship = await database.models.entity("Ship")
    page = await database.rows.page(Query(ship), Seek())
    assert [[cell.text for cell in row.cells] for row in page.rows] == [["1", "Pequod"], ["2", "Rachel"]]
    request = OpenRequest(ship, (1,), ship.relationships[0], AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    assert [row.cells[1].text for row in (await database.instances.open(request)).rows] == ["Ahab", "Starbuck"]


async def test_what_a_relationship_leads_to_is_read_page_by_page_in_another_order(
    target: Target, open_models: OpenModels
) -> None:
    await load(target, Base.metadata, FLEET_ROWS)
    database = await open_models(target, (Ship, Sailor))
    ship, sailor = await database.models.entity("Ship"), await database.models.entity("Sailor")
    name = next(column for column in sailor.columns if column.name == "name")
    query = Query(sailor, SortOrder(name, descending=True), within=Within(ship, (1,), ship.relationships[0]))
    first = (await database.rows.page(query, Seek(limit=1))).rows
    rest = (await database.rows.page(query, Seek(first[0].position))).rows
    assert [row.cells[1].text for row in (*first, *rest)] == ["Starbuck", "Ahab"]
    assert (
        await database.rows.count(query),
        await number_of(database, query, "1"),
        await number_of(database, query, "3"),
    ) == (
        2,
        1,
        None,
    )


async def test_numbers_that_no_column_can_hold_are_compared_all_the_same(
    target: Target, open_models: OpenModels
) -> None:
    await load(target, Base.metadata, FLEET_ROWS)
    database = await open_models(target, (Ship, Sailor))
    ship = await database.models.entity("Ship")
    for huge in ("9" * 20, "9" * 400):
        assert await database.rows.rank(Query(ship), (huge,)) is None
        for typed, count in ((f"={huge}", 0), (f"<{huge}", 2), (f">{huge}", 0), (f">-{huge}", 2)):
            assert await database.rows.count(Query(ship).filtered(parse_filter(typed, ship.columns[0]))) == count


@pytest.mark.parametrize("server", ["psycopg", "asyncpg"], indirect=True)
async def test_a_value_that_an_enum_has_not_is_said_with_a_way_out(server: Server, listener: Listener) -> None:
    await run(
        server,
        "CREATE TYPE mood AS ENUM ('sad', 'fine')",
        "CREATE TABLE parrots (id INTEGER PRIMARY KEY, mood mood)",
    )
    database = await open_database(server, None, Limits(30), listener)
    entity = await database.models.entity("Parrots")
    query = Query(entity).filtered(parse_filter("=Sad", entity.columns[1]))
    with pytest.raises(BrowserError, match=r"invalid input value for enum mood.*: use a value that fits the column"):
        await database.rows.page(query, Seek())
    await database.close()
