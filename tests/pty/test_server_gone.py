"""A real server that is stopped under the installed browser, and started again: one is where one was."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pirate_tui.domain.failure import NO_DATABASE
from tests.crews import TABLES
from tests.private_server import MAKINGS, PrivateServer, private_server
from tests.servers import run


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

pytestmark = pytest.mark.long

AWAY = "stale · r reloads"


@pytest.fixture(params=MAKINGS)
def private(request: pytest.FixtureRequest) -> Iterator[PrivateServer]:
    """A server of this test alone, which runs and has the crews."""
    with private_server(request.param) as made:
        made.start()
        asyncio.run(run(made.server, *TABLES))
        yield made


def browse(start: "Launcher", private: PrivateServer) -> "Terminal":
    """The browser on that server."""
    return start(private.server.url.render_as_string())


def test_who_stops_and_starts_the_server_and_presses_r_is_where_he_was(
    start: "Launcher", private: PrivateServer
) -> None:
    terminal = browse(start, private)
    terminal.wait_for("· 500 rows", "PirateCrew 1 · persistent")
    terminal.send("<down><down><enter>")
    terminal.wait_for("members · 2 Pirate", "Pirate 5 ")
    terminal.send("<down><down>")
    terminal.wait_for("Pirate 5 · persistent")
    private.stop()
    terminal.send("A")
    terminal.wait_for(f"{private.server.name}: ", AWAY, "Crew 1 ", "members · 2 Pirate", "Pirate 5 · persistent")
    terminal.send("r")
    terminal.wait_for(f"{private.server.name}: ", AWAY, "Crew 1 ", "members · 2 Pirate", "Pirate 5 · persistent")
    private.start()
    terminal.send("r")
    terminal.wait_gone(AWAY)
    terminal.wait_for("PirateCrew 3 › members", "Crew 1 ", "members · 2 Pirate", "Pirate 5 · persistent")
    terminal.send("<down>")
    terminal.wait_for("Pirate 6 · persistent")
    assert f"{private.server.name}: " not in terminal.text
    terminal.quit()


def test_it_can_be_left_well_while_the_server_is_gone(start: "Launcher", private: PrivateServer) -> None:
    terminal = browse(start, private)
    terminal.wait_for("· 500 rows", "PirateCrew 1 · persistent")
    private.stop()
    terminal.send("<down>")
    terminal.wait_for(f"{private.server.name}: ", AWAY)
    terminal.quit()


def test_a_server_that_does_not_run_is_named_and_opened_when_it_does(start: "Launcher", private: PrivateServer) -> None:
    private.stop()
    terminal = browse(start, private)
    terminal.wait_for(f"{private.server.name}: ", "press r")
    private.start()
    terminal.send("r")
    terminal.wait_for("· 500 rows", "PirateCrew 1 · persistent")
    terminal.quit()


def test_who_gives_up_a_server_that_does_not_run_gets_an_exit_code(start: "Launcher", private: PrivateServer) -> None:
    private.stop()
    terminal = browse(start, private)
    terminal.wait_for(f"{private.server.name}: ", "press r")
    terminal.send("q")
    assert terminal.wait_exit() == NO_DATABASE
    assert terminal.has_said(f"pirate-tui: {private.server.name}: ")
    terminal.assert_restored()
