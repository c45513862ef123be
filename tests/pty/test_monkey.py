"""A monkey plays with the installed command: whatever it does, the browser goes on, and ends by its key."""

from typing import TYPE_CHECKING

import pytest

from tests.pty.monkey import Place, places, survive


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.long

WORLDS = ("sample", "relations", "loading", "reflected", "large")


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Place]:
    """The worlds to play in."""
    return places(tmp_path_factory.mktemp("monkey"))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("world", WORLDS)
def test_no_monkey_ends_it(start: "Launcher", worlds: dict[str, Place], world: str, seed: int) -> None:
    survive(start, worlds[world], seed, times=250)
