"""What all tests share: a home of their own, and a copy of the world that ships."""

import asyncio
import shutil
from pathlib import Path

import pytest

from pirate_tui.pirates.seed import make_world
from tests.servers import pytest_terminal_summary, server, target


__all__ = ["pytest_terminal_summary", "server", "target"]  # pytest finds them here


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees, or leaves anything in, the home of whoever runs it."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    return home


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world that ships, made once; tests get copies."""
    path = tmp_path_factory.mktemp("world") / "pirates.db"
    asyncio.run(make_world(path))
    return path


@pytest.fixture
def world(made_world: Path, tmp_path: Path) -> Path:
    """A copy of the world that ships, for this test alone."""
    return Path(shutil.copy(made_world, tmp_path / "pirates.db"))
