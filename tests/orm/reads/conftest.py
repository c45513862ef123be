"""The shop, in a SQLite file and open."""

from pathlib import Path

import pytest

from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels
from tests.orm.reads.models import MODELS, ROWS, Base
from tests.servers import load


@pytest.fixture
async def shop_file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    await load(path, Base.metadata, ROWS)
    return path


@pytest.fixture
async def database(shop_file: Path, open_models: OpenModels) -> OrmDatabase:
    return await open_models(shop_file, MODELS)
