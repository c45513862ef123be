"""The four drivers, each on a real database: one suite for what must be the same on all of them."""

from typing import Any

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from tests.orm.conftest import Base, OpenModels, Sailor, Ship
from tests.servers import Target, load


FLEET_ROWS: dict[type, list[dict[str, Any]]] = {
    Ship: [{"id": 1, "name": "Pequod"}, {"id": 2, "name": "Rachel"}],
    Sailor: [
        {"id": 1, "name": "Ahab", "ship_id": 1},
        {"id": 2, "name": "Starbuck", "ship_id": 1},
        {"id": 3, "name": "Elijah", "ship_id": None},
    ],
}


async def test_rows_are_listed_and_a_relationship_is_opened(target: Target, open_models: OpenModels) -> None:
    await load(target, Base.metadata, FLEET_ROWS)
    database = await open_models(target, (Ship, Sailor))
    ship = await database.entity("Ship")
    page = await database.page(Query(ship), Seek())
    assert [[cell.text for cell in row.cells] for row in page.rows] == [["1", "Pequod"], ["2", "Rachel"]]
    request = OpenRequest(ship, (1,), ship.relationships[0], AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    assert [row.cells[1].text for row in (await database.open(request)).rows] == ["Ahab", "Starbuck"]
