"""A primary and its replica under the installed browser, and the kill of each."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.crews import TABLES
from tests.private_server import PrivateServer, private_server, standby_of
from tests.servers import run


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.long


@pytest.fixture
def pair() -> Iterator[tuple[PrivateServer, PrivateServer]]:
    """A primary with the crews, and a replica of it, both running."""
    with private_server("postgresql") as primary:
        primary.start()
        asyncio.run(run(primary.server, *TABLES))
        with standby_of(primary) as standby:
            standby.start()
            yield primary, standby


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_who_reads_on_while_one_and_then_the_other_is_killed_sees_which_one_answers(
    start: "Launcher", pair: tuple[PrivateServer, PrivateServer], driver: str
) -> None:
    primary, standby = pair
    first, second = (f"127.0.0.1:{one.server.url.port}" for one in pair)
    url = f"postgresql+{driver}://postgres@{first},{second}/postgres?target_session_attrs=prefer-standby"
    terminal = start(url, size=(140, 40))
    terminal.wait_for("· 500 rows", "PirateCrew 1 · persistent", f"{second}/postgres · read-only · standby, 0 s behind")
    standby.kill()
    terminal.send("<down>")
    terminal.wait_for("PirateCrew 2 · persistent", f"{first}/postgres answers now, before it was")
    terminal.wait_for(f"{first}/postgres · read-only · postgresql+{driver}")
    standby.start()
    primary.kill()
    terminal.send("<down>")
    terminal.wait_for("PirateCrew 3 · persistent", f"{second}/postgres · read-only · standby · ")
    terminal.send("r")
    terminal.wait_for(f"{second}/postgres · read-only · standby, not receiving")
    terminal.quit()
