"""A server that never comes to an end, under the installed browser: it is left in a moment, and little is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pirate_tui.domain.failure import NO_DATABASE
from tests.fake_servers import FakeServer, Line
from tests.fake_servers.floods import FLOODS
from tests.servers import DRIVERS


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.long

ENDING = 3.0
"""Seconds: what is promised is one, on a machine that has nothing else to do."""

MOST = 350
"""MiB: some 80 are the browser itself; an error of 16 MB is held ten times over on its way. Without a bound it was 659
after seven seconds, and more with each."""


@pytest.mark.parametrize(("flood", "driver"), FLOODS)
def test_q_ends_it_in_a_moment_while_it_is_flooded(
    start: "Launcher", flood: Callable[[Line], None], driver: str
) -> None:
    with FakeServer(flood) as server:
        url = server.named(DRIVERS[driver].name, "a-password").url
        terminal = start(url.render_as_string(hide_password=False))
        terminal.wait_until(lambda: any(line.sent > 2**20 for line in server.lines), "it was never flooded")
        # An error, however large, that comes before the database is open ends it by itself, with that error.
        terminal.wait_until(lambda: "Quit" in terminal.text or not terminal.is_running, "there is nothing to quit")
        peak = peak_of(terminal.process)
        terminal.send("q")
        assert terminal.wait_exit(ENDING) in {0, NO_DATABASE}
        terminal.assert_restored()
    assert peak is None or peak < MOST


@pytest.mark.parametrize(("flood", "driver"), FLOODS)
def test_a_server_that_floods_is_named_when_it_is_cut_off(
    start: "Launcher", flood: Callable[[Line], None], driver: str
) -> None:
    with FakeServer(flood) as server:
        url = server.named(DRIVERS[driver].name, "a-password").url
        terminal = start(url.render_as_string(hide_password=False), "--timeout", "5")
        terminal.wait_for(f"127.0.0.1:{server.port}/shop: ", "press r")
        peak = peak_of(terminal.process)
        terminal.send("q")
        assert terminal.wait_exit(ENDING) == NO_DATABASE
        terminal.assert_restored()
    assert peak is None or peak < MOST


def peak_of(process: int) -> int | None:
    """The most memory that the process has had by now, in MiB; None where the system does not tell, or it has ended."""
    try:
        told = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in told.splitlines() if line.startswith("VmHWM")), None)
