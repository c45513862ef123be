"""What the tests of the probe share: the probe in this process, taken out again after each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pirate_tui import probe as installed
from tests.probe.models import make_shop
from tests.probe.situations import Shop, note_of
from tests.servers import fresh_database


__all__ = ["note_of"]


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The probe is installed, and says nothing of itself on stderr."""
    monkeypatch.setenv(installed.ANNOUNCED, "1")
    monkeypatch.delenv(installed.SWITCH, raising=False)
    installed.install()
    yield
    installed.uninstall()


@pytest.fixture(scope="session")
def made_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop as a file, made once; tests get copies."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    make_shop(path)
    return path


@pytest.fixture
async def shop(
    request: pytest.FixtureRequest,
    made_shop: Path,
    tmp_path: Path,
    probe: None,  # noqa: ARG001
) -> AsyncIterator[Shop]:
    """The shop by a driver, and the probe."""
    driver = getattr(request, "param", "aiosqlite")
    if driver == "aiosqlite":
        yield Shop(tmp_path / "shop.db", made_shop)
        return
    async for server in fresh_database(driver):
        yield Shop(server, made_shop)
