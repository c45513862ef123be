"""The selects that are found, proved on PostgreSQL and MariaDB by each driver."""

from typing import Any

import pytest
from sqlalchemy import inspect

from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.reads.schemas import schema_of
from tests.orm.conftest import OpenModels
from tests.orm.reads.models import MODELS, ROWS, Base
from tests.orm.reads.schemas import TRUTH
from tests.servers import load


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


async def test_every_select_is_proved_on_a_server(server: Server, open_models: OpenModels) -> None:
    await load(server, Base.metadata, ROWS)
    database = await open_models(server, MODELS)
    unproved: dict[str, Any] = {}
    for schema, mapped, paths in TRUTH:
        entity = database.models.catalog.entity(inspect(mapped))
        found = await database.reads.find(schema_of(schema, str(schema), mapped), entity)
        if not found.is_proved or [str(read.path) for read in found.reads] != paths.split():
            unproved[str(schema)] = found.notes
    assert unproved == {}
